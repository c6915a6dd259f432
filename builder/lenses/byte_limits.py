"""Limits counted in bytes: what a department's own store can keep of a text.

JSON Schema counts characters. A column of 300 bytes holds 100 汉字 in UTF-8 and 150 in
GBK, so the count is made in the encoding of the department that stores it.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from builder import lists, pointer
from builder.json_schema import Violation
from builder.model import ByteLimit, Matter


def has_limits(matter: Matter) -> bool:
    """Tell whether the matter's department counts the bytes of any field."""
    return any(field.bytes is not None for _, field in lists.flat(matter.fields))


def byte_violations(matter: Matter, document: Mapping[str, Any]) -> Iterator[Violation]:
    """Yield each text of the document that the matter's department cannot keep.

    The keyword is "maxBytes" with the limit in bytes, or "encoding" with its name
    where the department has no bytes for a character.
    """
    for path, field in lists.flat(matter.fields):
        if field.bytes is None:
            continue
        for place, text in _found(document, pointer.parts(path), ()):
            violation = _violation(field.bytes, place, text)
            if violation is not None:
                yield violation


def refusal(limit: ByteLimit, value: Any) -> Violation | None:
    """Return why a department cannot keep this value; None: it can."""
    return _violation(limit, (), value)


def _violation(
    limit: ByteLimit, place: tuple[str | int, ...], value: Any
) -> Violation | None:
    if not isinstance(value, str):
        return None
    try:
        size = len(value.encode(limit.encoding))
    except UnicodeEncodeError:
        return Violation(place, "encoding", limit.encoding)
    return Violation(place, "maxBytes", limit.max) if size > limit.max else None


def _found(
    value: Any, names: tuple[str, ...], place: tuple[str | int, ...]
) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    if not names:
        yield place, value
    elif names[0] == "*" and isinstance(value, list):
        for index, row in enumerate(value):
            yield from _found(row, names[1:], (*place, index))
    elif isinstance(value, Mapping) and names[0] in value:
        yield from _found(value[names[0]], names[1:], (*place, names[0]))
