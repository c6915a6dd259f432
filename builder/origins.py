"""Where in the answers a fault of a matter's document comes from."""

from collections.abc import Iterator, Mapping
from typing import Any

from builder import bindings, json_schema, pointer
from builder.json_schema import Violation
from builder.model import Matter
from builder.places import fact_pointer, field_pointer


def origins(
    matter: Matter, violation: Violation, facts: Mapping[str, Any]
) -> Iterator[str]:
    """Yield where in the answers a place of the matter's document comes from."""
    where = pointer.join(violation.path)
    for path, field in matter.fields.items():
        if field.held and (where + "/").startswith(path + "/"):
            yield from _held_origins(matter, path, violation, facts)
            return
    below = _below(matter, where, facts) if violation.keyword == "required" else ()
    yield from below or (field_pointer(matter.id, where),)


def _held_origins(
    matter: Matter, path: str, violation: Violation, facts: Mapping[str, Any]
) -> tuple[str, ...]:
    """Return the facts that a fault at or below a field comes from."""
    where = pointer.join(violation.path)
    field = matter.fields[path]
    for part, alone in bindings.slots(path, field):
        if alone is not None and (where + "/").startswith(alone + "/"):
            return (fact_pointer(part.fact) + where.removeprefix(alone),)
    if violation.keyword == "required":
        return _needed(matter, path, facts)
    # A line is told by its last part that must be there: the one written freely.
    last = [part for part in field.parts if not part.optional] or field.parts
    return (fact_pointer(last[-1].fact),)


def _below(matter: Matter, where: str, facts: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the answers that would make a missing group: those it requires, or all."""
    inside = [
        path
        for path in matter.fields
        if path.startswith(where + "/") and "/*/" not in path
    ]
    needed = [path for path in inside if json_schema.is_required(matter.schema, path)]
    return tuple(
        place for path in needed or inside for place in _needed(matter, path, facts)
    )


def _needed(matter: Matter, path: str, facts: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the answers that a missing field waits for."""
    field = matter.fields[path]
    if not field.held:
        return (field_pointer(matter.id, path),)
    needed = [
        part.fact
        for part, alone in bindings.slots(path, field)
        if alone is None or json_schema.is_required(matter.schema, alone)
    ]
    missing = bindings.missing(field, facts)
    waited = [fact for fact in missing if fact in needed] or missing or field.held
    return tuple(fact_pointer(fact) for fact in waited)
