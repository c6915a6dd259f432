"""That somebody who works here looked at a case, and why: written into it."""

from submissions import log
from submissions.numbers import hidden
from submissions.store.contract import Document, Store


def viewed(store: Store, submission: str, part: str, *, who: str, now: str) -> None:
    """Write down that somebody opened a part, with its numbers masked.

    Once for each state of it: who looks again at the same sees nothing new.
    """
    _once(store, submission, "part.viewed", who, now, part=part)


def followed(store: Store, submission: str, *, who: str, now: str) -> Document:
    """Write down that a clerk at a counter saw how far a case is; return the case.

    Once for each state of it.
    """
    return _once(store, submission, "progress.viewed", who, now)


def unmasked(
    store: Store,
    submission: str,
    part: str,
    *,
    how: str,
    why: str,
    who: str,
    now: str,
) -> None:
    """Write down that somebody sees, or takes out, all that stands in a part.

    Before anything is given.

    Args:
        how: "page", or the kind of file.
        why: their reason; a number in it is masked.

    Raises:
        Conflict, StoreUnavailableError: it is not written down; nothing is given.
    """
    store.update(
        "submissions",
        submission,
        lambda found: _with(
            found, "part.unmasked", who, now, part=part, how=how, why=hidden(why)
        ),
    )


def _once(
    store: Store, submission: str, what: str, who: str, now: str, **detail: str
) -> Document:
    said = {"what": what, "who": who, "detail": detail}

    def looked(found: Document) -> Document | None:
        for entry in reversed(found["log"]):
            if entry["at"] < found["updated_at"]:
                break
            if said.items() <= entry.items():
                return None
        return _with(found, what, who, now, **detail)

    return store.update("submissions", submission, looked)


def _with(found: Document, what: str, who: str, now: str, **detail: str) -> Document:
    entries = log.append(found["log"], at=now, who=who, what=what, **detail)
    return {**found, **log.kept(entries)}
