"""Submissions by the identity number of somebody in them."""

import json
from collections.abc import Iterator

from submissions import audit, numbers
from submissions.store.contract import HASHED_TAG, SECRET_TAG, Document, Store

_ID_NUMBER, _HASHED = f"{SECRET_TAG}id:", f"{HASHED_TAG}id:"


def indexed(submission: Document) -> Document:
    """Return the submission with the tags its identity numbers ask for.

    Pure. The store keeps these tags as keyed hashes; see `submissions.vault`.
    """
    kept = [t for t in submission["tags"] if not t.startswith((_ID_NUMBER, _HASHED))]
    found = sorted(set(_numbers(submission)))
    return {**submission, "tags": sorted({*kept, *(_ID_NUMBER + n for n in found)})}


def by_number(
    store: Store, number: str, *, who: str, why: str, now: str
) -> list[Document]:
    """Return the submissions with an identity number in them, the last one first.

    That somebody looked is written down before anything is given.

    Args:
        number: however it was typed.
        who: the person who looks.
        why: their reason.
        now: UTC text.
    """
    tag = _ID_NUMBER + numbers.normal(number)
    found = store.find("submissions", [("tags", "=", tag)], order="-created_at")
    ids = [submission["_id"] for submission in found]
    audit.append(
        store, at=now, who=who, what="submissions.found", why=why, submissions=ids
    )
    return found


def _numbers(submission: Document) -> Iterator[str]:
    for name in ("answers", "results"):
        yield from numbers.id_numbers(json.loads(submission[name]))
