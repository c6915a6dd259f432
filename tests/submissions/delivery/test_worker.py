import json
import threading
from contextlib import suppress
from functools import partial

import pytest
from standardwebhooks import Webhook

from submissions import endpoints, log, outbound
from submissions.clock import later, utc_now
from submissions.delivery.outcomes import Outcome, record
from submissions.delivery.schedule import Schedule
from submissions.delivery.worker import Worker
from submissions.errors import StoreUnavailableError
from submissions.files.links import Links
from submissions.outbound import Result
from submissions.vault import open_sealed


def deliveries(city, id_="s_one"):
    return {d["department"]: d for d in city.submission(id_)["deliveries"]}


@pytest.fixture
def applied(city):
    city.connect_all("https://example.org")
    city.apply()
    return city


def test_what_is_due_is_sent_signed_to_its_department_and_recorded(applied, office):
    assert applied.worker(office).run_once() == 2

    assert sorted(url for url, _, _ in office.came) == [
        "https://example.org/market",
        "https://example.org/police",
    ]
    for url, headers, body in office.came:
        department = url.rpartition("/")[2]
        delivery = deliveries(applied)[department]
        assert headers["webhook-id"] == delivery["id"]
        assert json.loads(body)["data"]["department"] == department
        assert delivery["state"] == "done"
        assert delivery["last"] == {
            "at": applied.clock.text,
            "code": 204,
            "error": None,
        }
    submission = applied.submission()
    assert not {"wake_at", "lease"} & submission.keys()
    assert submission["claims"] == 0
    assert log.first_broken(submission["log"]) is None
    assert applied.worker(office).run_once() == 0


def test_a_receiver_that_fails_is_tried_again_with_the_same_message(applied, office):
    office.answers = [503, 204, Result(error="deadline"), 204]
    worker = applied.worker(office)

    worker.run_once()
    assert sorted(d["state"] for d in deliveries(applied).values()) == [
        "done",
        "pending",
    ]
    assert worker.run_once() == 0
    applied.clock.pass_(seconds=13)
    worker.run_once()
    applied.clock.pass_(seconds=130)
    worker.run_once()

    assert {d["state"] for d in deliveries(applied).values()} == {"done"}
    again = [
        each for each in office.came if office.ids.count(each[1]["webhook-id"]) > 1
    ]
    assert len(again) == 3
    assert len({body for _, _, body in again}) == 1
    assert len({headers["webhook-timestamp"] for _, headers, _ in again}) == 3


def test_a_receiver_that_is_down_loses_nothing(applied, office):
    office.answers = [Result(error="ConnectionRefusedError")] * 4
    worker = applied.worker(office)
    for _ in range(2):
        worker.run_once()
        applied.clock.pass_(seconds=120)

    assert {d["tries"] for d in deliveries(applied).values()} == {2}
    assert deliveries(applied)["police"]["last"]["error"] == "ConnectionRefusedError"

    worker.run_once()

    assert {d["state"] for d in deliveries(applied).values()} == {"done"}


def test_a_receiver_that_never_comes_back_is_parked_in_sight(applied, office):
    office.answers = [500] * 100
    worker = applied.worker(office)
    for _ in range(5):
        worker.run_once()
        applied.clock.pass_(days=2)

    for delivery in deliveries(applied).values():
        assert (delivery["state"], delivery["tries"]) == ("parked", 5)
    assert "wake_at" not in applied.submission()
    said = [e["what"] for e in applied.submission()["log"]]
    assert said.count("delivery.parked") == 2


def test_a_receiver_may_ask_for_patience(applied, office):
    office.answers = [Result(status=429, retry_after="3600")] * 2
    worker = applied.worker(office)
    worker.run_once()

    applied.clock.pass_(minutes=59)
    assert worker.run_once() == 0
    applied.clock.pass_(minutes=1)
    assert worker.run_once() == 2


def test_a_redirect_is_a_failure(applied, office):
    office.answers = [302, 302]
    applied.worker(office).run_once()

    assert {d["state"] for d in deliveries(applied).values()} == {"pending"}


def test_gone_pauses_the_endpoint_and_parks_what_it_had(applied, office):
    office.answers = [410, 410]
    worker = applied.worker(office)
    worker.run_once()
    applied.apply("s_two")
    worker.run_once()

    assert {e.state for e in endpoints.every(applied.store)} == {"active", "paused"}
    assert {d["state"] for d in deliveries(applied).values()} == {"parked"}
    paused = deliveries(applied, "s_two")["police"]
    assert (paused["state"], paused["last"]["error"]) == ("parked", "endpoint paused")
    assert len(office.came) == 2


