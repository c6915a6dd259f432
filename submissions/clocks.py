"""How long a department may take for its part: in working days, by law and as promised.

A part must be accepted or sent back within five working days of coming; who says
nothing has accepted it on the day it came. From acceptance on the limits of its matter
run. They stand still while the applicant corrects: the day of the request is still the
department's, the day the correction comes is no longer the applicant's to lose. Days
are those of China, and counted from the day after.

Source:
    行政许可法 (2019), articles 32, 42 and 82: what counts as accepted, limits, and days
    that are working days.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from math import ceil
from typing import Any, Literal, TypeAlias

from builder.model import Limit, Matter
from submissions.clock import day_in_china
from submissions.folding import RANKS, State, fold
from submissions.working_days import Calendar, Due

#: idle: nothing has come. accepting: it must be accepted or sent back. running: it must
#: be decided. paused: the applicant corrects it. ended: it is decided.
Stage: TypeAlias = Literal["idle", "accepting", "running", "paused", "ended"]
#: soon: the last days. late: beyond what was promised. unlawful: beyond the law.
Alarm: TypeAlias = Literal["none", "soon", "late", "unlawful"]

#: Working days in which a part is accepted or sent back.
ACCEPTING_DAYS = 5
#: The last days are a fifth of the limit, and at least one.
_LAST = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """A day on which a part came into a state."""

    day: date
    state: State


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One limit of a part."""

    workdays: int
    #: Working days there are still; negative: so many too many.
    left: int
    #: None while it stands still.
    due: Due | None

    @property
    def over(self) -> bool:
        """It has passed; the day off after the last day is not too late yet."""
        return self.left < 0

    @property
    def soon(self) -> bool:
        """The last days have come."""
        return self.left <= max(1, self.workdays // _LAST)


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """How far the time of a part is."""

    stage: Stage
    #: When its time began; None: it has not.
    began: date | None = None
    #: Its department said nothing in time, so it counts as accepted when it came.
    presumed: bool = False
    #: In which it must be accepted or sent back, while that is open.
    accepting: Term | None = None
    #: None: not counted in working days, or not begun.
    legal: Term | None = None
    promised: Term | None = None

    @property
    def term(self) -> Term | None:
        """The limit that ends first."""
        return self.accepting or self.promised or self.legal

    @property
    def alarm(self) -> Alarm:
        """How pressing it is."""
        if any(term and term.over for term in (self.legal, self.accepting)):
            return "unlawful"
        if self.promised and self.promised.over:
            return "late"
        open_ = self.stage in {"accepting", "running"}
        return "soon" if open_ and self.term and self.term.soon else "none"


def changes(entries: Iterable[Mapping[str, Any]], part: str) -> list[Change]:
    """Return the states a part came into, from the log of its submission."""
    own: list[Mapping[str, Any]] = []
    found: list[Change] = []
    for entry in entries:
        what = entry["what"]
        speaks = what in RANKS or what in {"part.ready", "part.updated"}
        if not speaks or entry["detail"]["part"] != part:
            continue
        own.append(entry)
        # A call that comes late may change nothing: what counts is told by the fold.
        state = fold(own)[part].state
        if not found or found[-1].state != state:
            found.append(Change(day=day_in_china(entry["at"]), state=state))
    return found


def clock(
    course: Sequence[Change], matter: Matter, *, today: date, calendar: Calendar
) -> Clock:
    """Return how far the time of a part is on a day.

    Args:
        course: the states it came into, in time.
    """
    if not course:
        return Clock(stage="idle")
    ended = next((each.day for each in course if each.state == "decided"), None)
    until = ended or today
    began, presumed = _began(course, until, calendar)
    if began is None:
        waits = course[-1].state == "ready"
        term = _term(ACCEPTING_DAYS, course[-1].day, (), until, calendar)
        return Clock(
            stage="ended" if ended else "accepting" if waits else "paused",
            accepting=term if waits else None,
        )
    pauses = list(_pauses(course, began, until))
    stands = course[-1].state == "correction"
    terms = {
        name: _counted(limit, began, pauses, until, calendar, stands=stands)
        for name, limit in (
            ("legal", matter.legal_limit),
            ("promised", matter.promised_limit),
        )
    }
    stage: Stage = "ended" if ended else "paused" if stands else "running"
    return Clock(stage=stage, began=began, presumed=presumed, **terms)


def _began(
    course: Sequence[Change], until: date, calendar: Calendar
) -> tuple[date | None, bool]:
    """Return the day of acceptance, and whether it was by silence."""
    following = [*course[1:], Change(day=until, state="ready")]
    for change, then in zip(course, following, strict=True):
        if change.state == "accepted":
            return change.day, False
        if change.state == "ready":
            answer = calendar.after(change.day, ACCEPTING_DAYS).day
            if then.day > answer:
                return change.day, True
    return None, False


def _pauses(
    course: Sequence[Change], began: date, until: date
) -> Iterable[tuple[date, date]]:
    """Yield from which day to which the applicant corrects, once time has begun."""
    for change, then in zip(course, [*course[1:], None], strict=True):
        if change.state == "correction" and change.day >= began:
            yield change.day, then.day if then else until


def _counted(
    limit: Limit,
    began: date,
    pauses: Sequence[tuple[date, date]],
    until: date,
    calendar: Calendar,
    *,
    stands: bool,
) -> Term | None:
    if limit.workdays is None:
        return None
    # On the spot: the same day, if anybody works then.
    workdays = max(ceil(limit.workdays), 0 if calendar.works(began) else 1)
    term = _term(workdays, began, pauses, until, calendar)
    return replace(term, due=None) if stands else term


def _term(
    workdays: int,
    began: date,
    pauses: Sequence[tuple[date, date]],
    until: date,
    calendar: Calendar,
) -> Term:
    counted = workdays
    due = _due(began, counted, calendar)
    for first, last in pauses:
        if first <= due.day:
            counted += calendar.between(first, last)
            due = _due(began, counted, calendar)
    paused = sum(calendar.between(first, last) for first, last in pauses)
    used = calendar.between(began, until) - paused
    return Term(workdays=workdays, left=workdays - used, due=due)


def _due(began: date, workdays: int, calendar: Calendar) -> Due:
    if workdays:
        return calendar.after(began, workdays)
    return Due(day=began, provisional=False)
