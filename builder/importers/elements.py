"""The data element of a fact that foreign forms share: as wide as the widest of them.

Soundness needs nothing of it, for each document is judged by its own form's schema. But
it must let through whatever any of the forms lets through, or documents of that form
could not be made; so only what `type` and `enum` say of every document is taken, and of
a field that only a branch names, nothing.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from builder import pack
from builder.importers.fields import Found, input_for, kinds
from builder.model import Input, Schema


def element(slots: Sequence[Found]) -> tuple[dict[str, Any], str | None]:
    """Return the definition of the data element, and why no page can ask for it.

    Args:
        slots: the fields, of all forms, that hold it; at least one.
    """
    schema = domain([slot.schema for slot in slots])
    input_, reason = _input(slots, schema)
    reasons = [slot.unserved for slot in slots if slot.unserved is not None]
    made: dict[str, Any] = {
        "label": {"zh-CN": slots[0].label(), "en": slots[0].label()},
        "schema": schema,
        "sensitivity": "personal",
        "input": input_,
    }
    hint = next((slot.hint for slot in slots if slot.hint is not None), None)
    if hint is not None:
        made["hint"] = {"zh-CN": hint, "en": hint}
    return made, next(iter(reasons), reason)


def domain(schemas: Sequence[Schema]) -> Schema:
    """Return a schema that lets through all that any of these lets through."""
    allowed = [kinds(schema) for schema in schemas]
    known = [one for one in allowed if one is not None]
    if len(known) < len(allowed):
        return True
    values = [
        value
        for schema in schemas
        for value in (schema.get("enum", ()) if isinstance(schema, Mapping) else ())
    ]
    together = frozenset[str]().union(*known)
    listed = all(isinstance(s, Mapping) and "enum" in s for s in schemas)
    if listed and together != {"boolean"}:
        return {"enum": list({pack.canonical(v): v for v in values}.values())}
    told = sorted(together)
    made: dict[str, Any] = {"type": told[0] if len(told) == 1 else told}
    items = [s["items"] for s in schemas if isinstance(s, Mapping) and "items" in s]
    if told == ["array"] and len(items) == len(schemas):
        each = domain(items)
        made |= {} if each is True else {"items": each}
    return made


def _input(slots: Sequence[Found], schema: Schema) -> tuple[Input, str | None]:
    inputs = {slot.input for slot in slots}
    if len(inputs) == 1:
        return slots[0].input, None
    return input_for(kinds(schema))
