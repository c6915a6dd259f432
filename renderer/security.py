"""Headers of every answer, hashed static files, resume codes."""

import hmac
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

from flask import Flask, Response, request, url_for

#: Crockford's base 32: no I, L, O, U, so that a code can be read out.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH = 12
GROUP = 4
YEAR_SECONDS = 365 * 24 * 3600

POLICY = (
    "default-src 'self'; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)


def new_code(choose: Callable[[str], str]) -> str:
    """Return a fresh resume code such as "7K3M-Q0ZT-9HXA".

    Args:
        choose: picks one character unpredictably, such as `secrets.choice`.
    """
    return show_code("".join(choose(ALPHABET) for _ in range(CODE_LENGTH)))


def show_code(code: str) -> str:
    """Write a code in three groups."""
    return "-".join(code[at : at + GROUP] for at in range(0, len(code), GROUP))


def plain_code(typed: str) -> str | None:
    """Read a code as people type it: any case, any dashes, O for 0, I and L for 1."""
    table = str.maketrans({"O": "0", "I": "1", "L": "1", "-": None, " ": None})
    plain = typed.upper().translate(table)
    known = len(plain) == CODE_LENGTH and set(plain) <= set(ALPHABET)
    return plain if known else None


def code_hash(code: str, *, key: str) -> str:
    """What is stored of a code: keyed, so that the store alone cannot be searched.

    Args:
        code: plain or in groups.
        key: the installation's secret.
    """
    plain = code.replace("-", "")
    return hmac.digest(key.encode(), b"resume:" + plain.encode(), "sha256").hex()


def protect(app: Flask) -> None:
    """Send the headers of a careful site with every answer."""

    @app.after_request
    def add_headers(response: Response) -> Response:
        headers = response.headers
        headers["Content-Security-Policy"] = POLICY
        headers["X-Content-Type-Options"] = "nosniff"
        headers["Referrer-Policy"] = "same-origin"
        headers["Cross-Origin-Opener-Policy"] = "same-origin"
        headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()"
        if app.config["SESSION_COOKIE_SECURE"]:
            headers["Strict-Transport-Security"] = f"max-age={YEAR_SECONDS}"
        if request.endpoint == "static":
            _keep_long(response)
        else:
            headers["Cache-Control"] = "no-store"
        return response


def _keep_long(response: Response) -> None:
    if "v" in request.args:
        response.headers["Cache-Control"] = f"public, max-age={YEAR_SECONDS}, immutable"


def hashed_files(app: Flask) -> Callable[[str], str]:
    """Return a function from a static file's name to its address.

    The address holds a hash of the content, so a browser may keep the file for ever.
    """
    folder = Path(app.static_folder or "static")
    hashes = {
        path.name: sha256(path.read_bytes()).hexdigest()[:12]
        for path in sorted(folder.iterdir())
        if path.is_file()
    }

    def static_url(name: str) -> str:
        return url_for("static", filename=name, v=hashes[name])

    return static_url
