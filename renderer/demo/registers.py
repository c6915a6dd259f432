"""Sample registers: an ordinary web server that knows the sample people.

It is asked like a real one and knows no more: what the key names, and only what a
register of its kind holds.
"""

import hmac
import json
from collections.abc import Mapping
from http import HTTPStatus
from importlib.resources import files
from typing import Any

from flask import Flask, Response, abort, jsonify, request

from renderer.sources.base import PrefillSource
from renderer.sources.connections import Connections
from renderer.sources.registry import Certificates, Registry

#: Sample registers that are electronic certificates, by the kind they are.
CERTIFICATES = {
    "id_card": "ecert.id_card",
    "hukou": "ecert.hukou",
    "marriage_certificate": "ecert.marriage",
    "license": "ecert.license",
    "property_certificate": "ecert.property",
    "social_security_card": "ecert.ssc",
    "death_certificate": "ecert.death",
    "cremation_certificate": "ecert.cremation",
}
_KINDS = {kind: name for name, kind in CERTIFICATES.items()}


def held() -> dict[str, list[dict[str, Any]]]:
    """Return what the registers hold: rows of key, at and values, by register."""
    text = (files("renderer.demo") / "registers.json").read_text(encoding="utf-8")
    rows: dict[str, list[dict[str, Any]]] = json.loads(text)
    return rows


def look_up(name: str, key: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the row of a register that this key names, without the key, or None."""
    for row in held().get(name, ()):
        if row["key"] == dict(key):
            return {"at": row["at"], "values": row["values"]}
    return None


def create_registers(token: str) -> Flask:
    """Return the server; it answers only whoever shows the token."""
    app = Flask(__name__)

    @app.post("/ask")
    def ask() -> Response:
        shown = request.headers.get("Authorization", "").removeprefix("Bearer ")
        if not hmac.compare_digest(shown, token):
            abort(HTTPStatus.UNAUTHORIZED)
        asked = request.get_json()
        name = asked.get("register") or _KINDS.get(asked.get("certificate"), "")
        row = look_up(name, asked.get("key") or asked.get("holder") or {})
        if row is None:
            abort(HTTPStatus.NOT_FOUND)
        return jsonify(row)

    return app


def connections(address: str, token: str) -> Connections:
    """Return how the portal asks the sample registers.

    Args:
        address: where they listen, such as "http://127.0.0.1:9200".
        token: what they want to be shown.
    """
    url, allowed = f"{address}/ask", (address.removeprefix("http://"),)
    sources: dict[str, PrefillSource] = {
        name: Certificates(
            url=url, token=token, allowed=allowed, certificate=CERTIFICATES[name]
        )
        if name in CERTIFICATES
        else Registry(url=url, token=token, allowed=allowed)
        for name in held()
    }
    return Connections(sources=sources)
