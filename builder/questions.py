"""The questions of an affair: facts asked once, remainders under their matter."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from builder import bindings, json_schema, lenses
from builder.errors import UnservedError
from builder.fact_ids import element_of, part_of, role_of
from builder.json_schema import Validator
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
    Part,
    Pointer,
    Question,
    QuestionOverride,
    Schema,
    Situation,
    Text,
)
from builder.places import fact_pointer, field_pointer
from builder.situations import awaited, bound


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
    slots = _slots(matters)
    made: dict[Pointer, Question] = {}
    for matter in matters:
        for path, field in matter.fields.items():
            if "/*/" in path:
                continue
            if not field.held:
                question = _own_question(catalogue, affair, matter, path)
                made[question.pointer] = question
            for fact in field.held:
                if fact in asked and fact_pointer(fact) not in made:
                    question = _fact_question(catalogue, affair, slots[fact], fact)
                    made[question.pointer] = question
    return made


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
        return "choices" if has_codes else "rows"
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
            asked |= bound(matter) - set(coming)
    return asked


@dataclass(frozen=True)
class _Slot:
    """One field of one matter, or one fact of it, with what judges its value."""

    matter: Matter
    path: str
    field: Field
    #: The fact of the question; None: the field is the matter's own.
    part: Part | None
    #: It has a place of its own; otherwise it shares a line with others.
    alone: bool

    @cached_property
    def validator(self) -> Validator:
        # Compiling a large form for a field that has no choices would be in vain.
        return json_schema.slot_validator(self.matter.schema, self.path)

    def asker(self) -> Asker:
        optional = self.part is not None and self.part.optional
        return Asker(
            matter=self.matter.id,
            path=self.path,
            label=self.field.label,
            required=not optional
            and json_schema.is_required(self.matter.schema, self.path),
            lens=self.part.lens if self.part else self.field.lens,
            bytes=self.field.bytes,
        )

    def accepts(self, value: Any) -> bool:
        if self.part is None:
            return self.validator.accepts(value)
        if not bindings.can_write(self.field, self.part, value):
            return False
        written = lenses.get(self.part.lens, value)
        return not self.alone or self.validator.accepts(written)

    def max_length(self) -> int | None:
        schema = json_schema.subschema(self.matter.schema, self.path)
        limits = []
        if isinstance(schema, Mapping) and "maxLength" in schema:
            limits.append(int(schema["maxLength"]))
        if self.field.bytes is not None:  # a character has at least one byte
            limits.append(self.field.bytes.max)
        return min(limits, default=None)


def _slot(
    matter: Matter, path: str, field: Field, part: Part | None = None, *, alone: bool
) -> _Slot:
    return _Slot(matter, path, field, part, alone)


def _slots(matters: Sequence[Matter]) -> dict[FactId, list[_Slot]]:
    """Return the slots of every fact, in the order of the matters and their fields."""
    found: dict[FactId, list[_Slot]] = {}
    for matter in matters:
        for path, field in matter.fields.items():
            for part, place in bindings.slots(path, field):
                slot = _slot(
                    matter, place or path, field, part, alone=place is not None
                )
                found.setdefault(part.fact, []).append(slot)
    return found


def _fact_question(
    catalogue: Catalogue, affair: Affair, slots: Sequence[_Slot], fact: FactId
) -> Question:
    element = catalogue.elements[element_of(fact)]
    where = fact_pointer(fact)
    told = affair.questions.get(where, QuestionOverride())
    reasons = (slot.field.unserved for slot in slots)
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
        other=_other(catalogue, element.codelist),
        max_length=_max_length(slots),
        asked_by=tuple(slot.asker() for slot in slots),
        when=told.when,
        required=told.required,
        prefill=affair.prefill.get(where, ()),
        unserved=next((reason for reason in reasons if reason is not None), None),
    )


def _fact_label(
    catalogue: Catalogue, affair: Affair, fact: FactId, element: DataElement
) -> Text:
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
    slot = _slot(matter, path, matter.fields[path], alone=True)
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
        choices=_choices(catalogue, slot.field.codelist, schema, (slot,), own=True),
        other=_other(catalogue, slot.field.codelist),
        max_length=_max_length((slot,)),
        asked_by=(slot.asker(),),
        columns=_columns(catalogue, matter, path) if kind == "rows" else (),
        unserved=slot.field.unserved,
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
    *,
    own: bool = False,
) -> tuple[Choice, ...]:
    """Return the values to choose from.

    Args:
        catalogue: where the code lists are.
        codelist: the list that names them; None: the schema does.
        schema: what all of them are.
        slots: the fields they are written into.
        own: the schema is that of the only slot; it may refer to the rest of its form.
    """
    listed = tuple(_listed(catalogue, codelist, schema))
    if not listed:
        return ()
    domain = slots[0].validator if own else Validator(schema)
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
        for choice in listed
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


def _other(catalogue: Catalogue, codelist: str | None) -> Text | None:
    return None if codelist is None else catalogue.codelists[codelist].other


def _max_length(slots: Sequence[_Slot]) -> int | None:
    lengths = (slot.max_length() for slot in slots)
    return max((length for length in lengths if length is not None), default=None)
