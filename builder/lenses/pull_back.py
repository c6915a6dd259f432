"""What a slot's schema says of the canonical value: its pull-back through a lens.

Law: a canonical value of the domain is accepted by the pull-back exactly when the lens
can write it and the slot accepts what it writes (merge algebra, §2.6). Where that
cannot be written as a schema it is a `Residual`, and V decides. Of a scale the law
holds for numbers of up to 15 digits; beyond, a number may have no exact writing.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from builder import lenses
from builder.lenses import UndefinedError
from builder.lenses.lens_laws import finite
from builder.model import FactId, Field, Lens, Part, Schema
from builder.patterns import plain_patterns
from builder.patterns.plain_patterns import UnsaidError

_ANNOTATIONS = frozenset(
    [
        "$schema",
        "$id",
        "$comment",
        "title",
        "description",
        "default",
        "examples",
        "deprecated",
        "readOnly",
        "writeOnly",
        "label",
    ]
)
_DAY = frozenset({"YYYY", "MM", "DD"})
#: What a date holds beyond year and month, by what the template writes.
_REST = {"DD": "-[0-9]{2}", "HH": "T[0-9]{2}:[0-9]{2}"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """The place of a fact in a form: its schema in 2020-12, references followed."""

    #: What stands for the schema in T, such as a `$ref` into the form.
    reference: Schema
    schema: Schema
    accepts: Callable[[Any], bool]
    #: record: the slots of the parts, by the name of their property.
    inside: Mapping[str, "Slot"] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Residual:
    """A slot's schema that cannot be said of canonical values."""

    #: What can be said: every acceptable value meets it.
    necessary: Schema
    reason: str


def pull_back(lens: Lens, slot: Slot, domain: Schema) -> Schema | Residual:
    """Return the schema of the canonical values whose writing the slot accepts.

    Args:
        lens: of one fact; a line or a record goes to `pull_back_parts`.
        slot: where the fact stands in the form.
        domain: the data element's own schema.
    """
    if lens.kind == "identity":
        return slot.reference
    if lens.kind == "upper":
        return {"allOf": [_writable(lens, domain), slot.reference]}
    values = [c for c, _ in lens.pairs] if lens.kind == "table" else finite(domain)
    if values is not None:
        return _named(value for value in values if _fits(lens, slot, value))
    held = finite(slot.schema)
    if held is not None and not lens.one_way:
        return _named(_read(lens, slot, held))
    return _by_keyword(lens, slot, domain)


def _by_keyword(lens: Lens, slot: Slot, domain: Schema) -> Schema | Residual:
    if isinstance(slot.schema, bool):
        return _writable(lens, domain) if slot.schema else False
    said: list[Schema] = [_writable(lens, domain)]
    reasons = []
    for keyword, limit in slot.schema.items():
        try:
            said.append(_keyword(lens, slot.schema, keyword, limit, domain))
        except UnsaidError as error:
            reasons.append(f"{keyword}: {error}")
    if reasons:
        return Residual(necessary=_all_of(said), reason="; ".join(reasons))
    return _all_of(said)


def pull_back_parts(
    binding: Field, slot: Slot, domains: Mapping[FactId, Schema]
) -> Schema | Residual:
    """Return the schema of the facts whose line or record the slot accepts.

    It stands where the facts stand, and holds while the field is written. A line is
    always a residual.
    """
    if binding.lens.kind == "record":
        return _record(binding, slot, domains)
    limit = slot.schema.get("maxLength") if isinstance(slot.schema, Mapping) else None
    needed: dict[str, Schema] = {}
    for part in binding.parts:
        if part.lens.kind == "identity":
            bound = {} if limit is None else {"maxLength": limit}
            needed[part.fact] = {"type": "string", **bound}
    reason = "the parts share one line, and only the whole line is judged"
    return Residual(necessary=_properties(needed), reason=reason)


def _record(
    binding: Field, slot: Slot, domains: Mapping[FactId, Schema]
) -> Schema | Residual:
    told = slot.schema if isinstance(slot.schema, Mapping) else {}
    if slot.schema is False:
        return False
    known = {"type", "properties", "required", "additionalProperties"} | _ANNOTATIONS
    reasons = [f"{k}: it judges the whole object" for k in told if k not in known]
    said: dict[str, Schema] = {}
    for part in binding.parts:
        below = _part(part, slot, told, domains[part.fact])
        if isinstance(below, Residual):
            reasons.append(f"{part.name}: {below.reason}")
            below = below.necessary
        said[part.fact] = below
    names = {part.name: part.fact for part in binding.parts}
    asked = told.get("required", ())
    if "object" not in _kinds(told) or not set(asked) <= names.keys():
        return False
    necessary = _properties(said) | {"required": [names[name] for name in asked]}
    if reasons:
        return Residual(necessary=necessary, reason="; ".join(reasons))
    return necessary


