"""The task list: every step of a form, with its state in words."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from flask import Blueprint, make_response, redirect, render_template, url_for
from werkzeug.wrappers import Response

from renderer.portal.access import known_codes, shown_code
from renderer.portal.applying import filling_of
from renderer.portal.filling import Filling, Step
from renderer.portal.materials import to_sign
from renderer.showing import local_date
from renderer.wording import say as _
from renderer.wording import say_count as ngettext
from renderer.wording import words


def register(portal: Blueprint) -> None:
    """Add this page to the portal."""
    portal.add_url_rule("/drafts/<id_>", view_func=tasks)


def tasks(id_: str) -> Response:
    """List the steps, each with its state in words."""
    filling = filling_of(id_)
    if not filling.situated:
        return redirect(url_for("portal.situations", id_=id_))
    body = render_template(
        "tasklist.html",
        heading=_("您的这张表"),
        service=words(filling.form.guide.label),
        lines=list(_lines(filling)),
        done=filling.done,
        whole=filling.whole,
        matters=len(filling.judge.applicable(filling.facts)),
        questions=len(filling.asked),
        following=_following(filling),
        draft=filling.draft,
        expires=local_date(filling.draft.expires_at),
        code=shown_code(id_) if id_ in known_codes() else "",
        materials=to_sign(filling.form, filling.needs),
        back=(url_for("portal.mine"), _("返回")),
    )
    return make_response(body)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One step in the task list."""

    href: str
    number: int
    label: str
    about: str
    state: str
    css: str
    action: str


def _line(filling: Filling, step: Step) -> Line:
    about = ngettext("%(num)s 项", "%(num)s 项", len(step.questions))
    if step.proposed:
        about += _("，%(num)s 项已带出", num=step.proposed)
    elif step.answered and step.state != "done":
        about += _("，%(num)s 项已填", num=step.answered)
    elif step.settled and not step.answered:
        about += _("，都是选填")
    [planned] = step.leaf.sections
    label = words(planned.label)
    states: dict[str, Callable[[], tuple[str, str]]] = {
        "fix": lambda: (
            _("需改正 %(num)s 处", num=step.wrong),
            _("改正“%(label)s”", label=label),
        ),
        "part": lambda: (_("填写中"), _("接着填“%(label)s”", label=label)),
        "todo": lambda: (_("未填"), _("去填“%(label)s”", label=label)),
        "done": lambda: (_("已完成"), ""),
        "free": lambda: (_("可以不填"), ""),
    }
    state, action = states[step.state]()
    return Line(
        href=_address(filling, step),
        number=step.number,
        label=label,
        about=about,
        state=state,
        css="wait" if step.state == "free" else step.state,
        action=action,
    )


def _address(filling: Filling, section: Step) -> str:
    """Where this end asks what a planned page still lacks, or else how it begins."""
    here = [filling.step_of(question) for question in section.questions]
    begun = any(step.answered for step in here)
    step = next((step for step in here if begun and not step.settled), here[0])
    anchor = f"s-{section.leaf.id}" if len(step.leaf.sections) > 1 else None
    id_ = filling.draft.id
    return url_for("portal.page", id_=id_, page=step.leaf.id, _anchor=anchor)


def _lines(filling: Filling) -> Iterator[Line]:
    """Every step: the planned pages, then the materials."""
    for section in filling.sections:
        yield _line(filling, section)
    if not filling.hands_in:
        return
    asked = [need for need in filling.needs if need.demanding]
    lacking = len(filling.lacking)
    about = ngettext("要交 %(num)s 份", "要交 %(num)s 份", len(asked))
    state, css = _("已完成"), "done"
    if any(need.key in filling.draft.promised for need in asked):
        state = _("已完成，有承诺以后补交的")
    if not asked:
        about, state, css = _("都不是必须交的"), _("可以不交"), "wait"
    elif lacking:
        begun = lacking < len(asked)
        state, css = (_("填写中"), "part") if begun else (_("未交"), "todo")
    yield Line(
        href=url_for("portal.materials", id_=filling.draft.id),
        number=filling.whole,
        label=_("材料"),
        about=about,
        state=state,
        css=css,
        action=_("去交材料"),
    )


def _following(filling: Filling) -> Line | None:
    """The step to go on with; None when everything can be checked and sent."""
    settled = [section.settled for section in filling.sections]
    settled += [not filling.lacking] * filling.hands_in
    lines = zip(_lines(filling), settled, strict=True)
    return next((line for line, done in lines if not done), None)
