"""What programs call: those of the departments, and those that send submissions."""

from http import HTTPStatus

from flask import Blueprint, Flask, Response, jsonify, request

from renderer.api import (
    affairs,
    description,
    events,
    files,
    reading,
    schemas,
    submitting,
    uploading,
)
from renderer.api.callers import Limit
from renderer.api.problems import ProblemError, later, refuse, refuse_plainly
from renderer.api.problems import refused as refused
from renderer.portal.access import now, services, store
from submissions import cases
from submissions.calls import Answer
from submissions.errors import Conflict, StoreUnavailableError

#: Every answer below is JSON, but for the page that explains it.
PREFIX = "/api/"
#: Where files are sent to.
UPLOAD = "api.upload"


def create_api() -> Blueprint:
    """Return the calls of version 1; each is signed, so none needs a form's token."""
    api = Blueprint("api", __name__, url_prefix=f"{PREFIX}v1")
    api.add_url_rule("/parts/<part>", view_func=part)
    api.add_url_rule("/parts/<part>/events", view_func=part_event, methods=["POST"])
    api.add_url_rule("/affairs", view_func=affairs.every_affair)
    api.add_url_rule("/affairs/<affair>", view_func=affairs.affair)
    api.add_url_rule(
        "/affairs/<affair>/submissions", view_func=submitting.submit, methods=["POST"]
    )
    api.add_url_rule(
        "/affairs/<affair>/materials", view_func=uploading.upload, methods=["POST"]
    )
    api.add_url_rule("/submissions/<submission>", view_func=submitting.follow)
    version = "/affairs/<affair>/versions/<version>"
    document = f"{version}/documents/<matter>"
    api.add_url_rule(version, view_func=schemas.version)
    api.add_url_rule(document, view_func=schemas.document_schema)
    api.add_url_rule(f"{document}/events/<event>", view_func=schemas.message_schema)
    api.add_url_rule("/schemas/events/<event>", view_func=schemas.event_schema)
    api.add_url_rule("/events", view_func=events.events)
    api.add_url_rule("/openapi.json", view_func=description.openapi)
    api.add_url_rule("/docs", view_func=reading.docs)
    api.add_url_rule("/parts/<part>/files/<address>", view_func=files.part_file)
    api.register_error_handler(StoreUnavailableError, later)
    api.register_error_handler(Conflict, later)
    api.register_error_handler(ProblemError, refuse)
    return api


def limit_calls(app: Flask, *, per_minute: int) -> None:
    """Let each client call so often, as far as this process knows."""
    app.extensions["yibiao_limit"] = Limit(per_minute)


def part_event(part: str) -> Response:
    """Take a department's signed event about one of its parts."""
    headers = {name.lower(): value for name, value in request.headers.items()}
    answer = cases.receive(store(), part, headers, request.get_data(), now=now())
    return _answered(answer)


def part(part: str) -> Response:
    """Give a department the document of its part, signed for with an empty body."""
    headers = {name.lower(): value for name, value in request.headers.items()}
    links = services().links
    return _answered(cases.fetch(store(), part, headers, links=links, now=now()))


def _answered(answer: Answer) -> Response:
    if isinstance(answer.message, bytes):
        return Response(answer.message, content_type="application/json")
    if answer.status != HTTPStatus.OK:
        return refuse_plainly(answer.status, answer.message)
    return jsonify({"message": answer.message})
