"""Which endpoints a department's parts go to, and the deliveries that brings."""

from collections.abc import Callable, Collection, Iterator
from typing import TypeAlias

from submissions import areas, endpoints, log
from submissions.delivery.events import SUPPLIED
from submissions.delivery.schedule import wake
from submissions.endpoints import Endpoint
from submissions.errors import Missing
from submissions.ids import NewId, new_id
from submissions.store.contract import Condition, Document, Store

#: Tags a submission with a department that has a part coming and no way to get it.
UNDELIVERED = "undelivered:"
#: Tags a submission with an observer's endpoint that was not told of an event.
UNTOLD = "untold:"


#: Returns the endpoints for a department and an area.
Lookup: TypeAlias = Callable[[str, str], list[Endpoint]]


def endpoints_for(store: Store, department: str, area: str) -> list[Endpoint]:
    """Return the active endpoints of the nearest area around this one that has any.

    What is not verified counts as not there. Where none is active, those of the
    nearest area: what is sent there is parked in sight until a person resumes it.
    """
    every = [
        each
        for each in endpoints.of_department(store, department)
        if each.state != "unverified"
    ]
    for choice in ([each for each in every if each.state == "active"], every):
        for around in areas.nearest(area):
            here = [each for each in choice if each.area == around]
            if here:
                return here
    return []


def secrets_of(
    store: Store, submission: Document, part: Document, now: str
) -> list[str]:
    """Return the secrets a department may sign with when it speaks of a part.

    Those of where its parts go now, and of where this part was sent before.
    """
    here = endpoints_for(store, part["department"], part["area"])
    of_part = [d for d in submission["deliveries"] if d["part"] == part["id"]]
    before = [endpoints.get(store, id_) for id_ in {d["endpoint"] for d in of_part}]
    good = [s for each in (*here, *before) if each for s in each.secrets_at(now)]
    return list(dict.fromkeys(good))


def open_desk(
    store: Store,
    *,
    department: str,
    area: str,
    now: str,
    by: str = "",
    new_id: NewId = new_id,
) -> str:
    """Open a department's desk, and bring there what could not be sent so far.

    Again it finishes what was broken off.

    Returns:
        The id of the desk; of the one that is there, if there is one.
    """
    known = endpoints.of_department(store, department)
    here = [each for each in known if each.desk and each.area == area]
    if here:
        id_ = here[0].id
    else:
        id_ = endpoints.add_desk(
            store, department=department, area=area, now=now, by=by, new_id=new_id
        )
    pick_up(store, department, now=now, new_id=new_id)
    return id_


def resume(
    store: Store,
    id_: str,
    *,
    now: str,
    verified: bool = False,
    new_id: NewId = new_id,
) -> int:
    """Send to an endpoint from now on; return how much was parked for it.

    Args:
        verified: it has just echoed its challenge; see `endpoints.resume`.

    Raises:
        Missing: there is no such endpoint.
    """
    found = endpoints.resume(store, id_, now=now, verified=verified, new_id=new_id)
    if found.state == "unverified":
        return 0

    def again(submission: Document) -> Document | None:
        open_ = {(part["id"], seq) for part, seq in _undelivered(submission)}
        parked = {
            delivery["id"]
            for delivery in submission["deliveries"]
            if delivery["endpoint"] == id_
            and (_content(delivery) in open_ or _untold(delivery))
        }
        due = {"state": "pending", "due_at": now, "tries": 0}
        return _set(submission, parked, due, "delivery.resumed", now)

    resumed = 0
    for submission in _open_for(store, found):
        after = store.update("submissions", submission["_id"], again)
        resumed += _pending(after) - _pending(submission)
    pick_up(store, found.department, now=now, new_id=new_id)
    return resumed


def remove(store: Store, id_: str, *, now: str, new_id: NewId = new_id) -> None:
    """Forget an endpoint; what was on its way to it goes to the others there are.

    Raises:
        Missing: there is no such endpoint.
    """
    found = endpoints.get(store, id_)
    if found is None:
        raise Missing("endpoints", id_)
    store.erase(id_, now=now)

    def elsewhere(submission: Document) -> Document | None:
        pending = {
            delivery["id"]
            for delivery in submission["deliveries"]
            if delivery["endpoint"] == id_ and delivery["state"] == "pending"
        }
        parked = {"state": "parked", "last": {"at": now, "error": "endpoint gone"}}
        return _set(submission, pending, parked, "delivery.parked", now)

    for submission in _open_for(store, found):
        store.update("submissions", submission["_id"], elsewhere)
    pick_up(store, found.department, now=now, new_id=new_id)


