"""What attempts brought, and how that is written into a submission: pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from submissions import log
from submissions.delivery.schedule import wake
from submissions.store.contract import Document

#: done: the receiver has it. failed: try again. parked: a person must look. held: it
#: stopped every worker that tried it, or its department's own form refuses it; a
#: person must look. postponed: it was not tried, the receiver had no time.
State: TypeAlias = Literal["done", "failed", "parked", "held", "postponed"]

#: Attempts of one delivery that are remembered, the last ones.
MOST_ATTEMPTS = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What one claim brought for one delivery."""

    delivery: str
    state: State
    at: str
    #: The tries before it: a failure counts only if there were no others since.
    tries: int
    code: int | None = None
    error: str | None = None
    #: When to try again, UTC text; None: not any more.
    due_at: str | None = None
    #: How long the attempt took, milliseconds.
    took: int | None = None
    #: What was sent: bytes, and "sha256:" with their hash. None: nothing was.
    size: int | None = None
    body_digest: str | None = None


def record(
    submission: Document,
    *,
    token: str,
    outcomes: Mapping[str, Outcome],
    fed: Collection[str] = (),
    claims: int = 0,
) -> Document:
    """Return the submission with what the attempts of one claim brought.

    A success counts whoever reports it and however late. A failure counts only while
    its claim holds and nobody else has tried since. Nothing goes back from done.

    Args:
        submission: as it is now, perhaps changed since the claim.
        token: of the claim.
        outcomes: by delivery id.
        fed: the ids of events that are in the feed now.
        claims: how many without a result are held against what else is due.
    """
    mine = submission.get("lease", {}).get("token") == token
    deliveries, entries = [], submission["log"]
    for delivery in submission["deliveries"]:
        outcome = outcomes.get(delivery["id"])
        changed = delivery if outcome is None else _changed(delivery, outcome, mine)
        deliveries.append(changed)
        if changed["state"] != delivery["state"]:
            entries = _logged(entries, changed)
    changes = {"deliveries": deliveries, "events": _fed(submission, fed)}
    changed_submission = {**submission, **changes, **log.kept(entries)}
    if not mine:
        return changed_submission
    del changed_submission["lease"]
    untried = any(outcome.state == "postponed" for outcome in outcomes.values())
    # What was not tried is held to what was held against it before.
    before = submission["claims"] - 1 if untried else 0
    return wake({**changed_submission, "claims": max(claims, before)})


def _logged(entries: list[Document], delivery: Document) -> list[Document]:
    said = {"what": f"delivery.{delivery['state']}", "delivery": delivery["id"]}
    at, part = delivery["last"]["at"], delivery["part"]
    return log.append(entries, at=at, who="yibiao", part=part, **said)


def _fed(submission: Document, fed: Collection[str]) -> list[Document]:
    return [
        {**each, "fed": True} if each["id"] in fed else each
        for each in submission.get("events", ())
    ]


def unclaimed(submission: Document, *, token: str) -> Document | None:
    """Return the submission as if this claim had not been; None: another came since."""
    if submission.get("lease", {}).get("token") != token:
        return None
    claims = submission["claims"] - 1
    rest = {key: value for key, value in submission.items() if key != "lease"}
    return wake({**rest, "claims": claims})


def _changed(delivery: Document, outcome: Outcome, mine: bool) -> Document:  # noqa: FBT001
    if delivery["state"] == "done":
        return delivery
    if outcome.state == "done":
        return _without_due(_tried(delivery, outcome)) | {"state": "done"}
    if not mine or delivery["state"] != "pending" or delivery["tries"] != outcome.tries:
        return delivery
    if outcome.state == "postponed":
        return {**delivery, "due_at": outcome.due_at}
    if outcome.due_at is None:
        return _without_due(_tried(delivery, outcome)) | {"state": outcome.state}
    return {**_tried(delivery, outcome), "due_at": outcome.due_at}


def _tried(delivery: Document, outcome: Outcome) -> Document:
    last = {"at": outcome.at, "code": outcome.code, "error": outcome.error}
    sent = {} if outcome.took is None else _sent(delivery, last, outcome)
    return {**delivery, **sent, "tries": delivery["tries"] + 1, "last": last}


def _sent(delivery: Document, last: Document, outcome: Outcome) -> Document:
    before = delivery.get("attempts", [])[1 - MOST_ATTEMPTS :]
    return {
        "size": outcome.size,
        "body_digest": outcome.body_digest,
        "attempts": [*before, {**last, "took": outcome.took}],
    }


def _without_due(delivery: Document) -> Document:
    return {key: value for key, value in delivery.items() if key != "due_at"}
