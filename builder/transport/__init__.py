"""T: all that the departments' forms demand, as one schema of the answers (§2.5, §2.8).

Law: of pruned answers, T says what the judge says (`validity`, V), where every matter
is transported exactly. Where a slot is a residual, T may accept what the judge refuses,
never the other way round. Of a matter that is judged by the server only, T knows no
more than the layout and the domains of the facts.

A fact that is awaited may be absent, and T then takes it for its stand-in, like the
judge. Whoever validates T asserts the formats of `json_schema.FORMATS`.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from builder import json_schema, pointer
from builder.errors import BuilderError, FormSchemaError
from builder.json_schema import SchemaError, Validator, dialects
from builder.json_schema.whole_forms import form_validator
from builder.lists.layout import answers_layout
from builder.model import (
    Fact,
    FactId,
    Matter,
    MatterId,
    MergedForm,
    Question,
    Schema,
)
from builder.situations import bound
from builder.transport.containers import Transport
from builder.transport.formulas import (
    all_of,
    any_of,
    has,
    holding,
    if_else,
    if_then,
    negated,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """How far T speaks for one matter."""

    #: "residual": T demands no more than the form, and perhaps less.
    mode: Literal["exact", "residual", "v-only"]
    #: v-only: why; its code, place and repair are for the author.
    reason: BuilderError | None = None
    #: residual: the paths of the slots of which only the judge can say all.
    residuals: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Transported:
    """The merged form as one JSON Schema, and what it leaves to the judge."""

    schema: Mapping[str, Any]
    matters: Mapping[MatterId, Standing]

    @cached_property
    def validator(self) -> Validator:
        """The schema, compiled once."""
        return Validator(self.schema)

    @property
    def exact(self) -> bool:
        """T and the judge agree on everything."""
        return all(standing.mode == "exact" for standing in self.matters.values())


def transport(form: MergedForm) -> Transported:
    """Write a merged form as one schema, in JSON Schema 2020-12.

    The same form gives the same schema. No matter is refused: what cannot be written
    is left to the judge, with the reason.
    """
    with suppress(SchemaError):
        made = _whole(form, alone=False)
        made.validator.accepts({})
        return made
    return _whole(form, alone=True)


def _whole(form: MergedForm, *, alone: bool) -> Transported:
    """Put together what is said of every matter.

    Args:
        form: the merged form.
        alone: try each matter by itself, for the whole cannot be compiled.
    """
    awaited = _awaited(form)
    said: list[Schema] = []
    defs: dict[str, Schema] = {}
    standings: dict[MatterId, Standing] = {}
    for matter in form.matters:
        applies = _applies(matter)
        if matter.when is not None:
            defs[f"applies:{matter.id}"] = holding(matter.when)
        absent = negated(has(("matters", matter.id)))
        own, standing, demands = _transported(form, matter, awaited, alone=alone)
        defs |= own
        standings[matter.id] = standing
        said.append(if_else(applies, demands, otherwise=absent))
    said += [_answered(question) for question in form.situations]
    said += [_required(form, question, awaited) for question in form.questions]
    for fact in awaited:
        defs[f"awaited:{fact}"] = _is_awaited(form.matters, fact)
    demanded = all_of(said)
    every = [demanded]
    if isinstance(demanded, Mapping) and demanded.keys() == {"allOf"}:
        every = demanded["allOf"]
    schema = {**layout(form.matters, form.facts), "allOf": every, "$defs": defs}
    return Transported(schema=schema, matters=standings)


def _transported(
    form: MergedForm, matter: Matter, awaited: Mapping[FactId, Schema], *, alone: bool
) -> tuple[dict[str, Schema], Standing, Schema]:
    """Return the definitions of a matter, how far they go, and what it demands."""
    file = f"matters/{matter.id}/schema.json"
    here = pointer.join(["$defs", matter.id])
    try:
        upgraded = dialects.upgrade(matter.schema, file=file, compiled=alone)
        form_validator(matter.schema)  # the judge needs it too
        told = upgraded if isinstance(upgraded, Mapping) else {"allOf": [upgraded]}
        moving = Transport(matter, told, form.facts, awaited)
        demands = moving.whole()
        own = {matter.id: dialects.reroot(told, here), **moving.presences}
        if alone:
            _raise_unless_it_compiles(own, demands, form, awaited, file)
    except BuilderError as error:
        return {}, Standing(mode="v-only", reason=error), True
    except SchemaError as error:
        reason = FormSchemaError(f"{file}#", str(error))
        return {}, Standing(mode="v-only", reason=reason), True
    if moving.residuals:
        left = tuple(moving.residuals)
        return own, Standing(mode="residual", residuals=left), demands
    return own, Standing(mode="exact"), demands


def _raise_unless_it_compiles(
    own: Mapping[str, Schema],
    demands: Schema,
    form: MergedForm,
    awaited: Mapping[FactId, Schema],
    file: str,
) -> None:
    """Try what was made of a matter alone, lest it spoil the whole.

    Raises:
        FormSchemaError: it is nested too deep for a validator, or the like.
    """
    others = {f"awaited:{fact}": _is_awaited(form.matters, fact) for fact in awaited}
    applying = {
        f"applies:{matter.id}": holding(matter.when)
        for matter in form.matters
        if matter.when is not None
    }
    # As deep as in the whole, and a little more: validators take only so many levels.
    deep = {"allOf": [{"allOf": [{"allOf": [demands]}]}]}
    try:
        Validator({**deep, "$defs": {**others, **applying, **own}})
    except SchemaError as error:
        raise FormSchemaError(f"{file}#", str(error)) from error


def layout(matters: Sequence[Matter], facts: Mapping[FactId, Fact]) -> dict[str, Any]:
    """Return which answers have their place: layout validity (§2.1).

    T is this, and what the forms demand besides.
    """

    def moved(fact: Fact, places: Sequence[str]) -> Schema:
        file = "elements.json"
        schema = dialects.upgrade(fact.schema, file=file, compiled=False)
        return dialects.reroot(schema, pointer.join(places), file=file)

    return {"$schema": dialects.NEWEST, **answers_layout(facts, matters, moved)}


def _applies(matter: Matter) -> Schema:
    if matter.when is None:
        return True
    return {"$ref": json_schema.fragment(("$defs", f"applies:{matter.id}"))}


def _awaited(form: MergedForm) -> dict[FactId, Schema]:
    """Return each fact that some matter issues, with what is true while it waits."""
    issued = [issue.fact for matter in form.matters for issue in matter.issues]
    return {
        fact: {"$ref": json_schema.fragment(("$defs", f"awaited:{fact}"))}
        for fact in dict.fromkeys(issued)
    }


def _is_awaited(matters: Sequence[Matter], fact: FactId) -> Schema:
    """Return: an applicable matter issues it, and none that does asks it."""
    issuing = [m for m in matters if any(issue.fact == fact for issue in m.issues)]
    asking = [matter for matter in issuing if fact in bound(matter)]
    asked = any_of(_applies(matter) for matter in asking)
    return all_of([any_of(_applies(matter) for matter in issuing), negated(asked)])


def _answered(question: Question) -> Schema:
    """Return: a situation that is asked is answered."""
    there = has(pointer.parts(question.pointer))
    return there if question.when is None else if_then(holding(question.when), there)


def _required(
    form: MergedForm, question: Question, awaited: Mapping[FactId, Schema]
) -> Schema:
    """Return: a question that the affair itself requires is answered when asked."""
    if not question.required:
        return True
    names = pointer.parts(question.pointer)
    askers = {asker.matter for asker in question.asked_by}
    asked = [any_of(_applies(m) for m in form.matters if m.id in askers)]
    if question.when is not None:
        asked.append(holding(question.when))
    if names[0] == "facts" and names[1] in awaited:
        asked.append(negated(awaited[FactId(names[1])]))
    return if_then(all_of(asked), has(names))
