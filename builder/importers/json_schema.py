"""Foreign forms to definitions: JSON Schemas and an alignment in, a folder out.

The alignment says which fields of which forms are one fact. Its fact ids are kept as
they are; each form is one matter of one department, and all apply always. Nothing of a
form is rewritten: `schema.json` has the bytes it came with, and stays its judge.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from builder import catalogue, pointer
from builder.errors import (
    BuilderError,
    DefinitionErrors,
    FormSchemaError,
    JsonError,
    ShapeError,
)
from builder.importers import folder
from builder.importers.fields import fields
from builder.importers.folder import Form
from builder.json_schema import SchemaError, Validator, branches, dialects
from builder.model import FactId, MatterId
from builder.shapes import schema_errors

#: Where the errors place the alignment.
ALIGNMENT = "elements.json"
_ID = re.compile("[A-Za-z0-9][A-Za-z0-9_.-]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Unbound:
    """A pointer of the alignment that binds nothing, and why."""

    #: In the alignment.
    place: str
    form: str
    path: str
    fact: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unserved:
    """A field that no page can ask for yet; what it lies in cannot be published."""

    matter: MatterId
    path: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What an import made."""

    #: The definition folder: bytes by path, for `catalogue.load`.
    documents: Mapping[str, bytes]
    matters: tuple[MatterId, ...]
    facts: tuple[FactId, ...]
    unbound: tuple[Unbound, ...]
    unserved: tuple[Unserved, ...]


def import_schemas(
    schemas: Mapping[str, bytes], alignment: bytes, affair: str = "imported"
) -> Imported:
    """Make the definition folder of one affair from foreign forms.

    Args:
        schemas: each form's JSON Schema by the stem of its file, in the order of the
            matters. Draft-04 to 2020-12, each bundled into its one file.
        alignment: JSON: by form, then by path in its documents, the fact's id.
        affair: the id of the affair.

    Raises:
        DefinitionErrors: with everything that is wrong, each with file and place.
    """
    errors = [*_name_errors(schemas, affair)]
    roots: dict[str, Mapping[str, Any]] = {}
    told: Mapping[str, Mapping[str, str]] = {}
    for stem, data in schemas.items():
        try:
            roots[stem] = _usable(data, f"{stem}.json")
        except BuilderError as error:
            errors.append(error)
    try:
        told = _alignment(alignment)
    except DefinitionErrors as error:
        errors += error.errors
    forms, unbound = [], [*_strangers(told, schemas)]
    for stem, root in roots.items():
        try:
            form, left = _form(stem, root, told.get(stem, {}))
        except SchemaError as error:
            errors.append(FormSchemaError(f"{stem}.json#", str(error)))
            continue
        if not form.fields:
            errors.append(FormSchemaError(f"{stem}.json#", _NOTHING))
        forms.append(form)
        unbound += left
    if errors:
        raise DefinitionErrors(tuple(errors))
    return _imported(schemas, forms, affair, unbound)


_NOTHING = "it names no field, so nothing could be asked."


def _name_errors(schemas: Mapping[str, bytes], affair: str) -> Iterator[BuilderError]:
    if not schemas:
        reason = "There is no form to import"
        yield ShapeError(f"affairs/{affair}.json#/matters", reason, "affair")
    for stem in schemas:
        if not _ID.fullmatch(stem):
            reason = f"{stem!r} cannot be the id of a matter; rename the file"
            yield ShapeError(f"{stem}.json", reason, "common")
    if not _ID.fullmatch(affair):
        reason = f"{affair!r} cannot be the id of an affair"
        yield ShapeError(f"affairs/{affair}.json#/id", reason, "common")


def _usable(data: bytes, file: str) -> Mapping[str, Any]:
    root = _parsed(data, file)
    if not isinstance(root, dict):
        raise FormSchemaError(f"{file}#", "a form is an object, not a bare value.")
    for error in schema_errors(root, f"{file}#"):
        raise error
    dialects.upgrade(root, file=file)
    return root


def _parsed(data: bytes, file: str) -> Any:
    try:
        return catalogue.parse(data)
    except ValueError as error:
        raise JsonError(file, str(error)) from error


def _alignment(data: bytes) -> Mapping[str, Mapping[str, str]]:
    try:
        told = _parsed(data, ALIGNMENT)
    except JsonError as error:
        raise DefinitionErrors((error,)) from error
    found = _alignment_shape().violations(told)
    if found:
        raise DefinitionErrors(
            tuple(
                ShapeError(
                    f"{ALIGNMENT}#{pointer.join(violation.path)}",
                    f"{violation.keyword} {violation.limit!r} does not hold",
                    "alignment",
                )
                for violation in found
            )
        )
    made: Mapping[str, Mapping[str, str]] = told
    return made


