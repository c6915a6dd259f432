"""The delivery log, and sending again what was sent: by id, endpoint or time."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from submissions import log, routing
from submissions.delivery.events import message_id
from submissions.standing import every, logged_since, on_their_way
from submissions.store.contract import Document, Store

#: What the log says of a delivery: names, times, sizes and digests, never a body.
SAID = (
    *(
        "id",
        "event",
        "type",
        "part",
        "department",
        "endpoint",
        "desk",
        "state",
        "seq",
        "digest",
    ),
    *("made_at", "due_at", "tries", "size", "body_digest"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Which deliveries are meant: those that fit everything that is said."""

    ids: tuple[str, ...] = ()
    endpoint: str | None = None
    state: str | None = None
    #: Made at or after, and before, UTC text.
    since: str | None = None
    until: str | None = None

    def __contains__(self, delivery: Document) -> bool:
        return (
            (not self.ids or bool(_names(delivery) & {*self.ids}))
            and self.endpoint in {None, delivery["endpoint"]}
            and self.state in {None, delivery["state"]}
            and (self.since is None or self.since <= delivery["made_at"])
            and (self.until is None or delivery["made_at"] < self.until)
        )


def _names(delivery: Document) -> set[str]:
    return {delivery["id"], message_id(delivery)}


def deliveries(store: Store, selection: Selection) -> Iterator[Document]:
    """Yield what is known of the selected deliveries, with each of their attempts."""
    for submission in _looked_at(store, selection):
        for delivery in submission["deliveries"]:
            if delivery in selection:
                said = {name: delivery.get(name) for name in SAID}
                attempts = delivery.get("attempts", [])
                yield {"submission": submission["_id"], **said, "attempts": attempts}


def replay(store: Store, selection: Selection, *, now: str, by: str) -> int:
    """Send the selected deliveries again, as they were: same id, same bytes.

    Also what arrived already, was parked or was held; each is written down. What is
    read at a desk is never sent.

    Returns:
        How many are sent again.
    """
    # All of them first: what is sent again is written, and would come once more.
    every_ = deliveries(store, selection)
    chosen = Counter(each["submission"] for each in every_ if not each["desk"])
    for id_ in chosen:
        store.update(
            "submissions", id_, lambda found: _again(found, selection, now, by)
        )
    return chosen.total()


def _looked_at(store: Store, selection: Selection) -> Iterator[Document]:
    """Yield the submissions that may hold what is selected: no more than must be."""
    if selection.since is not None:
        return logged_since(store, selection.since)
    if selection.state == "pending":
        return on_their_way(store)
    return every(store)


def _again(submission: Document, selection: Selection, now: str, by: str) -> Document:
    again, entries = [], submission["log"]
    for delivery in submission["deliveries"]:
        if delivery not in selection or "desk" in delivery:
            again.append(delivery)
            continue
        again.append({**delivery, "state": "pending", "due_at": now, "tries": 0})
        said = {"what": "delivery.replayed", "delivery": delivery["id"]}
        entries = log.append(entries, at=now, who=by, part=delivery["part"], **said)
    return routing.tagged({**submission, "deliveries": again, **log.kept(entries)})
