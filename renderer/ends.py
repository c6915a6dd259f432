"""The ends of one form: the same questions, laid out for those who fill them in.

Where people fill in for themselves, a page is a small part of one that the affair
planned; at a counter everything stands on one. The layout is a pure function of the
page plan: it depends on no answer, so a page keeps its address while it is filled in.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Literal, TypeAlias

from builder.model import MergedForm, Page, Pointer
from builder.places import fact_pointer

#: What the devices of one process are.
Device: TypeAlias = Literal["public", "counter", "kiosk"]
DEVICES: tuple[Device, ...] = ("public", "counter", "kiosk")
#: Questions on one page, except at a counter.
MOST_AT_ONCE = 5
#: The address of the one page of a counter.
WHOLE = "~all"


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """One page as an end shows it: a planned page, a part of one, or all of them."""

    id: str
    #: The planned pages, each with those of its questions that stand here.
    sections: tuple[Page, ...]


def leaves(form: MergedForm, end: Device) -> tuple[Leaf, ...]:
    """Return the pages of a form as an end shows them."""
    return lay_out(
        form.pages,
        end,
        lists={each.pointer for each in form.questions if each.input == "rows"},
        topics={fact_pointer(fact.id): fact.role for fact in form.facts.values()},
    )


def lay_out(
    pages: Sequence[Page],
    end: Device,
    *,
    lists: Collection[Pointer] = (),
    topics: Mapping[Pointer, str] | None = None,
) -> tuple[Leaf, ...]:
    """Return the pages of an end, in the order of the plan.

    Law: together they hold every question of the plan once, in its order.

    Args:
        pages: as planned.
        end: for whom.
        lists: the questions that hold rows; each stands alone, except at a counter.
        topics: whom or what a question is about; a page is split where that changes,
            if it can be.
    """
    if end == "counter":
        return (Leaf(id=WHOLE, sections=tuple(pages)),)
    return tuple(leaf for page in pages for leaf in _parted(page, lists, topics or {}))


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


def _parted(
    page: Page, lists: Collection[Pointer], topics: Mapping[Pointer, str]
) -> Iterator[Leaf]:
    """Split a page; the first part keeps its address."""
    number = 0
    for alone, together in groupby(page.questions, key=lambda each: each in lists):
        most = 1 if alone else MOST_AT_ONCE
        for part in _split(list(together), most, topics):
            number += 1
            id_ = page.id if number == 1 else f"{page.id}~{number}"
            yield Leaf(id=id_, sections=(replace(page, questions=tuple(part)),))


def _split(
    places: Sequence[Pointer], most: int, topics: Mapping[Pointer, str]
) -> Iterator[Sequence[Pointer]]:
    """Split into as few parts as can be."""
    rest = places
    for parts in range(-(-len(places) // most), 0, -1):
        cut = _cut(rest, parts, most, topics)
        yield rest[:cut]
        rest = rest[cut:]


def _cut(
    places: Sequence[Pointer], parts: int, most: int, topics: Mapping[Pointer, str]
) -> int:
    """Say how many stand in the first part: up to a change of topic, or else evenly."""
    whole, even = len(places), -(-len(places) // parts)

    def awkward(at: int) -> tuple[bool, int]:
        inside = at < whole and topics.get(places[at - 1]) == topics.get(places[at])
        return inside, abs(at - even)

    least, largest = max(1, whole - most * (parts - 1)), min(most, whole - parts + 1)
    return min(range(least, largest + 1), key=awkward)
