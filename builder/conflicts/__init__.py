"""Conflicts: can one value of a fact satisfy all forms that apply together?

Three answers, none of them a guess (merge algebra, §2.10): a value that two validators
accept everywhere; a proof that there is none, shrunk to a smallest core; or undecided.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import permutations
from typing import Any, TypeAlias

from builder import json_schema
from builder.conflicts import row_conflicts
from builder.conflicts.candidates import candidates
from builder.conflicts.conflict_errors import (
    ConflictError,
    ContradictionError,
    CoreMember,
    DeadElementError,
    UndecidedConflictError,
)
from builder.conflicts.demands import Demand, Demands, texts_accepted
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
from builder.model import (
    Fact,
    FactId,
    Matter,
    MatterId,
    MergedForm,
    Question,
    Schema,
)
from builder.patterns.texts import both, opposite, search
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

#: Says whether a schema admits any value; only "no" counts as a proof.
Oracle: TypeAlias = Callable[[Schema], str]
#: Steps to tell whether a demand takes any text.
_FEW = 2_000
_NO_TEXT: Schema = {"not": {"type": "string"}}


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
    proof = _Proof(oracle)
    denied = proof.denied(demands)
    for value in candidates([each.guide for each in demands], given):
        if _verified(demands, value):
            if denied:
                raise ContradictionError(f"facts/{fact}", fact, value)
            return Satisfied(value)
    if not denied:
        found = search(texts_accepted(demands), lambda text: _verified(demands, text))
        if found.text is not None:
            return Satisfied(found.text)
        if not (found.none and proof.only_texts(demands)):
            return Undecided()
    return Empty(_core(demands, proof, given))


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
    witness = _apart([accepting, *known], refusing)
    if witness:
        return Difference(
            fact=fact,
            accepting=accepting,
            refusing=refusing,
            kind="differs",
            witness=witness[0],
            refusal=refusing.refusal(witness[0]) or "",
        )
    within = _within([accepting, *known], refusing, oracle)
    return Difference(
        fact=fact,
        accepting=accepting,
        refusing=refusing,
        kind="within" if within else "undecided",
    )


def analyse(
    form: MergedForm,
    sets: Iterable[Sequence[Matter]],
    *,
    examples: Mapping[FactId, Sequence[Any]] | None = None,
    compared: bool = True,
    oracle: Oracle = json_schema.satisfiability,
) -> Analysis:
    """Judge every fact wherever matters that hold it can apply together.

    Args:
        form: the merged form.
        sets: every set of matters that can apply together.
        examples: what the dictionary gives for a fact.
        compared: look for the differences too.
        oracle: says which schemas admit nothing.

    Raises:
        ContradictionError: a proof and a witness contradict each other.
    """
    together = [tuple(each) for each in sets]
    place, known = f"affairs/{form.affair}.json#/matters", examples or {}
    judged = partial(analyse_demands, place=place, compared=compared, oracle=oracle)
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
        differences=tuple(one for each in found for one in each.differences),
    )


def analyse_demands(
    matters: Sequence[Matter],
    demands: Demands,
    sets: Iterable[Sequence[Matter]],
    *,
    place: str,
    given: Mapping[FactId, Sequence[Any]] | None = None,
    compared: bool = True,
    oracle: Oracle = json_schema.satisfiability,
) -> Analysis:
    """Judge every fact on which there are demands; see `analyse`."""
    together = [frozenset(matter.id for matter in each) for each in sets]
    judgements: list[Judgement] = []
    findings: list[BuilderError] = []
    differences: list[Difference] = []
    for fact in demands.facts():
        known = (given or {}).get(fact, ())
        found = tuple(_judgements(fact, demands, together, known, oracle))
        judgements += found
        findings += _findings(found, matters, place)
        if compared:
            differences += _differences(fact, demands, together, oracle)
    return Analysis(
        judgements=tuple(judgements),
        findings=tuple(findings),
        differences=tuple(differences),
    )


def _verified(demands: Sequence[Demand], value: Any) -> bool:
    """Tell whether every validator accepts a value everywhere."""
    return all(each.accepts(value) for each in demands) and all(
        each.confirms(value) for each in demands
    )


@dataclass(frozen=True, slots=True)
class _Proof:
    """Ways to prove that nothing satisfies demands."""

    oracle: Oracle

    def denied(self, demands: Sequence[Demand], *more: Schema) -> bool:
        """Tell whether the oracle proves it."""
        schemas = [each.schema for each in demands]
        return self.oracle({"allOf": [*schemas, *more]}) == "no"

    def only_texts(self, demands: Sequence[Demand]) -> bool:
        """Tell whether nothing but texts could satisfy them."""
        return self.denied(demands, _NO_TEXT)

    def complete(self, demands: Sequence[Demand]) -> bool:
        """Tell whether it is proved in any way."""
        if self.denied(demands):
            return True
        if not self.only_texts(demands):
            return False
        return search(texts_accepted(demands), lambda _: True).none


def _core(
    demands: Sequence[Demand], proof: _Proof, given: Iterable[Any]
) -> tuple[CoreMember, ...]:
    """Shrink what is proved empty until nothing can be left out."""
    kept = list(demands)
    for demand in demands:
        fewer = [each for each in kept if each is not demand]
        if fewer and proof.complete(fewer):
            kept = fewer
    members = []
    for demand in kept:
        others = [each for each in kept if each is not demand]
        witness = _apart(others, demand, given)
        refusal = demand.refusal(witness[0]) if witness else ""
        members.append(CoreMember(demand.matters, demand.paths, witness, refusal or ""))
    return tuple(members)


def _apart(
    others: Sequence[Demand], demand: Demand, given: Iterable[Any] = ()
) -> tuple[Any, ...]:
    """Find a value that the others accept and this demand refuses."""

    def fits(value: Any) -> bool:
        return not demand.accepts(value) and _verified(others, value)

    schemas = [each.guide for each in others]
    beyond: Schema = {"not": demand.schema}
    tried = candidates([*schemas, beyond] if demand.exact else schemas, given)
    # Where the demand is on texts, a refused text tells more than a refused number.
    takes_texts = search(demand.texts, lambda _: True, steps=_FEW).text is not None
    for value in sorted(tried, key=lambda each: takes_texts > isinstance(each, str)):
        if fits(value):
            return (value,)
    found = search(both(texts_accepted(others), opposite(demand.texts)), fits)
    return () if found.text is None else (found.text,)


def _within(accepting: Sequence[Demand], refusing: Demand, oracle: Oracle) -> bool:
    """Tell whether it is proved that one accepts all that the others do."""
    proof = _Proof(oracle)
    if refusing.exact and proof.denied(accepting, {"not": refusing.schema}):
        return True
    apart = both(texts_accepted(accepting), opposite(refusing.texts))
    return proof.only_texts(accepting) and search(apart, lambda _: True).none


def _judgements(
    fact: FactId,
    demands: Demands,
    together: Sequence[frozenset[MatterId]],
    given: Sequence[Any],
    oracle: Oracle,
) -> Iterator[Judgement]:
    """Judge the largest sets first: what satisfies them satisfies their parts."""
    holding = {matter for demand in demands.of(fact) for matter in demand.matters}
    groups = dict.fromkeys(each & holding for each in together)
    satisfied: list[frozenset[MatterId]] = []
    for group in sorted(groups, key=len, reverse=True):
        found = demands.of(fact, group)
        if not group or any(group <= larger for larger in satisfied):
            continue
        verdict = judge(fact, found, given=given, oracle=oracle)
        if isinstance(verdict, Satisfied):
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
    fact: FactId,
    demands: Demands,
    together: Sequence[frozenset[MatterId]],
    oracle: Oracle,
) -> Iterator[Difference]:
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
