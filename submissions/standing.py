"""Where everything stands, for the operator: what waits, what cannot be sent."""

from collections import Counter
from collections.abc import Iterator, Mapping

from submissions.progress import State, state_of
from submissions.store.contract import Document, Store


def standing(store: Store) -> Mapping[str, Counter[State]]:
    """Count the parts of open submissions, by department and state."""
    counted: dict[str, Counter[State]] = {}
    for submission in every(store):
        if submission["status"] != "open":
            continue
        for part in submission["parts"]:
            state, _ = state_of(submission, part)
            counted.setdefault(part["department"], Counter())[state] += 1
    return dict(sorted(counted.items()))


def every(store: Store) -> Iterator[Document]:
    """Yield every submission, by id."""
    return store.every("submissions")
