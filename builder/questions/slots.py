"""Fields of forms that one question serves, and what they take."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import Any

from builder import bindings, json_schema, lenses
from builder.json_schema import Validator
from builder.model import (
    Asker,
    Catalogue,
    Choice,
    FactId,
    Field,
    Matter,
    Part,
    Schema,
    Text,
)


@dataclass(frozen=True, kw_only=True)
class Slot:
    """One field of one matter, or one fact of it, with what judges its value."""

    matter: Matter
    path: str
    field: Field
    #: The fact of the question; None: the field is the matter's own.
    part: Part | None = None
    #: It has a place of its own; otherwise it shares a line with others.
    alone: bool = True
    #: Of a row: where it stands in the document.
    above: str = ""

    @cached_property
    def schema(self) -> Schema:
        """What its form says of it outside of branches; its references lead there.

        Of a list, also what it says of each value.
        """
        told = json_schema.subschema(self.matter.schema, self.path)
        if isinstance(told, Mapping) and "items" in told:
            items = json_schema.subschema(self.matter.schema, f"{self.path}/*")
            return told if items is None else {**told, "items": items}
        return True if told is None else told

    @cached_property
    def validator(self) -> Validator:
        """What judges its value."""
        # Compiling a large form for a field that has no choices would be in vain.
        return json_schema.slot_validator(self.matter.schema, self.path)

    def asker(self) -> Asker:
        """Return it as the provenance of a question."""
        optional = self.part is not None and self.part.optional
        return Asker(
            matter=self.matter.id,
            path=self.above + self.path,
            label=self.field.label,
            required=not optional
            and json_schema.is_required(self.matter.schema, self.path),
            lens=self.part.lens if self.part else self.field.lens,
            bytes=self.field.bytes,
        )

    @cached_property
    def each(self) -> Validator:
        """What judges one value of the list it holds; how many it takes is left out."""
        path = f"{self.path}/*"
        if json_schema.subschema(self.matter.schema, path) is None:
            return Validator(schema=True)
        return json_schema.slot_validator(self.matter.schema, path)

    def accepts(self, value: Any, *, in_list: bool) -> bool:
        """Tell whether it takes what is written for a value, or for one of a list."""
        written = [value] if in_list else value
        if self.part is not None:
            if not bindings.can_write(self.field, self.part, written):
                return False
            written = lenses.get(self.part.lens, written)
            if not self.alone:
                return True
        if in_list and isinstance(written, list):
            return all(self.each.accepts(one) for one in written)
        return self.validator.accepts(written)

    def max_length(self) -> int | None:
        """Return how long a text it may take at most, as far as that is said."""
        limits = []
        if isinstance(self.schema, Mapping) and "maxLength" in self.schema:
            limits.append(int(self.schema["maxLength"]))
        if self.field.bytes is not None:  # a character has at least one byte
            limits.append(self.field.bytes.max)
        return min(limits, default=None)


def slots(
    matters: Sequence[Matter], above: Mapping[int, str] = MappingProxyType({})
) -> dict[FactId, list[Slot]]:
    """Return the slots of every fact, in the order of the matters and their fields.

    Args:
        matters: in their order.
        above: by the identity of a matter that is the form of a row: where it stands.
    """
    found: dict[FactId, list[Slot]] = {}
    for matter in matters:
        for path, field in matter.fields.items():
            for part, place in bindings.slots(path, field):
                slot = Slot(
                    matter=matter,
                    path=place or path,
                    field=field,
                    part=part,
                    alone=place is not None,
                    above=above.get(id(matter), ""),
                )
                found.setdefault(part.fact, []).append(slot)
    return found


def choices(
    catalogue: Catalogue,
    codelist: str | None,
    schema: Schema,
    slots: Sequence[Slot],
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
    listed = _listed(catalogue, codelist, schema)
    if not listed:
        return ()
    in_list = isinstance(schema, Mapping) and schema.get("type") == "array"
    one = (
        schema.get("items", True) if isinstance(schema, Mapping) and in_list else schema
    )
    domain = Validator(one)
    if own:
        domain = slots[0].each if in_list else slots[0].validator
    return tuple(
        Choice(
            value=choice.value,
            label=choice.label,
            refused_by=tuple(
                slot.matter.id
                for slot in slots
                if not slot.accepts(choice.value, in_list=in_list)
            ),
        )
        for choice in listed
        if domain.accepts(choice.value)
    )


def _listed(
    catalogue: Catalogue, codelist: str | None, schema: Schema
) -> Sequence[Choice]:
    if codelist is not None:
        return catalogue.codelists[codelist].values
    told = schema.get("items", schema) if isinstance(schema, Mapping) else {}
    named = told.get("enum", ()) if isinstance(told, Mapping) else ()
    return [
        Choice(value=value, label={"zh-CN": str(value), "en": str(value)})
        for value in named
    ]


def other(catalogue: Catalogue, codelist: str | None) -> Text | None:
    """Return how a value is written that a code list does not name, if it is said."""
    return None if codelist is None else catalogue.codelists[codelist].other


def max_length(slots: Sequence[Slot]) -> int | None:
    """Return the loosest length that any of the fields takes."""
    lengths = (slot.max_length() for slot in slots)
    return max((length for length in lengths if length is not None), default=None)
