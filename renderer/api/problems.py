"""Refusals to programs, as RFC 9457 writes them: what is wrong, where, and the cure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

import orjson
from flask import Response, current_app
from werkzeug.exceptions import HTTPException

#: Seconds after which a program may try again.
RETRY_SECONDS = 30
#: Where each kind is explained.
_PAGE = "/api/v1/docs#"

#: What each kind is called; the same whatever the case.
TITLES: Mapping[str, str] = {
    "body-unreadable": "The body cannot be read",
    "key-missing": "There is no Idempotency-Key",
    "not-authorized": "There is no valid token",
    "not-allowed": "This client may not do that",
    "not-found": "There is nothing at this address",
    "key-reused": "The key was used for another body",
    "version-outdated": "There is a newer version of the form",
    "not-json": "The body is not sent as JSON",
    "answers-refused": "The answers cannot be accepted",
    "not-a-file": "The body is not sent as a file",
    "file-refused": "The file is not taken",
    "parameter-refused": "A parameter is not as it must be",
    "cursor-gone": "The feed cannot be read on from this cursor",
    "too-many-calls": "Too many calls",
    "not-recorded": "Nothing can be recorded now",
}


@dataclass(eq=False)
class ProblemError(Exception):
    """A call that is refused."""

    status: int
    #: One of `TITLES`.
    kind: str
    detail: str
    #: One for each place that is wrong.
    errors: tuple[Mapping[str, Any], ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)


def refuse(problem: ProblemError) -> Response:
    """Answer with a problem."""
    members: dict[str, Any] = {
        "type": _PAGE + problem.kind,
        "title": TITLES[problem.kind],
        "status": problem.status,
        "detail": problem.detail,
    }
    if problem.errors:
        members["errors"] = problem.errors
    return _written(members, problem.headers)


def later(error: Exception) -> Response:
    """Ask to send again: whether it was recorded is not known."""
    current_app.logger.warning("call.not_recorded reason=%s", type(error).__name__)
    return refuse(
        ProblemError(
            HTTPStatus.SERVICE_UNAVAILABLE,
            "not-recorded",
            "The store cannot be used now. Send the same again.",
            headers={"Retry-After": str(RETRY_SECONDS)},
        )
    )


def refused(error: HTTPException) -> Response:
    """Say what is wrong with an address or a request, whatever noticed it."""
    status = error.code or HTTPStatus.INTERNAL_SERVER_ERROR
    # On 405 the headers say what is allowed.
    return refuse_plainly(status, error.description or "", dict(error.get_headers()))


def refuse_plainly(
    status: int, detail: str, headers: Mapping[str, str] | None = None
) -> Response:
    """Answer with a problem that is of no kind but its status."""
    members = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
    }
    return _written(members, headers or {})


def _written(members: Mapping[str, Any], headers: Mapping[str, str]) -> Response:
    response = Response(
        orjson.dumps(members),
        status=members["status"],
        content_type="application/problem+json",
    )
    for name, value in headers.items():
        if name.lower() not in {"content-type", "content-length"}:
            response.headers[name] = value
    return response
