"""After submitting: the receipt, and how far each department is."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import Any

import segno
from flask import Blueprint, make_response, render_template, request, url_for
from werkzeug.wrappers import Response

from builder.model import MergedForm
from renderer.portal.access import (
    find_submission,
    found_submission,
    known_codes,
    now,
    open_submission,
    services,
    shown_code,
    staff,
    store,
)
from renderer.portal.materials import open_lines, sent_materials
from renderer.portal.rating import told
from renderer.showing import local_date, local_time
from renderer.wording import say as _
from renderer.wording import words
from submissions import inbox, packs, rating, supplying
from submissions.materials import grouped
from submissions.numbers import hidden
from submissions.progress import Progress, Step, progress
from submissions.store.contract import Document

#: Light squares a reader needs around a code.
QUIET = 2


def register(portal: Blueprint) -> None:
    """Add these pages to the portal."""
    portal.add_url_rule("/submissions/<id_>", view_func=receipt)
    portal.add_url_rule(
        "/submissions/<id_>/progress", endpoint="progress", view_func=progress_page
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class PartLine:
    """One matter of a submission."""

    matter: str
    #: Its document is made, and can be looked at.
    made: bool
    label: str
    department: str
    state: str
    css: str
    note: str
    limit: str
    #: Another matter comes first.
    waits: bool
    #: By when it is to be done, while it is not.
    due: str
    reasons: tuple[str, ...]
    #: What the decision brought: a label and the value.
    results: tuple[tuple[str, str], ...]
    #: Where the applicant corrects it; "" where nothing is asked.
    correction: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LogLine:
    """What happened within one minute, the last first."""

    at: str
    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    """A QR code as one SVG path."""

    size: int
    path: str


def receipt(id_: str) -> Response:
    """Say what was received, and what happens next, with whom, by when."""
    document = open_submission(id_)
    form, view = _view(document)
    published = packs.load(store(), document["pack_version"])
    lines, others = sent_materials(published, document, now=now())
    body = render_template(
        "receipt.html",
        heading=_("回执"),
        service=words(form.guide.label),
        id=id_,
        ref=view.ref,
        received=local_time(view.created_at),
        parts=[_part(document, form, step) for step in view.steps],
        departments=len({words(step.department) for step in view.steps}),
        lines=lines,
        materials=[each for each in others if each.effort != "none"],
        open={need.key for need in supplying.open_needs(published, document)},
        following=_("接下来")
        if any(promise["due"] for promise in document.get("promises", ()))
        else _("接下来，不用您跑"),
        unsent="unsent" in request.args,
        ratable=staff() is None and rating.ratable(document),
        rated=told(document),
        qr=qr_code(resume_address()),
        code=shown_code(id_) if id_ in known_codes() else "",
        back=(url_for("portal.mine"), _("返回")),
    )
    return make_response(body)


def progress_page(id_: str) -> Response:
    """Say how far each department is.

    To a clerk who found the case with a number, nothing of what is in it.
    """
    known = find_submission(id_)
    document = known or found_submission(id_)
    published = packs.load(store(), document["pack_version"])
    form, view = _view(document)
    parts = [_part(document, form, step) for step in view.steps]
    body = render_template(
        "progress.html",
        heading=_("办到哪一步了"),
        service=words(form.guide.label),
        id=id_,
        ref=view.ref,
        parts=parts,
        lines=open_lines(published, document, now=now()) if known else (),
        whole=known is not None,
        done=sum(step.state == "decided" for step in view.steps),
        log=list(_log(form, document)),
        ratable=staff() is None and rating.ratable(document),
        rated=told(document),
        back=(url_for("portal.receipt", id_=id_), _("回执"))
        if known
        else (url_for("portal.earlier"), _("以前的办件")),
    )
    return make_response(body)


def qr_code(text: str) -> Code:
    """Draw a text as one path of unit squares."""
    matrix = list(segno.make_qr(text, error="m").matrix)
    squares = (
        f"M{x + QUIET} {y + QUIET}h1v1h-1z"
        for y, row in enumerate(matrix)
        for x, dark in enumerate(row)
        if dark
    )
    return Code(size=len(matrix) + 2 * QUIET, path="".join(squares))


def resume_address() -> str:
    """Where somebody who scans the code types the resume code."""
    base = services().base_url or request.url_root.rstrip("/")
    return base + url_for("portal.mine", _anchor="rc")


def _view(document: Document) -> tuple[MergedForm, Progress]:
    form = packs.load(store(), document["pack_version"]).form
    return form, progress(document, form)


def _part(document: Document, form: MergedForm, step: Step) -> PartLine:
    matter = next(matter for matter in form.matters if matter.id == step.matter)
    state, css, note = _state(step)
    return PartLine(
        matter=step.matter,
        made=step.state not in {"waiting", "held"},
        label=words(step.label),
        department=words(step.department),
        state=state,
        css=css,
        note=note,
        limit=words(matter.promised_limit.text),
        waits=step.state == "waiting",
        due=_due(document, form, step),
        reasons=tuple(dict.fromkeys(map(hidden, step.reasons))),
        results=tuple((words(each.label), str(each.value)) for each in step.results),
        correction=url_for("portal.correction", id_=document["_id"], part=step.part)
        if step.state == "correction"
        else "",
    )


def _due(document: Document, form: MergedForm, step: Step) -> str:
    """Say by when a part is to be done; "" where it is, or waits, or nobody counts."""
    if step.state not in {"delivered", "accepted"}:
        return ""
    part = next(each for each in document["parts"] if each["id"] == step.part)
    clock = inbox.clock_of(document, part, form, now=now())
    term = clock.promised or clock.legal
    if term is None or term.due is None:
        return ""
    day = local_date(term.due.day.isoformat())
    if term.due.provisional:
        return _("%(day)s前办结（节假日安排公布后可能变动）", day=day)
    return _("%(day)s前办结", day=day)


def _state(step: Step) -> tuple[str, str, str]:
    """A step's state in a word, its look, and what happens next."""
    since = local_time(step.since)
    match step.state:
        case "decided" if step.outcome == "rejected":
            return _("未通过"), "fix", _("%(time)s 办完，没有通过", time=since)
        case "waiting":
            before = _("、").join(
                dict.fromkeys(words(i) for fact in step.awaits for i in fact.issuers)
            )
            note = _("“%(before)s”办完后自动送出，不用您管", before=before)
            return _("等前一事项"), "wait", note
        case state:
            return _plain_states(since)[state]


