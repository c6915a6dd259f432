"""What a field must accept of the fact bound to it, checked where it is bound.

An error: nothing the fact can be gets through, so whoever answers is refused. A
warning: some of it does not. What no sample shows, the analysis of conflicts proves.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from builder import lenses
from builder.errors import (
    BuilderError,
    OtherTypeError,
    RefusedFactError,
    RefusedValueError,
)
from builder.errors.words import shown
from builder.json_schema import Validator
from builder.lenses import UndefinedError, same
from builder.lenses.lens_laws import DATES, finite, samples
from builder.model import Choice, DataElement, Lens, Schema
from builder.plain_words import kinds

_TEXTS = frozenset({"date", "affix", "strip", "upper", "join"})
_NUMBERS = frozenset({"integer", "number"})
_ANY = frozenset({"array", "boolean", "null", "object", "string"}) | _NUMBERS
_SHOWN = 2
#: A field that cannot hold this part of what its element can is taken for a mistake.
_ROOM = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Binding:
    """A fact at a field that judges it alone."""

    #: Path of the field in the document.
    path: str
    #: Id of the data element.
    name: str
    element: DataElement
    #: Of the element's code list, or none.
    codes: Sequence[Choice]
    lens: Lens
    #: What judges the field: as far as it can be looked into, and whole.
    schema: Schema
    slot: Validator


def slot_errors(binding: Binding, place: str) -> Iterator[BuilderError]:
    """Yield why the field accepts nothing that the fact can be."""
    written = _written_kinds(binding)
    taken = _kinds(binding.schema)
    values = _all(binding) or _dates(binding)
    refused = [found for value in values for found in _refusals(binding, value)]
    if not written & taken:
        yield OtherTypeError(
            place,
            binding.path,
            binding.name,
            kinds(_fewest(written)),
            kinds(_fewest(taken)),
        )
    elif values and len(refused) == len(values) and binding.lens.kind != "table":
        yield RefusedFactError(
            place,
            binding.path,
            binding.name,
            tuple(refused[:_SHOWN]),
            _repair(binding),
        )


def slot_warnings(binding: Binding, place: str) -> Iterator[BuilderError]:
    """Yield what of the fact the field refuses, where it accepts the rest."""
    if binding.lens.kind == "table":  # what its author did not pair is meant
        return
    values = _all(binding)
    tried = values or _examples(binding)
    refused = [found for value in tried for found in _refusals(binding, value)]
    if refused and not (values and len(refused) == len(values)):
        yield RefusedValueError(
            place, binding.path, binding.name, tuple(refused[:_SHOWN]), len(refused)
        )


def apart(one: Binding, other: Binding) -> tuple[Any, ...]:
    """Return two different values, one for each field of a fact, or nothing."""
    values = (*_all(one), *samples(one.lens, one.element))
    for first in values:
        for second in values:
            if not same(first, second) and not (
                [*_refusals(one, first), *_refusals(other, second)]
            ):
                return lenses.get(one.lens, first), lenses.get(other.lens, second)
    return ()


def _examples(binding: Binding) -> list[Any]:
    """Return the element's example; without one, a text that it has room for."""
    element = binding.element
    if element.example is not None:
        return [element.example]
    told = element.schema if isinstance(element.schema, Mapping) else {}
    if {"enum", "const", "pattern", "format"} & told.keys() or "maxLength" not in told:
        return []
    return ["示" * (int(told["maxLength"]) // _ROOM)]


def _all(binding: Binding) -> list[Any]:
    """Return all values of the fact, or nothing: they are not counted."""
    schema = binding.element.schema
    domain = Validator(schema)
    if isinstance(schema, Mapping) and schema.get("type") == "array":
        single = finite(schema.get("items")) or [code.value for code in binding.codes]
        found: Sequence[Any] = [[value] for value in single]
    else:
        found = finite(schema) or [code.value for code in binding.codes]
    return [value for value in found if domain.accepts(value)]


def _dates(binding: Binding) -> list[Any]:
    """Return dates that a form of our time accepts, or nothing: it is no date."""
    element = binding.element
    told = element.schema if isinstance(element.schema, Mapping) else {}
    kind = element.input or ("date" if told.get("format") == "date" else "")
    domain = Validator(element.schema)
    common = [day for day in DATES.get(kind, ()) if "1900" <= day < "2100"]
    return [value for value in reversed(common) if domain.accepts(value)]


def _refusals(binding: Binding, value: Any) -> Iterator[tuple[Any, str]]:
    """Yield the value as it is written, and why the field refuses it; or nothing."""
    try:
        written = lenses.get(binding.lens, value)
    except UndefinedError:
        yield value, f"the {binding.lens.kind} lens has no way to write it"
        return
    for violation in binding.slot.violations(written)[:1]:
        limit = "" if violation.limit is None else f" {shown(violation.limit)}"
        yield written, f"{violation.keyword}{limit}"


def _repair(binding: Binding) -> str:
    if binding.lens.kind == "date":
        return "Mend the template of the date lens, or bind another data element."
    if _dates(binding):
        return "Write it by a `date` lens, or bind another data element."
    return "Map the values by a `table` lens, or bind another data element."


def _written_kinds(binding: Binding) -> frozenset[str]:
    if binding.lens.kind in _TEXTS:
        return frozenset({"string"})
    if binding.lens.kind == "scale":
        return _NUMBERS
    return _ANY if binding.lens.kind == "table" else _kinds(binding.element.schema)


def _kinds(schema: Schema) -> frozenset[str]:
    """Return the JSON types of a schema, as far as its own `type` says; or all."""
    told = schema.get("type") if isinstance(schema, Mapping) else None
    if told is None:
        return _ANY
    found = frozenset([told] if isinstance(told, str) else told)
    return found | _NUMBERS if "number" in found else found


def _fewest(types: frozenset[str]) -> list[str]:
    return sorted(types - {"integer"} if "number" in types else types)
