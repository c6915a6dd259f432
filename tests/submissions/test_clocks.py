"""Clocks of parts: by law and as promised, over holidays, with pauses."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small import WORDS, matter_of

from builder.model import Limit
from submissions import clocks, working_days
from submissions.clocks import Change

CHINA = working_days.shipped()
DAY = timedelta(days=1)


def matter(legal, promised):
    made = matter_of("m", {}, {})
    object.__setattr__(made, "legal_limit", Limit(workdays=legal, text=WORDS))
    object.__setattr__(made, "promised_limit", Limit(workdays=promised, text=WORDS))
    return made


def day(text):
    """Return a day; one without a year is of 2026."""
    return date.fromisoformat(text if len(text) > 5 else f"2026-{text}")


def at(course, today, legal=20, promised=None):
    """Return the clock on a day; a course reads "09-28 ready, ..."."""
    steps = [each.split() for each in course.split(", ") if each]
    known = [Change(day=day(when), state=state) for when, state in steps]
    return clocks.clock(
        known, matter(legal, promised), today=day(today), calendar=CHINA
    )


@pytest.mark.parametrize(
    "line",
    [
        # 国庆 2026: off 1 to 7 October, 10 October (a Saturday) is worked.
        "5 | 09-28 accepted | 09-30 | running, due 2026-10-10, 3 left, none",
        "5 | 09-28 accepted | 10-08 | running, due 2026-10-10, 2 left, none",
        "5 | 09-28 accepted | 10-09 | running, due 2026-10-10, 1 left, soon",
        "5 | 09-28 accepted | 10-11 | running, due 2026-10-10, 0 left, soon",
        "5 | 09-28 accepted | 10-12 | running, due 2026-10-10, -1 left, unlawful",
        # Sent back on the last day before it, corrected on the first after.
        "5 | 09-28 accepted, 09-30 correction | 10-05 | paused, due None, 3 left, none",
        (
            "5 | 09-28 accepted, 09-30 correction, 10-08 ready | 10-08 "
            "| running, due 2026-10-12, 3 left, none"
        ),
        # Sent back on the last day: there is none left, and none is lost.
        (
            "2 | 09-28 accepted, 09-30 correction, 10-10 ready | 10-10 "
            "| running, due 2026-10-10, 0 left, soon"
        ),
        # Over New Year: the days of the next year are not published yet.
        "3 | 12-28 accepted | 12-30 | running, due 2026-12-31, 1 left, soon",
        "4 | 12-28 accepted | 12-30 | running, due 2027-01-04?, 2 left, none",
        (
            "3 | 12-28 accepted, 12-30 correction, 2027-01-05 ready | 2027-01-05 "
            "| running, due 2027-01-06?, 1 left, soon"
        ),
        # Spring Festival: off 15 to 23 February, the 14th and the 28th are worked.
        "3 | 02-12 accepted | 02-14 | running, due 2026-02-24, 1 left, soon",
        # On the spot: the same day, or the first one anybody works.
        "0 | 11-23 accepted | 11-23 | running, due 2026-11-23, 0 left, soon",
        "0 | 11-21 accepted | 11-21 | running, due 2026-11-23, 1 left, soon",
        "0 | 11-23 accepted | 11-24 | running, due 2026-11-23, -1 left, unlawful",
        # Half a day is counted as one.
        "0.5 | 11-23 accepted | 11-23 | running, due 2026-11-24, 1 left, soon",
        # What is decided stands still.
        (
            "5 | 09-28 accepted, 10-10 decided | 12-31 "
            "| ended, due 2026-10-10, 0 left, none"
        ),
    ],
)
def test_the_time_of_a_part_over_holidays(line):
    limit, course, today, told = line.split(" | ")

    found = at(course, today, legal=float(limit))

    due = found.legal.due
    shown = due and f"{due.day}{'?' * due.provisional}"
    assert f"{found.stage}, due {shown}, {found.legal.left} left, {found.alarm}" == told


@pytest.mark.parametrize(
    "line",
    [
        " | 11-23 | idle, began None, none",
        "11-16 ready | 11-19 | accepting, began None, none",
        "11-16 ready | 11-20 | accepting, began None, soon",
        "11-16 ready | 11-23 | accepting, began None, soon",
        # Five working days of silence: it was accepted on the day it came.
        "11-16 ready | 11-24 | running, began 2026-11-16 by silence, none",
        (
            "11-16 ready, 11-24 accepted | 11-24 "
            "| running, began 2026-11-16 by silence, none"
        ),
        "11-16 ready, 11-23 accepted | 11-24 | running, began 2026-11-23, none",
        # Sent back before it was accepted: its time begins with the complete one.
        "11-16 ready, 11-17 correction | 11-30 | paused, began None, none",
        (
            "11-16 ready, 11-17 correction, 11-30 ready | 11-30 "
            "| accepting, began None, none"
        ),
        "11-16 ready, 11-17 decided | 12-30 | ended, began None, none",
    ],
)
def test_time_begins_with_acceptance_or_after_five_days_of_silence(line):
    course, today, told = line.split(" | ")

    found = at(course, today)

    began = f"{found.began}{' by silence' * found.presumed}"
    assert f"{found.stage}, began {began}, {found.alarm}" == told


def test_beyond_the_promise_is_late_and_beyond_the_law_unlawful():
    course = "11-02 accepted"

    alarms = [at(course, f"11-{n:02}", legal=10, promised=5).alarm for n in (5, 6, 10)]

    assert alarms == ["none", "soon", "late"]
    assert at(course, "11-17", legal=10, promised=5).alarm == "unlawful"
    assert at(course, "11-17", legal=None, promised=None).alarm == "none"


def test_the_course_is_read_from_the_log_whatever_came_late():
    detail = {"part": "p_1", "made": 1}
    day_of = "2026-11-{:02}T18:00:00.000Z".format

    def said(on, what, order=None):
        calls = {} if order is None else {"order": order, "message": f"m_{on}"}
        return {"at": day_of(on), "what": what, "detail": detail | calls}

    entries = [
        said(1, "accepted") | {"detail": {"body": "x"}},
        said(2, "part.ready"),
        said(3, "part.correction_requested", 3),
        said(4, "part.accepted", 2),  # said before, and came after
        said(5, "part.updated") | {"detail": detail | {"made": 2}},
    ]

    found = clocks.changes(entries, "p_1")

    # Six in the evening in UTC is the next day in China.
    told = [(f"{each.day:%m-%d}", each.state) for each in found]
    assert told == [("11-03", "ready"), ("11-04", "correction"), ("11-06", "ready")]
    assert clocks.changes(entries, "p_2") == []


DAYS = st.dates(date(2026, 1, 1), date(2027, 12, 31))
LIMITS = st.integers(0, 40)


@given(DAYS, LIMITS, st.integers(0, 60), st.integers(0, 40))
def test_a_pause_adds_exactly_its_working_days(began, limit, wait, pause):
    """Law: the last day moves by the working days the applicant took, by no other."""
    first = min(began + wait * DAY, clock_of(began, limit).due.day)
    last = first + pause * DAY

    without = clock_of(began, limit)
    paused = clock_of(began, limit, (first, last))

    between = CHINA.between(without.due.day, paused.due.day)
    assert between == CHINA.between(first, last)


@given(DAYS, LIMITS, st.lists(st.integers(0, 20), max_size=4), st.integers(0, 90))
def test_time_only_runs_down(began, limit, waits, later):
    """Law: a later day leaves as much time or less, and what is over stays over."""
    days = [began]
    for wait in waits:
        days.append(days[-1] + wait * DAY)
    course = [
        Change(day=each, state="correction" if number % 2 else "accepted")
        for number, each in enumerate(days)
    ]
    before, after = (
        clocks.clock(course, matter(limit, None), today=today, calendar=CHINA).legal
        for today in (days[-1], days[-1] + later * DAY)
    )

    assert after.left <= before.left
    assert after.over >= before.over
    if after.due and CHINA.works(days[-1] + later * DAY):
        assert after.over == (days[-1] + later * DAY > after.due.day)


def clock_of(began, limit, pause=None):
    course = [Change(day=began, state="accepted")]
    today = began
    if pause:
        today = pause[1]
        course += [Change(day=pause[0], state="correction")]
        course += [Change(day=pause[1], state="ready")]
    return clocks.clock(course, matter(limit, None), today=today, calendar=CHINA).legal
