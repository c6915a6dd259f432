"""Values made of other facts: a closed list of computations, data in the affairs.

Law: the same values give the same value, on every machine and every day; what cannot
be computed is `ABSENT`, never a guess.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import Any

from builder.model import Computation
from builder.pointer import ABSENT

#: GB 11643: region 6, date of birth 8, order 3 (odd: male), check character.
_ID_NUMBER = re.compile(r"[0-9]{6}([0-9]{4})([0-9]{2})([0-9]{2})[0-9]{2}([0-9])[0-9X]")
_DAY = len("2026-11-03")
#: GB/T 2261.1.
_MALE, _FEMALE = "1", "2"


def derive(kind: Computation, values: Sequence[Any], by: Any = None) -> Any:
    """Return the value that follows from others, or `ABSENT`.

    Args:
        kind: how.
        values: of the facts it is made of, in the order the rule names them.
        by: what the computation needs to know besides; see each.
    """
    if any(value is ABSENT for value in values):
        return ABSENT
    try:
        return _DERIVE[kind](values, by)
    except (AttributeError, KeyError, TypeError, ValueError):
        return ABSENT  # a value of another shape: its own question says so


def _copy(values: Sequence[Any], _: Any) -> Any:
    [value] = values
    return value


def _sex(values: Sequence[Any], _: Any) -> Any:
    match = _ID_NUMBER.fullmatch(values[0])
    if match is None:
        return ABSENT
    return _MALE if int(match[4]) % 2 else _FEMALE


def _birth_date(values: Sequence[Any], _: Any) -> Any:
    [number] = values
    return _day(number).isoformat() if _ID_NUMBER.fullmatch(number) else ABSENT


def _year_and_month(values: Sequence[Any], _: Any) -> Any:
    return date.fromisoformat(values[0][:_DAY]).isoformat()[: len("2026-11")]


def _full_years(values: Sequence[Any], _: Any) -> Any:
    """Whole years from a day, or the birth an ID number tells, to a later day."""
    born, then = map(_day, values)
    years = then.year - born.year - ((then.month, then.day) < (born.month, born.day))
    return years if years >= 0 else ABSENT


def _day(text: str) -> date:
    match = _ID_NUMBER.fullmatch(text)
    if match is None:
        return date.fromisoformat(text[:_DAY])
    return date(int(match[1]), int(match[2]), int(match[3]))


def _slice(values: Sequence[Any], by: Any) -> Any:
    """`by`: from which character on, up to which."""
    start, end = by
    cut = values[0][start:end]
    return cut if len(cut) == end - start else ABSENT


def _compose(values: Sequence[Any], by: Any) -> Any:
    """The texts one after another; `by`: words for codes, such as of provinces."""
    words: Mapping[str, str] = by or {}
    return "".join(words.get(value, value) for value in values)


def _table(values: Sequence[Any], by: Any) -> Any:
    """`by`: [value, or how its code begins, what follows]; the longest counts."""
    [value] = values
    fitting = [(key, found) for key, found in by if value.startswith(key)]
    return max(fitting, key=lambda pair: len(pair[0]), default=("", ABSENT))[1]


def _percent_sum(values: Sequence[Any], _: Any) -> Any:
    """An amount, and shares of it in percent: what they come to, to the cent."""
    amount, *shares = (Fraction(str(value)) for value in values)
    whole = amount * sum(shares) / 100
    cents = round(whole * 100)
    return cents // 100 if cents % 100 == 0 else cents / 100


_DERIVE: Mapping[Computation, Callable[[Sequence[Any], Any], Any]] = {
    "copy": _copy,
    "sex_of_id_number": _sex,
    "birth_date_of_id_number": _birth_date,
    "year_and_month": _year_and_month,
    "full_years": _full_years,
    "slice": _slice,
    "compose": _compose,
    "table": _table,
    "percent_sum": _percent_sum,
}
