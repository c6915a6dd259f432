"""Answers without what is not asked: a walk over what is given, not over what could be.

A form has hundreds of questions, and its answers are pruned for every page.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from builder import lists, pointer
from builder.model import Question

#: The answers that are asked for, name by name; None: whatever stands here is one.
Asked: TypeAlias = Mapping[str, "Asked | EachRow | None"]


@dataclass(frozen=True, slots=True)
class EachRow:
    """Of a shared list: what is asked of each row."""

    columns: Asked


def asked(questions: Iterable[Question]) -> Asked:
    """Return where in the answers these questions are answered."""
    tree: dict[str, Any] = {}
    for question in questions:
        names = pointer.parts(question.pointer)
        shared = question.columns and names[0] == "facts"
        inside = EachRow(asked(question.columns)) if shared else None
        pointer.put(tree, names, inside)
    return tree


def only(places: Asked, given: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is given at these places; an object without any of it is left out.

    The values are those that were given, not copies of them.
    """
    kept: dict[str, Any] = {}
    for name in given:
        if name in places:
            inside, value = places[name], given[name]
            if inside is None:
                kept[name] = value
            elif isinstance(inside, EachRow):
                kept[name] = _rows(inside.columns, value)
            elif isinstance(value, dict):
                below = only(inside, value)
                if below:
                    kept[name] = below
    return kept


def _rows(columns: Asked, given: Any) -> Any:
    """Return the rows with what is asked of them; what is no row stays as it is."""
    if not isinstance(given, list):
        return given
    return [only(columns, row) if lists.well_formed(row) else row for row in given]
