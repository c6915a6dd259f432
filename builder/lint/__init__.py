"""Lint: what should be mended in definitions that can be used as they are.

Each finding names its place and its repair. Nothing here refuses a definition.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations, product
from typing import Any

from builder import pack, pointer
from builder.checks import all_conditions
from builder.errors import BuilderError, DefinitionErrors
from builder.explain import in_words
from builder.explain.in_words import Forms
from builder.fact_ids import element_of
from builder.json_schema import Validator
from builder.lenses.lens_laws import finite
from builder.lint.lint_texts import Finding, text_findings
from builder.lint.lint_unused import unused_findings
from builder.merge import merge
from builder.model import (
    Affair,
    Catalogue,
    FactId,
    Matter,
    MatterId,
    MergedForm,
    Predicate,
    Question,
    Schema,
    Situation,
    Text,
)
from builder.situations import MOST_SITUATIONS, reads

__all__ = ["Finding", "lint"]

#: What stands where nobody knew a law, without spaces and signs.
_NO_LAW = frozenset(
    (
        *("无", "暂无", "待定", "待补", "待补充", "不详", "未知", "略", "来表未说明"),
        *("none", "tbd", "tba", "todo", "na", "unknown", "xxx"),
        "notsaidbytheimportedform",
    )
)


def lint(catalogue: Catalogue) -> tuple[Finding, ...]:
    """Return what should be mended, the same for the same definitions.

    An affair that cannot be merged gives one finding, and is otherwise left out.
    """
    forms: dict[str, MergedForm] = {}
    found: list[Finding] = []
    for affair in catalogue.affairs.values():
        try:
            forms[affair.id] = merge(catalogue, affair.id)
        except (DefinitionErrors, BuilderError) as error:
            found.append(_not_merged(error))
    found += [*_legal_bases(catalogue), *_late_promises(catalogue)]
    found += unused_findings(catalogue, forms)
    for form in forms.values():
        found += _asked_twice(form)
    for affair in catalogue.affairs.values():
        found += [*_retention(affair), *_situations(affair)]
        if affair.id in forms:
            found += _conditions(affair, forms[affair.id])
    found += _unreachable_choices(forms.values())
    found += text_findings(catalogue)
    return tuple(found)


def _not_merged(error: DefinitionErrors | BuilderError) -> Finding:
    first = error.errors[0] if isinstance(error, DefinitionErrors) else error
    return Finding(
        kind="not-merged",
        place=first.place,
        text=first.explain(),
        repair="Mend it, then lint again.",
    )


def _legal_bases(catalogue: Catalogue) -> Iterator[Finding]:
    for matter in catalogue.matters.values():
        basis = matter.legal_basis
        if matter.materials and any(_says_nothing(text) for text in basis.values()):
            count = len(matter.materials)
            yield Finding(
                kind="no-legal-basis",
                place=f"matters/{matter.id}/matter.json#/legal_basis",
                text=f"{count} materials are asked for on no legal basis.",
                repair="Name the law and its article, or ask for no materials.",
            )


def _retention(affair: Affair) -> Iterator[Finding]:
    if affair.retention_days is None:
        yield Finding(
            kind="no-retention",
            place=f"affairs/{affair.id}.json#/retention_days",
            text="What is submitted is never erased.",
            repair="Say how many days after the last decision it may be kept.",
        )


def _says_nothing(text: str) -> bool:
    bare = "".join(char for char in text.lower() if char.isalnum())
    return not bare or bare in _NO_LAW


def _late_promises(catalogue: Catalogue) -> Iterator[Finding]:
    for matter in catalogue.matters.values():
        legal, promised = matter.legal_limit.workdays, matter.promised_limit.workdays
        if legal is not None and promised is not None and promised > legal:
            yield Finding(
                kind="late-promise",
                place=f"matters/{matter.id}/matter.json#/limits/promised/workdays",
                text=f"{promised:g} workdays are promised, the law allows {legal:g}.",
                repair=f"Promise {legal:g} or less, or correct the legal limit.",
            )


def _asked_twice(form: MergedForm) -> Iterator[Finding]:
    """Yield pairs of questions that look alike: label and constraint are the same.

    What one matter's own form asks as two things is two things.
    """
    schemas = Forms()
    matters = {matter.id: matter for matter in form.matters}
    alike: dict[str, list[Question]] = {}
    for question in form.questions:
        alike.setdefault(_bare(question.label), []).append(question)
    for questions in alike.values():
        for one, other in combinations(questions, 2):
            askers = [{asker.matter for asker in q.asked_by} for q in (one, other)]
            if askers[0] & askers[1]:
                continue
            demands = [_demands(schemas, matters, form, q) for q in (one, other)]
            if demands[0] & demands[1]:
                yield Finding(
                    kind="asked-twice",
                    place=f"affairs/{form.affair}.json#/pages",
                    text=(
                        f"{one.pointer} and {other.pointer} are both called "
                        f"{in_words.label(one.label)} and demand the same."
                    ),
                    repair=(
                        "Bind both to one fact; if they are two things, name them "
                        "apart."
                    ),
                )


def _bare(label: Text) -> str:
    return "".join(char for char in label.get("zh-CN", "").lower() if char.isalnum())


def _demands(
    schemas: Forms,
    matters: Mapping[MatterId, Matter],
    form: MergedForm,
    question: Question,
) -> set[bytes]:
    """Return each constraint on a question's answer, as what can be compared."""
    said: list[Schema | None] = [
        schemas.slot(matters[asker.matter], asker.path)
        for asker in question.asked_by
        if asker.lens.kind == "identity"
    ]
    kind, name, *_ = pointer.parts(question.pointer)
    if kind == "facts":
        said = [form.facts[FactId(name)].schema]
    return {pack.canonical(schema) for schema in said if schema is not None}


