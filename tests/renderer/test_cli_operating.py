"""Commands for operators: endpoints, areas, what was sent, whether logs are whole."""

import json
from contextlib import closing

import pytest

from renderer.config import Settings, open_configured
from submissions import endpoints, log, routing
from submissions.clock import later, utc_now, utc_text


@pytest.fixture
def tax(yibiao):
    """The id of an endpoint."""
    yibiao("publish", "enterprise_setup", "--samples", 1)
    return yibiao("endpoint", "add", "tax", "https://tax.example").stderr.split()[0]


def test_a_new_secret_is_shown_once_and_the_old_one_is_good_for_days(
    yibiao, tax, tmp_path
):
    done = yibiao("endpoint", "rotate", tax, "--days", 2)

    with closing(open_configured(Settings(data=tmp_path / "data"))) as store:
        found = endpoints.get(store, tax)
    assert done.stdout.strip() == found.secret
    assert len(found.secrets_at(utc_text(utc_now()))) == 2
    assert len(found.secrets_at(later(utc_text(utc_now()), 3 * 24 * 3600))) == 1
    assert yibiao("endpoint", "rotate", tax, "--days", 31).exit_code == 2
    assert found.secret not in yibiao("endpoint", "list").output


@pytest.mark.usefixtures("tax")
def test_a_department_without_a_system_gets_a_desk(yibiao):
    desk = yibiao("endpoint", "desk", "public_security").stderr.split()[0]

    assert yibiao("endpoint", "desk", "public_security").stderr.split()[0] == desk
    (line,) = (x for x in yibiao("endpoint", "list").stdout.splitlines() if desk in x)
    assert "public_security" in line
    assert "its desk" in line
    for verb in ("rotate", "verify"):
        done = yibiao("endpoint", verb, desk)
        assert (done.exit_code, "nothing is sent there" in done.output) == (2, True)
    assert yibiao("endpoint", "desk", "nobody").exit_code == 2
    assert yibiao("endpoint", "remove", desk).exit_code == 0


@pytest.mark.usefixtures("tax")
def test_status_names_an_observer_that_was_not_told_of_everything(yibiao, tmp_path):
    add = ("endpoint", "add", "bureau", "https://data.example", "--event")
    id_ = yibiao(*add, "part.decided").stderr.split()[0]
    assert json.loads(yibiao("status", "--json").stdout)["untold"] == []
    with closing(open_configured(Settings(data=tmp_path / "data"))) as store:
        tags = [routing.UNTOLD + id_]
        submission = {"_id": "s_1", "status": "open", "parts": [], "tags": tags}
        store.insert("submissions", submission)

    (told,) = json.loads(yibiao("status", "--json").stdout)["untold"]
    line = yibiao("status").stdout.splitlines()[-1]

    assert (told["id"], told["department"]) == (id_, "bureau")
    assert line.startswith("Not told of everything: bureau https://data.example; ")


@pytest.mark.usefixtures("tax")
def test_an_observer_is_told_of_events_and_sent_no_document(yibiao):
    add = ("endpoint", "add", "data bureau", "https://data.example")
    asked = ("--event", "part.decided", "--event", "submission.accepted")

    added = yibiao(*add, *asked, "--affair", "enterprise_setup")
    rows = yibiao("endpoint", "list").stdout.splitlines()

    assert added.stdout.startswith("whsec_")
    assert "part.decided,submission.accepted of enterprise_setup" in rows[1]
    for wrong, said in [
        ((*asked, "--payload", "full"), "gets no document"),
        ((*asked, "--affair", "moon"), "no affair 'moon'"),
        (("--affair", "enterprise_setup"), "--affair is for observers"),
        (("--event", "part.ready"), "is not one of"),
        ((), "no department 'data bureau'"),
    ]:
        refused = yibiao(*add, *wrong)
        assert (refused.exit_code, said in refused.stderr) == (2, True), wrong


@pytest.mark.slow
def test_a_list_of_areas_is_loaded_shown_and_minded(yibiao, tmp_path):
    yibiao("publish", "enterprise_setup", "--samples", 1)
    file = tmp_path / "areas.csv"
    rows = ("420000,Hubei", "420100,Wuhan", "420116000000,Huangpi")
    file.write_text("\n".join(("code,name", *rows)), encoding="utf-8")

    assert yibiao("area", "load", file).stdout == "3 areas\n"
    assert yibiao("area", "list").stdout.split() == ["CODE", "NAME", "42", "Hubei"]
    assert yibiao("area", "list", "4201").stdout.split()[2:] == [
        *("4201", "Wuhan"),
        *("420116", "Huangpi"),
    ]
    add = ("endpoint", "add", "tax", "https://tax.example", "--area")
    assert yibiao(*add, "420100").exit_code == 0
    refused = yibiao(*add, "420117")
    assert "the nearest is 4201 Wuhan" in refused.stderr
    assert yibiao(*add, "110101").exit_code == 0


