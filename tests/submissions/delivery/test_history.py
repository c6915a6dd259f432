"""The delivery log, and sending again."""

import json

import pytest

from submissions import endpoints, log
from submissions.delivery.history import Selection, deliveries, replay
from submissions.outbound import Result


@pytest.fixture
def sent(city, office):
    """Two submissions, an hour apart, each with two parts that arrived."""
    city.connect_all("https://example.org")
    office.answers = [Result(error="deadline", took=0.25)]
    worker = city.worker(office)
    for id_ in ("s_one", "s_two"):
        city.apply(id_)
        worker.run_once()
        city.clock.pass_(seconds=13)
        worker.run_once()
        city.clock.pass_(hours=1)
    office.came.clear()
    return city


def again(city, office, **chosen):
    """Send again; return how many, and the department and id of what came."""
    count = replay(city.store, Selection(**chosen), now=city.clock.text, by="test")
    worker = city.worker(office)
    while worker.run_once():
        pass
    return count, sorted(
        (url.rpartition("/")[2], h["webhook-id"]) for url, h, _ in office.came
    )


def test_the_log_says_how_each_attempt_went_and_nothing_of_what_was_in_it(sent):
    every = list(deliveries(sent.store, Selection()))

    assert len(every) == 4
    failed = next(each for each in every if each["tries"] == 2)
    assert [(a["code"], a["error"], a["took"]) for a in failed["attempts"]] == [
        (None, "deadline", 250),
        (204, None, 0),
    ]
    assert failed["size"] > 400
    assert failed["body_digest"].startswith("sha256:")
    assert "青山" not in json.dumps(every, ensure_ascii=False)
    assert "document" not in json.dumps(every)


def test_one_delivery_is_sent_again_with_its_id_and_its_bytes(sent, office):
    first = sent.submission()["deliveries"][0]

    count, came = again(sent, office, ids=(first["id"],))

    after = sent.submission()["deliveries"][0]
    assert (count, came) == (1, [(first["department"], first["id"])])
    assert after["body_digest"] == first["body_digest"]
    assert (after["state"], len(after["attempts"])) == (
        "done",
        len(first["attempts"]) + 1,
    )
    said = [e for e in sent.submission()["log"] if e["what"] == "delivery.replayed"]
    assert [(e["who"], e["detail"]["delivery"]) for e in said] == [
        ("test", first["id"])
    ]
    assert log.first_broken(sent.submission()["log"]) is None


def test_everything_for_an_endpoint_is_sent_again(sent, office):
    police = next(e for e in endpoints.every(sent.store) if e.department == "police")

    count, came = again(sent, office, endpoint=police.id)

    assert count == 2
    assert {department for department, _ in came} == {"police"}


def test_everything_of_a_time_is_sent_again(sent, office):
    second = sent.submission("s_two")["created_at"]

    assert again(sent, office, until=second)[0] == 2
    office.came.clear()
    count, came = again(sent, office, since=second, state="done")

    ids = {d["id"] for d in sent.submission("s_two")["deliveries"]}
    assert (count, {id_ for _, id_ in came}) == (2, ids)
    assert again(sent, office, state="parked")[0] == 0


def test_what_was_parked_is_sent_again(city, office):
    city.connect_all("https://example.org")
    city.apply()
    office.answers = [500] * 100
    worker = city.worker(office)
    for _ in range(9):
        worker.run_once()
        city.clock.pass_(days=2)
    assert {d["state"] for d in city.submission()["deliveries"]} == {"parked"}
    office.answers.clear()
    office.came.clear()

    assert again(city, office, state="parked")[0] == 2
    assert {d["state"] for d in city.submission()["deliveries"]} == {"done"}
