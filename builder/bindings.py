"""Bindings: which facts a field holds, and its value from them and back.

Most fields hold one fact. A field with `parts` holds several: a join writes them as one
line, a record as one object. Everything that asks what a field holds asks here.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from builder import json_schema, lenses, pointer
from builder.lenses import UndefinedError, byte_limits
from builder.model import ByteLimit, FactId, Field, Matter, Part


def parts_of(field: Field) -> tuple[Part, ...]:
    """Return each fact the field holds, with how it alone is written."""
    if field.fact is not None:
        return (Part(fact=field.fact, lens=field.lens),)
    return field.parts


def slots(path: str, field: Field) -> Iterator[tuple[Part, str | None]]:
    """Yield each fact the field holds, and where its value alone stands.

    None: it shares a line with others, so nothing judges it alone. Of a list there is
    none: it is judged row by row.
    """
    if field.rows is not None:
        return
    for part in parts_of(field):
        if field.lens.kind == "record":
            yield part, path + pointer.join([part.name])
        else:
            yield part, None if field.lens.kind == "join" else path


def write(field: Field, facts: Mapping[str, Any]) -> Any:
    """Return the field's value in the document, or `pointer.ABSENT`.

    A line is written only when every part that is not optional has a value.

    Raises:
        UndefinedError: the document has no way to say this; `unwritable` names why.
    """
    if field.fact is not None:
        if field.fact not in facts:
            return pointer.ABSENT
        return lenses.get(field.lens, facts[field.fact])
    written = [
        (part, lenses.get(part.lens, facts[part.fact]))
        for part in field.parts
        if part.fact in facts
    ]
    if not written:
        return pointer.ABSENT
    if field.lens.kind == "record":
        return {part.name: value for part, value in written}
    if missing(field, facts):
        return pointer.ABSENT
    return lenses.get(field.lens, [value for _, value in written])


def missing(field: Field, facts: Mapping[str, Any]) -> tuple[FactId, ...]:
    """Return the facts without a value that the field needs to be written."""
    return tuple(
        part.fact
        for part in parts_of(field)
        if part.fact not in facts and not part.optional
    )


def unwritable(field: Field, facts: Mapping[str, Any]) -> frozenset[FactId]:
    """Return the facts whose values the document has no way to say."""
    return frozenset(
        part.fact
        for part in parts_of(field)
        if part.fact in facts and not can_write(field, part, facts[part.fact])
    )


def can_write(field: Field, part: Part, value: Any) -> bool:
    """Tell whether the document has a way to say this value of one of its facts."""
    try:
        written = lenses.get(part.lens, value)
        if field.lens.kind == "join":
            lenses.get(field.lens, [written])
    except UndefinedError:
        return False
    return True


def read(field: Field, value: Any) -> dict[FactId, Any]:
    """Return the facts that the field's value in a document gives.

    What was written one way gives none: another matter supplies it.

    Raises:
        UndefinedError: the value is none that the lens could have written.
    """
    if field.lens.one_way:
        return {}
    match field.lens.kind:
        case "record":
            found = _components(field, value)
        case "join":
            texts = lenses.put(field.lens, value)
            if len(texts) != len(field.parts):
                raise UndefinedError(value)
            found = list(zip(field.parts, texts, strict=True))
        case _:
            found = [(part, value) for part in parts_of(field)]
    return {
        part.fact: lenses.put(part.lens, each)
        for part, each in found
        if not part.lens.one_way
    }


def _components(field: Field, value: Any) -> list[tuple[Part, Any]]:
    names = {part.name for part in field.parts}
    # An empty object would not come back: it is written only for a part with a value.
    if not isinstance(value, Mapping) or not value or not value.keys() <= names:
        raise UndefinedError(value)
    return [(part, value[part.name]) for part in field.parts if part.name in value]


def refusals(
    matters: Sequence[Matter], fact: FactId, value: Any
) -> Iterator[tuple[str, str]]:
    """Yield each form that does not accept this value of a fact, and why."""
    for matter in matters:
        for path, field in matter.fields.items():
            for part, alone in slots(path, field):
                if part.fact != fact:
                    continue
                if value is None:
                    yield matter.id, "no example is given"
                elif not can_write(field, part, value):
                    yield matter.id, f"cannot write {value!r}"
                elif alone is not None:
                    written = lenses.get(part.lens, value)
                    yield from _violated(matter, alone, field.bytes, written)


def _violated(
    matter: Matter, path: str, limit: ByteLimit | None, written: Any
) -> Iterator[tuple[str, str]]:
    found = list(json_schema.slot_validator(matter.schema, path).violations(written))
    too_long = limit and byte_limits.refusal(limit, written)
    if too_long:
        found.append(too_long)
    if found:
        yield matter.id, f"{found[0].keyword} {found[0].limit!r}"
