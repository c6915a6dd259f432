"""Two merged forms compared in words: what became of each matter and question.

Law: a form does not differ from itself, and any difference is told. The names of the
inputs, the counters and the layout are left out, for they follow from the rest.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from builder import pointer
from builder.diff.changes import Change, Kind, both, differs, only, texts, told, was
from builder.diff.facets import facets
from builder.diff.matter_diff import matter_changes
from builder.diff.question_diff import question_changes
from builder.explain.in_words import label
from builder.model import (
    Check,
    Decision,
    Fact,
    FactId,
    MergedForm,
    Page,
    Pointer,
    Source,
)
from builder.places import fact_pointer
from builder.values import converter

__all__ = ["Change", "diff", "lines"]


def diff(old: MergedForm, new: MergedForm) -> tuple[Change, ...]:
    """Return each change from one merged form to a later one.

    The two may be of different affairs. The affair's own changes come first, then
    those of its matters, questions and pages.
    """
    return (
        *_affair(old, new),
        *_matters(old, new),
        *question_changes(old.situations, new.situations, "situation"),
        *_order(old, new),
        *question_changes(old.questions, new.questions, "question"),
        *_facts(old, new),
        *_pages(old, new),
        *_named_texts(old, new),
    )


def lines(changes: Sequence[Change]) -> tuple[str, ...]:
    """Return the changes as lines of plain English."""
    return tuple(map(str, changes)) or ("Nothing differs.",)


def _affair(old: MergedForm, new: MergedForm) -> Iterator[Change]:
    file = f"affairs/{new.affair}.json#"
    everyone = tuple(matter.id for matter in new.matters)
    if old.affair != new.affair:
        yield told("changed", "affair", f"{file}/id", was(old.affair, new.affair))
    for name in ("area", "lead_department"):
        before, after = getattr(old, name), getattr(new, name)
        if before != after:
            text = was(before, after)
            yield told("re-routed", "affair", f"{file}/{name}", text, *everyone)
    if old.retention_days != new.retention_days:
        text = was(old.retention_days, new.retention_days)
        yield told("changed", "affair", f"{file}/retention_days", text)
    before, after = converter.unstructure(old.guide), converter.unstructure(new.guide)
    for name in dict.fromkeys((*before, *after)):
        if before.get(name) != after.get(name):
            kind: Kind = "renamed" if name == "label" else "changed"
            text = was(before.get(name), after.get(name))
            yield told(kind, "affair", f"{file}/{name}", text)
    for id_, known, department in both(old.departments, new.departments):
        place = f"departments.json#/departments/{id_}"
        if known.label != department.label:
            text = was(known.label, department.label)
            yield told("renamed", "department", place, text)
        if known.kind != department.kind:
            text = was(known.kind, department.kind)
            yield told("changed", "department", place, text)


def _matters(old: MergedForm, new: MergedForm) -> Iterator[Change]:
    before = {matter.id: matter for matter in old.matters}
    after = {matter.id: matter for matter in new.matters}
    for matter in only(before, after).values():
        place = f"matters/{matter.id}/matter.json"
        yield told("removed", "matter", place, label(matter.label), matter.id)
    for matter in only(after, before).values():
        place = f"matters/{matter.id}/matter.json"
        yield told("added", "matter", place, label(matter.label), matter.id)
    for _, known, matter in both(before, after):
        yield from matter_changes(known, matter)
    place = f"affairs/{new.affair}.json#/matters"
    yield from _moved(list(before), list(after), "matter", place)


def _order(old: MergedForm, new: MergedForm) -> Iterator[Change]:
    ordered = [[q.pointer for q in form.situations] for form in (old, new)]
    place = f"affairs/{new.affair}.json#/situations"
    yield from _moved(ordered[0], ordered[1], "situation", place)


def _moved(
    old: Sequence[str], new: Sequence[str], subject: str, place: str
) -> Iterator[Change]:
    kept = [name for name in new if name in old]
    if kept != [name for name in old if name in new]:
        yield told("moved", subject, place, f"the order is now {', '.join(kept)}")


def _facts(old: MergedForm, new: MergedForm) -> Iterator[Change]:
    """Yield what became of facts, beyond what their questions and forms tell."""
    asked = {question.pointer for form in (old, new) for question in form.questions}
    quiet = [
        {
            id_: fact
            for id_, fact in form.facts.items()
            if fact_pointer(id_) not in asked
        }
        for form in (old, new)
    ]
    for fact in only(*quiet):
        yield told("removed", "awaited fact", fact_pointer(fact), fact)
    for fact in only(quiet[1], quiet[0]):
        yield told("added", "awaited fact", fact_pointer(fact), fact)
    for id_, before, after in both(old.facts, new.facts):
        yield from _fact(id_, before, after)


def _fact(id_: FactId, old: Fact, new: Fact) -> Iterator[Change]:
    place = fact_pointer(id_)
    found = facets(old.schema, new.schema)
    for kind, text in found:
        yield told(kind, "shared domain", place, text)
    if not found and differs(old.schema, new.schema):
        yield told("changed", "shared domain", place, was(old.schema, new.schema))
    for column in only(old.columns, new.columns):
        yield told("removed", "column", place, column)
    for column in only(new.columns, old.columns):
        yield told("added", "column", place, column)
    for column, before, after in both(old.columns, new.columns):
        for change in _fact(column, before, after):
            yield replace(change, place=f"{place}/*{fact_pointer(column)}")
    for name in ("element", "role", "sensitivity", "stand_in", "key"):
        before, after = getattr(old, name), getattr(new, name)
        if differs(before, after):
            yield told("changed", "fact", place, f"{name} {was(before, after)}")


def _pages(old: MergedForm, new: MergedForm) -> Iterator[Change]:
    file = f"affairs/{new.affair}.json#/pages"
    before = {page.id: page for page in old.pages}
    after = {page.id: page for page in new.pages}
    for page in only(before, after).values():
        yield told("removed", "page", f"{file}/{page.id}", label(page.label))
    for page in only(after, before).values():
        yield told("added", "page", f"{file}/{page.id}", label(page.label))
    yield from _moved(list(before), list(after), "page", file)
    for id_, known, page in both(before, after):
        if known.label != page.label:
            text = was(known.label, page.label)
            yield told("renamed", "page", f"{file}/{id_}", text)
        if known.lead != page.lead:
            text = was(known.lead, page.lead)
            yield told("changed", "page", f"{file}/{id_}", f"lead {text}")
        place = f"{file}/{id_}"
        yield from _moved(known.questions, page.questions, "question", place)
    stood, stands = _standing(old.pages), _standing(new.pages)
    askers = {q.pointer: q.asked_by for q in new.questions}
    for where, known_page, now in both(stood, stands):
        if known_page != now:
            who = dict.fromkeys(asker.matter for asker in askers.get(where, ()))
            text = f"from the page {known_page} to {now}"
            yield told("moved", "question", where, text, *who)


def _standing(pages: Sequence[Page]) -> dict[Pointer, str]:
    return {where: page.id for page in pages for where in page.questions}


def _named_texts(old: MergedForm, new: MergedForm) -> Iterator[Change]:
    file = f"affairs/{new.affair}.json#"
    for name, subject in (
        ("roles", "role"),
        ("leave_out", "question left out"),
    ):
        before, after = (
            {pointer.join([key])[1:]: text for key, text in getattr(form, name).items()}
            for form in (old, new)
        )
        yield from texts(before, after, subject, f"{file}/{name}")
    yield from _sources(old.sources, new.sources, f"{file}/sources")
    yield from _said(old.decisions, new.decisions, "decision", file)
    yield from _said(old.checks, new.checks, "check", file)
    if differs(old.same, new.same):
        text = f"{len(old.same)} of them, now {len(new.same)}"
        yield told("changed", "answers offered again", f"{file}/same", text)


def _sources(
    old: Mapping[str, Source], new: Mapping[str, Source], file: str
) -> Iterator[Change]:
    before, after = (
        {pointer.join([name])[1:]: source.label for name, source in sources.items()}
        for sources in (old, new)
    )
    yield from texts(before, after, "source", file)
    for name, known, now in both(old, new):
        if replace(known, label=now.label) != now:
            place = f"{file}{pointer.join([name])}"
            yield told("changed", "source", place, "it is asked in another way")


def _said(
    old: Sequence[Check | Decision],
    new: Sequence[Check | Decision],
    subject: str,
    file: str,
) -> Iterator[Change]:
    before, after = _by_name(old), _by_name(new)
    known, now = ({n: t.text for n, t in said.items()} for said in (before, after))
    yield from texts(known, now, subject, f"{file}/{subject}s")
    for name, thing, later in both(before, after):
        if thing.text == later.text and differs(thing, later):
            text = f"judged otherwise: {label(later.text)}"
            yield told("changed", subject, f"{file}/{subject}s/{name}", text)


def _by_name(things: Sequence[Check | Decision]) -> dict[str, Check | Decision]:
    """Return things by what they are about; a name that comes again says so."""
    named: dict[str, Check | Decision] = {}
    for thing in things:
        name = thing.about if isinstance(thing, Decision) else thing.at
        while name in named:
            name = f"{name} (again)"
        named[name] = thing
    return named
