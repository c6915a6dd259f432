"""V, the judge: answers are valid when every applicable department would accept them.

For every applicable matter the projection is judged by that matter's own untouched
schema (merge algebra, §2.3). Facts that are still awaited are stood in for by a value
every form accepts; a stand-in is judged with, never stored, shown or sent.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from builder import cross_checks, lists, origins, pointer, pruning
from builder.acceptance import Acceptance, may_hold_fractions
from builder.documents import project
from builder.json_schema import Validator, Violation
from builder.json_schema.whole_forms import form_validator
from builder.lenses import UndefinedError
from builder.lenses.byte_limits import byte_violations, has_limits
from builder.model import (
    Answers,
    Choice,
    FactId,
    Material,
    Matter,
    MatterId,
    MergedForm,
    Pointer,
    Predicate,
    Question,
)
from builder.places import fact_pointer
from builder.situations import awaited, reads

#: What a situation hides can hide more; conditions are free of cycles, so this ends.
_MOST_ROUNDS = 20
#: Situations of one form that are kept worked out.
_MOST_SITUATIONS = 4096
_written = json.JSONEncoder(sort_keys=True).encode


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing that is wrong with answers: data, for `messages` to put into words."""

    #: Into the answers; of a missing answer, the answer itself. From
    #: `document_faults`: into the document.
    pointer: str
    #: The JSON Schema keyword; "lens": the form has no way to say this value; or the
    #: kind of a check, with its words as `limit`.
    keyword: str
    #: What the keyword asks for.
    limit: Any
    #: Who refuses; nobody: the data element or the affair itself does.
    matters: tuple[MatterId, ...] = ()


