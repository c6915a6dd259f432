"""Which endpoints a department's parts go to, and the deliveries that brings."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

from submissions import log, outbound
from submissions.delivery import webhook
from submissions.delivery.schedule import wake
from submissions.errors import Missing
from submissions.ids import NewId, new_id
from submissions.store.contract import Condition, Document, Store

#: Lengths of an area code from village to province (GB/T 2260, GB/T 10114).
AREA_LENGTHS = (12, 9, 6, 4, 2)

#: Tags a submission with a department that has a part coming and no way to get it.
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
    #: Who added it.
    by: str = ""


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
    by: str = "",
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
        "by": by,
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
    """Return the active endpoints of the nearest area around this one that has any.

    Where none is active, those of the nearest area: what is sent there is parked in
    sight until a person resumes it.
    """
    found = store.find("endpoints", [("department", "=", department)], order="area")
    every = [_endpoint(document) for document in found]
    for choice in ([each for each in every if each.state == "active"], every):
        for around in nearest(area):
            here = [each for each in choice if each.area == around]
            if here:
                return here
    return []


def secrets_of(store: Store, submission: Document, part: Document) -> list[str]:
    """Return the secrets a department may sign with when it speaks of a part.

    Those of where its parts go now, and of where this part was sent before.
    """
    now = endpoints_for(store, part["department"], part["area"])
    before = [
        endpoint(store, each["endpoint"])
        for each in submission["deliveries"]
        if each["part"] == part["id"]
    ]
    return list(dict.fromkeys(each.secret for each in (*now, *before) if each))


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


def resume(store: Store, id_: str, *, now: str, new_id: NewId = new_id) -> int:
    """Send to an endpoint again, what was parked for it too; return how much that was.

    Raises:
        Missing: there is no such endpoint.
    """
    found = store.update("endpoints", id_, lambda found: {**found, "state": "active"})

    def again(submission: Document) -> Document | None:
        open_parts = {part["id"] for part in _undelivered(submission)}
        parked = {
            delivery["id"]
            for delivery in submission["deliveries"]
            if delivery["endpoint"] == id_ and delivery["part"] in open_parts
        }
        due = {"state": "pending", "due_at": now, "tries": 0}
        return _set(submission, parked, due, "delivery.resumed", now)

    resumed = 0
    for submission in _open_for(store, found["department"]):
        after = store.update("submissions", submission["_id"], again)
        resumed += _pending(after) - _pending(submission)
    pick_up(store, found["department"], now=now, new_id=new_id)
    return resumed


def remove(store: Store, id_: str, *, now: str, new_id: NewId = new_id) -> None:
    """Forget an endpoint; what was on its way to it goes to the others there are.

    Raises:
        Missing: there is no such endpoint.
    """
    found = endpoint(store, id_)
    if found is None:
        raise Missing("endpoints", id_)
    store.delete("endpoints", id_)

    def elsewhere(submission: Document) -> Document | None:
        pending = {
            delivery["id"]
            for delivery in submission["deliveries"]
            if delivery["endpoint"] == id_ and delivery["state"] == "pending"
        }
        parked = {"state": "parked", "last": {"at": now, "error": "endpoint gone"}}
        return _set(submission, pending, parked, "delivery.parked", now)

    for submission in _open_for(store, found.department):
        store.update("submissions", submission["_id"], elsewhere)
    pick_up(store, found.department, now=now, new_id=new_id)


def address(
    submission: Document, lookup: Lookup, *, now: str, new_id: NewId = new_id
) -> Document:
    """Return the submission with a delivery for each ready part that has none.

    A delivery that is parked or held is none. An endpoint that had its delivery gets no
    second one: see `resume`. A part of a department without an endpoint keeps
    waiting for one: the submission is tagged with it, and the log says so.
    """
    tried = {(each["part"], each["endpoint"]) for each in submission["deliveries"]}
    new, entries = [], submission["log"]
    for part in _undelivered(submission):
        found = lookup(part["department"], part["area"])
        fresh = [each for each in found if (part["id"], each.id) not in tried]
        new += [_delivery(part, each, now, new_id) for each in fresh]
        if not found and UNDELIVERED + part["department"] not in submission["tags"]:
            said = {"what": "no_endpoint", "part": part["id"]}
            entries = log.append(entries, at=now, who="yibiao", **said)
    deliveries = [*submission["deliveries"], *new]
    return tagged({**submission, "deliveries": deliveries, "log": entries})


def tagged(submission: Document) -> Document:
    """Return the submission with the tags and the `wake_at` its deliveries ask for."""
    tags = [tag for tag in submission["tags"] if not tag.startswith(UNDELIVERED)]
    stuck = [UNDELIVERED + part["department"] for part in _undelivered(submission)]
    return wake({**submission, "tags": [*tags, *dict.fromkeys(stuck)]})


def pick_up(store: Store, department: str, *, now: str, new_id: NewId = new_id) -> None:
    """Address what this department could not be sent so far."""
    tag = UNDELIVERED + department
    for submission in store.find("submissions", [("tags", "=", tag)]):
        _address_again(store, submission["_id"], now, new_id)


def look_again(
    store: Store, submission: Document, *, now: str, new_id: NewId = new_id
) -> None:
    """Address a stored submission again if an endpoint was missing.

    An endpoint that was added while the submission was being written saw no
    submission, and the submission saw no endpoint; one of the two must look twice.
    """
    if any(tag.startswith(UNDELIVERED) for tag in submission["tags"]):
        _address_again(store, submission["_id"], now, new_id)


def lookup_in(store: Store) -> Lookup:
    """Return the lookup of endpoints in a store."""
    return lambda department, area: endpoints_for(store, department, area)


def _address_again(store: Store, id_: str, now: str, new_id: NewId) -> None:
    def again(submission: Document) -> Document | None:
        addressed = address(submission, lookup_in(store), now=now, new_id=new_id)
        return addressed if addressed != submission else None

    store.update("submissions", id_, again)


def _undelivered(submission: Document) -> list[Document]:
    """Return the ready parts that neither arrived nor are on their way."""
    deliveries = submission["deliveries"]
    live = {d["part"] for d in deliveries if d["state"] in {"pending", "done"}}
    ready = [part for part in submission["parts"] if part["state"] == "ready"]
    return [part for part in ready if part["id"] not in live]


def _open_for(store: Store, department: str) -> Iterator[Document]:
    """Yield what is on its way or stuck, of submissions with this department."""
    stuck: Condition = ("tags", "=", UNDELIVERED + department)
    yield from store.find("submissions", [stuck])
    concerned: Condition = ("tags", "=", f"department:{department}")
    yield from store.find("submissions", [concerned, ("wake_at", ">", "")])


def _set(
    submission: Document,
    deliveries: Collection[str],
    changes: Document,
    what: str,
    now: str,
) -> Document | None:
    """Return the submission with these deliveries changed; None: there are none."""
    if not deliveries:
        return None
    changed, entries = [], submission["log"]
    for each in submission["deliveries"]:
        if each["id"] not in deliveries:
            changed.append(each)
            continue
        rest = {key: value for key, value in each.items() if key != "due_at"}
        changed.append(rest | changes)
        said = {"what": what, "delivery": each["id"], "part": each["part"]}
        entries = log.append(entries, at=now, who="yibiao", **said)
    return tagged({**submission, "deliveries": changed, "log": entries})


def _pending(submission: Document) -> int:
    return sum(each["state"] == "pending" for each in submission["deliveries"])


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
        by=document.get("by", ""),
    )
