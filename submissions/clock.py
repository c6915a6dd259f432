"""Times as text: UTC with milliseconds, fixed width, so that text order is time order.

>>> utc_text(datetime(2026, 11, 22, 3, 4, 5, 678901, UTC))
'2026-11-22T03:04:05.678Z'
"""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from typing import TypeAlias

#: Returns the time now, aware.
Clock: TypeAlias = Callable[[], datetime]

_CHINA = timezone(timedelta(hours=8))


def utc_now() -> datetime:
    """Return the time now: what programs pass as their `Clock`."""
    return datetime.now(UTC)


def utc_text(moment: datetime) -> str:
    """Write an aware time in UTC, with milliseconds cut off, never rounded.

    Raises:
        ValueError: the time has no zone.
    """
    if moment.tzinfo is None:
        raise ValueError(f"a time needs a zone, got {moment!r}")
    text = moment.astimezone(UTC).isoformat(timespec="milliseconds")
    return text.removesuffix("+00:00") + "Z"


def parse(text: str) -> datetime:
    """Read back what `utc_text` wrote.

    Raises:
        ValueError: this is no such text.
    """
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)


def later(text: str, seconds: float) -> str:
    """Return the time so many seconds after another one, both as text."""
    return utc_text(parse(text) + timedelta(seconds=seconds))


def day_in_china(text: str) -> date:
    """Return the day in China on which a time (UTC text) falls.

    >>> day_in_china("2026-11-22T16:00:00.000Z").isoformat()
    '2026-11-23'
    """
    return parse(text).astimezone(_CHINA).date()
