"""The page on which one choice is looked for in a list too long to open."""

import re
from collections.abc import Sequence
from http import HTTPStatus

from flask import (
    Blueprint,
    abort,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from werkzeug.exceptions import NotFound
from werkzeug.wrappers import Response

from builder.model import Choice, Question
from renderer.choices import SEARCH, choice_key
from renderer.portal.access import now, store
from renderer.portal.applying import MOST_TRIES, filling_of
from renderer.portal.rows import row_sheet
from renderer.portal.saving import merged
from renderer.portal.sheet import Sheet, page_sheet, situation_sheet
from renderer.searching import found
from renderer.typed import Problem
from renderer.wording import say as _
from renderer.wording import words
from submissions import drafts
from submissions.errors import Conflict, StoreUnavailableError

#: Choices shown at once.
MOST_SHOWN = 30


def register(portal: Blueprint) -> None:
    """Add this page to the portal."""
    portal.add_url_rule(
        "/drafts/<id_>/choose/<name>", view_func=choose, methods=["GET", "POST"]
    )


def choose(id_: str, name: str) -> Response:
    """Show what was found for what was typed, or keep the one that was chosen."""
    for _time in range(MOST_TRIES):
        sheet, question = _sought(id_, name)
        if request.method == "GET":
            return _show(sheet, question, request.args.get(SEARCH, ""))
        try:
            _keep(sheet, question, request.form.get("value", ""))
        except Conflict:
            continue
        return redirect(_page(sheet, question), 303)
    raise StoreUnavailableError("The draft is being changed.", "Send it again.")


def _sought(id_: str, name: str) -> tuple[Sheet, Question]:
    """Return a question to choose for and the page it stands on; 404 if not asked."""
    filling = filling_of(id_)
    steps = (page_sheet(filling, step) for step in filling.steps)
    row = re.fullmatch(r"(\w+)-r(\d{1,3})-\w+", name)
    sheets = (situation_sheet(filling), *steps)
    if row is not None:
        apart = row_sheet(filling, row[1], int(row[2]) + 1)
        sheets = () if apart is None else (apart,)
    for sheet in sheets:
        for question in sheet.questions:
            if question.name == name and question.input == "choice":
                return sheet, question
    raise NotFound


def _keep(sheet: Sheet, question: Question, key: str) -> None:
    filling = sheet.filling
    fields = sheet.fields({question.name: (key,)})
    if isinstance(fields[question.name].value, Problem):
        abort(HTTPStatus.BAD_REQUEST)
    draft = merged(filling.draft, [question], fields, filling.proposals, filling.sealed)
    draft = sheet.settled(draft)
    drafts.save(store(), draft, now=now())


def _page(sheet: Sheet, question: Question) -> str:
    then = {"then": "check"} if request.values.get("then") == "check" else {}
    return sheet.address(**then, _anchor=f"q-{question.name}")


def _show(sheet: Sheet, question: Question, typed: str) -> Response:
    choices = sheet.filling.judge.choices(question, sheet.filling.facts)
    matching: Sequence[Choice] = found(choices, typed)
    body = render_template(
        "choose.html",
        heading=words(question.label),
        service=words(sheet.filling.form.guide.label),
        action=url_for("portal.choose", id_=sheet.filling.draft.id, name=question.name),
        then=request.values.get("then", ""),
        typed=typed,
        matching=[
            (choice_key(each.value), words(each.label))
            for each in matching[:MOST_SHOWN]
        ],
        count=len(matching),
        more=max(0, len(matching) - MOST_SHOWN),
        whole=len(choices),
        back=(_page(sheet, question), _("返回")),
    )
    return make_response(body)
