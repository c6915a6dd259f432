"""Where a submission stands, for the person who sent it."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from builder.model import FactId, Matter, MatterId, MergedForm, Text
from submissions.store.contract import SECRET_TAG, Document, Store

#: waiting: for another matter's result. sending: on its way. parked: the department
#: cannot be reached any more, a person must look. held: a person must look. accepted:
#: the department works on it. correction: it asks the applicant to correct something.
State: TypeAlias = Literal[
    "waiting",
    "sending",
    "parked",
    "delivered",
    "accepted",
    "correction",
    "decided",
    "held",
    "no_endpoint",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Awaited:
    """A fact that has still to come, and who issues it."""

    fact: FactId
    #: The issuing matters of this submission, as people call them.
    issuers: tuple[Text, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """A value that a decision brought."""

    fact: FactId
    label: Text
    value: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One matter of a submission."""

    part: str
    matter: MatterId
    label: Text
    department: Text
    state: State
    #: UTC text.
    since: str
    #: "approved" or "rejected", once decided.
    outcome: str | None = None
    #: What the department gave as its reasons, for a decision or for a correction.
    reasons: tuple[str, ...] = ()
    results: tuple[Result, ...] = ()
    awaits: tuple[Awaited, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """One submission, matter by matter in the order of the affair."""

    submission: str
    ref: str
    affair: str
    created_at: str
    #: Every matter is decided.
    completed: bool
    steps: tuple[Step, ...]


def progress(submission: Document, form: MergedForm) -> Progress:
    """Return where a submission stands; `form` is the one of its own pack."""
    steps = tuple(_step(submission, part, form) for part in submission["parts"])
    return Progress(
        submission=submission["_id"],
        ref=submission["ref"],
        affair=submission["affair"],
        created_at=submission["created_at"],
        completed=submission["status"] == "completed",
        steps=steps,
    )


def by_owner(store: Store, owner: str) -> list[Document]:
    """Return the submissions of a person who signed in, the last one first."""
    tag = f"{SECRET_TAG}owner:{owner}"
    return store.find("submissions", [("tags", "=", tag)], order="-created_at")


def by_resume_hash(store: Store, resume_hash: str) -> Document | None:
    """Return the submission that a resume code opens, or None."""
    tag = f"resume:{resume_hash}"
    found = store.find("submissions", [("tags", "=", tag)], limit=1)
    return found[0] if found else None


def _step(submission: Document, part: Document, form: MergedForm) -> Step:
    matter = next(m for m in form.matters if m.id == part["matter"])
    state, since = state_of(submission, part)
    outcome = part.get("outcome")
    return Step(
        part=part["id"],
        matter=matter.id,
        label=matter.label,
        department=form.departments[matter.department].label,
        state=state,
        since=since,
        outcome=outcome,
        reasons=tuple(_reasons(part)),
        results=tuple(results_of(submission, matter, form)) if outcome else (),
        awaits=_awaits(submission, part, form) if state == "waiting" else (),
    )


def results_of(
    submission: Document, matter: Matter, form: MergedForm
) -> Iterator[Result]:
    """Yield what a matter has brought so far."""
    brought = json.loads(submission["results"])
    for fact in (issue.fact for issue in matter.issues if issue.fact in brought):
        label = label_of(fact, matter, form)
        yield Result(fact=fact, label=label, value=brought[fact])


def label_of(fact: FactId, matter: Matter, form: MergedForm) -> Text:
    """Return what a fact that a matter brings is called.

    By the first form that holds it, or else as the result of the matter is called.
    """
    fields = (f for each in form.matters for f in each.fields.values())
    return next((f.label for f in fields if f.fact == fact), matter.result)


def _reasons(part: Document) -> Iterator[str]:
    for said in counting(part):
        yield from (each["text"] for each in said["reasons"])
        yield from (each["text"] for each in said["materials"])


def counting(part: Document) -> list[Document]:
    """Return what a department said that counts now, in its department's order."""
    said = {each["id"]: each for each in part["said"]}
    return [said[id_] for id_ in part.get("counting", ())]


def asked_again(submission: Document) -> dict[tuple[str, str], list[str]]:
    """Return what departments say of materials they ask for again now.

    By matter and material, as the department calls it.
    """
    asked: dict[tuple[str, str], list[str]] = {}
    for part in submission["parts"]:
        if part["state"] != "correction":
            continue
        for said in counting(part):
            for each in said["materials"]:
                here = (part["matter"], each["id"])
                asked.setdefault(here, []).append(each["text"])
    return asked


def state_of(submission: Document, part: Document) -> tuple[State, str]:
    """Return where one part stands, and since when, UTC text."""
    since, state = part["since"], part["state"]
    if state in {"accepted", "correction", "decided", "held", "waiting"}:
        return state, since
    return _sent(submission, part["id"], part["made"], since)


def supplies(submission: Document, part: Document) -> list[State]:
    """Return how far the materials are that came later and have not arrived."""
    numbers = (each["seq"] for each in part.get("supplied", ()))
    states = (_sent(submission, part["id"], each, "")[0] for each in numbers)
    return [state for state in states if state != "delivered"]


def _sent(
    submission: Document, part: str, number: int, since: str
) -> tuple[State, str]:
    """Return how far what a part has to send is, and since when."""
    sent = [
        delivery
        for delivery in submission["deliveries"]
        if (delivery["part"], delivery["seq"]) == (part, number)
    ]
    if not sent:
        return "no_endpoint", since
    if any(delivery["state"] == "pending" for delivery in sent):
        return "sending", since
    done = [delivery for delivery in sent if delivery["state"] == "done"]
    if done:
        return "delivered", max(delivery["last"]["at"] for delivery in done)
    return "parked", max(delivery["last"]["at"] for delivery in sent)


def _awaits(
    submission: Document, part: Document, form: MergedForm
) -> tuple[Awaited, ...]:
    results = json.loads(submission["results"])
    applicable = {p["matter"] for p in submission["parts"]}
    issuers = [m for m in form.matters if m.id in applicable]
    return tuple(
        Awaited(
            fact=FactId(fact),
            issuers=tuple(
                m.label for m in issuers if fact in {issue.fact for issue in m.issues}
            ),
        )
        for fact in part["awaits"]
        if fact not in results
    )
