"""The view of a question: its tightest bounds and crossed choices, and whose they are.

For hints beside a field only. Law: the view accepts every value that all forms accept;
it may be looser than the forms, never tighter. Nothing is accepted or refused by it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from builder import json_schema
from builder.conflicts.demands import Demand
from builder.model import MatterId, Schema

#: What a hint can be made of.
_BOUNDS = (
    "minLength",
    "maxLength",
    "pattern",
    "format",
    "minimum",
    "exclusiveMinimum",
    "maximum",
    "exclusiveMaximum",
    "multipleOf",
    "minItems",
    "maxItems",
    "uniqueItems",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """One limit of the answer, and who imposes it."""

    keyword: str
    limit: Any
    #: Nobody: the shared dictionary does, or no single form does.
    matters: tuple[MatterId, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What may be said beside a question about its answer."""

    #: Whatever all forms accept, this accepts.
    schema: Schema
    bounds: tuple[Bound, ...]
    #: The values left to choose from, or None where there is no such list.
    choices: tuple[Any, ...] | None
    #: Who leaves out values that another form would take.
    narrowed_by: tuple[MatterId, ...] = ()


def view(demands: Sequence[Demand]) -> View:
    """Put the demands on one fact into one view.

    Args:
        demands: those of the matters that apply, and of the dictionary.
    """
    schema = json_schema.canonical({"allOf": [each.schema for each in demands]})
    alone = [(each, json_schema.canonical(each.schema)) for each in demands]
    choices = _choices(schema)
    return View(
        schema=schema,
        bounds=tuple(_bounds(schema, alone)),
        choices=choices,
        narrowed_by=_narrowing(choices, alone),
    )


def _bounds(schema: Schema, alone: Sequence[tuple[Demand, Schema]]) -> Iterator[Bound]:
    """Yield the limits that bind every value, whatever else is said."""
    for keyword, limit in _limits(schema):
        matters = tuple(
            matter
            for demand, own in alone
            if (keyword, limit) in (*_limits(own), *_limits(demand.schema))
            for matter in demand.matters
        )
        yield Bound(keyword=keyword, limit=limit, matters=matters)


def _limits(schema: Schema) -> list[tuple[str, Any]]:
    if not isinstance(schema, Mapping):
        return []
    found = [(name, schema[name]) for name in _BOUNDS if name in schema]
    for inside in schema.get("allOf", ()):
        found += [limit for limit in _limits(inside) if limit not in found]
    return found


def _choices(schema: Schema) -> tuple[Any, ...] | None:
    if not isinstance(schema, Mapping):
        return None if schema else ()
    if "enum" in schema:
        return tuple(schema["enum"])
    if "const" in schema:
        return (schema["const"],)
    return () if schema.get("not") == {} else None


def _narrowing(
    left: tuple[Any, ...] | None, alone: Sequence[tuple[Demand, Schema]]
) -> tuple[MatterId, ...]:
    if left is None:
        return ()
    listed = [value for _, own in alone for value in _choices(own) or ()]
    return tuple(
        matter
        for demand, _ in alone
        if any(not demand.accepts(value) for value in listed)
        for matter in demand.matters
    )
