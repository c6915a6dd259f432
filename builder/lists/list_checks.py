"""What must hold where a matter shares a list: its form, its columns, its condition."""

import json
from collections.abc import Iterator, Mapping
from itertools import combinations

from builder import bindings, json_schema, lists, pointer
from builder.documents import MOST_SPARE, OMIT, spare
from builder.errors import (
    BuilderError,
    CardinalityError,
    FewPlacesError,
    ListBindingError,
    ReservedNameError,
    SpareFieldsError,
)
from builder.fact_ids import element_of
from builder.json_schema import branches
from builder.model import (
    IDENTITY,
    Catalogue,
    Fact,
    FactId,
    Matter,
    Rows,
    Schema,
)
from builder.predicates import value_errors, writing_errors
from builder.situations import predicate_errors, reads


def list_errors(
    catalogue: Catalogue, matter: Matter, path: str, rows: Rows
) -> Iterator[BuilderError]:
    """Yield why a field cannot hold the rows of its list."""
    here = _place(matter, path)
    for reason in _reasons(catalogue, matter, path, rows):
        yield ListBindingError(here, path, reason)
    if rows.where is None:
        return
    place = f"{here}/rows/where"
    broken = list(writing_errors(rows.where, place))
    yield from broken
    if not broken:
        yield from predicate_errors(rows.where, asked=reads(rows.where), place=place)
        yield from value_errors(rows.where, _domains(catalogue, rows), place)
        for column in sorted(reads(rows.where) - _told(rows)):
            yield ListBindingError(here, path, _UNTOLD.format(column))


def places_errors(matter: Matter) -> Iterator[BuilderError]:
    """Yield where the fields that hold rows of one list get in each other's way."""
    ways: dict[FactId, list[tuple[str, Rows]]] = {}
    for fact, path, rows in lists.bindings(matter):
        ways.setdefault(fact, []).append((path, rows))
    for fact, held in ways.items():
        groups: dict[str, list[tuple[str, Rows]]] = {}
        for path, rows in held:
            key = json.dumps(rows.where, sort_keys=True)
            groups.setdefault(key, []).append((path, rows))
        for group in groups.values():
            numbers = [rows.number for _, rows in group]
            if numbers not in ([None], list(range(1, len(group) + 1))):
                here = _place(matter, group[0][0])
                yield CardinalityError(here, fact, _UNCOUNTED)
        for (_, one), (path, other) in combinations(
            [group[0] for group in groups.values()], 2
        ):
            if not disjoint(one, other):
                yield CardinalityError(_place(matter, path), fact, _OVERLAP)


def send_errors(matter: Matter) -> Iterator[BuilderError]:
    """Yield why it cannot be weighed, or kept, what a matter is not to be sent."""
    optional = spare(matter)
    if len(optional) > MOST_SPARE:
        yield SpareFieldsError(f"matters/{matter.id}/matter.json#/fields", optional)
    chosen = any(field.send == "choice" for field in matter.fields.values())
    if chosen and branches.names(matter.schema, pointer.join([OMIT])):
        yield ReservedNameError(f"matters/{matter.id}/schema.json#", OMIT)


def place_warnings(matter: Matter) -> Iterator[BuilderError]:
    """Yield each list of which a matter has places for only so many rows."""
    for fact, rows, most in lists.room(matter):
        path = next(p for f, p, r in lists.bindings(matter) if f == fact and r == rows)
        yield FewPlacesError(_place(matter, path), fact, most)


def affair_errors(
    facts: Mapping[FactId, Fact], matters: tuple[Matter, ...]
) -> Iterator[BuilderError]:
    """Yield why matters cannot share their lists in one affair."""
    for matter in matters:
        for fact, path, rows in lists.bindings(matter):
            columns = facts[fact].columns
            for column in sorted(reads(rows.where or {}) - columns.keys()):
                here = _place(matter, path)
                yield ListBindingError(here, path, _UNKNOWN.format(column))
            key = facts[fact].key
            if key is not None and key not in _told(rows):
                yield ListBindingError(_place(matter, path), path, _KEYLESS.format(key))
        for number, issue in enumerate(matter.issues):
            if facts[issue.fact].columns:
                place = f"matters/{matter.id}/matter.json#/issues/{number}/fact"
                yield ListBindingError(place, issue.fact, _ISSUED)


