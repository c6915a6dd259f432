"""What the API is, as OpenAPI 3.1.

The events are those of `submissions`: their schemas are told here as they are there.
"""

import json
from collections.abc import Mapping
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from typing import Any

from flask import Response, jsonify

from submissions import observing
from submissions.delivery import events

#: Before the type of what departments say; every other event we send.
CALL = "call."
_HERE, _THERE = "#/$defs/", "#/components/schemas/"


def openapi() -> Response:
    """Give the description to a program."""
    return jsonify(document())


@cache
def document() -> dict[str, Any]:
    """Return the whole description."""
    told = json.loads(files("renderer.api").joinpath("openapi.json").read_bytes())
    told["info"]["version"] = version("yibiao")
    told["components"]["schemas"] |= _schemas()
    types = events.messages()
    callbacks = [{"$ref": _THERE + each} for each in types if each.startswith(CALL)]
    call = told["paths"]["/parts/{part}/events"]["post"]
    call["requestBody"]["content"]["application/json"]["schema"] = {"oneOf": callbacks}
    sent = [each for each in types if not each.startswith(CALL)]
    told["webhooks"] = {each: _webhook(told, each) for each in sent}
    checked: dict[str, Any] = told
    return checked


def schema(name: str) -> dict[str, Any]:
    """Return one schema of the description, with all it refers to."""
    return {"components": document()["components"], "$ref": _THERE + name}


def _schemas() -> dict[str, Any]:
    """Return the schemas of the events as they refer to each other here."""
    text = json.dumps(events.schemas(), ensure_ascii=False)
    here: dict[str, Any] = json.loads(text.replace(_HERE, _THERE))
    return here


def _webhook(told: Mapping[str, Any], type_: str) -> dict[str, Any]:
    body = {"schema": {"$ref": _THERE + type_}}
    observed = type_ in observing.TYPES
    return {
        "post": {
            "operationId": f"on_{type_.replace('.', '_')}",
            "summary": f"{type_}, to {'an observer' if observed else 'a department'}",
            "tags": ["observers" if observed else "departments"],
            "parameters": [
                {"$ref": f"#/components/parameters/{name}"}
                for name in told["components"]["parameters"]
                if name.startswith("webhook-")
            ],
            "requestBody": {"required": True, "content": {"application/json": body}},
            "responses": {
                "2XX": {"description": "Received; it is not sent again."},
                "410": {"description": "Send nothing more: the endpoint is paused."},
                "default": {"description": "It is sent again, with the same id."},
            },
        }
    }
