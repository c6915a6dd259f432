"""What was typed to a JSON value, and back: parsing only, never judging.

Whether a value is allowed is the judge's business. Here a text becomes a value,
`ABSENT`, or a `Problem` that keeps the text as it was typed. Law: writing a canonical
value into boxes and parsing them gives the same value.
"""

import json
import re
import unicodedata
from calendar import monthrange
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any, TypeAlias

from werkzeug.datastructures import MultiDict
from wtforms import Field

from builder import pointer
from builder.model import Question
from builder.pointer import ABSENT
from renderer.choices import OTHER, SEARCH, choice_key, choice_values, written_choice
from renderer.searching import called

#: More rows than this are refused, so that one page stays readable.
MOST_ROWS = 50

MONTHS = 12
YEAR, MONTH, DAY, HOUR, MINUTE = "y", "m", "d", "h", "i"

#: Boxes of a question, by input kind; "" is the one box named like the question.
BOXES: Mapping[str, tuple[str, ...]] = {
    "date": (YEAR, MONTH, DAY),
    "datetime": (YEAR, MONTH, DAY, HOUR, MINUTE),
    "month": (YEAR, MONTH),
}

#: Posted texts by HTML name, as a browser sends them.
Posted: TypeAlias = Mapping[str, Sequence[str]]

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
_ROW_ID = re.compile(r"r\d{1,4}")
#: Digits of a number that every program can still count with exactly.
_MOST_DIGITS = 15
#: Digits of one box of a date; a year has the most.
_BOX_DIGITS = 4
#: Names of boxes are made of at most this many parts: question, row, column, box.
_NAME_PARTS = 4


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a text is no value; `messages` makes a sentence of it."""

    code: str
    #: The box to put right.
    box: str = ""
    limit: Any = None
    #: What could be read all the same: of a list, its readable cells.
    rest: Any = ABSENT


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a list as it was posted."""

    id: str
    #: Place among the rows that hold something; None: the row is empty.
    index: int | None
    posted: Mapping[str, tuple[str, ...]]


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


def parse(question: Question, name: str, posted: Posted) -> Any:
    """Return the value a question was given: JSON, `ABSENT` or a `Problem`."""
    match question.input:
        case "rows":
            return _parse_rows(question, name, posted)
        case "date" | "datetime" | "month":
            wanted = BOXES[question.input]
            boxes = {box: _first(posted, f"{name}-{box}") for box in wanted}
            if not any(text.strip() for text in boxes.values()):
                return ABSENT
            return parse_date(boxes, wanted)
        case "choices":
            keys = [key for key in posted.get(name, ()) if key]
            return _chosen(question, keys) if keys else ABSENT
        case _:
            text = _first(posted, name)
            if question.input == "choice":
                beside = (_first(posted, f"{name}-{box}") for box in (SEARCH, OTHER))
                return _parse_choice(question, text, *beside)
            return _parse_one(question, text) if text.strip() else ABSENT


def _parse_choice(question: Question, key: str, sought: str, other: str) -> Any:
    """One choice: by its key, by its name as it was searched, or a text of its own."""
    if sought.strip():
        same = called(question.choices, sought)
        return same[0].value if len(same) == 1 else Problem("search", SEARCH)
    if other.strip():
        return Problem("choice_and_other", OTHER) if key else parse_text(other)
    return _parse_one(question, key) if key.strip() else ABSENT


def _parse_one(question: Question, text: str) -> Any:
    match question.input:
        case "choice" | "yes_no":
            chosen = _chosen(question, [text])
            return chosen if isinstance(chosen, Problem) else chosen[0]
        case "number":
            return parse_number(text, (question.unit or {}).get("zh-CN", ""))
        case kind:
            return _PARSERS.get(kind, parse_text)(text)


_PARSERS: Mapping[str, Callable[[str], str]] = {
    "digits": parse_digits,
    "phone": parse_phone,
    "email": narrow,
    "paragraph": parse_paragraph,
}


def _chosen(question: Question, keys: Sequence[str]) -> list[Any] | Problem:
    values = choice_values(question)
    if any(key not in values for key in keys):
        return Problem("choice")
    return [values[key] for key in dict.fromkeys(keys)]


