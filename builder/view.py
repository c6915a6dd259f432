"""The view of a question: its tightest bounds and crossed choices, and whose they are.

For what stands beside a field only. Law: the view accepts every value that all forms
accept; it may be looser than the forms, never tighter. Nothing is accepted or refused
by it.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from builder import json_schema, pack, pointer
from builder.conflicts.demands import Demand, Demands, as_facts, domain
from builder.conflicts.row_conflicts import RowForms, of_lists
from builder.model import FactId, MatterId, MergedForm, Pointer, Question, Schema

#: Views kept of one form; few questions have more than one.
_MOST_VIEWS = 4096
#: What a hint can be made of.
_BOUNDS = (
    "minLength",
    "maxLength",
    "pattern",
    "format",
    "minimum",
    "exclusiveMinimum",
    "maximum",
    "exclusiveMaximum",
    "multipleOf",
    "minItems",
    "maxItems",
    "uniqueItems",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """One limit of the answer, and who imposes it."""

    keyword: str
    limit: Any
    #: Nobody: the shared dictionary does, or no single form does.
    matters: tuple[MatterId, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What may be said beside a question about its answer."""

    #: Whatever all forms accept, this accepts.
    schema: Schema
    bounds: tuple[Bound, ...]
    #: The values left to choose from, of a list: for each of its places; or None where
    #: there is no such list.
    choices: tuple[Any, ...] | None
    #: Who leaves out values that another form would take.
    narrowed_by: tuple[MatterId, ...] = ()

    def beyond(self, offered: Iterable[Any]) -> bool:
        """Tell whether other values than these may be accepted; null is never given."""
        if self.choices is None:
            return True
        known = {pack.canonical(value) for value in (*offered, None)}
        return any(pack.canonical(value) not in known for value in self.choices)


class Views:
    """The views of a form's questions, each worked out when it is first wanted."""

    def __init__(self, form: MergedForm) -> None:
        """Take the form."""
        self._form = form
        self._own: dict[MatterId, Demands] = {}
        self._worked_out = lru_cache(_MOST_VIEWS)(self._work_out)

    def of(
        self,
        question: Question,
        applicable: Iterable[MatterId],
        *,
        rows: Pointer | None = None,
    ) -> View:
        """Return the view of a question while these matters apply.

        Args:
            question: of the form; or a column of one of its lists.
            applicable: the matters whose forms count.
            rows: of a column: where the answer of its list stands.
        """
        chosen = frozenset(applicable) & {asker.matter for asker in question.asked_by}
        where = question.pointer if rows is None else f"{rows}/*{question.pointer}"
        return self._worked_out(where, chosen)

    def _work_out(self, where: str, applicable: frozenset[MatterId]) -> View:
        kind, name, *rest = pointer.parts(where)
        if "*" in rest and kind == "facts":
            _, kind, column, *below = rest
            path = pointer.join(below) if kind != "facts" else None
            return view(self._column(FactId(name), column, path, applicable))
        if kind != "facts":
            own = self._remainder(MatterId(name))
            return view(own.of(FactId(pointer.join(rest))))
        fact = self._form.facts[FactId(name)]
        return view(self._shared.of(fact.id, applicable) or (domain(fact.schema),))

    def _column(
        self, list_: FactId, name: str, own: str | None, applicable: frozenset[MatterId]
    ) -> Sequence[Demand]:
        """Return the demands on a column of a shared list, in every row.

        Args:
            list_: the list.
            name: the fact of the column; or the matter whose own it is.
            own: where the matter's own column stands in the form of a row.
            applicable: the matters whose forms count.
        """
        rows = self._rows[list_]
        chosen = {each for each, matter in rows.whole.items() if matter in applicable}
        if own is None:
            column = FactId(name)
            found = self._columns(list_).of(column, chosen)
            return found or (domain(rows.columns[column].schema),)
        forms = [
            as_facts(each)
            for each in rows.matters
            if each.id in chosen and rows.whole[each.id] == name and own in each.fields
        ]
        return Demands(forms, {}).of(FactId(own))

    def _columns(self, list_: FactId) -> Demands:
        return Demands(self._rows[list_].matters, self._rows[list_].columns)

    @cached_property
    def _rows(self) -> dict[FactId, RowForms]:
        found = of_lists(self._form, [self._form.matters])
        return {rows.list: rows for rows in found}

    @cached_property
    def _shared(self) -> Demands:
        return Demands(self._form.matters, self._form.facts)

    def _remainder(self, matter: MatterId) -> Demands:
        if matter not in self._own:
            whole = next(each for each in self._form.matters if each.id == matter)
            self._own[matter] = Demands([as_facts(whole)], {})
        return self._own[matter]


def view(demands: Sequence[Demand]) -> View:
    """Put the demands on one fact into one view.

    Args:
        demands: those of the matters that apply, and of the dictionary.
    """
    schema = json_schema.canonical({"allOf": [each.schema for each in demands]})
    alone = [(each, json_schema.canonical(each.schema)) for each in demands]
    choices = _choices(schema)
    if choices is not None:
        choices = tuple(v for v in choices if all(d.accepts(v) for d in demands))
    elif isinstance(schema, Mapping) and "items" in schema:
        choices = _choices(schema["items"])
    return View(
        schema=schema,
        bounds=tuple(_bounds(schema, alone)),
        choices=choices,
        narrowed_by=_narrowing(choices, alone),
    )


def _bounds(schema: Schema, alone: Sequence[tuple[Demand, Schema]]) -> Iterator[Bound]:
    """Yield the limits that bind every value, whatever else is said."""
    for keyword, limit in _limits(schema):
        matters = tuple(
            matter
            for demand, own in alone
            if (keyword, limit) in (*_limits(own), *_limits(demand.schema))
            for matter in demand.matters
        )
        yield Bound(keyword=keyword, limit=limit, matters=matters)


def _limits(schema: Schema) -> list[tuple[str, Any]]:
    if not isinstance(schema, Mapping):
        return []
    found = [(name, schema[name]) for name in _BOUNDS if name in schema]
    for inside in schema.get("allOf", ()):
        found += [limit for limit in _limits(inside) if limit not in found]
    return found


def _choices(schema: Schema) -> tuple[Any, ...] | None:
    if not isinstance(schema, Mapping):
        return None if schema else ()
    if "enum" in schema:
        return tuple(schema["enum"])
    if "const" in schema:
        return (schema["const"],)
    if schema.get("type") == "boolean":
        return (True, False)
    if schema.get("not") == {}:
        return ()
    listed = (_choices(inside) for inside in schema.get("allOf", ()))
    return next((choices for choices in listed if choices is not None), None)


def _narrowing(
    left: tuple[Any, ...] | None, alone: Sequence[tuple[Demand, Schema]]
) -> tuple[MatterId, ...]:
    if left is None:
        return ()
    listed = [value for _, own in alone for value in _choices(own) or ()]
    return tuple(
        matter
        for demand, _ in alone
        if any(not demand.accepts(value) for value in listed)
        for matter in demand.matters
    )
