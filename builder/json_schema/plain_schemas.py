"""Schemas written out: every reference replaced by what it leads to, words left away.

Equal constraints come out equal, whatever they are called and wherever they stand.
"""

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from builder import json_schema, pointer
from builder.json_schema import dialects
from builder.model import Schema

_Places: TypeAlias = tuple[str, ...]
#: A schema is written out with at most this many parts.
_MOST_PARTS = 5_000
#: The keywords that judge; all others are words, or open.
_JUDGING = frozenset(
    (
        *("type", "enum", "const", "format", "pattern", "minLength", "maxLength"),
        *("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"),
        *("allOf", "anyOf", "oneOf", "not", "if", "then", "else"),
        *("properties", "patternProperties", "additionalProperties", "required"),
        *("propertyNames", "minProperties", "maxProperties", "dependentRequired"),
        *("dependentSchemas", "unevaluatedProperties", "unevaluatedItems"),
        *("items", "prefixItems", "contains", "minContains", "maxContains"),
        *("minItems", "maxItems", "uniqueItems"),
    )
)


def written_out(root: Schema, places: _Places) -> Schema | None:
    """Return a subschema without references and words.

    Args:
        root: a form in 2020-12.
        places: where the subschema stands in it.

    Returns:
        None where it has no end, or leads out of the form.
    """
    try:
        return _Writer(root).whole(pointer.get(root, places), frozenset())
    except _EndlessError:
        return None


class _EndlessError(Exception):
    """A schema leads back to itself, out of the file, or is too large."""


class _Writer:
    """Puts the target of each reference in its place."""

    def __init__(self, root: Schema) -> None:
        self._root = root
        self._left = _MOST_PARTS

    def whole(self, schema: Any, seen: frozenset[str]) -> Schema:
        self._left -= 1
        if self._left < 0:
            raise _EndlessError
        if not isinstance(schema, Mapping):
            return bool(schema)
        if "$dynamicRef" in schema:
            raise _EndlessError
        made = {name: schema[name] for name in schema if name in _JUDGING}
        if made.get("format") not in json_schema.FORMATS:
            made.pop("format", None)
        for (keyword, *rest), inside in dialects.subschemas(made):
            made[keyword] = _put(
                made[keyword], schema[keyword], rest, self.whole(inside, seen)
            )
        if "$ref" in schema:
            target = self._target(schema["$ref"], seen)
            led = self.whole(target, seen | {schema["$ref"]})
            return {"allOf": [led, made]} if made else led
        return made

    def _target(self, reference: str, seen: frozenset[str]) -> Any:
        places = json_schema.target(reference)
        if reference in seen or places is None:
            raise _EndlessError
        found = pointer.get(self._root, places)
        if found is pointer.ABSENT:
            raise _EndlessError
        return found


def _put(made: Any, given: Any, rest: Sequence[str], value: Schema) -> Any:
    """Set a part of a keyword, on a copy made the first time."""
    if not rest:
        return value
    if made is given:
        made = list(given) if isinstance(given, list) else dict(given)
    made[int(rest[0]) if isinstance(made, list) else rest[0]] = value
    return made
