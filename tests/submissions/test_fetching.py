"""Who gets thin events fetches the document, signed."""

import json

import pytest

from submissions import cases, log
from submissions.delivery import events, webhook


@pytest.fixture
def applied(city):
    city.connect_all("https://example.org")
    city.apply()
    return city


def fetch(city, matter, *, secret=None, message_id=None):
    part = city.part(matter)
    headers = webhook.headers(
        b"",
        message_id=message_id or part["id"],
        sent_at=int(city.clock().timestamp()),
        secret=secret or city.secrets[part["department"]],
    )
    return cases.fetch(
        city.store, part["id"], headers, links=city.links, now=city.clock.text
    )


def test_who_gets_thin_events_fetches_the_document_and_that_is_written_down(
    city, office
):
    city.connect("police", "https://police.example.org", payload="thin")
    city.apply()
    city.worker(office).run_once()
    told = json.loads(office.came[0][2])
    assert "document" not in told["data"]

    answer = fetch(city, "seal")

    whole = json.loads(answer.message)
    assert answer.status == 200
    assert events.fault(whole, "part.ready") == ""
    assert whole["data"]["document"] == {"name": "青山商贸"}
    assert whole["data"]["digest"] == told["data"]["digest"]
    last = city.submission()["log"][-1]
    assert (last["who"], last["what"]) == ("police", "part.fetched")
    assert log.first_broken(city.submission()["log"]) is None


def test_a_document_is_given_only_to_its_department_and_for_its_own_name(applied):
    before = applied.submission()

    assert fetch(applied, "seal", secret=applied.secrets["tax"]).status == 401
    assert fetch(applied, "seal", message_id="p_other").status == 401
    assert fetch(applied, "tax").status == 409
    assert (
        cases.fetch(
            applied.store, "p_no", {}, links=applied.links, now=applied.clock.text
        ).status
        == 404
    )
    assert applied.submission() == before


def test_fetching_without_end_does_not_fill_the_log(applied, monkeypatch):
    monkeypatch.setattr(cases, "MOST_CALLS", 3)

    assert [fetch(applied, "seal").status for _ in range(4)] == [200, 200, 200, 429]