def _part(
    part: Part, slot: Slot, told: Mapping[str, Any], domain: Schema
) -> Schema | Residual:
    if part.name in slot.inside:
        return pull_back(part.lens, slot.inside[part.name], domain)
    others = told.get("additionalProperties", True)
    if isinstance(others, bool):
        return _writable(part.lens, domain) if others else False
    return Residual(necessary=True, reason="additionalProperties judges it")


def _fits(lens: Lens, slot: Slot, value: Any) -> bool:
    try:
        return slot.accepts(lenses.get(lens, value))
    except UndefinedError:
        return False


def _read(lens: Lens, slot: Slot, written: tuple[Any, ...]) -> Iterator[Any]:
    for value in written:
        try:
            canonical = lenses.put(lens, value)
        except UndefinedError:
            continue
        if _fits(lens, slot, canonical):
            yield canonical


def _named(values: Iterator[Any]) -> Schema:
    found = list(values)
    return {"enum": found} if found else False


def _all_of(schemas: list[Schema]) -> Schema:
    said = [schema for schema in schemas if schema is not True]
    if any(schema is False for schema in said):
        return False
    if len(said) > 1:
        return {"allOf": said}
    return said[0] if said else True


def _properties(schemas: Mapping[str, Schema]) -> dict[str, Any]:
    return {"properties": dict(schemas)}


def _kinds(schema: Mapping[str, Any]) -> tuple[str, ...]:
    kinds = schema.get("type", ("object", "string", "number"))
    return (kinds,) if isinstance(kinds, str) else tuple(kinds)


def _writable(lens: Lens, domain: Schema) -> Schema:
    """Return the schema of the values of the domain that the lens can write."""
    if lens.kind == "table":
        return _named(c for c, _ in lens.pairs)
    if lens.kind == "date":
        return _dates(lens, domain)
    return _WRITABLE[lens.kind](lens) if lens.kind in _WRITABLE else True


def _groups(lens: Lens) -> Schema:
    size = sum(lens.groups)
    without = {"not": {"pattern": plain_patterns.escaped(lens.separator)}}
    return {"type": "string", "minLength": size, "maxLength": size} | without


def _numbers(lens: Lens) -> Schema:
    most = min(Fraction(1), 1 / Fraction(lens.factor)) * lenses.MOST_NUMBER
    whole = most.numerator // most.denominator
    return {"type": "number", "minimum": -whole, "maximum": whole}


_WRITABLE: Mapping[str, Callable[[Lens], Schema]] = {
    "affix": lambda _: {"type": "string"},
    "strip": _groups,
    "upper": lambda _: {"type": "string", "pattern": "^[^a-z]*$"},
    "scale": _numbers,
}


def _dates(lens: Lens, domain: Schema) -> Schema:
    parts = lenses.date_parts(lens.template)
    told = domain if isinstance(domain, Mapping) else {}
    if (told.get("type"), told.get("format")) == ("string", "date") and parts <= _DAY:
        return True  # the domain holds nothing else
    time = "HH" in parts or "mm" in parts
    day = time or "DD" in parts
    tail = _REST["HH"] if time else f"({_REST['HH']})?"
    tail = _REST["DD"] + tail if day else f"({_REST['DD']}{tail})?"
    return {"type": "string", "pattern": f"^[0-9]{{4}}-[0-9]{{2}}{tail}$"}


def _keyword(
    lens: Lens, schema: Mapping[str, Any], keyword: str, limit: Any, domain: Schema
) -> Schema:
    """Return what one keyword of the slot says of the canonical value.

    Raises:
        UnsaidError: it cannot be said.
    """
    numeric = lens.kind == "scale"
    if keyword in _ANNOTATIONS or keyword in (_OF_TEXTS if numeric else _OF_NUMBERS):
        return True
    if numeric:
        return _number_keyword(lens, schema, keyword, limit)
    if keyword == "type":
        return "string" in _kinds(schema)
    if keyword in {"minLength", "maxLength"}:
        return plain_patterns.length(lens, keyword, int(limit))
    if keyword == "pattern":
        return plain_patterns.pattern(lens, limit)
    as_it_is = lens.template == "YYYY-MM-DD" and _dates(lens, domain) is True
    if as_it_is and (keyword, limit) == ("format", "date"):
        return True
    raise UnsaidError("no rule says it of the canonical value")


_OF_NUMBERS = frozenset(
    ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"]
)
_OF_TEXTS = frozenset(["minLength", "maxLength", "pattern", "format"])


def _number_keyword(
    lens: Lens, schema: Mapping[str, Any], keyword: str, limit: Any
) -> Schema:
    kinds = _kinds(schema)
    if keyword == "type" and "number" in kinds:
        return True
    if keyword == "type" and "integer" not in kinds:
        return False
    if keyword != "type" and keyword not in _OF_NUMBERS:
        raise UnsaidError("no rule says it of the canonical value")
    try:
        # A whole number of the document is a whole multiple of what one is worth.
        back = lenses.put(lens, 1 if keyword == "type" else limit)
    except UndefinedError as error:
        raise UnsaidError("it cannot be scaled exactly") from error
    return {"multipleOf" if keyword == "type" else keyword: back}
