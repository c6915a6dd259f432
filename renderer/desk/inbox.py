"""The parts of one's own department: listed, searched, and taken by somebody."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from renderer.desk import times
from renderer.desk.access import route, signed_in
from renderer.desk.front import departments
from renderer.desk.own import CASES, find_own, names_of, state_words
from renderer.portal.access import now, store
from renderer.showing import local_time
from renderer.wording import say as _
from renderer.wording import words
from submissions import inbox as parts
from submissions import numbers, packs
from submissions.clock import day_in_china
from submissions.errors import Conflict, Missing
from submissions.inbox import DECIDED, OPEN, Line
from submissions.staff import Staff

#: Parts on one page.
ON_PAGE = 50
#: A month as it is asked for.
_MONTH = re.compile(r"[0-9]{4}-[0-9]{2}")


def register(desk: Blueprint) -> None:
    """Add these pages to the desk."""
    route(desk, "/inbox", inbox, roles=CASES)
    route(desk, "/inbox/find", find, roles=CASES, methods=("POST",))
    route(desk, "/inbox/next", take_next, roles=CASES, methods=("POST",))


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One part in the list."""

    part: str
    ref: str
    matter: str
    since: str
    left: str
    #: Its time is running out, or over.
    pressing: bool
    state: str
    css: str
    #: Who works on it.
    taken: str


def inbox() -> Response:
    """List the parts of one's department, the most pressing first."""
    tab = request.args.get("s", "open")
    if tab == DECIDED:
        typed = _MONTH.match(request.args.get("month", ""))
        month = typed[0] if typed else day_in_china(now()).isoformat()[:7]
        found = parts.lines(store(), _department(), DECIDED, days=month)
        return _page(found[::-1], tab, month=month)
    every = parts.open_lines(store(), _department())
    tabs = _tabs(signed_in(), day_in_china(now()).isoformat())
    shows = tabs.get(tab, tabs["open"]).shows
    matter, area = (request.args.get(name, "") for name in ("m", "area"))
    found = [
        line
        for line in every
        if shows(line) and matter in {"", line.matter} and area in {"", line.area}
    ]
    return _page(sorted(found, key=pressing), tab, every=every)


def find() -> Response:
    """Find a case by its number, or by the identity number of somebody in it.

    Sent, never an address: identity numbers stand in no log of a server.
    """
    typed, me = request.form.get("q", "").strip(), signed_in()
    if any(numbers.id_numbers(typed)):
        asked = {"who": me.who, "why": "desk", "now": now()}
        found = parts.by_number(store(), _department(), typed, **asked)
    else:
        found = parts.by_ref(store(), _department(), typed)
    return _page(sorted(found, key=pressing), "found", typed=typed)


def take_next() -> Response:
    """Take the most pressing part that nobody has, and open it."""
    me, every = signed_in(), parts.open_lines(store(), _department())
    free = [line for line in every if line.due and not line.taken]
    for line in sorted(free, key=pressing):
        found = find_own(line.part)
        if found is None:
            continue  # it was erased meanwhile
        try:
            parts.assign(store(), found.published, line, me.id, who=me.who, now=now())
        except (Conflict, Missing):
            continue  # somebody else was faster, or it is gone: the next one
        return redirect(url_for("desk.part", part=line.part), 303)
    return redirect(url_for("desk.inbox"), 303)


def pressing(line: Line) -> tuple[bool, str, str]:
    """What parts are ordered by: first what has a day, by day."""
    return line.due is None, line.day, line.part


def _department() -> str:
    """Whose parts are shown; "" has none."""
    return signed_in().department or ""


@dataclass(frozen=True, slots=True)
class _Tab:
    """One way to look at the open parts."""

    label: str
    shows: Callable[[Line], bool]


def _standing(state: str) -> Callable[[Line], bool]:
    return lambda line: line.state == state


def _tabs(me: Staff, today: str) -> dict[str, _Tab]:
    states = {
        state: _Tab(label, _standing(state))
        for state, (label, _css) in state_words().items()
        if state in OPEN
    }
    return {
        "open": _Tab(_("全部"), lambda _line: True),
        "due": _Tab(
            _("今天到期和超期"), lambda line: line.due is not None and line.day <= today
        ),
        "mine": _Tab(_("我的"), lambda line: line.taken == me.id),
        **states,
    }


def _page(
    found: Sequence[Line],
    tab: str,
    *,
    every: Sequence[Line] = (),
    month: str = "",
    typed: str = "",
) -> Response:
    number = max(request.args.get("page", 1, int), 1)
    first = (number - 1) * ON_PAGE
    tabs = _tabs(signed_in(), day_in_china(now()).isoformat())
    labels: dict[str, str] = {
        matter.id: words(matter.label)
        for published in packs.affairs(store())
        for matter in published.form.matters
    }
    body = render_template(
        "desk/inbox.html",
        heading=_("查找结果") if tab == "found" else _("待办"),
        department=departments(store()).get(_department(), _("您的账号没有部门")),
        tab=tab,
        tabs=[
            (key, each.label, sum(map(each.shows, every))) for key, each in tabs.items()
        ],
        matters={each: labels.get(each, each) for each in _named(every, "matter")},
        areas=_named(every, "area"),
        month=month,
        typed=typed,
        rows=list(_rows(found[first : first + ON_PAGE])),
        first=first,
        count=len(found),
        earlier=_turned(number - 1) if number > 1 else "",
        later=_turned(number + 1) if first + ON_PAGE < len(found) else "",
    )
    return make_response(body)


def _named(lines: Sequence[Line], name: str) -> list[str]:
    return sorted({getattr(line, name) for line in lines})


def _turned(number: int) -> str:
    """Where another page of the list is."""
    asked: dict[str, Any] = {
        name: request.args[name] for name in request.args if name != "page"
    }
    return url_for("desk.inbox", **asked, page=number)


def _rows(lines: Sequence[Line]) -> Iterator[Row]:
    names = names_of(store(), {line.taken for line in lines})
    for line in lines:
        case = find_own(line.part)
        if case is None:
            continue  # it was erased meanwhile
        state, css = case.state
        yield Row(
            part=line.part,
            ref=case.submission["ref"],
            matter=words(case.matter.label),
            since=local_time(case.part["since"]),
            left=times.left(case.clock),
            pressing=case.clock.alarm != "none",
            state=state,
            css=css,
            taken=names.get(line.taken, ""),
        )
