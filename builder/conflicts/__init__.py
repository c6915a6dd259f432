"""Conflicts: can one value of a fact satisfy all forms that apply together?

Three answers, none of them a guess (merge algebra, §2.10): a value that two validators
accept everywhere; a proof that there is none, shrunk to a smallest core; or undecided.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import permutations
from typing import Any, TypeAlias

from builder import json_schema, pack
from builder.conflicts import row_conflicts
from builder.conflicts.candidates import candidates
from builder.conflicts.conflict_errors import (
    ConflictError,
    ContradictionError,
    DeadElementError,
    UndecidedConflictError,
)
from builder.conflicts.demands import Demand, Demands, texts_accepted
from builder.conflicts.proofs import Oracle, Proof, apart, core, verified, within
from builder.conflicts.verdicts import (
    Analysis,
    Difference,
    Empty,
    Judgement,
    Satisfied,
    Undecided,
    Verdict,
)
from builder.errors import BuilderError
from builder.model import Fact, FactId, Matter, MatterId, MergedForm, Question
from builder.patterns.texts import search
from builder.places import fact_pointer

__all__ = [
    "Analysis",
    "Difference",
    "Empty",
    "Judgement",
    "Satisfied",
    "Undecided",
    "Verdict",
    "analyse",
    "analyse_demands",
    "difference",
    "judge",
]

#: By the keys of the demands, and by what was given to try.
_Satisfied: TypeAlias = dict[tuple[bytes, ...], Satisfied]


def judge(
    fact: FactId,
    demands: Sequence[Demand],
    *,
    given: Iterable[Any] = (),
    oracle: Oracle = json_schema.satisfiability,
) -> Verdict:
    """Decide whether one value satisfies all demands on a fact.

    Args:
        fact: named in errors.
        demands: of the matters that apply together, and of the dictionary.
        given: the element's example and choices.
        oracle: says which schemas admit nothing.

    Raises:
        ContradictionError: a proof and a witness contradict each other.
    """
    proof = Proof(oracle)
    denied = proof.denied(demands)
    for value in candidates([each.guide for each in demands], given):
        if verified(demands, value):
            if denied:
                raise ContradictionError(f"facts/{fact}", fact, value)
            return Satisfied(value)
    if not denied:
        found = search(texts_accepted(demands), lambda text: verified(demands, text))
        if found.text is not None:
            return Satisfied(found.text)
        if not (found.none and proof.only_texts(demands)):
            return Undecided()
    return Empty(core(demands, proof, given))


def difference(
    fact: FactId,
    accepting: Demand,
    refusing: Demand,
    *,
    known: Sequence[Demand] = (),
    oracle: Oracle = json_schema.satisfiability,
) -> Difference:
    """Find a value that one demand accepts and another refuses.

    Args:
        fact: named in the difference.
        accepting: the one.
        refusing: the other.
        known: the dictionary's own demand, outside of which no value ever comes.
        oracle: says which schemas admit nothing.
    """
    witness = apart([accepting, *known], refusing)
    if witness:
        return Difference(
            fact=fact,
            accepting=accepting,
            refusing=refusing,
            kind="differs",
            witness=witness[0],
            refusal=refusing.refusal(witness[0]) or "",
        )
    proved = within([accepting, *known], refusing, oracle)
    return Difference(
        fact=fact,
        accepting=accepting,
        refusing=refusing,
        kind="within" if proved else "undecided",
    )


def analyse(
    form: MergedForm,
    sets: Iterable[Sequence[Matter]],
    *,
    examples: Mapping[FactId, Sequence[Any]] | None = None,
    oracle: Oracle = json_schema.satisfiability,
) -> Analysis:
    """Judge every fact wherever matters that hold it can apply together.

    Args:
        form: the merged form.
        sets: every set of matters that can apply together.
        examples: what the dictionary gives for a fact.
        oracle: says which schemas admit nothing.

    Raises:
        ContradictionError: a proof and a witness contradict each other.
    """
    together = [tuple(each) for each in sets]
    place, known = f"affairs/{form.affair}.json#/matters", examples or {}
    judged = partial(analyse_demands, place=place, oracle=oracle)
    facts = Demands(form.matters, form.facts)
    given = _given(form.facts, form.questions, known)
    found = [judged(form.matters, facts, together, given=given)]
    for rows in row_conflicts.of_lists(form, together):
        columns = Demands(rows.matters, rows.columns)
        given = _given(rows.columns, rows.questions, known)
        found.append(judged(rows.matters, columns, rows.together, given=given))
    counts = row_conflicts.count_errors(together, place)
    return Analysis(
        judgements=tuple(one for each in found for one in each.judgements),
        findings=(*(one for each in found for one in each.findings), *counts),
        compare=lambda: (one for each in found for one in each.compare()),
    )


def analyse_demands(
    matters: Sequence[Matter],
    demands: Demands,
    sets: Iterable[Sequence[Matter]],
    *,
    place: str,
    given: Mapping[FactId, Sequence[Any]] | None = None,
    oracle: Oracle = json_schema.satisfiability,
) -> Analysis:
    """Judge every fact on which there are demands; see `analyse`."""
    together = [frozenset(matter.id for matter in each) for each in sets]
    judgements: list[Judgement] = []
    satisfied: _Satisfied = {}
    findings: list[BuilderError] = []
    for fact in demands.facts():
        known = (given or {}).get(fact, ())
        found = tuple(
            _judgements(fact, demands, together, known, oracle=oracle, before=satisfied)
        )
        judgements += found
        findings += _findings(found, matters, place)
    return Analysis(
        judgements=tuple(judgements),
        findings=tuple(findings),
        compare=lambda: _differences(demands, together, oracle),
    )


def _judgements(
    fact: FactId,
    demands: Demands,
    together: Sequence[frozenset[MatterId]],
    given: Sequence[Any],
    *,
    oracle: Oracle,
    before: _Satisfied,
) -> Iterator[Judgement]:
    """Judge the largest sets first: what satisfies them satisfies their parts."""
    holding = {matter for demand in demands.of(fact) for matter in demand.matters}
    groups = dict.fromkeys(each & holding for each in together)
    satisfied: list[frozenset[MatterId]] = []
    for group in sorted(groups, key=len, reverse=True):
        found = demands.of(fact, group)
        if not group or any(group <= larger for larger in satisfied):
            continue
        # Many facts are asked for in the same way: names, dates, numbers.
        same = (*(demand.key for demand in found), pack.canonical(list(given)))
        verdict = before.get(same) or judge(fact, found, given=given, oracle=oracle)
        if isinstance(verdict, Satisfied):
            before[same] = verdict
            satisfied.append(group)
        order = tuple(m for demand in found for m in demand.matters)
        yield Judgement(fact=fact, matters=order, verdict=verdict)


def _findings(
    judgements: Sequence[Judgement], matters: Sequence[Matter], place: str
) -> Iterator[BuilderError]:
    """Yield each contradiction once, however many situations show it."""
    cores: set[frozenset[tuple[str, str]]] = set()
    undecided = False
    for judgement in judgements:
        verdict = judgement.verdict
        if isinstance(verdict, Undecided) and not undecided:
            undecided = True
            yield UndecidedConflictError(place, judgement.fact, judgement.matters)
        elif isinstance(verdict, Empty):
            held = frozenset((m, p) for each in verdict.core for m, p in each.places())
            if held in cores:
                continue
            cores.add(held)
            kind = ConflictError if _required(held, matters) else DeadElementError
            yield kind(place, judgement.fact, verdict.core)


def _required(held: Iterable[tuple[str, str]], matters: Sequence[Matter]) -> bool:
    forms = {matter.id: matter.schema for matter in matters}
    return any(
        json_schema.is_required(forms[MatterId(matter)], path) for matter, path in held
    )


def _differences(
    demands: Demands, together: Sequence[frozenset[MatterId]], oracle: Oracle
) -> Iterator[Difference]:
    for fact in demands.facts():
        found = demands.of(fact)
        made = [demand for demand in found if demand.matters]
        known = [demand for demand in found if not demand.matters]
        for one, other in permutations(made, 2):
            if any(
                each.intersection(one.matters) and each.intersection(other.matters)
                for each in together
            ):
                yield difference(fact, one, other, known=known, oracle=oracle)


def _given(
    facts: Mapping[FactId, Fact],
    questions: Iterable[Question],
    examples: Mapping[FactId, Sequence[Any]],
) -> dict[FactId, tuple[Any, ...]]:
    choices = {question.pointer: question.choices for question in questions}
    return {
        id_: (
            *examples.get(id_, ()),
            *(() if fact.stand_in is None else (fact.stand_in,)),
            *(choice.value for choice in choices.get(fact_pointer(id_), ())),
        )
        for id_, fact in facts.items()
    }
