"""The laws of lenses, checked when definitions are read; a failure names the value.

L1, `put(get(c)) == c`: on every value of a finite element, else on its examples, the
bounds of its domain and the dates that are easily misread. L2, every value that the
department's form accepts can be written: on finite forms, and where a value is known
that a lens of this kind overlooks. L2 broken is a warning: what is sent is still right.
"""

import re
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from builder import lenses
from builder.errors import (
    BuilderError,
    LensLawError,
    LensNotOntoError,
)
from builder.json_schema import Validator
from builder.lenses import UndefinedError
from builder.model import DataElement, Lens, Part, Schema

_DATE_INPUTS = {
    "date": frozenset({"YYYY", "MM", "DD"}),
    "datetime": frozenset({"YYYY", "MM", "DD", "HH", "mm"}),
    "month": frozenset({"YYYY", "MM"}),
}
#: First and last, leap days, and the two that YYYYMD cannot tell apart.
_DAYS = (
    "0001-01-01",
    "1900-02-28",
    "2000-02-29",
    "2024-01-11",
    "2024-11-01",
    "9999-12-31",
)
DATES = {
    "date": _DAYS,
    "datetime": tuple(f"{day}T{time}" for day in _DAYS for time in ("00:00", "23:59")),
    "month": tuple(day[:7] for day in _DAYS),
}
#: Values of every kind, for elements that say nothing of theirs.
_PLAIN = ("A", "a", "1", 0, 1, 100, 0.01, 12.34)


def lens_errors(
    lens: Lens, element: DataElement, slot: Validator | None, place: str
) -> Iterator[BuilderError]:
    """Yield where a lens breaks L1 for a data element.

    Without a slot the written value shares a line with others, so nothing judges it.
    """
    match lens.kind:
        case "identity":
            return
        case "table":  # its pairs are all there is to it
            yield from _table_errors(lens, element, slot, place)
        case _:
            found = list(_date_errors(lens, element, place))
            yield from found or _round_trip_errors(lens, element, place)


def line_errors(
    lens: Lens, parts: Sequence[tuple[Part, DataElement]], place: str
) -> Iterator[BuilderError]:
    """Yield why facts cannot be joined to one line, or the line not be read back."""
    if not lens.one_way and not lens.separator:
        reason = "nothing separates the parts of the line; mark it one_way."
        yield LensLawError(place, lens.separator, reason)
        return
    for part, element in parts:
        if part.optional and not lens.one_way:
            reason = "a part that can be left out is not found again; mark it one_way."
            yield LensLawError(place, part.fact, reason)
        for value in samples(Lens(), element, lens.separator):
            try:
                written = lenses.get(part.lens, value)
            except UndefinedError:
                continue
            if not isinstance(written, str):
                yield LensLawError(
                    place,
                    value,
                    "a line is made of texts only; write the part by a lens.",
                )
                break
            if not lens.one_way and lens.separator in written:
                reason = "it can hold what separates the parts; mark it one_way."
                yield LensLawError(place, value, reason)
                break


def coverage_warnings(
    lens: Lens, element: DataElement, schema: Schema | None, slot: Validator, place: str
) -> Iterator[BuilderError]:
    """Yield a value that the form accepts and the lens never writes (L2)."""
    if lens.normalizes:
        return
    domain = Validator(element.schema)
    held = finite(schema)
    for value in _overlooked(lens, element) if held is None else held:
        if slot.accepts(value) and not _covered(lens, value, domain):
            yield LensNotOntoError(place, value)
            return


def finite(schema: Schema | None) -> tuple[Any, ...] | None:
    """Return the values a schema names one by one, or None: they are not counted."""
    if not isinstance(schema, Mapping):
        return None
    if "enum" in schema:
        return tuple(schema["enum"])
    if "const" in schema:
        return (schema["const"],)
    return (True, False) if schema.get("type") == "boolean" else None


def _date_errors(
    lens: Lens, element: DataElement, place: str
) -> Iterator[BuilderError]:
    if lens.kind != "date":
        return
    written = lenses.date_parts(lens.template)
    held = _DATE_INPUTS.get(element.input or "", frozenset())
    if not written <= held:
        reason = (
            f"the element holds {', '.join(sorted(held)) or 'no date'}; write no more."
        )
        yield LensLawError(place, lens.template, reason)
    elif written != held and not lens.one_way:
        lost = ", ".join(sorted(held - written))
        reason = f"it drops {lost} of the canonical value; mark it one_way."
        yield LensLawError(place, lens.template, reason)


