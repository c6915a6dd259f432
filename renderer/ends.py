"""The ends of one form: the same questions, laid out for those who fill them in.

Online and on a phone a page is what the affair planned, in large print and at a kiosk a
part of it, at a counter everything stands on one. The layout is a pure function of the
page plan: it depends on no answer, so a page keeps its address while it is filled in.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Literal, TypeAlias

from builder.model import Page, Pointer

End: TypeAlias = Literal["public", "elder", "counter", "kiosk"]
#: What the devices of one process are; large print is what a reader chooses.
Device: TypeAlias = Literal["public", "counter", "kiosk"]
DEVICES: tuple[Device, ...] = ("public", "counter", "kiosk")
#: Questions on one page where there should be few.
MOST_AT_ONCE = 5
#: The address of the one page of a counter.
WHOLE = "~all"


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """One page as an end shows it: a planned page, a part of one, or all of them."""

    id: str
    #: The planned pages, each with those of its questions that stand here.
    sections: tuple[Page, ...]


def lay_out(
    pages: Sequence[Page], end: End, *, lists: Collection[Pointer] = ()
) -> tuple[Leaf, ...]:
    """Return the pages of an end, in the order of the plan.

    Law: together they hold every question of the plan once, in its order.

    Args:
        pages: as planned.
        end: for whom.
        lists: the questions that hold rows; where there is little room, each stands
            alone.
    """
    match end:
        case "public":
            return tuple(Leaf(id=page.id, sections=(page,)) for page in pages)
        case "counter":
            return (Leaf(id=WHOLE, sections=tuple(pages)),)
        case "elder" | "kiosk":
            return tuple(leaf for page in pages for leaf in _parted(page, lists))


def find(leaves: Sequence[Leaf], id_: str) -> Leaf | None:
    """Return the page with this id, or the first that shows the same planned page.

    An address stays good when somebody changes to another end.
    """
    exact = next((leaf for leaf in leaves if leaf.id == id_), None)
    planned = id_.partition("~")[0]
    return exact or next(
        (leaf for leaf in leaves if planned in {page.id for page in leaf.sections}),
        leaves[0] if id_ == WHOLE and leaves else None,
    )


def _parted(page: Page, lists: Collection[Pointer]) -> Iterator[Leaf]:
    """Split a page evenly; the first part keeps its address."""
    number = 0
    for alone, together in groupby(page.questions, key=lambda each: each in lists):
        for part in _even(list(together), 1 if alone else MOST_AT_ONCE):
            number += 1
            id_ = page.id if number == 1 else f"{page.id}~{number}"
            yield Leaf(id=id_, sections=(replace(page, questions=tuple(part)),))


def _even(places: Sequence[Pointer], most: int) -> Iterator[Sequence[Pointer]]:
    """Split into as few parts as can be, none much longer than another."""
    parts = -(-len(places) // most)
    for part in range(parts):
        yield places[part * len(places) // parts : (part + 1) * len(places) // parts]
