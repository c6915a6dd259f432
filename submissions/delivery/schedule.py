"""When a delivery is tried, and tried again: pure, with chance as an argument."""

from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from random import Random

from submissions.store.contract import Document

#: A receiver may ask for this much patience, seconds.
LONGEST_RETRY_AFTER = 24 * 3600.0
_DAY = 24 * 3600.0
#: The longest wait there is, with chance added and some room, seconds.
LONGEST = 1.25 * _DAY


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """How long to wait before each try, seconds, before chance is added.

    Source:
        Standard Webhooks 1.0.0, "Retry schedule"; the daily tail is our own, since a
        department's system may be off for a whole holiday.
    """

    #: Before the first try, the second, ...
    steps: tuple[float, ...] = (
        0,
        5,
        5 * 60,
        30 * 60,
        2 * 3600,
        5 * 3600,
        10 * 3600,
        14 * 3600,
        20 * 3600,
        24 * 3600,
    )
    #: How often it is tried daily when the steps are used up; then it is parked.
    days: int = 30

    def delay(
        self, tries: int, *, retry_after: float | None, random: Random
    ) -> float | None:
        """Return how long to wait after a failure; None: park it.

        Args:
            tries: how often it has been tried.
            retry_after: what the receiver asked for, seconds; honoured up to a day.
            random: spreads the tries of many deliveries by a fifth either way.
        """
        if tries >= len(self.steps) + self.days:
            return None
        step = self.steps[tries] if tries < len(self.steps) else _DAY
        asked = min(retry_after or 0.0, LONGEST_RETRY_AFTER)
        return max(step * random.uniform(0.8, 1.2), asked)


def retry_after(header: str | None, *, now: datetime) -> float | None:
    """Read a Retry-After header, seconds or a date; None if it says nothing clear."""
    text = (header or "").strip()
    if text.isdecimal():
        # A longer number would only be cut down, and might not fit a float.
        return float(text[:9])
    try:
        date = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return None
    if date.tzinfo is None:
        date = date.replace(tzinfo=UTC)
    return max((date - now).total_seconds(), 0.0)


def wake(submission: Document) -> Document:
    """Return the submission with `wake_at` as what is pending says.

    That are its deliveries, and its events that are not in the feed yet.

    While a worker holds the lease `wake_at` is the lease's end and stays so: the
    worker looks for new deliveries when it records its outcomes.
    """
    if "lease" in submission:
        return submission
    rest = {key: value for key, value in submission.items() if key != "wake_at"}
    due = [d["due_at"] for d in submission["deliveries"] if d["state"] == "pending"]
    due += [each["at"] for each in submission.get("events", ()) if "fed" not in each]
    return {**rest, "wake_at": min(due)} if due else rest
