"""What must hold between definitions: names, paths, lenses.

The questions of an affair are checked where they are made: in `questions` and `plan`.
"""

from collections.abc import Iterable, Iterator, Sequence

from builder import bindings, json_schema, lists, pointer
from builder.errors import (
    BuilderError,
    ClassRegexError,
    DuplicateSlotError,
    ExampleError,
    FormSchemaError,
    IdleKeywordError,
    NestedBindingError,
    RecursiveSlotError,
    UnboundListError,
    UndescribedFieldError,
    UnknownKeywordError,
    UnknownNameError,
    UnresolvedPathError,
)
from builder.errors.words import meant
from builder.fact_ids import element_of, role_of
from builder.json_schema import SchemaError, Validator, branches, keywords
from builder.lenses.lens_laws import coverage_warnings, lens_errors, line_errors
from builder.lenses.slot_laws import (
    Binding,
    apart,
    slot_errors,
    slot_warnings,
)
from builder.lists.list_checks import (
    list_errors,
    place_warnings,
    places_errors,
    send_errors,
)
from builder.model import (
    Affair,
    Catalogue,
    FactId,
    Field,
    Matter,
    Part,
    Predicate,
    Schema,
)
from builder.patterns import ecma
from builder.predicates import writing_errors
from builder.prefill_checks import rule_errors, rules_of
from builder.shapes import schema_errors


def element_errors(catalogue: Catalogue) -> Iterator[BuilderError]:
    """Yield what is wrong with the data elements and code lists."""
    for id_, element in catalogue.elements.items():
        place = f"elements.json#{pointer.join(['elements', id_])}"
        yield from _codelist_errors(catalogue, element.codelist, place)
        broken = list(_own_schema_errors(element.schema, f"{place}/schema"))
        yield from broken
        if broken or element.example is None:
            continue
        if not Validator(element.schema).accepts(element.example):
            yield ExampleError(f"{place}/example", element.example)


def matter_errors(catalogue: Catalogue, matter: Matter) -> Iterator[BuilderError]:
    """Yield what is wrong between a matter, its form and the catalogue."""
    place = f"matters/{matter.id}/matter.json#"
    if matter.department not in catalogue.departments:
        known = tuple(catalogue.departments)
        yield UnknownNameError(
            f"{place}/department", "department", matter.department, known
        )
    for index, issue in enumerate(matter.issues):
        yield from _element_errors(catalogue, issue.fact, f"{place}/issues/{index}")
    for index, material in enumerate(matter.materials):
        if material.when is not None:
            here = f"{place}/materials/{index}/when"
            yield from writing_errors(material.when, here)
    form = f"matters/{matter.id}/schema.json#"
    broken = list(schema_errors(matter.schema, form))
    yield from broken
    if broken:
        return
    try:
        leaves = json_schema.leaves(matter.schema)
        named = dict.fromkeys((*leaves, *json_schema.lists(matter.schema)))
    except SchemaError as error:
        yield FormSchemaError(form, f"{error}.")
        return
    yield from _path_errors(matter, named, place)
    for path, field in matter.fields.items():
        here = f"{place}{pointer.join(['fields', path])}"
        yield from _field_errors(catalogue, matter, path, field, here)
        if field.rows is not None:
            yield from list_errors(catalogue, matter, path, field.rows)
            one = lists.row_matter(matter, path, field.rows)
            above = lists.row_path(path, field.rows)
            for below, column in one.fields.items():
                here = f"{place}{pointer.join(['fields', above + below])}"
                yield from _field_errors(catalogue, one, below, column, here)
    yield from places_errors(matter)
    yield from send_errors(matter)


def affair_errors(catalogue: Catalogue, affair: Affair) -> Iterator[BuilderError]:
    """Yield the names an affair uses that are not defined, and unusable conditions."""
    place = f"affairs/{affair.id}.json#"
    if affair.lead_department not in catalogue.departments:
        yield UnknownNameError(
            f"{place}/lead_department",
            "department",
            affair.lead_department,
            tuple(catalogue.departments),
        )
    for index, situation in enumerate(affair.situations):
        here = f"{place}/situations/{index}/schema"
        yield from _own_schema_errors(situation.schema, here)
    for predicate, here in conditions(affair):
        yield from writing_errors(predicate, here)
    for index, entry in enumerate(affair.matters):
        if entry.matter not in catalogue.matters:
            here = f"{place}/matters/{index}/matter"
            known = tuple(catalogue.matters)
            yield UnknownNameError(here, "matter", entry.matter, known)
    yield from _role_errors(catalogue, affair, place)
    yield from rule_errors(affair)


