"""Working days in mainland China: weekdays, less holidays, plus days worked instead.

The State Council publishes each year's holidays in the autumn before. `holidays.json`
holds what is published; for any other year only the holidays with a fixed date are
known, and what is counted there is provisional.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib.resources import files

_SATURDAY = 5
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """The day by which something is due."""

    day: date
    #: A year was counted in whose holidays are not published yet.
    provisional: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """What is published about working days."""

    #: Month and day, "05-01": holidays of every year.
    fixed: frozenset[str]
    #: By day of a published year: whether it is worked, where the week says otherwise.
    moved: Mapping[date, bool]
    years: frozenset[int]

    def works(self, day: date) -> bool:
        """Tell whether authorities work on a day."""
        weekday = day.weekday() < _SATURDAY
        if day.year in self.years:
            return self.moved.get(day, weekday)
        return weekday and f"{day:%m-%d}" not in self.fixed

    def after(self, start: date, workdays: int) -> Due:
        """Return the last of so many working days, counted from the day after `start`.

        Raises:
            ValueError: fewer than one.
        """
        if workdays < 1:
            raise ValueError(f"at least one working day is counted, got {workdays}")
        day, known = start, True
        while workdays:
            day += _DAY
            known = known and day.year in self.years
            workdays -= self.works(day)
        return Due(day=day, provisional=not known)

    def between(self, start: date, end: date) -> int:
        """Count the working days after `start` up to and with `end`."""
        days = (start + n * _DAY for n in range(1, (end - start).days + 1))
        return sum(map(self.works, days))


@cache
def shipped() -> Calendar:
    """Return the calendar that comes with this version."""
    text = (files("submissions") / "holidays.json").read_text(encoding="utf-8")
    written = json.loads(text)
    moved: dict[date, bool] = {}
    for year in written["years"].values():
        for first, last in year["off"]:
            day = date.fromisoformat(first)
            while day <= date.fromisoformat(last):
                moved[day] = False
                day += _DAY
        moved |= {date.fromisoformat(day): True for day in year["on"]}
    return Calendar(
        fixed=frozenset(written["fixed"]),
        moved=moved,
        years=frozenset(int(year) for year in written["years"]),
    )
