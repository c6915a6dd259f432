"""What observers are told: that something happened to a submission, not what is in it.

An event is written into the submission together with what brought it about, with a
delivery for each endpoint that asked for its type. So it is sent as surely as a part.
"""

from collections.abc import Callable, Mapping
from typing import TypeAlias

from submissions import areas, endpoints, log
from submissions.clock import parse
from submissions.delivery import webhook
from submissions.delivery.schedule import wake
from submissions.endpoints import Endpoint
from submissions.errors import SignatureError
from submissions.ids import NewId
from submissions.store.contract import Document, Store

#: What an endpoint can ask for.
TYPES = (
    "submission.accepted",
    "submission.completed",
    "part.decided",
    "part.correction_requested",
)

#: Returns the endpoints that are told of a type of event about a submission.
Observers: TypeAlias = Callable[[str, Document], list[Endpoint]]


def observers_in(store: Store) -> Observers:
    """Return the look-up of observers in a store.

    What is not verified yet is told nothing; what is paused is told when it is resumed.
    """

    def observers(type_: str, submission: Document) -> list[Endpoint]:
        every = endpoints.of_department(store, endpoints.OBSERVER)
        around, affair = areas.nearest(area_of(submission)), submission["affair"]
        return [
            each
            for each in every
            if each.observer is not None
            and each.state != "unverified"
            and type_ in each.observer.events
            and affair in (each.observer.affairs or (affair,))
            and each.area in around
        ]

    return observers


def tell(
    submission: Document,
    type_: str,
    observers: Observers,
    *,
    part: str | None = None,
    now: str,
    new_id: NewId,
) -> Document:
    """Return the submission with an event, and a delivery of it for each observer.

    Args:
        type_: one of `TYPES`.
        part: the id of the part it is about, if it is about one.
        now: UTC text.
        new_id: names the event and its deliveries.
    """
    before = submission.get("events", [])
    event = {
        # Also the webhook-id, the same for every observer and in the feed.
        "id": new_id("m"),
        "type": type_,
        "at": now,
        "seq": len(before) + 1,
        "part": part,
    }
    new = [_delivery(event, to, new_id) for to in observers(type_, submission)]
    deliveries = [*submission["deliveries"], *new]
    return wake({**submission, "events": [*before, event], "deliveries": deliveries})


def area_of(submission: Document) -> str:
    """Return the area a submission belongs to: that of all its parts."""
    return next((part["area"] for part in submission["parts"]), "")


def look(
    store: Store, submission: Document, headers: Mapping[str, str], *, now: str
) -> None:
    """Let an observer look at a submission it was told of, and write it down.

    The request is signed as a message with the submission's id and an empty body.

    Raises:
        VerificationError: it is not signed so, or by nobody who was told.
        Conflict, StoreUnavailableError: it cannot be written down.
    """
    told = {d["endpoint"] for d in submission["deliveries"] if "event" in d}
    known = {id_: endpoints.get(store, id_) for id_ in told}
    at = int(parse(now).timestamp())
    for id_, to in known.items():
        if to is None or to.state == "unverified":
            continue
        try:
            secrets = to.secrets_at(now)
            message = webhook.verify(b"", headers, secrets=secrets, now=at)
        except SignatureError:
            continue
        if message == submission["_id"]:
            write_down(store, submission["_id"], who=id_, now=now)
            return
    raise SignatureError


def write_down(store: Store, id_: str, *, who: str, now: str) -> None:
    """Write down that somebody looked at how far a submission is.

    Once for each state of it: who looks again at the same sees nothing new.
    """

    def looked(found: Document) -> Document | None:
        for entry in reversed(found["log"]):
            if entry["at"] < found["updated_at"]:
                break
            if entry["what"] == "submission.fetched" and entry["who"] == who:
                return None
        entries = log.append(found["log"], at=now, who=who, what="submission.fetched")
        return {**found, **log.kept(entries)}

    store.update("submissions", id_, looked)


def _delivery(event: Document, to: Endpoint, new_id: NewId) -> Document:
    return {
        "id": new_id("d"),
        "event": event["id"],
        "type": event["type"],
        "part": None,
        "department": to.name,
        "endpoint": to.id,
        "state": "pending",
        "seq": None,
        "digest": None,
        "made_at": event["at"],
        "due_at": event["at"],
        "tries": 0,
    }
