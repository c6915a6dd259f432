"""Lenses: how a fact's canonical value is written in a document, and read back.

A closed list: data, not code. Laws: `put(get(c)) == c` for every canonical value a
two-way lens can write, and `get(put(v)) == v` for every value it reads (one marked
`normalizes` may read more). What a document holds is only ever produced by `get`, so
nothing ambiguous leaves the house.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from fractions import Fraction
from typing import Any

from builder.model import Lens, LensKind

#: Beyond this a whole number is no longer the same for every reader of JSON.
MOST_NUMBER = 2**53
_CANONICAL = re.compile(
    r"(?P<YYYY>[0-9]{4})-(?P<MM>[0-9]{2})(?:-(?P<DD>[0-9]{2})"
    r"(?:T(?P<HH>[0-9]{2}):(?P<mm>[0-9]{2}))?)?"
)
_TOKEN = re.compile("YYYY|MM|DD|HH|mm|M|D")
_DIGITS = {"YYYY": "[0-9]{4}", "M": "1[0-2]|[1-9]", "D": "[12][0-9]|3[01]|[1-9]"}
_PADDED = {"M": "MM", "D": "DD"}
#: Only these have a case in codes and numbers; ß and ı would not come back.
_UPPER = str.maketrans("abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ")


class UndefinedError(ValueError):
    """A lens has no value to write, or cannot read what is there."""


def get(lens: Lens, value: Any) -> Any:
    """Write a canonical value as the document wants it.

    Args:
        lens: how.
        value: the canonical value; of a join, the texts of its parts in order; of a
            record, its parts by the name of their property.

    Raises:
        UndefinedError: the document has no way to say this value.
    """
    return _GET[lens.kind](lens, value)


def put(lens: Lens, value: Any) -> Any:
    """Read a document's value back into the canonical form.

    Raises:
        UndefinedError: the lens is one-way, or the value is none it could have written
            (nor, where it `normalizes`, only another writing of one).
    """
    if lens.one_way:
        raise UndefinedError(value)
    return _PUT[lens.kind](lens, value)


def upper(text: str) -> str:
    """Return the text with A-Z for a-z; no other letter changes."""
    return text.translate(_UPPER)


def same(left: Any, right: Any) -> bool:
    """Tell whether two values are equal as JSON: 1 is 1.0, and true is not 1."""
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(same, left, right))
    if isinstance(left, Mapping) and isinstance(right, Mapping):
        return left.keys() == right.keys() and all(
            same(left[name], right[name]) for name in left
        )
    return bool(left == right)


def date_parts(template: str) -> frozenset[str]:
    """Return which of YYYY MM DD HH mm a date template writes."""
    return frozenset(_PADDED.get(token, token) for token in _TOKEN.findall(template))


def _look_up(pairs: Iterable[tuple[Any, Any]], value: Any) -> Any:
    for key, found in pairs:
        if key == value and same(key, value):  # the first is quick, the second right
            return found
    raise UndefinedError(value)


def _as_it_is(_: Lens, value: Any) -> Any:
    return value


def _affixed(lens: Lens, value: Any) -> str:
    return lens.prefix + _text(value) + lens.suffix


def _read_upper(lens: Lens, value: Any) -> str:
    return _upper_only(upper(_text(value)) if lens.normalizes else value)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise UndefinedError(value)
    return value


def _without_affix(lens: Lens, value: Any) -> str:
    text = _text(value)
    inside = text.removeprefix(lens.prefix).removesuffix(lens.suffix)
    if lens.prefix + inside + lens.suffix != text:
        raise UndefinedError(value)
    return inside


def _group(lens: Lens, value: Any) -> str:
    text = _text(value)
    if len(text) != sum(lens.groups) or lens.separator in text:
        raise UndefinedError(value)
    pieces = []
    start = 0
    for size in lens.groups:
        pieces.append(text[start : start + size])
        start += size
    return lens.separator.join(pieces)


def _ungroup(lens: Lens, value: Any) -> str:
    text = _text(value).replace(lens.separator, "")
    if _group(lens, text) != value and not lens.normalizes:
        raise UndefinedError(value)
    return text


def _upper_only(value: Any) -> str:
    text = _text(value)
    if upper(text) != text:
        raise UndefinedError(value)
    return text


def _scaled(value: Any, factor: Fraction) -> int | float:
    """Multiply a JSON number exactly, as the decimal that its text says."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise UndefinedError(value)
    if not abs(value) <= MOST_NUMBER:  # nor NaN, which JSON has not
        raise UndefinedError(value)
    exact = Fraction(value if isinstance(value, int) else repr(value)) * factor
    if abs(exact) > MOST_NUMBER:
        raise UndefinedError(value)
    if exact.denominator == 1:
        return exact.numerator
    nearest = float(exact)
    if Fraction(repr(nearest)) != exact:  # it would need more digits than a number has
        raise UndefinedError(value)
    return nearest


