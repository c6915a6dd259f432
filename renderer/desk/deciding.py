"""Accept a part, send it back, or decide it: the same events as in a signed call."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from http import HTTPStatus
from typing import Any

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from builder import pointer
from builder.model import Choice, FactId, Question
from builder.places import fact_pointer
from builder.pointer import ABSENT
from builder.validity import Fault
from renderer import pieces
from renderer.blocks import Block
from renderer.desk.access import route, signed_in
from renderer.desk.own import CASES, Own, own
from renderer.desk.part import (
    lines_of,
    material_lines,
    materials_of,
    page,
    viewed,
)
from renderer.fields import Posted, parse
from renderer.portal.access import now, posted, store
from renderer.typed import Problem
from renderer.wording import say as _
from renderer.wording import words
from submissions import calls, cases, parts
from submissions.calls import Answer
from submissions.ids import new_id
from submissions.progress import counting, label_of

UNPROCESSABLE = 422
MOST_TEXT = 1000
OPEN = frozenset({"ready", "accepted", "correction"})


def register(desk: Blueprint) -> None:
    """Add these pages to the desk."""
    route(desk, "/parts/<part>/accept", accept, roles=CASES, methods=("POST",))
    for name, view in (("return", send_back), ("decide", decide)):
        route(desk, f"/parts/<part>/{name}", view, roles=CASES, methods=("GET", "POST"))


def accept(part: str) -> Response:
    """Accept a part: its time begins."""
    answer = _say(own(part), "part.accepted", {})
    if answer.status == HTTPStatus.OK:
        return redirect(url_for("desk.part", part=part), 303)
    return page(own(part), errors=_refused(answer, "form"))


def send_back(part: str) -> Response:
    """Ask the applicant to correct fields or bring materials again, all at once."""
    case = own(part)
    if case.part["state"] not in OPEN:
        return redirect(url_for("desk.part", part=part), 303)
    asked = list(_asked(case))
    if request.method == "GET":
        return _send_back_page(case, asked)
    reasons = [
        {"pointer": path, "text": text}
        for name, path, *_more in asked
        if (text := _text(name)) and path.startswith("/")
    ]
    materials = [
        {"id": id_, "text": text}
        for name, id_, *_more in asked
        if (text := _text(name)) and not id_.startswith("/")
    ]
    errors = [
        (name, _("最多写 %(most)s 个字，请写短些", most=MOST_TEXT))
        for name, *_more in asked
        if len(_text(name)) > MOST_TEXT
    ]
    if not (reasons or materials):
        first = asked[0][0] if asked else "form"
        errors = [(first, _("请写明要改的是哪几项、怎么改"))]
    if errors:
        return _send_back_page(case, asked, errors)
    lists = {"reasons": reasons, "materials": materials}
    data = {name: found for name, found in lists.items() if found}
    answer = _say(case, "part.correction_requested", data)
    if answer.status == HTTPStatus.OK:
        return redirect(url_for("desk.part", part=part), 303)
    case = own(part)
    asked = list(_asked(case))
    errors = _refused(answer, asked[0][0])
    return _send_back_page(case, asked, errors, digest=case.part["digest"])


def decide(part: str) -> Response:
    """Decide a part, with the values that its result brings."""
    case = own(part)
    if case.part["state"] not in OPEN:
        return redirect(url_for("desk.part", part=part), 303)
    sheet = _Sheet(case, posted())
    if request.method == "GET":
        return _decide_page(sheet)
    errors = sheet.errors()
    if errors:
        return _decide_page(sheet, errors)
    reason = _text("reason")
    data: dict[str, Any] = {"outcome": sheet.outcome}
    data |= {"reasons": [{"text": reason}]} if reason else {}
    # A rejection brings nothing, whatever was typed before it.
    brought = sheet.values if sheet.outcome == "approved" else {}
    data |= {"values": brought} if brought else {}
    answer = _say(case, "part.decided", data)
    if answer.status == HTTPStatus.OK:
        return redirect(url_for("desk.part", part=part), 303)
    sheet, errors = _Sheet(own(part), posted()), _refused(answer, "outcome-0")
    return _decide_page(sheet, errors, digest=sheet.case.part["digest"])


def _say(case: Own, type_: str, data: Mapping[str, Any]) -> Answer:
    """Say it of the document that was read."""
    return cases.say(
        store(),
        case.part["id"],
        type_,
        {"digest": request.form.get("digest", ""), **data},
        message=request.form.get("message") or new_id("m"),
        who=signed_in().who,
        now=now(),
    )


def _refused(answer: Answer, box: str) -> list[tuple[str, str]]:
    """Why nothing was recorded, and what helps: what was typed stands there still."""
    match answer.status:
        case HTTPStatus.CONFLICT:
            said = _("没有记下：这一件刚刚有变化，请看过再办")
        case HTTPStatus.TOO_MANY_REQUESTS:
            said = _("没有记下：这一件说过的太多了，请找管理员")
        case _other:
            said = _("没有记下：有的内容不能这样填，请改过再送")
    return [(box, said)]


def _asked(case: Own) -> Iterator[tuple[str, str, str, str]]:
    """Yield what can be sent back: its box, its place or id, its name, its value."""
    questions = calls.correctable(case.published, case.submission)
    for number, line in enumerate(lines_of(case, masked=True)):
        if any(calls.questions_at(case.matter, line.path, questions)):
            yield f"r{number}", line.path, line.label, line.text
    for number, (told, (label, state, _files)) in enumerate(
        zip(materials_of(case), material_lines(case), strict=True)
    ):
        if told["state"] != "exempt":
            yield f"m{number}", told["id"], label, state


def _text(name: str) -> str:
    return request.form.get(name, "").strip()


def _send_back_page(
    case: Own,
    asked: Sequence[tuple[str, str, str, str]],
    errors: Sequence[tuple[str, str]] = (),
    *,
    digest: str = "",
) -> Response:
    viewed(case)
    return _page(
        "desk/send_back.html",
        case,
        errors,
        digest,
        heading=_("退回补正"),
        asked=asked,
        typed={name: _text(name) for name, *_more in asked},
        before=list(dict.fromkeys(_before(case))),
    )


def _before(case: Own) -> Iterator[str]:
    """Yield what the applicant is asked already."""
    if case.part["state"] == "correction":
        for said in counting(case.part):
            yield from (each["text"] for each in said["reasons"])
            yield from (each["text"] for each in said["materials"])


def _decide_page(
    sheet: "_Sheet", errors: Sequence[tuple[str, str]] = (), *, digest: str = ""
) -> Response:
    return _page(
        "desk/decide.html",
        sheet.case,
        errors,
        digest,
        heading=_("办结"),
        blocks=sheet.blocks(),
        outcome=sheet.outcome,
        reason=_text("reason"),
    )


def _page(
    template: str,
    case: Own,
    errors: Sequence[tuple[str, str]],
    digest: str,
    **more: Any,
) -> Response:
    """Write out a sheet.

    Args:
        digest: of the document it speaks of when it is sent; "": of the one that was
            read first.
    """
    id_ = case.part["id"]
    body = render_template(
        template,
        case=case,
        matter=words(case.matter.label),
        ref=case.submission["ref"],
        digest=digest or request.form.get("digest") or case.part["digest"],
        message=request.form.get("message") or new_id("m"),
        errors=errors,
        wrong=bool(errors),
        back=(url_for("desk.part", part=id_), words(case.matter.label)),
        **more,
    )
    return make_response(body, UNPROCESSABLE if errors else 200)


class _Sheet:
    """What is asked when a part is decided, and what was answered."""

    def __init__(self, case: Own, sent: Posted) -> None:
        """Take the part, and what was sent."""
        self.case, self._sent = case, sent
        self._questions = list(_questions(case))
        self.outcome = next(iter(sent.get("outcome", ())), "")
        read = [(q, parse(q, q.name, sent)) for q in self._questions]
        self.values = {
            _fact(question): value
            for question, value in read
            if value is not ABSENT and not isinstance(value, Problem)
        }

    def blocks(self) -> list[Block]:
        """The questions as the macros write them."""
        published = self.case.published
        shown = pieces.Page(
            judge=published.judge,
            views=published.views,
            facts={},
            posted=self._sent,
            judged=bool(self.outcome),
        )
        needed = self._needed(())
        return [
            replace(
                pieces.block(shown, q, number="", faults=self._faults(q)),
                required=_fact(q) in needed,
            )
            for q in self._questions
        ]

    def errors(self) -> list[tuple[str, str]]:
        """What must be put right, in the order of the page."""
        wrong = []
        if self.outcome not in {"approved", "rejected"}:
            wrong.append(("outcome-0", _("请选通过还是不予通过")))
        if self.outcome == "approved":
            wrong += [error for block in self.blocks() for error in block.errors]
        reason = _text("reason")
        if self.outcome == "rejected" and not reason:
            wrong.append(("reason", _("不予通过要写明理由")))
        if len(reason) > MOST_TEXT:
            said = _("最多写 %(most)s 个字，请写短些", most=MOST_TEXT)
            wrong.append(("reason", said))
        return wrong

    def _needed(self, brought: Collection[str]) -> Collection[str]:
        case = self.case
        judge, matter = case.published.judge, case.matter.id
        return parts.needed(case.submission, judge, matter, brought)

    def _faults(self, question: Question) -> list[Fault]:
        fact, where = _fact(question), question.pointer
        if self.outcome != "approved":
            return []
        if fact not in self.values:
            missing = fact in self._needed(self.values)
            return [Fault(pointer=where, keyword="required", limit=None)] * missing
        found = self.case.published.judge.fact_faults(fact, self.values[fact])
        return [Fault(pointer=where, keyword=v.keyword, limit=v.limit) for v in found]


def _questions(case: Own) -> Iterator[Question]:
    """Yield a question for each fact that an approval brings."""
    facts = case.published.form.facts
    for number, issue in enumerate(case.matter.issues):
        fact = facts.get(issue.fact)
        if fact is None:
            continue  # no form of this affair holds it
        schema = fact.schema if isinstance(fact.schema, Mapping) else {}
        listed = schema.get("enum")
        dated = schema.get("format") == "date"
        yield Question(
            pointer=fact_pointer(issue.fact),
            name=f"f{number}",
            label=label_of(issue.fact, case.matter, case.published.form),
            input="choice" if listed else "date" if dated else "text",
            sensitivity=fact.sensitivity,
            choices=tuple(_choices(case, fact.element, listed or ())),
        )


def _choices(case: Own, element: str, listed: Sequence[Any]) -> Iterator[Choice]:
    """Yield codes with what they are called where another question has them."""
    form = case.published.form
    labels = {
        choice.value: choice.label
        for question in form.questions
        for fact in [form.facts.get(_fact(question))]
        if fact is not None and fact.element == element
        for choice in question.choices
    }
    for code in listed:
        said = str(code)
        yield Choice(value=code, label=labels.get(code, {"zh-CN": said, "en": said}))


def _fact(question: Question) -> FactId:
    return FactId(pointer.parts(question.pointer)[-1])
