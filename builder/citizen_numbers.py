"""Citizen identity numbers (GB 11643): what they say, and what is wrong with one."""

from datetime import date
from operator import mul
from typing import Literal, TypeAlias

Slip: TypeAlias = Literal["length", "letters", "date", "check"]

_LENGTH = 18
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"


def slip(number: str) -> Slip | None:
    """Return the first thing that is wrong with a number, or None.

    >>> slip("11010519491231002X")
    >>> slip("110105194912310021")
    'check'
    """
    if len(number) != _LENGTH:
        return "length"
    if not (number.isascii() and number[:-1].isdigit()) or number[-1] not in _CHECKS:
        return "letters"
    try:
        _born(number)
    except ValueError:
        return "date"
    total = sum(map(mul, _WEIGHTS, map(int, number[:-1])))
    return None if _CHECKS[total % 11] == number[-1] else "check"


def born(number: str) -> date | None:
    """Return the birth date in a number; None: it is no right number."""
    return None if slip(number) else _born(number)


def sex(number: str) -> str | None:
    """Return the sex in a number as in GB/T 2261.1; None: it is no right number.

    >>> sex("11010519491231002X")
    '2'
    """
    if slip(number):
        return None
    return "1" if int(number[16]) % 2 else "2"


def _born(number: str) -> date:
    return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
