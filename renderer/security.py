"""Headers of every answer, hashed static files, resume codes."""

import hmac
from collections.abc import Callable
from collections.abc import Set as AbstractSet
from hashlib import sha256
from pathlib import Path

from flask import Flask, Response, abort, request, url_for
from flask.sessions import SecureCookieSessionInterface, SessionMixin

from renderer.typed import narrow

#: Crockford's base 32: no I, L, O, U, so that a code can be read out.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH = 12
GROUP = 4
YEAR_SECONDS = 365 * 24 * 3600
#: A page that was sent and is to be put right, or compared with another window. The
#: browser keeps it: it cannot ask for it again, and Back would lead nowhere.
REVISITED = (409, 422)

POLICY = (
    "default-src 'self'; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)


def new_code(choose: Callable[[str], str]) -> str:
    """Return a fresh resume code, plain; `show_code` writes it for people.

    Args:
        choose: picks one character unpredictably, such as `secrets.choice`.
    """
    return "".join(choose(ALPHABET) for _ in range(CODE_LENGTH))


def show_code(code: str) -> str:
    """Write a code in three groups, such as "7K3M-Q0ZT-9HXA"."""
    return "-".join(code[at : at + GROUP] for at in range(0, len(code), GROUP))


def plain_code(typed: str) -> str | None:
    """Read a code as people type it.

    Any case, any dashes and spaces, also full-width; O for 0, I and L for 1.
    """
    signs = "".join(sign for sign in narrow(typed).upper() if sign.isalnum())
    plain = signs.translate(str.maketrans("OIL", "011"))
    known = len(plain) == CODE_LENGTH and set(plain) <= set(ALPHABET)
    return plain if known else None


def code_hash(code: str, *, key: str) -> str:
    """What is stored of a code: keyed, so that the store alone cannot be searched.

    Args:
        code: plain.
        key: the installation's secret.
    """
    return hmac.digest(key.encode(), b"resume:" + code.encode(), "sha256").hex()


def protect(app: Flask, *, revisited: bool) -> None:
    """Send the headers of a careful site with every answer.

    Args:
        app: the application.
        revisited: a page to be put right is kept for Back; never where the next
            person uses the same browser.
    """

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
        elif revisited and _to_put_right(response):
            headers["Cache-Control"] = "private, no-cache"
        elif not response.cache_control.public:
            headers["Cache-Control"] = "no-store"
        return response


def _to_put_right(response: Response) -> bool:
    return request.method == "POST" and response.status_code in REVISITED


def _keep_long(response: Response) -> None:
    if "v" in request.args:
        keep_for_ever(response)


def keep_for_ever(response: Response) -> Response:
    """Let everybody keep an answer: at its address there is never another."""
    response.headers["Cache-Control"] = f"public, max-age={YEAR_SECONDS}, immutable"
    return response


def keep_until_changed(response: Response) -> Response:
    """Let everybody keep an answer, and ask each time whether it is still so."""
    response.headers["Cache-Control"] = "public, no-cache"
    return response


class PageSessions(SecureCookieSessionInterface):
    """Sessions of pages only: what proxies keep must have no cookie."""

    def should_set_cookie(self, app: Flask, session: SessionMixin) -> bool:
        """Say whether the answer sets the cookie: never with a file or to a program."""
        if request.endpoint == "static" or request.blueprint == "api":
            return False
        return super().should_set_cookie(app, session)

    def save_session(
        self, app: Flask, session: SessionMixin, response: Response
    ) -> None:
        """Set the cookie; a page kept for Back is found again after it changed."""
        super().save_session(app, session, response)
        if _to_put_right(response):
            response.vary.discard("Cookie")


def refuse_large_forms(app: Flask, *, most: int) -> None:
    """Answer 413 to a form with more values than any page has, before it is read."""

    @app.before_request
    def count_values() -> None:
        if request.mimetype == "application/x-www-form-urlencoded":
            values = request.get_data().count(b"&") + 1
            if values > most:
                abort(413)


def let_files_in(app: Flask, endpoints: AbstractSet[str], *, most: int) -> None:
    """Let a request to some pages have more bytes than others: it carries files."""

    @app.before_request
    def widen() -> None:
        if request.endpoint in endpoints:
            request.max_content_length = most


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