def test_a_list_of_areas_that_is_not_right_is_refused_with_the_line(yibiao, tmp_path):
    file = tmp_path / "areas.csv"
    file.write_text("code,name\n42,Hubei\n420116,Huangpi\n", encoding="utf-8")

    done = yibiao("area", "load", file)

    assert done.exit_code == 1
    assert "Line 3: 420116 lies in 4201, which is not listed." in done.stderr


def test_what_was_sent_is_shown_and_sent_again_by_who_says_what(yibiao, tmp_path):
    delivery = {"id": "m_1", "part": "p_1", "department": "tax", "endpoint": "e_1"}
    delivery |= {"type": "part.ready", "state": "parked", "seq": 1, "tries": 2}
    delivery |= {"made_at": "2026-11-22T03:04:05.678Z", "digest": "sha256:0"}
    submission = {"_id": "s_1", "parts": [], "tags": [], "log": []}
    with closing(open_configured(Settings(data=tmp_path / "data"))) as store:
        store.insert("submissions", submission | {"deliveries": [delivery]})

    headings, row = map(str.split, yibiao("deliveries").stdout.splitlines())
    assert headings[:3] == ["MADE", "AT", "ID"]
    assert row == [
        delivery["made_at"],
        "m_1",
        "tax",
        "part.ready",
        "parked",
        "2",
        "-",
        "-",
    ]
    assert json.loads(yibiao("deliveries", "--json").stdout)["id"] == "m_1"
    assert yibiao("deliveries", "--until", "2026-11-22").stdout.count("m_1") == 0
    assert yibiao("replay").exit_code == 2
    assert yibiao("replay", "m_2").stdout == "sent again: 0\n"
    assert yibiao("replay", "m_1").stdout == "sent again: 1\n"
    assert "pending" in yibiao("deliveries").stdout


def test_the_logs_are_anchored_and_verified(yibiao, tmp_path):
    entries = log.append([], at="2026-11-22T03:04:05.678Z", who="x", what="accepted")
    submission = {"_id": "s_1", "parts": [], "tags": [], "log": entries}
    with closing(open_configured(Settings(data=tmp_path / "data"))) as store:
        store.insert("submissions", submission | {"deliveries": []})
    head = yibiao("audit", "anchor").stdout.strip()

    assert yibiao("audit", "verify", "--head", head).exit_code == 0
    with closing(open_configured(Settings(data=tmp_path / "data"))) as store:
        store.update("submissions", "s_1", lambda found: found | {"log": []})
    done = yibiao("audit", "verify")

    assert done.exit_code == 1
    assert done.stdout.startswith("s_1: entry 0: it and what followed are gone")


def test_an_endpoint_is_paused_resumed_and_removed(yibiao, tax, tmp_path):
    def states():
        rows = yibiao("endpoint", "list").stdout.splitlines()[1:]
        return [row.split()[5] for row in rows]

    assert "never echoed one" in yibiao("endpoint", "resume", tax).stdout
    assert f"yibiao endpoint verify {tax}" in yibiao("status").stdout
    assert json.loads(yibiao("status", "--json").stdout)["unverified"][0]["id"] == tax
    assert states() == ["unverified"]
    with closing(open_configured(Settings(data=tmp_path / "data"))) as store:
        routing.resume(store, tax, now="2026-11-22T00:00:00.000Z", verified=True)
    assert yibiao("endpoint", "pause", tax).exit_code == 0
    assert states() == ["paused"]
    assert f"yibiao endpoint resume {tax}" in yibiao("status").stdout
    assert "sent again: 0" in yibiao("endpoint", "resume", tax).stdout
    assert states() == ["active"]
    assert yibiao("endpoint", "remove", tax).exit_code == 0
    assert states() == []


@pytest.mark.usefixtures("tax")
def test_ratings_are_counted_by_affair(yibiao, tmp_path):
    case = {"affair": "enterprise_setup", "status": "completed"}
    case |= dict.fromkeys(("owner", "created_at", "updated_at"), "")
    with closing(open_configured(Settings(data=tmp_path / "data"))) as store:
        good = {**case, "_id": "s_1", "tags": [], "rating": {"level": "good"}}
        store.insert("submissions", good)
        store.insert("submissions", {**case, "_id": "s_2", "tags": []})

    counted = json.loads(yibiao("ratings", "--json").stdout)["enterprise_setup"]

    assert (counted["good"], counted["unrated"], counted["bad"]) == (1, 1, 0)
    assert "VERY GOOD" in yibiao("ratings").stdout
