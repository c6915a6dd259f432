"""Faults in the rules by which values are filled in before anyone types them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from graphlib import CycleError as Ring
from graphlib import TopologicalSorter
from typing import Any

import jmespath
from jmespath.exceptions import JMESPathError

from builder import bindings, json_schema, lenses, pointer
from builder.conflicts.candidates import candidates
from builder.errors import (
    BuilderError,
    CycleError,
    GuessedValueError,
    RuleKindError,
    RulePathError,
    SourceValueError,
    UnknownNameError,
    UnverifiedSealError,
)
from builder.fact_ids import element_of
from builder.json_schema import Validator
from builder.lenses import UndefinedError
from builder.model import (
    Affair,
    Catalogue,
    FactId,
    Matter,
    Pointer,
    PrefillRule,
    Question,
    Schema,
    Source,
)
from builder.prefill import inputs

#: What a rule says, by the kind of its source; "path" for all others.
_SAYS = {"computed": "compute", "default": "value"}

_Rules = Iterator[tuple[Pointer, PrefillRule, str]]


def rules_of(affair: Affair) -> _Rules:
    """Yield each rule of an affair, with its question and its place in the file."""
    for where, rules in affair.prefill.items():
        for number, rule in enumerate(rules):
            here = pointer.join(["prefill", where, number])
            yield where, rule, f"affairs/{affair.id}.json#{here}"


def rule_errors(affair: Affair) -> Iterator[BuilderError]:
    """Yield what is wrong with the rules and sources taken alone."""
    file = f"affairs/{affair.id}.json#"
    for name, source in affair.sources.items():
        of = source.consent.of if source.consent else ""
        if of and of not in affair.roles:
            here = f"{file}{pointer.join(['sources', name])}/consent/of"
            yield UnknownNameError(here, "role", of, tuple(affair.roles))
    for _, rule, here in rules_of(affair):
        source_ = affair.sources.get(rule.source)
        if source_ is None:
            known = tuple(affair.sources)
            yield UnknownNameError(f"{here}/source", "source", rule.source, known)
            continue
        wanted = _SAYS.get(source_.kind, "path")
        said = "path" if rule.path else "compute" if rule.compute else "value"
        if said != wanted:
            yield RuleKindError(here, rule.source, source_.kind, wanted)
        if rule.lock == "sealed" and not _may_seal(rule, source_):
            yield UnverifiedSealError(f"{here}/lock", rule.source, source_.kind)
        yield from _path_errors(rule, f"{here}/path")


def fit_errors(
    catalogue: Catalogue,
    affair: Affair,
    matters: Sequence[Matter],
    domains: Mapping[FactId, Schema],
    questions: Mapping[Pointer, Question],
) -> Iterator[BuilderError]:
    """Yield where rules do not fit the questions, the facts and the forms."""
    needs: dict[str, set[str]] = {}
    for where, rule, here in rules_of(affair):
        source = affair.sources[rule.source]
        needed = inputs(rule, source.key)
        for fact in sorted(needed - domains.keys()):
            yield UnknownNameError(here, "fact", fact, tuple(domains))
        kind, name, *_ = pointer.parts(where)
        if kind == "facts":
            needs.setdefault(name, set()).update(needed)
        if where in questions:
            yield from _guesses(catalogue, questions[where], rule, source, here)
            yield from _refused(matters, domains, where, rule, here)
    try:
        TopologicalSorter(needs).prepare()
    except Ring as ring:
        yield CycleError(f"affairs/{affair.id}.json#/prefill", tuple(ring.args[1]))


def _may_seal(rule: PrefillRule, source: Source) -> bool:
    return source.verified and rule.certainty == "exact"


def _path_errors(rule: PrefillRule, here: str) -> Iterator[BuilderError]:
    try:
        if rule.path:
            jmespath.compile(rule.path)
    except JMESPathError as error:
        yield RulePathError(here, rule.path, str(error).partition("\n")[0])


def _guesses(
    catalogue: Catalogue,
    question: Question,
    rule: PrefillRule,
    source: Source,
    here: str,
) -> Iterator[BuilderError]:
    name = pointer.parts(question.pointer)[1]
    element = catalogue.elements.get(element_of(FactId(name)))
    if rule.certainty == "candidate" and question.sensitivity == "sensitive":
        yield GuessedValueError(f"{here}/certainty", name, "it is sensitive")
    if source.kind in _SAYS and element is not None and element.underivable:
        why = "it does not follow from anything else"
        yield GuessedValueError(here, name, why)


def _refused(
    matters: Sequence[Matter],
    domains: Mapping[FactId, Schema],
    where: Pointer,
    rule: PrefillRule,
    here: str,
) -> Iterator[BuilderError]:
    """Yield the first value that the source can say and somebody refuses."""
    kind, name, *_ = pointer.parts(where)
    for said in _sayable(rule):
        try:
            value = lenses.put(rule.lens, said)
        except UndefinedError:
            why = (f"the {rule.lens.kind} lens", "it cannot read that")
            yield SourceValueError(here, rule.source, said, (why,))
            return
        refused = [
            *_own_refusals(domains.get(FactId(name), True), value),
            *(
                bindings.refusals(matters, FactId(name), value)
                if kind == "facts"
                else _field_refusals(matters, where, value)
            ),
        ]
        if refused:
            yield SourceValueError(here, rule.source, said, tuple(refused))
            return


def _sayable(rule: PrefillRule) -> Iterable[Any]:
    """Return values the source can say: all of them, or those at the bounds."""
    if rule.value is not None:
        return [rule.value]
    if rule.compute == "table":
        return [value for _, value in rule.by]
    if rule.says is True:
        return ()
    accepts = Validator(rule.says).accepts
    return [value for value in candidates([rule.says]) if accepts(value)]


def _own_refusals(domain: Schema, value: Any) -> Iterator[tuple[str, str]]:
    for violation in Validator(domain).violations(value)[:1]:
        yield "its data element", f"{violation.keyword} {violation.limit!r}"


def _field_refusals(
    matters: Sequence[Matter], where: Pointer, value: Any
) -> Iterator[tuple[str, str]]:
    _, name, *path = pointer.parts(where)
    for matter in matters:
        if matter.id == name:
            slot = json_schema.slot_validator(matter.schema, pointer.join(path))
            for violation in slot.violations(value)[:1]:
                yield name, f"{violation.keyword} {violation.limit!r}"
