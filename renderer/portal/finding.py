"""At a counter: the earlier cases of who is present, found with their number only."""

from collections.abc import Iterator

from flask import (
    Blueprint,
    abort,
    make_response,
    render_template,
    request,
    session,
    url_for,
)
from werkzeug.wrappers import Response

from renderer.portal.access import FOUND, now, staff, store
from renderer.portal.people import Case, sent_case
from renderer.wording import say as _
from submissions import finding, numbers
from submissions.store.contract import Document

UNPROCESSABLE = 422
#: Cases that are opened for one person; a cookie has little room.
MOST_FOUND = 20
#: Why a clerk looks, as the audit says it.
WHY = "the person is at the counter"


def register(portal: Blueprint) -> None:
    """Add this page to the portal."""
    portal.add_url_rule("/earlier", view_func=earlier, methods=["GET", "POST"])


def earlier() -> Response:
    """Ask for the number of who is present; list the cases with it in them.

    That somebody looked is written down. The cases stay open until the next person.
    """
    clerk = staff()
    if clerk is None:
        abort(404)
    typed, cases = request.form.get("number", ""), None
    number = next(numbers.id_numbers(typed), None)
    if number is not None:
        found = finding.by_number(store(), number, who=clerk.who, why=WHY, now=now())
        session[FOUND] = [case["_id"] for case in found[:MOST_FOUND]]
        cases = list(_listed(found[:MOST_FOUND]))
    lacks = request.method == "POST" and number is None
    wrong = _("身份证号要 18 位，请照证件填") if lacks else ""
    body = render_template(
        "earlier.html",
        heading=_("以前的办件"),
        cases=cases,
        typed=typed,
        errors=[("number", wrong)] if wrong else [],
        wrong=bool(wrong),
        back=(url_for("portal.home"), _("全部事情")),
    )
    return make_response(body, UNPROCESSABLE if wrong else 200)


def _listed(found: list[Document]) -> Iterator[Case]:
    return map(sent_case, found)
