"""The pages an applicant fills in: situations, task list, pages of questions."""

from collections.abc import Callable
from dataclasses import dataclass, replace

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

from builder.model import Question
from renderer.fields import AnswerField, Posted, written
from renderer.pieces import answer
from renderer.portal.access import (
    known_codes,
    now,
    open_draft,
    person,
    posted,
    shown_code,
    store,
    typed_texts,
)
from renderer.portal.filling import Filling, Step
from renderer.portal.saving import merged, readable, same, with_row_change
from renderer.portal.sheet import (
    SITUATIONS,
    Sheet,
    page_sheet,
    show,
    situation_sheet,
    unreadable,
    wrong_names,
)
from renderer.showing import local_date, shown
from renderer.wording import say as _
from renderer.wording import say_count as ngettext
from renderer.wording import words
from submissions import drafts, packs
from submissions.errors import Conflict

CONFLICT = 409


def filling_of(id_: str) -> Filling:
    """Open a draft with its form and what is known about its owner; 404 if not."""
    draft = open_draft(id_)
    here = person()
    own = here is not None and here.owner == draft.owner
    return Filling(
        published=packs.load(store(), draft.pack),
        draft=draft,
        records=here.records if here is not None and own else (),
    )


def register(portal: Blueprint) -> None:
    """Add these pages to the portal."""
    portal.add_url_rule(
        "/drafts/<id_>/situations",
        view_func=situations,
        methods=["GET", "POST"],
    )
    portal.add_url_rule("/drafts/<id_>", view_func=tasks)
    portal.add_url_rule(
        "/drafts/<id_>/pages/<page>", view_func=page, methods=["GET", "POST"]
    )


def situations(id_: str) -> Response:
    """Ask what decides matters, questions and materials."""
    sheet = situation_sheet(filling_of(id_))
    if not sheet.questions:
        return redirect(url_for("portal.tasks", id_=id_))
    return receive(sheet) if request.method == "POST" else _open(sheet)


def page(id_: str, page: str) -> Response:
    """Show one page of questions, or keep what was sent for it."""
    filling = filling_of(id_)
    if not filling.situated:
        return redirect(url_for("portal.situations", id_=id_))
    step = filling.step(page)
    if step is None:
        if page in {each.id for each in filling.form.pages}:
            return redirect(url_for("portal.tasks", id_=id_))
        abort(404)
    sheet = page_sheet(filling, step)
    return receive(sheet) if request.method == "POST" else _open(sheet)


def tasks(id_: str) -> Response:
    """List the steps, each with its state in words."""
    filling = filling_of(id_)
    if not filling.situated:
        return redirect(url_for("portal.situations", id_=id_))
    body = render_template(
        "tasklist.html",
        heading=_("您的这张表"),
        service=words(filling.form.guide.label),
        steps=[_line(step) for step in filling.steps],
        done=filling.done,
        matters=len(filling.judge.applicable(filling.facts)),
        questions=len(filling.asked),
        following=_following(filling),
        draft=filling.draft,
        expires=local_date(filling.draft.expires_at),
        code=shown_code(id_) if id_ in known_codes() else "",
        back=(url_for("portal.mine"), _("我的办件")),
    )
    return make_response(body)


def receive(sheet: Sheet) -> Response:
    """Keep one page as it was sent; say what must be put right; lead on."""
    sent = _as_sent(sheet)
    fields = sheet.fields(sent)
    if request.form.get("rev") != str(sheet.filling.draft.rev):
        differing = _differences(sheet, fields)
        if differing:
            return _conflict(sheet, sent, fields, differing)
    changed = merged(
        sheet.filling.draft, sheet.questions, fields, sheet.filling.proposals
    )
    try:
        saved = drafts.save(store(), changed, now=now())
    except Conflict:
        return _later_conflict(sheet)
    return _after(sheet, _again(sheet, replace(sheet.filling, draft=saved)), sent)


def _open(sheet: Sheet) -> Response:
    more = "more" in request.args
    notice = _("根据您刚才的回答，这一页多了几项。") if more else ""
    return show(sheet, sheet.served(), notice=notice)


def _as_sent(sheet: Sheet) -> Posted:
    """What was sent, after row buttons and choices on the conflict page."""
    sent: Posted = posted()
    button, _colon, rest = request.form.get("_do", "").partition(":")
    name, _colon, row = rest.partition(":")
    for question in sheet.questions:
        if question.name == name and question.input == "rows":
            change = "add" if button == "add" else row
            sent = with_row_change(question, sent, change)
        if request.form.get(f"_pick-{question.name}") == "stored":
            sent = _with_stored(sheet, question, sent)
    return sent


def _with_stored(sheet: Sheet, question: Question, sent: Posted) -> Posted:
    own = f"{question.name}-"
    others = {
        name: texts
        for name, texts in sent.items()
        if name != question.name and not name.startswith(own)
    }
    value = answer(sheet.filling.draft.answers, question)
    return {**others, **written(question, question.name, value)}


