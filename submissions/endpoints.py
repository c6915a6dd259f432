"""Who receives: departments, and observers who are only told what happens."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from submissions import outbound
from submissions.clock import later
from submissions.delivery import webhook
from submissions.errors import Missing
from submissions.ids import NewId, new_id
from submissions.store.contract import Document, Store

State: TypeAlias = Literal["unverified", "active", "paused"]
#: full: the part with its document. thin: its names, and where to get the document.
Payload: TypeAlias = Literal["full", "thin"]

#: Requests that one worker process sends to one endpoint at the same time.
CAP = 4
#: A secret that was replaced is good for so long, days.
OVERLAP_DAYS = range(1, 31)
_DAY = 24 * 3600.0
#: In the place of a department: an observer, who gets no part.
OBSERVER = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Secret:
    """What signs, in both directions."""

    #: whsec_...
    secret: str
    #: UTC text; None: until it is replaced.
    until: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Observer:
    """Who is told what happens, and sent no part."""

    #: What the operator calls it.
    name: str
    #: The types of events it is told of, and in which affairs; none: in all.
    events: tuple[str, ...]
    affairs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """Where a department or an observer receives, for an area and all inside it."""

    id: str
    #: `OBSERVER`: none, but an observer.
    department: str
    #: An area code; "" is everywhere.
    area: str
    #: "": a desk, where people of the department read what is kept here.
    url: str
    #: The newest first; a desk has none.
    secrets: tuple[Secret, ...]
    state: State
    #: When it first echoed a challenge, UTC text.
    verified_at: str | None = None
    payload: Payload = "full"
    observer: Observer | None = None
    cap: int = CAP
    #: Who added it.
    by: str = ""
    #: Nothing is sent before, but for one probe; UTC text.
    open_until: str | None = None
    #: Probes that failed since it stopped answering; 0: it is only asked for patience.
    step: int = 0
    #: What the last ping brought: {"at", "code", "error"}.
    pinged: Document | None = None

    @property
    def name(self) -> str:
        """Its department, or what the operator calls the observer."""
        return self.department if self.observer is None else self.observer.name

    @property
    def desk(self) -> bool:
        """Nothing is sent there: what is routed to it has arrived."""
        return not self.url

    @property
    def secret(self) -> str:
        """The newest secret."""
        return self.secrets[0].secret

    def secrets_at(self, now: str) -> list[str]:
        """Return the secrets that are good at a time, the newest first."""
        return [s.secret for s in self.secrets if s.until is None or s.until > now]


def add(
    store: Store,
    *,
    department: str,
    area: str,
    url: str,
    secret: str,
    now: str,
    payload: Payload = "full",
    observer: Observer | None = None,
    cap: int = CAP,
    by: str = "",
    new_id: NewId = new_id,
) -> str:
    """Add an endpoint, to be verified before anything is sent to it; return its id.

    Raises:
        ForbiddenAddressError: no URL that could ever be called.
        ValueError: the secret is none.
    """
    outbound.target(url)
    webhook.key_of(secret)
    id_ = new_id("e")
    endpoint = {
        "_id": id_,
        "department": department,
        "observer": None if observer is None else _kept(observer),
        "area": area,
        "url": url,
        "secrets": [{"secret": secret, "until": None}],
        "state": "unverified",
        "verified_at": None,
        "payload": payload,
        "cap": cap,
        "by": by,
        "created_at": now,
        **_ping(now, new_id),
    }
    store.insert("endpoints", endpoint)
    return id_


def add_desk(
    store: Store,
    *,
    department: str,
    area: str,
    now: str,
    by: str = "",
    new_id: NewId = new_id,
) -> str:
    """Have a department's own people read its parts here; return the desk's id.

    It needs no challenge and no secret: nothing leaves the house.
    """
    id_ = new_id("e")
    desk: Document = {
        "_id": id_,
        "department": department,
        "observer": None,
        "area": area,
        "url": "",
        "secrets": [],
        "state": "active",
        "verified_at": now,
        "payload": "full",
        "cap": CAP,
        "by": by,
        "created_at": now,
    }
    store.insert("endpoints", desk)
    return id_


def every(store: Store) -> list[Endpoint]:
    """Return every endpoint, by department and area."""
    found = store.find("endpoints", order="department")
    return sorted(map(read, found), key=lambda e: (e.department, e.name, e.area))


def get(store: Store, id_: str) -> Endpoint | None:
    """Return an endpoint, or None."""
    document = store.get("endpoints", id_)
    return None if document is None else read(document)


def of_department(store: Store, department: str) -> list[Endpoint]:
    """Return the endpoints of a department, by area."""
    found = store.find("endpoints", [("department", "=", department)], order="area")
    return [read(document) for document in found]


def pause(store: Store, id_: str) -> None:
    """Send nothing to an endpoint until a person says otherwise.

    Raises:
        Missing: there is no such endpoint.
    """
    store.update("endpoints", id_, lambda found: {**found, "state": "paused"})


def resume(
    store: Store, id_: str, *, now: str, verified: bool, new_id: NewId = new_id
) -> Endpoint:
    """Send to an endpoint again; what made it wait before is forgotten.

    One that never echoed a challenge gets one first.

    Args:
        verified: it has just echoed its challenge.

    Raises:
        Missing: there is no such endpoint.
    """

    def resumed(found: Document) -> Document:
        shut = {**found, "open_until": None, "step": 0}
        since = found["verified_at"] or (now if verified else None)
        if since is None:
            return {**shut, "state": "unverified", **_ping(now, new_id)}
        return {**shut, "state": "active", "verified_at": since}

    return read(store.update("endpoints", id_, resumed))


def ping(store: Store, id_: str, *, now: str, new_id: NewId = new_id) -> None:
    """Have the worker send a new challenge; it does not change the state before.

    Raises:
        Missing: there is no such endpoint.
    """
    store.update("endpoints", id_, lambda found: {**found, **_ping(now, new_id)})


def rotate(store: Store, id_: str, secret: str, *, now: str, days: float) -> None:
    """Sign with a new secret, and with the old one too for some days.

    Raises:
        Missing: there is no such endpoint.
        ValueError: the secret is none.
    """
    webhook.key_of(secret)
    end = later(now, days * _DAY)

    def replaced(found: Document) -> Document:
        kept = [
            {**old, "until": min(old["until"] or end, end)}
            for old in found["secrets"]
            if old["until"] is None or old["until"] > now
        ]
        return {**found, "secrets": [{"secret": secret, "until": None}, *kept]}

    store.update("endpoints", id_, replaced)


def open_breaker(store: Store, id_: str, *, until: str, step: int) -> None:
    """Send nothing to an endpoint for a while; see `delivery.gates`."""
    _update_if_there(store, id_, {"open_until": until, "step": step})


def close_breaker(store: Store, id_: str) -> None:
    """Send to an endpoint as ever: it answers."""
    _update_if_there(store, id_, {"open_until": None, "step": 0})


def take_probe(store: Store, endpoint: Endpoint, *, until: str) -> bool:
    """Tell whether this caller may try an endpoint whose wait is over: only one may."""
    taken = False

    def mine(found: Document) -> Document | None:
        nonlocal taken
        taken = found.get("open_until") == endpoint.open_until
        return {**found, "open_until": until} if taken else None

    try:
        store.update("endpoints", endpoint.id, mine)
    except Missing:
        return False
    return taken


def read(document: Document) -> Endpoint:
    """Return what a stored document says."""
    return Endpoint(
        id=document["_id"],
        department=document["department"],
        area=document["area"],
        url=document["url"],
        secrets=_secrets(document["secrets"]),
        state=document["state"],
        verified_at=document["verified_at"],
        payload=document["payload"],
        observer=_observer(document.get("observer")),
        cap=document["cap"],
        by=document["by"],
        open_until=document.get("open_until"),
        step=document.get("step", 0),
        pinged=document.get("pinged"),
    )


def _kept(observer: Observer) -> Document:
    lists = {"events": list(observer.events), "affairs": list(observer.affairs)}
    return {"name": observer.name, **lists}


def _observer(kept: Document | None) -> Observer | None:
    if kept is None:
        return None
    lists = {name: tuple(kept[name]) for name in ("events", "affairs")}
    return Observer(name=kept["name"], **lists)


def _secrets(kept: Sequence[Document]) -> tuple[Secret, ...]:
    return tuple(Secret(secret=each["secret"], until=each["until"]) for each in kept)


def _ping(now: str, new_id: NewId) -> Document:
    challenge = {"id": new_id("m"), "challenge": new_id("c"), "made_at": now}
    return {"ping": {**challenge, "tries": 0}, "wake_at": now}


def _update_if_there(store: Store, id_: str, changes: Document) -> None:
    try:
        store.update("endpoints", id_, lambda found: {**found, **changes})
    except Missing:
        return
