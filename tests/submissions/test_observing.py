"""Observers are told what happens: each thing once, and never what was filled in."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from submissions import endpoints, log, observing, routing
from submissions.delivery import events, webhook
from submissions.errors import StoreUnavailableError, VerificationError

BUREAU = "https://bureau.example"


def observe(city, *types, url=BUREAU, affairs=(), area=""):
    types = types or observing.TYPES
    observer = endpoints.Observer(name="bureau", events=types, affairs=affairs)
    return city.connect(endpoints.OBSERVER, url, area, observer=observer)


def says(city, matter, type_, seq=None, **more):
    part = city.part(matter)
    data = {"part": part["id"], "digest": part["digest"], **more}
    if seq is not None:
        data["seq"] = seq
    event = {"type": type_, "timestamp": city.clock.text, "data": data}
    return city.call(part, event, message_id=city.new_id("call"))


def came(office, url=BUREAU):
    return [json.loads(body) for to, _, body in office.came if to == url]


def work(city, office):
    worker = city.worker(office)
    while worker.run_once():
        pass


@pytest.fixture
def observed(city):
    city.connect_all("https://example.org")
    observe(city)
    return city


def test_who_observes_is_told_of_the_whole_life_of_a_submission(observed, office):
    observed.answers = {**observed.answers, "facts": {**observed.answers["facts"]}}
    observed.answers["facts"]["situation:staff"] = False
    observed.apply()
    lacks = [{"pointer": "/name", "text": "秘密"}]
    says(observed, "seal", "part.correction_requested", reasons=lacks)
    says(observed, "seal", "part.accepted")
    says(observed, "seal", "part.decided", outcome="approved")
    values = {"company:code": "91AA"}
    says(observed, "licence", "part.decided", outcome="approved", values=values)
    values = {"company:tax_number": "T0001", "company:grade": "A"}
    says(observed, "tax", "part.decided", outcome="approved", values=values)
    work(observed, office)

    told = sorted(came(office), key=lambda event: event["data"]["seq"])
    assert [(e["type"], e["data"].get("matter"), e["data"]["seq"]) for e in told] == [
        ("submission.accepted", None, 1),
        ("part.correction_requested", "seal", 2),
        ("part.decided", "seal", 3),
        ("part.decided", "licence", 4),
        ("part.decided", "tax", 5),
        ("submission.completed", None, 6),
    ]
    assert all(events.fault(event, event["type"]) == "" for event in told)
    written = json.dumps(told, ensure_ascii=False)
    for value in ("青山", "秘密", "91AA", "T0001", "approved"):
        assert value not in written
    assert log.first_broken(observed.submission()["log"]) is None


def test_a_repeated_call_and_one_that_comes_too_late_tell_nothing(observed):
    observed.apply()
    says(observed, "seal", "part.decided", outcome="rejected", seq=9)
    event = {
        "type": "part.correction_requested",
        "timestamp": observed.clock.text,
        "data": {
            "part": observed.part("seal")["id"],
            "digest": observed.part("seal")["digest"],
            "reasons": [{"pointer": "/name", "text": "late"}],
        },
    }
    for _ in range(2):
        answer = observed.call(observed.part("seal"), event, message_id="late")
        assert answer.status == 200

    types = [event["type"] for event in observed.submission()["events"]]
    assert types == ["submission.accepted", "part.decided"]


def test_only_who_asked_for_a_type_an_affair_and_an_area_is_told(observed):
    observe(observed, "part.decided", url="https://one.example")
    observe(observed, area="42", url="https://two.example")
    observe(observed, area="11", url="https://three.example")
    observe(observed, affairs=("other",), url="https://four.example")
    observe(observed, affairs=("other", "founding"), url="https://five.example")
    unverified = observe(observed, url="https://six.example")
    state = {"state": "unverified"}
    observed.store.update("endpoints", unverified, lambda found: found | state)

    submission = observed.apply()

    urls = {e.id: e.url for e in endpoints.every(observed.store)}
    deliveries = [d for d in submission["deliveries"] if "event" in d]
    assert sorted(urls[d["endpoint"]] for d in deliveries) == [
        *(BUREAU, "https://five.example", "https://two.example"),
    ]
    assert {d["event"] for d in deliveries} == {submission["events"][0]["id"]}
    assert len({d["id"] for d in submission["deliveries"]}) == 5


def test_an_event_is_stored_with_what_brought_it_or_neither_is(observed, monkeypatch):
    def full(*_, **__):
        raise StoreUnavailableError("disk full", "")

    draft = observed.draft()
    with monkeypatch.context() as patched:
        patched.setattr(observed.store, "insert", full)
        with pytest.raises(StoreUnavailableError):
            observed.accept(draft)
    assert observed.submission() is None
    observed.accept(draft)
    assert len(observed.submission()["events"]) == 1

    with monkeypatch.context() as patched:
        patched.setattr(observed.store, "put", full)
        with pytest.raises(StoreUnavailableError):
            says(observed, "seal", "part.decided", outcome="approved")
    assert observed.states()["seal"] == "ready"
    assert len(observed.submission()["events"]) == 1


def test_a_paused_observer_gets_what_it_missed_when_it_is_resumed(observed, office):
    bureau = endpoints.of_department(observed.store, endpoints.OBSERVER)[0].id
    endpoints.pause(observed.store, bureau)
    observed.apply()
    work(observed, office)
    assert came(office) == []
    assert f"untold:{bureau}" in observed.submission()["tags"]
    assert [each.id for each in routing.untold(observed.store)] == [bureau]

    assert routing.resume(observed.store, bureau, now=observed.clock.text) == 1
    work(observed, office)

    [event] = observed.submission()["events"]
    assert office.ids.count(event["id"]) == 1
    assert len(came(office)) == 1
    assert routing.untold(observed.store) == []


def test_a_failing_observer_delays_no_department(observed, office):
    observed.apply()
    bureau = endpoints.of_department(observed.store, endpoints.OBSERVER)[0]
    observed.worker(lambda url, *_, **__: fails(office, url)).run_once()

    by_state = {d["endpoint"]: d["state"] for d in observed.submission()["deliveries"]}
    assert by_state.pop(bureau.id) == "pending"
    assert set(by_state.values()) == {"done"}


def fails(office, url):
    office.answers = [500 if url == BUREAU else 204]
    return office(url, {}, b"")


def test_who_was_told_may_look_and_each_new_state_looked_at_is_written_down(observed):
    observed.apply()
    secret = observed.secrets[endpoints.OBSERVER]

    def look(message="s_one", secret=secret):
        headers = webhook.headers(
            b"",
            message_id=message,
            sent_at=int(observed.clock().timestamp()),
            secret=secret,
        )
        submission, now = observed.submission(), observed.clock.text
        observing.look(observed.store, submission, headers, now=now)

    for wrong in ({"message": "s_two"}, {"secret": observed.secrets["market"]}):
        with pytest.raises(VerificationError):
            look(**wrong)
    look()
    look()
    observed.clock.pass_(minutes=1)
    says(observed, "seal", "part.accepted")
    look()

    looked = [
        e for e in observed.submission()["log"] if e["what"] == "submission.fetched"
    ]
    assert len(looked) == 2
    assert log.first_broken(observed.submission()["log"]) is None


@given(st.permutations(range(4)))
def test_each_event_is_told_once_whatever_the_order_of_calls(new_city, order):
    city = new_city()
    city.connect_all("https://example.org")
    observe(city)
    city.apply()
    part = city.part("seal")
    calls = [
        ("part.accepted", {}),
        ("part.correction_requested", {"reasons": [{"pointer": "/name", "text": "x"}]}),
        ("part.decided", {"outcome": "approved"}),
        ("part.decided", {"outcome": "approved"}),
    ]
    for number in order:
        type_, more = calls[number]
        data = {"part": part["id"], "digest": part["digest"], "seq": 2 + number, **more}
        event = {"type": type_, "timestamp": city.clock.text, "data": data}
        city.call(part, event, message_id=f"call_{number}")

    told = [event["type"] for event in city.submission()["events"]]
    assert told.count("part.decided") == 1
    assert [e["seq"] for e in city.submission()["events"]] == [*range(1, len(told) + 1)]


def test_the_same_answers_again_are_one_event(observed):
    draft = observed.draft()
    receipts = [observed.accept(draft) for _ in range(2)]

    assert [receipt.created for receipt in receipts] == [True, False]
    assert len(observed.submission()["events"]) == 1
