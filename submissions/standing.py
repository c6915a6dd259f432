"""Where everything stands, for the operator: what waits, what cannot be sent."""

from collections import Counter
from collections.abc import Iterator, Mapping

from submissions.progress import State, state_of, supplies
from submissions.store.contract import Document, Store


def standing(store: Store) -> Mapping[str, Counter[State]]:
    """Count the parts of open submissions, by department and state.

    With them what was supplied later and has not arrived, of any submission.
    """
    counted: dict[str, Counter[State]] = {}
    for submission in every(store):
        for part in submission["parts"]:
            states = supplies(submission, part)
            if submission["status"] == "open":
                states.append(state_of(submission, part)[0])
            if states:
                counted.setdefault(part["department"], Counter()).update(states)
    return dict(sorted(counted.items()))


def every(store: Store) -> Iterator[Document]:
    """Yield every submission, by id."""
    return store.every("submissions")