def _plain_states(since: str) -> dict[str, tuple[str, str, str]]:
    sending = _("正在送达"), "todo", _("马上送到部门，送不到会一直重试")
    return {
        "decided": (_("已办结"), "done", _("%(time)s 办结", time=since)),
        "accepted": (_("已受理"), "part", _("%(time)s 部门已受理", time=since)),
        "correction": (_("需补正"), "fix", _("%(time)s 部门请您补正", time=since)),
        "delivered": (_("办理中"), "part", _("%(time)s 已送到部门", time=since)),
        "held": (
            _("核对中"),
            "part",
            _("结果对不上，工作人员正在核对，会和您联系"),
        ),
        "parked": (_("还没送到"), "part", _("工作人员在处理，不用您管")),
        "sending": sending,
        "no_endpoint": sending,
    }


def _log(form: MergedForm, document: Document) -> Iterator[LogLine]:
    """What happened, the last first; only what concerns the applicant."""
    labels = {matter.id: words(matter.label) for matter in form.matters}
    matters = {part["id"]: labels[part["matter"]] for part in document["parts"]}
    told = (
        (local_time(entry["at"]), _told(form, matters, entry, document["created_at"]))
        for entry in reversed(document["log"])
    )
    for at, together in groupby(told, key=itemgetter(0)):
        texts = tuple(dict.fromkeys(text for _at, text in together if text))
        if texts:
            yield LogLine(at=at, texts=texts)


def _told(
    form: MergedForm, matters: dict[str, str], entry: dict[str, Any], began: str
) -> str:
    """Say what happened, or "" where it is no news for the applicant."""
    matter = matters.get(entry["detail"].get("part", ""), "")
    who = _who(form, entry)
    match entry["what"]:
        case "accepted":
            num = len(matters)
            return _("收件，分成 %(num)s 份送各部门", num=num)
        case "material.supplied":
            return _supplied(form, entry["detail"]["material"])
        case "part.ready" if entry["at"] == began:
            return ""  # that it was received says so
        case "part.decided" if entry["detail"]["outcome"] == "rejected":
            return _("%(who)s没有通过“%(matter)s”", who=who, matter=matter)
        case what:
            return _plain_news(who, matter).get(what, "")


def _supplied(form: MergedForm, key: str) -> str:
    every = ((m, each) for m in form.matters for each in m.materials)
    need = next(each for each in grouped(form, every) if each.key == key)
    return _("您补交了“%(material)s”，送给要用的部门", material=words(need.label))


def _plain_news(who: str, matter: str) -> dict[str, str]:
    return {
        "part.ready": _("前面的结果到了，“%(matter)s”送往部门", matter=matter),
        "part.held": _("“%(matter)s”的结果对不上，工作人员在核对", matter=matter),
        "part.accepted": _("%(who)s受理“%(matter)s”", who=who, matter=matter),
        "part.correction_requested": _(
            "%(who)s请您补正“%(matter)s”", who=who, matter=matter
        ),
        "rated": _("您评价了这次办理"),
        "corrected": _("您补正了“%(matter)s”", matter=matter),
        "part.updated": _("补正后的“%(matter)s”送往部门", matter=matter),
        "part.decided": _("%(who)s办结“%(matter)s”", who=who, matter=matter),
    }


def _who(form: MergedForm, entry: dict[str, Any]) -> str:
    department = form.departments.get(entry["who"])
    return words(department.label) if department else str(entry["who"])
