"""Constraints, lenses and conditions as plain English, for people who read a merge."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from builder import json_schema, lenses
from builder.errors import BuilderError
from builder.json_schema import dialects
from builder.json_schema.plain_schemas import written_out
from builder.model import (
    Lens,
    LensKind,
    Matter,
    Predicate,
    PrefillRule,
    Schema,
    Text,
)

_MOST_VALUES = 8
_MOST_LETTERS = 120

_LIMITS = {
    "minLength": "{} characters or more",
    "maxLength": "{} characters or less",
    "minimum": "{} or more",
    "maximum": "{} or less",
    "exclusiveMinimum": "more than {}",
    "exclusiveMaximum": "less than {}",
    "multipleOf": "a multiple of {}",
    "minItems": "{} rows or more",
    "maxItems": "{} rows or less",
    "maxBytes": "{} bytes or less",
    "pattern": "written like {}",
    "format": "a valid {}",
    "const": "exactly {}",
}
_KINDS = {
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "yes or no",
    "array": "a list",
    "object": "a group of fields",
    "null": "nothing",
}


def shown(value: Any) -> str:
    """Return a JSON value as words of a sentence, cut where it is long."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= _MOST_LETTERS else f"{text[:_MOST_LETTERS]}…"


def label(text: Text) -> str:
    """Return a label in both languages, once where they are the same."""
    chinese, english = text.get("zh-CN", ""), text.get("en", "")
    return english if english == chinese else f"{english} ({chinese})"


def listed(values: Any) -> str:
    """Return the first few values, and how many more there are."""
    few = ", ".join(shown(value) for value in list(values)[:_MOST_VALUES])
    more = len(values) - _MOST_VALUES
    return f"{few} and {more} more" if more > 0 else few


def limit(keyword: str, value: Any) -> str:
    """Return one keyword of a schema in words."""
    if keyword in _LIMITS:
        return _LIMITS[keyword].format(value if keyword in _PLAIN else shown(value))
    if keyword == "type":
        kinds = [value] if isinstance(value, str) else value
        return " or ".join(_KINDS.get(kind, str(kind)) for kind in kinds)
    if keyword == "enum":
        return f"one of {listed(value)}"
    if keyword == "uniqueItems":
        return "no row twice" if value else "rows may repeat"
    return f"`{keyword}`: {shown(value)}"


_PLAIN = frozenset(["pattern", "format"])


def constraints(schema: Schema | None) -> tuple[str, ...]:
    """Return what a schema demands, one phrase for each keyword.

    Args:
        schema: written out, without references; None: it has no end.
    """
    if schema is None:
        return ("more than can be said in words",)
    return tuple(dict.fromkeys(_constraints(schema)))


def _constraints(schema: Schema) -> Iterator[str]:
    if isinstance(schema, bool):
        if not schema:
            yield "nothing is accepted"
        return
    for keyword, value in schema.items():
        if keyword == "allOf":
            for inside in value:
                yield from _constraints(inside)
        else:
            yield limit(keyword, value)


class Forms:
    """The forms of some matters, each brought to the newest dialect once."""

    def __init__(self) -> None:
        """Begin with none."""
        self._roots: dict[str, Schema | None] = {}

    def slot(self, matter: Matter, path: str) -> Schema | None:
        """Return what the form says of a path everywhere, without references.

        None: it stands in branches only, or cannot be written out.
        """
        if matter.id not in self._roots:
            try:
                self._roots[matter.id] = dialects.upgrade(matter.schema)
            except BuilderError:
                self._roots[matter.id] = None
        root = self._roots[matter.id]
        if not isinstance(root, Mapping):
            return None
        place = json_schema.locate(root, path)
        return None if place is None else written_out(root, place)


def lens(told: Lens) -> str:
    """Return how a value is written, in words."""
    between = shown(told.separator)
    sizes = ", ".join(str(size) for size in told.groups)
    said: Mapping[LensKind, str] = {
        "identity": "as it is",
        "table": f"by a table of {len(told.pairs)} pairs",
        "date": f"as a date written {told.template}",
        "affix": f"between {shown(told.prefix)} and {shown(told.suffix)}",
        "strip": f"in groups of {sizes} with {between} between",
        "upper": "in capital letters",
        "scale": f"multiplied by {told.factor}",
        "join": f"in one line with others, {between} between",
        "record": "as a property of a group",
    }
    return said[told.kind]


def losses(told: Lens) -> tuple[str, ...]:
    """Return what does not come back from a document, or never comes out of it."""
    lost = []
    if told.one_way:
        lost.append("it cannot be read back from a document")
        lost += _left_out(told)
    if told.normalizes:
        lost.append("other ways of writing are read, and written back in this one")
    together: dict[str, list[Any]] = {}
    for canonical, document in told.pairs:
        together.setdefault(shown(document), []).append(canonical)
    lost += [
        f"{listed(values)} all become {document}"
        for document, values in together.items()
        if len(values) > 1
    ]
    if told.kind == "upper":
        lost.append("a value with small letters cannot be written")
    return tuple(lost)


def _left_out(told: Lens) -> list[str]:
    if told.kind != "date":
        return []
    written = lenses.date_parts(told.template)
    named = {"DD": "the day", "HH": "the time of day"}
    return [
        f"{what}, if there is one, is left out"
        for part, what in named.items()
        if part not in written
    ]


def condition(predicate: Predicate | None) -> str:
    """Return when a condition holds, in words; none: always."""
    return "always" if predicate is None else _holds(predicate)


def rule(told: PrefillRule) -> str:
    """Return where a value comes from, in words, without the condition."""
    if told.compute is not None:
        return f"{told.source}: {told.compute} of {', '.join(told.of)}"
    if told.path:
        return f"{told.source} at {told.path}"
    return f"{told.source}: {shown(told.value)}"


_JOINED = {"allOf": " and ", "anyOf": " or "}


def _holds(predicate: Schema) -> str:
    if not isinstance(predicate, Mapping):
        return "always" if predicate else "never"
    said = []
    properties = predicate.get("properties", {})
    for fact, demand in properties.items():
        said.append(f"{fact} is {_value(demand)}")
    said += [f"{fact} has an answer" for fact in _only_required(predicate)]
    for keyword, between in _JOINED.items():
        if keyword in predicate:
            inside = between.join(_holds(each) for each in predicate[keyword])
            said.append(f"({inside})")
    if "not" in predicate:
        said.append(f"not ({_holds(predicate['not'])})")
    known = {"properties", "required", "not", *_JOINED}
    said += [
        limit(word, value) for word, value in predicate.items() if word not in known
    ]
    return " and ".join(said) or "always"


def _only_required(predicate: Mapping[str, Any]) -> list[str]:
    named = predicate.get("properties", {})
    return [fact for fact in predicate.get("required", ()) if fact not in named]


def _value(demand: Schema) -> str:
    if isinstance(demand, Mapping) and demand.keys() == {"const"}:
        return shown(demand["const"])
    if isinstance(demand, Mapping) and demand.keys() == {"not"}:
        return f"not {_value(demand['not'])}"
    return " and ".join(constraints(demand)) or "anything"