def _again(sheet: Sheet, filling: Filling) -> Sheet | None:
    """The same page after saving; None where it asks nothing any more."""
    if sheet.page == SITUATIONS:
        return situation_sheet(filling)
    step = filling.step(sheet.page)
    return None if step is None else page_sheet(filling, step)


def _after(before: Sheet, after: Sheet | None, sent: Posted) -> Response:
    """Lead on from a page that is saved."""
    if after is None:
        return redirect(url_for("portal.tasks", id_=before.filling.draft.id), 303)
    fields = after.fields(sent)
    everything = {**after.served(), **sent} if after.names - before.names else sent
    button = request.form.get("_do", "next")
    if button.startswith(("add:", "remove:")):
        return show(after, everything)
    wrong = wrong_names(after, fields)
    if button == "later":
        # What is only missing or not allowed yet is kept; what cannot be read is not.
        wrong = frozenset(q.name for q in after.questions if unreadable(fields, q))
    if wrong & before.names:
        return show(after, everything, judged=wrong & before.names)
    return redirect(_onward(before, after, button), 303)


def _onward(before: Sheet, after: Sheet, button: str) -> str:
    if button == "later":
        return url_for("portal.tasks", id_=after.filling.draft.id)
    if after.names - before.names:
        then = request.form.get("then")
        return f"{after.action}?more=1" + ("&then=check" if then == "check" else "")
    return _next(after)


def _next(sheet: Sheet) -> str:
    filling = sheet.filling
    id_ = filling.draft.id
    if request.form.get("then") == "check":
        return url_for("portal.check", id_=id_)
    if sheet.page == SITUATIONS:
        return url_for("portal.tasks", id_=id_)
    rest = [s for s in filling.steps if s.number > sheet.part]
    if rest:
        return url_for("portal.page", id_=id_, page=rest[0].page.id)
    return url_for("portal.check", id_=id_)


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One question answered differently in two windows."""

    name: str
    number: str
    label: str
    mine: str
    stored: str


def _differences(sheet: Sheet, fields: dict[str, AnswerField]) -> list[Question]:
    stored = sheet.filling.draft.answers
    return [
        question
        for question in sheet.questions
        if unreadable(fields, question)
        or not same(fields[question.name].value, answer(stored, question))
    ]


def _conflict(
    sheet: Sheet,
    sent: Posted,
    fields: dict[str, AnswerField],
    differing: list[Question],
) -> Response:
    """Show both values of each difference; nothing of either is lost."""
    draft = sheet.filling.draft
    body = render_template(
        "conflict.html",
        heading=_("别的窗口也改过这一页"),
        service=words(sheet.filling.form.guide.label),
        whole=len(sheet.questions),
        differences=[
            Difference(
                name=question.name,
                number=sheet.numbers[question.pointer],
                label=words(question.label),
                mine=_mine(question, fields[question.name]),
                stored=shown(question, answer(draft.answers, question)),
            )
            for question in differing
        ],
        action=sheet.action,
        posted={k: v for k, v in typed_texts(sent).items() if k not in ("rev", "then")},
        rev=draft.rev,
        return_to=request.form.get("then", ""),
        back=(sheet.action, _("返回")),
    )
    return make_response(body, CONFLICT)


def _mine(question: Question, field: AnswerField) -> str:
    if unreadable({question.name: field}, question):
        return " ".join(text for texts in field.posted.values() for text in texts)
    return shown(question, readable(field.value))


def _later_conflict(sheet: Sheet) -> Response:
    """Another window was faster than this request: look again, then compare."""
    id_, page_ = sheet.filling.draft.id, sheet.page
    return situations(id_) if page_ == SITUATIONS else page(id_, page_)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One step in the task list."""

    id: str
    number: int
    label: str
    about: str
    state: str
    css: str
    action: str


def _line(step: Step) -> Line:
    about = ngettext("%(num)s 项", "%(num)s 项", len(step.questions))
    if step.proposed:
        about += _("，%(num)s 项已带出", num=step.proposed)
    elif step.answered and step.state != "done":
        about += _("，%(num)s 项已填", num=step.answered)
    elif step.settled and not step.answered:
        about += _("，都是选填")
    label = words(step.page.label)
    states: dict[str, Callable[[], tuple[str, str]]] = {
        "fix": lambda: (
            _("需改正 %(num)s 处", num=step.wrong),
            _("改正“%(label)s”", label=label),
        ),
        "part": lambda: (_("填写中"), _("接着填“%(label)s”", label=label)),
        "todo": lambda: (_("未填"), _("去填“%(label)s”", label=label)),
        "done": lambda: (_("已完成"), ""),
    }
    state, action = states[step.state]()
    return Line(
        id=step.page.id,
        number=step.number,
        label=label,
        about=about,
        state=state,
        css=step.state,
        action=action,
    )


def _following(filling: Filling) -> Line | None:
    """The step to go on with; None when everything can be checked and sent."""
    open_steps = [step for step in filling.steps if not step.settled]
    return _line(open_steps[0]) if open_steps else None
