"""What a department's people find: their own parts, and nobody else's."""

from dataclasses import replace

import pytest

from submissions import audit, cases, inbox, log
from submissions.errors import Conflict

NUMBER = "11010119900101123X"


def told(lines):
    return [(line.matter, line.state, line.day) for line in lines]


def listed(city, department):
    return told(inbox.open_lines(city.store, department))


@pytest.fixture
def applied(city):
    city.connect_all("https://example.org")
    city.apply()
    return city


def test_a_department_finds_its_own_parts_by_what_is_to_be_done(applied):
    # It came on a Sunday: five working days to accept or to send back.
    assert listed(applied, "market") == [("licence", "ready", "2026-11-27")]
    # What waits stands there since it came; its time has not begun.
    assert listed(applied, "tax") == [("tax", "waiting", "2026-11-22")]
    assert inbox.lines(applied.store, "market", "ready")[0].due.day == 27
    assert inbox.lines(applied.store, "tax", "waiting")[0].due is None

    applied.clock.pass_(days=2)
    part = applied.part("licence")
    data = {"part": part["id"], "digest": part["digest"], "outcome": "approved"}
    data["values"] = {"company:code": "91ZZ"}
    event = {"type": "part.decided", "timestamp": applied.clock.text, "data": data}
    assert applied.call(part, event).status == 200

    assert listed(applied, "market") == []
    done = told(inbox.lines(applied.store, "market", "decided"))
    assert done == [("licence", "decided", "2026-11-24")]
    assert listed(applied, "tax") == [("tax", "ready", "2026-12-01")]
    assert listed(applied, "mark") == []


def test_parts_stand_in_the_order_of_their_days(applied):
    applied.clock.pass_(days=3)
    applied.apply("s_two")
    applied.clock.pass_(days=-2)
    applied.apply("s_three")

    found = inbox.lines(applied.store, "police", "ready")

    assert [line.submission for line in found] == ["s_one", "s_three", "s_two"]


def test_what_was_taken_in_before_there_were_lists_comes_into_them(applied):
    def without(found):
        old = [t for t in found["tags"] if not t.startswith(("desk|", "ref:"))]
        return {**found, "tags": old}

    applied.apply("s_two")
    before = applied.submission()["tags"]
    applied.store.update("submissions", "s_one", without)
    assert [line.submission for line in inbox.open_lines(applied.store, "tax")] == [
        "s_two"
    ]

    assert inbox.index(applied.store, now=applied.clock.text) == 1
    assert applied.submission()["tags"] == before
    rev = applied.submission()["rev"]
    assert inbox.index(applied.store, now=applied.clock.text) == 0
    assert applied.submission()["rev"] == rev


def test_a_case_is_found_by_its_number_however_typed_by_who_has_a_part(applied):
    ref = applied.submission()["ref"]

    found = inbox.by_ref(applied.store, "tax", f" {ref.lower()} ")

    assert [(line.matter, line.submission) for line in found] == [("tax", "s_one")]
    assert inbox.by_ref(applied.store, "bank", ref) == []
    assert inbox.by_ref(applied.store, "tax", ref[:-1]) == []


def test_a_person_is_found_only_where_the_department_gets_the_number(applied):
    facts = applied.answers["facts"] | {"company:name": NUMBER}
    applied.apply("s_two", applied.answers | {"facts": facts})
    asked = {"who": "li", "why": "he is at the counter", "now": applied.clock.text}

    def found(department, number=NUMBER):
        lines = inbox.by_number(applied.store, department, number, **asked)
        return [(line.matter, line.submission) for line in lines]

    assert found("market", "11010119900101-123x") == [("licence", "s_two")]
    # The tax office has no document yet, the fund is not told the name.
    assert (found("tax"), found("fund")) == ([], [])
    assert [line["who"] for line in audit.lines(applied.store)] == ["li"] * 3


