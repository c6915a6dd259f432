"""Where in the answers a place of a matter's document comes from.

The way back of a projection, for what is said of a document: field to fact, or to the
matter's remainder; and of a shared list, row to row.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from builder import bindings, json_schema, lists, pointer
from builder.documents import omit_pointer
from builder.json_schema import Violation
from builder.model import Field, Matter, Rows
from builder.places import fact_pointer, field_pointer


def origins(
    matter: Matter, violation: Violation, facts: Mapping[str, Any], above: str = ""
) -> Iterator[str]:
    """Yield where in the answers a place of the matter's document comes from.

    Args:
        matter: whose document it is.
        violation: what is wrong with the document.
        facts: what it was projected from.
        above: where the form has what `matter` is the form of: "", or a row.
    """
    where = pointer.join(violation.path)
    for path, field in matter.fields.items():
        if field.held and (where + "/").startswith(path + "/"):
            if field.rows is not None:
                yield from _row_origins(matter, path, field.rows, violation, facts)
            else:
                yield from _held_origins(matter, path, violation, facts, above)
            return
    below: tuple[str, ...] = ()
    if violation.keyword == "required":
        below = _below(matter, where, facts, above)
    yield from below or (field_pointer(matter.id, where),)


def unwritable(matter: Matter, facts: Mapping[str, Any]) -> frozenset[str]:
    """Return where in the answers stand values that a document has no way to say."""
    return frozenset(_unwritable(matter.fields, facts))


def without(facts: Mapping[str, Any], places: frozenset[str]) -> dict[str, Any]:
    """Return the facts without what stands at these places of the answers."""
    kept = {
        fact: value
        for fact, value in facts.items()
        if pointer.join(["facts", fact]) not in places
    }
    for place in places:
        _, fact, *inside = pointer.parts(place)
        if inside:
            index, _, column = inside
            kept[fact] = _without(kept[fact], int(index), column)
    return kept


def _without(listed: list[Any], index: int, column: str) -> list[Any]:
    row = listed[index]
    columns = {name: value for name, value in row["facts"].items() if name != column}
    return [*listed[:index], {**row, "facts": columns}, *listed[index + 1 :]]


def _unwritable(fields: Mapping[str, Field], facts: Mapping[str, Any]) -> Iterator[str]:
    for field in fields.values():
        if field.rows is None:
            for fact in bindings.unwritable(field, facts):
                yield pointer.join(["facts", fact])
            continue
        for index, row in lists.matching(field.rows, facts.get(str(field.fact))):
            if lists.well_formed(row):
                for place in _unwritable(field.rows.fields, row.get("facts", {})):
                    yield pointer.join(["facts", str(field.fact), index]) + place


def _row_origins(
    matter: Matter,
    path: str,
    rows: Rows,
    violation: Violation,
    facts: Mapping[str, Any],
) -> Iterator[str]:
    """Yield where in the rows of the answers a place of a list or a row comes from."""
    fact = str(matter.fields[path].fact)
    held = lists.matching(rows, facts.get(fact))
    inside = violation.path[len(pointer.parts(path)) :]
    number = rows.number
    if number is None and inside:
        number, inside = int(inside[0]) + 1, inside[1:]
    if (
        number is None
        or number > len(held)
        or not lists.well_formed(held[number - 1][1])
    ):
        yield pointer.join(["facts", fact])
        return
    index, row = held[number - 1]
    one, above = lists.of_row(matter, rows), lists.row_path(path, rows)
    there = replace(violation, path=inside)
    for place in origins(one, there, row.get("facts", {}), above):
        yield pointer.join(["facts", fact, index]) + place


def _held_origins(
    matter: Matter,
    path: str,
    violation: Violation,
    facts: Mapping[str, Any],
    above: str,
) -> tuple[str, ...]:
    """Return the facts that a fault at or below a field comes from."""
    where = pointer.join(violation.path)
    field = matter.fields[path]
    left_out = field.send == "choice" and not bindings.missing(field, facts)
    if left_out and violation.keyword == "required" and where == path:
        return (omit_pointer(matter.id, path),)
    for part, alone in bindings.slots(path, field):
        if alone is not None and (where + "/").startswith(alone + "/"):
            return (fact_pointer(part.fact) + where.removeprefix(alone),)
    if violation.keyword == "required":
        return _needed(matter, path, facts, above)
    # A line is told by its last part that must be there: the one written freely.
    last = [part for part in field.parts if not part.optional] or field.parts
    return (fact_pointer(last[-1].fact),)


def _below(
    matter: Matter, where: str, facts: Mapping[str, Any], above: str
) -> tuple[str, ...]:
    """Return the answers that would make a missing group: those it requires, or all."""
    inside = [
        path
        for path in matter.fields
        if path.startswith(where + "/") and "/*/" not in path
    ]
    needed = [
        path for path in inside if json_schema.is_required(matter.schema, above + path)
    ]
    return tuple(
        place
        for path in needed or inside
        for place in _needed(matter, path, facts, above)
    )


def _needed(
    matter: Matter, path: str, facts: Mapping[str, Any], above: str
) -> tuple[str, ...]:
    """Return the answers that a missing field waits for."""
    field = matter.fields[path]
    if not field.held:
        return (field_pointer(matter.id, path),)
    needed = [
        part.fact
        for part, alone in bindings.slots(path, field)
        if alone is None or json_schema.is_required(matter.schema, above + alone)
    ]
    missing = bindings.missing(field, facts)
    waited = [fact for fact in missing if fact in needed] or missing or field.held
    return tuple(fact_pointer(fact) for fact in waited)
