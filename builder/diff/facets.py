"""Facets: how one schema stands to a later one, keyword by keyword.

Law: what is told as tightened accepts nothing more than before; what is told as widened
accepts all that it did. What is neither, or is not proved, is told as changed.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Literal, NamedTuple, TypeAlias

from builder import json_schema, lenses
from builder.conflicts import difference
from builder.conflicts.demands import domain
from builder.explain import in_words
from builder.json_schema import SchemaError
from builder.model import FactId, Schema

Direction: TypeAlias = Literal["tightened", "widened", "changed"]

_UPPER = frozenset(
    [
        "maxLength",
        "maximum",
        "exclusiveMaximum",
        "maxItems",
        "maxProperties",
        "maxBytes",
    ]
)
_LOWER = frozenset(
    ["minLength", "minimum", "exclusiveMinimum", "minItems", "minProperties"]
)
#: Each stands for itself, so to add one can only take values away.
_DEMANDS = frozenset(
    (
        *(*_UPPER, *_LOWER, "pattern", "enum", "const", "type", "multipleOf"),
        *("required", "dependentRequired", "propertyNames", "dependentSchemas"),
        *("not", "allOf", "anyOf", "oneOf", "items", "properties"),
    )
)
#: What judges texts only.
_OF_TEXTS = frozenset(["pattern", "format"])
_NOTHING: Any = object()


class Facet(NamedTuple):
    """One difference between two schemas, in words."""

    direction: Direction
    text: str


def facets(old: Schema | None, new: Schema | None) -> tuple[Facet, ...]:
    """Tell each keyword in which two schemas differ.

    Args:
        old: written out, without references; None: it could not be.
        new: the later one.
    """
    if old is None or new is None or isinstance(old, bool) or isinstance(new, bool):
        return tuple(_whole(old, new))
    found: list[Facet] = []
    for keyword in dict.fromkeys((*old, *new)):
        before, after = old.get(keyword, _NOTHING), new.get(keyword, _NOTHING)
        if before is _NOTHING or after is _NOTHING or not lenses.same(before, after):
            found += _keyword(keyword, before, after)
    return tuple(found)


def _whole(old: Schema | None, new: Schema | None) -> Iterator[Facet]:
    if old is new or (old is not None and new is not None and old == new):
        return
    if old is False or new is True:
        yield Facet("widened", "more is accepted than before")
    elif old is True or new is False:
        yield Facet("tightened", f"now {_together(new)}")
    else:
        yield Facet("changed", f"{_together(old)}, now {_together(new)}")


def _together(schema: Schema | None) -> str:
    return "; ".join(in_words.constraints(schema)) or "anything"


def _keyword(keyword: str, old: Any, new: Any) -> Iterator[Facet]:
    if old is _NOTHING:
        kind: Direction = "tightened" if _demands(keyword, new) else "changed"
        yield Facet(kind, f"now {in_words.limit(keyword, new)}")
    elif new is _NOTHING:
        kind = "widened" if _demands(keyword, old) else "changed"
        yield Facet(kind, f"no longer {in_words.limit(keyword, old)}")
    elif keyword == "enum":
        yield from _values(old, new)
    else:
        before, after = in_words.limit(keyword, old), in_words.limit(keyword, new)
        yield Facet(_direction(keyword, old, new), f"{before}, now {after}")


def _demands(keyword: str, value: Any) -> bool:
    """Tell whether to add this demand is to refuse more."""
    if keyword == "uniqueItems":
        return bool(value)
    if keyword == "format":
        return value in json_schema.FORMATS
    return keyword in _DEMANDS


def _values(old: list[Any], new: list[Any]) -> Iterator[Facet]:
    added, removed = _apart(new, old), _apart(old, new)
    if removed:
        yield Facet("tightened", f"no longer accepted: {in_words.listed(removed)}")
    if added:
        yield Facet("widened", f"now accepted: {in_words.listed(added)}")


def _apart(these: list[Any], others: list[Any]) -> list[Any]:
    return [
        value for value in these if not any(lenses.same(value, each) for each in others)
    ]


def _direction(keyword: str, old: Any, new: Any) -> Direction:
    if keyword in _UPPER or keyword in _LOWER:
        less = new < old
        return "tightened" if less == (keyword in _UPPER) else "widened"
    match keyword:
        case "uniqueItems":
            return "tightened" if new else "widened"
        case "required":
            return _of_sets(frozenset(new), frozenset(old))
        case "type":
            return _of_sets(_kinds(old), _kinds(new))
    return _proved({keyword: old}, {keyword: new}, texts=keyword in _OF_TEXTS)


def _of_sets(old: frozenset[str], new: frozenset[str]) -> Direction:
    """Return where the accepted go from one set to another."""
    if new < old:
        return "tightened"
    return "widened" if old < new else "changed"


def _kinds(told: Any) -> frozenset[str]:
    kinds = {told} if isinstance(told, str) else set(told)
    return frozenset(kinds | {"integer"} if "number" in kinds else kinds)


def _proved(
    old: Mapping[str, Any], new: Mapping[str, Any], *, texts: bool
) -> Direction:
    """Decide by proof and witness where the keywords alone do not tell."""
    kind: Mapping[str, Any] = {"type": "string"} if texts else {}
    try:
        before, after = domain({**kind, **old}), domain({**kind, **new})
    except SchemaError:
        return "changed"
    lost = difference(FactId(""), before, after).kind
    won = difference(FactId(""), after, before).kind
    if (lost, won) == ("differs", "within"):
        return "tightened"
    return "widened" if (lost, won) == ("within", "differs") else "changed"
