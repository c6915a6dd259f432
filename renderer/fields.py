"""What was posted for a question to its JSON value, and back: parsing only.

Whether a value is allowed is the judge's business. Here what was posted becomes a
value, `ABSENT`, or a `Problem`. Law: what is written for a canonical value is parsed to
the same value.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate
from typing import Any, TypeAlias

from werkzeug.datastructures import MultiDict
from wtforms import Field

from builder import pointer
from builder.model import Pointer, Question
from builder.pointer import ABSENT
from renderer.choices import OTHER, SEARCH, choice_key, choice_values, written_choice
from renderer.searching import called
from renderer.typed import (
    BOXES,
    YEAR,
    Problem,
    narrow,
    parse_date,
    parse_digits,
    parse_number,
    parse_paragraph,
    parse_phone,
    parse_text,
)

#: More rows than this are refused, so that one page stays readable.
MOST_ROWS = 50

#: Posted texts by HTML name, as a browser sends them.
Posted: TypeAlias = Mapping[str, Sequence[str]]

_EIGHT_DIGITS = re.compile("[0-9]{8}")
_ROW_ID = re.compile(r"r\d{1,4}")
#: Names of boxes are made of at most this many parts: question, row, column, box.
_NAME_PARTS = 4


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a list as it was posted."""

    id: str
    #: Place among the rows that hold something; None: the row is empty.
    index: int | None
    posted: Mapping[str, tuple[str, ...]]


def parse(question: Question, name: str, posted: Posted) -> Any:
    """Return the value a question was given: JSON, `ABSENT` or a `Problem`."""
    match question.input:
        case "rows":
            return _parse_rows(question, name, posted)
        case "date" | "date8" | "datetime" | "month":
            wanted = BOXES[question.input]
            boxes = {box: _first(posted, f"{name}-{box}") for box in wanted}
            if not any(text.strip() for text in boxes.values()):
                return ABSENT
            day = parse_date(boxes, wanted)
            return _digits(day) if question.input == "date8" else day
        case "choices":
            keys = [key for key in posted.get(name, ()) if key]
            return _chosen(question, keys) if keys else ABSENT
        case _:
            text = _first(posted, name)
            if question.input == "choice":
                beside = (_first(posted, f"{name}-{box}") for box in (SEARCH, OTHER))
                return _parse_choice(question, text, *beside)
            return _parse_one(question, text) if text.strip() else ABSENT


def _digits(day: str | Problem) -> str | Problem:
    return day if isinstance(day, Problem) else day.replace("-", "")


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
        case "lines" | "numbers":
            return _parse_lines(question.input, text)
        case kind:
            return _PARSERS.get(kind, parse_text)(text)


def _parse_lines(kind: str, text: str) -> Any:
    """Several values, one a line; an empty line is none."""
    values: list[Any] = []
    for number, line in enumerate(parse_paragraph(text).split("\n"), start=1):
        if line.strip():
            value = parse_number(line) if kind == "numbers" else parse_text(line)
            if isinstance(value, Problem):
                return Problem("line", limit=number)
            values.append(value)
    return values or ABSENT


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


def cell_name(listing: Question, number: int) -> str:
    """Return how the boxes of a row begin, as in a list on one page."""
    return f"{listing.name}-r{number - 1}"


def cell_of(listing: Question, column: Question, number: int) -> Question:
    """Return a column as a question of its own: the cell of one row."""
    return replace(
        column,
        pointer=Pointer(f"{listing.pointer}/{number - 1}{column.pointer}"),
        name=f"{cell_name(listing, number)}-{column.name}",
    )


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
        case "date" | "date8" | "datetime" | "month":
            return _written_date(question.input, name, str(value))
        case "choices":
            many = value if isinstance(value, list) else [value]
            return {name: tuple(choice_key(item) for item in many)}
        case "choice" | "yes_no":
            return dict(written_choice(question, name, value))
        case _:
            many = value if isinstance(value, list) else [value]
            return {name: ("\n".join(choice_key(item) for item in many),)}


def _written_date(kind: str, name: str, value: str) -> dict[str, tuple[str, ...]]:
    wanted = BOXES[kind]
    found = re.findall(r"\d+", value)
    if kind == "date8" and _EIGHT_DIGITS.fullmatch(value):
        found = [value[:4], value[4:6], value[6:]]
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
