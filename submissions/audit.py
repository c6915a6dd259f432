"""What people looked up, gave out or erased: one chain for the whole store.

Like the log of a submission, but it outlives the submission. It names ids, never a
value that anyone typed.
"""

from collections.abc import Iterable
from typing import Any

from submissions import log
from submissions.errors import Conflict, Duplicate
from submissions.numbers import hidden
from submissions.store.contract import UPDATE_TRIES, Document, Store

#: The name of the chain among the logs.
NAME = "audit"
#: The word for an erasure.
ERASED = "submission.erased"


def append(
    store: Store,
    *,
    at: str,
    who: str,
    what: str,
    why: str,
    about: str = "",
    **more: Any,
) -> None:
    """Add a line to the chain.

    Args:
        at: UTC text.
        who: the person who did it.
        what: a stable word, such as "submissions.found".
        why: the reason they gave; numbers in it are hidden.
        about: the id of what was erased or shown, if it is one.
        more: ids and counts that belong to it.

    Raises:
        Conflict: others were faster every time; nothing was written.
    """
    for _ in range(UPDATE_TRIES):
        before = store.find("audit", order="-_id", limit=1)
        place = int(before[0]["_id"]) + 1 if before else 0
        said = {"what": what, "why": hidden(why), "about": about, **more}
        entry = log.append(before, at=at, who=who, **said)[-1]
        try:
            store.insert("audit", {"_id": f"{place:012}", **entry})
        except Duplicate:
            continue
        return
    raise Conflict("audit", "the next line")


def lines(store: Store) -> list[Document]:
    """Return the lines, the oldest first."""
    return list(store.every("audit"))


def erased(lines: Iterable[Document]) -> set[str]:
    """Return the submissions that were erased by the rules."""
    return {line["detail"]["about"] for line in lines if line["what"] == ERASED}
