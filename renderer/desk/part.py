"""A part's page: the department's own form as it knows it, and what happened to it."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import orjson
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

from renderer.desk import times
from renderer.desk.access import route, signed_in
from renderer.desk.own import CASES, Own, names_of, own, state_words
from renderer.desk.workbook import xlsx
from renderer.documents import Cell, cells
from renderer.downloads import download
from renderer.portal.access import now, store
from renderer.showing import local_date, local_time, source_name
from renderer.wording import say as _
from renderer.wording import words
from submissions import inbox, looking
from submissions import staff as accounts
from submissions.errors import Conflict
from submissions.files import KeptFile
from submissions.ids import new_id
from submissions.numbers import hidden, hidden_number
from submissions.progress import progress, results_of

UNPROCESSABLE = 422
#: Signs of a reason, at least and at most.
LEAST_REASON, MOST_REASON = 2, 200
#: Signs from which a sensitive text is masked as a number.
_NUMBER = 8
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def register(desk: Blueprint) -> None:
    """Add these pages to the desk."""
    route(desk, "/parts/<part>", part, roles=CASES)
    route(desk, "/parts/<part>/files/<address>", part_file, roles=CASES)
    for name, view in (("assign", assign), ("whole", whole)):
        route(desk, f"/parts/<part>/{name}", view, roles=CASES, methods=("POST",))


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One field of the form."""

    path: str
    label: str
    text: str
    meaning: str
    #: Where it came from, if nobody typed it.
    source: str
    #: What the applicant says is wrong with it.
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """Something that happened to the part."""

    at: str
    text: str
    who: str


def part(part: str) -> Response:
    """Show a part with its numbers masked; that somebody looked is written down."""
    return page(own(part))


def whole(part: str) -> Response:
    """Show all, or give it as a file, to who says why."""
    case, me = own(part), signed_in()
    why, how = request.form.get("why", "").strip(), request.form.get("_do", "page")
    if "body" not in case.part or how not in {"page", "json", "xlsx"}:
        return redirect(url_for("desk.part", part=part), 303)
    if not LEAST_REASON <= len(why) <= MOST_REASON:
        said = _(
            "请写明理由，%(least)s 到 %(most)s 个字",
            least=LEAST_REASON,
            most=MOST_REASON,
        )
        return page(case, errors=[("why", said)])
    said_by = {"how": how, "why": why, "who": me.who, "now": now()}
    looking.unmasked(store(), case.submission["_id"], part, **said_by)
    if how == "page":
        return page(own(part), masked=False)
    content = _json(case) if how == "json" else _xlsx(case)
    response = make_response(content)
    response.headers["Content-Type"] = "application/json" if how == "json" else _XLSX
    name = f"{case.submission['ref']}-{case.part['matter']}.{how}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def part_file(part: str, address: str) -> Response:
    """Send a file that was handed in for this part; no other."""
    case, me = own(part), signed_in()
    mine = {
        file["sha256"] for each in materials_of(case) for file in each.get("files", ())
    }
    kept = (KeptFile.of(file) for file in case.submission["files"])
    found = next((f for f in kept if f.sha256 == address and address in mine), None)
    if found is None:  # the page says what there is
        return redirect(url_for("desk.part", part=part), 303)
    id_ = case.submission["_id"]
    said = {"how": "file", "why": address, "who": me.who, "now": now()}
    looking.unmasked(store(), id_, part, **said)
    return download(store(), id_, found)


def assign(part: str) -> Response:
    """Take a part, hand it to a colleague, or give it back."""
    case, me = own(part), signed_in()
    to, seen = request.form.get("to", ""), request.form.get("seen", "")
    if to and to not in colleagues(case):
        abort(404)
    line = replace(case.line, taken=seen)
    try:
        inbox.assign(store(), case.published, line, to, who=me.who, now=now())
    except Conflict:
        return page(own(part), errors=[("assign", _("刚刚有人领了这一件，请再看一遍"))])
    return redirect(url_for("desk.part", part=part), 303)


