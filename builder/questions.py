"""The questions of an affair: facts asked once, remainders under their matter."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from builder import json_schema, lenses, pointer
from builder.errors import UnservedError
from builder.fact_ids import element_of, part_of, role_of
from builder.json_schema import Validator
from builder.lenses import UndefinedError
from builder.model import (
    Affair,
    Asker,
    Catalogue,
    Choice,
    DataElement,
    FactId,
    Field,
    Input,
    Matter,
    MatterId,
    Pointer,
    Question,
    QuestionOverride,
    Schema,
    Situation,
    Text,
)
from builder.situations import awaited


def fact_pointer(fact: FactId) -> Pointer:
    """Return where the answer of a fact stands in the answers."""
    return Pointer(pointer.join(["facts", fact]))


def field_pointer(matter: MatterId, path: str) -> Pointer:
    """Return where the answer of a matter's own field stands in the answers."""
    return Pointer(pointer.join(["matters", matter]) + path)


def situation_questions(situations: Sequence[Situation]) -> tuple[Question, ...]:
    """Return the questions that come before the form, named s1, s2, ..."""
    return tuple(
        Question(
            pointer=fact_pointer(situation.fact),
            name=f"s{number}",
            label=situation.label,
            hint=situation.hint,
            input=input_of(situation.schema, has_codes=bool(situation.choices)),
            sensitivity="general",
            choices=situation.choices,
            when=situation.when,
        )
        for number, situation in enumerate(situations, start=1)
    )


def form_questions(
    catalogue: Catalogue,
    affair: Affair,
    matters: Sequence[Matter],
    sets: Iterable[Sequence[Matter]],
) -> dict[Pointer, Question]:
    """Return every question that can be asked in some situation, unnamed yet.

    Args:
        sets: every set of matters that can apply together; a fact that is awaited
            wherever it is needed is no question.

    Raises:
        UnservedError: a form holds what no page can ask for.
    """
    asked = _ever_asked(sets)
    made: dict[Pointer, Question] = {}
    for matter in matters:
        for path, field in matter.fields.items():
            if "/*/" in path:
                continue
            if field.fact is None:
                question = _own_question(catalogue, affair, matter, path)
            elif field.fact in asked and fact_pointer(field.fact) not in made:
                question = _fact_question(catalogue, affair, matters, field.fact)
            else:
                continue
            made[question.pointer] = question
    return made


def input_of(schema: Schema, *, has_codes: bool) -> Input:
    """Find how a value of this schema is best put in.

    Raises:
        ValueError: a value of this kind cannot be put in as one question.
    """
    told = schema if isinstance(schema, Mapping) else {}
    kind = told.get("type")
    if kind == "object":
        raise ValueError("it is a group; describe its fields one by one.")
    if kind == "array":
        return "choices" if has_codes else "rows"
    if has_codes or "enum" in told:
        return "choice"
    return _SIMPLE_INPUTS.get(kind) or (
        "date" if told.get("format") == "date" else "text"
    )


_SIMPLE_INPUTS: Mapping[Any, Input] = {
    "boolean": "yes_no",
    "integer": "number",
    "number": "number",
}


def _ever_asked(sets: Iterable[Sequence[Matter]]) -> set[FactId]:
    asked: set[FactId] = set()
    for matters in sets:
        coming = awaited(matters)
        for matter in matters:
            facts = {f.fact for f in matter.fields.values() if f.fact is not None}
            asked |= facts - set(coming)
    return asked


@dataclass(frozen=True, slots=True)
class _Slot:
    """One field of one matter, with the validator of its place in the form."""

    matter: Matter
    path: str
    field: Field
    validator: Validator

    def asker(self) -> Asker:
        return Asker(
            matter=self.matter.id,
            path=self.path,
            label=self.field.label,
            required=json_schema.is_required(self.matter.schema, self.path),
            lens=self.field.lens,
        )

    def accepts(self, value: Any) -> bool:
        try:
            written = lenses.get(self.field.lens, value)
        except UndefinedError:
            return False
        return self.validator.accepts(written)


def _slot(matter: Matter, path: str) -> _Slot:
    validator = json_schema.slot_validator(matter.schema, path)
    return _Slot(matter, path, matter.fields[path], validator)


def _slots_of(matters: Sequence[Matter], fact: FactId) -> tuple[_Slot, ...]:
    return tuple(
        _slot(matter, path)
        for matter in matters
        for path, field in matter.fields.items()
        if field.fact == fact
    )


