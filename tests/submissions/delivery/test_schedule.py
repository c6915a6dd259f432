from datetime import UTC, datetime
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from submissions.delivery.schedule import Schedule, retry_after, wake

NOW = datetime(2026, 11, 22, 3, 4, 5, tzinfo=UTC)
SEEDS = st.integers().map(Random)


class Middle(Random):
    """Chance that always takes the middle."""

    def uniform(self, a, b):
        return (a + b) / 2


@given(SEEDS, st.integers(0, 39))
def test_a_delay_is_the_step_and_at_most_a_fifth_off(random, tries):
    schedule = Schedule()
    step = schedule.steps[tries] if tries < len(schedule.steps) else 24 * 3600

    delay = schedule.delay(tries, retry_after=None, random=random)

    assert 0.8 * step <= delay <= 1.2 * step


@given(SEEDS, st.integers(40, 10**6))
def test_after_the_steps_and_thirty_days_a_delivery_is_parked(random, tries):
    assert Schedule().delay(tries, retry_after=5.0, random=random) is None


def test_the_steps_are_those_of_the_specification():
    hours = [step / 3600 for step in Schedule().steps[4:]]

    assert Schedule().steps[:4] == (0, 5, 300, 1800)
    assert hours == [2, 5, 10, 14, 20, 24]


def test_a_receiver_may_ask_for_patience_up_to_a_day():
    def delay(asked):
        return Schedule().delay(1, retry_after=asked, random=Middle())

    assert delay(600.0) == 600
    assert delay(1e9) == 24 * 3600
    assert delay(1.0) == 5


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, None),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("120", 120),
        (" 120 ", 120),
        ("9" * 400, 999999999),
        ("Sun, 22 Nov 2026 03:05:05 GMT", 60),
        ("Sun, 22 Nov 2026 03:05:05 -0000", 60),
        ("Sun, 22 Nov 2020 03:05:05 GMT", 0),
    ],
)
def test_retry_after_is_seconds_or_a_date(header, seconds):
    assert retry_after(header, now=NOW) == seconds


def submission(*due, **more):
    deliveries = [{"state": "pending", "due_at": each} for each in due]
    return {"deliveries": [*deliveries, {"state": "done"}], **more}


@given(
    st.text(max_size=40)
    | st.builds(
        "Sun, {} Nov {} 03:04:05 {}{}".format,
        st.integers(),
        st.integers(),
        st.sampled_from("+-"),
        st.integers(0),
    )
)
def test_no_retry_after_header_is_a_fault_of_ours(header):
    asked = retry_after(header, now=NOW)

    assert asked is None or asked >= 0


def test_a_submission_wakes_for_its_first_pending_delivery():
    assert wake(submission("2", "1"))["wake_at"] == "1"
    assert "wake_at" not in wake(submission(wake_at="1"))


def test_a_lease_is_left_alone():
    leased = submission("1", wake_at="9", lease={"token": "t"})

    assert wake(leased) == leased
