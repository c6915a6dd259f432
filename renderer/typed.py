"""What was typed into one box, or the boxes of a date, to a value: never judging.

A text becomes a value or a `Problem`, which keeps why it is none. Law: writing a
canonical value into boxes and parsing them gives the same value.
"""

import re
import unicodedata
from calendar import monthrange
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from builder.pointer import ABSENT

MONTHS = 12
YEAR, MONTH, DAY, HOUR, MINUTE = "y", "m", "d", "h", "i"

#: Boxes of a question, by input kind; "" is the one box named like the question.
BOXES: Mapping[str, tuple[str, ...]] = {
    "date": (YEAR, MONTH, DAY),
    "date8": (YEAR, MONTH, DAY),
    "datetime": (YEAR, MONTH, DAY, HOUR, MINUTE),
    "month": (YEAR, MONTH),
}

_PASTED = re.compile(
    r"(\d{4})\s*[-/.年]?\s*(\d{1,2})(?:\s*[-/.月]?\s*(\d{1,2})\s*日?)?"
    r"(?:[T\s]*(\d{1,2})\s*[:时]\s*(\d{1,2})\s*分?)?"
)
_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")
_THOUSANDS = re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?")
_DASHES = str.maketrans(
    dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-")
)
#: A whole date, as people write it where a form wants eight digits.
_WHOLE_DATE = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")
_MOBILE = re.compile(r"(?:\+?86)?(1[3-9]\d{9})")
#: What people write behind a number, besides the unit itself.
_UNITS: Mapping[str, tuple[str, ...]] = {
    "周岁": ("岁",),
    "万元": ("万",),
    "厘米": ("cm",),
    "克": ("g",),
    "日": ("号",),
}
#: The same behind the boxes of a date.
_BOX_UNITS = {YEAR: "年", MONTH: "月", DAY: "日号", HOUR: "时点", MINUTE: "分"}
#: Digits of a number that every program can still count with exactly.
_MOST_DIGITS = 15
#: Digits of one box of a date; a year has the most.
_BOX_DIGITS = 4


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a text is no value; `messages` makes a sentence of it."""

    code: str
    #: The box to put right.
    box: str = ""
    limit: Any = None
    #: What could be read all the same: of a list, its readable cells.
    rest: Any = ABSENT


def narrow(text: str) -> str:
    """Full-width letters, digits and signs to their usual form; no outer space."""
    return unicodedata.normalize("NFKC", text).strip()


def parse_text(text: str) -> str:
    """One line: composed, trimmed, without line breaks."""
    return " ".join(unicodedata.normalize("NFC", text).split("\n")).strip()


def parse_paragraph(text: str) -> str:
    """Several lines, with plain line breaks."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    return unicodedata.normalize("NFC", plain).strip()


def parse_digits(text: str) -> str:
    """A number that names something: plain digits and capitals, without gaps.

    A date, wherever a form wants one in eight digits, may be written as dates are.
    """
    plain = _gapless(text)
    day = _WHOLE_DATE.fullmatch(plain)
    if day is not None:
        return f"{day[1]}{int(day[2]):02}{int(day[3]):02}"
    return plain.replace("-", "").upper() or plain


def parse_phone(text: str) -> str:
    """A mobile number without gaps and country code, or a landline with its dashes."""
    plain = _gapless(text)
    mobile = _MOBILE.fullmatch(plain.replace("-", ""))
    return plain if mobile is None else mobile[1]


def _gapless(text: str) -> str:
    return re.sub(r"\s", "", narrow(text)).translate(_DASHES)


def parse_number(text: str, unit: str = "") -> int | float | Problem:
    """A count or a measure; thousands may be parted by commas.

    Args:
        unit: what is counted, which people write too; another unit is no number.
    """
    plain = re.sub(r"\s", "", narrow(text))
    for ending in (narrow(unit), *_UNITS.get(unit, ())):
        if ending and plain.endswith(ending):
            plain = plain.removesuffix(ending)
            break
    if _THOUSANDS.fullmatch(plain):
        plain = plain.replace(",", "")
    digits = sum(sign.isdecimal() for sign in plain)
    if digits > _MOST_DIGITS or not _NUMBER.fullmatch(plain):
        return Problem("number")
    if "." not in plain:
        return int(plain)
    number = float(plain)
    return int(number) if number.is_integer() else number


def parse_date(boxes: Mapping[str, str], wanted: Sequence[str]) -> str | Problem:
    """A date, a month or a point in time, from its boxes.

    One whole date pasted into the first box is taken too.
    """
    plain = _unpaste({box: narrow(boxes.get(box, "")) for box in wanted}, wanted)
    plain = {box: text.rstrip(_BOX_UNITS[box]) for box, text in plain.items()}
    numbers: dict[str, int] = {}
    for box in wanted:
        if not plain[box]:
            return Problem("date_part_missing", box)
        if not plain[box].isascii() or not plain[box].isdecimal():
            return Problem("date_part_number", box)
        if len(plain[box]) > _BOX_DIGITS and box != YEAR:
            return Problem("date_part_number", box)
        numbers[box] = int(plain[box][:_BOX_DIGITS])
    if len(plain[YEAR]) != _BOX_DIGITS:
        return Problem("date_year", YEAR)
    return _impossible(numbers) or _date_text(numbers)


def _unpaste(boxes: Mapping[str, str], wanted: Sequence[str]) -> Mapping[str, str]:
    if any(boxes[box] for box in wanted if box != YEAR):
        return boxes
    pasted = _PASTED.fullmatch(boxes[YEAR])
    if pasted is None:
        return boxes
    order = (YEAR, MONTH, DAY, HOUR, MINUTE)
    found = dict(zip(order, pasted.groups(default=""), strict=True))
    return {box: found[box] for box in wanted}


def _impossible(numbers: Mapping[str, int]) -> Problem | None:
    if not 1 <= numbers[MONTH] <= MONTHS:
        return Problem("date_month", MONTH)
    if DAY in numbers and numbers[YEAR] > 0:
        days = monthrange(numbers[YEAR], numbers[MONTH])[1]
        if not 1 <= numbers[DAY] <= days:
            return Problem("date_day", DAY, (numbers[MONTH], days))
    if numbers[YEAR] == 0:
        return Problem("date_year", YEAR)
    if numbers.get(HOUR, 0) not in range(24):
        return Problem("time_hour", HOUR)
    if numbers.get(MINUTE, 0) not in range(60):
        return Problem("time_minute", MINUTE)
    return None


def _date_text(numbers: Mapping[str, int]) -> str:
    text = f"{numbers[YEAR]:04}-{numbers[MONTH]:02}"
    if DAY in numbers:
        text += f"-{numbers[DAY]:02}"
    if HOUR in numbers:
        text += f"T{numbers[HOUR]:02}:{numbers[MINUTE]:02}"
    return text
