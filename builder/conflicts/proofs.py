"""Proofs that nothing satisfies demands, and witnesses that set one apart from others.

A proof is shrunk to a smallest core, and a witness is accepted by two validators.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from builder.conflicts.candidates import candidates
from builder.conflicts.conflict_errors import CoreMember
from builder.conflicts.demands import Demand, texts_accepted
from builder.model import Schema
from builder.patterns.texts import both, opposite, search

#: Says whether a schema admits any value; only "no" counts as a proof.
Oracle: TypeAlias = Callable[[Schema], str]
#: Steps to tell whether a demand takes any text.
_FEW = 2_000
_NO_TEXT: Schema = {"not": {"type": "string"}}


def verified(demands: Sequence[Demand], value: Any) -> bool:
    """Tell whether every validator accepts a value everywhere."""
    return all(each.accepts(value) for each in demands) and all(
        each.confirms(value) for each in demands
    )


@dataclass(frozen=True, slots=True)
class Proof:
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


def core(
    demands: Sequence[Demand], proof: Proof, given: Iterable[Any]
) -> tuple[CoreMember, ...]:
    """Shrink what is proved empty until nothing can be left out."""
    kept = list(demands)
    for demand in demands:
        fewer = [each for each in kept if each is not demand]
        if fewer and not _shown(fewer, given) and proof.complete(fewer):
            kept = fewer
    members = []
    for demand in kept:
        others = [each for each in kept if each is not demand]
        witness = apart(others, demand, given)
        refusal = demand.refusal(witness[0]) if witness else ""
        members.append(CoreMember(demand.matters, demand.paths, witness, refusal or ""))
    return tuple(members)


def _shown(demands: Sequence[Demand], given: Iterable[Any]) -> bool:
    """Tell whether a likely value shows that something satisfies them all."""
    tried = candidates([each.guide for each in demands], given)
    return any(verified(demands, value) for value in tried)


def _takes_texts(demand: Demand) -> bool:
    return search(demand.texts, lambda _: True, steps=_FEW).text is not None


def apart(
    others: Sequence[Demand], demand: Demand, given: Iterable[Any] = ()
) -> tuple[Any, ...]:
    """Find a value that the others accept and this demand refuses."""

    def fits(value: Any) -> bool:
        return not demand.accepts(value) and verified(others, value)

    schemas = [each.guide for each in others]
    beyond: Schema = {"not": demand.schema}
    tried = candidates([*schemas, beyond] if demand.exact else schemas, given)
    fitting = filter(fits, tried)
    for first in fitting:
        # Where the demand is on texts, a refused text tells more than a refused number.
        if isinstance(first, str) or not _takes_texts(demand):
            return (first,)
        return (next((each for each in fitting if isinstance(each, str)), first),)
    found = search(both(texts_accepted(others), opposite(demand.texts)), fits)
    return () if found.text is None else (found.text,)


def within(accepting: Sequence[Demand], refusing: Demand, oracle: Oracle) -> bool:
    """Tell whether it is proved that one accepts all that the others do."""
    proof = Proof(oracle)
    if refusing.exact and proof.denied(accepting, {"not": refusing.schema}):
        return True
    beyond = both(texts_accepted(accepting), opposite(refusing.texts))
    return proof.only_texts(accepting) and search(beyond, lambda _: True).none
