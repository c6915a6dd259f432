"""What was answered before and is the same again: one press fills it in.

An affair says which answers are often alike, such as the contact and the legal
representative. They are two facts: what is filled in is an answer of its own, and can
be changed.
"""

from collections.abc import Collection, Iterator
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import Any

from builder import pointer
from builder.model import Pointer, Question, Same
from renderer.pieces import answer
from renderer.portal.filling import Filling
from renderer.portal.saving import boxes_of
from renderer.portal.sheet import Sheet
from renderer.wording import say as _
from renderer.wording import words
from submissions.drafts import Draft


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """One button of a page."""

    #: Of the statement in the form, from 0.
    number: int
    text: str


def offers(sheet: Sheet, here: Collection[Pointer]) -> list[Offer]:
    """Return what can be filled in on a page, or a part of it, and is open yet.

    Args:
        sheet: the page.
        here: the questions that are meant.
    """
    filling = sheet.filling
    found: dict[str, Offer] = {}
    for number, each in enumerate(filling.form.same):
        there = [at for at in each.fill if at in here and at in filling.asked]
        if not any(_open(filling, at) for at in there):
            continue
        new = {at: value for at, value in _values(filling, each) if at in there}
        if any(_open(filling, at) for at in new):
            said = {"what": words(each.what), "whose": words(each.whose)}
            offer = Offer(number=number, text=_("%(what)s同%(whose)s", **said))
            # Two who are one person are offered once.
            found.setdefault(repr(new), offer)
    return list(found.values())


def filled(filling: Filling, draft: Draft, wanted: str) -> Draft:
    """Return a draft with what a button fills in.

    Args:
        filling: the form, and what is asked.
        draft: with what was typed on the page.
        wanted: the number of the statement, as the button sent it.
    """
    stated = filling.form.same
    if not (wanted.isascii() and wanted.isdecimal()) or int(wanted) >= len(stated):
        return draft
    answers = deepcopy(dict(draft.answers))
    unread, origins = dict(draft.unread), dict(draft.provenance)
    now = replace(filling, draft=draft)
    for at, value in _values(now, stated[int(wanted)]):
        question = now.asked[at]
        pointer.put(answers, pointer.parts(at), value)
        for box in boxes_of(question.name, unread):
            del unread[box]
        if at in origins:
            origins[at] = {**origins[at], "corrected": True}
    return replace(draft, answers=answers, unread=unread, provenance=origins)


def _open(filling: Filling, at: Pointer) -> bool:
    return answer(filling.draft.answers, filling.asked[at]) is pointer.ABSENT


def _values(filling: Filling, each: Same) -> Iterator[tuple[Pointer, Any]]:
    """Yield what would be filled in and is refused by nobody."""
    for at, sources in each.fill.items():
        questions = [filling.asked.get(source) for source in sources]
        if at in filling.asked and None not in questions:
            value = _value(filling, [q for q in questions if q is not None])
            if value is not pointer.ABSENT and filling.judge.accepts_value(
                filling.asked[at], value, filling.facts
            ):
                yield at, value


def _value(filling: Filling, questions: list[Question]) -> Any:
    """Return the answer of one question, or of several as one line of Chinese."""
    given = [answer(filling.draft.answers, question) for question in questions]
    if pointer.ABSENT in given:
        return pointer.ABSENT
    if len(given) == 1:
        return given[0]
    # A city that is a province, such as 上海市, is said once.
    return "".join(dict.fromkeys(map(_written, questions, given)))


def _written(question: Question, value: Any) -> str:
    named = (each.label["zh-CN"] for each in question.choices if each.value == value)
    return next(named, str(value))
