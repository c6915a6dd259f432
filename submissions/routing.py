"""Which endpoints a department's parts go to, and the deliveries that brings."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, TypeAlias

from submissions import log, outbound
from submissions.delivery import webhook
from submissions.delivery.schedule import wake
from submissions.ids import NewId, new_id
from submissions.store.contract import Document, Store

#: Lengths of an area code from village to province (GB/T 2260, GB/T 10114).
AREA_LENGTHS = (12, 9, 6, 4, 2)

UNDELIVERED = "undelivered:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """Where a department receives, for an area and everything inside it."""

    id: str
    department: str
    #: An area code; "" is everywhere.
    area: str
    url: str
    #: whsec_..., shared with the department, for both directions.
    secret: str
    state: Literal["active", "paused"]


#: Returns the endpoints for a department and an area.
Lookup: TypeAlias = Callable[[str, str], list[Endpoint]]


def add_endpoint(
    store: Store,
    *,
    department: str,
    area: str,
    url: str,
    secret: str,
    now: str,
    new_id: NewId = new_id,
) -> str:
    """Add an endpoint and send it what had nowhere to go; return its id.

    Raises:
        ForbiddenAddressError: no URL that could ever be called.
        ValueError: the secret is none.
    """
    outbound.target(url)
    webhook.key_of(secret)
    endpoint = {
        "_id": new_id("e"),
        "department": department,
        "area": area,
        "url": url,
        "secret": secret,
        "state": "active",
        "created_at": now,
    }
    store.insert("endpoints", endpoint)
    pick_up(store, department, now=now, new_id=new_id)
    return endpoint["_id"]


def endpoints(store: Store) -> list[Endpoint]:
    """Return every endpoint, by department and area."""
    found = store.find("endpoints", order="department")
    return sorted(map(_endpoint, found), key=lambda e: (e.department, e.area))


def endpoint(store: Store, id_: str) -> Endpoint | None:
    """Return an endpoint, or None."""
    document = store.get("endpoints", id_)
    return None if document is None else _endpoint(document)


def endpoints_for(store: Store, department: str, area: str) -> list[Endpoint]:
    """Return the endpoints of the nearest area around this one that has any."""
    found = store.find("endpoints", [("department", "=", department)], order="area")
    for around in nearest(area):
        here = [_endpoint(document) for document in found if document["area"] == around]
        if here:
            return here
    return []


def nearest(area: str) -> list[str]:
    """Return the codes of the areas around a place, the nearest first.

    >>> nearest("420116002")
    ['420116002', '420116', '4201', '42', '']
    """
    codes = [area, *(area[:n] for n in AREA_LENGTHS if n < len(area)), ""]
    return list(dict.fromkeys(codes))


def pause(store: Store, id_: str) -> None:
    """Stop sending to an endpoint until a person says otherwise."""
    store.update("endpoints", id_, lambda found: {**found, "state": "paused"})


def address(
    submission: Document, lookup: Lookup, *, now: str, new_id: NewId = new_id
) -> Document:
    """Return the submission with a delivery for each ready part that has none.

    A part of a department without an endpoint keeps waiting for one: the submission
    is tagged with it, and the log says so.
    """
    addressed = {delivery["part"] for delivery in submission["deliveries"]}
    new, nowhere, entries = [], [], submission["log"]
    for part in submission["parts"]:
        if part["state"] != "ready" or part["id"] in addressed:
            continue
        found = lookup(part["department"], part["area"])
        new += [_delivery(part, each, now, new_id) for each in found]
        tag = UNDELIVERED + part["department"]
        if not found:
            nowhere.append(tag)
            if tag not in submission["tags"]:
                said = {"what": "no_endpoint", "part": part["id"]}
                entries = log.append(entries, at=now, who="yibiao", **said)
    tags = [tag for tag in submission["tags"] if not tag.startswith(UNDELIVERED)]
    return wake(
        {
            **submission,
            "deliveries": [*submission["deliveries"], *new],
            "tags": [*tags, *dict.fromkeys(nowhere)],
            "log": entries,
        }
    )


def pick_up(store: Store, department: str, *, now: str, new_id: NewId = new_id) -> None:
    """Address what this department could not be sent so far."""

    def again(submission: Document) -> Document | None:
        addressed = address(submission, lookup_in(store), now=now, new_id=new_id)
        return addressed if addressed["tags"] != submission["tags"] else None

    tag = UNDELIVERED + department
    for submission in store.find("submissions", [("tags", "=", tag)]):
        store.update("submissions", submission["_id"], again)


def look_again(
    store: Store, submission: Document, *, now: str, new_id: NewId = new_id
) -> None:
    """Address a stored submission again if an endpoint was missing.

    An endpoint that was added while the submission was being written saw no
    submission, and the submission saw no endpoint; one of the two must look twice.
    """
    for tag in submission["tags"]:
        if tag.startswith(UNDELIVERED):
            department = tag.removeprefix(UNDELIVERED)
            pick_up(store, department, now=now, new_id=new_id)


def lookup_in(store: Store) -> Lookup:
    """Return the lookup of endpoints in a store."""
    return lambda department, area: endpoints_for(store, department, area)


def _delivery(part: Document, endpoint: Endpoint, now: str, new_id: NewId) -> Document:
    return {
        # Also the webhook-id: the same for every try.
        "id": new_id("m"),
        "part": part["id"],
        "department": part["department"],
        "endpoint": endpoint.id,
        "state": "pending",
        "seq": part["seq"],
        "made_at": now,
        "due_at": now,
        "tries": 0,
    }


def _endpoint(document: Document) -> Endpoint:
    return Endpoint(
        id=document["_id"],
        department=document["department"],
        area=document["area"],
        url=document["url"],
        secret=document["secret"],
        state=document["state"],
    )
