"""Answers without what is not asked: a walk over what is given, not over what could be.

A form has hundreds of questions, and its answers are pruned for every page.
"""

from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

from builder import pointer
from builder.model import Question

#: The answers that are asked for, name by name; None: whatever stands here is one.
Asked: TypeAlias = Mapping[str, "Asked | None"]


def asked(questions: Iterable[Question]) -> Asked:
    """Return where in the answers these questions are answered."""
    tree: dict[str, Any] = {}
    for question in questions:
        pointer.put(tree, pointer.parts(question.pointer), None)
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
            elif isinstance(value, dict):
                below = only(inside, value)
                if below:
                    kept[name] = below
    return kept
