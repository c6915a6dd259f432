"""V, the judge: answers are valid when every applicable department would accept them.

For every applicable matter the projection is judged by that matter's own untouched
schema (merge algebra, §2.3). Facts that are still awaited are stood in for by a value
every form accepts; a stand-in is judged with, never stored, shown or sent.
"""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from builder import json_schema, lenses, pointer
from builder.documents import project
from builder.json_schema import Validator, Violation
from builder.lenses import UndefinedError
from builder.model import (
    Answers,
    Choice,
    FactId,
    Field,
    Material,
    Matter,
    MatterId,
    MergedForm,
    Pointer,
    Predicate,
    Question,
)
from builder.situations import awaited

#: What a situation hides can hide more; conditions are free of cycles, so this ends.
_MOST_ROUNDS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing that is wrong with answers: data, for `messages` to put into words."""

    #: Into the answers; of a missing answer, the answer itself. From
    #: `document_faults`: into the document.
    pointer: str
    #: The JSON Schema keyword, or "lens": the form has no way to say this value.
    keyword: str
    #: What the keyword asks for.
    limit: Any
    #: Who refuses; nobody: the data element itself does.
    matters: tuple[MatterId, ...] = ()


class Judge:
    """One merged form with everything compiled: made once per pack, then only read."""

    def __init__(self, form: MergedForm) -> None:
        """Compile the forms, the layout and the conditions."""
        self.form = form
        self._layout = Validator(form.schema)
        self._facts = {id_: Validator(fact.schema) for id_, fact in form.facts.items()}
        self._forms = {matter.id: Validator(matter.schema) for matter in form.matters}
        self._matters = {matter.id: matter for matter in form.matters}
        self._conditions: dict[int, Validator] = {}
        for predicate in _predicates(form):
            self._conditions[id(predicate)] = Validator(predicate)
        self._order = {q.pointer: n for n, q in enumerate(form.questions)}

    def applicable(self, facts: Mapping[str, Any]) -> tuple[Matter, ...]:
        """Return the matters that apply, in the order of the affair."""
        return tuple(m for m in self.form.matters if self.holds(m.when, facts))

    def awaited(self, facts: Mapping[str, Any]) -> dict[FactId, tuple[MatterId, ...]]:
        """Return each fact a result will bring, with the applicable issuers."""
        return awaited(self.applicable(facts))

    def situations(self, facts: Mapping[str, Any]) -> tuple[Question, ...]:
        """Return the situation questions to ask, given those answered before."""
        shown = []
        known: dict[str, Any] = {}
        for question in self.form.situations:
            if self.holds(question.when, known):
                shown.append(question)
                _copy_answer(question, {"facts": facts}, {"facts": known})
        return tuple(shown)

    def asked(self, answers: Answers) -> tuple[Question, ...]:
        """Return the questions asked in this situation, in page order."""
        return self._asked(self.prune(answers).get("facts", {}))

    def required(self, question: Question, facts: Mapping[str, Any]) -> bool:
        """Tell whether the question must be answered in this situation."""
        if not question.asked_by:  # a situation
            return True
        applicable = {matter.id for matter in self.applicable(facts)}
        return question.required or any(
            asker.required and asker.matter in applicable for asker in question.asked_by
        )

    def choices(
        self, question: Question, facts: Mapping[str, Any]
    ) -> tuple[Choice, ...]:
        """Return the choices that no applicable matter refuses."""
        applicable = {matter.id for matter in self.applicable(facts)}
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
        if condition is None:
            return True
        return self._conditions[id(condition)].accepts(dict(facts))

    def prune(self, answers: Answers) -> dict[str, Any]:
        """Return only the answers of what is asked now: what is judged and sent.

        Law: pruning what is pruned changes nothing.
        """
        kept = deepcopy(dict(answers))
        for _ in range(_MOST_ROUNDS):
            facts = kept.get("facts", {})
            fewer: dict[str, Any] = {}
            for question in (*self.situations(facts), *self._asked(facts)):
                _copy_answer(question, kept, fewer)
            if fewer == kept:
                break
            kept = fewer
        return kept

    def faults(self, answers: Answers) -> tuple[Fault, ...]:
        """Return everything wrong with the answers; nothing: every form accepts them.

        In the order of the questions. What is not asked now is left aside first.
        """
        pruned = self.prune(answers)
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
            for violation in self._forms[matter].violations(document)
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

    def _asked(self, facts: Mapping[str, Any]) -> tuple[Question, ...]:
        matters = self.applicable(facts)
        applicable = {matter.id for matter in matters}
        coming = {pointer.join(["facts", fact]) for fact in awaited(matters)}
        return tuple(
            question
            for question in self.form.questions
            if question.pointer not in coming
            and any(asker.matter in applicable for asker in question.asked_by)
            and self.holds(question.when, facts)
        )

    def _own_faults(self, answers: Answers) -> Iterator[Fault]:
        """Yield what the layout, the data elements and the affair itself refuse."""
        for violation in self._layout.violations(answers):
            yield _fault(violation)
        facts = answers.get("facts", {})
        for question in self.situations(facts):
            yield from _missing(question, answers)
        for question in self._asked(facts):
            if question.required:
                yield from _missing(question, answers)

    def _form_faults(self, answers: Answers) -> Iterator[Fault]:
        facts = answers.get("facts", {})
        matters = self.applicable(facts)
        known = {f: self.form.facts[f].stand_in for f in awaited(matters)} | facts
        for matter in matters:
            unwritable = {
                field.fact for field in matter.fields.values() if _fails(field, facts)
            }
            for fact in unwritable:
                yield Fault(
                    pointer=pointer.join(["facts", str(fact)]),
                    keyword="lens",
                    limit=None,
                    matters=(matter.id,),
                )
            writable = {f: v for f, v in known.items() if f not in unwritable}
            document = project(matter, {**answers, "facts": writable})
            for fault in self._mapped_faults(matter, document):
                # What a form misses because it cannot be written is no news.
                if fault.pointer.removeprefix("/facts/") not in unwritable:
                    yield fault

    def _mapped_faults(
        self, matter: Matter, document: Mapping[str, Any]
    ) -> Iterator[Fault]:
        for violation in self._forms[matter.id].violations(document):
            for where in _origins(matter, violation):
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


def _predicates(form: MergedForm) -> Iterator[Predicate]:
    holders: list[Any] = [*form.matters, *form.situations, *form.questions]
    for matter in form.matters:
        holders += matter.materials
    for question in form.questions:
        holders += question.prefill
    for holder in holders:
        if holder.when is not None:
            yield holder.when


def _copy_answer(question: Question, source: Answers, target: dict[str, Any]) -> None:
    names = pointer.parts(question.pointer)
    value = pointer.get(source, names)
    if value is not pointer.ABSENT:
        pointer.put(target, names, value)


def _fails(field: Field, facts: Mapping[str, Any]) -> bool:
    if field.fact is None or field.fact not in facts:
        return False
    try:
        lenses.get(field.lens, facts[field.fact])
    except UndefinedError:
        return True
    return False


def _missing(question: Question, answers: Answers) -> Iterator[Fault]:
    if pointer.get(answers, pointer.parts(question.pointer)) is pointer.ABSENT:
        yield Fault(pointer=question.pointer, keyword="required", limit=None)


def _fault(violation: Violation) -> Fault:
    return Fault(
        pointer=pointer.join(violation.path),
        keyword=violation.keyword,
        limit=violation.limit,
    )


def _origins(matter: Matter, violation: Violation) -> Iterator[str]:
    """Yield where in the answers a place of the matter's document comes from."""
    where = pointer.join(violation.path)
    for path, field in matter.fields.items():
        if field.fact is not None and (where + "/").startswith(path + "/"):
            yield _origin(matter, path) + where.removeprefix(path)
            return
    below = _below(matter, where) if violation.keyword == "required" else ()
    yield from below or (pointer.join(["matters", matter.id]) + where,)


def _below(matter: Matter, where: str) -> tuple[str, ...]:
    """Return the answers that would make a missing group: those it requires, or all."""
    inside = [
        path
        for path in matter.fields
        if path.startswith(where + "/") and "/*/" not in path
    ]
    needed = [path for path in inside if json_schema.is_required(matter.schema, path)]
    return tuple(_origin(matter, path) for path in needed or inside)


def _origin(matter: Matter, path: str) -> str:
    fact = matter.fields[path].fact
    if fact is not None:
        return pointer.join(["facts", fact])
    return pointer.join(["matters", matter.id]) + path
