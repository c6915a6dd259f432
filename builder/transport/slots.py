"""Slots and containers of a form: where in its documents facts stand (§2.1).

A record lens writes several facts as one object: an object like any other, whose
properties are slots. A join writes several as one text: one slot of several facts.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias

from builder import bindings, pointer
from builder.errors import ListKeywordError, NestedBindingError
from builder.model import Field, Lens, Matter, Part

Places: TypeAlias = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """A place of the document that holds a fact, or a line of several."""

    path: Places
    parts: tuple[Part, ...]
    lens: Lens
    #: The department counts its bytes, which no schema can.
    counted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A container: its slots and the containers in it, by name."""

    path: Places
    children: Mapping[str, "Slot | Group"]

    def slots(self) -> Iterator[Slot]:
        """Yield every slot in it, at any depth."""
        for child in self.children.values():
            if isinstance(child, Slot):
                yield child
            else:
                yield from child.slots()


def grouped(matter: Matter) -> Group:
    """Return the document of a matter as a container.

    Raises:
        ListKeywordError: a fact stands in the rows of a list.
        NestedBindingError: a slot stands inside another.
    """
    root = Group(path=(), children={})
    for path, held in matter.fields.items():
        for slot in _slots(path, held):
            if "*" in slot.path:
                raise ListKeywordError(f"matters/{matter.id}", "items")
            placed = _placed(root, slot, slot.path)
            if placed is None:
                inside = _above(root, slot.path)
                raise NestedBindingError(f"matters/{matter.id}", path, inside)
            root = placed
    return root


def _slots(path: str, held: Field) -> Iterator[Slot]:
    names = tuple(pointer.parts(path))
    parts = bindings.parts_of(held)
    counted = held.bytes is not None
    if held.lens.kind != "record":
        if parts:
            yield Slot(path=names, parts=parts, lens=held.lens, counted=counted)
        return
    for part in parts:
        yield Slot(path=(*names, part.name), parts=(part,), lens=part.lens)


def _placed(group: Group, slot: Slot, names: Places) -> Group | None:
    """Return the group with one slot more; None: something stands in the way."""
    name, *rest = names
    before = group.children.get(name)
    if not rest:
        if before is not None:
            return None
        return replace(group, children={**group.children, name: slot})
    if isinstance(before, Slot):
        return None
    inner = before or Group(path=(*group.path, name), children={})
    placed = _placed(inner, slot, tuple(rest))
    if placed is None:
        return None
    return replace(group, children={**group.children, name: placed})


def _above(group: Group, path: Places) -> str:
    here: Slot | Group = group
    for name in path:
        if isinstance(here, Slot) or name not in here.children:
            break
        here = here.children[name]
    return pointer.join(here.path)