def page(
    case: Own, *, masked: bool = True, errors: Sequence[tuple[str, str]] = ()
) -> Response:
    """Write out the page of a part; 422 when it shows errors.

    Whatever led here, that somebody looked is written down; without masks, before.
    """
    if masked:
        viewed(case)
    form, part = case.published.form, case.part
    state, css = case.state
    body = render_template(
        "desk/part.html",
        heading=words(case.matter.label),
        ref=case.submission["ref"],
        service=words(form.guide.label),
        part=part,
        state=state,
        css=css,
        terms=times.terms(case.clock),
        presumed=case.clock.presumed,
        lines=list(lines_of(case, masked=masked)),
        masked=masked,
        title=case.matter.schema.get("title", ""),
        materials=list(material_lines(case)),
        results=list(brought_by(case, masked=masked)),
        others=list(_others(case)),
        news=list(_news(case)),
        me=signed_in().id,
        taken=names_of(store(), {part.get("taken", "")}).get(part.get("taken", "")),
        colleagues=colleagues(case),
        message=new_id("m"),
        errors=errors,
        wrong=bool(errors),
        why=request.form.get("why", ""),
        back=(url_for("desk.inbox"), _("待办")),
    )
    return make_response(body, UNPROCESSABLE if errors else 200)


def viewed(case: Own) -> None:
    """Write down that who is signed in sees a part, with its numbers masked."""
    id_, who = case.submission["_id"], signed_in().who
    looking.viewed(store(), id_, case.part["id"], who=who, now=now())


def colleagues(case: Own) -> dict[str, str]:
    """Who can work on a part, by account, with their names."""
    department = case.part["department"]
    return {
        person.id: person.name
        for person in accounts.every(store())
        if accounts.may(person, CASES, department=department)
    }


def document_of(case: Own) -> dict[str, Any]:
    """The last document of a part; empty while there is none."""
    found: dict[str, Any] = json.loads(case.part.get("body", "{}"))
    return found


def cells_of(case: Own) -> Iterator[Cell]:
    """The fields of the department's form, filled in."""
    answers, judge = json.loads(case.submission["answers"]), case.published.judge
    questions = (*case.published.form.situations, *judge.asked(answers))
    return cells(case.matter, document_of(case), questions, answers)


def materials_of(case: Own) -> list[dict[str, Any]]:
    """What the department is told of its materials, with what came later."""
    later = {
        each["id"]: each
        for event in case.part.get("supplied", ())
        if event["made"] == case.part["made"]
        for each in event["materials"]
    }
    return [later.get(each["id"], each) for each in case.part.get("materials", ())]


def brought_by(case: Own, *, masked: bool) -> Iterator[tuple[str, str]]:
    """Yield the facts this part's decision brought, as they are called."""
    if case.part["state"] != "decided":
        return
    form = case.published.form
    for each in results_of(case.submission, case.matter, form):
        fact = form.facts.get(each.fact)
        # Of what no form holds nobody says that it is not sensitive.
        hide = masked and (fact is None or fact.sensitivity == "sensitive")
        text = str(each.value)
        yield words(each.label), _hidden(text) if hide else text


def lines_of(case: Own, *, masked: bool) -> Iterator[Line]:
    """Yield the fields of the form, filled in, with where their values came from."""
    origins = json.loads(case.part.get("provenance", "{}"))
    for cell in cells_of(case) if "body" in case.part else ():
        origin = origins.get(cell.path, {})
        note = origin.get("disputed", "")
        hide = masked and _sensitive(case, cell.path)
        yield Line(
            path=cell.path,
            label=cell.label,
            text=_hidden(cell.text) if hide else cell.text,
            meaning="" if hide else cell.meaning,
            source=_source(case, origin) if origin and cell.text else "",
            note=hidden(note) if masked else note,
        )


def _sensitive(case: Own, path: str) -> bool:
    field = case.matter.fields.get(path)
    if field is None:
        return True  # nobody says that it is not
    facts = case.published.form.facts
    held = (facts[fact].sensitivity for fact in field.held if fact in facts)
    return "sensitive" in {field.sensitivity, *held}


def _hidden(text: str) -> str:
    signs = sum(sign.isdigit() for sign in text)
    if signs >= _NUMBER and "\n" not in text and " " not in text:
        return hidden_number(text)
    return f"{text[:1]}＊＊" if text else ""