def test_a_delivery_to_an_endpoint_that_was_removed_is_parked(applied, office):
    for each in endpoints.every(applied.store):
        applied.store.delete("endpoints", each.id)
    applied.worker(office).run_once()

    assert deliveries(applied)["police"]["last"]["error"] == "endpoint gone"
    assert office.came == []


def test_more_parts_than_are_sent_at_once_go_with_the_next_claims(applied, office):
    def many(submission):
        one, other = submission["deliveries"]
        more = [one | {"id": f"m_more{number}"} for number in range(19)]
        return submission | {"deliveries": [*more, other]}

    applied.store.update("submissions", "s_one", many)
    worker = applied.worker(office)

    assert [worker.run_once() for _ in range(4)] == [8, 8, 4, 0]


def test_a_worker_that_died_is_followed_by_another(applied, office):
    class Killed(BaseException):
        """As a signal would end it."""

    def die(*_, **__):
        raise Killed

    with pytest.raises(Killed):
        applied.worker(die, owner="dead").run_once()
    follower = applied.worker(office, owner="w2")

    assert follower.run_once() == 0
    applied.clock.pass_(seconds=61)
    assert follower.run_once() == 2
    assert {d["state"] for d in deliveries(applied).values()} == {"done"}


def test_a_success_after_the_lease_ended_counts_and_a_failure_does_not(applied, office):
    slow, fast = applied.worker(office, "slow"), applied.worker(office, "fast")
    office.answers = [500, 500]

    def overtaken(url, *_, **__):
        if not office.came:
            applied.clock.pass_(seconds=61)
            fast.run_once()
        failed = url.endswith("police")
        return Result(status=500 if failed else 200)

    slow._post = threading_safe(overtaken)
    slow.run_once()

    assert deliveries(applied)["market"]["state"] == "done"
    police = deliveries(applied)["police"]
    assert (police["state"], police["tries"]) == ("pending", 1)


def threading_safe(post):
    lock = threading.Lock()

    def one_at_a_time(*arguments, **more):
        with lock:
            return post(*arguments, **more)

    return one_at_a_time


def outcome(state, **more):
    defaults = {
        "delivery": "m_1",
        "state": state,
        "at": "2026-11-22T03:04:05.678Z",
        "code": 200 if state == "done" else 500,
        "error": None,
        "tries": 0,
        "due_at": "2026-11-22T04:04:05.678Z" if state == "failed" else None,
    }
    return {"m_1": Outcome(**defaults | more)}


def leased(state="pending", **more):
    delivery = {"id": "m_1", "part": "p_1", "state": state, "tries": 0}
    if state == "pending":
        delivery["due_at"] = "2026-11-22T03:00:00.000Z"
    return {
        "deliveries": [delivery | more],
        "log": log.append([], at="2026-11-22T03:00:00.000Z", who="x", what="accepted"),
        "lease": {"owner": "w", "token": "t"},
        "wake_at": "2026-11-22T03:05:00.000Z",
    }


def test_nothing_goes_back_from_done():
    for state in ("failed", "parked", "done"):
        recorded = record(leased("done"), token="t", outcomes=outcome(state))
        assert recorded["deliveries"] == leased("done")["deliveries"]


def test_a_failure_counts_only_while_its_claim_holds():
    for submission, token in (
        (leased(), "other"),
        (leased(tries=1), "t"),
        (leased("parked"), "t"),
    ):
        recorded = record(submission, token=token, outcomes=outcome("failed"))
        assert recorded["deliveries"] == submission["deliveries"]


def test_anothers_lease_is_left_alone():
    recorded = record(leased(), token="other", outcomes=outcome("done"))

    assert recorded["deliveries"][0]["state"] == "done"
    assert recorded["lease"] == leased()["lease"]
    assert recorded["wake_at"] == leased()["wake_at"]


def test_a_change_by_somebody_else_while_sending_is_kept(applied):
    def touched(*_, **__):
        applied.store.update("submissions", "s_one", lambda s: s | {"note": "kept"})
        return Result(status=204)

    applied.worker(threading_safe(touched)).run_once()

    assert applied.submission()["note"] == "kept"
    assert {d["state"] for d in deliveries(applied).values()} == {"done"}


def test_a_submission_that_was_erased_while_sending_is_no_trouble(applied):
    def erase(*_, **__):
        applied.store.delete("submissions", "s_one")
        return Result(status=204)

    applied.worker(erase).run_once()

    assert applied.submission() is None


def test_an_error_nobody_expected_stops_no_other_submission(applied, office, caplog):
    applied.apply("s_two")
    stop = threading.Event()

    def broken(url, headers, body, **more):
        if b'"s_one"' in body:
            raise ZeroDivisionError("青山商贸")
        stop.set()
        return office(url, headers, body, **more)

    applied.worker(threading_safe(broken)).run(stop)

    assert {d["state"] for d in deliveries(applied, "s_two").values()} == {"done"}
    assert "submission.failed id=s_one type=ZeroDivisionError" in caplog.text
    assert "青山商贸" not in caplog.text