def test_a_part_is_taken_handed_on_and_given_back_and_it_is_written_down(applied):
    def assign(to, who, seen):
        now = applied.clock.text
        who = f"staff:{who}"
        inbox.assign(applied.store, applied.published, seen, to, who=who, now=now)
        (line,) = inbox.lines(applied.store, "police", "ready")
        return line

    (free,) = inbox.lines(applied.store, "police", "ready")
    mine = assign("u_li", "u_li", free)
    assert mine == replace(free, taken="u_li")
    # Somebody whose page is older does not take it away unseen.
    with pytest.raises(Conflict):
        assign("u_wu", "u_wu", free)
    assert assign("u_li", "u_li", free) == mine
    hers = assign("u_wu", "u_li", mine)
    assert (hers.taken, assign("", "u_wu", hers).taken) == ("u_wu", "")

    entries = [e for e in applied.submission()["log"] if e["who"].startswith("staff:")]
    assert [(e["what"], e["who"], e["detail"]["to"]) for e in entries] == [
        ("part.taken", "staff:u_li", "u_li"),
        ("part.handed_on", "staff:u_li", "u_wu"),
        ("part.given_back", "staff:u_wu", ""),
    ]
    assert log.first_broken(applied.submission()["log"]) is None


@pytest.fixture
def say(applied):
    """Return a function that says something of a part at the desk."""

    def said(matter, type_, message, **data):
        part = applied.part(matter)
        asked = {"digest": part["digest"]} | data
        told = {"message": message, "who": "staff:li", "now": applied.clock.text}
        return cases.say(
            applied.store, part["id"], type_, asked, **told, new_id=applied.new_id
        )

    return said


def test_who_gives_no_number_speaks_after_what_was_said_before(applied, say):
    """At the desk after a program, and the program after the desk."""
    reasons = {"reasons": [{"pointer": "/MC", "text": "The name is taken."}]}
    part = applied.part("licence")

    def program_says(type_, **data):
        said = {"part": part["id"], "digest": part["digest"]} | data
        event = {"type": type_, "timestamp": applied.clock.text, "data": said}
        return applied.call(part, event, message_id=applied.new_id("call"))

    assert program_says("part.accepted", seq=1000).status == 200
    assert say("licence", "part.correction_requested", "1", **reasons).status == 200
    assert applied.states()["licence"] == "correction"
    assert say("licence", "part.accepted", "2").status == 200
    assert applied.states()["licence"] == "accepted"
    assert program_says("part.correction_requested", **reasons).status == 200
    assert applied.states()["licence"] == "correction"


def test_what_is_said_at_the_desk_is_the_same_as_a_signed_call(applied, say):
    assert say("licence", "part.accepted", "1").status == 200
    assert applied.states()["licence"] == "accepted"
    reasons = {"reasons": [{"pointer": "/MC", "text": "The name is taken."}]}
    assert say("licence", "part.correction_requested", "2", **reasons).status == 200
    assert applied.states()["licence"] == "correction"
    assert say("licence", "part.accepted", "3").status == 200
    assert applied.states()["licence"] == "accepted"

    lacking = say("licence", "part.decided", "4", outcome="approved")
    assert (lacking.status, "must bring" in lacking.message) == (422, True)
    values = {"company:code": "91ZZ"}
    done = say("licence", "part.decided", "5", outcome="approved", values=values)
    again = say("licence", "part.decided", "5", outcome="approved", values=values)
    other = say("licence", "part.decided", "6", outcome="rejected")

    assert (done.status, again.status, other.status) == (200, 200, 409)
    assert applied.states()["tax"] == "ready"
    entries = [e for e in applied.submission()["log"] if "by" in e["detail"]]
    assert [(e["what"], e["who"], e["detail"]["by"]) for e in entries] == [
        (f"part.{what}", "market", "staff:li")
        for what in ("accepted", "correction_requested", "accepted", "decided")
    ]
    unknown = {"message": "7", "who": "staff:li", "now": applied.clock.text}
    nothing = cases.say(applied.store, "p_0", "part.accepted", {}, **unknown)
    assert nothing.status == 404