def disjoint(one: Rows, other: Rows) -> bool:
    """Tell whether it is proved that no row is held in both ways."""
    if one.where is None or other.where is None:
        return False
    both = {"type": "object", "allOf": [one.where, other.where]}
    return json_schema.satisfiability(both) == "no"


_UNTOLD = (
    "its condition reads {!r}, which its own rows do not hold, so a row of the "
    "department's document could not be told to be one. Bind that column too, or let "
    "the condition ask for one value by `const`."
)
_UNKNOWN = (
    "its condition reads {!r}, which no form of this affair asks of a row. Mend the "
    "name, or bind that column."
)
_KEYLESS = (
    "its rows are told apart by {!r}, which this form does not hold. Bind that column, "
    "or take `key` out of the element."
)
_ISSUED = "a list comes with no result. Let the result bring single facts."
_UNCOUNTED = (
    "fields that are single rows are numbered 1, 2, 3 and so on, in this order, and "
    "no list beside them holds the same rows. Number them so."
)
_OVERLAP = (
    "a row could stand here and in another field of this form, and would come back "
    "twice. Give the two conditions that no row fulfils together."
)
_NESTED = "it lies in the rows of another. Bind only one of them."
_CONVERTED = "rows are written as they are. Put lenses and limits at its columns."
_NO_COLUMN = (
    "none of its columns holds a fact, so nothing would be asked once. Bind a column, "
    "or let the list be this matter's own."
)
_NO_ROWS = "the form has no list of objects there. Mend the path."
_NO_OBJECT = "the form has no object there. Mend the path, or take `number` out."
_NO_LIST = (
    "its data element is none whose values are lists. Let its `schema` say "
    '`"type": "array"`.'
)
_SENT = "the column {!r} says `send`. Say it of the list, or not at all."


def _reasons(
    catalogue: Catalogue, matter: Matter, path: str, rows: Rows
) -> Iterator[str]:
    field = matter.fields[path]
    if "/*/" in path:
        yield _NESTED
    if field.lens != IDENTITY or field.bytes is not None:
        yield _CONVERTED
    if not any(column.held for column in rows.fields.values()):
        yield _NO_COLUMN
    for below, column in rows.fields.items():
        if column.send != "always":
            yield _SENT.format(below)
        if column.rows is not None:
            yield _NESTED
    row = lists.row_path(path, rows)
    if not field.branch and not _is_object(matter, row):
        yield _NO_ROWS if rows.number is None else _NO_OBJECT
    element = catalogue.elements.get(element_of(FactId(str(field.fact))))
    if element is not None and not _is_list(element.schema):
        yield _NO_LIST


def _is_object(matter: Matter, row: str) -> bool:
    found = json_schema.subschema(matter.schema, row)
    told = found.get("type", "object") if isinstance(found, Mapping) else None
    return "object" in ([told] if isinstance(told, str) else told or ())


def _is_list(schema: Schema) -> bool:
    return schema is True or (
        isinstance(schema, Mapping) and schema.get("type") == "array"
    )


def _told(rows: Rows) -> frozenset[FactId]:
    """Return the columns that a row of the matter's own document tells."""
    read = {
        part.fact
        for field in rows.fields.values()
        for part in bindings.parts_of(field)
        if not part.lens.one_way and not field.lens.one_way
    }
    return frozenset(read | lists.told(rows.where).keys())


def _domains(catalogue: Catalogue, rows: Rows) -> dict[FactId, Schema]:
    return {
        column: catalogue.elements[element_of(column)].schema
        for column in reads(rows.where or {})
        if element_of(column) in catalogue.elements
    }


def _place(matter: Matter, path: str) -> str:
    return f"matters/{matter.id}/matter.json#{pointer.join(['fields', path])}"
