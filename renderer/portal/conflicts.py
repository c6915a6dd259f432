"""Two windows changed the same answer: show both, and let a person choose."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import make_response, render_template, request
from werkzeug.wrappers import Response

from builder.model import Question
from renderer.fields import AnswerField, Posted, written
from renderer.pieces import answer
from renderer.portal.access import typed_texts
from renderer.portal.saving import readable, seen
from renderer.portal.sheet import Sheet
from renderer.showing import shown
from renderer.typed import Problem
from renderer.wording import say as _
from renderer.wording import words
from submissions.drafts import Draft

CONFLICT = 409


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One question answered differently in two windows."""

    name: str
    number: str
    label: str
    mine: str
    stored: str


def conflict(
    sheet: Sheet,
    sent: Posted,
    stood: Sequence[Question],
    differing: Sequence[Question],
    *,
    keeps: str = "next",
) -> Response:
    """Show both values of each difference; nothing of either is lost.

    Args:
        stood: the questions that stood on the page when it was served.
        differing: those changed here and elsewhere.
        keeps: the page's button that keeps what was chosen.
    """
    body = render_template(
        "conflict.html",
        heading=_("别的窗口也改过这一页"),
        service=words(sheet.filling.form.guide.label),
        whole=len(stood),
        differences=_differences(sheet, sent, differing),
        action=sheet.action,
        posted={
            name: texts
            for name, texts in typed_texts(sent).items()
            if not name.startswith("_")
        },
        rev=seen(sheet.filling.draft, stood),
        keeps=keeps,
        return_to=request.form.get("then", ""),
        back=(sheet.action, _("返回")),
        form="page",
    )
    return make_response(body, CONFLICT)


def _differences(
    sheet: Sheet, sent: Posted, differing: Sequence[Question]
) -> list[Difference]:
    fields, answers = sheet.fields(sent), sheet.filling.draft.answers
    return [
        Difference(
            name=question.name,
            number=sheet.numbers.get(question.pointer, ""),
            label=words(question.label),
            mine=_mine(question, fields[question.name]),
            stored=shown(question, answer(answers, question)),
        )
        for question in differing
    ]


def with_stored(draft: Draft, question: Question, sent: Posted) -> Posted:
    """Put what is kept of a question in the place of what was sent for it."""
    own = f"{question.name}-"
    others = {
        name: texts
        for name, texts in sent.items()
        if name != question.name and not name.startswith(own)
    }
    return {
        **others,
        **written(question, question.name, answer(draft.answers, question)),
    }


def _mine(question: Question, field: AnswerField) -> str:
    if isinstance(field.value, Problem):
        return " ".join(text for texts in field.posted.values() for text in texts)
    return shown(question, readable(field.value))
