"""What a slot's schema says of the canonical value: its pull-back through a lens.

Law: of a canonical value of the domain that the lens can write, the pull-back says what
the slot says of the writing (merge algebra, §2.6). Where that cannot be written as a
schema it is a `Residual`, and V decides. Of a scale the law holds for numbers of up to
15 digits; beyond, a number may have no exact writing.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from builder import lenses
from builder.lenses import UndefinedError
from builder.lenses.lens_laws import finite
from builder.model import Lens, Schema
from builder.patterns import plain_patterns
from builder.patterns.plain_patterns import UnsaidError
from builder.patterns.texts import both, opposite, search, texts_of
from builder.patterns.written import written_texts

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
_DAY = "-[0-9]{2}"
_CLOCK = "T[0-9]{2}:[0-9]{2}"
_CANONICAL = {
    "YYYY-MM": "^[0-9]{4}-[0-9]{2}$",
    "YYYY-MM-DD": f"^[0-9]{{4}}-[0-9]{{2}}{_DAY}$",
    "YYYY-MM-DDTHH:mm": f"^[0-9]{{4}}-[0-9]{{2}}{_DAY}{_CLOCK}$",
}
#: Steps in comparing what a lens writes with what a slot accepts.
_MOST_STEPS = 40_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """The place of a fact in a form."""

    #: What stands for its schema in T, such as a `$ref` into the form.
    reference: Schema
    #: Returns it in 2020-12, with references written out; None: they have no end.
    write_out: Callable[[], Schema | None]
    accepts: Callable[[Any], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Residual:
    """A slot's schema that cannot be said of canonical values."""

    #: What can be said: every acceptable value meets it.
    necessary: Schema
    reason: str


def pull_back(lens: Lens, slot: Slot, domain: Schema) -> Schema | Residual:
    """Return the schema of the canonical values whose writing the slot accepts.

    Args:
        lens: of one fact; of a line that several share, nothing is said.
        slot: where the fact stands in the form.
        domain: the data element's own schema.
    """
    if _as_it_is(lens, domain):
        return slot.reference
    values = [c for c, _ in lens.pairs] if lens.kind == "table" else finite(domain)
    if values is not None:
        return _named(value for value in values if fits(lens, slot, value))
    schema = slot.write_out()
    if schema is None:
        return Residual(necessary=True, reason="its references have no end")
    held = finite(schema)
    if held is not None and not lens.one_way:
        return _named(_read(lens, slot, held))
    compared = _compared(lens, schema, domain)
    if compared is not None:
        return compared
    said, reasons = _by_keyword(lens, schema)
    return Residual(necessary=said, reason="; ".join(reasons)) if reasons else said


def writable(lens: Lens, domain: Schema) -> Schema:
    """Return the values of a domain that the lens can write; True: surely all."""
    match lens.kind:
        case "table":
            return _named(c for c, _ in lens.pairs)
        case "strip":
            found = _groups(lens)
        case "scale":
            return _numbers(lens)
        case _:
            found = _written(lens)
    if found is True:
        return True
    told = isinstance(domain, Mapping) and domain.get("type") == "string"
    if told and _none(both(texts_of(domain), opposite(texts_of(found)))):
        return True
    return found


def fits(lens: Lens, slot: Slot, value: Any) -> bool:
    """Tell whether the slot accepts what the lens writes for a value."""
    try:
        return slot.accepts(lenses.get(lens, value))
    except UndefinedError:
        return False


def _written(lens: Lens) -> Schema:
    """Return the texts that a lens on texts can write."""
    match lens.kind:
        case "date":
            return {"type": "string", "pattern": _enough_for(lens.template)}
        case "affix":
            return {"type": "string"}
        case "upper":
            return {"type": "string", "pattern": "^[^a-z]*$"}
        case _:
            return True


def _enough_for(template: str) -> str:
    """Return the pattern of the canonical dates that say enough for a template."""
    parts = lenses.date_parts(template)
    if parts & {"HH", "mm"}:
        return _CANONICAL["YYYY-MM-DDTHH:mm"]
    if "DD" in parts:
        return f"^[0-9]{{4}}-[0-9]{{2}}{_DAY}(?:{_CLOCK})?$"
    return f"^[0-9]{{4}}-[0-9]{{2}}(?:{_DAY}(?:{_CLOCK})?)?$"


def _groups(lens: Lens) -> Schema:
    size = sum(lens.groups)
    without = {"not": {"pattern": plain_patterns.escaped(lens.separator)}}
    return {"type": "string", "minLength": size, "maxLength": size} | without


def _numbers(lens: Lens) -> Schema:
    most = min(Fraction(1), 1 / Fraction(lens.factor)) * lenses.MOST_NUMBER
    whole = most.numerator // most.denominator
    return {"type": "number", "minimum": -whole, "maximum": whole}


def _as_it_is(lens: Lens, domain: Schema) -> bool:
    """Tell whether the lens writes a value of this domain as it is, or not at all."""
    if lens.kind in ("identity", "upper"):
        return True
    if lens.kind != "date" or lens.template not in _CANONICAL:
        return False
    told = {"type": "string", "pattern": _CANONICAL[lens.template]}
    other = both(texts_of(domain), texts_of(_written(lens)), opposite(texts_of(told)))
    return _none(other)


def _compared(lens: Lens, schema: Schema, domain: Schema) -> bool | None:
    """Return whether a slot accepts all that a lens on texts writes, or nothing of it.

    None: it accepts some, or that is not proven.
    """
    if lens.kind not in ("date", "affix"):
        return None
    values = both(texts_of(domain), texts_of(_written(lens)))
    accepted = written_texts(lens, schema)
    if _none(both(values, opposite(accepted))):
        return True
    return False if _none(both(values, accepted)) else None


def _none(formula: Any) -> bool:
    """Tell whether it is proven that no text fits."""
    return search(formula, lambda _: True, steps=_MOST_STEPS).none


def _read(lens: Lens, slot: Slot, written: tuple[Any, ...]) -> Iterator[Any]:
    for value in written:
        try:
            canonical = lenses.put(lens, value)
        except UndefinedError:
            continue
        if fits(lens, slot, canonical):
            yield canonical


def _named(values: Iterator[Any]) -> Schema:
    found = list(values)
    return {"enum": found} if found else False


def _by_keyword(lens: Lens, schema: Schema) -> tuple[Schema, list[str]]:
    """Return what can be said keyword by keyword, and why the rest cannot."""
    if isinstance(schema, bool):
        return schema, []
    said: list[Schema] = []
    reasons = []
    for keyword, limit in schema.items():
        if keyword == "allOf":
            each = [_by_keyword(lens, one) for one in limit]
            said += [one for one, _ in each]
            reasons += [reason for _, found in each for reason in found]
            continue
        try:
            said.append(_keyword(lens, schema, keyword, limit))
        except UnsaidError as error:
            reasons.append(f"{keyword}: {error}")
    return _all_of(said), reasons


def _all_of(schemas: list[Schema]) -> Schema:
    said = [schema for schema in schemas if schema is not True]
    if any(schema is False for schema in said):
        return False
    if len(said) > 1:
        return {"allOf": said}
    return said[0] if said else True


def _kinds(schema: Mapping[str, Any]) -> tuple[str, ...]:
    kinds = schema.get("type", ("object", "string", "number"))
    return (kinds,) if isinstance(kinds, str) else tuple(kinds)


def _keyword(lens: Lens, schema: Mapping[str, Any], keyword: str, limit: Any) -> Schema:
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
