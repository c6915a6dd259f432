"""Check the answers, declare, submit."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from builder.documents import project
from builder.lenses import UndefinedError
from builder.model import FactId, Matter, MatterId, Question
from builder.pointer import ABSENT
from builder.situations import bound
from renderer.entries import entries
from renderer.messages import for_fault
from renderer.pieces import answer
from renderer.portal import acting
from renderer.portal.access import now, staff, store
from renderer.portal.applying import CONFLICT, filling_of
from renderer.portal.filling import Filling, Step, concerns
from renderer.portal.materials import NeedLine, need_lines, to_sign
from renderer.portal.saving import boxes_of
from renderer.portal.sheet import UNPROCESSABLE, known
from renderer.showing import clock_time, masked
from renderer.wording import departments, words
from renderer.wording import say as _
from renderer.wording import say_count as ngettext
from submissions import drafts, intake
from submissions.drafts import Draft
from submissions.errors import Conflict, KeyReusedError, Refused
from submissions.numbers import hidden


def register(portal: Blueprint) -> None:
    """Add these pages to the portal."""
    portal.add_url_rule("/drafts/<id_>/check", view_func=check)
    portal.add_url_rule(
        "/drafts/<id_>/submit", view_func=submit, methods=["GET", "POST"]
    )


def check(id_: str) -> Response:
    """Show every answer, with a way to change each."""
    filling = filling_of(id_)
    if not filling.situated:
        return redirect(url_for("portal.situations", id_=id_))
    return _checked(filling)


def submit(id_: str) -> Response:
    """Accept the answers; the same draft again leads to the same receipt.

    Who comes back to this address, by a language switch or after signing in, checks
    again.
    """
    if request.method == "GET":
        return redirect(url_for("portal.check", id_=id_))
    filling = filling_of(id_, asking=False)
    if request.form.get("rev") != str(filling.draft.rev):
        return _changed_elsewhere(filling)
    if any(filling.unread(question) for question in filling.asked.values()):
        return _checked(filling, status=UNPROCESSABLE)
    draft = _declared(filling.draft)
    if draft is None:
        wrong = _("请先确认内容属实，在方框里打勾")
        if staff() is not None:
            wrong = _("请选申请人怎样确认；用核对码的，请照申请人看到的填")
        return _checked(filling, wrong, status=UNPROCESSABLE)
    return _accepted(replace(filling, draft=draft))


def _declared(draft: Draft) -> Draft | None:
    """Return a draft that the applicant says is true; None: they have not yet."""
    if staff() is not None:
        return acting.confirmed(draft)
    return draft if request.form.get("declared") == "yes" else None


def _accepted(filling: Filling) -> Response:
    try:
        # Written once more, so that what another window keeps meanwhile is not lost.
        draft = drafts.save(store(), filling.draft, now=now())
        filling = replace(filling, draft=draft)
        receipt = intake.accept(store(), filling.published, draft=draft, now=now())
    except (Conflict, KeyReusedError):
        return _changed_elsewhere(filling_of(filling.draft.id))
    except Refused:
        return _checked(filling, status=UNPROCESSABLE)
    return redirect(url_for("portal.receipt", id_=receipt.submission), 303)


def _changed_elsewhere(filling: Filling) -> Response:
    wrong = _("这张表刚在别的窗口改过。请再看一遍，再提交")
    return _checked(filling, wrong, status=CONFLICT)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One answer to check."""

    name: str
    number: str
    label: str
    text: str
    source: str
    error: str
    #: Must be answered, and is not.
    lacking: bool
    href: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """The answers of one step."""

    number: int
    label: str
    href: str
    #: Says how many answers are missing, if any.
    missing: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PartLine:
    """What one department will receive."""

    matter: str
    label: str
    department: str
    count: int
    waits: str


def _checked(filling: Filling, wrong: str = "", *, status: int = 200) -> Response:
    sections = [_section(filling, step) for step in filling.sections]
    errors = [error for section in sections for error in _errors(section)]
    lines = need_lines(filling, now=now())
    errors += [_lacking(filling, line) for line in lines if line.lacking]
    errors += [("who", text) for text in _elsewhere(filling)]
    faulty = bool(errors)
    if wrong and not faulty:
        errors = [("declared", wrong)]
    body = render_template(
        "check.html",
        heading=_("检查并提交"),
        service=words(filling.form.guide.label),
        wrong=bool(errors),
        errors=errors,
        faulty=faulty,
        undeclared=wrong,
        confirmation=_confirmation(filling.draft),
        draft=filling.draft,
        whole=filling.whole,
        done=filling.done,
        situations=list(_situations(filling)),
        sections=sections,
        parts=list(_parts(filling)),
        lines=lines,
        materials=to_sign(filling.form, filling.needs),
        saved=clock_time(filling.draft.updated_at),
        back=(url_for("portal.tasks", id_=filling.draft.id), _("返回")),
    )
    return make_response(body, status)


def _confirmation(draft: Draft) -> str:
    """What the applicant reads out at the counter; "" where nobody helps, or there."""
    away = staff() is not None or draft.helper is None
    return "" if away else acting.confirmation(draft)


def _errors(section: Section) -> Iterator[tuple[str, str]]:
    """What must be put right in a step; missing answers are one line together."""
    if section.missing:
        yield section.href, section.missing
    for line in section.lines:
        if line.error:
            yield line.href, line.error


def _lacking(filling: Filling, line: NeedLine) -> tuple[str, str]:
    """A material that must be handed in first, and where."""
    href = url_for("portal.material", id_=filling.draft.id, key=line.key, then="check")
    return href, _("还没有交“%(label)s”", label=line.label)


