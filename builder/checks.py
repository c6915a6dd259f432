"""What must hold between definitions: names, paths, lenses.

The questions of an affair are checked where they are made: in `questions` and `plan`.
"""

from collections.abc import Iterator
from typing import Any

from builder import json_schema, lenses, pointer
from builder.errors import (
    BuilderError,
    FormSchemaError,
    LensLawError,
    NestedBindingError,
    UndescribedFieldError,
    UnknownNameError,
    UnresolvedPathError,
)
from builder.fact_ids import element_of, role_of
from builder.json_schema import SchemaError, Validator
from builder.model import Affair, Catalogue, DataElement, Field, Lens, Matter

_DATE_INPUTS = {
    "date": frozenset({"YYYY", "MM", "DD"}),
    "datetime": frozenset({"YYYY", "MM", "DD", "HH", "mm"}),
    "month": frozenset({"YYYY", "MM"}),
}


def element_errors(catalogue: Catalogue) -> Iterator[BuilderError]:
    """Yield what is wrong with the data elements and code lists."""
    for id_, element in catalogue.elements.items():
        place = f"elements.json#{pointer.join(['elements', id_])}"
        if element.codelist and element.codelist not in catalogue.codelists:
            yield UnknownNameError(f"{place}/codelist", "code list", element.codelist)
        try:
            domain = Validator(element.schema)
        except SchemaError as error:
            yield FormSchemaError(f"{place}/schema", str(error))
            continue
        if element.example is not None and not domain.accepts(element.example):
            yield LensLawError(
                f"{place}/example", element.example, "the element's schema refuses it."
            )


def matter_errors(catalogue: Catalogue, matter: Matter) -> Iterator[BuilderError]:
    """Yield what is wrong between a matter, its form and the catalogue."""
    place = f"matters/{matter.id}/matter.json#"
    if matter.department not in catalogue.departments:
        known = tuple(catalogue.departments)
        yield UnknownNameError(
            f"{place}/department", "department", matter.department, known
        )
    for index, issue in enumerate(matter.issues):
        if element_of(issue.fact) not in catalogue.elements:
            yield UnknownNameError(
                f"{place}/issues/{index}/fact", "data element", element_of(issue.fact)
            )
    try:
        Validator(matter.schema)
    except SchemaError as error:
        yield FormSchemaError(f"matters/{matter.id}/schema.json#", str(error))
        return
    yield from _path_errors(matter, place)
    for path, field in matter.fields.items():
        here = f"{place}{pointer.join(['fields', path])}"
        yield from _field_errors(catalogue, matter, path, field, here)


def affair_errors(catalogue: Catalogue, affair: Affair) -> Iterator[BuilderError]:
    """Yield the names an affair uses that are not defined."""
    place = f"affairs/{affair.id}.json#"
    if affair.lead_department not in catalogue.departments:
        yield UnknownNameError(
            f"{place}/lead_department", "department", affair.lead_department
        )
    for index, entry in enumerate(affair.matters):
        here = f"{place}/matters/{index}/matter"
        matter = catalogue.matters.get(entry.matter)
        if matter is None:
            known = tuple(catalogue.matters)
            yield UnknownNameError(here, "matter", entry.matter, known)
            continue
        roles = {role_of(f.fact) for f in matter.fields.values() if f.fact}
        roles |= {role_of(issue.fact) for issue in matter.issues}
        for role in sorted(roles - set(affair.roles)):
            yield UnknownNameError(f"{place}/roles", f"role for {matter.id}", role)
    for question, rules in affair.prefill.items():
        for index, rule in enumerate(rules):
            if rule.source not in affair.sources:
                here = f"{place}{pointer.join(['prefill', question, index])}/source"
                yield UnknownNameError(
                    here, "source", rule.source, tuple(affair.sources)
                )


def _path_errors(matter: Matter, place: str) -> Iterator[BuilderError]:
    holders = {path for path, field in matter.fields.items() if field.fact}
    for path in matter.fields:
        here = f"{place}{pointer.join(['fields', path])}"
        if json_schema.locate(matter.schema, path) is None:
            yield UnresolvedPathError(here, path)
        above = next((h for h in holders if path.startswith(h + "/")), None)
        if above is not None:
            yield NestedBindingError(here, path, above)
    for path in (*json_schema.leaves(matter.schema), *json_schema.lists(matter.schema)):
        if path not in matter.fields and not any(
            path.startswith(holder + "/") for holder in holders
        ):
            yield UndescribedFieldError(f"{place}/fields", path)


def _field_errors(
    catalogue: Catalogue, matter: Matter, path: str, field: Field, here: str
) -> Iterator[BuilderError]:
    if field.codelist and field.codelist not in catalogue.codelists:
        yield UnknownNameError(f"{here}/codelist", "code list", field.codelist)
    if field.fact is None:
        return
    if "/*/" in path:
        list_path = path[: path.index("/*/")]
        yield NestedBindingError(here, path, list_path)
        return
    element = catalogue.elements.get(element_of(field.fact))
    if element is None:
        yield UnknownNameError(f"{here}/fact", "data element", element_of(field.fact))
        return
    if json_schema.locate(matter.schema, path) is not None:
        slot = json_schema.slot_validator(matter.schema, path)
        yield from _lens_errors(field.lens, element, slot, f"{here}/lens")


def _lens_errors(
    lens: Lens, element: DataElement, slot: Validator, place: str
) -> Iterator[BuilderError]:
    if lens.kind == "date":
        yield from _date_errors(lens, element, place)
    if lens.kind != "table":
        return
    if not lens.pairs:
        yield UnknownNameError(place, "code list with a `crosswalk` for", "table")
    domain = Validator(element.schema)
    read_back: dict[str, Any] = {}
    for canonical, written in lens.pairs:
        if not domain.accepts(canonical):
            yield LensLawError(place, canonical, "the data element does not know it.")
        if not slot.accepts(written) and not _in_list(slot, written):
            yield LensLawError(place, written, "the department's form refuses it.")
        other = read_back.setdefault(repr(written), canonical)
        if other != canonical and not lens.one_way:
            reason = f"it stands for {other!r} and {canonical!r}; mark it one_way."
            yield LensLawError(place, written, reason)


def _in_list(slot: Validator, code: Any) -> bool:
    # A multi-choice field holds a list of codes.
    return slot.accepts([code])


def _date_errors(
    lens: Lens, element: DataElement, place: str
) -> Iterator[BuilderError]:
    written = lenses.date_parts(lens.template)
    held = _DATE_INPUTS.get(element.input or "", frozenset())
    if not written <= held:
        reason = f"the element holds only {', '.join(sorted(held)) or 'no date'}."
        yield LensLawError(place, lens.template, reason)
    elif written != held and not lens.one_way:
        lost = ", ".join(sorted(held - written))
        reason = f"it drops {lost} of the canonical value; mark it one_way."
        yield LensLawError(place, lens.template, reason)
