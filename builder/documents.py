"""Answers to documents and back: `project` and `decompose`.

Law: a document that decomposes is projected back unchanged, member for member. Two
kinds of lens are excepted: what a one-way lens writes can only be supplied by another
matter, and one that `normalizes` may read what it writes in another way.
"""

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from builder import bindings, pointer
from builder.errors import SlotValueError
from builder.lenses import MOST_NUMBER, UndefinedError
from builder.model import Answers, FactId, Matter


def project(matter: Matter, answers: Answers) -> dict[str, Any]:
    """Return the matter's own document, under its own field names and formats.

    An answer that is absent is absent from the document, never null: whether that is
    allowed is for the department's own schema to say. A whole number is written without
    a fraction: 1.0 is 1, and a form of draft-04 takes only the one for an integer.

    Raises:
        UndefinedError: a fact has a value that this form has no way to write; `judge`
            reports it as a fault before anything is projected.
    """
    own = answers.get("matters", {}).get(matter.id, {})
    document: dict[str, Any] = _in_whole_numbers(own)
    facts = answers.get("facts", {})
    for path, field in matter.fields.items():
        value = bindings.write(field, facts)
        if value is not pointer.ABSENT:
            pointer.put(document, pointer.parts(path), _in_whole_numbers(value))
    return document


def decompose(matter: Matter, document: Mapping[str, Any]) -> dict[str, Any]:
    """Return the answers this document gives: facts, and the matter's remainder.

    Objects that are emptied stay, so that they come back in the projection.

    Raises:
        SlotValueError: a lens cannot read what the document holds.
    """
    remainder = deepcopy(dict(document))
    facts: dict[FactId, Any] = {}
    for path, field in matter.fields.items():
        names = pointer.parts(path)
        value = pointer.get(document, names)
        if not field.held or value is pointer.ABSENT:
            continue
        pointer.remove(remainder, names)
        try:
            facts |= bindings.read(field, value)
        except UndefinedError as error:
            raise SlotValueError(f"matters/{matter.id}", path, value) from error
    return {"facts": facts, "matters": {matter.id: remainder}}


def _in_whole_numbers(value: Any) -> Any:
    """Return a copy of a JSON value, with whole numbers as integers."""
    if isinstance(value, float) and value.is_integer() and abs(value) <= MOST_NUMBER:
        return int(value)
    if isinstance(value, dict):
        return {name: _in_whole_numbers(inside) for name, inside in value.items()}
    return (
        [_in_whole_numbers(each) for each in value]
        if isinstance(value, list)
        else value
    )
