"""What a department says about its part: read, and judged before anything counts."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from builder import pointer
from builder.documents import places
from builder.model import FactId, Matter, Question
from builder.prefill import is_sealed
from submissions import canonical
from submissions.delivery import events
from submissions.folding import RANKS
from submissions.packs import Published
from submissions.store.contract import Document


@dataclass(frozen=True, slots=True)
class Answer:
    """What a department is told about its call."""

    #: As in HTTP.
    status: int
    #: A sentence; of what was fetched, the bytes of the event.
    message: str | bytes


class Refusal(Exception):  # noqa: N818 - an answer on its way out, no fault of ours
    """Nothing of the call counts."""

    def __init__(self, status: int, message: str) -> None:
        """Take what the department is told."""
        super().__init__(message)
        self.answer = Answer(status, message)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A verified and readable event of a department."""

    #: As in the event, such as "part.decided".
    type: str
    part: str
    #: `webhook-id`.
    message: str
    data: Mapping[str, Any]
    at: str
    #: The member of staff who says it at the desk; "": a program of the department.
    by: str = ""

    @property
    def key(self) -> Document:
        """What a submission remembers of a call, to know it again."""
        return {"part": self.part, "id": self.message}

    @property
    def decision(self) -> str:
        """What tells one decision from another."""
        said = {key: self.data.get(key) for key in ("digest", "outcome", "values")}
        return canonical.digest(canonical.text(said))


def read(body: bytes, part_id: str, *, message: str, at: str) -> Call:
    """Return the call in a body.

    Raises:
        Refusal: it is none, or one about another part.
    """
    try:
        # Unlike `json` it refuses what cannot be stored, half a character or NaN; and
        # it writes no deeper than the judges of schemas can read.
        event = orjson.loads(body)
        orjson.dumps(event)
    except (ValueError, orjson.JSONEncodeError) as error:
        raise Refusal(422, f"The body is no JSON: {error}") from error
    type_ = event.get("type") if isinstance(event, dict) else None
    if not isinstance(type_, str) or type_ not in RANKS:
        known = ", ".join(RANKS)
        raise Refusal(422, f"/type: the body is no event of a department: {known}.")
    fault = events.fault(event, f"call.{type_}")
    if fault:
        raise Refusal(422, f"The body is no {type_} event: {fault}")
    data = event["data"]
    if data["part"] != part_id:
        raise Refusal(422, f"/data/part must be {part_id!r}, as in the address.")
    return Call(type=type_, part=part_id, message=message, data=data, at=at)


def check(published: Published, submission: Document, call: Call) -> None:
    """Refuse what the call says about what is not its department's to say.

    Raises:
        Refusal: with the place in the body and the reason.
    """
    part = next(p for p in submission["parts"] if p["id"] == call.part)
    matter = next(m for m in published.form.matters if m.id == part["matter"])
    _check_values(published, matter, call.data)
    if call.type != "part.correction_requested":
        return
    asked = correctable(published, submission)
    for number, reason in enumerate(call.data.get("reasons", ())):
        place = pointer.join(["data", "reasons", number, "pointer"])
        if not any(questions_at(matter, reason["pointer"], asked)):
            said = "the applicant can correct nothing there"
            raise Refusal(422, f"{place}: {reason['pointer']!r}: {said}.")
    own = [material["id"] for material in part.get("materials", ())]
    for number, material in enumerate(call.data.get("materials", ())):
        if material["id"] not in own:
            place = pointer.join(["data", "materials", number, "id"])
            known = ", ".join(own) or "none"
            raise Refusal(422, f"{place}: the materials of this part are {known}.")


def correctable(published: Published, submission: Document) -> tuple[Question, ...]:
    """Return the questions that an applicant can be asked again.

    What an authority answers for is corrected in its register, not here.
    """
    judge = published.judge
    answers = json.loads(submission["answers"])
    origins = json.loads(submission["provenance"])
    facts = judge.prune(answers).get("facts", {})
    return tuple(
        question
        for question in judge.asked(answers)
        if not is_sealed(judge, question, facts, origins.get(question.pointer, {}))
    )


def questions_at(
    matter: Matter, where: str, asked: Sequence[Question]
) -> Iterator[Question]:
    """Yield the questions whose answers stand at a place of the matter's document."""
    answers = places(matter, where)
    for question in asked:
        if any(f"{each}/".startswith(f"{question.pointer}/") for each in answers):
            yield question


def _check_values(
    published: Published, matter: Matter, data: Mapping[str, Any]
) -> None:
    values = data.get("values", {})
    if values and data["outcome"] == "rejected":
        raise Refusal(422, "/data/values: a rejection brings no values.")
    issued = {issue.fact for issue in matter.issues}
    for fact, value in values.items():
        place = pointer.join(["data", "values", fact])
        if fact not in issued:
            known = ", ".join(sorted(issued)) or "no facts"
            raise Refusal(422, f"{place}: {matter.id} issues {known}.")
        for violation in published.judge.fact_faults(FactId(fact), value):
            inside = pointer.join(violation.path)
            limit = json.dumps(violation.limit, ensure_ascii=False)
            raise Refusal(422, f"{place}{inside}: {violation.keyword} {limit}")
