"""Values that sources already hold, proposed for questions nobody answered yet.

A proposal is never an answer: the applicant sees it with its source and its date, and
leaves it or corrects it. What no applicable department would accept is not proposed.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from builder import pointer
from builder.model import Answers, Pointer, Question
from builder.validity import Judge


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What one source says about the person who is signed in."""

    source: str
    values: Mapping[str, Any]
    #: When the source said so: UTC text, milliseconds.
    at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A value for one question, and where it came from."""

    value: Any
    source: str
    at: str
    certainty: Literal["exact", "candidate"] = "exact"


def propose(
    judge: Judge, answers: Answers, records: Sequence[Record]
) -> dict[Pointer, Proposal]:
    """Return a proposal for each asked question that has a source and no answer.

    The first rule of a question that gives an acceptable value wins.
    """
    pruned = judge.prune(answers)
    found = {}
    for question in judge.asked(pruned):
        names = pointer.parts(question.pointer)
        if pointer.get(pruned, names) is pointer.ABSENT:
            proposal = _first(judge, question, pruned.get("facts", {}), records)
            if proposal is not None:
                found[question.pointer] = proposal
    return found


def _first(
    judge: Judge,
    question: Question,
    facts: Mapping[str, Any],
    records: Sequence[Record],
) -> Proposal | None:
    for rule in question.prefill:
        if not judge.holds(rule.when, facts):
            continue
        for record in records:
            if record.source != rule.source:
                continue
            value = pointer.get(record.values, pointer.parts(rule.value))
            if value is not pointer.ABSENT and judge.accepts_value(
                question, value, facts
            ):
                return Proposal(value=value, source=record.source, at=record.at)
    return None
