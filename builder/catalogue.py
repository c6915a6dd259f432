"""Definition documents to one checked catalogue.

A folder, an archive or a designer's working copy all come as documents: the path of
each file to its bytes. `read_folder` is the only reader of files.
"""

import json
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from builder import pointer
from builder.checks import affair_errors, element_errors, matter_errors
from builder.errors import (
    BuilderError,
    DefinitionErrors,
    JsonError,
    ShapeError,
    UnknownNameError,
)
from builder.model import (
    Affair,
    Catalogue,
    Choice,
    CodeList,
    DataElement,
    Department,
    Matter,
)
from builder.values import converter

#: Files of the root folder, each a map from id to definition.
_SINGLE = {
    "elements.json": "element",
    "codelists.json": "codelist",
    "departments.json": "department",
}
_MATTER_FILES = 3
_AFFAIR_FILES = 2


def read_folder(folder: Traversable) -> dict[str, bytes]:
    """Read every JSON document below a folder, by its path with forward slashes."""
    return dict(_read(folder, ""))


def load(documents: Mapping[str, bytes]) -> Catalogue:
    """Make the catalogue that the documents define.

    Raises:
        DefinitionErrors: with everything that is wrong, in the order of the files.
    """
    parsed, errors = _parse(documents)
    if not errors:
        errors = [e for path in sorted(parsed) for e in _shape_errors(path, parsed)]
    if errors:
        raise DefinitionErrors(tuple(errors))
    catalogue, errors = _assemble(parsed)
    errors += element_errors(catalogue)
    if errors:  # the elements are what everything else is checked against
        raise DefinitionErrors(tuple(errors))
    for matter in catalogue.matters.values():
        errors += matter_errors(catalogue, matter)
    for affair in catalogue.affairs.values():
        errors += affair_errors(catalogue, affair)
    if errors:
        raise DefinitionErrors(tuple(errors))
    return catalogue


def _read(folder: Traversable, above: str) -> Iterator[tuple[str, bytes]]:
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        path = above + entry.name
        if entry.is_dir() and path != "schemas":
            yield from _read(entry, path + "/")
        elif entry.name.endswith(".json"):
            yield path, entry.read_bytes()


def _parse(
    documents: Mapping[str, bytes],
) -> tuple[dict[str, Any], list[BuilderError]]:
    parsed: dict[str, Any] = {}
    errors: list[BuilderError] = []
    for path in sorted(documents):
        try:
            parsed[path] = json.loads(
                documents[path].decode(), object_pairs_hook=_once_each
            )
        except ValueError as error:
            errors.append(JsonError(path, str(error)))
    return parsed, errors


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the key {twice!r} stands twice in one object")
    return made


def _kind(path: str) -> str | None:
    """Return which schema a file follows; None: none (a department's own form)."""
    steps = path.split("/")
    if path in _SINGLE:
        return _SINGLE[path]
    if steps[0] == "affairs" and len(steps) == _AFFAIR_FILES:
        return "affair"
    if steps[0] == "matters" and len(steps) == _MATTER_FILES:
        return {"matter.json": "matter", "schema.json": None}.get(steps[-1], "")
    return ""


def _shape_errors(path: str, parsed: Mapping[str, Any]) -> Iterator[BuilderError]:
    kind = _kind(path)
    if kind == "":
        known = (*_SINGLE, "matters/ID/matter.json", "affairs/ID.json")
        yield UnknownNameError(path, "definition file of this name", path, known)
    elif kind is None:
        if path.replace("schema.json", "matter.json") not in parsed:
            yield UnknownNameError(path, "file beside it called", "matter.json")
    else:
        for error in sorted(
            _validator(kind).iter_errors(parsed[path]), key=lambda e: list(e.path)
        ):
            place = f"{path}#{pointer.join(error.absolute_path)}"
            yield ShapeError(place, error.message, kind)
    if kind == "matter" and path.replace("matter.json", "schema.json") not in parsed:
        yield UnknownNameError(path, "form beside it called", "schema.json")