def _fact_question(
    catalogue: Catalogue, affair: Affair, matters: Sequence[Matter], fact: FactId
) -> Question:
    element = catalogue.elements[element_of(fact)]
    slots = _slots_of(matters, fact)
    where = fact_pointer(fact)
    told = affair.questions.get(where, QuestionOverride())
    return Question(
        pointer=where,
        name="",
        label=told.label or _fact_label(catalogue, affair, fact, element),
        hint=told.hint or element.hint,
        unit=element.unit,
        input=told.input
        or element.input
        or input_of(element.schema, has_codes=element.codelist is not None),
        sensitivity=element.sensitivity,
        autocomplete=element.autocomplete,
        choices=_choices(catalogue, element.codelist, element.schema, slots),
        max_length=_max_length(slots),
        asked_by=tuple(slot.asker() for slot in slots),
        when=told.when,
        required=told.required,
        prefill=affair.prefill.get(where, ()),
    )


def _fact_label(
    catalogue: Catalogue, affair: Affair, fact: FactId, element: DataElement
) -> Text:
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


def _own_question(
    catalogue: Catalogue, affair: Affair, matter: Matter, path: str
) -> Question:
    where = field_pointer(matter.id, path)
    told = affair.questions.get(where, QuestionOverride())
    question = _field_question(catalogue, matter, path, where)
    return replace(
        question,
        label=told.label or question.label,
        hint=told.hint or question.hint,
        input=told.input or question.input,
        when=told.when,
        required=told.required,
        prefill=affair.prefill.get(where, ()),
    )


def _field_question(
    catalogue: Catalogue, matter: Matter, path: str, where: Pointer
) -> Question:
    slot = _slot(matter, path)
    schema = json_schema.subschema(matter.schema, path)
    if schema is None:
        schema = True
    try:
        kind = slot.field.input or input_of(
            schema, has_codes=slot.field.codelist is not None
        )
    except ValueError as error:
        raise UnservedError(f"matters/{matter.id}", where, str(error)) from error
    return Question(
        pointer=where,
        name="",
        label=slot.field.label,
        hint=slot.field.hint,
        unit=slot.field.unit,
        input=kind,
        sensitivity=slot.field.sensitivity,
        choices=_choices(catalogue, slot.field.codelist, schema, (slot,)),
        max_length=_max_length((slot,)),
        asked_by=(slot.asker(),),
        columns=_columns(catalogue, matter, path) if kind == "rows" else (),
    )


def _columns(catalogue: Catalogue, matter: Matter, path: str) -> tuple[Question, ...]:
    found = []
    start = f"{path}/*"
    for below in matter.fields:
        if below.startswith(start + "/"):
            where = Pointer(below.removeprefix(start))
            found.append(_field_question(catalogue, matter, below, where))
    place = f"matters/{matter.id}"
    if not found:
        reason = "its rows have no described columns. Add them to `fields`."
        raise UnservedError(place, path, reason)
    if any(column.input == "rows" for column in found):
        raise UnservedError(place, path, "it is a list inside a list.")
    return tuple(
        replace(column, name=f"c{number}")
        for number, column in enumerate(found, start=1)
    )


def _choices(
    catalogue: Catalogue,
    codelist: str | None,
    schema: Schema,
    slots: Sequence[_Slot],
) -> tuple[Choice, ...]:
    domain = Validator(schema)
    many = isinstance(schema, Mapping) and schema.get("type") == "array"

    def whole(value: Any) -> Any:
        return [value] if many else value

    return tuple(
        Choice(
            value=choice.value,
            label=choice.label,
            refused_by=tuple(
                slot.matter.id
                for slot in slots
                if not slot.accepts(whole(choice.value))
            ),
        )
        for choice in _listed(catalogue, codelist, schema)
        if domain.accepts(whole(choice.value))
    )


def _listed(
    catalogue: Catalogue, codelist: str | None, schema: Schema
) -> Iterator[Choice]:
    if codelist is not None:
        yield from catalogue.codelists[codelist].values
    elif isinstance(schema, Mapping):
        for value in schema.get("enum", ()):
            yield Choice(value=value, label={"zh-CN": str(value), "en": str(value)})


def _max_length(slots: Sequence[_Slot]) -> int | None:
    lengths = []
    for slot in slots:
        schema = json_schema.subschema(slot.matter.schema, slot.path)
        if isinstance(schema, Mapping) and "maxLength" in schema:
            lengths.append(int(schema["maxLength"]))
    return max(lengths, default=None)
