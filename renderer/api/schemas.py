"""What answers, documents and messages look like, as JSON Schema."""

from typing import Any

import orjson
from flask import Response, request
from werkzeug.exceptions import NotFound

from builder.model import Matter
from renderer.api import affairs
from renderer.portal.access import store
from renderer.security import keep_for_ever, keep_until_changed
from submissions import canonical, packs
from submissions.delivery import events
from submissions.errors import Missing
from submissions.packs import Published

#: The messages that bring a document.
_BRINGING = ("part.ready", "part.updated")
_DIGITS = 9


def event_schema(event: str) -> Response:
    """Give the schema of a message we send, or after "call." of one we get."""
    known = events.messages()
    if event not in known:
        raise NotFound(f"No message has this type; known: {', '.join(known)}.")
    return keep_until_changed(_given(events.schema(event)))


def version(affair: str, version: str) -> Response:
    """Give one version of a form, as `GET /affairs/{affair}` gave it while current."""
    found = _version(affair, version)
    described = affairs.described(found, packs.document(store(), found.id))
    return keep_for_ever(_given(described))


def document_schema(affair: str, version: str, matter: str) -> Response:
    """Give the form of a matter: the schema of its department's documents."""
    own = _matter(affair, version, matter)
    return keep_for_ever(_given(dict(own.schema)))


def message_schema(affair: str, version: str, matter: str, event: str) -> Response:
    """Give the schema of a message with its document judged by the matter's form."""
    own = _matter(affair, version, matter)
    if event not in _BRINGING:
        said = f"{' and '.join(_BRINGING)} bring a document, {event!r} does not."
        raise NotFound(said)
    # The form stays; what we send around a document may come to say more.
    return keep_until_changed(_given(events.schema(event, own)))


def _version(affair: str, version: str) -> Published:
    if version.isascii() and version.isdecimal() and len(version) <= _DIGITS:
        try:
            return packs.load(store(), f"{affair}@{int(version)}")
        except Missing:
            pass
    current = affairs.published(affair)
    said = f"{affair} has no version {version!r}; current is {current.version}."
    raise NotFound(said)


def _matter(affair: str, version: str, matter: str) -> Matter:
    form = _version(affair, version).form
    for each in form.matters:
        if each.id == matter:
            return each
    known = ", ".join(each.id for each in form.matters)
    raise NotFound(f"There is no matter {matter!r} in it; known: {known}.")


def _given(value: Any) -> Response:
    body = orjson.dumps(value)
    response = Response(body, content_type="application/json")
    response.set_etag(canonical.digest(body.decode()).removeprefix("sha256:"))
    response.make_conditional(request)
    return response
