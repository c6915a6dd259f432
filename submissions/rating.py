"""How applicants rate the handling of their case (好差评): once, when it is done."""

from collections import Counter
from collections.abc import Mapping
from typing import Literal, TypeAlias

from submissions import log
from submissions.standing import every
from submissions.store.contract import Document, Store

#: The five steps, the best first.
Level: TypeAlias = Literal["very_good", "good", "fair", "bad", "very_bad"]
LEVELS: tuple[Level, ...] = ("very_good", "good", "fair", "bad", "very_bad")
#: Characters of what may be said with it.
MOST_TEXT = 500


def ratable(submission: Document) -> bool:
    """Everything is decided, and nobody has rated it."""
    return submission["status"] == "completed" and "rating" not in submission


def rate(
    store: Store, submission_id: str, level: Level, text: str, *, now: str
) -> Document:
    """Keep a rating and return the submission; the first one stays.

    Args:
        level: one of `LEVELS`.
        text: what the applicant adds; "" for nothing. It stands in no log.

    Raises:
        Missing: there is no such submission.
        Conflict: other writers were faster every time.
    """

    def rated(found: Document) -> Document | None:
        if not ratable(found):
            return None
        entries = log.append(found["log"], at=now, who="applicant", what="rated")
        said = {"level": level, "text": text[:MOST_TEXT], "at": now}
        return {**found, "updated_at": now, "rating": said, **log.kept(entries)}

    return store.update("submissions", submission_id, rated)


def ratings(store: Store) -> Mapping[str, Counter[str]]:
    """Count the ratings by affair and level; "unrated": completed without one."""
    counted: dict[str, Counter[str]] = {}
    for submission in every(store):
        if submission["status"] == "completed":
            level = submission.get("rating", {}).get("level", "unrated")
            counted.setdefault(submission["affair"], Counter())[level] += 1
    return dict(sorted(counted.items()))