class Judge:
    """One merged form with everything compiled: made once per pack, then only read."""

    def __init__(self, form: MergedForm) -> None:
        """Compile the forms, the layout and the conditions."""
        self.form = form
        self._layout = Validator(form.schema)
        self._facts = {id_: Validator(fact.schema) for id_, fact in form.facts.items()}
        self._forms = {m.id: form_validator(m.schema) for m in form.matters}
        self._matters = {matter.id: matter for matter in form.matters}
        self._counted = {matter.id for matter in form.matters if has_limits(matter)}
        self._short = {m.id: Acceptance(m, self._forms[m.id]) for m in form.matters}
        self._by_writing = any(short.by_writing for short in self._short.values())
        self._conditions = {id(p): _Condition(p) for p in _predicates(form)}
        self._deciding = {f for c in self._conditions.values() for f in c.reads}
        self._worked_out = lru_cache(_MOST_SITUATIONS)(self._work_out)
        self._order = {q.pointer: n for n, q in enumerate(form.questions)}

    def applicable(self, facts: Mapping[str, Any]) -> tuple[Matter, ...]:
        """Return the matters that apply, in the order of the affair."""
        return self._situation(facts).matters

    def awaited(self, facts: Mapping[str, Any]) -> dict[FactId, tuple[MatterId, ...]]:
        """Return each fact a result will bring, with the applicable issuers."""
        return dict(self._situation(facts).awaited)

    def situations(self, facts: Mapping[str, Any]) -> tuple[Question, ...]:
        """Return the situation questions to ask, given those answered before."""
        return self._situation(facts).situations

    def asked(self, answers: Answers) -> tuple[Question, ...]:
        """Return the questions asked in this situation, in page order."""
        return self._situation(self.prune(answers).get("facts", {})).asked

    def required(self, question: Question, facts: Mapping[str, Any]) -> bool:
        """Tell whether the question must be answered in this situation."""
        if not question.asked_by:  # a situation
            return True
        applicable = self._situation(facts).applicable
        return question.required or any(
            asker.required and asker.matter in applicable for asker in question.asked_by
        )

    def choices(
        self, question: Question, facts: Mapping[str, Any]
    ) -> tuple[Choice, ...]:
        """Return the choices that no applicable matter refuses."""
        applicable = self._situation(facts).applicable
        return tuple(
            choice
            for choice in question.choices
            if applicable.isdisjoint(choice.refused_by)
        )

    def materials(self, answers: Answers) -> tuple[tuple[Matter, Material], ...]:
        """Return the materials needed in this situation, with their matters."""
        facts = self.prune(answers).get("facts", {})
        return tuple(
            (matter, material)
            for matter in self.applicable(facts)
            for material in matter.materials
            if self.holds(material.when, facts)
        )

    def holds(self, condition: Predicate | None, facts: Mapping[str, Any]) -> bool:
        """Tell whether a condition of this form holds; no condition always does."""
        return condition is None or self._conditions[id(condition)].holds(facts)

    def prune(self, answers: Answers) -> dict[str, Any]:
        """Return only the answers of what is asked now: what is judged and sent.

        The values are those that were given, not copies of them.
        Law: pruning what is pruned changes nothing.
        """
        kept: Mapping[str, Any] = answers
        for _ in range(_MOST_ROUNDS):
            situation = self._situation(kept.get("facts", {}))
            fewer = pruning.only(situation.places, kept)
            if self._situation(fewer.get("facts", {})) is situation:
                return fewer
            kept = fewer
        return dict(kept)

    def faults(self, answers: Answers) -> tuple[Fault, ...]:
        """Return everything wrong with the answers; nothing: every form accepts them.

        In the order of the questions. What is not asked now is left aside first.
        """
        pruned = self.prune(answers)
        return () if self._accepts(pruned) else self._all_faults(pruned)

    def layout_faults(self, answers: Any) -> tuple[Fault, ...]:
        """Return where anything at all is not laid out as the answers of this form.

        Also what is not asked now is judged, and what is not known is a fault: what a
        program sends by a wrong name would else be left aside unsaid.
        """
        return tuple(map(_fault, self._layout.violations(answers)))

    def _accepts(self, pruned: Answers) -> bool:
        """Tell that nothing is wrong, the short way; see `acceptance`."""
        given = pruned.get("facts", {})
        situation = self._situation(given)
        if not self._layout.accepts(pruned) or any(
            pointer.get(pruned, names) is pointer.ABSENT for names in situation.needed
        ):
            return False
        facts = self._stand_ins(situation) | given
        if self._by_writing and may_hold_fractions(facts, pruned.get("matters")):
            return False
        if any(cross_checks.failing(self.form, pruned, self.holds)):
            return False
        return all(
            self._short[matter.id].accepts(pruned, facts)
            for matter in situation.matters
        )

    def _all_faults(self, pruned: Answers) -> tuple[Fault, ...]:
        """Return everything wrong, the long way: the judge's own words."""
        found: dict[tuple[str, str, str], Fault] = {}
        for fault in (*self._own_faults(pruned), *self._form_faults(pruned)):
            key = (fault.pointer, fault.keyword, repr(fault.limit))
            before = found.get(key)
            if before is None:
                found[key] = fault
            elif before.matters:
                found[key] = Fault(
                    pointer=fault.pointer,
                    keyword=fault.keyword,
                    limit=fault.limit,
                    matters=(*before.matters, *fault.matters),
                )
        return tuple(sorted(found.values(), key=self._place_of))

    def document_faults(
        self, matter: MatterId, document: Mapping[str, Any]
    ) -> tuple[Fault, ...]:
        """Judge one document by the matter's own untouched schema."""
        return tuple(
            Fault(
                pointer=pointer.join(violation.path),
                keyword=violation.keyword,
                limit=violation.limit,
                matters=(matter,),
            )
            for violation in self._violations(self._matters[matter], document)
        )

    def accepts_value(
        self, question: Question, value: Any, facts: Mapping[str, Any]
    ) -> bool:
        """Tell whether a value, put beside these facts, is refused by nobody."""
        names = pointer.parts(question.pointer)
        answers: dict[str, Any] = {"facts": dict(facts)}
        pointer.put(answers, names, value)
        return not any(
            fault.pointer == question.pointer
            or fault.pointer.startswith(question.pointer + "/")
            for fault in self.faults(answers)
        )

    def fact_faults(self, fact: FactId, value: Any) -> tuple[Violation, ...]:
        """Judge one fact's value by its data element's domain."""
        return self._facts[fact].violations(value)

    def _violations(
        self, matter: Matter, document: Mapping[str, Any]
    ) -> Iterator[Violation]:
        yield from self._forms[matter.id].violations(document)
        if matter.id in self._counted:
            yield from byte_violations(matter, document)

    def _situation(self, facts: Mapping[str, Any]) -> "_Situation":
        told = facts if isinstance(facts, dict) else {}  # anything can be sent
        known = {f: told[f] for f in self._deciding if f in told}
        return self._worked_out(_written(known))

    def _work_out(self, known: str) -> "_Situation":
        """Work out what follows from the facts that decide anything."""
        facts = json.loads(known)
        shown = []
        before: dict[str, Any] = {}
        for question in self.form.situations:
            if self.holds(question.when, before):
                shown.append(question)
                _copy_answer(question, {"facts": facts}, {"facts": before})
        matters = tuple(m for m in self.form.matters if self.holds(m.when, facts))
        applicable = frozenset(matter.id for matter in matters)
        coming = awaited(matters)
        places = {fact_pointer(fact) for fact in coming}
        asked = tuple(
            _in_situation(question, applicable)
            for question in self.form.questions
            if question.pointer not in places
            and any(asker.matter in applicable for asker in question.asked_by)
            and self.holds(question.when, facts)
        )
        needed = (*shown, *(question for question in asked if question.required))
        return _Situation(
            situations=tuple(shown),
            matters=matters,
            applicable=applicable,
            awaited=coming,
            asked=asked,
            places=pruning.asked((*shown, *asked)),
            needed=tuple(pointer.parts(question.pointer) for question in needed),
        )

    def _own_faults(self, answers: Answers) -> Iterator[Fault]:
        """Yield what the layout, the data elements and the affair itself refuse."""
        for violation in self._layout.violations(answers):
            yield _fault(violation)
        for names in self._situation(answers.get("facts", {})).needed:
            if pointer.get(answers, names) is pointer.ABSENT:
                where = pointer.join(names)
                yield Fault(pointer=where, keyword="required", limit=None)
        for check, where in cross_checks.failing(self.form, answers, self.holds):
            yield Fault(pointer=where, keyword=check.kind, limit=check.text)

    def _stand_ins(self, situation: "_Situation") -> dict[str, Any]:
        return {fact: self.form.facts[fact].stand_in for fact in situation.awaited}

    def _form_faults(self, answers: Answers) -> Iterator[Fault]:
        facts = answers.get("facts", {})
        situation = self._situation(facts)
        known = {**answers, "facts": self._stand_ins(situation) | facts}
        for matter in situation.matters:
            for fact, most in lists.surplus(matter, known["facts"]):
                yield Fault(
                    pointer=pointer.join(["facts", fact]),
                    keyword="maxItems",
                    limit=most,
                    matters=(matter.id,),
                )
            try:
                document = project(matter, known)
            except UndefinedError:
                yield from self._unwritable_faults(matter, known)
            else:
                yield from self._mapped_faults(matter, document, known["facts"])

    def _unwritable_faults(self, matter: Matter, answers: Answers) -> Iterator[Fault]:
        """Judge a document without the values its form has no way to say."""
        unwritable = origins.unwritable(matter, answers["facts"])
        for where in sorted(unwritable):
            yield Fault(pointer=where, keyword="lens", limit=None, matters=(matter.id,))
        writable = origins.without(answers["facts"], unwritable)
        document = project(matter, {**answers, "facts": writable})
        for fault in self._mapped_faults(matter, document, writable):
            # What a form misses because it cannot be written is no news.
            if fault.pointer not in unwritable:
                yield fault

    def _mapped_faults(
        self, matter: Matter, document: Mapping[str, Any], facts: Mapping[str, Any]
    ) -> Iterator[Fault]:
        for violation in self._violations(matter, document):
            for where in origins.origins(matter, violation, facts):
                yield Fault(
                    pointer=where,
                    keyword=violation.keyword,
                    limit=violation.limit,
                    matters=(matter.id,),
                )

    def _place_of(self, fault: Fault) -> tuple[int, bool]:
        names = pointer.parts(fault.pointer)
        for depth in range(len(names), 0, -1):
            place = self._order.get(Pointer(pointer.join(names[:depth])))
            if place is not None:
                return place, bool(fault.matters)
        return -1, bool(fault.matters)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Situation:
    """What follows from the facts that decide anything: worked out once, then read."""

    situations: tuple[Question, ...]
    matters: tuple[Matter, ...]
    applicable: frozenset[MatterId]
    awaited: Mapping[FactId, tuple[MatterId, ...]]
    asked: tuple[Question, ...]
    #: Where all of these are answered, and which of them the affair itself requires.
    places: pruning.Asked
    needed: tuple[tuple[str, ...], ...]


