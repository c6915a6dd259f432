"""The headless run says "ok" only when every part arrived and was believed."""

import pytest

from renderer.demo import once
from renderer.demo.house import running
from submissions import endpoints, routing
from submissions.delivery import webhook
from tests.waiting import until


@pytest.fixture
def start(tmp_path):
    """Start the whole product with the same data folder every time."""
    return lambda: running(tmp_path, port=0, receiver_port=0)


@pytest.mark.slow
def test_a_second_start_keeps_what_was_submitted_and_finds_the_receiver_again(start):
    with start() as first:
        once.apply_for(first, "newborn_birth", tell=print)
    with start() as second:
        kept = once.submissions(second, "newborn_birth")
        counted = once.apply_for(second, "enterprise_setup", tell=print)

    assert first.receiver != second.receiver
    assert [len(submission["parts"]) for submission in kept] == [7]
    assert (counted["delivered"], counted["verified"]) == (7, 7)


@pytest.mark.slow
def test_a_department_that_somebody_else_connected_is_left_alone(start):
    url = "https://127.0.0.1:9/"
    with start() as house:
        own = {e.department: e for e in endpoints.every(house.store)}
        routing.remove(house.store, own["tax"].id, now="2026-11-22T00:00:00.000Z")
        id_ = endpoints.add(
            house.store,
            department="tax",
            area="",
            url=url,
            secret=webhook.new_secret(bytes),
            now="2026-11-22T00:00:00.000Z",
        )
    with start() as house:
        kept = [e for e in endpoints.every(house.store) if e.department == "tax"]

    assert [(e.id, e.url, e.state) for e in kept] == [(id_, url, "unverified")]


@pytest.mark.slow
def test_an_applicant_who_says_nothing_gets_nowhere_and_it_is_told(start, monkeypatch):
    silent = {"person": "lin", "answers": {"facts": {}, "matters": {}}}
    monkeypatch.setattr(once, "sample", lambda _: silent)
    told = []

    with start() as house:
        found = once.apply_everywhere(house, tell=told.append)

    assert found["ok"] is False
    assert [each["parts"] for each in found["affairs"]] == [0, 0]
    assert any("refused at http://127.0.0.1" in line for line in told)


@pytest.mark.slow
def test_a_message_signed_with_another_secret_is_not_ok(start, monkeypatch):
    monkeypatch.setattr(once, "PATIENCE", 0)
    other = {"secret": webhook.new_secret(bytes), "until": None}

    with start() as house:
        for endpoint in house.store.find("endpoints"):
            house.store.update(
                "endpoints",
                endpoint["_id"],
                lambda found: {**found, "secrets": [other]},
            )
        once.apply_for(house, "newborn_birth", tell=print)
        until(lambda: tried(house), "nothing is sent")
        counted = once.count(house, "newborn_birth")

    assert counted == {"parts": 7, "delivered": 0, "verified": 0}


def tried(house):
    (sent,) = once.submissions(house, "newborn_birth")
    return all(each["tries"] for each in sent["deliveries"])
