"""Lenses: how a fact's canonical value is written in a document, and read back.

Laws: `put(get(c)) == c` for every canonical value a two-way lens can write; what a
document holds is only ever produced by `get`, so nothing ambiguous leaves the house.
"""

import re
from datetime import date
from typing import Any

from builder.model import Lens

_CANONICAL = re.compile(
    r"(?P<YYYY>[0-9]{4})-(?P<MM>[0-9]{2})(?:-(?P<DD>[0-9]{2})"
    r"(?:T(?P<HH>[0-9]{2}):(?P<mm>[0-9]{2}))?)?"
)
_TOKEN = re.compile("YYYY|MM|DD|HH|mm|M|D")
_DIGITS = {"YYYY": "[0-9]{4}", "M": "1[0-2]|[1-9]", "D": "[12][0-9]|3[01]|[1-9]"}
_PADDED = {"M": "MM", "D": "DD"}


class UndefinedError(ValueError):
    """A lens has no value to write, or cannot read what is there."""


def get(lens: Lens, value: Any) -> Any:
    """Write a canonical value as the document wants it.

    Raises:
        UndefinedError: the document has no way to say this value.
    """
    match lens.kind:
        case "identity":
            return value
        case "table":
            return _look_up(((c, d) for c, d in lens.pairs), value)
        case "date":
            return _write_date(lens.template, value)


def put(lens: Lens, value: Any) -> Any:
    """Read a document's value back into the canonical form.

    Raises:
        UndefinedError: the lens is one-way, or the value is none it could have written.
    """
    if lens.one_way:
        raise UndefinedError(value)
    match lens.kind:
        case "identity":
            return value
        case "table":
            return _look_up(((d, c) for c, d in lens.pairs), value)
        case "date":
            return _read_date(lens.template, value)


def date_parts(template: str) -> frozenset[str]:
    """Return which of YYYY MM DD HH mm a date template writes."""
    return frozenset(_PADDED.get(token, token) for token in _TOKEN.findall(template))


def _look_up(pairs: Any, value: Any) -> Any:
    for key, found in pairs:
        # Python takes True for 1; JSON does not.
        if type(key) is type(value) and key == value:
            return found
    raise UndefinedError(value)


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
    return _canonical(parts, value)


def _canonical(parts: dict[str, str], value: str) -> str:
    try:
        date(int(parts["YYYY"]), int(parts["MM"]), int(parts.get("DD", "1")))
    except ValueError as error:
        raise UndefinedError(value) from error
    text = f"{parts['YYYY']}-{parts['MM']}"
    if "DD" in parts:
        text += f"-{parts['DD']}"
    if "HH" in parts:
        text += f"T{parts['HH']}:{parts['mm']}"
    return text
