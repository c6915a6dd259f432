"""Explained: of an affair who asks what; of one answer all that is said of it.

For people who answer for a merge. All of it is read from the merged form alone, so an
old pack explains itself.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from builder import bindings, json_schema, lists, pointer
from builder.conflicts.demands import Demand, Demands
from builder.conflicts.row_conflicts import of_lists
from builder.errors import UnknownNameError
from builder.explain import in_words
from builder.explain.explanations import (
    AffairExplained,
    AnswerExplained,
    AskedBy,
    MatterExplained,
    Refusal,
    Shared,
    lines,
)
from builder.explain.in_words import label
from builder.fact_ids import element_of
from builder.model import (
    Fact,
    FactId,
    Field,
    Matter,
    MergedForm,
    Part,
    Pointer,
    Predicate,
    Question,
)
from builder.places import fact_pointer, field_pointer
from builder.situations import awaited, bound, reads
from builder.transport import transport
from builder.view import view

__all__ = ["AffairExplained", "AnswerExplained", "explain", "lines"]


def explain(
    form: MergedForm, name: str | None = None
) -> AffairExplained | AnswerExplained:
    """Explain a merged form, or one answer of it.

    Args:
        form: the merged form.
        name: a fact id, or the pointer of a question (of a column: its list's, then
            `/*` and the column's); None: the whole affair.

    Raises:
        UnknownNameError: the form has no such answer.
    """
    if name is None:
        return _affair(form)
    fact = _fact(form, name)
    if fact is not None:
        return _of_fact(form, fact)
    for matter in form.matters:
        for path, field in lists.flat(matter.fields):
            if _own_pointer(matter, path) == name:
                return _of_field(form, matter, path, field)
    known = (*form.facts, *(question.pointer for question in form.questions))
    raise UnknownNameError(
        f"affairs/{form.affair}.json", "fact or question", name, known
    )


def _fact(form: MergedForm, name: str) -> FactId | None:
    known = {*form.facts, *(_name_of(question) for question in form.situations)}
    known |= {column for fact in form.facts.values() for column in fact.columns}
    for fact in known:
        if name in {fact, _pointer(form, FactId(fact))}:
            return FactId(fact)
    return None


def _list_of(form: MergedForm, fact: FactId) -> Fact | None:
    """Return the list of whose rows this is a column, or None."""
    if fact in form.facts:
        return None
    return next((each for each in form.facts.values() if fact in each.columns), None)


def _pointer(form: MergedForm, fact: FactId) -> Pointer:
    """Return where the answer stands; of a column, in any row of its list."""
    list_ = _list_of(form, fact)
    above = "" if list_ is None else f"{fact_pointer(list_.id)}/*"
    return Pointer(above + fact_pointer(fact))


def _own_pointer(matter: Matter, path: str) -> Pointer:
    """Return where the answer of a matter's own field, or column, stands."""
    for fact, list_, rows in lists.bindings(matter):
        start = lists.row_path(list_, rows)
        if path.startswith(start + "/"):
            own = field_pointer(matter.id, path.removeprefix(start))
            return Pointer(f"{fact_pointer(fact)}/*{own}")
    return field_pointer(matter.id, path)


def _name_of(question: Question) -> str:
    return pointer.parts(question.pointer)[-1]


def _affair(form: MergedForm) -> AffairExplained:
    standings = transport(form).matters
    matters = []
    for matter in form.matters:
        standing = standings[matter.id]
        reason = "" if standing.reason is None else str(standing.reason)
        if standing.residuals:
            reason = f"only the server can judge all of {', '.join(standing.residuals)}"
        matters.append(
            MatterExplained(
                id=matter.id,
                label=matter.label,
                department=matter.department,
                applies=in_words.condition(matter.when),
                fields=len(list(lists.flat(matter.fields))),
                mode=standing.mode,
                reason=reason,
            )
        )
    return AffairExplained(
        affair=form.affair,
        label=form.guide.label,
        fields=form.counts.fields,
        questions=form.counts.questions,
        situations=len(form.situations),
        matters=tuple(matters),
        shared=tuple(_shared(form)),
        decisions=form.decisions,
    )


def _shared(form: MergedForm) -> Iterator[Shared]:
    labels = {question.pointer: question.label for question in form.questions}
    for question in form.questions:
        for column in question.columns:
            where = Pointer(f"{question.pointer}/*{column.pointer}")
            labels[where] = column.label
    columns = [column for fact in form.facts.values() for column in fact.columns]
    for fact in dict.fromkeys((*form.facts, *columns)):
        places = tuple((slot.matter.id, slot.path) for slot in _slots(form, fact))
        if len(places) > 1:
            told = labels.get(_pointer(form, fact))
            yield Shared(fact=fact, label=told, places=places)


@dataclass(frozen=True, slots=True)
class _Place:
    """A field of a form, or the part of it that holds one fact."""

    matter: Matter
    path: str
    field: Field
    #: None: the field is the matter's own.
    part: Part | None
    #: It has a place of its own; otherwise it shares a line with others.
    alone: bool


def _slots(form: MergedForm, fact: FactId) -> Iterator[_Place]:
    """Yield each place that holds a fact."""
    for matter in form.matters:
        for path, field in lists.flat(matter.fields):
            if field.rows is not None and field.fact == fact:
                yield _Place(matter, path, field, None, alone=True)
            for part, alone in bindings.slots(path, field):
                if part.fact == fact:
                    place = alone or path
                    yield _Place(matter, place, field, part, alone=alone is not None)


def _of_fact(form: MergedForm, fact: FactId) -> AnswerExplained:
    forms = in_words.Forms()
    asked_by = tuple(_asked_by(forms, slot) for slot in _slots(form, fact))
    demands = _demands(form, fact)
    issuing = tuple(
        matter.id
        for matter in form.matters
        if any(issue.fact == fact for issue in matter.issues)
    )
    waiting = tuple(
        m.id for m in form.matters if fact in bound(m) and m.id not in issuing
    )
    list_ = _list_of(form, fact)
    known = form.facts.get(fact) if list_ is None else list_.columns[fact]
    names = {
        fact,
        element_of(fact),
        *(f"{each.matter}{each.path}" for each in asked_by),
    }
    return AnswerExplained(
        **_told(form, _pointer(form, fact), names),
        fact=fact,
        domain=() if known is None else in_words.constraints(known.schema),
        asked_by=asked_by,
        issued_by=issuing,
        awaited_by=waiting if _can_wait(form, fact) else (),
        bounds=view(demands).bounds if demands else (),
        decides=tuple(_decided(form, fact)),
    )


def _demands(form: MergedForm, fact: FactId) -> tuple[Demand, ...]:
    list_ = _list_of(form, fact)
    if list_ is not None:
        for rows in of_lists(form, [form.matters]):
            if rows.list == list_.id:
                return Demands(rows.matters, rows.columns).of(fact, rows.whole)
    # Of the other fields nothing is asked, and to bring them up takes time.
    holding = [
        replace(
            matter,
            fields={
                p: field for p, field in matter.fields.items() if fact in field.held
            },
        )
        for matter in form.matters
        if fact in bound(matter)
    ]
    return Demands(holding, form.facts).of(fact)


def _can_wait(form: MergedForm, fact: FactId) -> bool:
    """Tell whether any issuer brings the fact, which does not ask it itself."""
    return any(fact in awaited((matter,)) for matter in form.matters)


def _of_field(
    form: MergedForm, matter: Matter, path: str, field: Field
) -> AnswerExplained:
    place = _Place(matter, path, field, None, alone=True)
    asked = _asked_by(in_words.Forms(), place)
    return AnswerExplained(
        **_told(form, _own_pointer(matter, path), {f"{matter.id}{path}"}),
        fact=None,
        domain=(),
        asked_by=(asked,),
        issued_by=(),
        awaited_by=(),
        bounds=(),
        decides=(),
    )


def _told(form: MergedForm, where: Pointer, names: set[str]) -> dict[str, Any]:
    """Return what is said of an answer because of where it stands."""
    question = _question(form, where)
    on_page = Pointer(where.partition("/*/")[0])  # of a column, its list
    rules = question.prefill if question else ()
    return {
        "pointer": where,
        "label": question.label if question else None,
        "page": next((p.id for p in form.pages if on_page in p.questions), None),
        "when": in_words.condition(question.when if question else None),
        "required": question.required if question else False,
        "refusals": tuple(
            Refusal(choice=choice, matters=choice.refused_by)
            for choice in (question.choices if question else ())
            if choice.refused_by
        ),
        "sources": tuple(map(in_words.rule, rules)),
        "decisions": tuple(d for d in form.decisions if d.about in {where, *names}),
        "left_out": form.leave_out.get(where),
    }


def _question(form: MergedForm, where: Pointer) -> Question | None:
    for question in (*form.situations, *form.questions):
        if question.pointer == where:
            return question
        for column in question.columns:
            if f"{question.pointer}/*{column.pointer}" == where:
                return column
    return None


def _asked_by(forms: in_words.Forms, place: _Place) -> AskedBy:
    matter, field, part = place.matter, place.field, place.part
    how = [in_words.lens(field.lens)]
    lost = [*in_words.losses(field.lens)]
    if part is not None and part.lens != field.lens:
        how.insert(0, in_words.lens(part.lens))
        lost += in_words.losses(part.lens)
    said: tuple[str, ...]
    if not place.alone:
        said = ("only the whole line is judged",)
    elif json_schema.locate(matter.schema, place.path) is None:
        said = ("said only in some branches of the form",)
    else:
        said = in_words.constraints(forms.slot(matter, place.path))
    if field.bytes is not None:
        said += (f"at most {field.bytes.max} bytes in {field.bytes.encoding}",)
    optional = part is not None and part.optional
    return AskedBy(
        matter=matter.id,
        department=matter.department,
        path=place.path,
        label=field.label,
        required=not optional and json_schema.is_required(matter.schema, place.path),
        applies=in_words.condition(matter.when),
        constraints=said,
        lens=", ".join(how),
        losses=tuple(dict.fromkeys(lost)),
    )


def _decided(form: MergedForm, fact: FactId) -> Iterator[str]:
    """Yield what a fact decides: each condition that reads it."""
    conditions: list[tuple[str, Predicate | None]] = []
    conditions += [(f"the matter {m.id} applies", m.when) for m in form.matters]
    for question in (*form.situations, *form.questions):
        conditions.append((f"{question.pointer} is asked", question.when))
        conditions += [
            (f"{question.pointer} is filled from {rule.source}", rule.when)
            for rule in question.prefill
        ]
    for matter in form.matters:
        conditions += [
            (f"{label(material.label)} is needed for {matter.id}", material.when)
            for material in matter.materials
        ]
    for what, predicate in conditions:
        if predicate is not None and fact in reads(predicate):
            yield f"{what} when {in_words.condition(predicate)}"
