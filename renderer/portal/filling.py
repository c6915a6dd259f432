"""How far a draft is: its steps, their states, what is known and what is wrong."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import groupby
from typing import Any, Literal

from builder import pointer
from builder.lenses import same
from builder.model import MergedForm, Page, Pointer, Question
from builder.pointer import ABSENT
from builder.prefill import Proposal, Record, propose, sealed
from builder.validity import Fault, Judge
from renderer.ends import Device, Leaf, find, leaves
from renderer.pieces import answer
from renderer.portal.saving import boxes_of, with_accepted
from submissions import materials
from submissions.drafts import Draft
from submissions.materials import Need
from submissions.packs import Published

State = Literal["todo", "part", "fix", "done", "free"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One page that has something to ask in this situation."""

    #: Of the planned page, and what an end shows of it: 2 of 3.
    number: int
    part: int = 1
    parts: int = 1
    leaf: Leaf
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
    #: UTC text; "" where nothing is proposed any more.
    now: str = ""
    end: Device = "public"

    @property
    def rows_apart(self) -> bool:
        """Each row of a list has a page of its own: except where all is on one."""
        return self.end != "counter"

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
        if not self.now:
            return {}
        found = propose(self.judge, self.draft.answers, self.records, now=self.now)
        return {at: p for at, p in found.items() if at not in self.draft.provenance}

    @cached_property
    def sealed(self) -> Mapping[Pointer, Proposal]:
        """Values that nobody can change here, whatever a browser sends."""
        if not self.now:
            return {}
        return sealed(self.judge, self.draft.answers, self.records, now=self.now)

    @cached_property
    def outages(self) -> Mapping[Pointer, str]:
        """The source that would know an open question, but gave no answer."""
        silent = {n for n, kept in self.draft.records.items() if "error" in kept}
        return {
            at: rule.source
            for at, question in self.asked.items()
            if silent
            and at not in self.proposals
            and answer(self.draft.answers, question) is ABSENT
            for rule in question.prefill[::-1]
            if rule.source in silent and self.judge.holds(rule.when, self.facts)
        }

    @property
    def blocked(self) -> frozenset[Pointer]:
        """The questions that only a source can answer that is silent now."""
        sources = self.form.sources
        return frozenset(
            at for at, name in self.outages.items() if sources[name].failure == "block"
        )

    @cached_property
    def sections(self) -> tuple[Step, ...]:
        """The pages that ask something now, as they were planned."""
        planned = (Leaf(id=page.id, sections=(page,)) for page in self.form.pages)
        asking = [leaf for leaf in planned if self._here(leaf)]
        return tuple(self._step(leaf, n) for n, leaf in enumerate(asking, start=1))

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        """The pages that ask something now, as this end shows them."""
        number = {step.leaf.id: step.number for step in self.sections}
        steps = [
            self._step(leaf, min(number[page.id] for page in self._here(leaf)))
            for leaf in leaves(self.form, self.end)
            if self._here(leaf)
        ]
        return tuple(
            replace(step, part=part, parts=len(together))
            for _number, each in groupby(steps, key=lambda step: step.number)
            for together in (list(each),)
            for part, step in enumerate(together, start=1)
        )

    @cached_property
    def needs(self) -> tuple[Need, ...]:
        """The materials of this situation."""
        return materials.needs(self.judge, self.draft.answers)

    @cached_property
    def lacking(self) -> tuple[str, ...]:
        """The materials that stand in the way of submitting, by `Need.key`."""
        draft = self.draft
        return materials.missing(self.needs, draft.files, draft.promised)

    @property
    def hands_in(self) -> bool:
        """Materials can be handed in: that is one more step."""
        return any(need.accepts for need in self.needs)

    @property
    def whole(self) -> int:
        """How many steps there are: the planned pages and the materials."""
        return len(self.sections) + self.hands_in

    @property
    def done(self) -> int:
        """How many steps are done: nothing in them stands in the way."""
        handed_in = self.hands_in and not self.lacking
        return sum(step.settled for step in self.sections) + handed_in

    def step(self, page: str) -> Step | None:
        """The step at an address of any end, or None where it asks nothing now."""
        leaf = find([step.leaf for step in self.steps], page)
        return next((step for step in self.steps if step.leaf == leaf), None)

    def step_of(self, question: Question) -> Step:
        """The step on which this end asks a question."""
        return self._places[question.pointer]

    @cached_property
    def numbers(self) -> Mapping[Pointer, str]:
        """Every question's number, such as "4.5": the same at every end."""
        return {
            question.pointer: f"{step.number}.{place}"
            for step in self.sections
            for place, question in enumerate(step.questions, start=1)
        }

    def faults_of(self, question: Question) -> tuple[Fault, ...]:
        """The faults at a question or below it."""
        return self._faults_below.get(question.pointer, ())

    def unread(self, question: Question) -> bool:
        """Something was typed for the question that is no value yet."""
        return bool(boxes_of(question.name, self.draft.unread))

    @cached_property
    def _places(self) -> Mapping[Pointer, Step]:
        return {q.pointer: step for step in self.steps for q in step.questions}

    def _here(self, leaf: Leaf) -> list[Page]:
        """The planned pages of which something is asked here now."""
        asked = self.asked.keys()
        return [page for page in leaf.sections if not asked.isdisjoint(page.questions)]

    def _step(self, leaf: Leaf, number: int) -> Step:
        here = tuple(
            self.asked[each]
            for page in leaf.sections
            for each in page.questions
            if each in self.asked
        )
        places = {question.pointer for question in here}
        return Step(
            number=number,
            leaf=leaf,
            questions=here,
            answered=len(places & self._answered),
            proposed=len(places & self.proposals.keys()),
            wrong=len(places & self._wrong),
            missing=len(places & self._lacking),
        )

    @cached_property
    def _faults_below(self) -> Mapping[str, tuple[Fault, ...]]:
        """The faults at every place or below it."""
        found: dict[str, tuple[Fault, ...]] = {}
        for fault in self.faults:
            at = fault.pointer
            while at:
                found[at] = (*found.get(at, ()), fault)
                at = at.rpartition("/")[0]
        return found

    @cached_property
    def _answered(self) -> frozenset[Pointer]:
        answers, asked = self.draft.answers, self.asked.values()
        return frozenset(q.pointer for q in asked if answer(answers, q) is not ABSENT)

    @cached_property
    def _wrong(self) -> frozenset[Pointer]:
        """What is there must be put right; that nothing is there is another thing."""
        if not self.faults and not self.draft.unread:
            return frozenset()
        return frozenset(
            at
            for at, question in self.asked.items()
            if self.unread(question)
            or any(
                fault.keyword != "required" or fault.pointer not in self.asked
                for fault in self.faults_of(question)
            )
        )

    @cached_property
    def _lacking(self) -> frozenset[Pointer]:
        """Where there is no answer yet, and must be one."""
        at = {fault.pointer for fault in self.faults}
        return frozenset(self.asked.keys() & at) - self._wrong


def resealed(filling: Filling) -> Draft:
    """Return the draft with every sealed answer as its source says it.

    Something else can stand there: it was typed while another situation was chosen,
    kept by another way than a page, or the source was silent then. What nobody has
    accepted on a page yet stays a proposal.
    """
    answers = filling.draft.answers
    typed = {
        where: proposal
        for where, proposal in filling.sealed.items()
        if not same(pointer.get(answers, pointer.parts(where)), proposal.value)
        and pointer.get(answers, pointer.parts(where)) is not ABSENT
    }
    return with_accepted(filling.draft, typed)


def concerns(fault: Fault, question: Question) -> bool:
    """The fault is in this question's answer or in a part of it."""
    at = fault.pointer
    return at == question.pointer or at.startswith(question.pointer + "/")
