"""One form transported to the layout of the answers: τ of the merge algebra, §2.5.

A container is an object of the form in which a slot stands, at any depth. What the form
says of a container is said again over the answers: of slots by their facts, of all else
by the matter's remainder. What it says of a leaf stays where it stands in the form and
is only referred to, so nothing is merged, and nothing can be merged wrongly.

Law: for answers of the right layout in which the container is present, the schema made
here holds exactly when the form's schema holds of the projected container.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from builder import json_schema, pointer
from builder.errors import (
    EndlessReferenceError,
    ResidualNegativeError,
    WholeObjectError,
)
from builder.json_schema import Validator, plain_schemas
from builder.lenses import pull_back as pulling
from builder.lenses.pull_back import Residual
from builder.model import Fact, FactId, Matter, Schema
from builder.transport.formulas import (
    all_of,
    any_of,
    at,
    has,
    if_else,
    if_then,
    negated,
    one_of,
)
from builder.transport.slots import Group, Places, Slot, grouped

#: Marks a place of T that says less than the slot's own schema does.
RESIDUAL = "x-residual"
#: Schemas of one form, written out; a form that needs more is judged by the server.
MOST_SCHEMAS = 5_000
#: Schemas in schemas, written out.
MOST_DEPTH = 50

#: They judge one property each, so they are read together.
_REST = ("additionalProperties", "unevaluatedProperties")
_TOGETHER = ("properties", "patternProperties", *_REST)
#: Keywords that let `unevaluatedProperties` see what another schema has judged.
_APPLICATORS = frozenset(
    ("$ref", "allOf", "anyOf", "oneOf", "not", "if", "dependentSchemas")
)
_SPECIAL = re.compile(r"[\\^$.|?*+()\[\]{}/]")


@dataclass(frozen=True, slots=True)
class _Spot:
    """A schema of the form, and the container it speaks of."""

    schema: Mapping[str, Any]
    places: Places
    group: Group
    #: What is made too weak here makes the whole weaker, never stronger.
    positive: bool


@dataclass(slots=True)
class Transport:
    """One form on its way to the layout of the answers."""

    matter: Matter
    #: The form in 2020-12.
    form: Mapping[str, Any]
    facts: Mapping[FactId, Fact]
    #: When a fact is awaited: what is true then. Only facts that ever are.
    awaited: Mapping[FactId, Schema]
    #: Paths of the slots of which only the judge can say all.
    residuals: dict[str, None] = field(default_factory=dict)
    #: Presence of each container, to be referred to by name.
    presences: dict[str, Schema] = field(default_factory=dict)
    _written: int = 0
    _open: list[tuple[Places, Places]] = field(default_factory=list)
    _known: dict[tuple[Places, Places], Schema | Residual] = field(default_factory=dict)

    def whole(self) -> Schema:
        """Return what the form says of its whole document.

        Raises:
            BuilderError: that cannot be said as a schema, and why.
        """
        group = grouped(self.matter)
        lenses = [self._writable(slot) for slot in group.slots()]
        return all_of([*lenses, self._container((), group, positive=True)])

    def _writable(self, slot: Slot) -> Schema:
        """Return which facts the document has a way to say."""
        said = []
        for part in slot.parts:
            found = pulling.writable(part.lens, self.facts[part.fact].schema)
            said.append(at(("facts", part.fact), found))
        # A scaled number may have more digits than can be written; no schema tells.
        if slot.counted or slot.lens.kind in {"join", "scale"}:
            said.append(self._residual(slot))
        return all_of(said)

    def _container(self, places: Places, group: Group, *, positive: bool) -> Schema:
        """Return what the schema at these places says of a container that is there."""
        schema = pointer.get(self.form, places)
        if not isinstance(schema, Mapping):
            return bool(schema)
        self._enter(places, group)
        spot = _Spot(schema, places, group, positive)
        said = [
            self._SAYS[keyword](self, keyword, spot)
            for keyword in schema
            if keyword in self._SAYS
        ]
        if any(keyword in schema for keyword in _TOGETHER):
            said.append(self._properties(spot))
        self._open.pop()
        return all_of(said)

    def _enter(self, places: Places, group: Group) -> None:
        """Count what is written out.

        Raises:
            EndlessReferenceError: a reference leads back, or it is too much.
        """
        self._written += 1
        here = (places, group.path)
        deep = len(self._open) >= MOST_DEPTH or self._written > MOST_SCHEMAS
        if deep or here in self._open:
            reference = json_schema.fragment(places)
            raise EndlessReferenceError(self._place(places), reference)
        self._open.append(here)

    def _below(self, spot: _Spot, *step: str, positive: bool | None = None) -> Schema:
        kept = spot.positive if positive is None else positive
        return self._container((*spot.places, *step), spot.group, positive=kept)

    def _type(self, keyword: str, spot: _Spot) -> Schema:
        kinds = spot.schema[keyword]
        return "object" in ([kinds] if isinstance(kinds, str) else kinds)

    def _ref(self, keyword: str, spot: _Spot) -> Schema:
        target = json_schema.target(spot.schema[keyword]) or ()
        return self._container(target, spot.group, positive=spot.positive)

    def _all_of(self, keyword: str, spot: _Spot) -> Schema:
        count = len(spot.schema[keyword])
        return all_of(self._below(spot, keyword, str(n)) for n in range(count))

    def _any_of(self, keyword: str, spot: _Spot) -> Schema:
        count = len(spot.schema[keyword])
        return any_of([self._below(spot, keyword, str(n)) for n in range(count)])

    def _one_of(self, keyword: str, spot: _Spot) -> Schema:
        count = len(spot.schema[keyword])
        return one_of(
            self._below(spot, keyword, str(n), positive=False) for n in range(count)
        )

    def _not(self, keyword: str, spot: _Spot) -> Schema:
        return negated(self._below(spot, keyword, positive=False))

    def _if(self, keyword: str, spot: _Spot) -> Schema:
        then, otherwise = (
            self._below(spot, branch) if branch in spot.schema else True
            for branch in ("then", "else")
        )
        if then is True and otherwise is True:
            return True
        condition = self._below(spot, keyword, positive=False)
        return if_else(condition, then, otherwise=otherwise)

    def _required(self, keyword: str, spot: _Spot) -> Schema:
        return all_of(self._present(spot.group, name) for name in spot.schema[keyword])

    def _dependent_required(self, keyword: str, spot: _Spot) -> Schema:
        return all_of(
            if_then(
                self._present(spot.group, name),
                all_of(self._present(spot.group, other) for other in others),
            )
            for name, others in spot.schema[keyword].items()
        )

    def _dependent_schemas(self, keyword: str, spot: _Spot) -> Schema:
        return all_of(
            if_then(self._present(spot.group, name), self._below(spot, keyword, name))
            for name in spot.schema[keyword]
        )

    def _listed(self, keyword: str, spot: _Spot) -> Schema:
        told = spot.schema[keyword]
        values = told if keyword == "enum" else [told]
        return self._implied(
            keyword, spot, holds=False if not any(map(_is_object, values)) else None
        )

    def _count(self, keyword: str, spot: _Spot) -> Schema:
        told = spot.schema
        if keyword == "minProperties":
            implied = told[keyword] <= len(set(told.get("required", ())))
        else:
            closed = told.get("additionalProperties") is False
            named = len(told.get("properties", ()))
            implied = closed and "patternProperties" not in told
            implied = implied and named <= told[keyword]
        return self._implied(keyword, spot, holds=implied or None)

    def _names(self, keyword: str, spot: _Spot) -> Schema:
        return self._implied(keyword, spot, holds=spot.schema[keyword] is True or None)

    def _unevaluated(self, keyword: str, spot: _Spot) -> Schema:
        # With nothing else to judge them, these are the additional properties.
        plain = _APPLICATORS.isdisjoint(spot.schema)
        implied = plain or _REST[0] in spot.schema or spot.schema[keyword] is True
        return self._implied(keyword, spot, holds=implied or None)

    def _implied(self, keyword: str, spot: _Spot, *, holds: bool | None) -> Schema:
        if holds is None:
            place = self._place((*spot.places, keyword))
            raise WholeObjectError(place, keyword)
        return holds

    def _properties(self, spot: _Spot) -> Schema:
        said = [
            self._child((*spot.places, *step), spot, child)
            for name, child in spot.group.children.items()
            for step in _steps(spot.schema, name)
        ]
        return all_of([*said, self._private(spot)])

    def _child(self, places: Places, spot: _Spot, child: Slot | Group) -> Schema:
        """Return what a schema says of one slot or container, if it is there."""
        if isinstance(child, Group):
            inside = self._container(places, child, positive=spot.positive)
            return if_then(self._present(spot.group, child.path[-1]), inside)
        schema = pointer.get(self.form, places)
        if schema is True:
            return True
        if schema is False:
            return negated(self._present(spot.group, child.path[-1]))
        return self._slot(places, child, positive=spot.positive)

    def _slot(self, places: Places, slot: Slot, *, positive: bool) -> Schema:
        pulled = self._pulled_back(places, slot)
        fact = slot.parts[0].fact
        if isinstance(pulled, Residual):
            if not positive:
                held = ", ".join(part.fact for part in slot.parts)
                place = self._place(places)
                raise ResidualNegativeError(place, held, slot.lens.kind)
            necessary = at(("facts", fact), pulled.necessary)
            return all_of([necessary, self._residual(slot)])
        said = at(("facts", fact), pulled)
        stand_in = self.facts[fact].stand_in
        if fact not in self.awaited or pulling.fits(
            slot.lens, self._told(places), stand_in
        ):
            return said
        waits = negated(self.awaited[fact])
        return all_of([said, any_of([has(("facts", fact)), waits])])

    def _pulled_back(self, places: Places, slot: Slot) -> Schema | Residual:
        """Return what a schema says of the fact of a slot."""
        known = (places, slot.path)
        if known not in self._known:
            found: Schema | Residual = Residual(necessary=True, reason="one line")
            if slot.lens.kind != "join":
                domain = self.facts[slot.parts[0].fact].schema
                found = pulling.pull_back(slot.lens, self._told(places), domain)
            self._known[known] = found
        return self._known[known]

    def _told(self, places: Places) -> pulling.Slot:
        return pulling.Slot(
            reference=self._leaf(places),
            schema=plain_schemas.written_out(self.form, places),
            accepts=json_schema.place_validator(self.form, places).accepts,
        )

    def _residual(self, slot: Slot) -> Schema:
        """Return a mark that says nothing, and keep the place."""
        where = pointer.join(slot.path)
        self.residuals[where] = None
        return at(("facts", slot.parts[0].fact), {RESIDUAL: self.matter.id + where})

    def _private(self, spot: _Spot) -> Schema:
        """Return what is said of the matter's own fields, kept together as it was."""
        told, group = spot.schema, spot.group
        made: dict[str, Any] = {
            "properties": {
                name: self._leaf((*spot.places, "properties", name))
                for name in told.get("properties", ())
                if name not in group.children
            }
        }
        if "patternProperties" in told:
            made["patternProperties"] = {
                _without(pattern, group): self._leaf(
                    (*spot.places, "patternProperties", pattern)
                )
                for pattern in told["patternProperties"]
            }
        rest = next((keyword for keyword in _REST if keyword in told), None)
        if rest is not None:
            made["properties"] |= dict.fromkeys(group.children, True)
            made["additionalProperties"] = self._leaf((*spot.places, rest))
        return at(self._remainder(group), made) if any(made.values()) or rest else True

    def _present(self, group: Group, name: str) -> Schema:
        child = group.children.get(name)
        if child is None:
            return has((*self._remainder(group), name))
        if isinstance(child, Slot):
            needed = [part.fact for part in child.parts if not part.optional]
            if needed:
                return all_of([self._there(fact) for fact in needed])
            return any_of([self._there(part.fact) for part in child.parts])
        key = f"present:{self.matter.id}{pointer.join(child.path)}"
        if key not in self.presences:
            inside = [self._present(child, each) for each in child.children]
            self.presences[key] = any_of([has(self._remainder(child)), *inside])
        return {"$ref": json_schema.fragment(("$defs", key))}

    def _there(self, fact: FactId) -> Schema:
        return any_of([has(("facts", fact)), self.awaited.get(fact, False)])

    def _remainder(self, group: Group) -> Places:
        return ("matters", self.matter.id, *group.path)

    def _leaf(self, places: Places) -> Schema:
        schema = pointer.get(self.form, places)
        if isinstance(schema, bool):
            return schema
        where = ("$defs", self.matter.id, *places)
        return {"$ref": json_schema.fragment(where)}

    def _place(self, places: Places) -> str:
        return f"matters/{self.matter.id}/schema.json#{pointer.join(places)}"

    #: What each keyword says of an object; all others speak of leaves, or say nothing.
    _SAYS: ClassVar[Mapping[str, Callable[..., Schema]]] = {
        "type": _type,
        "$ref": _ref,
        "allOf": _all_of,
        "anyOf": _any_of,
        "oneOf": _one_of,
        "not": _not,
        "if": _if,
        "required": _required,
        "dependentRequired": _dependent_required,
        "dependentSchemas": _dependent_schemas,
        "enum": _listed,
        "const": _listed,
        "minProperties": _count,
        "maxProperties": _count,
        "propertyNames": _names,
        "unevaluatedProperties": _unevaluated,
    }


def _is_object(value: Any) -> bool:
    return isinstance(value, Mapping)


def _steps(schema: Mapping[str, Any], name: str) -> Iterator[Places]:
    """Yield the way to each subschema that judges a property of this name."""
    named = name in schema.get("properties", ())
    if named:
        yield ("properties", name)
    for pattern in schema.get("patternProperties", ()):
        if _hits(pattern, name):
            named = True
            yield ("patternProperties", pattern)
    rest = next((keyword for keyword in _REST if keyword in schema), None)
    if rest is not None and not named:
        yield (rest,)


def _hits(pattern: str, name: str) -> bool:
    refused = Validator({"patternProperties": {pattern: False}})
    return not refused.accepts({name: None})


def _without(pattern: str, group: Group) -> str:
    """Return the pattern less the containers it hits: of these, τ speaks elsewhere."""
    names = [
        _SPECIAL.sub(r"\\\g<0>", name)
        for name, child in group.children.items()
        if isinstance(child, Group) and _hits(pattern, name)
    ]
    if not names:
        return pattern
    return f"^(?!(?:{'|'.join(names)})$)[\\s\\S]*?(?:{pattern})"
