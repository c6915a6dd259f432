"""Values as people read them: dates, choices, units, masked numbers."""

import re
from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import format_date

from builder import pointer
from builder.model import Choice, MergedForm, Question
from builder.pointer import ABSENT
from renderer.choices import choice_key
from renderer.wording import language, words
from renderer.wording import say as _
from submissions.numbers import hidden, hidden_number

#: Times are stored in UTC and read in this zone.
ZONE = ZoneInfo("Asia/Shanghai")

KILOBYTE, MEGABYTE = 1024, 1024 * 1024
#: Characters from which a number is masked.
_SHORTEST_MASKED = 8
#: What is shown in a row with its name.
_NAMED = ("date", "date8", "datetime", "month", "number")
_EIGHT_DIGITS = re.compile(r"^(\d{4})(\d\d)(\d\d)$")
_DATE_LENGTH, _MONTH_LENGTH = len("2026-11-03"), len("2026-11")


def shown(question: Question, value: Any, choices: Sequence[Choice] = ()) -> str:
    """Write a canonical value for a person.

    Args:
        choices: the choices to look the value up in; the question's own if left out.
    """
    if value is ABSENT:
        return ""
    match question.input:
        case "rows":
            rows = value if isinstance(value, list) else []
            return "\n".join(_row(question, row, shown) for row in rows)
        case "choice" | "choices" | "yes_no":
            many = value if isinstance(value, list) else [value]
            known = choices or question.choices
            return _("、").join(_choice(item, known) for item in many)
        case "lines" | "numbers":
            many = value if isinstance(value, list) else [value]
            return _("、").join(_with_unit(question, item) for item in many)
        case "date" | "date8" | "datetime" | "month":
            return _date(_EIGHT_DIGITS.sub(r"\1-\2-\3", str(value)))
        case _:
            return _with_unit(question, value)


def masked(question: Question, value: Any) -> str:
    """Like `shown`, with the middle of identity and account numbers hidden."""
    if value is ABSENT:
        return ""
    if question.input == "rows":
        rows = value if isinstance(value, list) else []
        return "\n".join(row_in_words(question, row) for row in rows)
    text = shown(question, value)
    if question.sensitivity != "sensitive":
        return text
    if question.input == "digits" and len(text) >= _SHORTEST_MASKED:
        return hidden_number(text)
    return hidden(text)


def row_in_words(question: Question, row: Any) -> str:
    """Write one row of a list in a line, identity and account numbers masked."""
    return _row(question, row, masked)


def local_date(moment: str) -> str:
    """The day of a stored time (UTC text), or of a plain date."""
    return _date(_local(moment).date().isoformat()) if "T" in moment else _date(moment)


def local_time(moment: str) -> str:
    """Day and time of a stored time (UTC text), to the minute."""
    here = _local(moment)
    return f"{_date(here.date().isoformat())} {here:%H:%M}"


def clock_time(moment: str) -> str:
    """Hour and minute of a stored time (UTC text)."""
    return f"{_local(moment):%H:%M}"


def file_size(count: int) -> str:
    """Write a number of bytes: "85 KB", "1.2 MB"."""
    if count < MEGABYTE:
        return f"{max(1, round(count / KILOBYTE))} KB"
    return f"{count / MEGABYTE:.1f} MB"


def source_name(form: MergedForm, source: str) -> str:
    """What a prefill source is called."""
    known = form.sources.get(source)
    return source if known is None else words(known.label)


def _local(moment: str) -> datetime:
    return datetime.fromisoformat(moment).astimezone(ZONE)


def _choice(value: Any, choices: Sequence[Choice]) -> str:
    for choice in choices:
        if choice_key(choice.value) == choice_key(value):
            return words(choice.label)
    if isinstance(value, bool):
        return _("是") if value else _("否")
    return str(value)


def _date(text: str) -> str:
    try:
        day = date.fromisoformat(text[:_DATE_LENGTH].ljust(_DATE_LENGTH, "0"))
    except ValueError:
        return _month(text)
    rest = text[_DATE_LENGTH + 1 :]
    if language() == "en":
        return f"{format_date(day, 'd MMMM y')}{', ' * bool(rest)}{rest}"
    written = f"{day.year} 年 {day.month} 月 {day.day} 日"
    if ":" in rest:
        hour, minute = rest.split(":")[:2]
        written += f" {int(hour)} 时 {int(minute)} 分"
    return written


def _month(text: str) -> str:
    try:
        first = date.fromisoformat(f"{text[:_MONTH_LENGTH]}-01")
    except ValueError:
        return text
    if language() == "en":
        return str(format_date(first, "MMMM y"))
    return f"{first.year} 年 {first.month} 月"


def _with_unit(question: Question, value: Any) -> str:
    text = f"{value:,}" if isinstance(value, int | float) else str(value)
    return f"{text} {words(question.unit)}".strip()


def _row(question: Question, row: Any, show: Callable[[Question, Any], str]) -> str:
    cells = (
        (column, show(column, pointer.get(row, pointer.parts(column.pointer))))
        for column in question.columns
    )
    # Of two dates or two numbers nobody could tell which is which.
    return _("，").join(
        f"{words(column.label)} {cell}" if column.input in _NAMED else cell
        for column, cell in cells
        if cell
    )
