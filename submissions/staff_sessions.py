"""Who is signed in to work: sessions that the store keeps, so that they can be ended.

A browser holds a token, the store its hash. A session is over when nobody did anything
for a while, at the end of the day, when somebody ended it, and when its account has
changed since it began.
"""

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256

from submissions import staff
from submissions.clock import later
from submissions.errors import Missing
from submissions.staff import Staff
from submissions.store.contract import Document, Store

#: Seconds: without a request; from the beginning, whatever is done.
IDLE, WHOLE = 30 * 60.0, 12 * 3600.0
#: Seconds: that there was a request is written down so often.
NOTED = 60.0
#: 256 bits: nobody tries them all, so a plain hash keeps them.
TOKEN_BYTES = 32
#: Signs of what a browser calls itself.
_LONGEST_BROWSER = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One browser in which somebody is signed in."""

    id: str
    staff: str
    began_at: str
    #: When there was a request, give or take `NOTED`.
    seen_at: str
    expires_at: str
    #: What the browser calls itself.
    browser: str
    epoch: int


def begin(
    store: Store,
    person: Staff,
    *,
    browser: str,
    now: str,
    new_token: Callable[[int], str],
) -> str:
    """Begin a session; return the token that only the browser keeps.

    Args:
        person: as they were when they signed in; if the account has changed since, the
            session is over at once.
        browser: what it calls itself.
        now: UTC text.
        new_token: writes so many random bytes, such as `secrets.token_urlsafe`.
    """
    token = new_token(TOKEN_BYTES)
    document = {
        "_id": _hash(token),
        "staff": person.id,
        "epoch": person.epoch,
        "began_at": now,
        "seen_at": now,
        "expires_at": later(now, WHOLE),
        "browser": browser[:_LONGEST_BROWSER],
    }
    store.insert("staff_sessions", document)
    return token


def of_token(store: Store, token: str, *, now: str) -> tuple[Session, Staff] | None:
    """Return the session of a token and whose it is; None: there is none, or no more.

    That there was a request is written down.
    """
    id_ = _hash(token)
    document = store.get("staff_sessions", id_)
    if document is None:
        return None
    session, person = _read(document), staff.get(store, document["staff"])
    if person is None or not _lasts(session, person, now):
        return None
    if later(session.seen_at, NOTED) <= now:
        try:
            store.update("staff_sessions", id_, lambda d: {**d, "seen_at": now})
        except Missing:  # ended just now
            return None
    return session, person


def every(store: Store, person: Staff, *, now: str) -> list[Session]:
    """Return the sessions of somebody that are not over, the newest first."""
    found = map(_read, store.find("staff_sessions", [("staff", "=", person.id)]))
    lasting = [each for each in found if _lasts(each, person, now)]
    return sorted(lasting, key=lambda each: each.began_at, reverse=True)


def end(store: Store, person: Staff, id_: str) -> None:
    """End one session of somebody; nothing happens if it is none of theirs."""
    document = store.get("staff_sessions", id_)
    if document is not None and document["staff"] == person.id:
        store.delete("staff_sessions", id_)


def sweep(store: Store, *, now: str) -> int:
    """Remove the sessions whose day is over; return how many there were."""
    over = store.find("staff_sessions", [("expires_at", "<=", now)])
    for document in over:
        store.delete("staff_sessions", document["_id"])
    return len(over)


def _lasts(session: Session, person: Staff, now: str) -> bool:
    return (
        person.active
        and session.epoch == person.epoch
        and now < min(session.expires_at, later(session.seen_at, IDLE))
    )


def _hash(token: str) -> str:
    return sha256(token.encode()).hexdigest()


def _read(document: Document) -> Session:
    return Session(
        id=document["_id"],
        staff=document["staff"],
        began_at=document["began_at"],
        seen_at=document["seen_at"],
        expires_at=document["expires_at"],
        browser=document["browser"],
        epoch=document["epoch"],
    )
