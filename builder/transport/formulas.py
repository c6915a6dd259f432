"""Schemas over the answers as formulas: what is there, and what holds where.

Only what is made here is ever joined into one object: `required` and `properties`
alone, which mean the same side by side and together. Whatever else stays under `allOf`.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from builder.json_schema import Validator
from builder.lenses import same
from builder.model import Predicate, Schema

_JOINABLE = {"required", "properties"}


def at(path: Sequence[str], schema: Schema) -> Schema:
    """Return: what stands there, if anything, is valid."""
    if schema is True:
        return True
    for name in reversed(path):
        schema = {"properties": {name: schema}}
    return schema


def has(path: Sequence[str]) -> Schema:
    """Return: something stands there."""
    *outer, last = path
    schema: Schema = {"required": [last]}
    for name in reversed(outer):
        schema = {"required": [name], "properties": {name: schema}}
    return schema


def holding(predicate: Predicate) -> Schema:
    """Return a condition over the facts as one over the answers, or over a row."""
    if Validator(predicate).accepts({}):
        return at(("facts",), predicate)
    return {"required": ["facts"], "properties": {"facts": predicate}}


def all_of(schemas: Iterable[Schema]) -> Schema:
    """Return: all of them hold."""
    joinable: list[Mapping[str, Any]] = []
    others: list[Schema] = []
    for schema in _each(schemas):
        if schema is True:
            continue
        if isinstance(schema, bool):
            return False
        if schema.keys() <= _JOINABLE:
            joinable.append(schema)
        elif not _is_among(schema, others):
            others.append(schema)
    joined = _joined(joinable)
    every = [*([joined] if joined else []), *others]
    if not every:
        return True
    return every[0] if len(every) == 1 else {"allOf": every}


def any_of(schemas: Iterable[Schema]) -> Schema:
    """Return: at least one of them holds."""
    kept: list[Schema] = []
    for schema in schemas:
        if schema is True:
            return True
        if schema is not False and not _is_among(schema, kept):
            kept.append(schema)
    if not kept:
        return False
    return kept[0] if len(kept) == 1 else {"anyOf": kept}


def one_of(schemas: Iterable[Schema]) -> Schema:
    """Return: exactly one of them holds."""
    kept = [schema for schema in schemas if schema is not False]
    if not kept:
        return False
    return kept[0] if len(kept) == 1 else {"oneOf": kept}


def negated(schema: Schema) -> Schema:
    """Return: it does not hold."""
    return not schema if isinstance(schema, bool) else {"not": schema}


def if_then(condition: Schema, then: Schema) -> Schema:
    """Return: the one holds where the condition does."""
    return if_else(condition, then, otherwise=True)


def if_else(condition: Schema, then: Schema, *, otherwise: Schema) -> Schema:
    """Return: the one holds where the condition does, the other elsewhere."""
    if isinstance(condition, bool):
        return then if condition else otherwise
    if then is True and otherwise is True:
        return True
    if then is False and otherwise is True:
        return negated(condition)
    made: dict[str, Any] = {"if": condition}
    if then is not True:
        made["then"] = then
    if otherwise is not True:
        made["else"] = otherwise
    return made


def _each(schemas: Iterable[Schema]) -> Iterable[Schema]:
    for schema in schemas:
        if not isinstance(schema, bool) and len(schema) == 1 and "allOf" in schema:
            yield from _each(schema["allOf"])
        else:
            yield schema


def _is_among(schema: Schema, others: Iterable[Schema]) -> bool:
    # The first is quick, the second right.
    return any(schema == other and same(schema, other) for other in others)


def _joined(schemas: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    required: dict[str, None] = {}
    inside: dict[str, list[Schema]] = {}
    for schema in schemas:
        required |= dict.fromkeys(schema.get("required", ()))
        for name, each in schema.get("properties", {}).items():
            known = inside.setdefault(name, [])
            if each is not True:
                known.append(each)
    made: dict[str, Any] = {}
    if required:
        made["required"] = list(required)
    if inside:
        made["properties"] = {
            name: every[0] if len(every) == 1 else all_of(every)
            for name, every in inside.items()
        }
    return made
