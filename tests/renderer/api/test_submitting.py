"""Programs send once however often, and are told what is wrong and where."""

import copy
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from renderer import create_app
from renderer.config import Settings
from submissions import clients, endpoints, packs
from submissions.delivery import webhook

NOW = datetime(2026, 11, 22, 3, 4, 5, tzinfo=UTC)
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def problem(answer):
    assert answer.content_type == "application/problem+json"
    assert answer.json["status"] == answer.status_code
    return answer.json["type"].removeprefix("/api/v1/docs#")


def stored(program):
    return program.app.extensions["yibiao"].store.tally("submissions", "affair")


def test_a_submission_is_accepted_and_can_be_followed(program, filled):
    accepted = program.submit({"answers": filled})

    assert accepted.status_code == 202
    assert accepted.json["ref"].startswith("YB20261122")
    assert len(accepted.json["parts"]) == 6
    followed = program.call("GET", accepted.headers["Location"].removeprefix("/api/v1"))
    assert followed.status_code == 200
    assert followed.json["id"] == accepted.json["id"]
    assert followed.json["status"] == "open"
    states = {part["matter"]: part["state"] for part in followed.json["parts"]}
    assert states["nhc.birth_cert"] == "no_endpoint"
    assert states["hrss.ssc_apply"] == "waiting"


def test_the_same_key_and_body_get_the_same_answer(program, filled):
    first = program.submit({"answers": filled})
    before = stored(program)

    again = program.submit({"answers": dict(reversed(filled.items()))})

    assert (again.status_code, again.data) == (202, first.data)
    assert again.headers["Location"] == first.headers["Location"]
    assert stored(program) == before


def test_the_same_key_with_another_body_is_a_conflict(program, filled):
    program.submit({"answers": filled})
    before = stored(program)
    other = copy.deepcopy(filled)
    other["facts"]["newborn:birth.newborn_name"] = "另一个"

    refused = program.submit({"answers": other})

    assert (refused.status_code, problem(refused)) == (409, "key-reused")
    assert stored(program) == before


def test_many_that_send_one_key_at_once_get_one_submission(program, filled):
    with ThreadPoolExecutor(5) as threads:
        answers = list(
            threads.map(lambda _: program.submit({"answers": filled}), range(10))
        )

    assert {each.status_code for each in answers} == {202}
    assert len({each.json["id"] for each in answers}) == 1


def test_another_client_with_the_same_key_has_its_own(new_program, filled):
    ids = {new_program().submit({"answers": filled}).json["id"] for _ in range(2)}

    assert len(ids) == 2


def test_only_who_sent_it_can_follow_it(new_program, program, filled):
    path = f"/submissions/{program.submit({'answers': filled}).json['id']}"

    assert new_program().call("GET", path).status_code == 404
    assert program.call("GET", path).status_code == 200
    without = program.call("GET", path, headers={"Authorization": None})
    assert (without.status_code, problem(without)) == (401, "not-authorized")
    assert without.headers["WWW-Authenticate"] == "Bearer"


def test_an_observer_looks_with_its_signature_at_what_it_was_told_of(program, filled):
    store, now = program.app.extensions["yibiao"].store, "2026-11-22T03:04:05.000Z"
    secret = webhook.new_secret(lambda length: b"o" * length)
    observer = endpoints.add(
        store,
        department=endpoints.OBSERVER,
        observer=endpoints.Observer(name="bureau", events=("submission.accepted",)),
        url="https://bureau.example",
        area="",
        secret=secret,
        now=now,
    )
    endpoints.resume(store, observer, now=now, verified=True)
    sent = program.submit({"answers": filled}, key="observed").json["id"]
    endpoints.pause(store, observer)

    def look(submission, signed=sent):
        at = int(NOW.timestamp())
        headers = webhook.headers(b"", message_id=signed, sent_at=at, secret=secret)
        headers["Authorization"] = None
        return program.call("GET", f"/submissions/{submission}", headers=headers)

    assert look(sent).json["parts"]
    assert (look("s_no").status_code, look(sent, "s_no").status_code) == (401, 401)
    looked = store.get("submissions", sent)["log"][-1]
    assert (looked["what"], looked["who"]) == ("submission.fetched", observer)


@pytest.mark.parametrize("scheme", ["Basic {}", "{}", "Bearer {}x", "Bearer", ""])
def test_without_a_valid_token_nothing_is_taken(program, filled, scheme):
    header = {"Authorization": scheme.format(program.token)}

    refused = program.submit({"answers": filled}, headers=header)

    assert (refused.status_code, problem(refused)) == (401, "not-authorized")


def test_a_revoked_token_is_refused(program, filled):
    store = program.app.extensions["yibiao"].store
    clients.revoke(store, program.id, now="2026-11-22T00:00:00.000Z")

    assert program.submit({"answers": filled}).status_code == 401


def test_a_client_sends_only_what_it_may(new_program, filled):
    other = new_program("enterprise_setup")

    refused = other.submit({"answers": filled})

    assert (refused.status_code, problem(refused)) == (403, "not-allowed")
    assert "enterprise_setup" in refused.json["detail"]
    assert new_program("*").submit({"answers": filled}).status_code == 202


