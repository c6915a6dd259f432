"""Conflicts in the rows of shared lists: of each column, and of their number.

A form that holds only some rows makes demands on those alone. So two such forms can
contradict each other only where one row can be held by both.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import permutations
from typing import TypeAlias

from builder import json_schema, lists
from builder.errors import CardinalityError
from builder.lists.list_checks import disjoint
from builder.model import (
    Fact,
    FactId,
    Matter,
    MatterId,
    MergedForm,
    Question,
    Rows,
)
from builder.places import fact_pointer


@dataclass(frozen=True, slots=True, kw_only=True)
class RowForms:
    """The forms of one row of a list, named by matter and path."""

    list: FactId
    columns: Mapping[FactId, Fact]
    questions: tuple[Question, ...]
    matters: tuple[Matter, ...]
    #: Whose each is, of those that hold every row.
    whole: Mapping[MatterId, MatterId]
    #: Those that one row can stand in together.
    together: tuple[tuple[Matter, ...], ...]


#: A list, the matter that shares it, where, and how.
_Way: TypeAlias = tuple[FactId, Matter, str, Rows]


def of_lists(form: MergedForm, sets: Iterable[Sequence[Matter]]) -> Iterator[RowForms]:
    """Yield the row forms of each shared list.

    Args:
        form: the merged form.
        sets: every set of matters that can apply together.
    """
    asked = {question.pointer: question for question in form.questions}
    every, together = _ways(form.matters), [_ways(matters) for matters in sets]
    for id_, fact in form.facts.items():
        ways = [way for way in every if way[0] == id_]
        forms = {_key(way): _form(way) for way in ways}
        if not forms:
            continue
        question = asked.get(fact_pointer(id_))
        groups = dict.fromkeys(
            tuple(_key(way) for way in alike)
            for each in together
            for alike in _alike([way for way in each if way[0] == id_])
        )
        yield RowForms(
            list=id_,
            columns=fact.columns,
            questions=question.columns if question is not None else (),
            matters=tuple(forms.values()),
            whole={_key(way): way[1].id for way in ways if way[3].where is None},
            together=tuple(tuple(forms[key] for key in group) for group in groups),
        )


def count_errors(
    sets: Iterable[Sequence[Matter]], place: str
) -> Iterator[CardinalityError]:
    """Yield where one form needs more rows than another has places for."""
    told = set()
    for matters in sets:
        for one, other in permutations(_ways(matters), 2):
            least, most = _bounds(one)[0], _bounds(other)[1]
            counted = other[3].where in (None, one[3].where)
            fewer = most is not None and most < least
            key = (_key(one), _key(other))
            if one[0] == other[0] and counted and fewer and key not in told:
                told.add(key)
                yield CardinalityError(
                    place,
                    one[0],
                    f"{one[1].id} needs {least} or more at {one[2]!r}, but "
                    f"{other[1].id} takes at most {most} at {other[2]!r}. Agree with "
                    f"one of the departments, or ask for two lists.",
                )


def _ways(matters: Iterable[Matter]) -> list[_Way]:
    return [
        (fact, matter, path, rows)
        for matter in matters
        for fact, path, rows in lists.bindings(matter)
    ]


def _key(way: _Way) -> MatterId:
    _, matter, path, rows = way
    return MatterId(matter.id + lists.row_path(path, rows))


def _form(way: _Way) -> Matter:
    _, matter, path, rows = way
    return replace(lists.row_matter(matter, path, rows), id=_key(way))


def _alike(ways: Sequence[_Way]) -> Iterator[list[_Way]]:
    """Yield the ways in which one row can be held together, for each condition."""
    for condition in [way[3] for way in ways]:
        yield [
            way
            for way in ways
            if way[3].where is None
            or (condition.where is not None and not disjoint(condition, way[3]))
        ]


def _bounds(way: _Way) -> tuple[int, int | None]:
    """Return how many rows a form needs, and how many it takes; None: any."""
    _, matter, path, rows = way
    if rows.number is not None:
        needed = json_schema.is_required(matter.schema, path)
        most = max(
            most
            for fact, other, most in lists.room(matter)
            if fact == way[0] and other.where == rows.where
        )
        return rows.number if needed else 0, most
    told = json_schema.subschema(matter.schema, path)
    if not isinstance(told, Mapping):
        return 0, None
    return int(told.get("minItems", 0)), told.get("maxItems")