class _Condition:
    """A compiled predicate, judged on nothing but the facts it reads."""

    def __init__(self, predicate: Predicate) -> None:
        self.reads = reads(predicate)
        self._validator = Validator(predicate)

    def holds(self, facts: Mapping[str, Any]) -> bool:
        return self._validator.accepts({f: facts[f] for f in self.reads if f in facts})


def _predicates(form: MergedForm) -> Iterator[Predicate]:
    holders: list[Any] = [*form.matters, *form.situations, *form.checks]
    for matter in form.matters:
        holders += matter.materials
    for question in form.questions:
        holders += (question, *question.prefill)
    for holder in holders:
        if holder.when is not None:
            yield holder.when


def _copy_answer(question: Question, source: Answers, target: dict[str, Any]) -> None:
    names = pointer.parts(question.pointer)
    value = pointer.get(source, names)
    if value is not pointer.ABSENT:
        pointer.put(target, names, value)


def _in_situation(question: Question, applicable: frozenset[MatterId]) -> Question:
    """Return the question; of a shared list only the columns asked now."""
    if not question.pointer.startswith("/facts/") or not question.columns:
        return question
    columns = tuple(
        replace(
            column,
            choices=tuple(
                choice
                for choice in column.choices
                if applicable.isdisjoint(choice.refused_by)
            ),
            asked_by=tuple(a for a in column.asked_by if a.matter in applicable),
        )
        for column in question.columns
    )
    return replace(question, columns=tuple(c for c in columns if c.asked_by))


def _fault(violation: Violation) -> Fault:
    return Fault(
        pointer=pointer.join(violation.path),
        keyword=violation.keyword,
        limit=violation.limit,
    )
