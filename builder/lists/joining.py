"""Documents of several matters to one set of answers: the same rows are one row.

Rows are the same by their place in the list; by the list's key column, where it has
one. Identity is never guessed from names. What does not agree shows when the documents
are projected again: they do not come back.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from builder import lists
from builder.documents import decompose
from builder.lenses import same
from builder.lists import Row
from builder.model import Answers, Fact, FactId, Matter, Rows


def compose(
    facts: Mapping[FactId, Fact],
    documents: Sequence[tuple[Matter, Mapping[str, Any]]],
) -> dict[str, Any]:
    """Return the answers whose projections these documents are, if they agree.

    Law: documents that agree are projected back; those of a list with a key, in the
    order of the first document that holds the whole list.

    Raises:
        SlotValueError: a document cannot be taken apart.
    """
    made: dict[str, Any] = {"facts": {}, "matters": {}}
    # Who holds a whole list says which rows there are.
    for matter, document in sorted(documents, key=lambda each: _chooses(each[0])):
        found = decompose(matter, document)
        made = joined(facts, matter, made, found)
    return made


def joined(
    facts: Mapping[FactId, Fact], matter: Matter, known: Answers, found: Answers
) -> dict[str, Any]:
    """Return answers with those that a document of a matter gives besides."""
    held = {**known["facts"], **found["facts"]}
    for fact in dict.fromkeys(fact for fact, _, _ in lists.bindings(matter)):
        if fact in known["facts"] and fact in found["facts"]:
            rows = list(known["facts"][fact])
            for other, _, way in lists.bindings(matter):
                if other == fact:
                    rows = _merged(facts[fact].key, way, rows, found["facts"][fact])
            held[fact] = rows
    return {
        "facts": held,
        "matters": {**known["matters"], **found["matters"]},
    }


def _chooses(matter: Matter) -> bool:
    return any(rows.where is not None for _, _, rows in lists.bindings(matter))


def _merged(
    key: FactId | None, way: Rows, known: Sequence[Row], found: Sequence[Row]
) -> list[Row]:
    made = list(known)
    places = [index for index, _ in lists.matching(way, known)]
    for number, (_, row) in enumerate(lists.matching(way, found)):
        if key is not None:
            index = _keyed(key, row, known)
        else:
            index = places[number] if number < len(places) else None
        if index is None:
            made.append(row)
        else:
            made[index] = {
                part: {**made[index].get(part, {}), **row.get(part, {})}
                for part in ("facts", "matters")
            }
    return made


def _keyed(key: FactId, row: Row, known: Sequence[Row]) -> int | None:
    wanted = row["facts"].get(key)
    for index, other in enumerate(known):
        if wanted is not None and same(other.get("facts", {}).get(key), wanted):
            return index
    return None
