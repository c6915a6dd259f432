"""Lists that matters share: rows typed once, each matter's own fields beside them.

A row has the shape of answers again, `{"facts": {column: value}, "matters": {matter:
remainder}}`, and a matter's form of one row is a form like any other. So whatever is
known of answers and forms is known of rows: they are projected, taken apart, judged
and transported by the same functions.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import Any, TypeAlias

from builder import json_schema, pointer
from builder.errors import BuilderError
from builder.json_schema import Validator, dialects
from builder.json_schema.same import Same
from builder.model import FactId, Field, Matter, Predicate, Rows

#: One row as it is kept; well formed, it has the shape of answers.
Row: TypeAlias = Any
_NOTHING: dict[str, Any] = {}


def flat(fields: Mapping[str, Field]) -> Iterator[tuple[str, Field]]:
    """Yield every field with its whole path, those of rows behind their list."""
    for path, field in fields.items():
        yield path, field
        if field.rows is not None:
            start = row_path(path, field.rows)
            for below, column in field.rows.fields.items():
                yield start + below, column


def row_path(path: str, rows: Rows) -> str:
    """Return where in the document a row stands; "*" stands for any."""
    return f"{path}/*" if rows.number is None else path


def bindings(matter: Matter) -> Iterator[tuple[FactId, str, Rows]]:
    """Yield each list a matter shares, where it stands, and how."""
    for path, field in matter.fields.items():
        if field.rows is not None and field.fact is not None:
            yield field.fact, path, field.rows


def row_matter(matter: Matter, path: str, rows: Rows) -> Matter:
    """Return the matter whose form is that of one row.

    Where the form says nothing of the row outside its branches, neither does this.
    """
    return replace(
        matter,
        fields=rows.fields,
        schema=_row_schema(Same(matter.schema), row_path(path, rows)),
        issues=(),
        materials=(),
    )


def of_row(matter: Matter, rows: Rows) -> Matter:
    """Return the matter with the fields of a row, when its form is not asked for."""
    return replace(matter, fields=rows.fields)


def well_formed(row: Row) -> bool:
    """Tell whether a row has the shape of answers."""
    return (
        isinstance(row, dict)
        and isinstance(row.get("facts", _NOTHING), dict)
        and isinstance(row.get("matters", _NOTHING), dict)
    )


def matching(rows: Rows, listed: Any) -> list[tuple[int, Row]]:
    """Return the rows that a field holds, with their places in the whole list.

    What is no row fulfils nothing and is held by every field, for each to refuse.
    """
    if not isinstance(listed, list):
        return []
    if rows.where is None:
        return list(enumerate(listed))
    return [
        (index, row)
        for index, row in enumerate(listed)
        if not well_formed(row) or fulfils(rows.where, row.get("facts", {}))
    ]


def fulfils(where: Predicate | None, columns: Mapping[str, Any]) -> bool:
    """Tell whether the columns of a row fulfil a condition; none: they do."""
    if where is None:
        return True
    return _condition(Same(where)).accepts(columns)


def standing(rows: Rows, documents: list[Any]) -> Any:
    """Return what stands in a field that holds these rows: all, or its one, or none."""
    if rows.number is None:
        return documents
    held = len(documents) >= rows.number
    return documents[rows.number - 1] if held else pointer.ABSENT


def told(where: Predicate | None) -> dict[FactId, Any]:
    """Return the columns whose one value a condition tells."""
    said = (where or {}).get("properties", {})
    return {
        FactId(column): schema["const"]
        for column, schema in said.items()
        if isinstance(schema, Mapping) and "const" in schema
    }


def room(matter: Matter) -> Iterator[tuple[FactId, Rows, int]]:
    """Yield each list of which a matter holds only so many rows, one field for each.

    With the list, one of its fields, and how many there are.
    """
    most: dict[tuple[FactId, str], tuple[Rows, int]] = {}
    for fact, _, rows in bindings(matter):
        if rows.number is not None:
            key = (fact, json.dumps(rows.where, sort_keys=True))
            before = most.get(key, (rows, 0))[1]
            most[key] = (rows, max(before, rows.number))
    for (fact, _), (rows, number) in most.items():
        yield fact, rows, number


def surplus(matter: Matter, facts: Mapping[str, Any]) -> Iterator[tuple[FactId, int]]:
    """Yield each list with more rows than a matter has fields for, and how many."""
    for fact, rows, most in room(matter):
        if len(matching(rows, facts.get(fact))) > most:
            yield fact, most


@lru_cache(maxsize=256)
def _condition(where: Same) -> Validator:
    return Validator(where.root)


@lru_cache(maxsize=1024)  # a row is asked for, judged and compared with others
def _row_schema(form: Same, path: str) -> Mapping[str, Any]:
    try:
        upgraded = dialects.upgrade(form.root)
        moved = dialects.reroot(upgraded, pointer.join(_WHOLE))
    except BuilderError:
        return {}
    places = (
        json_schema.locate(upgraded, path) if isinstance(upgraded, Mapping) else None
    )
    if places is None:
        return {}
    reference = json_schema.fragment((*_WHOLE, *places))
    row = {"$schema": dialects.NEWEST, "$defs": {_WHOLE[1]: moved}, "$ref": reference}
    return dialects.Upgraded(row)


_WHOLE = ("$defs", "form")