def _section(filling: Filling, step: Step) -> Section:
    [page] = step.leaf.sections
    label, missing = words(page.label), step.missing
    return Section(
        number=step.number,
        label=label,
        href=_first_lacking(filling, step),
        missing=_("“%(label)s”还有 %(num)s 项没有填", label=label, num=missing)
        if missing
        else "",
        lines=tuple(line for q in step.questions for line in _lines(filling, q)),
    )


def _first_lacking(filling: Filling, section: Step) -> str:
    """Where the first answer that is missing is given."""
    id_ = filling.draft.id
    lacking = (q for q in section.questions if filling.faults_of(q))
    question = next(lacking, section.questions[0])
    page = filling.step_of(question).leaf.id
    return url_for("portal.page", id_=id_, page=page, then="check")


def _lines(filling: Filling, question: Question) -> Iterator[Line]:
    """The line of an answer; of a list, then one for each row."""
    whole = _line(filling, question)
    if not question.columns or not whole.text:
        yield whole
        return
    value = answer(filling.draft.answers, question)
    rows = list(
        entries(
            filling.form,
            question,
            value,
            faults=filling.faults_of(question),
            typed=filling.draft.unread,
        )
    )
    count = ngettext("共 %(num)s 行", "共 %(num)s 行", len(rows))
    yield replace(whole, text=count)
    for row in rows:
        yield replace(
            whole,
            name=row.id,
            number="",
            label=f"{whole.label} {_('第 %(number)s 行', number=row.number)}",
            text=row.text,
            source="",
            error=row.error,
            href=_row_page(filling, question, row.number) or whole.href,
        )


def _row_page(filling: Filling, question: Question, number: int) -> str:
    """Where one row is changed; "" where all stand on one page."""
    if not filling.rows_apart:
        return ""
    return url_for(
        "portal.row",
        id_=filling.draft.id,
        name=question.name,
        number=number,
        then="check",
    )


def _line(filling: Filling, question: Question) -> Line:
    value = answer(filling.draft.answers, question)
    error = _error(filling, question, value)
    origin = None if value is ABSENT else known(filling, question)
    required = filling.judge.required(question, filling.facts)
    unread = boxes_of(question.name, filling.draft.unread) if value is ABSENT else {}
    typed = hidden(" ".join(text for texts in unread.values() for text in texts))
    page = url_for(
        "portal.page",
        id_=filling.draft.id,
        page=filling.step_of(question).leaf.id,
        open=question.name,
        then="check",
    )
    return Line(
        name=question.name,
        number=filling.numbers[question.pointer],
        label=words(question.label),
        text=masked(question, value) or typed,
        source=origin.said if origin is not None else "",
        error=error,
        lacking=value is ABSENT and required and not error,
        href=f"{page}#q-{question.name}",
    )


def _error(filling: Filling, question: Question, value: Any) -> str:
    """The first thing to put right in an answer; what is in its rows is said there."""
    if filling.unread(question) and not question.columns:
        return _("“%(label)s”填的看不懂，请改正", label=words(question.label))
    faults = filling.faults_of(question)
    if question.columns:
        faults = tuple(each for each in faults if each.pointer == question.pointer)
    if value is ABSENT or not faults:
        return ""
    return for_fault(faults[0], question, filling.form, value)


def _elsewhere(filling: Filling) -> Iterator[str]:
    """Faults at no question: a definition is wrong, and a person must help."""
    every = (*filling.situations, *filling.asked.values())
    for fault in filling.faults:
        if not any(concerns(fault, question) for question in every):
            who = departments(filling.form, fault.matters)
            yield _("%(who)s的表有一处对不上，请拨打 12345 求助", who=who)


def _situations(filling: Filling) -> Iterator[Line]:
    href = url_for("portal.situations", id_=filling.draft.id, then="check")
    for question in filling.situations:
        value = answer(filling.draft.answers, question)
        yield Line(
            name=question.name,
            number="",
            label=words(question.label),
            text=masked(question, value),
            source="",
            error="",
            lacking=False,
            href=f"{href}#q-{question.name}",
        )


def _parts(filling: Filling) -> Iterator[PartLine]:
    awaited = filling.judge.awaited(filling.facts)
    labels = {matter.id: words(matter.label) for matter in filling.form.matters}
    for matter in filling.judge.applicable(filling.facts):
        yield PartLine(
            matter=matter.id,
            label=labels[matter.id],
            department=words(filling.form.departments[matter.department].label),
            count=_size(matter, filling),
            waits=_waits(matter, awaited, labels),
        )


def _size(matter: Matter, filling: Filling) -> int:
    """How many fields of a matter's own form are filled in so far."""
    try:
        return _leaves(project(matter, filling.judge.prune(filling.draft.answers)))
    except UndefinedError:
        return 0


def _leaves(value: Any) -> int:
    if isinstance(value, dict):
        return sum(_leaves(each) for each in value.values())
    if isinstance(value, list):
        return sum(_leaves(each) for each in value)
    return 1


def _waits(
    matter: Matter,
    awaited: Mapping[FactId, tuple[MatterId, ...]],
    labels: Mapping[MatterId, str],
) -> str:
    held = bound(matter)
    issuers = (
        labels[issuer]
        for fact, matters in awaited.items()
        if fact in held
        for issuer in matters
    )
    before = _("、").join(dict.fromkeys(issuers))
    return _("等“%(before)s”办完后自动送出", before=before) if before else ""
