"""Who works here: accounts and their rules, and sessions that can be ended."""

import secrets
from dataclasses import replace
from itertools import combinations

import pytest

from submissions import audit, staff, staff_sessions
from submissions.clock import later
from submissions.errors import STAFF_RULES, StaffError
from submissions.staff import APART_FROM_ADMINISTRATOR, Role, may

NOW = "2026-11-23T01:00:00.000Z"
BY = "staff:boss"


@pytest.fixture
def wang(store):
    return staff.add(
        store,
        id_="wang",
        name=" 王 海宁 ",
        roles={Role.CLERK},
        department="tax",
        by=BY,
        now=NOW,
    )


@pytest.fixture
def begin(store):
    return lambda person: staff_sessions.begin(
        store, person, browser="Firefox", now=NOW, new_token=secrets.token_urlsafe
    )


def test_an_account_is_found_by_what_its_owner_signs_in_with(store, wang):
    assert staff.get(store, "wang") == wang
    assert staff.every(store) == [wang]
    assert (wang.name, wang.who) == ("王 海宁", "staff:wang")
    assert not wang.has_password
    assert staff.get(store, "Wang\n") is None


@pytest.mark.parametrize(
    ("rule", "changed"),
    [
        ("id", {"id_": "Wang"}),
        ("id", {"id_": "w/ang"}),
        ("taken", {}),
        ("name", {"id_": "li", "name": "  "}),
        ("no-role", {"id_": "li", "roles": ()}),
        ("apart", {"id_": "li", "roles": {Role.ADMINISTRATOR, Role.CLERK}}),
        ("owner", {"id_": "li", "roles": {Role.OWNER}, "department": None}),
    ],
)
def test_an_account_that_breaks_a_rule_is_not_opened(store, wang, rule, changed):
    asked = {"id_": "wang", "name": "李", "roles": {Role.CLERK}, "department": "tax"}

    with pytest.raises(StaffError) as refused:
        staff.add(store, **{**asked, **changed}, by=BY, now=NOW)

    assert refused.value.rule == rule
    assert STAFF_RULES[rule] in str(refused.value)
    assert staff.every(store) == [wang]


def test_nobody_says_what_they_themselves_may_do(store, wang):
    for own in (
        lambda: staff.close(store, "wang", by=wang.who, now=NOW),
        lambda: staff.change(
            store, "wang", roles={Role.OWNER}, department="tax", by=wang.who, now=NOW
        ),
    ):
        with pytest.raises(StaffError) as refused:
            own()
        assert refused.value.rule == "own"

    assert staff.get(store, "wang") == wang


@pytest.mark.usefixtures("wang")
def test_what_happens_to_an_account_is_written_down(store):
    staff.change(store, "wang", roles={Role.OWNER}, department="bank", by=BY, now=NOW)
    staff.close(store, "wang", by=BY, now=NOW)

    told = [(line["who"], line["what"]) for line in audit.lines(store)]
    assert told == [
        (BY, "staff.added"),
        (BY, "staff.changed"),
        (BY, "staff.closed"),
    ]
    assert audit.lines(store)[1]["detail"]["roles"] == ["owner"]


def test_may_needs_a_role_the_department_and_other_authors(wang):
    """Every combination of two roles, departments and authors."""
    for held in combinations(Role, 2):
        person = replace(wang, roles=frozenset(held))
        for role in Role:
            assert may(person, {role}) == (role in held)
            assert may(person, {role}, department="tax") == (role in held)
            assert not may(person, {role}, department="bank")
            assert not may(person, {role}, authors=["li", "wang"])
            assert not may(replace(person, active=False), {role})
        assert not may(replace(person, department=None), set(held), department="tax")


@pytest.mark.parametrize("role", Role)
def test_who_administers_holds_no_role_that_reads(store, role):
    def add():
        roles = {Role.ADMINISTRATOR, role}
        return staff.add(
            store, id_="li", name="李", roles=roles, department="tax", by=BY, now=NOW
        )

    if role in APART_FROM_ADMINISTRATOR:
        with pytest.raises(StaffError, match="reads no case"):
            add()
    else:
        assert role in add().roles


def test_a_session_lasts_while_somebody_works(store, wang, begin):
    token, now = begin(wang), NOW

    while later(now, staff_sessions.IDLE) < later(NOW, staff_sessions.WHOLE):
        now = later(now, staff_sessions.IDLE - 1)
        session, person = staff_sessions.of_token(store, token, now=now)
        assert person == wang
        assert session.seen_at <= now

    end = later(NOW, staff_sessions.WHOLE)
    assert staff_sessions.of_token(store, token, now=end) is None
    assert staff_sessions.sweep(store, now=later(end, -1)) == 0
    assert staff_sessions.sweep(store, now=end) == 1


def test_a_session_ends_where_nobody_is(store, wang, begin):
    token = begin(wang)

    idle = later(NOW, staff_sessions.IDLE)
    assert staff_sessions.of_token(store, token, now=idle) is None
    assert staff_sessions.every(store, wang, now=idle) == []


def test_the_store_does_not_hold_what_opens(store, wang, begin):
    token = begin(wang)

    assert token not in str(store.find("staff_sessions"))
    kept = store.find("staff_sessions")[0]["_id"]
    assert staff_sessions.of_token(store, kept, now=NOW) is None


def test_sessions_are_ended_one_by_one_and_only_ones_own(store, wang, begin):
    one, other = begin(wang), begin(wang)
    mine = staff_sessions.of_token(store, one, now=NOW)[0]
    stranger = replace(wang, id="li")

    staff_sessions.end(store, stranger, mine.id)
    assert len(staff_sessions.every(store, wang, now=NOW)) == 2
    staff_sessions.end(store, wang, mine.id)

    assert staff_sessions.of_token(store, one, now=NOW) is None
    assert staff_sessions.of_token(store, other, now=NOW) is not None


@pytest.mark.parametrize(
    "changed",
    [
        lambda store: staff.end_sessions(store, "wang", by=BY, now=NOW),
        lambda store: staff.close(store, "wang", by=BY, now=NOW),
        lambda store: staff.change(
            store, "wang", roles={Role.CLERK}, department="bank", by=BY, now=NOW
        ),
        lambda store: staff.set_password(
            store, "wang", "long and plain", by=BY, now=NOW, random=secrets.token_bytes
        ),
    ],
    ids=["all", "closed", "roles", "password"],
)
def test_a_change_ends_every_session_also_one_that_begins_too_late(
    store, wang, begin, changed
):
    before = begin(wang)
    changed(store)
    late = begin(wang)

    for token in (before, late):
        assert staff_sessions.of_token(store, token, now=NOW) is None
