"""The question of a shared list: asked once, one group of columns for each row."""

from collections.abc import Container, Mapping, Sequence
from dataclasses import replace

from builder import json_schema, lists
from builder.fact_ids import element_of
from builder.model import (
    Affair,
    Asker,
    Catalogue,
    FactId,
    Matter,
    MatterId,
    Pointer,
    Question,
    QuestionOverride,
    Rows,
)
from builder.places import fact_pointer, field_pointer
from builder.questions.single import (
    fact_label,
    fact_question,
    field_question,
    named,
)
from builder.questions.slots import slots


def list_question(
    catalogue: Catalogue,
    affair: Affair,
    matters: Sequence[Matter],
    list_: FactId,
    names: Mapping[Pointer, str],
) -> Question:
    """Return the question of a shared list: asked once, with the columns of all."""
    element = catalogue.elements[element_of(list_)]
    where = fact_pointer(list_)
    told = affair.questions.get(where, QuestionOverride())
    ways = [
        (matter, path, rows)
        for matter in matters
        for fact, path, rows in lists.bindings(matter)
        if fact == list_
    ]
    reasons = [matter.fields[path].unserved for matter, path, _ in ways]
    return Question(
        pointer=where,
        name=names.get(where, ""),
        label=told.label or fact_label(catalogue, affair, list_, element),
        hint=told.hint or element.hint,
        input="rows",
        sensitivity=element.sensitivity,
        asked_by=tuple(
            Asker(
                matter=matter.id,
                path=path,
                label=matter.fields[path].label,
                required=json_schema.is_required(matter.schema, path),
            )
            for matter, path, _ in ways
        ),
        when=told.when,
        required=told.required,
        columns=_list_columns(catalogue, affair, ways),
        prefill=affair.prefill.get(where, ()),
        unserved=next((reason for reason in reasons if reason is not None), None),
    )


def _list_columns(
    catalogue: Catalogue, affair: Affair, ways: Sequence[tuple[Matter, str, Rows]]
) -> tuple[Question, ...]:
    """Return the questions of a row: those that matters share, and each one's own.

    Of a matter that holds only some of the rows, no column is required, and no choice
    refused: that would be said of all rows.
    """
    forms = [(lists.row_matter(*way), way) for way in ways]
    above = {id(form): lists.row_path(path, rows) for form, (_, path, rows) in forms}
    unsaid = replace(affair, questions={}, prefill={})  # it says nothing of columns
    every = slots([form for form, _ in forms], above)
    whole = slots([form for form, (_, _, rows) in forms if rows.where is None])
    made: dict[Pointer, Question] = {}
    for form, (_, _, rows) in forms:
        for path, field in form.fields.items():
            for fact in field.held:
                where = fact_pointer(fact)
                if where not in made:
                    column = fact_question(catalogue, unsaid, every[fact], fact, {})
                    held = {slot.matter.id for slot in whole.get(fact, ())}
                    made[where] = _of_whole_lists(column, held)
            if not field.held:
                where = field_pointer(form.id, path)
                column = field_question(
                    catalogue, form, path, where, above=above[id(form)]
                )
                held = {form.id} if rows.where is None else set()
                made[where] = _of_whole_lists(column, held)
    place = f"matters/{ways[0][0].id}"
    return named(made.values(), place, ways[0][1])


def _of_whole_lists(column: Question, matters: Container[MatterId]) -> Question:
    """Return a column of which only these matters require or refuse anything."""
    return replace(
        column,
        choices=tuple(
            replace(
                choice, refused_by=tuple(m for m in choice.refused_by if m in matters)
            )
            for choice in column.choices
        ),
        asked_by=tuple(
            replace(asker, required=asker.required and asker.matter in matters)
            for asker in column.asked_by
        ),
    )
