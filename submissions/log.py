"""The history of one submission: a list in which each entry seals the one before.

An entry's hash covers the hash before it, so an entry that was changed, removed or
put elsewhere shows. It holds who, what and where, never a value anyone typed.
"""

import hashlib
from collections.abc import Sequence
from typing import Any

from builder import pack

#: The hash before the first entry.
START = "0" * 64


def append(
    entries: Sequence[dict[str, Any]], *, at: str, who: str, what: str, **detail: Any
) -> list[dict[str, Any]]:
    """Return the log with one more entry.

    Args:
        entries: the log so far; it is not changed.
        at: UTC text.
        who: a department, "applicant", a member of staff who acted for them, or
            "yibiao" for the product itself.
        what: a stable word for what happened, such as "part.ready".
        detail: names and ids that belong to it.
    """
    entry = {"at": at, "who": who, "what": what, "detail": detail}
    previous = entries[-1]["hash"] if entries else START
    sealed = {**entry, "prev_hash": previous, "hash": _seal(previous, entry)}
    return [*entries, sealed]


def kept(entries: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the fields of a submission that hold its log.

    When it was last written is asked for: see `submissions.standing.logged_since`.
    """
    return {"log": entries, "logged_at": entries[-1]["at"]}


def first_broken(entries: Sequence[dict[str, Any]]) -> int | None:
    """Return the place of the first entry that is not as it was written, or None."""
    previous = START
    for place, entry in enumerate(entries):
        said = {key: entry[key] for key in ("at", "who", "what", "detail")}
        if entry["prev_hash"] != previous or entry["hash"] != _seal(previous, said):
            return place
        previous = entry["hash"]
    return None


def _seal(previous: str, entry: dict[str, Any]) -> str:
    return hashlib.sha256(previous.encode() + pack.canonical(entry)).hexdigest()
