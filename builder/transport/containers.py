"""One form transported to the layout of the answers: τ of the merge algebra, §2.5.

A container is an object of the form in which a slot stands, at any depth. What the form
says of a container is said again over the answers: of slots by their facts, of all else
by the matter's remainder. What it says of a leaf stays where it stands in the form and
is only referred to, so nothing is merged, and nothing can be merged wrongly.

Law: for answers of the right layout in which the container is present, the schema made
here holds exactly when the form's schema holds of the projected container.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from builder import json_schema, lists, pointer
from builder.documents import OMIT, spare, subsets
from builder.errors import (
    EndlessReferenceError,
    ResidualNegativeError,
)
from builder.json_schema import plain_schemas
from builder.lenses import pull_back as pulling
from builder.lenses.pull_back import Residual
from builder.model import Fact, FactId, Matter, Schema
from builder.transport import rows, whole_objects
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
from builder.transport.names import REST, steps, without
from builder.transport.slots import Child, Group, Listing, Places, Slot, grouped

#: Marks a place of T that says less than the slot's own schema does.
RESIDUAL = "x-residual"
#: Schemas of one form, written out; a form that needs more is judged by the server.
MOST_SCHEMAS = 5_000
#: Schemas in schemas, written out.
MOST_DEPTH = 50

#: They judge one property each, so they are read together.
_TOGETHER = ("properties", "patternProperties", *REST)


@dataclass(frozen=True, slots=True)
class Spot:
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
    #: Where in its documents the rows stand whose form this is; "": it is no row's.
    within: str = ""
    #: Fields that are not sent, because the form does without.
    left_out: frozenset[str] = frozenset()
    _written: int = 0
    _open: list[tuple[Places, Places]] = field(default_factory=list)
    _known: dict[tuple[Places, Places], Schema | Residual] = field(default_factory=dict)

    def whole(self) -> Schema:
        """Return what the form says of its whole document.

        Raises:
            BuilderError: that cannot be said as a schema, and why.
        """
        group, optional = grouped(self.matter), spare(self.matter)
        alternatives = []
        for left_out in subsets(optional):
            self.left_out, self._written = frozenset(left_out), 0
            said = [self.writable(child) for child in group.held()]
            said.append(self.container((), group, positive=True))
            alternatives.append(all_of(said))
        return all_of([rows.room(self.matter), any_of(alternatives)])

    def inside(self, listing: Listing) -> "Transport":
        """Return what moves the rows of a list: their form is one like any other."""
        return Transport(
            matter=lists.of_row(self.matter, listing.rows),
            form=self.form,
            facts=self.facts[listing.fact].columns,
            awaited={},
            residuals=self.residuals,
            presences=self.presences,
            within=lists.row_path(listing.named, listing.rows),
        )

    def writable(self, child: Slot | Listing) -> Schema:
        """Return which facts the document has a way to say."""
        if isinstance(child, Listing):
            return self._if_sent(child, rows.writable(self, child))
        return self._if_sent(child, self._slot_writable(child))

    def _slot_writable(self, slot: Slot) -> Schema:
        said = []
        for part in slot.parts:
            found = pulling.writable(part.lens, self.facts[part.fact].schema)
            said.append(at(("facts", part.fact), found))
        # A scaled number may have more digits than can be written; no schema tells.
        if slot.counted or slot.lens.kind in {"join", "scale"}:
            said.append(self._residual(slot))
        return all_of(said)

    def container(self, places: Places, group: Group, *, positive: bool) -> Schema:
        """Return what the schema at these places says of a container that is there."""
        schema = pointer.get(self.form, places)
        if not isinstance(schema, Mapping):
            return bool(schema)
        self._enter(places, group)
        spot = Spot(schema, places, group, positive)
        says = self._SAYS if group.listing is None else self._SAYS_OF_LISTS
        said = [
            says[keyword](self, keyword, spot) for keyword in schema if keyword in says
        ]
        if group.listing is None and any(keyword in schema for keyword in _TOGETHER):
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
            raise EndlessReferenceError(self.place(places), reference)
        self._open.append(here)

    def _below(self, spot: Spot, *step: str, positive: bool | None = None) -> Schema:
        kept = spot.positive if positive is None else positive
        return self.container((*spot.places, *step), spot.group, positive=kept)

    def _type(self, keyword: str, spot: Spot) -> Schema:
        kinds = spot.schema[keyword]
        return "object" in ([kinds] if isinstance(kinds, str) else kinds)

    def _ref(self, keyword: str, spot: Spot) -> Schema:
        target = json_schema.target(spot.schema[keyword]) or ()
        return self.container(target, spot.group, positive=spot.positive)

    def _all_of(self, keyword: str, spot: Spot) -> Schema:
        count = len(spot.schema[keyword])
        return all_of(self._below(spot, keyword, str(n)) for n in range(count))

    def _any_of(self, keyword: str, spot: Spot) -> Schema:
        count = len(spot.schema[keyword])
        return any_of([self._below(spot, keyword, str(n)) for n in range(count)])

    def _one_of(self, keyword: str, spot: Spot) -> Schema:
        count = len(spot.schema[keyword])
        return one_of(
            self._below(spot, keyword, str(n), positive=False) for n in range(count)
        )

    def _not(self, keyword: str, spot: Spot) -> Schema:
        return negated(self._below(spot, keyword, positive=False))

    def _if(self, keyword: str, spot: Spot) -> Schema:
        then, otherwise = (
            self._below(spot, branch) if branch in spot.schema else True
            for branch in ("then", "else")
        )
        if then is True and otherwise is True:
            return True
        condition = self._below(spot, keyword, positive=False)
        return if_else(condition, then, otherwise=otherwise)

    def _required(self, keyword: str, spot: Spot) -> Schema:
        return all_of(self._present(spot.group, name) for name in spot.schema[keyword])

    def _dependent_required(self, keyword: str, spot: Spot) -> Schema:
        return all_of(
            if_then(
                self._present(spot.group, name),
                all_of(self._present(spot.group, other) for other in others),
            )
            for name, others in spot.schema[keyword].items()
        )

    def _dependent_schemas(self, keyword: str, spot: Spot) -> Schema:
        return all_of(
            if_then(self._present(spot.group, name), self._below(spot, keyword, name))
            for name in spot.schema[keyword]
        )

    def _properties(self, spot: Spot) -> Schema:
        said = [
            self._child((*spot.places, *step), spot, child)
            for name, child in spot.group.children.items()
            for step in steps(spot.schema, name)
        ]
        return all_of([*said, self._private(spot)])

    def _child(self, places: Places, spot: Spot, child: Child) -> Schema:
        """Return what a schema says of one slot or container, if it is there."""
        if isinstance(child, Group):
            inside = self.container(places, child, positive=spot.positive)
            return if_then(self._present(spot.group, child.path[-1]), inside)
        schema = pointer.get(self.form, places)
        if schema is True:
            return True
        if schema is False:
            return negated(self._present(spot.group, child.path[-1]))
        if isinstance(child, Listing):
            said = rows.judged(self, places, child, positive=spot.positive)
        else:
            said = self._slot(places, child, positive=spot.positive)
        return self._if_sent(child, said)

    def _if_sent(self, child: Slot | Listing, said: Schema) -> Schema:
        """Return: it holds, unless the field is not sent."""
        if child.named in self.left_out:
            return True
        if child.send == "choice":
            return any_of([self._unwanted(child), said])
        return said

    def _unwanted(self, child: Slot | Listing) -> Schema:
        """Return: the applicant does not want the field to be sent."""
        place = ("matters", self.matter.id, OMIT, child.named)
        return all_of([has(place), at(place, {"const": True})])

    def _slot(self, places: Places, slot: Slot, *, positive: bool) -> Schema:
        pulled = self._pulled_back(places, slot)
        fact = slot.parts[0].fact
        if isinstance(pulled, Residual):
            if not positive:
                held = ", ".join(part.fact for part in slot.parts)
                place = self.place(places)
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
        # Most slots are only referred to, neither written out nor compiled.
        return pulling.Slot(
            reference=self._leaf(places),
            write_out=lambda: plain_schemas.written_out(self.form, places),
            accepts=lambda value: json_schema.place_validator(
                self.form, places
            ).accepts(value),
        )

    def _residual(self, slot: Slot) -> Schema:
        """Return a mark that says nothing, and keep the place."""
        where = self.within + pointer.join(slot.path)
        self.residuals[where] = None
        return at(("facts", slot.parts[0].fact), {RESIDUAL: self.matter.id + where})

    def _private(self, spot: Spot) -> Schema:
        """Return what is said of the matter's own fields, kept together as it was."""
        told, group = spot.schema, spot.group
        made: dict[str, Any] = {
            "properties": {
                name: self._leaf((*spot.places, "properties", name))
                for name in told.get("properties", ())
                if name not in group.children
            }
        }
        elsewhere = [n for n, c in group.children.items() if isinstance(c, Group)]
        if (
            not group.path
            and not self.within
            and any(child.send == "choice" for child in group.held())
        ):
            elsewhere.append(OMIT)
        if "patternProperties" in told:
            made["patternProperties"] = {
                without(pattern, elsewhere): self._leaf(
                    (*spot.places, "patternProperties", pattern)
                )
                for pattern in told["patternProperties"]
            }
        rest = next((keyword for keyword in REST if keyword in told), None)
        if rest is not None:
            names = (*group.children, *elsewhere)
            made["properties"] |= dict.fromkeys(names, True)
            made["additionalProperties"] = self._leaf((*spot.places, rest))
        return at(self._remainder(group), made) if any(made.values()) or rest else True

    def _present(self, group: Group, name: str) -> Schema:
        child = group.children.get(name)
        if child is None:
            return has((*self._remainder(group), name))
        if isinstance(child, Slot | Listing):
            there = self._held(child)
            if child.send == "choice":
                return all_of([there, negated(self._unwanted(child))])
            return child.named not in self.left_out and there
        key = f"present:{self.matter.id}{self.within}{pointer.join(child.path)}"
        key += "".join(f" without {path}" for path in sorted(self.left_out))
        if key not in self.presences:
            inside = [self._present(child, each) for each in child.children]
            self.presences[key] = any_of([has(self._remainder(child)), *inside])
        return {"$ref": json_schema.fragment(("$defs", key))}

    def _held(self, child: Slot | Listing) -> Schema:
        if isinstance(child, Listing):
            return all_of([self._there(child.fact), rows.there(child)])
        needed = [part.fact for part in child.parts if not part.optional]
        if needed:
            return all_of([self._there(fact) for fact in needed])
        return any_of([self._there(part.fact) for part in child.parts])

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

    def place(self, places: Places) -> str:
        """Return how errors name a place of the form."""
        return f"matters/{self.matter.id}/schema.json#{pointer.join(places)}"

    #: What each keyword says of an object; all others speak of leaves, or say nothing.
    _JOINED: ClassVar[Mapping[str, Callable[..., Schema]]] = {
        "$ref": _ref,
        "allOf": _all_of,
        "anyOf": _any_of,
        "oneOf": _one_of,
        "not": _not,
        "if": _if,
    }
    _SAYS: ClassVar[Mapping[str, Callable[..., Schema]]] = {
        **_JOINED,
        "type": _type,
        "required": _required,
        "dependentRequired": _dependent_required,
        "dependentSchemas": _dependent_schemas,
        **whole_objects.SAYS,
    }
    _SAYS_OF_LISTS: ClassVar[Mapping[str, Callable[..., Schema]]] = {
        **_JOINED,
        **rows.SAYS,
    }
