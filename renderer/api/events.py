"""The feed: events for programs that ask, instead of being called."""

from http import HTTPStatus

import orjson
from flask import Response, request

from renderer.api import callers
from renderer.api.problems import ProblemError
from renderer.portal.access import store
from submissions import feed
from submissions.clients import EVERY_AFFAIR, Client
from submissions.errors import CursorError
from submissions.store.contract import Condition


def events() -> Response:
    """Give the events after a cursor that the client may see."""
    client, limit = callers.client(), _limit()
    after = request.args.get("after", "")
    try:
        page = feed.read(store(), _views(client), after=after, limit=limit)
    except CursorError as error:
        kind = "cursor-gone" if error.known else "parameter-refused"
        status = HTTPStatus.GONE if error.known else HTTPStatus.UNPROCESSABLE_ENTITY
        raise ProblemError(status, kind, str(error)) from error
    told = {"events": page.entries, "next": page.next, "more": page.more}
    return Response(orjson.dumps(told), content_type="application/json")


def _views(client: Client) -> list[list[Condition]]:
    """Return what a client sees: its own, and where it observes everybody's."""
    own: list[list[Condition]] = [[("sender", "=", client.id)]]
    if "observe" not in client.scopes:
        return own
    if EVERY_AFFAIR in client.affairs:
        return [[]]
    return own + [[("affair", "=", affair)] for affair in client.affairs]


def _limit() -> int:
    written = request.args.get("limit", str(feed.USUAL))
    digits = written.isascii() and written.isdecimal() and len(written) <= len("500")
    if not digits or int(written) not in range(1, feed.MOST + 1):
        raise ProblemError(
            HTTPStatus.UNPROCESSABLE_ENTITY,
            "parameter-refused",
            f"limit is a whole number from 1 to {feed.MOST}.",
        )
    return int(written)