@cache
def _validator(kind: str) -> Draft202012Validator:
    folder = files("form_defs") / "schemas"
    schemas = [
        json.loads(entry.read_bytes())
        for entry in folder.iterdir()
        if entry.name.endswith(".json")
    ]
    registry: Registry[Any] = Registry().with_resources(
        (schema["$id"], Resource.from_contents(schema)) for schema in schemas
    )
    own = next(s for s in schemas if s["$id"].endswith(f"/{kind}.json"))
    return Draft202012Validator(own, registry=registry)


def _assemble(parsed: Mapping[str, Any]) -> tuple[Catalogue, list[BuilderError]]:
    errors: list[BuilderError] = []
    codelists = {
        id_: _codelist(document) for id_, document in _entries(parsed, "codelists")
    }
    matters, affairs = {}, {}
    for path, document in parsed.items():
        kind = _kind(path)
        if kind not in {"matter", "affair"}:
            continue
        name = path.split("/")[1].removesuffix(".json")
        if document["id"] != name:
            errors.append(
                UnknownNameError(
                    f"{path}#/id", "folder or file called", document["id"], (name,)
                )
            )
        if kind == "affair":
            affairs[document["id"]] = _affair(document)
        else:
            form = parsed[path.replace("matter.json", "schema.json")]
            matters[document["id"]] = _matter(document, form, codelists)
    catalogue = Catalogue(
        elements={
            id_: converter.structure(document, DataElement)
            for id_, document in _entries(parsed, "elements")
        },
        codelists=codelists,
        departments={
            id_: converter.structure(document, Department)
            for id_, document in _entries(parsed, "departments")
        },
        matters=matters,
        affairs=affairs,
    )
    return catalogue, errors


def _entries(parsed: Mapping[str, Any], name: str) -> Iterator[tuple[Any, Any]]:
    yield from parsed.get(f"{name}.json", {}).get(name, {}).items()


def _codelist(document: Mapping[str, Any]) -> CodeList:
    crosswalk = document.get("crosswalk", {})
    return CodeList(
        label=document["label"],
        values=tuple(
            Choice(value=value["code"], label=value["label"])
            for value in document["values"]
        ),
        crosswalk=tuple((c, d) for c, d in crosswalk.get("pairs", ())),
        one_way=crosswalk.get("one_way", False),
    )


def _matter(
    document: Mapping[str, Any],
    form: Mapping[str, Any],
    codelists: Mapping[str, CodeList],
) -> Matter:
    fields = {
        path: entry | {"lens": _lens(entry.get("lens"), codelists)}
        for path, entry in document["fields"].items()
    }
    told = {
        name: document[name]
        for name in (
            [
                "id",
                "label",
                "department",
                "form",
                "legal_basis",
                "result",
                "issues",
                "materials",
            ]
        )
        if name in document
    }
    limits = document["limits"]
    told |= {"legal_limit": limits["legal"], "promised_limit": limits["promised"]}
    return converter.structure(told | {"schema": form, "fields": fields}, Matter)


def _lens(
    document: Mapping[str, Any] | None, codelists: Mapping[str, CodeList]
) -> dict[str, Any]:
    if document is None:
        return {}
    one_way = document.get("one_way", False)
    if "date" in document:
        return {"kind": "date", "template": document["date"], "one_way": one_way}
    table = document["table"]
    if isinstance(table, str):
        # A list that is not there leaves no pairs; matter_errors names the place.
        found = codelists.get(table)
        return {
            "kind": "table",
            "pairs": found.crosswalk if found else (),
            "one_way": one_way or (found is not None and found.one_way),
        }
    return {"kind": "table", "pairs": table, "one_way": one_way}


def _affair(document: Mapping[str, Any]) -> Affair:
    return converter.structure(dict(document) | {"guide": document}, Affair)
