"""Erasing submissions: at somebody's request, and when their time is over.

To erase is to remove the documents and files and to destroy the key, so that copies of
the store cannot be read either. A line in the audit is all that stays: ids and times,
who did it and why.
"""

from collections.abc import Callable, Mapping

import orjson

from submissions import audit, drafts, feed, files, staff_sessions, uploads
from submissions.clock import later
from submissions.errors import Missing, StillOpenError
from submissions.store.contract import Document, Store

_DAY = 24 * 3600.0


def erase(
    store: Store, id_: str, *, who: str, why: str, now: str, anyway: bool = False
) -> None:
    """Erase a submission for good.

    Args:
        who: the person who does it.
        why: their reason.
        now: UTC text.
        anyway: also one that departments still work on.

    Raises:
        Missing: there is no such submission.
        StillOpenError: departments still work on it.
    """
    submission = store.get("submissions", id_)
    if submission is None:
        raise Missing("submissions", id_)
    if submission["status"] != "completed" and not anyway:
        raise StillOpenError(id_)
    _erase(store, submission, who, why, now)


def sweep(store: Store, *, now: str) -> int:
    """Erase what was kept as long as its affair says; return how many there were.

    The time begins with the last change of a submission that is completed. That of the
    pack counts which the applicant filled in.
    """
    days = _days(store)
    if not days:
        return 0
    count = 0
    for submission in store.every(
        "submissions",
        [
            ("status", "=", "completed"),
            ("created_at", "<=", later(now, -min(days.values()) * _DAY)),
        ],
    ):
        kept = days.get(submission["pack_version"])
        if kept is not None and later(submission["updated_at"], kept * _DAY) <= now:
            _erase(store, submission, "yibiao", f"kept for {kept} days", now)
            count += 1
    return count


def _days(store: Store) -> dict[str, int]:
    """Return how long submissions are kept, by the id of their pack, where it says."""
    said = {
        version["_id"]: orjson.loads(version["pack_text"]).get("retention_days")
        for version in store.every("versions")
    }
    return {id_: days for id_, days in said.items() if days is not None}


def _erase(store: Store, submission: Document, who: str, why: str, now: str) -> None:
    # Before anything is gone: a log that is missing without this line was taken away.
    audit.append(
        store,
        at=now,
        who=who,
        what=audit.ERASED,
        why=why,
        about=submission["_id"],
        affair=submission["affair"],
        created_at=submission["created_at"],
    )
    # Each has a copy of a file of this person's.
    for upload in submission.get("uploads", ()):
        store.erase(upload, now=now)
    store.erase(submission["_id"], now=now)


#: What erases all that was kept long enough, by what it erases; files that nobody holds
#: any more come last.
SWEEPS: Mapping[str, Callable[..., int]] = {
    "drafts": drafts.sweep,
    "uploads": uploads.sweep,
    "events": feed.sweep,
    "submissions": sweep,
    "staff sessions": staff_sessions.sweep,
    "files": files.sweep,
}
