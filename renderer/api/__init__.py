"""What programs of the departments call."""

from http.client import INTERNAL_SERVER_ERROR

from flask import Blueprint, Response, current_app, jsonify, request
from werkzeug.exceptions import HTTPException

from renderer.portal.access import now, store
from submissions import cases
from submissions.errors import Conflict, StoreUnavailableError

#: Every answer below is JSON.
PREFIX = "/api/"
UNAVAILABLE = 503
RETRY_SECONDS = 30


def create_api() -> Blueprint:
    """Return the calls of version 1; each is signed, so none needs a form's token."""
    api = Blueprint("api", __name__, url_prefix=f"{PREFIX}v1")
    api.add_url_rule("/parts/<part>/events", view_func=part_event, methods=["POST"])
    api.register_error_handler(StoreUnavailableError, later)
    api.register_error_handler(Conflict, later)
    return api


def part_event(part: str) -> Response:
    """Take a department's signed event about one of its parts."""
    headers = {name.lower(): value for name, value in request.headers.items()}
    answer = cases.receive(store(), part, headers, request.get_data(), now=now())
    return _answer(answer.status, answer.message)


def later(error: Exception) -> Response:
    """Ask the department to send again: nothing was recorded."""
    current_app.logger.warning("event.not_recorded reason=%s", type(error).__name__)
    response = _answer(UNAVAILABLE, "Nothing was recorded. Send it again.")
    response.headers["Retry-After"] = str(RETRY_SECONDS)
    return response


def refused(error: HTTPException) -> Response:
    """Say what is wrong with an address or a request."""
    headers = error.get_headers()  # on 405 they say what is allowed
    response = _answer(error.code or INTERNAL_SERVER_ERROR, error.description or "")
    for name, value in headers:
        if name.lower() not in {"content-type", "content-length"}:
            response.headers.add(name, value)
    return response


def _answer(status: int, message: str) -> Response:
    response = jsonify({"message": message})
    response.status_code = status
    return response