def test_a_delivery_that_stops_every_worker_is_held_in_sight(applied, office, caplog):
    killed = []

    class Killed(BaseException):
        """As the end of the process."""

    def deadly(url, headers, body, **more):
        if url.endswith("market"):
            killed.append(url)
            raise Killed
        return office(url, headers, body, **more)

    for _ in range(8):
        with suppress(Killed):
            applied.worker(threading_safe(deadly)).run_once()
        applied.clock.pass_(seconds=61)

    market, police = deliveries(applied)["market"], deliveries(applied)["police"]
    assert len(killed) == 5
    assert (market["state"], police["state"]) == ("held", "done")
    assert "due_at" not in market
    assert applied.submission()["claims"] == 0
    assert "wake_at" not in applied.submission()
    last = applied.submission()["log"][-2]
    assert (last["what"], last["detail"]["delivery"]) == ("delivery.held", market["id"])
    assert f"delivery.held id={market['id']} submission=s_one" in caplog.text


def test_a_suspect_that_must_wait_for_another_is_as_if_never_claimed(applied, office):
    before, now = applied.submission(), applied.clock.text
    more = {"now": now, "until": later(now, 60), "owner": "w1", "token": "t"}
    claimed = applied.store.claim("submissions", **more)

    assert applied.worker(office)._give_back(claimed, "t", now) == 0

    after = applied.submission()
    assert after == before | {"rev": after["rev"], "claims": 0}
    assert applied.worker(office).run_once() == 2


def test_two_workers_send_nothing_twice(url, key_file, applied, office):
    for number in range(10):
        applied.apply(f"s_{number}")

    def work(owner):
        store = open_sealed(url, key_file=key_file)
        worker = Worker(
            store,
            clock=applied.clock,
            owner=owner,
            links=applied.links,
            post=threading_safe(office),
        )
        while worker.run_once():
            pass
        store.close()

    threads = [threading.Thread(target=work, args=(f"w{n}",)) for n in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(office.ids) == len(set(office.ids)) == 22


def test_an_attempt_must_end_before_its_lease(store, clock):
    with pytest.raises(ValueError, match="lease"):
        Worker(
            store,
            clock=clock,
            owner="w",
            links=Links(key="a secret"),
            lease=10,
            deadline=15,
        )


def test_a_running_worker_wakes_for_work_and_stops_when_told(applied, office):
    stop = threading.Event()
    thread = threading.Thread(target=applied.worker(office).run, args=(stop,))
    thread.start()
    for _ in range(3000):
        if len(office.came) == 2:
            break
        stop.wait(0.01)
    stop.set()
    thread.join(30)

    assert not thread.is_alive()
    assert {d["state"] for d in deliveries(applied).values()} == {"done"}


def test_a_running_worker_waits_for_a_store_that_cannot_be_used(applied, office):
    stop = threading.Event()
    troubles = iter([StoreUnavailableError("full", "Free space.")] * 2)

    class Troubled:
        def __getattr__(self, name):
            return getattr(applied.store, name)

        def claim(self, *arguments, **more):
            for trouble in troubles:
                raise trouble
            stop.set()
            return applied.store.claim(*arguments, **more)

    worker = applied.worker(office)
    worker._store = Troubled()
    worker.run(stop)

    assert len(office.came) == 2


def test_over_real_http_a_receiver_that_first_fails_gets_everything(city, receiver):
    verified, failures = [], iter([500, 500, 404])

    def handle(request, body):
        secret = city.secrets[request.path.strip("/")]
        Webhook(secret).verify(body, dict(request.headers))
        status = next(failures, 204)
        if status == 204:
            verified.append(request.headers["webhook-id"])
        request.send_response(status)
        request.send_header("content-length", "0")
        request.end_headers()

    where = receiver(handle)
    city.connect_all(f"http://{where}")
    city.apply()
    worker = Worker(
        city.store,
        clock=utc_now,
        owner="w",
        links=city.links,
        post=partial(outbound.post, allowed={where}),
        schedule=Schedule(steps=(0, 0.01, 0.02, 0.02)),
    )
    stop = threading.Event()
    thread = threading.Thread(target=worker.run, args=(stop,))
    thread.start()
    for _ in range(3000):
        if "wake_at" not in city.submission():
            break
        stop.wait(0.01)
    stop.set()
    thread.join()

    assert sorted(verified) == sorted(d["id"] for d in deliveries(city).values())
    assert {d["state"] for d in deliveries(city).values()} == {"done"}
