"""One question: of a fact that forms share, or of a matter's own field."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from builder.documents import omit_pointer
from builder.errors import UnservedError
from builder.fact_ids import element_of, part_of, role_of
from builder.model import (
    Affair,
    Asker,
    Catalogue,
    DataElement,
    FactId,
    Input,
    Matter,
    Pointer,
    Question,
    QuestionOverride,
    Schema,
    Text,
)
from builder.places import fact_pointer, field_pointer
from builder.questions.slots import Slot, choices, max_length, other


def input_of(schema: Schema, *, has_codes: bool) -> Input:
    """Find how a value of this schema is best put in.

    Raises:
        ValueError: a value of this kind cannot be put in as one question.
    """
    told = schema if isinstance(schema, Mapping) else {}
    kind = _one_kind(told.get("type"))
    if kind == "object":
        raise ValueError("it is a group; describe its fields one by one.")
    if kind == "array":
        return "choices" if has_codes else _several(told.get("items"))
    if has_codes or "enum" in told:
        return "choice"
    return _SIMPLE_INPUTS.get(kind) or (
        "date" if told.get("format") == "date" else "text"
    )


def _one_kind(told: Any) -> Any:
    """Return the one kind of value that is put in; null is never put in."""
    if not isinstance(told, list):
        return told
    kinds = [kind for kind in told if kind != "null"]
    if "string" in kinds:
        return "string"
    if len(kinds) > 1 and not {"integer", "number"}.issuperset(kinds):
        raise ValueError("its values are of several kinds.")
    return next(iter(kinds), None)


def _several(items: Any) -> Input:
    """Find how the values of a list are put in, none of which is named by a list."""
    told = items if isinstance(items, Mapping) else {}
    if "enum" in told:
        return "choices"
    return _LISTED_INPUTS.get(told.get("type"), "rows")


#: Single values are written one a line; what is anything else has columns.
_LISTED_INPUTS: Mapping[Any, Input] = {
    "string": "lines",
    "integer": "numbers",
    "number": "numbers",
}
_SIMPLE_INPUTS: Mapping[Any, Input] = {
    "boolean": "yes_no",
    "integer": "number",
    "number": "number",
}


def fact_question(
    catalogue: Catalogue,
    affair: Affair,
    slots: Sequence[Slot],
    fact: FactId,
    names: Mapping[Pointer, str],
) -> Question:
    """Return the question of a fact, for the fields that hold it."""
    element = catalogue.elements[element_of(fact)]
    where = fact_pointer(fact)
    told = affair.questions.get(where, QuestionOverride())
    reasons = (slot.field.unserved for slot in slots)
    return Question(
        pointer=where,
        name=names.get(where, ""),
        label=told.label or fact_label(catalogue, affair, fact, element),
        hint=told.hint or element.hint,
        unit=element.unit,
        input=told.input
        or element.input
        or input_of(element.schema, has_codes=element.codelist is not None),
        sensitivity=element.sensitivity,
        autocomplete=element.autocomplete,
        choices=choices(catalogue, element.codelist, element.schema, slots),
        other=other(catalogue, element.codelist),
        max_length=max_length(slots),
        asked_by=tuple(slot.asker() for slot in slots),
        when=told.when,
        required=told.required,
        prefill=affair.prefill.get(where, ()),
        unserved=next((reason for reason in reasons if reason is not None), None),
    )


def fact_label(
    catalogue: Catalogue, affair: Affair, fact: FactId, element: DataElement
) -> Text:
    """Return what a fact is called: whose it is, and what."""
    if not role_of(fact):
        return element.label
    role = affair.roles[role_of(fact)]
    whole = catalogue.elements.get(part_of(fact))
    if whole is None:
        return {
            "zh-CN": role["zh-CN"] + element.label["zh-CN"],
            "en": f"{role['en']}: {element.label['en']}",
        }
    return {
        "zh-CN": f"{whole.label['zh-CN']}：{element.label['zh-CN']}",
        "en": f"{whole.label['en']}: {element.label['en']}",
    }


def own_question(
    catalogue: Catalogue,
    affair: Affair,
    matter: Matter,
    path: str,
    names: Mapping[Pointer, str],
) -> Question:
    """Return the question of a field that only its own matter asks."""
    where = field_pointer(matter.id, path)
    name = names.get(where, "")
    question = field_question(catalogue, matter, path, where, name=name)
    if where not in affair.questions and where not in affair.prefill:
        return question
    told = affair.questions.get(where, QuestionOverride())
    return replace(
        question,
        label=told.label or question.label,
        hint=told.hint or question.hint,
        input=told.input or question.input,
        when=told.when,
        required=told.required,
        prefill=affair.prefill.get(where, ()),
    )


def field_question(
    catalogue: Catalogue,
    matter: Matter,
    path: str,
    where: Pointer,
    *,
    name: str = "",
    above: str = "",
) -> Question:
    """Return the question of a field, without what an affair says of it.

    Args:
        catalogue: where its code list is.
        matter: whose field it is.
        path: where it stands in the form.
        where: in the answers.
        name: of its input, if it has a page to stand on.
        above: of a row: where that stands in the document.

    Raises:
        UnservedError: no page can ask for it.
    """
    one = Slot(matter=matter, path=path, field=matter.fields[path], above=above)
    kind = _kind(one, where)
    return Question(
        pointer=where,
        name=name,
        label=one.field.label,
        hint=one.field.hint,
        unit=one.field.unit,
        input=kind,
        sensitivity=one.field.sensitivity,
        choices=choices(catalogue, one.field.codelist, one.schema, (one,), own=True),
        other=other(catalogue, one.field.codelist),
        max_length=max_length((one,)),
        asked_by=(one.asker(),),
        columns=_columns(catalogue, matter, path) if kind == "rows" else (),
        unserved=one.field.unserved,
    )


def _kind(one: Slot, where: Pointer) -> Input:
    has_codes = one.field.codelist is not None
    try:
        return one.field.input or input_of(one.schema, has_codes=has_codes)
    except ValueError as error:
        raise UnservedError(f"matters/{one.matter.id}", where, str(error)) from error


def _columns(catalogue: Catalogue, matter: Matter, path: str) -> tuple[Question, ...]:
    found = []
    start = f"{path}/*"
    for below in matter.fields:
        if below.startswith(start + "/"):
            where = Pointer(below.removeprefix(start))
            found.append(field_question(catalogue, matter, below, where))
    place = f"matters/{matter.id}"
    return named(found, place, path)


def named(columns: Iterable[Question], place: str, path: str) -> tuple[Question, ...]:
    """Return the columns of a list, named c1, c2, ...

    Raises:
        UnservedError: they are none that a row can ask for.
    """
    found = tuple(columns)
    if not found:
        reason = "its rows have no described columns. Add them to `fields`."
        raise UnservedError(place, path, reason)
    if any(column.input == "rows" for column in found):
        raise UnservedError(place, path, "it is a list inside a list.")
    return tuple(
        replace(column, name=f"c{number}")
        for number, column in enumerate(found, start=1)
    )


def send_question(
    catalogue: Catalogue,
    affair: Affair,
    matter: Matter,
    path: str,
    names: Mapping[Pointer, str],
) -> Question:
    """Return the question whether a department is not to be sent a field."""
    where = omit_pointer(matter.id, path)
    told = affair.questions.get(where, QuestionOverride())
    field, department = matter.fields[path], catalogue.departments[matter.department]
    return Question(
        pointer=where,
        name=names.get(where, ""),
        label=told.label
        or {
            "zh-CN": f"不向{department.label['zh-CN']}提供“{field.label['zh-CN']}”",
            "en": f"Keep “{field.label['en']}” from {department.label['en']}",
        },
        hint=told.hint,
        input="yes_no",
        sensitivity="general",
        asked_by=(
            Asker(matter=matter.id, path=path, label=field.label, required=False),
        ),
        when=told.when,
    )
