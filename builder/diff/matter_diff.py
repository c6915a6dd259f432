"""One matter compared with what it was: limits, materials, results, and its form."""

from collections.abc import Iterator

from builder.diff.changes import Change, Kind, both, differs, only, told, was
from builder.diff.field_diff import form_changes
from builder.explain import in_words
from builder.explain.in_words import label
from builder.model import Limit, Material, Matter


def matter_changes(old: Matter, new: Matter) -> Iterator[Change]:
    """Yield each change of a matter that both forms have."""
    file = f"matters/{new.id}/matter.json#"
    if old.department != new.department:
        text = was(old.department, new.department)
        yield told("re-routed", "matter", f"{file}/department", text, new.id)
    if old.label != new.label:
        text = was(old.label, new.label)
        yield told("renamed", "matter", f"{file}/label", text, new.id)
    if differs(old.when, new.when):
        before, after = in_words.condition(old.when), in_words.condition(new.when)
        text = f"applied: {before}; now: {after}"
        yield told("changed", "matter", f"{file}/when", text, new.id)
    for name in ("form", "legal_basis", "result"):
        before, after = getattr(old, name), getattr(new, name)
        if before != after:
            yield told("changed", name, f"{file}/{name}", was(before, after), new.id)
    for name in ("legal", "promised"):
        limits = getattr(old, f"{name}_limit"), getattr(new, f"{name}_limit")
        yield from _limit(*limits, name, new)
    yield from _materials(old, new, file)
    yield from _issues(old, new, file)
    yield from form_changes(old, new)


def _limit(old: Limit, new: Limit, name: str, matter: Matter) -> Iterator[Change]:
    place = f"matters/{matter.id}/matter.json#/limits/{name}"
    if old == new:
        return
    days, later = old.workdays, new.workdays
    kind: Kind = "changed"
    if days is not None and later is not None and days != later:
        kind = "tightened" if later < days else "widened"
    text = f"{_days(old)}, now {_days(new)}"
    yield told(kind, f"{name} limit", place, text, matter.id)


def _days(limit: Limit) -> str:
    words = label(limit.text)
    return words if limit.workdays is None else f"{limit.workdays:g} workdays, {words}"


def _materials(old: Matter, new: Matter, file: str) -> Iterator[Change]:
    before = {material.id: material for material in old.materials}
    after = {material.id: material for material in new.materials}
    for id_, material in only(before, after).items():
        place = f"{file}/materials/{id_}"
        yield told("removed", "material", place, label(material.label), new.id)
    for id_, material in only(after, before).items():
        place = f"{file}/materials/{id_}"
        yield told("added", "material", place, label(material.label), new.id)
    for id_, was_, is_ in both(before, after):
        yield from _material(was_, is_, f"{file}/materials/{id_}", new)


_NEED = {"optional": 0, "deferrable": 1, "required": 2}


def _material(
    old: Material, new: Material, place: str, matter: Matter
) -> Iterator[Change]:
    if old.label != new.label:
        text = was(old.label, new.label)
        yield told("renamed", "material", place, text, matter.id)
    if old.necessity != new.necessity:
        more = _NEED[new.necessity] > _NEED[old.necessity]
        kind: Kind = "tightened" if more else "widened"
        text = f"{label(new.label)} {was(old.necessity, new.necessity)}"
        yield told(kind, "material", place, text, matter.id)
    if differs(old.when, new.when):
        before, after = in_words.condition(old.when), in_words.condition(new.when)
        text = f"{label(new.label)} was needed: {before}; now: {after}"
        yield told("changed", "material", place, text, matter.id)
    for name in ("ways", "certificate", "note"):
        before, after = getattr(old, name), getattr(new, name)
        if before != after:
            text = f"{label(new.label)}, {name} {was(before, after)}"
            yield told("changed", "material", place, text, matter.id)


def _issues(old: Matter, new: Matter, file: str) -> Iterator[Change]:
    before = {issue.fact: issue for issue in old.issues}
    after = {issue.fact: issue for issue in new.issues}
    for fact in only(before, after):
        yield told("removed", "issued fact", f"{file}/issues", fact, new.id)
    for fact in only(after, before):
        yield told("added", "issued fact", f"{file}/issues", fact, new.id)
    for fact, was_, is_ in both(before, after):
        if was_.path != is_.path:
            text = f"{fact} in the result {was(was_.path, is_.path)}"
            yield told("changed", "issued fact", f"{file}/issues", text, new.id)
