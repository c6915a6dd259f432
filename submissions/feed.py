"""The feed of events for who cannot be called: numbered once, read from a cursor.

An event is written with what brought it about; the worker then takes it into the feed,
under the number after the last. A number is tried only when the one before it is taken,
so a reader who sees one has every one before it: nothing is inserted behind a cursor,
however late its submission was stored. Told again after a crash, an event keeps its id
and is not taken in a second time.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from heapq import merge

import orjson

from submissions.clock import later
from submissions.delivery import events
from submissions.errors import CursorError, Duplicate
from submissions.store.contract import Condition, Document, Store

#: How long an event can be read, days.
KEPT_DAYS = 90
#: Events of one page, at most and where nothing is said.
MOST, USUAL = 500, 100
_DAY = 24 * 3600.0
_DIGITS = 15
_CURSOR = re.compile(r"f(0|[1-9][0-9]{0,14})")
_SWEPT_AT_ONCE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A stretch of the feed."""

    #: Each {"id", "event"}: the webhook-id and the body that webhooks have.
    entries: tuple[orjson.Fragment, ...]
    #: The cursor of what follows.
    next: str
    #: There may be more already.
    more: bool


def take_in(store: Store, submission: Document, *, now: str) -> frozenset[str]:
    """Put the events of a submission that are not in the feed there; return their ids.

    Only who holds its lease may: two at once could number one event twice.
    """
    new = [event for event in submission.get("events", ()) if "fed" not in event]
    for event in new:
        if not store.find("feed", [("event", "=", event["id"])], limit=1):
            _append(store, submission, event, now)
    return frozenset(event["id"] for event in new)


def read(
    store: Store, views: Sequence[Sequence[Condition]], *, after: str, limit: int
) -> Page:
    """Return the events after a cursor.

    Args:
        views: what may be seen: all that fits one of them.
        after: as the page before said; "" is the oldest that is kept.
        limit: at most so many.

    Raises:
        CursorError: it is none of this feed, or what followed it is not kept any more.
    """
    # Before anything else is read: what is numbered meanwhile is for the next page.
    last = _end(store, "-number")
    start = _start(store, after, last)
    between: list[Condition] = [
        ("number", ">", _text(start)),
        ("number", "<=", _text(last)),
    ]
    found = merge(
        *(
            store.find("feed", [*view, *between], order="number", limit=limit)
            for view in views
        ),
        key=lambda entry: str(entry["number"]),
    )
    kept = list({entry["number"]: entry for entry in found}.values())[:limit]
    end = int(kept[-1]["number"]) if len(kept) == limit else last
    return Page(
        entries=tuple(orjson.Fragment(entry["text"]) for entry in kept),
        next=f"f{end}",
        more=end < last,
    )


def sweep(store: Store, *, now: str) -> int:
    """Forget the events that were kept long enough; return how many there were.

    The newest stays, for its number is where the next one begins.
    """
    old: Condition = ("at", "<=", later(now, -KEPT_DAYS * _DAY))
    swept = 0
    while True:
        below: Condition = ("number", "<", _text(_end(store, "-number")))
        found = store.find("feed", [old, below], order="number", limit=_SWEPT_AT_ONCE)
        for entry in found:
            store.delete("feed", entry["_id"])
        swept += len(found)
        if len(found) < _SWEPT_AT_ONCE:
            return swept


def _append(store: Store, submission: Document, event: Document, now: str) -> None:
    told = {"id": event["id"], "event": events.observed(submission, event)}
    entry = {
        "event": event["id"],
        "affair": submission["affair"],
        "sender": submission["sender"],
        "at": now,
        "text": orjson.dumps(told).decode(),
    }
    number = _end(store, "-number")
    while True:
        number += 1
        try:
            name = _text(number)
            store.insert("feed", {"_id": name, "number": name, **entry})
        except Duplicate:
            continue
        return


def _end(store: Store, order: str) -> int:
    """Return the number at an end of the feed; 0: there is none."""
    found = store.find("feed", order=order, limit=1)
    return int(found[0]["number"]) if found else 0


def _start(store: Store, after: str, last: int) -> int:
    if not after:
        return 0
    written = _CURSOR.fullmatch(after)
    if written is None:
        raise CursorError(after, "it is none: send it as it came", known=False)
    number = int(written[1])
    if number > last:
        # The store was put back from a backup: what came since has other numbers.
        raise CursorError(after, "it is ahead of the feed", known=True)
    if number + 1 < _end(store, "number"):
        said = f"what followed it is older than {KEPT_DAYS} days"
        raise CursorError(after, said, known=True)
    return number


def _text(number: int) -> str:
    """Return a number as a text that sorts by it."""
    return f"{number:0{_DIGITS}}"