def rows(question: Question, name: str, posted: Posted) -> tuple[Row, ...]:
    """The rows that were posted, in the order of their hidden ids."""
    found: list[Row] = []
    kept = 0
    ids = dict.fromkeys(id_ for id_ in posted.get(name, ()) if _ROW_ID.fullmatch(id_))
    # One more than there may be is enough to say that there are too many.
    for id_ in list(ids)[: MOST_ROWS + 1]:
        prefix = f"{name}-{id_}-"
        own = {key: tuple(v) for key, v in posted.items() if key.startswith(prefix)}
        empty = all(
            parse(column, f"{prefix}{column.name}", own) is ABSENT
            for column in question.columns
        )
        found.append(Row(id_, None if empty else kept, own))
        kept += not empty
    return tuple(found)


def _parse_rows(question: Question, name: str, posted: Posted) -> Any:
    whole: list[dict[str, Any]] = []
    readable = True
    for row in rows(question, name, posted):
        if row.index is None:
            continue
        cells: dict[str, Any] = {}
        for column in question.columns:
            value = parse(column, f"{name}-{row.id}-{column.name}", row.posted)
            if isinstance(value, Problem):
                readable = False
            elif value is not ABSENT:
                pointer.put(cells, pointer.parts(column.pointer), value)
        whole.append(cells)
    if len(whole) > MOST_ROWS:
        return Problem("too_many_rows", limit=MOST_ROWS, rest=whole)
    if not readable:
        return Problem("row", rest=whole)
    return whole or ABSENT


def written(question: Question, name: str, value: Any) -> dict[str, tuple[str, ...]]:
    """Return what a browser would post for this value."""
    if value is ABSENT:
        return {}
    match question.input:
        case "rows":
            return _written_rows(question, name, value)
        case "date" | "datetime" | "month":
            return _written_date(question.input, name, str(value))
        case "choices":
            many = value if isinstance(value, list) else [value]
            return {name: tuple(choice_key(item) for item in many)}
        case "choice" | "yes_no":
            return dict(written_choice(question, name, value))
        case _:
            return {name: (value if isinstance(value, str) else json.dumps(value),)}


def _written_date(kind: str, name: str, value: str) -> dict[str, tuple[str, ...]]:
    wanted = BOXES[kind]
    found = re.findall(r"\d+", value)
    if len(found) < len(wanted):
        return {f"{name}-{YEAR}": (value,)}
    texts = [found[0], *(str(int(part)) for part in found[1 : len(wanted)])]
    if kind == "datetime":
        texts[-1] = texts[-1].rjust(2, "0")
    return {f"{name}-{box}": (text,) for box, text in zip(wanted, texts, strict=True)}


def _written_rows(
    question: Question, name: str, value: Any
) -> dict[str, tuple[str, ...]]:
    listed = [row for row in value if isinstance(row, dict)]
    posted: dict[str, tuple[str, ...]] = {
        name: tuple(f"r{index}" for index in range(len(listed)))
    }
    for index, row in enumerate(listed):
        for column in question.columns:
            cell = pointer.get(row, pointer.parts(column.pointer))
            posted |= written(column, f"{name}-r{index}-{column.name}", cell)
    return posted


def _first(posted: Posted, name: str) -> str:
    texts = posted.get(name, ())
    return texts[0] if texts else ""


def by_question(posted: Posted) -> MultiDict[str, tuple[str, tuple[str, ...]]]:
    """Sort once what was posted: under a question's name stand its boxes and texts.

    A name such as "f3-r0-c1" may belong to the question f3, to f3-r0 or to itself.
    """
    found: MultiDict[str, tuple[str, tuple[str, ...]]] = MultiDict()
    for key, texts in posted.items():
        parts = key.split("-", _NAME_PARTS)
        for name in accumulate(parts, lambda above, part: f"{above}-{part}"):
            found.add(name, (key, tuple(texts)))
    return found


class AnswerField(Field):
    """One question of a page: keeps what was posted, and what it means.

    No validators: whether the value is allowed is judged on the whole answers.
    """

    def __init__(self, question: Question, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.question = question
        #: What was posted for this question, by HTML name.
        self.posted: dict[str, tuple[str, ...]] = {}
        #: The JSON value, `ABSENT`, or a `Problem`.
        self.value: Any = ABSENT

    def process(
        self, formdata: Any, data: Any = None, extra_filters: Any = None
    ) -> None:
        """Read this question's own boxes.

        Args:
            formdata: what was posted, as `by_question` sorts it.
            data: not used.
            extra_filters: not used.
        """
        del data, extra_filters
        self.process_errors: list[str] = []
        self.posted = {} if formdata is None else dict(formdata.getlist(self.name))
        self.value = parse(self.question, self.name, self.posted)
