"""Answers to documents and back: `project` and `decompose`.

Law: a document that decomposes is projected back unchanged, member for member. Two
kinds of lens are excepted: what a one-way lens writes can only be supplied by another
matter, and one that `normalizes` may read what it writes in another way.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any

from builder import bindings, json_schema, lists, pointer
from builder.errors import SlotValueError
from builder.json_schema.whole_forms import form_validator
from builder.lenses import MOST_NUMBER, UndefinedError
from builder.model import Answers, FactId, Field, Matter, MatterId, Pointer, Rows
from builder.places import fact_pointer, field_pointer

#: Stands in a matter's remainder: the paths the applicant does not want to be sent.
OMIT = "$omit"
#: Fields of one matter that are sent only where its form needs them.
MOST_SPARE = 4


def omit_pointer(matter: MatterId, path: str) -> Pointer:
    """Return where in the answers it stands that a field is not to be sent."""
    return Pointer(pointer.join(["matters", matter, OMIT, path]))


def project(matter: Matter, answers: Answers) -> dict[str, Any]:
    """Return the matter's own document, under its own field names and formats.

    An answer that is absent is absent from the document, never null: whether that is
    allowed is for the department's own schema to say. A whole number is written without
    a fraction: 1.0 is 1, and a form of draft-04 takes only the one for an integer.
    Of the facts that are sent only if required, as few are written as the form accepts;
    all, if it accepts none.

    Raises:
        UndefinedError: a fact has a value that this form has no way to write; `judge`
            reports it as a fault before anything is projected.
    """
    held = answers.get("facts", {})
    optional = [
        path
        for path in spare(matter)
        if any(fact in held for fact in matter.fields[path].held)
    ]
    if optional:
        form = form_validator(matter.schema)
        for left_out in subsets(optional):
            try:
                document = _projected(matter, answers, left_out)
            except UndefinedError:
                continue
            if form.accepts(document):
                return document
    return _projected(matter, answers, ())


def decompose(matter: Matter, document: Mapping[str, Any]) -> dict[str, Any]:
    """Return the answers this document gives: facts, and the matter's remainder.

    Objects that are emptied stay, so that they come back in the projection.

    Raises:
        SlotValueError: a lens cannot read what the document holds, or a list holds a
            row that it would not hold.
    """
    remainder = pointer.copied(dict(document))
    facts: dict[FactId, Any] = {}
    for path, field in matter.fields.items():
        names = pointer.parts(path)
        value = pointer.get(document, names)
        if field.send == "choice" and value is pointer.ABSENT:
            remainder.setdefault(OMIT, {})[path] = True
        if not field.held or value is pointer.ABSENT:
            continue
        pointer.remove(remainder, names)
        if field.rows is not None and field.fact is not None:
            before = facts.get(field.fact, [])
            found = _rows(matter, path, field.rows, value, before)
            facts[field.fact] = [*before, *found]
            continue
        try:
            facts |= bindings.read(field, value)
        except UndefinedError as error:
            raise SlotValueError(f"matters/{matter.id}", path, value) from error
    return {"facts": facts, "matters": {matter.id: remainder}}


def spare(matter: Matter) -> tuple[str, ...]:
    """Return the fields that are sent only where the form cannot do without them."""
    return tuple(
        path
        for path, field in matter.fields.items()
        if field.send == "if-required"
        and not json_schema.is_required(matter.schema, path)
    )


def subsets(paths: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Yield which of these fields to leave out: the most first, none last."""
    for count in range(len(paths), -1, -1):
        yield from combinations(paths, count)


def _projected(
    matter: Matter, answers: Answers, left_out: Collection[str]
) -> dict[str, Any]:
    facts = answers.get("facts", {})
    own = answers.get("matters", {}).get(matter.id, {})
    document: dict[str, Any] = in_whole_numbers(own)
    unwanted = {}
    if OMIT in document and _has_choices(matter):
        unwanted = document.pop(OMIT)
    for path, field in matter.fields.items():
        if path in left_out or unwanted.get(path) is True:
            continue
        if field.rows is not None:
            value = _written(matter, field, field.rows, facts)
        else:
            value = bindings.write(field, facts)
        if value is not pointer.ABSENT:
            pointer.put(document, pointer.parts(path), in_whole_numbers(value))
    return document


def in_whole_numbers(value: Any) -> Any:
    """Return a copy of a JSON value, with whole numbers as integers."""
    if isinstance(value, float) and value.is_integer() and abs(value) <= MOST_NUMBER:
        return int(value)
    if isinstance(value, dict):
        return {name: in_whole_numbers(inside) for name, inside in value.items()}
    return (
        [in_whole_numbers(each) for each in value] if isinstance(value, list) else value
    )


def _has_choices(matter: Matter) -> bool:
    return any(field.send == "choice" for field in matter.fields.values())


def _written(matter: Matter, field: Field, rows: Rows, facts: Mapping[str, Any]) -> Any:
    """Return the rows a list holds, or the one row that stands there."""
    if field.fact is None or field.fact not in facts:
        return pointer.ABSENT
    one = lists.of_row(matter, rows)
    documents = [
        project(one, row) if lists.well_formed(row) else row
        for _, row in lists.matching(rows, facts[field.fact])
    ]
    return lists.standing(rows, documents)


def _rows(
    matter: Matter, path: str, rows: Rows, value: Any, before: Sequence[Any]
) -> Iterator[dict[str, Any]]:
    """Yield the rows that a list of a document gives, or the one that stands there.

    Args:
        matter: whose document it is.
        path: where the list or the row stands in it.
        rows: how it is held.
        value: what stands there.
        before: the rows that came before.
    """
    documents = value if rows.number is None else [value]
    next_ = len(lists.matching(rows, before)) + 1
    if rows.number not in {None, next_} or not isinstance(documents, list):
        raise SlotValueError(f"matters/{matter.id}", path, value)
    for document in documents:
        if not isinstance(document, Mapping):
            raise SlotValueError(f"matters/{matter.id}", path, document)
        row = decompose(lists.of_row(matter, rows), document)
        row["facts"] = lists.told(rows.where) | row["facts"]
        if not lists.fulfils(rows.where, row["facts"]):
            raise SlotValueError(f"matters/{matter.id}", path, document)
        yield row


def places(matter: Matter, where: str) -> tuple[str, ...]:
    """Return where in the answers a place of the matter's document comes from.

    Of a place above several fields, of all of them; of a cell or a row of a list, the
    list. Nowhere: the form has no such place.

    Args:
        where: JSON Pointer into the document.
    """
    found: dict[str, None] = {}
    for path, field in matter.fields.items():
        list_, _star, _column = path.partition("/*")
        if not field.held and _meet(list_, where):
            found[field_pointer(matter.id, list_)] = None
        for part, alone in bindings.slots(path, field):
            if _meet(alone or path, where):
                found[fact_pointer(part.fact)] = None
    return tuple(found)


def _meet(one: str, other: str) -> bool:
    """Tell whether one place is the other, or lies in it."""
    return f"{one}/".startswith(f"{other}/") or f"{other}/".startswith(f"{one}/")
