"""Where everything stands, for the operator: what waits, what cannot be sent."""

from collections import Counter
from collections.abc import Iterator, Mapping

from submissions.clock import later
from submissions.progress import State, state_of, supplies
from submissions.routing import UNDELIVERED
from submissions.store.contract import PAGE, Condition, Document, Store

#: Longer than a write takes, or a clock of ours may be wrong, seconds.
LATE = 3600.0


def standing(store: Store) -> Mapping[str, Counter[State]]:
    """Count the parts of open submissions, by department and state.

    With them what was supplied later and has not arrived, of any submission.
    """
    counted: dict[str, Counter[State]] = {}
    for submission in _unfinished(store):
        for part in submission["parts"]:
            states = supplies(submission, part)
            if submission["status"] == "open":
                states.append(state_of(submission, part)[0])
            if states:
                counted.setdefault(part["department"], Counter()).update(states)
    return dict(sorted(counted.items()))


def on_their_way(store: Store) -> Iterator[Document]:
    """Yield the submissions of which something is to be sent, by id."""
    return store.every("submissions", [("wake_at", ">", "")])


def _unfinished(store: Store) -> Iterator[Document]:
    """Yield what is open, on its way or stuck: few beside all that was ever completed.

    What is told of a submission while this looks may come from before and after.
    """
    seen: set[str] = set()
    for page in (
        store.every("submissions", [("status", "=", "open")]),
        on_their_way(store),
    ):
        for submission in page:
            if submission["_id"] not in seen:
                seen.add(submission["_id"])
                yield submission
    stuck = {id_ for _tag, id_ in store.tags("submissions", UNDELIVERED)}
    for id_ in stuck - seen:
        found = store.get("submissions", id_)
        if found is not None:
            yield found


def every(store: Store) -> Iterator[Document]:
    """Yield every submission, by id."""
    return store.every("submissions")


def logged_since(store: Store, moment: str) -> Iterator[Document]:
    """Yield the submissions whose log was written since a time, and few others.

    However many there are besides. A clock may be slow, and a write may end long after
    its time was taken: what was written within `LATE` before is there too.

    Args:
        moment: UTC text.
    """
    at, size = later(moment, -LATE), PAGE
    seen: set[str] = set()
    while True:
        since: Condition = ("logged_at", ">=", at)
        page = store.find("submissions", [since], order="logged_at", limit=size)
        yield from (each for each in page if each["_id"] not in seen)
        if len(page) < size:
            return
        # The next page begins in the last moment of this one, which may be longer.
        size = size * 2 if page[-1]["logged_at"] == at else PAGE
        at = page[-1]["logged_at"]
        seen = {each["_id"] for each in page if each["logged_at"] == at}
