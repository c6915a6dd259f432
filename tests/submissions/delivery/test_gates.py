"""Caps and breakers: a dead endpoint takes no time from the others."""

import threading
from datetime import timedelta
from functools import partial
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from submissions import endpoints
from submissions.clock import later, utc_text
from submissions.delivery.gates import FAILURES, Gates, failed
from submissions.delivery.schedule import Schedule
from submissions.errors import StoreUnavailableError
from submissions.outbound import Result
from tests.waiting import until

STEPS = (0, 10, 100, 1000)
DOWN = Result(error="ConnectionRefusedError")
UP = Result(status=204)


@pytest.fixture
def to(city):
    """Return a function that reads the endpoint as it is stored now."""
    id_ = city.connect("police", "https://police.example.org", cap=2)
    return lambda: endpoints.get(city.store, id_)


@pytest.fixture
def gates():
    return Gates(schedule=Schedule(steps=STEPS, days=0), random=Random(1), probe=60)


def attempt(city, gates, to, result, retry_after=None):
    """Try once; return how long it has to wait, seconds, or None if it was sent."""
    now = city.clock()
    wait = gates.enter(city.store, to(), now)
    if wait is not None:
        return seconds(city, wait)
    gates.leave(city.store, to(), result, retry_after=retry_after, now=now)
    return None


def seconds(city, text):
    for tenths in range(100_000):
        if later(city.clock.text, tenths / 10) >= text:
            return tenths / 10
    pytest.fail(f"{text} is too far away")
    return 0


def test_no_more_than_the_cap_are_on_their_way_at_once(city, gates, to):
    entered = [gates.enter(city.store, to(), city.clock()) for _ in range(3)]

    assert entered[:2] == [None, None]
    assert 1 <= seconds(city, entered[2]) <= 2.1
    gates.leave(city.store, to(), UP, retry_after=None, now=city.clock())
    assert gates.enter(city.store, to(), city.clock()) is None


def test_a_probe_that_cannot_be_written_down_takes_no_place(
    city, gates, to, monkeypatch
):
    endpoints.open_breaker(city.store, to().id, until=city.clock.text, step=1)

    def full(*_arguments):
        raise StoreUnavailableError("the disk is full", "Make room.")

    with monkeypatch.context() as patched:
        patched.setattr(city.store, "update", full)
        for _ in range(3):
            with pytest.raises(StoreUnavailableError):
                gates.enter(city.store, to(), city.clock())

    assert gates.enter(city.store, to(), city.clock()) is None


def test_ten_straight_failures_open_the_breaker_and_one_success_shuts_it(
    city, gates, to
):
    sent = [attempt(city, gates, to, DOWN) for _ in range(FAILURES)]
    assert sent == [None] * FAILURES
    assert 8 <= attempt(city, gates, to, DOWN) <= 12 + 5

    city.clock.pass_(seconds=13)
    assert attempt(city, gates, to, UP) is None
    assert (to().step, to().open_until) == (0, None)
    assert attempt(city, gates, to, DOWN) is None


def test_a_success_between_them_makes_failures_not_straight(city, gates, to):
    for _ in range(3):
        for _ in range(FAILURES - 1):
            assert attempt(city, gates, to, DOWN) is None
        assert attempt(city, gates, to, UP) is None


def test_failures_for_five_minutes_open_the_breaker(city, gates, to):
    attempt(city, gates, to, DOWN)
    city.clock.pass_(minutes=5)
    attempt(city, gates, to, DOWN)

    assert attempt(city, gates, to, DOWN) >= 8


def test_a_dead_endpoint_gets_one_probe_per_step_of_the_schedule(city, gates, to):
    for _ in range(FAILURES):
        attempt(city, gates, to, DOWN)
    for step in STEPS[1:] + STEPS[-1:]:
        wait = attempt(city, gates, to, DOWN)
        assert 0.8 * step <= wait <= 1.2 * step + 5.1
        city.clock.pass_(seconds=1.2 * step + 0.1)
        assert gates.enter(city.store, to(), city.clock()) is None, "the probe"
        beside = gates.enter(city.store, to(), city.clock())
        assert beside is not None, "while it is away nobody else goes"
        gates.leave(city.store, to(), DOWN, retry_after=None, now=city.clock())


