"""The form of one matter compared with what it was, field by field.

Law: where the two schemas differ, either a change of a field tells it, or a change of
the form names the place.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from builder import bindings, json_schema, lenses, lists, pointer
from builder.diff.changes import Change, both, differs, only, told, was
from builder.diff.facets import facets
from builder.explain import in_words
from builder.explain.in_words import Forms, label
from builder.model import Field, Matter, Schema

#: Of a form that differs in more places than this only the first are told.
_MOST_PLACES = 50
_GROUPS = frozenset(["properties", "items", "required"])


def form_changes(old: Matter, new: Matter) -> Iterator[Change]:
    """Yield each change of the fields of a matter, then what else its form says."""
    fields = tuple(_fields(old, new))
    yield from fields
    yield from _elsewhere(old, new, {change.place for change in fields})


def _fields(old: Matter, new: Matter) -> Iterator[Change]:
    known, now = dict(lists.flat(old.fields)), dict(lists.flat(new.fields))
    for path, field in only(known, now).items():
        yield told("removed", "field", _place(new, path), label(field.label), new.id)
    for path, field in only(now, known).items():
        yield told("added", "field", _place(new, path), label(field.label), new.id)
    before, after = Forms(), Forms()
    for path, was_, is_ in both(known, now):
        found = list(_field(was_, is_, _place(new, path)))
        for slot in _slots(path, is_):
            one = _own(before.slot(old, slot), old, path)
            other = _own(after.slot(new, slot), new, path)
            for kind, text in facets(one, other):
                found.append(told(kind, "field", _place(new, path), text))
            found += _required(old, new, slot, _place(new, path))
        for change in found:
            text = f"{label(is_.label)}: {change.text}"
            yield replace(change, text=text, matters=(new.id,))


def _required(old: Matter, new: Matter, slot: str, place: str) -> Iterator[Change]:
    before = json_schema.is_required(old.schema, slot)
    after = json_schema.is_required(new.schema, slot)
    if after and not before:
        yield told("tightened", "field", place, "now required")
    elif before and not after:
        yield told("widened", "field", place, "no longer required")


def _place(matter: Matter, path: str) -> str:
    return f"matters/{matter.id}/matter.json#{pointer.join(['fields', path])}"


def _slots(path: str, field: Field) -> tuple[str, ...]:
    return tuple(
        dict.fromkeys(alone or path for _, alone in bindings.slots(path, field))
    ) or (path,)


def _own(schema: Schema | None, matter: Matter, path: str) -> Schema | None:
    """Return what a form says of a field without what it says of the fields in it."""
    holds = any(other.startswith(f"{path}/") for other, _ in lists.flat(matter.fields))
    if not holds or not isinstance(schema, Mapping):
        return schema
    return {name: value for name, value in schema.items() if name not in _GROUPS}


def _field(old: Field, new: Field, place: str) -> Iterator[Change]:
    if old.label != new.label:
        yield told("renamed", "field", place, was(old.label, new.label))
    if old.held != new.held:
        before, after = ", ".join(old.held), ", ".join(new.held)
        text = f"holds {after or 'an answer of its own'}"
        yield told("changed", "field", place, f"{text}; was {before or 'its own'}")
    elif differs(old.parts, new.parts):
        yield told("changed", "field", place, was(old.parts, new.parts))
    if differs(old.lens, new.lens):
        text = f"written {in_words.lens(new.lens)}; was {in_words.lens(old.lens)}"
        yield told("changed", "field", place, text)
    before_, after_ = old.bytes, new.bytes
    if before_ and after_ and before_.encoding != after_.encoding:
        text = was(before_.encoding, after_.encoding)
        yield told(
            "changed", "field", place, f"the bytes are counted otherwise: {text}"
        )
    else:
        limits = [{"maxBytes": b.max} if b else {} for b in (before_, after_)]
        for kind, text in facets(*limits):
            yield told(kind, "field", place, text)
    if differs(_rows(old), _rows(new)):
        yield told("changed", "field", place, f"rows {was(_rows(old), _rows(new))}")
    # What a field of its own says beside the question is told with the question.
    told_here = ["codelist", "branch", "send"]
    told_here += ["input", "unit", "hint", "sensitivity", "unserved"] * bool(new.held)
    for name in told_here:
        one, other = getattr(old, name), getattr(new, name)
        if one != other:
            yield told("changed", "field", place, f"{name} {was(one, other)}")


def _rows(field: Field) -> dict[str, object] | None:
    """Return which rows of a shared list a field holds; None: it is no such list."""
    if field.rows is None:
        return None
    return {"where": field.rows.where, "number": field.rows.number}


def _elsewhere(old: Matter, new: Matter, touched: set[str]) -> Iterator[Change]:
    """Yield each difference of the schemas that no change of a field tells."""
    covered = set()
    for matter in (old, new):
        for path, field in lists.flat(matter.fields):
            if _place(new, path) in touched:
                covered |= set(_told_places(matter, path, field))
    found = [
        place
        for place in _differing(old.schema, new.schema)
        if not any(place[:depth] in covered for depth in range(len(place) + 1))
    ]
    for place in found[:_MOST_PLACES]:
        said = [_said(matter.schema, place) for matter in (old, new)]
        where = f"matters/{new.id}/schema.json#{pointer.join(place)}"
        yield told("changed", "form", where, f"was {said[0]}, now {said[1]}", new.id)


def _said(schema: Mapping[str, object], place: tuple[str, ...]) -> str:
    found = pointer.get(schema, place)
    return "nothing" if found is pointer.ABSENT else in_words.shown(found)


def _told_places(matter: Matter, path: str, field: Field) -> Iterator[tuple[str, ...]]:
    """Yield the places of the schema that speak of a field."""
    for slot in _slots(path, field):
        *above, name = pointer.parts(slot)
        holder = json_schema.locate(matter.schema, pointer.join(above))
        own = json_schema.locate(matter.schema, slot)
        if own is not None:
            yield own
        if holder is not None:
            yield (*holder, "properties", name)
            yield (*holder, "required")


def _differing(old: object, new: object) -> Iterator[tuple[str, ...]]:
    """Yield the places where two schemas differ, the outermost of each difference."""
    waiting: list[tuple[tuple[str, ...], object, object]] = [((), old, new)]
    while waiting:
        place, one, other = waiting.pop()
        if isinstance(one, Mapping) and isinstance(other, Mapping):
            for name in sorted({*one, *other}, reverse=True):
                below = (*place, name)
                waiting.append(
                    (
                        below,
                        one.get(name, pointer.ABSENT),
                        other.get(name, pointer.ABSENT),
                    )
                )
        elif not lenses.same(one, other):
            yield place