def address(
    submission: Document, lookup: Lookup, *, now: str, new_id: NewId = new_id
) -> Document:
    """Return the submission with a delivery for all it must send that has none.

    That is each ready part, and what was supplied later to a part; a delivery that is
    parked or held is none. An endpoint that had its delivery gets no
    second one: see `resume`. A part of a department without an endpoint keeps
    waiting for one: the submission is tagged with it, and the log says so.
    """
    tried = {(_content(d), d["endpoint"]) for d in submission["deliveries"]}
    new, entries = [], submission["log"]
    for part, seq in _undelivered(submission):
        found = lookup(part["department"], part["area"])
        content = (part["id"], seq)
        fresh = [each for each in found if (content, each.id) not in tried]
        for to in fresh:
            made = delivery_of(part, to.id, now, new_id, seq)
            new.append(_arrived(made) if to.desk else made)
        if not found and UNDELIVERED + part["department"] not in submission["tags"]:
            said = {"what": "no_endpoint", "part": part["id"]}
            entries = log.append(entries, at=now, who="yibiao", **said)
    for each in new:
        if "desk" in each:
            said = {"what": "delivery.done", "delivery": each["id"]}
            entries = log.append(
                entries, at=now, who="yibiao", part=each["part"], **said
            )
    deliveries = [*submission["deliveries"], *new]
    return tagged({**submission, "deliveries": deliveries, **log.kept(entries)})


def _arrived(delivery: Document) -> Document:
    """Return a delivery to a desk: what is to be read there is there already."""
    rest = {key: value for key, value in delivery.items() if key != "due_at"}
    last = {"at": delivery["made_at"], "code": None, "error": None}
    return {**rest, "state": "done", "desk": True, "last": last}


def tagged(submission: Document) -> Document:
    """Return the submission with the tags and the `wake_at` its deliveries ask for."""
    mine = (UNDELIVERED, UNTOLD)
    tags = [tag for tag in submission["tags"] if not tag.startswith(mine)]
    stuck = [UNDELIVERED + part["department"] for part, _ in _undelivered(submission)]
    stuck += [UNTOLD + d["endpoint"] for d in submission["deliveries"] if _untold(d)]
    return wake({**submission, "tags": sorted({*tags, *stuck})})


def untold(store: Store) -> list[Endpoint]:
    """Return the observers that were not told of something and will not be."""
    every = endpoints.of_department(store, endpoints.OBSERVER)
    return [
        each
        for each in every
        if store.find("submissions", [("tags", "=", UNTOLD + each.id)], limit=1)
    ]


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
    parts = [part for part, _ in _undelivered(submission)]
    if any(endpoints_for(store, p["department"], p["area"]) for p in parts):
        _address_again(store, submission["_id"], now, new_id)


def lookup_in(store: Store) -> Lookup:
    """Return the lookup of endpoints in a store."""
    return lambda department, area: endpoints_for(store, department, area)


def _address_again(store: Store, id_: str, now: str, new_id: NewId) -> None:
    def again(submission: Document) -> Document | None:
        addressed = address(submission, lookup_in(store), now=now, new_id=new_id)
        return addressed if addressed != submission else None

    store.update("submissions", id_, again)


def _undelivered(submission: Document) -> list[tuple[Document, int]]:
    """Return what neither arrived nor is on its way: parts, and the number of each."""
    deliveries = submission["deliveries"]
    live = {_content(d) for d in deliveries if d["state"] in {"pending", "done"}}
    return [
        (part, seq)
        for part in submission["parts"]
        for seq in _to_send(part)
        if (part["id"], seq) not in live
    ]


def _to_send(part: Document) -> Iterator[int]:
    """Yield the numbers of what a part's department must get."""
    if part["state"] == "ready":
        yield part["made"]
    for event in part.get("supplied", ()):
        yield event["seq"]


def _untold(delivery: Document) -> bool:
    """Tell whether it is of an event, and neither arrived nor on its way."""
    return "event" in delivery and delivery["state"] not in {"pending", "done"}


def _content(delivery: Document) -> tuple[str, int]:
    """Return what a delivery brings: of a part, what has this number; or neither."""
    return delivery["part"], delivery["seq"]


def _open_for(store: Store, to: Endpoint) -> Iterator[Document]:
    """Yield the submissions with something on its way to an endpoint, or stuck.

    Of an observer's only what is stuck: what is on its way gets stuck by itself.
    """
    if to.department == endpoints.OBSERVER:
        yield from store.find("submissions", [("tags", "=", UNTOLD + to.id)])
        return
    department = to.department
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
    return tagged({**submission, "deliveries": changed, **log.kept(entries)})


def _pending(submission: Document) -> int:
    return sum(each["state"] == "pending" for each in submission["deliveries"])


def delivery_of(
    part: Document, endpoint: str, now: str, new_id: NewId, seq: int | None = None
) -> Document:
    """Return a new delivery to an endpoint, due now.

    Args:
        part: whose department gets it.
        seq: the number of what is sent; None: the part's last document.
    """
    seq = seq or part["made"]
    supplied = part.get("supplied", ())
    event = next((each for each in supplied if each["seq"] == seq), None)
    document = "part.updated" if part["earlier"] else "part.ready"
    return {
        # Also the webhook-id: the same for every try.
        "id": new_id("m"),
        "type": document if event is None else SUPPLIED,
        "part": part["id"],
        "department": part["department"],
        "endpoint": endpoint,
        "state": "pending",
        "seq": seq,
        "digest": part["digest"],
        "made_at": now,
        "due_at": now,
        "tries": 0,
        # Told with a document: what is supplied after this comes by itself.
        **({"supplied": len(supplied)} if supplied else {}),
    }