def test_an_affair_nobody_knows_is_not_found(program, filled):
    refused = program.submit({"answers": filled}, affair="moon_landing")

    assert refused.status_code == 404
    assert "moon_landing" in refused.json["detail"]


@pytest.mark.parametrize("key", [None, "", "x" * 256, "名"])
def test_a_key_is_asked_for(program, filled, key):
    key = key.encode().decode("latin-1") if key else key

    refused = program.submit({"answers": filled}, key=key)

    assert (refused.status_code, problem(refused)) == (400, "key-missing")


def test_what_is_wrong_is_said_with_its_place_and_in_words(program, filled):
    wrong = copy.deepcopy(filled)
    del wrong["facts"]["newborn:birth.newborn_name"]
    wrong["facts"]["mother:person.mobile"] = "12"

    refused = program.submit({"answers": wrong})

    assert (refused.status_code, problem(refused)) == (422, "answers-refused")
    errors = {each["pointer"]: each for each in refused.json["errors"]}
    name = errors["/answers/facts/newborn:birth.newborn_name"]
    assert name["keyword"] == "required"
    assert "Child's name" in name["detail"]
    assert "/answers/facts/mother:person.mobile" in errors


def test_a_name_nobody_knows_is_said_and_not_left_aside(program, filled):
    wrong = {**filled, "facts": {**filled["facts"], "newborn:nmae": "x", "~/": 1}}

    refused = program.submit({"answers": wrong})

    places = {each["pointer"] for each in refused.json["errors"]}
    assert places == {"/answers/facts/newborn:nmae", "/answers/facts/~0~1"}


SEAL, BILLS = "tax.invoice:m2", "nhsa.maternity_expense:m1"


def test_a_material_that_may_follow_is_promised_in_the_body(new_program, founded):
    program = new_program("enterprise_setup")

    def send(**more):
        body = {"answers": founded, **more}
        return program.submit(body, affair="enterprise_setup")

    [lacking] = send().json["errors"]
    assert (lacking["pointer"], lacking["keyword"]) == ("/promised", "material")
    assert lacking["limit"] == SEAL
    assert "or promised" in lacking["detail"]
    [void] = send(promised=[SEAL, "no:such"]).json["errors"]
    assert (void["pointer"], void["limit"]) == ("/promised/1", "no:such")
    assert "may not be promised" in void["detail"]
    assert send(promised=[SEAL]).status_code == 202


@pytest.mark.parametrize(
    ("promised", "place"), [([], "/materials"), ([BILLS], "/promised/0")]
)
def test_what_must_be_handed_in_is_said_and_nothing_is_stored(
    program, filled, promised, place
):
    unsettled = {**filled["facts"], "situation:expense_direct_settled": False}
    body = {"answers": {**filled, "facts": unsettled}}
    before = stored(program)

    refused = program.submit({**body, "promised": promised})

    assert (refused.status_code, problem(refused)) == (422, "answers-refused")
    [said] = refused.json["errors"]
    assert said["pointer"] == place
    assert said["limit"] == BILLS
    assert ("upload it" in said["detail"]) == (not promised)
    assert stored(program) == before


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ({}, "/answers"),
        ([], ""),
        ({"answers": []}, "/answers"),
        ({"answers": {}}, "/answers/facts"),
        ({"answers": {"facts": {}}, "version": 0}, "/version"),
        ({"answers": {"facts": {}}, "promised": [1]}, "/promised/0"),
        ({"answers": {"facts": {}}, "draft": "x"}, ""),
    ],
)
def test_a_body_of_another_shape_is_said(program, body, place):
    refused = program.submit(body)

    assert refused.status_code == 422
    assert place in {each["pointer"] for each in refused.json["errors"]}


def test_answers_for_another_version_are_not_taken(program, filled):
    refused = program.submit({"answers": filled, "version": 9})

    assert (refused.status_code, problem(refused)) == (409, "version-outdated")
    assert program.submit({"answers": filled, "version": 1}).status_code == 202


def test_a_client_that_calls_too_often_is_told_how_long_to_wait(
    tmp_path, packs, new_program
):
    moment = [NOON]
    app = slow_app(tmp_path, packs, moment)
    first, second = new_program(on=app), new_program(on=app)

    def status(program):
        return program.call("GET", "/submissions/s_1").status_code

    assert [status(first) for _ in range(3)] == [404, 404, 429]
    refused = first.call("GET", "/submissions/s_1")
    assert (problem(refused), refused.headers["Retry-After"]) == ("too-many-calls", "5")
    assert status(second) == 404
    moment[0] += timedelta(seconds=5)
    assert [status(first), status(first)] == [404, 429]


def slow_app(folder, packed, moment):
    """A product that lets each client call twelve times a minute, two at once."""
    app = create_app(Settings(data=folder, api_rate=12), clock=lambda: moment[0])
    store = app.extensions["yibiao"].store
    packs.publish(store, packed["newborn_birth"], now="2026", by="tests")
    return app