def _source(case: Own, origin: Mapping[str, Any]) -> str:
    if origin["corrected"]:
        return _("申请人改过")
    name = source_name(case.published.form, origin["source"])
    day = f"{_('，')}{local_date(origin['at'])}" if origin["at"] else ""
    sure = "" if origin["certainty"] == "exact" else _("，不一定准，请核对")
    return _("来自%(source)s", source=name) + day + sure


def material_lines(case: Own) -> Iterator[tuple[str, str, list[dict[str, Any]]]]:
    """Yield what the materials are called, how far each is, and its files."""
    labels = {each.id: words(each.label) for each in case.matter.materials}
    for told in materials_of(case):
        yield labels[told["id"]], _material_state(told), told.get("files", [])


def _material_state(told: Mapping[str, Any]) -> str:
    match told["state"]:
        case "promised" if told["due"]:
            more = _("（暂定）") if told["provisional"] else ""
            return _("承诺%(day)s前补交", day=local_date(told["due"])) + more
        case state:
            return {
                "supplied": _("已交"),
                "promised": _("已承诺，不用交"),
                "exempt": _("免交"),
                "outstanding": _("还没有交"),
            }[state]


def _others(case: Own) -> Iterator[tuple[str, str, str]]:
    """Yield what other matters there are, whose, and their states: no more."""
    states = state_words() | {"delivered": (_("待受理"), "todo")}
    sending = _("送达中"), "wait"
    for step in progress(case.submission, case.published.form).steps:
        if step.part != case.part["id"]:
            state, _css = states.get(step.state, sending)
            yield words(step.label), words(step.department), state


def _news(case: Own) -> Iterator[News]:
    """Yield what happened to the part, the last first."""
    entries = [
        entry
        for entry in reversed(case.submission["log"])
        if entry["detail"].get("part") == case.part["id"]
        or case.part["id"] in entry["detail"].get("parts", ())
    ]
    people = {_person(entry) for entry in entries}
    people |= {entry["detail"].get("to", "") for entry in entries}
    names = names_of(store(), people)
    for entry in entries:
        told = _told(entry, names)
        if told:
            who = names.get(_person(entry), "")
            yield News(at=local_time(entry["at"]), text=told, who=who)


def _person(entry: Mapping[str, Any]) -> str:
    """The account of who did something here, or ""."""
    who: str = entry["detail"].get("by", entry["who"])
    return who.removeprefix("staff:") if who.startswith("staff:") else ""


def _told(entry: Mapping[str, Any], names: Mapping[str, str]) -> str:
    detail = entry["detail"]
    match entry["what"]:
        case "part.decided" if detail["outcome"] == "rejected":
            return _("办结：不予通过")
        case "part.handed_on":
            return _("转给%(who)s", who=names.get(detail["to"], detail["to"]))
        case "part.unmasked" if detail["how"] != "file":
            how = _("在页面上") if detail["how"] == "page" else detail["how"].upper()
            return _("看了全部内容（%(how)s）：%(why)s", how=how, why=detail["why"])
        case what:
            return _plain_news().get(what, "")


def _plain_news() -> dict[str, str]:
    return {
        "part.ready": _("收到"),
        "part.updated": _("申请人补正后再次收到"),
        "part.accepted": _("受理"),
        "part.correction_requested": _("退回补正"),
        "part.decided": _("办结：通过"),
        "part.taken": _("领办"),
        "part.given_back": _("放回待办"),
        "part.viewed": _("打开看过"),
        "part.unmasked": _("下载了材料"),
        "material.supplied": _("申请人补交了材料"),
    }


def _json(case: Own) -> bytes:
    names = ("id", "matter", "department", "area", "state", "digest")
    told = {name: case.part.get(name) for name in names}
    return orjson.dumps(
        {
            "ref": case.submission["ref"],
            **told,
            "document": document_of(case),
            "provenance": json.loads(case.part["provenance"]),
            "materials": materials_of(case),
        },
        option=orjson.OPT_INDENT_2,
    )


def _xlsx(case: Own) -> bytes:
    head = (_("项"), _("内容"), _("含义"), _("位置"))
    every = ((c.label, c.text, c.meaning, c.path) for c in cells_of(case))
    return xlsx([head, *every])
