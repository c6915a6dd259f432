"""The rows of a list in words, where each is changed on a page of its own."""

from collections.abc import Iterator, Sequence
from typing import Any

from builder import pointer
from builder.model import MergedForm, Question
from builder.validity import Fault
from renderer.blocks import Entry
from renderer.fields import Posted, cell_name, cell_of, parse
from renderer.messages import for_fault, for_problem
from renderer.showing import row_in_words
from renderer.typed import Problem
from renderer.wording import say as _
from renderer.wording import words


def entries(
    form: MergedForm,
    question: Question,
    value: Any,
    *,
    faults: Sequence[Fault],
    typed: Posted,
) -> Iterator[Entry]:
    """Yield the rows of a list, each with the first thing to put right in it.

    Args:
        value: the rows.
        faults: those of the list and below it.
        typed: texts in the boxes of its cells; those that are no value yet count.
    """
    listed = value if isinstance(value, list) else []
    for number, row in enumerate(listed, start=1):
        error = _error(form, question, (number, row), faults, typed)
        yield Entry(
            id=cell_name(question, number),
            number=number,
            text=row_in_words(question, row) or _("（空）"),
            error=_("第 %(number)s 行：%(error)s", number=number, error=error)
            if error
            else "",
        )


def concerns_row(question: Question, number: int, fault: Fault) -> bool:
    """The fault is in this row of a list."""
    return f"{fault.pointer}/".startswith(f"{question.pointer}/{number - 1}/")


def _error(
    form: MergedForm,
    question: Question,
    numbered: tuple[int, Any],
    faults: Sequence[Fault],
    typed: Posted,
) -> str:
    number, row = numbered
    for column in question.columns:
        cell = cell_of(question, column, number)
        read = parse(cell, cell.name, typed)
        if isinstance(read, Problem):
            return for_problem(read, cell)
        for fault in faults:
            if f"{fault.pointer}/".startswith(f"{cell.pointer}/"):
                value = pointer.get(row, pointer.parts(column.pointer))
                given = None if value is pointer.ABSENT else value
                return for_fault(fault, cell, form, given)
    if any(concerns_row(question, number, fault) for fault in faults):
        return _("“%(label)s”里有一行要改", label=words(question.label))
    return ""
