"""SQL that says what the contract asks: tables, conditions, orders."""

from collections.abc import Iterator, Sequence
from typing import Any

from submissions.store.contract import COLLECTIONS, Condition
from submissions.store.portable import check_conditions, check_field, on_tags


def tables() -> Iterator[str]:
    """Yield what makes every table and index that is missing."""
    for name, collection in COLLECTIONS.items():
        yield (
            f"CREATE TABLE IF NOT EXISTS {name} "
            f"(id TEXT PRIMARY KEY NOT NULL, rev INTEGER NOT NULL, doc TEXT NOT NULL)"
        )
        for fields in collection.indexes:
            columns = ", ".join(column(name, each) for each in fields)
            yield (
                f"CREATE INDEX IF NOT EXISTS {name}_{'_'.join(fields)} "
                f"ON {name} ({columns})"
            )
        if collection.tagged:
            yield (
                f"CREATE TABLE IF NOT EXISTS {name}_tags (tag TEXT NOT NULL, "
                f"id TEXT NOT NULL, PRIMARY KEY (tag, id)) WITHOUT ROWID"
            )
            yield f"CREATE INDEX IF NOT EXISTS {name}_tags_id ON {name}_tags (id)"


def column(collection: str, field: str) -> str:
    """Return where a declared field is found."""
    check_field(collection, field)
    return "id" if field == "_id" else f"json_extract(doc, '$.{field}')"


def filtered(collection: str, where: Sequence[Condition]) -> tuple[str, list[Any]]:
    """Return the WHERE of conditions, and the values in it."""
    check_conditions(collection, where)
    terms, values = [], []
    for field, operator, value in where:
        if on_tags(collection, field, operator):
            terms.append(f"id IN (SELECT id FROM {collection}_tags WHERE tag = ?)")  # noqa: S608 - declared
        else:
            # IS finds what has no such field when asked for None.
            term = "IS" if operator == "=" else operator
            terms.append(f"{column(collection, field)} {term} ?")
        values.append(value)
    return (f" WHERE {' AND '.join(terms)}" if terms else ""), values


def ordered(collection: str, order: str | None) -> str:
    """Return the ORDER BY of a declared field; see `Store.find`."""
    if order is None:
        return " ORDER BY id"
    direction = "DESC" if order.startswith("-") else "ASC"
    return f" ORDER BY {column(collection, order.removeprefix('-'))} {direction}, id"
