"""That somebody at the desk looked at a part, and why: written into its case."""

from submissions import log
from submissions.numbers import hidden
from submissions.store.contract import Document, Store


def viewed(store: Store, submission: str, part: str, *, who: str, now: str) -> None:
    """Write down that somebody opened a part, with its numbers masked.

    Once for each state of it: who looks again at the same sees nothing new.
    """

    def looked(found: Document) -> Document | None:
        for entry in reversed(found["log"]):
            if entry["at"] < found["updated_at"]:
                break
            if (entry["what"], entry["who"]) == ("part.viewed", who) and (
                entry["detail"]["part"] == part
            ):
                return None
        return _with(found, "part.viewed", part, who, now)

    store.update("submissions", submission, looked)


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
            found, "part.unmasked", part, who, now, how=how, why=hidden(why)
        ),
    )


def _with(
    found: Document, what: str, part: str, who: str, now: str, **detail: str
) -> Document:
    said = {"what": what, "part": part, **detail}
    return {**found, **log.kept(log.append(found["log"], at=now, who=who, **said))}