def warnings(catalogue: Catalogue) -> Iterator[BuilderError]:
    """Yield what its author should know of definitions that can be used.

    They are told, never raised; call it with a catalogue that loaded.
    """
    for matter in catalogue.matters.values():
        yield from _form_warnings(matter)
        yield from _field_warnings(catalogue, matter)
        for _, path, rows in lists.bindings(matter):
            form = lists.row_matter(matter, path, rows)
            yield from _field_warnings(catalogue, form, lists.row_path(path, rows))
        yield from place_warnings(matter)


def _field_warnings(
    catalogue: Catalogue, matter: Matter, above: str = ""
) -> Iterator[BuilderError]:
    """Yield what a field, or a column, does not do as its author may think."""
    read: dict[FactId, Binding] = {}
    for path, field in matter.fields.items():
        names = ["fields", above + path]
        here = f"matters/{matter.id}/matter.json#{pointer.join(names)}"
        for part, alone, place in _places(path, field, here):
            told = _binding(catalogue, matter, part, alone)
            if told is None:
                continue
            yield from slot_warnings(told, f"{place}/fact")
            yield from coverage_warnings(
                part.lens, told.element, told.schema, told.slot, f"{place}/lens"
            )
            if part.lens.one_way:
                continue  # it is not read back
            first = read.setdefault(part.fact, told)
            if first is not told:
                paths = (first.path, told.path)
                witness = apart(first, told)
                yield DuplicateSlotError(f"{place}/fact", part.fact, paths, witness)


def _form_warnings(matter: Matter) -> Iterator[BuilderError]:
    """Yield what a form says that is not read, or not by all in the same way."""
    file = f"matters/{matter.id}/schema.json#"
    words = keywords.words_of(matter.schema) or keywords.WORDS
    for places, word in keywords.unknown(matter.schema, words):
        here = f"{file}{pointer.join([*places, word])}"
        yield IdleKeywordError(here, word, tuple(sorted(words)))
    for places, pattern in keywords.patterns(matter.schema, words):
        found = ecma.classes(pattern)
        if found:
            here = f"{file}{pointer.join(places)}"
            beyond = ecma.looks_beyond(pattern)
            yield ClassRegexError(here, pattern, found, every_script=beyond)


def conditions(affair: Affair) -> Iterator[tuple[Predicate, str]]:
    """Yield each condition an affair states itself, with its place."""
    file = f"affairs/{affair.id}.json#"
    for name in ("situations", "matters", "checks"):
        for number, entry in enumerate(getattr(affair, name)):
            if entry.when is not None:
                yield entry.when, f"{file}/{name}/{number}/when"
    for where, told in affair.questions.items():
        if told.when is not None:
            yield told.when, f"{file}{pointer.join(['questions', where, 'when'])}"
    for _, rule, here in rules_of(affair):
        if rule.when is not None:
            yield rule.when, f"{here}/when"


def all_conditions(
    affair: Affair, matters: Iterable[Matter]
) -> Iterator[tuple[Predicate, str]]:
    """Yield every condition of an affair and its matters, with its place."""
    yield from conditions(affair)
    for matter in matters:
        for number, material in enumerate(matter.materials):
            if material.when is not None:
                here = f"matters/{matter.id}/matter.json#/materials/{number}/when"
                yield material.when, here


def _own_schema_errors(schema: Schema, place: str) -> Iterator[BuilderError]:
    """Yield why a schema we write ourselves cannot be used, or would judge nothing."""
    yield from schema_errors(schema, place)
    for places, word in keywords.unknown(schema, keywords.WORDS):
        here = f"{place}{pointer.join([*places, word])}"
        yield UnknownKeywordError(here, word, tuple(sorted(keywords.WORDS)))


def _codelist_errors(
    catalogue: Catalogue, codelist: str | None, place: str
) -> Iterator[BuilderError]:
    if codelist is not None and codelist not in catalogue.codelists:
        known = tuple(catalogue.codelists)
        yield UnknownNameError(f"{place}/codelist", "code list", codelist, known)


def _element_errors(
    catalogue: Catalogue, fact: FactId, place: str
) -> Iterator[BuilderError]:
    name = element_of(fact)
    if name not in catalogue.elements:
        known = tuple(catalogue.elements)
        yield UnknownNameError(f"{place}/fact", "data element", name, known)


def _role_errors(
    catalogue: Catalogue, affair: Affair, place: str
) -> Iterator[BuilderError]:
    """Yield each role of a fact that the affair does not have.

    One that only a single matter names, or that is near a known one, is miswritten
    there; any other was forgotten here.
    """
    named: dict[str, list[tuple[Matter, str]]] = {}
    for entry in affair.matters:
        matter = catalogue.matters.get(entry.matter)
        for fact, here in _facts(matter) if matter is not None else ():
            role = role_of(fact)
            if matter is not None and role and role not in affair.roles:
                named.setdefault(role, []).append((matter, here))
    known = tuple(affair.roles)
    for role, places in sorted(named.items()):
        if known and (len({m.id for m, _ in places}) == 1 or meant(role, known)):
            for matter, here in places:
                kind = f"role of {affair.id!r} called"
                file = f"matters/{matter.id}/matter.json#"
                yield UnknownNameError(f"{file}{here}/fact", kind, role, known)
        else:
            users = ", ".join(dict.fromkeys(matter.id for matter, _ in places))
            kind = f"role for {users} called"
            yield UnknownNameError(f"{place}/roles", kind, role, known)