def _situations(affair: Affair) -> Iterator[Finding]:
    for number, situation in enumerate(affair.situations):
        place = f"affairs/{affair.id}.json#/situations/{number}"
        yield from _situation(situation, place)


def _situation(situation: Situation, place: str) -> Iterator[Finding]:
    domain = Validator(situation.schema)
    offered = [choice.value for choice in situation.choices]
    for index, value in enumerate(offered):
        if not domain.accepts(value):
            yield Finding(
                kind="unreachable",
                place=f"{place}/choices/{index}",
                text=f"{in_words.shown(value)} can be chosen, but is refused.",
                repair="Take the choice out, or name it in `schema`.",
            )
    values = finite(situation.schema) or ()
    missing = [value for value in values if value not in offered]
    if offered and missing:
        yield Finding(
            kind="unreachable",
            place=f"{place}/choices",
            text=f"{in_words.listed(missing)} would be accepted, but is no choice.",
            repair="Give it a label among the choices, or take it out of `schema`.",
        )


def _conditions(affair: Affair, form: MergedForm) -> Iterator[Finding]:
    """Yield each condition that no answers fulfil."""
    domains: dict[FactId, Schema] = {
        id_: fact.schema for id_, fact in form.facts.items()
    }
    domains |= {each.fact: each.schema for each in affair.situations}
    for predicate, place in all_conditions(affair, form.matters):
        if not _may_hold(predicate, domains):
            yield Finding(
                kind="unreachable",
                place=place,
                text=f"This never holds: {in_words.condition(predicate)}.",
                repair="Mend the values it looks for, or take out what hangs on it.",
            )


def _may_hold(predicate: Predicate, domains: Mapping[FactId, Schema]) -> bool:
    """Tell whether some answers fulfil it; yes where they cannot all be tried."""
    names = sorted(reads(predicate))
    held = [finite(domains.get(name)) for name in names]
    if any(values is None for values in held):
        return True
    values = [(*(each or ()), _UNANSWERED) for each in held]
    count = 1
    for each in values:
        count *= len(each)
    if count > MOST_SITUATIONS:
        return True
    judge = Validator(predicate)
    return any(judge.accepts(_answered(names, each)) for each in product(*values))


_UNANSWERED: Any = object()


def _answered(names: Sequence[FactId], values: Iterable[Any]) -> dict[FactId, Any]:
    return {
        name: value
        for name, value in zip(names, values, strict=True)
        if value is not _UNANSWERED
    }


def _unreachable_choices(forms: Iterable[MergedForm]) -> Iterator[Finding]:
    """Yield the choices that no asking form of any affair knows.

    A choice that one affair has no use for, and another has, is nothing to mend.
    """
    known: dict[str, set[bytes]] = {}
    values: dict[str, dict[bytes, Any]] = {}
    for form in forms:
        for question in form.questions:
            place = _place(question)
            for choice in question.choices:
                key = pack.canonical(choice.value)
                values.setdefault(place, {})[key] = choice.value
                if {asker.matter for asker in question.asked_by} - {*choice.refused_by}:
                    known.setdefault(place, set()).add(key)
    for place, offered in values.items():
        lost = [
            value for key, value in offered.items() if key not in known.get(place, ())
        ]
        if lost:
            yield Finding(
                kind="unreachable",
                place=place,
                text=f"No form that asks accepts {in_words.listed(lost)}.",
                repair="Take the values out, or map them by a lens.",
            )


def _place(question: Question) -> str:
    kind, name, *rest = pointer.parts(question.pointer)
    if kind == "facts":
        element = element_of(FactId(name))
        return f"elements.json#{pointer.join(['elements', element])}/schema"
    path = pointer.join(["fields", pointer.join(rest)])
    return f"matters/{name}/matter.json#{path}"
