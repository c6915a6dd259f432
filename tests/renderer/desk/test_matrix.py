"""Who may open what at the desk: every route, for every role, in every department."""

import json
from dataclasses import dataclass, field, replace
from itertools import count

import pytest
from flask import Blueprint, Flask

from renderer.desk.access import EVERYBODY, open_route, refuse_unguarded, route
from submissions.staff import Role

#: Also for who is not signed in.
OPEN = None
ADMINISTRATOR = frozenset({Role.ADMINISTRATOR})
OWN, OTHER = "public_security", "medical_insurance"
NUMBERS = count()


@dataclass(frozen=True)
class Row:
    """One page of the desk: who may open it."""

    #: One of them is needed; `OPEN`: none.
    roles: frozenset[Role] | None
    #: Something of a department, which only its own people see.
    of_department: bool = False
    #: What stands in the address.
    place: dict[str, str] = field(default_factory=dict)


SOMEBODY = {"id_": "somebody"}
CASES = frozenset({Role.CLERK, Role.OWNER})
PART = Row(CASES, of_department=True, place={"part": "p_own"})
ROWS = {
    "sign_in": Row(OPEN),
    "first": Row(OPEN),
    "sample": Row(OPEN),
    "to_provider": Row(OPEN),
    "from_provider": Row(OPEN),
    "sign_out": Row(EVERYBODY),
    "front": Row(EVERYBODY),
    "account": Row(EVERYBODY),
    "change_password": Row(EVERYBODY),
    "second_factor": Row(EVERYBODY),
    "drop_factor": Row(EVERYBODY),
    "end_session": Row(EVERYBODY, place={"id_": "none"}),
    "end_others": Row(EVERYBODY),
    "inbox": Row(CASES),
    "find": Row(CASES),
    "take_next": Row(CASES),
    "part": PART,
    "part_file": replace(PART, place={"part": "p_own", "address": "0" * 64}),
    "assign": PART,
    "whole": PART,
    "accept": PART,
    "send_back": PART,
    "decide": PART,
    "people": Row(ADMINISTRATOR),
    "new_person": Row(ADMINISTRATOR),
    "person": Row(ADMINISTRATOR, place=SOMEBODY),
    "invite": Row(ADMINISTRATOR, place=SOMEBODY),
    "end_sessions": Row(ADMINISTRATOR, place=SOMEBODY),
    "close": Row(ADMINISTRATOR, place=SOMEBODY),
}
#: Nobody is named; no provider is set up.
ELSEWHERE = {"sample": 403, "to_provider": 404, "from_provider": 404}
REFUSED = {401, 403, 404, 405}


def test_every_page_of_the_desk_has_a_row(app):
    rules = [r.endpoint for r in app.url_map.iter_rules() if r.endpoint[:5] == "desk."]

    assert {name.removeprefix("desk.") for name in rules} == ROWS.keys()


@pytest.fixture
def own_part(app, apply):
    """A part of `OWN` with the id that stands in the addresses."""
    store = app.extensions["yibiao"].store
    if store.find("submissions", [("tags", "=", "part:p_own")]):
        return
    case = apply()
    part = case.part("ps.birth_register")["id"]
    written = json.dumps(case.submission).replace(part, "p_own")
    store.delete("submissions", case.id)
    store.insert("submissions", json.loads(written))


@pytest.mark.slow
@pytest.mark.usefixtures("own_part")
@pytest.mark.parametrize("name", ROWS)
@pytest.mark.parametrize("department", [OWN, OTHER, None])
def test_a_page_opens_for_whom_it_is_and_for_nobody_else(
    app, open_site, work_as, name, department
):
    row = ROWS[name]
    for method in ("GET", "POST"):
        for role in Role:
            if role == Role.OWNER and department is None:
                continue  # there is no such person
            site = open_site(app)
            work_as(site, "somebody", Role.REVIEWER)
            work_as(site, f"p{next(NUMBERS)}", role, department=department)
            status = ask(site, method, name, row)
            if status == 405:
                continue
            if name in ELSEWHERE:
                assert status == ELSEWHERE[name]
                continue
            may = row.roles is OPEN or role in row.roles
            if may and row.of_department and department != OWN:
                assert status == 404, (name, method, role)
            elif may:
                assert status not in REFUSED, (name, method, role)
            else:
                assert status == 403, (name, method, role)


@pytest.mark.parametrize("name", ROWS)
def test_who_is_not_signed_in_is_asked_to(site, name):
    if ROWS[name].roles is OPEN:
        assert ask(site, "GET", name, ROWS[name]) in (200, 404, 405)
        return

    assert ask(site, "GET", name, ROWS[name]) in (302, 405)
    assert ask(site, "POST", name, ROWS[name]) in (401, 405)
    site.client.set_cookie("yibiao-desk", "a token that somebody made up")
    assert ask(site, "GET", name, ROWS[name]) in (302, 405)


def ask(site, method, name, row):
    """The status of a page, asked for as its own form would."""
    rules = site.app.url_map.bind("localhost")
    path = rules.build(f"desk.{name}", row.place, method=None)
    sent = {}
    if method == "POST":
        sent["csrf_token"] = site.get("/sign-in").form("/sign-in").values["csrf_token"]
    return site.client.open(path, method=method, data=sent).status_code


def test_a_page_that_says_nothing_of_roles_does_not_start():
    desk = Blueprint("desk", __name__, url_prefix="/desk")
    with pytest.raises(ValueError, match="Say which roles may open /cases"):
        route(desk, "/cases", lambda: "", roles=set())
    open_route(desk, "/sign-in", sign_in)
    desk.add_url_rule("/cases", view_func=cases)
    app = Flask(__name__)
    app.register_blueprint(desk)

    with pytest.raises(ValueError, match="Say which roles may open /desk/cases"):
        refuse_unguarded(app)


def sign_in():
    return ""


def cases():
    return ""