def test_a_probe_that_nobody_reports_on_is_sent_again(city, gates, to):
    for _ in range(FAILURES):
        attempt(city, gates, to, DOWN)
    city.clock.pass_(seconds=13)
    gates.enter(city.store, to(), city.clock())
    others = Gates(schedule=Schedule(), random=Random(2), probe=60)

    city.clock.pass_(seconds=59)
    assert attempt(city, others, to, UP) is not None
    city.clock.pass_(seconds=2)
    assert attempt(city, others, to, UP) is None


def test_the_breaker_is_shared_by_all_workers(city, gates, to):
    for _ in range(FAILURES):
        attempt(city, gates, to, DOWN)
    other = Gates(schedule=Schedule(), random=Random(2), probe=60)

    assert attempt(city, other, to, UP) is not None


def test_patience_holds_back_everything_for_the_endpoint(city, gates, to):
    attempt(city, gates, to, Result(status=429), retry_after=60.0)

    assert 60 <= attempt(city, gates, to, UP) <= 65.1
    city.clock.pass_(seconds=60)
    assert attempt(city, gates, to, UP) is None
    assert to().open_until is None


def test_patience_is_no_longer_than_a_day(city, gates, to):
    attempt(city, gates, to, Result(status=503), retry_after=1e9)

    assert to().open_until <= utc_text(city.clock() + timedelta(days=1))


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        (UP, False),
        (Result(status=302), True),
        (Result(status=400), False),
        (Result(status=404), False),
        (Result(status=410), False),
        (Result(status=429), True),
        (Result(status=500), True),
        (Result(error="deadline"), True),
    ],
)
def test_who_refuses_a_message_is_not_dead(result, expected):
    assert failed(result) is expected


@given(st.lists(st.booleans(), max_size=60), st.integers(0, 2**32))
def test_whatever_happens_an_endpoint_is_tried_again_in_the_end(
    new_city, answers, seed
):
    """Law: no order of answers shuts a gate for good, and no place is lost."""
    city = new_city()
    id_ = city.connect("police", "https://police.example.org", cap=2)
    gates = Gates(schedule=Schedule(steps=STEPS, days=0), random=Random(seed), probe=60)

    def to():
        return endpoints.get(city.store, id_)

    for good in answers:
        attempt(city, gates, to, UP if good else DOWN)
        city.clock.pass_(seconds=3)
    city.clock.pass_(seconds=1.2 * STEPS[-1] + 1)

    assert attempt(city, gates, to, UP) is None
    assert [gates.enter(city.store, to(), city.clock()) for _ in range(2)] == [None] * 2
    city.store.close()


@pytest.mark.slow
def test_one_endpoint_that_hangs_holds_up_no_other(city):
    """Without the cap all threads would wait for it, time after time."""
    city.connect("market", "https://market.example.org")
    city.connect("police", "https://police.example.org", cap=1)
    count, served, stop = 30, [], threading.Event()
    for number in range(count):
        city.apply(f"s_{number}")

    def post(url, *_, **__):
        if "police" in url:
            stop.wait()
            return Result(error="deadline")
        served.append(url)
        return UP

    work = partial(city.worker(post).run, stop, threads=4)
    thread = threading.Thread(target=work)
    thread.start()
    try:
        until(lambda: len(served) == count, "the others are held up")
    finally:
        stop.set()
        thread.join()


def test_of_two_workers_that_look_at_the_same_moment_one_probes(city, gates, to):
    for _ in range(FAILURES):
        attempt(city, gates, to, DOWN)
    other = Gates(schedule=Schedule(), random=Random(2), probe=60)
    city.clock.pass_(seconds=13)
    seen = to()

    went = [each.enter(city.store, seen, city.clock()) for each in (gates, other)]

    assert went[0] is None
    assert 1 <= seconds(city, went[1]) <= 2.1
