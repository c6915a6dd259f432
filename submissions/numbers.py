"""Numbers that name a person or an account: found in answers, hidden in texts."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any

#: GB 11643; also one with a slip in it, and whatever else is as long.
_ID = re.compile(r"\d{17}[\dX]", re.ASCII)
#: Identity and card numbers, whole or in groups, not inside a longer name or hash.
#: Chinese text may stand right beside them.
_LONG = re.compile(
    r"(?<!\w)(?:\d{17}[\dX]|\d{6}[ -]\d{4}[ -]?\d{4}[ -]?\d{3}[\dX]"
    r"|\d{6}[ -]\d{8}[ -]?\d{3}[\dX]"
    r"|\d{4}(?:[ -]?\d{4}){3}(?:[ -]?\d{1,3})?)(?!\w)",
    re.ASCII | re.IGNORECASE,
)
#: Signs left readable at either end.
_HEAD, _TAIL = 4, 2


def normal(number: str) -> str:
    """Return an identity number as it is compared, however it was typed.

    >>> normal(" １１０１０１ 19900101 123x ")
    '11010119900101123X'
    """
    plain = unicodedata.normalize("NFKC", number)
    return re.sub(r"[\s-]", "", plain).upper()


def id_numbers(value: Any) -> Iterator[str]:
    """Yield every identity number in an answer, normal, wherever it stands."""
    match value:
        case str():
            if _ID.fullmatch(normal(value)):
                yield normal(value)
        case Mapping():
            for below in value.values():
                yield from id_numbers(below)
        case list():
            for below in value:
                yield from id_numbers(below)


def hidden(text: str) -> str:
    """Return a text with the middle of every identity and card number hidden.

    >>> hidden("id=11010119900101123X of s_110101199001011237")
    'id=1101************3X of s_110101199001011237'
    >>> hidden("身份证号110101 19900307 4514，卡号6222021234567890123")
    '身份证号1101**************14，卡号6222*************23'
    """
    return _LONG.sub(lambda found: hidden_number(found[0]), text)


def hidden_number(number: str) -> str:
    """Return a number with its middle hidden.

    >>> hidden_number("110101199001011237")
    '1101************37'
    """
    return number[:_HEAD] + "*" * (len(number) - _HEAD - _TAIL) + number[-_TAIL:]
