"""Slots and containers of a form: where in its documents facts stand (§2.1).

A record lens writes several facts as one object: an object like any other, whose
properties are slots. A join writes several as one text: one slot of several facts.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from builder import bindings, pointer
from builder.errors import ListKeywordError, NestedBindingError
from builder.model import FactId, Field, Lens, Matter, Part, Rows, Send

Places: TypeAlias = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """A place of the document that holds a fact, or a line of several."""

    path: Places
    parts: tuple[Part, ...]
    lens: Lens
    #: Path of the field that it is, or is a part of.
    named: str
    #: The department counts its bytes, which no schema can.
    counted: bool = False
    send: Send = "always"


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """A place of the document that holds rows of a shared list, or one of them."""

    path: Places
    fact: FactId
    rows: Rows
    named: str
    send: Send = "always"


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A container: its slots, its lists and the containers in it, by name."""

    path: Places
    children: Mapping[str, "Child"]
    #: It is no object, but a list of rows.
    listing: Listing | None = None

    def held(self) -> Iterator[Slot | Listing]:
        """Yield every slot and list in it, at any depth."""
        for child in self.children.values():
            if isinstance(child, Group):
                yield from child.held()
            else:
                yield child


Child: TypeAlias = Slot | Listing | Group


def grouped(matter: Matter) -> Group:
    """Return the document of a matter as a container.

    Raises:
        ListKeywordError: a fact stands in the rows of a list that holds none.
        NestedBindingError: a slot stands inside another.
    """
    children: dict[str, Child] = {}
    root = Group(path=(), children=children)
    #: By path, what each group holds: its own dictionary, as long as it is filled.
    inside: dict[Places, dict[str, Child]] = {(): children}
    for path, held in matter.fields.items():
        for slot in _held(path, held):
            if "*" in slot.path:
                raise ListKeywordError(f"matters/{matter.id}", "items")
            if not _placed(inside, slot):
                above = _above(root, slot.path)
                raise NestedBindingError(f"matters/{matter.id}", path, above)
    return root


def _held(path: str, held: Field) -> Iterator[Slot | Listing]:
    names = tuple(pointer.parts(path))
    parts, send = bindings.parts_of(held), held.send
    if held.rows is not None and held.fact is not None:
        yield Listing(path=names, fact=held.fact, rows=held.rows, named=path, send=send)
    elif held.lens.kind == "record":
        for part in parts:
            there = (*names, part.name)
            yield Slot(path=there, parts=(part,), lens=part.lens, named=path, send=send)
    elif parts:
        counted = held.bytes is not None
        yield Slot(
            path=names,
            parts=parts,
            lens=held.lens,
            named=path,
            counted=counted,
            send=send,
        )


def _placed(inside: dict[Places, dict[str, Child]], slot: Slot | Listing) -> bool:
    """Put a slot into its group; False: something stands in the way."""
    *outer, last = slot.path
    here: Places = ()
    for name in outer:
        below = (*here, name)
        if below not in inside:
            if name in inside[here]:
                return False
            inside[below] = {}
            inside[here][name] = Group(path=below, children=inside[below])
        here = below
    return inside[here].setdefault(last, slot) is slot


def _above(group: Group, path: Places) -> str:
    here: Child = group
    for name in path:
        if not isinstance(here, Group) or name not in here.children:
            break
        here = here.children[name]
    return pointer.join(here.path)
