"""The page of one value that was known before: ask for it again, or say it is wrong."""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import replace
from http import HTTPStatus
from typing import Any

from flask import (
    Blueprint,
    abort,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from werkzeug.wrappers import Response

from builder import pointer
from builder.model import Question
from renderer.portal.access import now, store
from renderer.portal.applying import answered, filling_of
from renderer.portal.filling import Filling
from renderer.portal.knowing import forget
from renderer.portal.saving import origin_of, with_accepted
from renderer.portal.sheet import known
from renderer.showing import local_date, shown, source_name
from renderer.wording import say as _
from renderer.wording import words
from submissions import drafts

#: Characters of a note to whoever keeps a value.
MOST_NOTE = 500


def register(portal: Blueprint) -> None:
    """Add this page to the portal."""
    portal.add_url_rule(
        "/drafts/<id_>/known/<name>",
        endpoint="known",
        view_func=doubt,
        methods=["GET", "POST"],
    )


def doubt(id_: str, name: str) -> Response:
    """Show where a value comes from; ask its source again, or keep a note that it errs.

    A note changes nothing: it goes with the value to the department, and the case goes
    on. What the source says anew is proposed again, unless somebody typed something.
    """
    return answered(id_, lambda: _doubted(id_, name))


def _doubted(id_: str, name: str) -> Response:
    """Answer once.

    Raises:
        Conflict: another window was faster.
    """
    filling = filling_of(id_)
    question = next((q for q in filling.asked.values() if q.name == name), None)
    if question is None:
        abort(HTTPStatus.NOT_FOUND)
    back = url_for(
        "portal.page", id_=id_, page=filling.step_of(question).leaf.id, open=name
    )
    if known(filling, question) is None:
        return redirect(back)
    if request.method == "GET":
        return _show(filling, question, back)
    if request.form.get("_do") == "again":
        drafts.save(store(), _again(filling, question), now=now())
        return redirect(url_for("portal.known", id_=id_, name=name), 303)
    note = request.form.get("note", "").strip()
    if not note:
        return _show(filling, question, back, _("请写明哪里不对"))
    if len(note) > MOST_NOTE:
        wrong = _("最多写 %(most)s 个字，请写短些", most=MOST_NOTE)
        return _show(filling, question, back, wrong)
    drafts.save(store(), _noted(filling, question, note), now=now())
    return redirect(f"{back}#q-{name}", 303)


def _again(filling: Filling, question: Question) -> drafts.Draft:
    """Return the draft so that the source of a value is asked at once.

    What was accepted from it and not changed is taken back: the new one is proposed.
    Beside another question a note that a value is wrong stays, and that value with it.
    """
    draft, source = filling.draft, _origin(filling, question)["source"]
    answers, origins = deepcopy(dict(draft.answers)), dict(draft.provenance)
    for where, origin in draft.provenance.items():
        noted = "disputed" in origin and where != question.pointer
        if origin["source"] == source and not (origin["corrected"] or noted):
            pointer.remove(answers, pointer.parts(where))
            del origins[where]
    return forget(replace(draft, answers=answers, provenance=origins), source)


def _noted(filling: Filling, question: Question, note: str) -> drafts.Draft:
    """Return the draft with the value accepted as it is, and the note beside it."""
    draft = filling.draft
    proposal = filling.proposals.get(question.pointer)
    if proposal is not None:
        draft = with_accepted(draft, {question.pointer: proposal})
    origin = {**draft.provenance[question.pointer], "disputed": note}
    return replace(draft, provenance={**draft.provenance, question.pointer: origin})


def _origin(filling: Filling, question: Question) -> dict[str, Any]:
    proposal = filling.proposals.get(question.pointer)
    if proposal is not None:
        return origin_of(proposal)
    return dict(filling.draft.provenance[question.pointer])


def _from_whence(
    filling: Filling, origin: Mapping[str, Any]
) -> Iterator[tuple[str, str]]:
    """Yield where a value comes from and when; of one that was changed, who did."""
    if origin.get("corrected"):
        yield _("来源"), _("您改过")
        return
    yield _("来源"), source_name(filling.form, origin["source"])
    if origin.get("at"):
        yield _("日期"), local_date(origin["at"])


def _show(filling: Filling, question: Question, back: str, wrong: str = "") -> Response:
    told, origin = known(filling, question), _origin(filling, question)
    source = origin["source"]
    proposal = filling.proposals.get(question.pointer)
    others = (
        []
        if proposal is None
        else [
            (source_name(filling.form, each.source), shown(question, each.value))
            for each in proposal.others
        ]
    )
    body = render_template(
        "known.html",
        heading=words(question.label),
        action=request.path,
        text="" if told is None else told.text,
        rows=[
            *_from_whence(filling, origin),
            *((name, value) for name, value in others),
        ],
        asks=source in filling.draft.records,
        silent="error" in filling.draft.records.get(source, {}),
        note=request.form.get("note", origin.get("disputed", "")),
        noted=bool(origin.get("disputed")),
        most=MOST_NOTE,
        wrong=wrong,
        errors=[("note", wrong)] if wrong else [],
        back=(back, _("返回")),
    )
    return make_response(body, HTTPStatus.UNPROCESSABLE_ENTITY if wrong else 200)
