"""How far a draft is: its steps, their states, what is known and what is wrong."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from builder.model import MergedForm, Page, Pointer, Question
from builder.pointer import ABSENT
from builder.prefill import Proposal, Record, propose
from builder.validity import Fault, Judge
from renderer.pieces import answer
from renderer.portal.saving import boxes_of
from submissions.drafts import Draft
from submissions.packs import Published

State = Literal["todo", "part", "fix", "done", "free"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One page that has something to ask in this situation."""

    number: int
    page: Page
    questions: tuple[Question, ...]
    #: How many of them have an answer, and how many a proposal.
    answered: int
    proposed: int
    #: How many must be put right, and how many more still lack an answer.
    wrong: int
    missing: int

    @property
    def state(self) -> State:
        """In one word: nothing yet, begun, to be put right, done, free to leave out."""
        if self.wrong:
            return "fix"
        if self.missing:
            return "part" if self.answered else "todo"
        return "done" if self.answered else "free"

    @property
    def settled(self) -> bool:
        """Nothing stands in the way of submitting."""
        return not self.wrong and not self.missing


@dataclass(frozen=True, kw_only=True)
class Filling:
    """A draft and the form it fills in; worked out once per request."""

    published: Published
    draft: Draft
    records: Sequence[Record] = ()

    @property
    def judge(self) -> Judge:
        """The judge of this version."""
        return self.published.judge

    @property
    def form(self) -> MergedForm:
        """The merged form of this version."""
        return self.published.form

    @cached_property
    def facts(self) -> Mapping[str, Any]:
        """The facts that count in this situation."""
        facts: Mapping[str, Any] = self.judge.prune(self.draft.answers).get("facts", {})
        return facts

    @cached_property
    def situations(self) -> tuple[Question, ...]:
        """The situation questions to ask now."""
        return self.judge.situations(self.draft.answers.get("facts", {}))

    @property
    def situated(self) -> bool:
        """Every situation question is answered."""
        return all(
            answer(self.draft.answers, question) is not ABSENT
            for question in self.situations
        )

    @cached_property
    def asked(self) -> Mapping[Pointer, Question]:
        """The questions asked now, in page order."""
        return {q.pointer: q for q in self.judge.asked(self.draft.answers)}

    @cached_property
    def faults(self) -> tuple[Fault, ...]:
        """Everything wrong with the answers so far."""
        return self.judge.faults(self.draft.answers)

    @cached_property
    def proposals(self) -> Mapping[Pointer, Proposal]:
        """Values to check; what the person declined before is not offered again."""
        found = propose(self.judge, self.draft.answers, self.records)
        return {at: p for at, p in found.items() if at not in self.draft.provenance}

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        """The pages that ask something now."""
        return tuple(self._steps())

    @property
    def done(self) -> int:
        """How many steps are done: nothing in them stands in the way."""
        return sum(step.settled for step in self.steps)

    def step(self, page: str) -> Step | None:
        """The step of a page, or None where it asks nothing now."""
        return next((step for step in self.steps if step.page.id == page), None)

    def faults_of(self, question: Question) -> tuple[Fault, ...]:
        """The faults at a question or below it."""
        return tuple(fault for fault in self.faults if concerns(fault, question))

    def unread(self, question: Question) -> bool:
        """Something was typed for the question that is no value yet."""
        return bool(boxes_of(question.name, self.draft.unread))

    def _steps(self) -> Iterator[Step]:
        number = 0
        for page in self.form.pages:
            here = tuple(self.asked[q] for q in page.questions if q in self.asked)
            if not here:
                continue
            number += 1
            wrong = {q.pointer for q in here if self._wrong(q)}
            lacking = {f.pointer for q in here for f in self.faults_of(q)} - wrong
            yield Step(
                number=number,
                page=page,
                questions=here,
                answered=sum(answer(self.draft.answers, q) is not ABSENT for q in here),
                proposed=sum(q.pointer in self.proposals for q in here),
                wrong=len(wrong),
                missing=sum(q.pointer in lacking for q in here),
            )

    def _wrong(self, question: Question) -> bool:
        """What is there must be put right; that nothing is there is another thing."""
        return self.unread(question) or any(
            fault.keyword != "required" or fault.pointer not in self.asked
            for fault in self.faults_of(question)
        )


def concerns(fault: Fault, question: Question) -> bool:
    """The fault is in this question's answer or in a part of it."""
    at = fault.pointer
    return at == question.pointer or at.startswith(question.pointer + "/")


def numbers(steps: Sequence[Step]) -> dict[Pointer, str]:
    """Every question's number, such as "4.5": what a caller can read out."""
    return {
        question.pointer: f"{step.number}.{place}"
        for step in steps
        for place, question in enumerate(step.questions, start=1)
    }