def _table_errors(
    lens: Lens, element: DataElement, slot: Validator | None, place: str
) -> Iterator[BuilderError]:
    domain = Validator(element.schema)
    forth: dict[Any, Any] = {}
    back: dict[Any, Any] = {}
    for canonical, written in lens.pairs:
        if not domain.accepts(canonical):
            yield LensLawError(
                place,
                canonical,
                "the data element does not know it; take the pair out.",
            )
        # A multi-choice field holds a list of codes.
        if slot is not None and not (slot.accepts(written) or slot.accepts([written])):
            yield LensLawError(
                place, written, "the department's form refuses it; write what it takes."
            )
        its = forth.setdefault(_key(canonical), written)
        if not lenses.same(its, written):
            reason = f"it is written as {its!r} and as {written!r}; keep one."
            yield LensLawError(place, canonical, reason)
        other = back.setdefault(_key(written), canonical)
        if not lenses.same(other, canonical) and not lens.one_way:
            reason = f"it stands for {other!r} and {canonical!r}; mark it one_way."
            yield LensLawError(place, written, reason)


def _key(value: Any) -> Any:
    # Python takes True for 1; JSON does not.
    hashable = isinstance(value, Hashable)
    return (isinstance(value, bool), value) if hashable else repr(value)


def _round_trip_errors(
    lens: Lens, element: DataElement, place: str
) -> Iterator[BuilderError]:
    told = tuple(_told(lens, element))
    tried: tuple[Any, ...] | None = None
    for value in (*told, *samples(lens, element)):
        try:
            written = lenses.get(lens, value)
        except UndefinedError:
            tried = (value,) if tried is None else tried
            if any(lenses.same(value, each) for each in told):
                yield LensLawError(
                    place,
                    value,
                    "the lens has no way to write it; let it, or narrow the element.",
                )
                return
            continue
        tried = ()
        if not lens.one_way and not _comes_back(lens, value, written):
            reason = f"it is written as {written!r} and not read back; mark it one_way."
            yield LensLawError(place, value, reason)
            return
    if tried:
        reason = "the lens writes none of the element's values; bind another."
        yield LensLawError(place, tried[0], reason)


def _comes_back(lens: Lens, value: Any, written: Any) -> bool:
    try:
        return lenses.same(lenses.put(lens, written), value)
    except UndefinedError:
        return False


def _told(lens: Lens, element: DataElement) -> Iterator[Any]:
    """Yield the values an element surely holds, which its lens must write."""
    yield from finite(element.schema) or ()
    examples = [] if element.example is None else [element.example]
    if isinstance(element.schema, Mapping):
        examples += element.schema.get("examples", ())
    domain = Validator(element.schema)
    for value in examples:
        yield value
        if lens.kind == "upper" and isinstance(value, str):
            # Whether the element is canonical in its case, its schema must say.
            yield from (low for low in [value.lower()] if domain.accepts(low))


def samples(lens: Lens, element: DataElement, between: str = "") -> Iterator[Any]:
    """Yield values of an element, for laws that hold for all of them."""
    domain = Validator(element.schema)
    found = [*_told(lens, element), *DATES.get(element.input or "", ()), *_PLAIN]
    if isinstance(element.schema, Mapping):
        bounds = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")
        found += [element.schema[name] for name in bounds if name in element.schema]
    length = sum(lens.groups)
    found += ["0" * length, "A" * length] if length else []
    if between:
        texts = [value for value in found if isinstance(value, str)]
        found += [between, *(text + between + text for text in texts)]
    yield from (value for value in found if domain.accepts(value))


def _overlooked(lens: Lens, element: DataElement) -> Iterator[Any]:
    """Yield document values that a lens of this kind is known not to write."""
    if lens.kind == "date" and {"MM"} <= lenses.date_parts(lens.template):
        yield re.sub("MM|DD|HH|mm|M|D", "99", lens.template.replace("YYYY", "2024"))
    if lens.kind in {"affix", "strip", "upper"}:
        for value in samples(lens, element):
            if isinstance(value, str):
                yield value.lower() if lens.kind == "upper" else value


def _covered(lens: Lens, value: Any, domain: Validator) -> bool:
    try:
        canonical = lenses.put(replace(lens, one_way=False), value)
        if lens.one_way:  # the canonical value holds more than can be read here
            return True
        return domain.accepts(canonical) and lenses.same(
            lenses.get(lens, canonical), value
        )
    except UndefinedError:
        return False