def _joined(lens: Lens, value: Any) -> str:
    texts = [_text(text) for text in value]
    if not lens.one_way and any(lens.separator in text for text in texts):
        raise UndefinedError(value)
    return lens.separator.join(texts)


def _write_date(template: str, value: Any) -> str:
    match = _CANONICAL.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise UndefinedError(value)
    parts = match.groupdict()

    def written(token: re.Match[str]) -> str:
        part = parts[_PADDED.get(token[0], token[0])]
        if part is None:
            raise UndefinedError(value)
        return str(int(part)) if token[0] in _PADDED else part

    return _TOKEN.sub(written, template)


def _read_date(template: str, value: Any) -> str:
    groups = []
    pattern = ""
    end = 0
    for token in _TOKEN.finditer(template):
        pattern += re.escape(template[end : token.start()])
        pattern += f"({_DIGITS.get(token[0], '[0-9]{2}')})"
        groups.append(_PADDED.get(token[0], token[0]))
        end = token.end()
    pattern += re.escape(template[end:])
    match = re.fullmatch(pattern, value) if isinstance(value, str) else None
    if match is None:
        raise UndefinedError(value)
    parts = {
        name: text.zfill(2) for name, text in zip(groups, match.groups(), strict=True)
    }
    canonical = _canonical(parts, value)
    if _write_date(template, canonical) != value:  # it says one part in two ways
        raise UndefinedError(value)
    return canonical


def _canonical(parts: dict[str, str], value: str) -> str:
    try:
        date(int(parts["YYYY"]), int(parts["MM"]), int(parts.get("DD", "1")))
    except (KeyError, ValueError) as error:
        raise UndefinedError(value) from error
    text = f"{parts['YYYY']}-{parts['MM']}"
    if "DD" in parts:
        text += f"-{parts['DD']}"
    if {"DD", "HH", "mm"} <= parts.keys():
        text += f"T{parts['HH']}:{parts['mm']}"
    return text


#: The closed list: how each lens writes, and how it reads.
_GET: Mapping[LensKind, Callable[[Lens, Any], Any]] = {
    "identity": _as_it_is,
    "table": lambda lens, value: _look_up(lens.pairs, value),
    "date": lambda lens, value: _write_date(lens.template, value),
    "affix": _affixed,
    "strip": _group,
    "upper": lambda _, value: _upper_only(value),
    "scale": lambda lens, value: _scaled(value, Fraction(lens.factor)),
    "join": _joined,
    "record": _as_it_is,
}
_PUT: Mapping[LensKind, Callable[[Lens, Any], Any]] = {
    "identity": _as_it_is,
    "table": lambda lens, value: _look_up(((d, c) for c, d in lens.pairs), value),
    "date": lambda lens, value: _read_date(lens.template, value),
    "affix": _without_affix,
    "strip": _ungroup,
    "upper": _read_upper,
    "scale": lambda lens, value: _scaled(value, 1 / Fraction(lens.factor)),
    "join": lambda lens, value: _text(value).split(lens.separator),
    "record": _as_it_is,
}
