"""Shared lists in T: what a form says of its rows, said of the rows of the answers.

A row has the layout of answers, so a form's schema of one row is moved like a form. A
list that holds only some rows says it of those that fulfil its condition, and counts
only them (merge algebra, §2.7).
"""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from builder import lists
from builder.errors import ListKeywordError
from builder.model import Matter, Rows, Schema
from builder.transport.formulas import all_of, at, holding, if_then
from builder.transport.slots import Group, Listing, Places, grouped

if TYPE_CHECKING:
    from builder.transport.containers import Spot, Transport


def room(matter: Matter) -> Schema:
    """Return: no list has more rows than the matter has fields for."""
    return all_of(
        at(("facts", fact), _counted(rows, most=most))
        for fact, rows, most in lists.room(matter)
    )


def there(listing: Listing) -> Schema:
    """Return, of a list that is there: so is the row that the field is."""
    number = listing.rows.number
    if number is None:
        return True
    return at(("facts", listing.fact), _counted(listing.rows, least=number))


def writable(moving: "Transport", listing: Listing) -> Schema:
    """Return which rows the document has a way to say."""
    inner = moving.inside(listing)
    said = all_of(inner.writable(child) for child in grouped(inner.matter).held())
    place = moving.place(listing.path)
    return at(("facts", listing.fact), _each(moving.matter, listing, said, place))


def judged(
    moving: "Transport", places: Places, listing: Listing, *, positive: bool
) -> Schema:
    """Return what the schema at these places says of a list, or of the one row."""
    if listing.rows.number is None:
        whole = Group(path=listing.path, children={}, listing=listing)
        said = moving.container(places, whole, positive=positive)
    else:
        row = _row(moving, places, listing, positive=positive)
        said = _each(moving.matter, listing, row, moving.place(places))
    return at(("facts", listing.fact), said)


def _row(
    moving: "Transport", places: Places, listing: Listing, *, positive: bool
) -> Schema:
    inner = moving.inside(listing)
    return inner.container(places, grouped(inner.matter), positive=positive)


def _each(matter: Matter, listing: Listing, said: Schema, place: str) -> Schema:
    """Return: it holds of each row that the field holds.

    Raises:
        ListKeywordError: which row the field is cannot be told by a schema.
    """
    rows = listing.rows
    if said is True:
        return True
    single = all(
        most == 1
        for fact, other, most in lists.room(matter)
        if fact == listing.fact and other.where == rows.where
    )
    if rows.number is None or single:
        return {"items": if_then(_holding(rows), said)}
    if rows.where is not None:
        raise ListKeywordError(place, "where")
    return {"prefixItems": [*[True] * (rows.number - 1), said]}


def _holding(rows: Rows) -> Schema:
    return True if rows.where is None else holding(rows.where)


def _counted(rows: Rows, *, least: int = 0, most: int | None = None) -> Schema:
    """Return: so many rows fulfil the condition."""
    if rows.where is None:
        made = {"minItems": least} if least else {}
        return made | ({} if most is None else {"maxItems": most})
    return _containing(holding(rows.where), least, most)


def _containing(schema: Schema, least: int, most: int | None) -> Schema:
    found = {"contains": schema, "minContains": least}
    return found if most is None else found | {"maxContains": most}


def _items(moving: "Transport", keyword: str, spot: "Spot") -> Schema:
    listing = _of(spot)
    places = (*spot.places, keyword)
    row = _row(moving, places, listing, positive=spot.positive)
    return _each(moving.matter, listing, row, moving.place(places))


def _contains(moving: "Transport", keyword: str, spot: "Spot") -> Schema:
    listing, told = _of(spot), spot.schema
    least, most = told.get("minContains", 1), told.get("maxContains")
    # What is made too weak lets too many rows through.
    positive = spot.positive and most is None
    row = _row(moving, (*spot.places, keyword), listing, positive=positive)
    return _containing(all_of([_holding(listing.rows), row]), least, most)


def _least(_: "Transport", keyword: str, spot: "Spot") -> Schema:
    return _counted(_of(spot).rows, least=int(spot.schema[keyword]))


def _most(_: "Transport", keyword: str, spot: "Spot") -> Schema:
    return _counted(_of(spot).rows, most=int(spot.schema[keyword]))


def _type(_: "Transport", keyword: str, spot: "Spot") -> Schema:
    kinds = spot.schema[keyword]
    return "array" in ([kinds] if isinstance(kinds, str) else kinds)


def _listed(moving: "Transport", keyword: str, spot: "Spot") -> Schema:
    told = spot.schema[keyword]
    if any(
        isinstance(value, list) for value in (told if keyword == "enum" else [told])
    ):
        return _refused(moving, keyword, spot)
    return False


def _refused(moving: "Transport", keyword: str, spot: "Spot") -> Schema:
    """Refuse what speaks of all rows together: different rows may be written equal."""
    if keyword == "uniqueItems" and not spot.schema[keyword]:
        return True
    raise ListKeywordError(moving.place((*spot.places, keyword)), keyword)


def _of(spot: "Spot") -> Listing:
    if spot.group.listing is None:
        raise TypeError(spot.group)
    return spot.group.listing


#: What each keyword says of a list; those that only join schemas say it of all alike.
SAYS: Mapping[str, Callable[..., Schema]] = {
    "type": _type,
    "items": _items,
    "contains": _contains,
    "minItems": _least,
    "maxItems": _most,
    "enum": _listed,
    "const": _listed,
    "uniqueItems": _refused,
    "prefixItems": _refused,
    "unevaluatedItems": _refused,
}
