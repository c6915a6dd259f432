"""Who asks instead of being called misses nothing, and sees the same ids."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import orjson
import pytest

from submissions import endpoints, feed, observing
from submissions.clock import later
from submissions.delivery.schedule import wake
from submissions.errors import CursorError, StoreUnavailableError
from submissions.store import open_store

NOON = "2026-11-22T12:00:00.000Z"
ALL = [[]]


def read(store, after="", limit=100, views=ALL):
    page = feed.read(store, views, after=after, limit=limit)
    return json.loads(orjson.dumps(page.entries)), page.next, page.more


def ids(store, **more):
    return [entry["id"] for entry in read(store, **more)[0]]


def submission(number, affair="founding", sender="c_1", events=1):
    told = [
        {"id": f"m_{number}_{seq}", "type": "submission.accepted", "at": NOON}
        | {"seq": seq, "part": None}
        for seq in range(1, events + 1)
    ]
    return {
        "_id": f"s_{number}",
        "ref": f"YB{number}",
        "affair": affair,
        "sender": sender,
        "pack_version": f"{affair}@1",
        "parts": [],
        "events": told,
    }


def fill(store, count, **more):
    for number in range(count):
        feed.take_in(store, submission(number, **more), now=NOON)


@pytest.fixture
def on_each_engine(store_url):
    opened = []

    def open_again():
        opened.append(open_store(store_url))
        return opened[-1]

    yield open_again
    for each in opened:
        each.close()


def test_the_feed_has_the_events_that_webhooks_bring(city, office):
    bureau = endpoints.Observer(name="bureau", events=observing.TYPES)
    city.connect(endpoints.OBSERVER, "https://bureau.example", observer=bureau)
    for id_ in ("s_one", "s_two"):
        city.accept(city.draft(id_))
    worker = city.worker(office)
    while worker.run_once():
        pass

    entries, _, more = read(city.store)

    sent = {h["webhook-id"]: json.loads(body) for _, h, body in office.came}
    assert {entry["id"]: entry["event"] for entry in entries} == sent
    assert (len(sent), more) == (2, False)
    assert "wake_at" not in city.submission()
    assert worker.run_once() == 0


def test_a_reader_who_keeps_the_cursor_sees_each_event_once_and_in_one_order(
    on_each_engine,
):
    store = on_each_engine()
    fill(store, 7, events=2)

    seen, after, more = [], "", True
    while more:
        entries, after, more = read(store, after, limit=3)
        seen += [entry["id"] for entry in entries]
    fill(store, 7, events=3)

    assert seen == [f"m_{n}_{seq}" for n in range(7) for seq in (1, 2)]
    assert ids(store, after=after) == [f"m_{n}_3" for n in range(7)]
    assert ids(store)[:14] == seen


@pytest.mark.parametrize("writers", [6])
def test_nothing_is_numbered_behind_a_reader_however_many_write(
    on_each_engine, writers
):
    each, stop = 8, threading.Event()
    stores = [on_each_engine() for _ in range(writers + 1)]

    def write(writer):
        for number in range(each):
            one = submission(f"{writer}x{number}")
            feed.take_in(stores[writer], one, now=NOON)

    def follow():
        seen, after = [], ""
        while True:
            last = stop.is_set()
            entries, after, more = read(stores[-1], after, limit=5)
            seen += [entry["id"] for entry in entries]
            if last and not more:
                return seen

    with ThreadPoolExecutor(writers + 1) as threads:
        reader = threads.submit(follow)
        try:
            list(threads.map(write, range(writers)))
        finally:
            stop.set()

        assert reader.result() == ids(stores[-1], limit=500)
    assert len(set(reader.result())) == len(reader.result()) == writers * each


def test_a_worker_that_dies_after_it_took_an_event_in_takes_it_in_once(city, office):
    class Killed(BaseException):
        """As a signal would end it."""

    def die(*_, **__):
        raise Killed

    city.connect_all("https://example.org")
    city.accept(city.draft())
    with suppress(Killed):
        city.worker(die).run_once()
    assert len(ids(city.store)) == 1
    assert "fed" not in city.submission()["events"][0]
    city.clock.pass_(seconds=61)
    city.worker(office).run_once()

    assert len(ids(city.store)) == 1
    assert city.submission()["events"][0]["fed"]


def test_a_feed_that_cannot_be_written_is_filled_later(city, office, monkeypatch):
    city.accept(city.draft())
    insert = city.store.insert

    def broken(collection, document):
        if collection == "feed":
            raise StoreUnavailableError("disk full", "")
        insert(collection, document)

    with monkeypatch.context() as patched:
        patched.setattr(city.store, "insert", broken)
        with pytest.raises(StoreUnavailableError):
            city.worker(office).run_once()
    assert ids(city.store) == []
    city.clock.pass_(seconds=61)
    city.worker(office).run_once()

    assert ids(city.store) == [city.submission()["events"][0]["id"]]


def test_an_event_that_comes_while_a_worker_sends_is_taken_in_too(city, office):
    city.connect("police", "https://police.example")
    city.accept(city.draft())
    now, new_id = city.clock.text, city.new_id

    def meanwhile(*_, **__):
        city.store.update(
            "submissions",
            "s_one",
            lambda found: observing.tell(
                found, "submission.completed", lambda *_: [], now=now, new_id=new_id
            ),
        )
        return office("", {}, b"")

    city.worker(meanwhile).run_once()
    assert len(ids(city.store)) == 1
    city.worker(office).run_once()

    assert len(ids(city.store)) == 2
    assert city.submission() == wake(city.submission())


def test_only_what_may_be_seen_is_seen_and_the_cursor_passes_the_rest(store):
    for number in range(12):
        affair, sender = ("founding", "moving")[number % 2], f"c_{number % 3}"
        one = submission(number, affair=affair, sender=sender)
        feed.take_in(store, one, now=NOON)
    own, moving = [("sender", "=", "c_1")], [("affair", "=", "moving")]

    assert ids(store, views=[own]) == [f"m_{n}_1" for n in (1, 4, 7, 10)]
    both = [f"m_{n}_1" for n in (1, 3, 4, 5, 7, 9, 10, 11)]
    assert ids(store, views=[own, moving]) == both
    seen, after, more = [], "", True
    while more:
        entries, after, more = read(store, after, limit=2, views=[own, moving])
        seen += [entry["id"] for entry in entries]
    assert seen == both
    assert read(store, views=[[("sender", "=", "c_9")]])[1:] == ("f12", False)


def test_what_was_kept_long_enough_is_forgotten_but_for_the_newest(store):
    fill(store, 5)
    day = 24 * 3600.0
    feed.take_in(store, submission("late"), now=later(NOON, 30 * day))

    assert feed.sweep(store, now=later(NOON, 89 * day)) == 0
    assert feed.sweep(store, now=later(NOON, 90 * day)) == 5
    assert ids(store) == ["m_late_1"]
    assert feed.sweep(store, now=later(NOON, 900 * day)) == 0
    feed.take_in(store, submission("next"), now=later(NOON, 900 * day))

    assert ids(store, after="f5") == ["m_late_1", "m_next_1"]
    with pytest.raises(CursorError, match="older than 90 days"):
        read(store, "f4")
    assert read(store)[1] == "f7"


@pytest.mark.parametrize("after", ["x", "f", "f-1", "f01", "f１", "f" + "9" * 16])
def test_what_is_no_cursor_is_refused(store, after):
    with pytest.raises(CursorError) as caught:
        read(store, after)

    assert not caught.value.known


def test_a_cursor_of_a_feed_that_was_put_back_is_told_from_a_good_one(store):
    fill(store, 3)

    assert read(store, "f3") == ([], "f3", False)
    with pytest.raises(CursorError, match="ahead of the feed") as caught:
        read(store, "f4")
    assert caught.value.known
