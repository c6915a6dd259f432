"""Lint of what is defined and never used."""

from collections.abc import Container, Iterable, Iterator, Mapping

from builder import bindings, lists, pointer
from builder.fact_ids import element_of, part_of, role_of
from builder.lint.lint_texts import Finding
from builder.model import (
    Affair,
    Catalogue,
    FactId,
    Matter,
    MergedForm,
    Predicate,
)
from builder.places import fact_pointer
from builder.situations import bound, reads

_TAKE_OUT = "Take it out, or use it."


def unused_findings(
    catalogue: Catalogue, forms: Mapping[str, MergedForm]
) -> Iterator[Finding]:
    """Yield what no other definition needs.

    Args:
        catalogue: all definitions.
        forms: the merged form of each affair that can be merged.
    """
    yield from _definitions(catalogue)
    for affair in catalogue.affairs.values():
        if affair.id in forms:
            yield from _affair(affair, forms[affair.id])
    yield from _never_asked(catalogue, forms)


def _only(these: Iterable[str], used: Container[str]) -> list[str]:
    return [name for name in these if name not in used]


def _definitions(catalogue: Catalogue) -> Iterator[Finding]:
    facts = {
        fact
        for matter in catalogue.matters.values()
        for fact in (*_named(matter), *_columns(matter))
    }
    elements = {name for fact in facts for name in (element_of(fact), part_of(fact))}
    for id_ in _only(catalogue.elements, elements):
        place = f"elements.json#{pointer.join(['elements', id_])}"
        yield _finding(place, "No matter asks for this element or brings it.")
    for id_ in _only(catalogue.codelists, _used_lists(catalogue)):
        place = f"codelists.json#{pointer.join(['codelists', id_])}"
        yield _finding(place, "No element, field or lens uses this code list.")
    departments = {matter.department for matter in catalogue.matters.values()}
    departments |= {affair.lead_department for affair in catalogue.affairs.values()}
    for id_ in _only(catalogue.departments, departments):
        place = f"departments.json#{pointer.join(['departments', id_])}"
        yield _finding(place, "No matter or affair is this department's.")
    taken = {each.matter for a in catalogue.affairs.values() for each in a.matters}
    for id_ in _only(catalogue.matters, taken):
        yield _finding(f"matters/{id_}/matter.json", "No affair has this matter.")


def _columns(matter: Matter) -> frozenset[FactId]:
    """Return the facts in the rows of a matter's lists."""
    return frozenset(
        fact
        for _, _, rows in lists.bindings(matter)
        for field in rows.fields.values()
        for fact in field.held
    )


def _named(matter: Matter) -> frozenset[FactId]:
    return bound(matter) | {issue.fact for issue in matter.issues}


def _used_lists(catalogue: Catalogue) -> set[str]:
    fields = [
        field
        for matter in catalogue.matters.values()
        for _, field in lists.flat(matter.fields)
    ]
    used = {element.codelist for element in catalogue.elements.values()}
    used |= {field.codelist for field in fields}
    tables = [part.lens.pairs for field in fields for part in bindings.parts_of(field)]
    for id_, codelist in catalogue.codelists.items():
        if codelist.crosswalk and codelist.crosswalk in tables:
            used.add(id_)
    return {id_ for id_ in used if id_ is not None}


def _affair(affair: Affair, form: MergedForm) -> Iterator[Finding]:
    file = f"affairs/{affair.id}.json#"
    read = {fact for when in _conditions(form) for fact in reads(when)}
    named = {
        fact for matter in form.matters for fact in (*_named(matter), *_columns(matter))
    }
    for number, situation in enumerate(affair.situations):
        if situation.fact not in read | named:
            text = f"Nothing depends on the answer to {situation.fact}."
            yield _finding(f"{file}/situations/{number}", text)
    roles = {role_of(fact) for fact in (*named, *read)}
    roles |= {role_of(situation.fact) for situation in affair.situations}
    for role in _only(affair.roles, roles):
        place = f"{file}{pointer.join(['roles', role])}"
        yield _finding(place, "No fact is about this role.")
    sources = {rule.source for rules in affair.prefill.values() for rule in rules}
    for source in _only(affair.sources, sources):
        place = f"{file}{pointer.join(['sources', source])}"
        yield _finding(place, "No question is filled in from this source.")


def _conditions(form: MergedForm) -> Iterator[Predicate]:
    found: list[Predicate | None] = [matter.when for matter in form.matters]
    for question in (*form.situations, *form.questions):
        found += [question.when, *(rule.when for rule in question.prefill)]
    for matter in form.matters:
        found += [material.when for material in matter.materials]
    yield from (when for when in found if when is not None)


def _never_asked(
    catalogue: Catalogue, forms: Mapping[str, MergedForm]
) -> Iterator[Finding]:
    """Yield each element that forms hold, but every affair leaves out."""
    held: dict[str, list[str]] = {}
    used: set[str] = set()
    for form in forms.values():
        for matter in form.matters:
            for fact in sorted(bound(matter)):
                element = element_of(fact)
                held.setdefault(element, []).append(matter.id)
                if fact_pointer(fact) not in form.leave_out:
                    used |= {element, part_of(fact)}
            columns = _columns(matter)  # no affair leaves out a column
            used |= {name for f in columns for name in (element_of(f), part_of(f))}
    for element in _only(catalogue.elements, used):
        if element in held:
            place = f"elements.json#{pointer.join(['elements', element])}"
            matters = ", ".join(dict.fromkeys(held[element]))
            text = f"It is bound in {matters}, but every affair leaves it out."
            repair = "Ask for it, or let the fields be the matters' own."
            yield Finding(kind="never-used", place=place, text=text, repair=repair)


def _finding(place: str, text: str) -> Finding:
    return Finding(kind="never-used", place=place, text=text, repair=_TAKE_OUT)
