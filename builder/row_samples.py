"""Sample rows of shared lists, from what is accepted for each column."""

from collections.abc import Sequence
from typing import Any

from builder import pointer
from builder.model import Question

#: Rows of the longest list.
_MOST_ROWS = 3
#: Lists of each length.
_EACH = 6


def lists_of(columns: Sequence[tuple[Question, Sequence[Any]]]) -> list[list[Any]]:
    """Return lists of rows: short ones first, each row with other values.

    Args:
        columns: with what is accepted for each.
    """
    rows = [_row(columns, number) for number in range(_EACH * _MOST_ROWS)]
    found = [
        rows[start : start + length]
        for length in range(1, _MOST_ROWS + 1)
        for start in range(_EACH)
    ]
    return [*found, []]


def beside(known: list[Any] | None, found: Sequence[Any]) -> list[Any]:
    """Return rows that are known, with what other documents say beside them.

    Real documents are of different people; what each matter alone asks of a row is
    taken from any of its rows.
    """
    if not known or not found:
        return known or list(found)
    made = []
    for number, row in enumerate(known):
        other = pointer.copied(found[number % len(found)])
        made.append(
            {
                "facts": {**other["facts"], **row["facts"]},
                "matters": {**row["matters"], **other["matters"]},
            }
        )
    return made


def _row(columns: Sequence[tuple[Question, Sequence[Any]]], number: int) -> Any:
    row: dict[str, Any] = {"facts": {}, "matters": {}}
    for place, (column, values) in enumerate(columns):
        # Each column turns at its own pace, so that values meet in many ways.
        if values:
            value = values[number * (place + 1) % len(values)]
            pointer.put(row, pointer.parts(column.pointer), pointer.copied(value))
    return row
