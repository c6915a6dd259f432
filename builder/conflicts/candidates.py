"""Values worth trying: examples, members of enums, values at bounds, shortest texts.

Nothing here is claimed to be valid; whoever takes a value has it accepted by all the
validators first. The same schemas give the same values in the same order.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import chain, islice
from typing import Any

from builder import json_schema, pack
from builder.model import Schema
from builder.patterns.texts import search, texts_of

#: Values tried for one set of demands.
MOST_CANDIDATES = 400
#: Schemas in schemas beyond this give no values.
_MOST_DEPTH = 6
#: A text of a longer bound is not written out.
_MOST_LENGTH = 5_000
_MOST_ITEMS = 50
#: Steps for one text inside an object or a list.
_STEPS_INSIDE = 20_000

_PLAIN_TEXTS = (
    "1",
    "A",
    "2000-01-31",
    "2024-02-29",
    "2026-11-03T09:30",
    "2026-11-03T09:30:00Z",
    "2026-11",
    "20000131",
    "a@example.org",
    f"a@{'a' * 60}.{'a' * 60}.example.org",
    "13800000000",
    "11010519491231002X",
    "https://example.org/",
    "123e4567-e89b-12d3-a456-426614174000",
    "09:30:00Z",
    "192.0.2.1",
    "Example 1",
    "一",
)
_PLAIN: tuple[Any, ...] = (*_PLAIN_TEXTS, 1, 0, True, False, 0.5, [], {}, "", None)


_KINDS = ("string", "integer", "number", "array", "object", "boolean", "null")


def candidates(schemas: Sequence[Schema], given: Iterable[Any] = ()) -> Iterator[Any]:
    """Yield values that all the schemas may accept, the likeliest first.

    Args:
        schemas: in 2020-12, without references.
        given: examples and choices that definitions name.
    """
    together = json_schema.canonical({"allOf": list(schemas)})
    found = chain(
        given,
        *(_named(each) for each in schemas),
        _values(together, 0),
        *(_values(each, 0) for each in schemas),
        _PLAIN,
    )
    seen = set()
    for value in islice(found, MOST_CANDIDATES):
        try:
            key = pack.canonical(value)
        except TypeError:  # a number of more digits than JSON files may have here
            continue
        if key not in seen:
            seen.add(key)
            yield value


def _named(schema: Schema) -> Iterator[Any]:
    if isinstance(schema, Mapping):
        yield from schema.get("enum", ())
        if "const" in schema:
            yield schema["const"]


def _values(schema: Schema, depth: int) -> Iterator[Any]:
    if not isinstance(schema, Mapping) or depth > _MOST_DEPTH:
        return
    yield from _named(schema)
    kinds = schema.get("type", _inferred(schema))
    # What a person would write comes before null, though both show the same.
    for kind in [kinds] if isinstance(kinds, str) else sorted(kinds, key=_KINDS.index):
        yield from _of_kind(kind, schema, depth)
    for keyword in ("allOf", "anyOf", "oneOf"):
        for branch in schema.get(keyword, ()):
            yield from islice(_values(branch, depth + 1), _MOST_ITEMS)


def _inferred(schema: Mapping[str, Any]) -> tuple[str, ...]:
    if schema.keys() & {"properties", "required"}:
        return ("object",)
    if schema.keys() & {"items", "prefixItems", "minItems"}:
        return ("array",)
    if schema.keys() & {"minimum", "maximum", "multipleOf"}:
        return ("number",)
    if schema.keys() & {"pattern", "minLength", "maxLength", "format"}:
        return ("string",)
    return ()


def _of_kind(kind: str, schema: Mapping[str, Any], depth: int) -> Iterator[Any]:
    match kind:
        case "string":
            yield from _texts(schema, depth)
        case "integer" | "number":
            yield from _numbers(kind, schema)
        case "boolean":
            yield from (True, False)
        case "array":
            yield from _lists(schema, depth)
        case "object":
            yield from _objects(schema, depth)
        case "null":
            yield None


def _texts(schema: Mapping[str, Any], depth: int) -> Iterator[str]:
    least = int(schema.get("minLength", 0))
    most = int(schema.get("maxLength", least + 1))
    if depth and "pattern" in schema:
        found = search(texts_of(schema), lambda _: True, steps=_STEPS_INSIDE)
        if found.text is not None:
            yield found.text
    for length in dict.fromkeys((max(least, 1), most, max(least, most - 1))):
        if 0 < length <= _MOST_LENGTH:
            yield from (char * length for char in "1A一")
    yield from _PLAIN_TEXTS


def _numbers(kind: str, schema: Mapping[str, Any]) -> Iterator[int | float]:
    step = _exact(schema.get("multipleOf", 1))
    if kind == "integer" and step.denominator != 1:
        step = Fraction(step.numerator)  # a multiple of both
    bounds = [
        _exact(schema[keyword])
        for keyword in ("minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum")
        if keyword in schema
    ]
    for bound in (*bounds, *([sum(bounds) / 2] if bounds else ()), Fraction(0)):
        below = bound // step * step
        for number in (below, below + step, below - step):
            yield _number(number)
        if kind == "number" and "multipleOf" not in schema:
            yield from (_number(bound), _number(bound + Fraction(1, 8)))


def _exact(number: Any) -> Fraction:
    return Fraction(number if isinstance(number, int) else repr(number))


def _number(number: Fraction) -> int | float:
    return number.numerator if number.denominator == 1 else float(number)


def _lists(schema: Mapping[str, Any], depth: int) -> Iterator[list[Any]]:
    least = int(schema.get("minItems", 0))
    rows = list(islice(_values(schema.get("items", True), depth + 1), _MOST_ITEMS))
    rows = rows or ["1"]
    if least <= _MOST_ITEMS:
        # All different first, for uniqueItems.
        yield (rows * (least + 1))[: max(least, 1)]
        for row in rows:
            yield [row] * max(least, 1)
    if not least:
        yield []


def _objects(schema: Mapping[str, Any], depth: int) -> Iterator[dict[str, Any]]:
    properties = schema.get("properties", {})
    made: dict[str, Any] = {}
    for name in schema.get("required", ()):
        inside = properties.get(name, True)
        made[name] = _first_valid(inside, depth)
    yield made
    for name in properties:
        if name not in made:
            yield made | {name: _first_valid(properties[name], depth)}


def _first_valid(schema: Schema, depth: int) -> Any:
    validator = json_schema.Validator(schema)
    tried = islice(chain(_values(schema, depth + 1), _PLAIN), _MOST_ITEMS)
    return next((value for value in tried if validator.accepts(value)), "1")
