"""Which answers have their place: the layout of answers and of rows (§2.1, L).

Known facts with values in their domain; under each matter an object in which no field
stands that holds a fact.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from builder import pointer
from builder.documents import OMIT
from builder.lists import bindings
from builder.model import Fact, FactId, Field, Matter, Schema


def answers_layout(
    facts: Mapping[FactId, Fact],
    matters: Sequence[Matter],
    moved: Callable[[Fact, Sequence[str]], Schema],
) -> dict[str, Any]:
    """Return the layout of answers.

    Args:
        facts: what each may be.
        matters: all that may have a remainder.
        moved: makes the domain of a fact fit to stand at this place of the layout.
    """
    known: dict[FactId, Schema] = {}
    for id_, fact in facts.items():
        here = (*_FACTS, id_)
        if not fact.columns:
            known[id_] = moved(fact, here)
            continue
        columns = {
            column: moved(each, (*here, "items", *_FACTS, column))
            for column, each in fact.columns.items()
        }
        known[id_] = {
            "type": "array",
            "allOf": [moved(fact, (*here, "allOf", "0"))],
            "items": _answers(columns, _row_remainders(matters, id_)),
        }
    return _answers(known, {m.id: remainder(m.fields) for m in matters})


_FACTS = ("properties", "facts", "properties")


def _answers(
    facts: Mapping[FactId, Schema], matters: Mapping[str, Schema]
) -> dict[str, Any]:
    return _closed({"facts": _closed(facts), "matters": _closed(matters)})


def _row_remainders(matters: Iterable[Matter], fact: FactId) -> dict[str, Schema]:
    """Return the layout of what each matter alone asks of a row of a list.

    Of a matter that holds such rows in several ways, a row may be of any of them.
    """
    made: dict[str, Schema] = {}
    for matter in matters:
        ways = [rows for list_, _, rows in bindings(matter) if list_ == fact]
        if ways:
            only = ways[0].fields if len(ways) == 1 else {}
            made[matter.id] = remainder(only)
    return made


def remainder(fields: Mapping[str, Field]) -> dict[str, Any]:
    """Return the layout of what a matter alone asks, and of what it is not sent."""
    made: dict[str, Any] = {"type": "object"}
    for path, field in fields.items():
        if field.held:
            _forbid(made, pointer.parts(path))
    chosen = {p: {"type": "boolean"} for p, f in fields.items() if f.send == "choice"}
    if chosen:
        made.setdefault("properties", {})[OMIT] = _closed(chosen)
    return made


def _forbid(layout: dict[str, Any], names: Sequence[str]) -> None:
    name, *below = names
    inside = layout.setdefault("properties", {})
    if not below:
        inside[name] = False
    elif inside.get(name) is not False:
        _forbid(inside.setdefault(name, {"type": "object"}), below)


def _closed(properties: Mapping[Any, Schema]) -> dict[str, Any]:
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": dict(properties),
    }
