"""Programs that may call: known by a token they were shown once."""

import hashlib
import hmac
import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Literal, TypeAlias

from submissions.ids import NewId, new_id
from submissions.store.contract import Document, Store

#: In the place of affairs: also those that are still to come.
EVERY_AFFAIR = "*"
#: send: submissions, and see the events of its own. observe: see the events of all.
Scope: TypeAlias = Literal["send", "observe"]
_TOKEN = re.compile(r"(c_[0-9A-Za-z]+)\.([0-9A-Za-z_-]{43})")
#: 256 bits: nobody tries them all, so a plain hash keeps them.
_SECRET_BYTES = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """One program and what it may do."""

    id: str
    #: What the operator calls it.
    name: str
    #: What it may act on; `EVERY_AFFAIR` stands for all.
    affairs: tuple[str, ...]
    scopes: tuple[Scope, ...]
    created_at: str
    #: Its token is refused since then; None: it is not.
    revoked_at: str | None = None

    def may_send(self, affair: str) -> bool:
        """Tell whether it may send submissions for an affair."""
        return "send" in self.scopes and self._covers(affair)

    def may_observe(self, affair: str) -> bool:
        """Tell whether it may see what happens to anybody's submissions."""
        return "observe" in self.scopes and self._covers(affair)

    def _covers(self, affair: str) -> bool:
        return bool({affair, EVERY_AFFAIR} & set(self.affairs))


def add(
    store: Store,
    *,
    name: str,
    affairs: Collection[str],
    scopes: tuple[Scope, ...] = ("send",),
    now: str,
    new_secret: Callable[[int], str],
    new_id: NewId = new_id,
) -> tuple[Client, str]:
    """Add a client; return it and its token, which is stored nowhere.

    Args:
        new_secret: writes so many random bytes as 43 letters, digits, "-" and "_",
            such as `secrets.token_urlsafe`.
    """
    client = Client(
        id=new_id("c"),
        name=name,
        affairs=tuple(affairs),
        scopes=tuple(scopes),
        created_at=now,
    )
    secret = new_secret(_SECRET_BYTES)
    document = {
        "_id": client.id,
        "name": name,
        "affairs": list(affairs),
        "scopes": list(scopes),
        "created_at": now,
        "revoked_at": None,
        "secret_hash": _hash(secret),
    }
    store.insert("clients", document)
    return client, f"{client.id}.{secret}"


def every(store: Store) -> list[Client]:
    """Return every client, the oldest first."""
    return sorted(map(_client, store.find("clients")), key=lambda c: c.created_at)


def revoke(store: Store, id_: str, *, now: str) -> None:
    """Refuse a client's token from now on; what it sent stays.

    Raises:
        Missing: there is no such client.
    """
    store.update(
        "clients", id_, lambda d: None if d["revoked_at"] else {**d, "revoked_at": now}
    )


def of_token(store: Store, token: str) -> Client | None:
    """Return the client a token belongs to; None: to nobody, or to one revoked."""
    written = _TOKEN.fullmatch(token)
    document = store.get("clients", written[1]) if written else None
    if written is None or document is None or document["revoked_at"]:
        return None
    same = hmac.compare_digest(document["secret_hash"], _hash(written[2]))
    return _client(document) if same else None


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _client(document: Document) -> Client:
    return Client(
        id=document["_id"],
        name=document["name"],
        affairs=tuple(document["affairs"]),
        scopes=tuple(document.get("scopes", ("send",))),
        created_at=document["created_at"],
        revoked_at=document["revoked_at"],
    )
