"""What a form says of a place of its document in any of its branches.

`json_schema.locate` walks the plain way: properties, items, `$ref`, allOf. A property
may stand only in a branch of anyOf, oneOf, if or dependentSchemas, or only in
`required`. Its path is as good a place for a value; but no single subschema judges the
value there, so the whole document must.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from builder import pointer

#: Where a subschema stands in its form; None: the form names the property, no more.
Place: TypeAlias = tuple[str, ...]

_LISTED = ("anyOf", "oneOf")
_SINGLE = ("if", "then", "else")
_NAMED = ("dependentSchemas", "dependencies")
#: Dialects in which whatever stands beside a `$ref` says nothing.
_LONE_REFERENCE = ("draft-03", "draft-04", "draft-06", "draft-07")


@dataclass(frozen=True, slots=True)
class Told:
    """One subschema that has a say about a place of the document."""

    place: Place
    schema: Mapping[str, Any]
    #: Only documents of some branch are judged by it.
    in_branch: bool


def told_at(
    root: Mapping[str, Any], starts: Iterable[tuple[Place, bool]] = (((), False),)
) -> list[Told]:
    """Return every subschema with a say where these stand, each once, in form order.

    Args:
        root: the form.
        starts: places in it, and whether only a branch leads there.
    """
    found: dict[Place, Told] = {}
    waiting = list(starts)[::-1]
    lone = any(name in str(root.get("$schema")) for name in _LONE_REFERENCE)
    while waiting:
        place, in_branch = waiting.pop()
        schema = pointer.get(root, place)
        before = found.get(place)
        if not isinstance(schema, Mapping) or (
            before is not None and before.in_branch <= in_branch
        ):
            continue
        found[place] = Told(place, schema, in_branch)
        beside = list(_beside(schema, place, in_branch=in_branch))
        if "$ref" in schema:
            target = pointer.of_reference(schema["$ref"])
            leading = [] if target is None else [(target, in_branch)]
            beside = leading if lone else [*leading, *beside]
        waiting += beside[::-1]
    if lone:
        return [told for told in found.values() if "$ref" not in told.schema]
    return list(found.values())


def children(told: Sequence[Told]) -> dict[str, list[tuple[Place, bool]]]:
    """Return the properties that these name, each with the places of its schemas."""
    named: dict[str, list[tuple[Place, bool]]] = {}
    for one in told:
        for name in one.schema.get("properties", ()):
            place = (*one.place, "properties", name)
            named.setdefault(name, []).append((place, one.in_branch))
    for one in told:
        required = one.schema.get("required", ())
        for name in required if isinstance(required, list) else ():
            named.setdefault(name, [])
    return named


def rows(told: Sequence[Told]) -> list[tuple[Place, bool]]:
    """Return the places of the schemas that judge each row of a list."""
    return [
        ((*one.place, "items"), one.in_branch)
        for one in told
        if isinstance(one.schema.get("items"), Mapping)
    ]


def told_of(root: Mapping[str, Any], path: str) -> list[Told] | None:
    """Return every subschema with a say about a document path; None: no such path."""
    told = told_at(root)
    for name in pointer.parts(path):
        starts = (rows(told) if name == "*" else None) or children(told).get(name)
        if starts is None:
            return None
        told = told_at(root, starts)
    return told


def names(root: Mapping[str, Any], path: str) -> bool:
    """Tell whether the form names this path, be it in a branch only."""
    return told_of(root, path) is not None


def _beside(
    schema: Mapping[str, Any], place: Place, *, in_branch: bool
) -> Iterator[tuple[Place, bool]]:
    for index in range(len(schema.get("allOf", ()))):
        yield (*place, "allOf", str(index)), in_branch
    for keyword in _LISTED:
        for index in range(len(schema.get(keyword, ()))):
            yield (*place, keyword, str(index)), True
    for keyword in _SINGLE:
        if keyword in schema:
            yield (*place, keyword), True
    for keyword in _NAMED:
        for name in schema.get(keyword, ()):
            yield (*place, keyword, name), True