@cache
def _alignment_shape() -> Validator:
    text = (files("form_defs") / "schemas" / "alignment.json").read_bytes()
    return Validator(json.loads(text))


def _strangers(
    told: Mapping[str, Mapping[str, str]], schemas: Mapping[str, bytes]
) -> Iterator[Unbound]:
    for form, paths in told.items():
        if form not in schemas:
            reason = "no form of this name was given."
            for path, fact in paths.items():
                yield _unbound(form, path, fact, reason)


def _unbound(form: str, path: str, fact: str, reason: str) -> Unbound:
    place = f"{ALIGNMENT}#{pointer.join([form, path])}"
    return Unbound(place=place, form=form, path=path, fact=fact, reason=reason)


def _form(
    stem: str, root: Mapping[str, Any], told: Mapping[str, str]
) -> tuple[Form, list[Unbound]]:
    reasons = {path: _unbindable(root, path) for path in told}
    lists = frozenset(path for path in told if _is_list(root, path))
    wanted = {path for path, reason in reasons.items() if reason is None}
    for inner in sorted(wanted):
        for above in wanted.intersection(_above(inner)):
            if above != _list_of(inner):
                reasons[above] = f"{inner} in it is bound, and only one of them can be."
    by_fact: dict[tuple[str | None, str], str] = {}
    for path, fact in told.items():
        if reasons[path] is None:
            first = by_fact.setdefault((_list_of(path), fact), path)
            if first != path:
                reasons[path] = f"{first} of the same form holds this fact already."
    _settle_lists(reasons, lists)
    whole = frozenset(path for path, reason in reasons.items() if reason is None)
    found = fields(root, whole - lists)
    known = {field.path for field in found}
    for path in whole - known:
        reasons[path] = "it lies inside something that is left whole."
    _settle_lists(reasons, lists)
    facts = {p: FactId(told[p]) for p, reason in reasons.items() if reason is None}
    left = [
        _unbound(stem, p, told[p], reason) for p, reason in reasons.items() if reason
    ]
    return Form(MatterId(stem), root, found, facts), left


def _list_of(path: str) -> str | None:
    """Return the list that a path is a column of, or None."""
    return path[: path.index("/*/")] if "/*/" in path else None


def _settle_lists(reasons: dict[str, str | None], lists: frozenset[str]) -> None:
    """Bind no column without its list, and no list without a column."""
    for path, reason in reasons.items():
        list_ = _list_of(path)
        if list_ is not None and reasons.get(list_, _NO_LIST) is not None:
            reasons[path] = reason or _NO_LIST
    shared = {_list_of(path) for path, reason in reasons.items() if reason is None}
    for list_ in lists - shared:
        reasons[list_] = reasons[list_] or _NO_COLUMN


_NO_COLUMN = "it is a list, and none of its columns is bound."
_NO_LIST = "it is a column of a list that is not bound."


def _above(path: str) -> Iterator[str]:
    names = pointer.parts(path)
    for depth in range(1, len(names)):
        yield pointer.join(names[:depth])


def _unbindable(root: Mapping[str, Any], path: str) -> str | None:
    """Return why a path of the alignment cannot hold a fact, or None."""
    if not path.startswith("/"):
        return "it is no JSON Pointer to a field."
    if branches.told_of(root, path) is None:
        return "the form has no such field."
    names = pointer.parts(path)
    if names[-1] == "*":
        return "it is a row; bind the list and its columns."
    if names.count("*") > 1 or ("*" in names and _is_list(root, path)):
        return "it lies in a list inside a list."
    return None


def _is_list(root: Mapping[str, Any], path: str) -> bool:
    """Tell whether a path leads to rows that have fields."""
    told = branches.told_of(root, path) if path.startswith("/") else None
    return told is not None and bool(
        branches.children(branches.told_at(root, branches.rows(told)))
    )


def _imported(
    schemas: Mapping[str, bytes],
    forms: Sequence[Form],
    affair: str,
    unbound: Sequence[Unbound],
) -> Imported:
    made = folder.documents(forms, affair)
    unserved = [
        Unserved(matter=form.id, path=path, reason=entry["unserved"])
        for form in forms
        for path, entry in made[f"matters/{form.id}/matter.json"]["fields"].items()
        if "unserved" in entry
    ]
    written = {path: folder.written(document) for path, document in made.items()}
    written |= {f"matters/{stem}/schema.json": data for stem, data in schemas.items()}
    return Imported(
        documents=written,
        matters=tuple(form.id for form in forms),
        facts=tuple(dict.fromkeys(f for form in forms for f in form.facts.values())),
        unbound=tuple(unbound),
        unserved=tuple(unserved),
    )
