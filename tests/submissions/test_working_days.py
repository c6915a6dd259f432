"""Working days, published and not."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from submissions import working_days

CHINA = working_days.shipped()
DAYS = st.dates(date(2025, 1, 1), date(2028, 12, 31))


def test_2026_is_as_the_state_council_published_it():
    year = [date(2026, 1, 1) + timedelta(days=n) for n in range(365)]
    weekdays_off = [day for day in year if day.weekday() < 5 and not CHINA.works(day)]
    weekends_on = [day for day in year if day.weekday() >= 5 and CHINA.works(day)]

    # 365 days, 104 at weekends; 13 legal holidays leave 248 days of work.
    assert sum(map(CHINA.works, year)) == 248
    assert len(weekdays_off) == 19
    assert [f"{day:%m-%d}" for day in weekends_on] == [
        "01-04",
        "02-14",
        "02-28",
        "05-09",
        "09-20",
        "10-10",
    ]


@pytest.mark.parametrize(
    ("start", "workdays", "due"),
    [
        ("2026-11-23", 5, "2026-11-30"),
        ("2026-09-30", 1, "2026-10-08"),
        ("2026-10-09", 1, "2026-10-10"),
        ("2026-02-13", 2, "2026-02-24"),
        ("2026-01-01", 1, "2026-01-04"),
    ],
)
def test_days_are_counted_from_the_next_over_holidays_and_days_made_up(
    start, workdays, due
):
    found = CHINA.after(date.fromisoformat(start), workdays)

    assert found == working_days.Due(day=date.fromisoformat(due), provisional=False)


def test_past_the_published_year_the_day_is_provisional():
    assert CHINA.after(date(2026, 12, 30), 1).provisional is False
    assert CHINA.after(date(2026, 12, 31), 1) == working_days.Due(
        day=date(2027, 1, 4), provisional=True
    )
    assert not CHINA.works(date(2027, 10, 1))


@given(DAYS, st.integers(1, 60))
def test_the_last_day_is_worked_and_so_many_are_counted(start, workdays):
    """Law: between start and due, the due day included, lie exactly so many."""
    due = CHINA.after(start, workdays).day
    between = [start + timedelta(days=n + 1) for n in range((due - start).days)]

    assert sum(map(CHINA.works, between)) == workdays
    assert CHINA.works(due)


@given(DAYS, st.integers(1, 40))
def test_more_days_are_later_and_a_later_start_is_no_earlier(start, workdays):
    due = CHINA.after(start, workdays).day

    assert due < CHINA.after(start, workdays + 1).day
    assert due <= CHINA.after(start + timedelta(days=1), workdays).day


def test_no_days_cannot_be_counted():
    with pytest.raises(ValueError, match="at least one"):
        CHINA.after(date(2026, 11, 23), 0)
