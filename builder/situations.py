"""Predicates over facts, the situations they span, and what is awaited in each.

A matter applies when its predicate holds. A fact is awaited while an applicable matter
issues it and no applicable issuer asks it of the applicant itself; every other matter
that binds it waits. Waiting is derived from facts, never from matter ids.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import product
from math import prod
from typing import Any

from builder.errors import (
    BuilderError,
    CycleError,
    SituationsError,
    UnaskedPredicateError,
    VacuousPredicateError,
)
from builder.json_schema import Validator
from builder.model import FactId, Matter, MatterId, Predicate, Schema
from builder.predicates import nodes

#: More situations than this are not gone through one by one.
MOST_SITUATIONS = 4096


def reads(predicate: Predicate) -> frozenset[FactId]:
    """Return the facts a predicate looks at."""
    return frozenset(
        FactId(fact)
        for _, node in nodes(predicate)
        for fact in (*node.get("properties", ()), *node.get("required", ()))
    )


def predicate_errors(
    predicate: Predicate, *, asked: Iterable[FactId], place: str
) -> Iterator[BuilderError]:
    """Yield what is wrong with a predicate.

    Args:
        asked: the facts that are asked of the applicant.
        place: where the predicate stands.
    """
    for _, node in nodes(predicate):
        for fact in node.get("properties", ()):
            if fact not in node.get("required", ()):
                yield VacuousPredicateError(place, fact)
    for fact in sorted(reads(predicate) - frozenset(asked)):
        yield UnaskedPredicateError(place, fact)


def bound(matter: Matter) -> frozenset[FactId]:
    """Return the facts a matter's form holds."""
    return frozenset(fact for field in matter.fields.values() for fact in field.held)


def awaited(matters: Sequence[Matter]) -> dict[FactId, tuple[MatterId, ...]]:
    """Return each fact that is awaited, with the matters that issue it.

    Args:
        matters: the applicable ones.
    """
    issuers: dict[FactId, list[Matter]] = {}
    for matter in matters:
        for issue in matter.issues:
            issuers.setdefault(issue.fact, []).append(matter)
    return {
        fact: tuple(matter.id for matter in issuing)
        for fact, issuing in issuers.items()
        if not any(fact in bound(matter) for matter in issuing)
    }


def waiting_cycle(matters: Sequence[Matter]) -> tuple[MatterId, ...] | None:
    """Return matters that wait for each other in a ring, or None."""
    coming = awaited(matters)
    before = {
        matter.id: {
            issuer
            for fact in bound(matter)
            if fact in coming
            for issuer in coming[fact]
        }
        for matter in matters
    }
    done: set[MatterId] = set()
    while len(done) < len(before):
        free = {m for m, issuers in before.items() if m not in done and issuers <= done}
        if not free:
            return _ring({m: i - done for m, i in before.items() if m not in done})
        done |= free
    return None


def applicability_sets(
    matters: Sequence[Matter], domains: Mapping[FactId, Schema], *, place: str
) -> tuple[tuple[Matter, ...], ...]:
    """Return every set of matters that can apply together.

    Args:
        domains: what each fact may hold; only finite ones can decide a matter.
        place: of the list of the matters.

    Raises:
        SituationsError: the situations are too many, or not finite.
    """
    values = _deciding(matters, domains, place)
    count = prod(map(len, values.values()))
    if count > MOST_SITUATIONS:
        reason = (
            f"there are {count}, at most {MOST_SITUATIONS} can be. "
            f"Let fewer questions decide which matters apply."
        )
        raise SituationsError(place, reason)
    predicates = [(m, m.when and Validator(m.when)) for m in matters]
    found: dict[tuple[MatterId, ...], tuple[Matter, ...]] = {}
    for combination in product(*values.values()):
        answers = zip(values, combination, strict=True)
        facts = {fact: value for fact, value in answers if value is not _UNANSWERED}
        holding = tuple(m for m, p in predicates if not p or p.accepts(facts))
        found.setdefault(tuple(m.id for m in holding), holding)
    return tuple(found.values())


def _deciding(
    matters: Sequence[Matter], domains: Mapping[FactId, Schema], place: str
) -> dict[FactId, tuple[Any, ...]]:
    """Return the facts that decide matters, with all they can say, or not say."""
    decided: dict[FactId, str] = {}
    for number, matter in enumerate(matters):
        for fact in reads(matter.when) if matter.when is not None else ():
            decided.setdefault(fact, f"{place}/{number}/when")
    return {
        fact: (*_finite(fact, domains.get(fact, True), decided[fact]), _UNANSWERED)
        for fact in sorted(decided)
    }


def raise_on_cycle(sets: Iterable[Sequence[Matter]], *, place: str) -> None:
    """Refuse matters that would wait for each other for ever.

    Raises:
        CycleError: with the matters of the ring.
    """
    for matters in sets:
        ring = waiting_cycle(matters)
        if ring is not None:
            raise CycleError(place, ring)


_UNANSWERED: Any = object()


def _finite(fact: FactId, schema: Schema, place: str) -> tuple[Any, ...]:
    if isinstance(schema, Mapping):
        if "enum" in schema:
            return tuple(schema["enum"])
        if schema.get("type") == "boolean":
            return (True, False)
    reason = (
        f"{fact!r} decides a matter but may hold any number of values. "
        f"Let a situation with a few choices decide."
    )
    raise SituationsError(place, reason)


def _ring(before: Mapping[MatterId, set[MatterId]]) -> tuple[MatterId, ...]:
    # Every matter here still waits for one of the others, so the walk must meet itself.
    walked = [min(before)]
    while True:
        following = min(before[walked[-1]])
        if following in walked:
            return (*walked[walked.index(following) :], following)
        walked.append(following)
