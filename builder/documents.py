"""Answers to documents and back: `project` and `decompose`.

Law: a document that decomposes is projected back unchanged, member for member (a lens
marked one-way excepted: what it writes can only be supplied by another matter).
"""

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from builder import lenses, pointer
from builder.errors import SlotValueError
from builder.lenses import UndefinedError
from builder.model import Answers, FactId, Matter


def project(matter: Matter, answers: Answers) -> dict[str, Any]:
    """Return the matter's own document, under its own field names and formats.

    An answer that is absent is absent from the document, never null: whether that is
    allowed is for the department's own schema to say.

    Raises:
        UndefinedError: a fact has a value that this form has no way to write; `judge`
            reports it as a fault before anything is projected.
    """
    document: dict[str, Any] = deepcopy(answers.get("matters", {}).get(matter.id, {}))
    facts = answers.get("facts", {})
    for path, field in matter.fields.items():
        if field.fact is not None and field.fact in facts:
            value = lenses.get(field.lens, facts[field.fact])
            pointer.put(document, pointer.parts(path), value)
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
        if field.fact is None or value is pointer.ABSENT:
            continue
        pointer.remove(remainder, names)
        if field.lens.one_way:
            continue
        try:
            facts[field.fact] = lenses.put(field.lens, value)
        except UndefinedError as error:
            raise SlotValueError(f"matters/{matter.id}", path, value) from error
    return {"facts": facts, "matters": {matter.id: remainder}}
