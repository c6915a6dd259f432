"""The short way to "nothing is wrong", for most answers that are judged are right.

`Judge.faults` says what is wrong and where: it goes question by question, copies what
it projects and asks every validator for errors. To know that nothing is wrong, less
will do: plans made once per form, documents that hold the given values themselves and
are thrown away, and a yes or no from each validator.

Law: what is accepted here has no fault in the judge's own words
(tests/builder/test_acceptance.py). What is not accepted goes the long way.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from builder import bindings, lists, pointer
from builder.documents import in_whole_numbers, project
from builder.json_schema import Validator
from builder.lenses import UndefinedError
from builder.lenses.byte_limits import byte_violations, has_limits
from builder.lists import Row
from builder.model import Answers, FactId, Field, Matter, MatterId, Rows

_NOTHING: Mapping[str, Any] = {}


@dataclass(frozen=True, slots=True)
class _Writing:
    """How the slots of one object of a document are written."""

    #: Facts that are written as they are.
    plain: tuple[tuple[str, FactId], ...]
    #: All others.
    fields: tuple[tuple[str, Field], ...]
    inside: tuple[tuple[str, "_Writing"], ...]
    lists: tuple[tuple[str, "_Listing"], ...]

    def write(self, own: Mapping[str, Any], facts: Mapping[str, Any]) -> dict[str, Any]:
        """Return the object; the values in it are those that were given.

        Args:
            own: what the matter's remainder has there.
            facts: all facts.

        Raises:
            UndefinedError: the form has no way to write a value.
        """
        made = dict(own)
        for name, fact in self.plain:
            if fact in facts:
                made[name] = facts[fact]
        for name, field in self.fields:
            value = bindings.write(field, facts)
            if value is not pointer.ABSENT:
                made[name] = in_whole_numbers(value)
        for name, listing in self.lists:
            rows = listing.write(facts)
            if rows is not pointer.ABSENT:
                made[name] = rows
        for name, writing in self.inside:
            below = writing.write(own.get(name, _NOTHING), facts)
            if below or name in own:
                made[name] = below
        return made


@dataclass(frozen=True, slots=True)
class _Listing:
    """How the rows of a list are written, or the one row that stands there."""

    matter: MatterId
    fact: FactId
    rows: Rows
    row: _Writing

    def write(self, facts: Mapping[str, Any]) -> Any:
        """Return the rows this form holds.

        Raises:
            UndefinedError: the form has no way to write a value.
        """
        if self.fact not in facts:
            return pointer.ABSENT
        made = [
            self._row(row) if lists.well_formed(row) else row
            for _, row in lists.matching(self.rows, facts[self.fact])
        ]
        return lists.standing(self.rows, made)

    def _row(self, row: Row) -> dict[str, Any]:
        own = row.get("matters", _NOTHING).get(self.matter, _NOTHING)
        return self.row.write(own, row.get("facts", _NOTHING))


class Acceptance:
    """One matter: whether its form accepts what it would be sent.

    Law: for answers of the right layout, `accepts` is true exactly when the form takes
    what `documents.project` makes of them, unless its dialect tells numbers apart
    `by_writing` and a whole one may be written with a fraction.
    """

    def __init__(self, matter: Matter, form: Validator) -> None:
        """Make the plan; `form` is the matter's own schema, compiled."""
        self._matter = matter
        self._form = form
        self._writing = _writing(matter.id, matter.fields)
        self._limits = has_limits(matter)
        self._short = all(field.send == "always" for field in matter.fields.values())
        self._counted = any(lists.room(matter))
        #: To draft-04 alone 1.0 is no integer; it is sent as 1.
        self.by_writing = "draft-04" in str(matter.schema.get("$schema"))

    def accepts(self, answers: Answers, facts: Mapping[str, Any]) -> bool:
        """Tell whether the form accepts the document.

        Args:
            answers: of the right layout.
            facts: theirs, with the stand-ins of those that are awaited.
        """
        own = answers.get("matters", _NOTHING).get(self._matter.id, _NOTHING)
        try:
            if self._short:
                document = self._writing.write(own, facts)
            else:  # a policy has to be weighed
                document = project(self._matter, {**answers, "facts": facts})
        except UndefinedError:
            return False
        return self._form.accepts(document) and not (
            (self._limits and any(byte_violations(self._matter, document)))
            or (self._counted and any(lists.surplus(self._matter, facts)))
        )


def may_hold_fractions(*values: Any) -> bool:
    """Tell whether a whole number may be written with a fraction; in doubt it is."""
    try:
        return b".0" in orjson.dumps(values)
    except TypeError:  # a number too large for it
        return True


def _writing(matter: MatterId, fields: Mapping[str, Field]) -> _Writing:
    """Return how the held ones among these fields are written, by path."""
    plain: list[tuple[str, FactId]] = []
    others: list[tuple[str, Field]] = []
    below: dict[str, dict[str, Field]] = {}
    listed: list[tuple[str, _Listing]] = []
    for path, field in fields.items():
        name, *inside = pointer.parts(path)
        if not field.held:
            continue
        if inside:
            below.setdefault(name, {})[pointer.join(inside)] = field
        elif field.fact is not None and field.rows is not None:
            row = _writing(matter, field.rows.fields)
            listed.append((name, _Listing(matter, field.fact, field.rows, row)))
        elif field.fact is not None and field.lens.kind == "identity":
            plain.append((name, field.fact))
        else:
            others.append((name, field))
    deeper = ((name, _writing(matter, inner)) for name, inner in below.items())
    return _Writing(tuple(plain), tuple(others), tuple(deeper), tuple(listed))