def _facts(matter: Matter) -> Iterator[tuple[FactId, str]]:
    """Yield each fact a matter names, with its place in the file."""
    for path, field in lists.flat(matter.fields):
        if field.rows is not None:
            yield from ((fact, pointer.join(["fields", path])) for fact in field.held)
        for part, _, here in _places(path, field, pointer.join(["fields", path])):
            yield part.fact, here
    for index, issue in enumerate(matter.issues):
        yield issue.fact, f"/issues/{index}"


def _path_errors(
    matter: Matter, named: Iterable[str], place: str
) -> Iterator[BuilderError]:
    """Yield each described path the form has not, and each named one not described."""
    fields = dict(lists.flat(matter.fields))
    holders = {p for p, field in fields.items() if field.held and not field.rows}
    whole = holders | {path for path, field in fields.items() if field.unserved}
    told = set(fields)
    for path, field in fields.items():
        here = f"{place}{pointer.join(['fields', path])}"
        above = list(_above(path))
        told.update(above)
        if json_schema.locate(matter.schema, path) is None and not (
            field.branch and branches.names(matter.schema, path)
        ):
            yield UnresolvedPathError(here, path)
        holder = next((each for each in above if each in holders), None)
        if holder is not None:
            yield NestedBindingError(here, path, holder)
        elif field.held:
            yield from _recursion_errors(matter, path, above, here)
    for path in named:
        if path not in told and whole.isdisjoint(_above(path)):
            yield UndescribedFieldError(f"{place}/fields", path)


def _recursion_errors(
    matter: Matter, path: str, above: Sequence[str], place: str
) -> Iterator[BuilderError]:
    """Yield that a bound path goes through the same part of the form twice."""
    seen = {json_schema.locate(matter.schema, "")}
    for holder in above:
        where = json_schema.locate(matter.schema, holder)
        if where is not None and where in seen:
            yield RecursiveSlotError(place, path, holder)
            return
        seen.add(where)


def _above(path: str) -> Iterator[str]:
    """Yield the paths of everything a path lies in, from the outside inwards."""
    names = pointer.parts(path)
    for depth in range(1, len(names)):
        yield pointer.join(names[:depth])


def _field_errors(
    catalogue: Catalogue, matter: Matter, path: str, field: Field, here: str
) -> Iterator[BuilderError]:
    yield from _codelist_errors(catalogue, field.codelist, here)
    if not field.held:
        return
    if "/*/" in path:
        yield UnboundListError(here, path, path[: path.index("/*/")])
        return
    if field.rows is not None:
        yield from _element_errors(catalogue, FactId(str(field.fact)), here)
    elements = []
    for part, alone, place in _places(path, field, here):
        yield from _element_errors(catalogue, part.fact, place)
        element = catalogue.elements.get(element_of(part.fact))
        if element is None:
            continue
        elements.append((part, element))
        told = _binding(catalogue, matter, part, alone)
        if told is None and field.lens.kind == "record" and not field.branch:
            yield UnresolvedPathError(f"{place}/name", str(alone))
        slot = told.slot if told is not None else None
        found = list(lens_errors(part.lens, element, slot, f"{place}/lens"))
        yield from found
        if told is not None and not found:
            yield from slot_errors(told, f"{place}/fact")
    if field.lens.kind == "join":
        yield from line_errors(field.lens, elements, f"{here}/lens")


def _places(
    path: str, field: Field, here: str
) -> Iterator[tuple[Part, str | None, str]]:
    """Yield each fact of a field, its path, and its place in the definition."""
    for index, (part, alone) in enumerate(bindings.slots(path, field)):
        yield part, alone, f"{here}/parts/{index}" if field.parts else here


def _binding(
    catalogue: Catalogue, matter: Matter, part: Part, alone: str | None
) -> Binding | None:
    """Return what judges a fact at a field, or None: nothing judges it alone.

    What shares a line, or stands only in a branch, has no schema of its own.
    """
    if alone is None or json_schema.locate(matter.schema, alone) is None:
        return None
    name = element_of(part.fact)
    element = catalogue.elements[name]
    codes = catalogue.codelists.get(element.codelist or "")
    schema = json_schema.subschema(matter.schema, alone)
    return Binding(
        path=alone,
        name=name,
        element=element,
        codes=codes.values if codes is not None else (),
        lens=part.lens,
        schema=True if schema is None else schema,
        slot=json_schema.slot_validator(matter.schema, alone),
    )
