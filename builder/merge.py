"""Affair to merged form: the matters' forms glued along the facts they share.

No schema is merged with another. Each fact is asked once; every department's document
is projected from the answers and judged by its own untouched schema (`validity`).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from builder import bindings, json_schema, lists, pointer
from builder.checks import all_conditions
from builder.errors import (
    BuilderError,
    CycleError,
    DefinitionErrors,
    UnaskedPredicateError,
    UndecidedError,
    UnknownNameError,
)
from builder.fact_ids import element_of, role_of
from builder.lists.list_checks import affair_errors
from builder.model import (
    Affair,
    AffairId,
    Catalogue,
    Counts,
    Fact,
    FactId,
    Matter,
    MergedForm,
    Pointer,
    Question,
    Schema,
)
from builder.places import fact_pointer
from builder.plan import place, placing_errors
from builder.predicates import value_errors
from builder.prefill_checks import fit_errors
from builder.questions import form_questions, situation_questions
from builder.situations import (
    applicability_sets,
    bound,
    predicate_errors,
    raise_on_cycle,
    reads,
)
from builder.transport import layout


def merge(catalogue: Catalogue, affair_id: AffairId) -> MergedForm:
    """Merge the forms of the matters of one affair.

    The same definitions give the same form, on every machine.

    Raises:
        UnknownNameError: the catalogue has no such affair.
        DefinitionErrors: with every reason why no right form can be made.
    """
    affair = catalogue.affairs.get(affair_id)
    if affair is None:
        known = tuple(catalogue.affairs)
        raise UnknownNameError("affairs", "affair", affair_id, known)
    matters = tuple(
        replace(catalogue.matters[entry.matter], when=entry.when)
        for entry in affair.matters
    )
    file = f"affairs/{affair.id}.json#"
    domains = _domains(catalogue, affair, matters)
    misread = tuple(_misread(affair, matters, domains))
    if misread:  # nothing can be gone through by a condition that means nothing
        raise DefinitionErrors(misread)
    try:
        sets = applicability_sets(matters, domains, place=f"{file}/matters")
        raise_on_cycle(sets, place=f"{file}/matters")
        questions = form_questions(catalogue, affair, matters, sets)
    except BuilderError as error:
        raise DefinitionErrors((error,)) from error
    errors = [
        *_condition_errors(affair, matters, questions, file),
        *placing_errors(affair, questions, _loops(matters)),
        *fit_errors(catalogue, affair, matters, domains, questions),
        *_area_errors(affair, questions, file),
    ]
    facts, undecided = _facts(catalogue, matters, domains)
    errors += [*undecided, *affair_errors(facts, matters)]
    if errors:
        raise DefinitionErrors(tuple(errors))
    return _form(catalogue, affair, matters, facts, place(affair, questions))


def _form(
    catalogue: Catalogue,
    affair: Affair,
    matters: tuple[Matter, ...],
    facts: Mapping[FactId, Fact],
    questions: tuple[Question, ...],
) -> MergedForm:
    named = dict.fromkeys((*(m.department for m in matters), affair.lead_department))
    fields = sum(len(list(json_schema.leaves(matter.schema))) for matter in matters)
    return MergedForm(
        affair=affair.id,
        guide=affair.guide,
        area=affair.area,
        area_from=affair.area_from,
        retention_days=affair.retention_days,
        lead_department=affair.lead_department,
        departments={id_: catalogue.departments[id_] for id_ in named},
        matters=matters,
        facts=facts,
        situations=situation_questions(affair.situations),
        questions=questions,
        pages=affair.pages,
        roles=affair.roles,
        sources=affair.sources,
        leave_out=affair.leave_out,
        decisions=affair.decisions,
        checks=affair.checks,
        same=affair.same,
        schema=layout(matters, facts),
        counts=Counts(fields=fields, questions=len(questions)),
    )


def _domains(
    catalogue: Catalogue, affair: Affair, matters: Iterable[Matter]
) -> dict[FactId, Schema]:
    domains = {situation.fact: situation.schema for situation in affair.situations}
    for matter in matters:
        named = [fact for field in matter.fields.values() for fact in field.held]
        named += [issue.fact for issue in matter.issues]
        for fact in named:
            domains[fact] = catalogue.elements[element_of(fact)].schema
    return domains


def _facts(
    catalogue: Catalogue, matters: Sequence[Matter], domains: Mapping[FactId, Schema]
) -> tuple[dict[FactId, Fact], list[BuilderError]]:
    issued = {issue.fact for matter in matters for issue in matter.issues}
    facts: dict[FactId, Fact] = {}
    errors: list[BuilderError] = []
    columns = _columns(catalogue, matters)
    for id_, schema in domains.items():
        element = catalogue.elements.get(element_of(id_))
        stand_in = None
        if id_ in issued and element is not None:
            stand_in = element.example
            refusals = dict(bindings.refusals(matters, id_, stand_in))
            if refusals:
                place = f"elements.json#{pointer.join(['elements', element_of(id_)])}"
                errors.append(UndecidedError(place, id_, refusals))
        facts[id_] = Fact(
            id=id_,
            element=element_of(id_),
            role=role_of(id_),
            schema=schema,
            sensitivity=element.sensitivity if element else "general",
            stand_in=stand_in,
            columns=columns.get(id_, {}),
            key=element.key if element else None,
        )
    return facts, errors


def _columns(
    catalogue: Catalogue, matters: Iterable[Matter]
) -> dict[FactId, dict[FactId, Fact]]:
    """Return the facts of one row of each list that is shared."""
    made: dict[FactId, dict[FactId, Fact]] = {}
    for matter in matters:
        for list_, _, rows in lists.bindings(matter):
            known = made.setdefault(list_, {})
            for fact in (fact for field in rows.fields.values() for fact in field.held):
                element = catalogue.elements[element_of(fact)]
                known[fact] = Fact(
                    id=fact,
                    element=element_of(fact),
                    role=role_of(fact),
                    schema=element.schema,
                    sensitivity=element.sensitivity,
                )
    return made


def _misread(
    affair: Affair,
    matters: Sequence[Matter],
    domains: Mapping[FactId, Schema],
) -> Iterator[BuilderError]:
    """Yield where a condition reads what is not there, or a value that never comes."""
    for predicate, here in all_conditions(affair, matters):
        for fact in sorted(reads(predicate) - domains.keys()):
            yield UnaskedPredicateError(here, fact, known=tuple(domains))
        yield from value_errors(predicate, domains, here)


def _condition_errors(
    affair: Affair,
    matters: Sequence[Matter],
    questions: Mapping[Pointer, Question],
    file: str,
) -> Iterator[BuilderError]:
    """Yield where a condition reads what is not asked before it decides."""
    situations = tuple(situation.fact for situation in affair.situations)
    asked = frozenset((*situations, *_asked_facts(questions)))
    before = {
        f"{file}/situations/{number}/when": frozenset(situations[:number])
        for number in range(len(situations))
    }
    askers = {
        fact: {asker.matter for asker in question.asked_by}
        for where, question in questions.items()
        for fact in _asked_facts([where])
    }
    for number, matter in enumerate(matters):
        if matter.when is not None:
            # What decides whether a matter applies must be asked without it.
            free = (fact for fact, who in askers.items() if who != {matter.id})
            before[f"{file}/matters/{number}/when"] = frozenset((*situations, *free))
    for where in affair.questions:
        here = f"{file}{pointer.join(['questions', where])}/when"
        before[here] = asked.difference(_asked_facts([where]))
    for predicate, here in all_conditions(affair, matters):
        readable = before.get(here, asked)
        yield from predicate_errors(predicate, asked=readable, place=here)


def _area_errors(
    affair: Affair, questions: Mapping[Pointer, Question], file: str
) -> Iterator[BuilderError]:
    """Yield an area's fact that the applicant is never asked."""
    situations = (situation.fact for situation in affair.situations)
    asked = (*situations, *_asked_facts(questions))
    if affair.area_from is not None and affair.area_from not in asked:
        here = f"{file}/area_from"
        yield UnaskedPredicateError(here, affair.area_from, known=asked)


def _loops(matters: Sequence[Matter]) -> dict[Pointer, CycleError]:
    """Return, by its question, each fact that a matter asks for and issues itself."""
    return {
        fact_pointer(issue.fact): CycleError(
            f"matters/{matter.id}/matter.json#/issues/{number}/fact",
            (matter.id, matter.id),
            issue.fact,
        )
        for matter in matters
        for number, issue in enumerate(matter.issues)
        if issue.fact in bound(matter)
    }


def _asked_facts(questions: Iterable[Pointer]) -> Iterator[FactId]:
    for where in questions:
        kind, name, *_ = pointer.parts(where)
        if kind == "facts":
            yield FactId(name)
