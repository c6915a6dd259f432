"""What a wrong clock has put off too far is due again.

Nothing waits longer than the longest step of the schedule. A time beyond that was
written while the clock of a host was ahead, and would hold a delivery up until then.
"""

from functools import partial

from submissions.clock import later
from submissions.delivery.schedule import LONGEST, wake
from submissions.store.contract import Document, Store


def make_due(store: Store, *, now: str) -> int:
    """Make due what is put off for longer than anything can be; return how much.

    Args:
        now: UTC text, by a clock that is right.
    """
    limit = later(now, LONGEST)
    count = 0
    for collection, due in (("submissions", _submission), ("endpoints", _endpoint)):
        for found in store.find(collection, [("wake_at", ">", limit)]):
            store.update(collection, found["_id"], partial(due, limit=limit, now=now))
            count += 1
    return count


def _submission(found: Document, *, limit: str, now: str) -> Document | None:
    if found.get("wake_at", "") <= limit:
        return None
    deliveries = [
        {**each, "due_at": now} if each.get("due_at", "") > limit else each
        for each in found["deliveries"]
    ]
    made = wake({**_unclaimed(found), "deliveries": deliveries})
    # An event that is not in the feed keeps its time, and goes there now.
    return made if made.get("wake_at", "") <= limit else {**made, "wake_at": now}


def _endpoint(found: Document, *, limit: str, now: str) -> Document | None:
    if found.get("wake_at", "") <= limit:
        return None
    return {**_unclaimed(found), "wake_at": now}


def _unclaimed(found: Document) -> Document:
    """Return a document without the lease, which was to end too late as well."""
    return {name: value for name, value in found.items() if name != "lease"}
