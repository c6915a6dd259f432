"""Definition documents to one checked catalogue.

A folder, an archive or a designer's working copy all come as documents: the path of
each file to its bytes. `read_folder` is the only reader of files.
"""

import codecs
import json
import math
from collections import Counter
from collections.abc import Iterator, Mapping
from importlib.resources.abc import Traversable
from typing import Any

import orjson

from builder import pointer
from builder.checks import affair_errors, element_errors, matter_errors
from builder.errors import (
    BuilderError,
    DefinitionErrors,
    FileNameError,
    FormSchemaError,
    JsonError,
    MissingFileError,
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
from builder.shapes import shape_errors
from builder.values import converter

#: Files of the root folder, each a map from id to definition.
_SINGLE = {
    "elements.json": "element",
    "codelists.json": "codelist",
    "departments.json": "department",
}
_LISTS = "codelists.json"
_MATTER_FILES = 3
#: A number of 64 bits has no more.
_MOST_DIGITS = 21
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
        errors = [e for path in sorted(parsed) for e in _file_errors(path, parsed)]
        errors += _missing(parsed)
    if errors:
        raise DefinitionErrors(tuple(errors))
    catalogue, errors = _assemble(parsed)
    errors += [*_crosswalk_errors(parsed), *element_errors(catalogue)]
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
        if entry.name.startswith("."):
            continue  # an editor's or the system's own
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
            parsed[path] = parse(documents[path])
        except ValueError as error:
            errors.append(JsonError(path, str(error)))
    return parsed, errors


def parse(data: bytes) -> Any:
    """Read JSON that means one thing only, and that can be written again.

    A byte order mark, which some editors write, is passed over.

    Raises:
        ValueError: it is no JSON, names one key twice, is nested too deep, or holds a
            number of more than 64 bits.
    """
    data = data.removeprefix(codecs.BOM_UTF8)
    try:
        text = data.decode()
    except UnicodeDecodeError:
        raise ValueError("it is not written in UTF-8; save it as UTF-8") from None
    try:
        made = json.loads(
            text,
            object_pairs_hook=_once_each,
            parse_int=_whole,
            parse_float=_fraction,
        )
        orjson.loads(data)  # refuses halves of characters and bare NaN
    except RecursionError:
        raise ValueError("it is nested too deep") from None
    except json.JSONDecodeError as error:  # that of `orjson` is one too
        line = f"line {error.lineno}, column {error.colno}"
        raise ValueError(f"{_MISWRITTEN.get(error.msg, error.msg)} ({line})") from error
    return made


#: What `json` says of common mistakes, and what they are.
_MISWRITTEN = {
    "Expecting ',' delimiter": "a comma or a closing bracket is missing before this",
    "Expecting ':' delimiter": "a colon is missing after a key",
    "Expecting property name enclosed in double quotes": (
        'a key in plain double quotes (") should stand here; or is a comma too much?'
    ),
    "Illegal trailing comma before end of object": "this comma is too much",
    "Illegal trailing comma before end of array": "this comma is too much",
    "Expecting value": "a value should stand here; or is a comma too much?",
    "Extra data": "the file goes on after its last bracket",
    "Unterminated string starting at": "this text has no closing quote",
    "Invalid control character at": "a text goes on over the end of its line",
}


def _once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        name, _ = Counter(name for name, _ in pairs).most_common(1)[0]
        raise ValueError(f"the key {name!r} stands twice in one object")
    return made


def _whole(digits: str) -> int:
    if len(digits) > _MOST_DIGITS or not -(2**63) <= int(digits) < 2**64:
        raise ValueError(f"the number {digits[:_MOST_DIGITS]} has more than 64 bits")
    return int(digits)


def _fraction(digits: str) -> float:
    number = float(digits)
    if math.isinf(number):
        raise ValueError(f"the number {digits[:_MOST_DIGITS]} has more than 64 bits")
    return number


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


def _file_errors(path: str, parsed: Mapping[str, Any]) -> Iterator[BuilderError]:
    kind = _kind(path)
    if kind == "":
        known = (*_SINGLE, "matters/ID/matter.json", "affairs/ID.json")
        yield UnknownNameError(path, "kind of definition file called", path, known)
    elif kind is None:
        if path.replace("schema.json", "matter.json") not in parsed:
            yield UnknownNameError(path, "file beside it called", "matter.json")
        if not isinstance(parsed[path], dict):
            yield FormSchemaError(f"{path}#", "a form is an object {…}.")
    else:
        yield from shape_errors(path, kind, parsed[path])
    if kind == "matter" and path.replace("matter.json", "schema.json") not in parsed:
        yield UnknownNameError(path, "form beside it called", "schema.json")


def _missing(parsed: Mapping[str, Any]) -> Iterator[BuilderError]:
    """Yield each file of the root folder that the others cannot do without."""
    if any(_kind(path) in {"affair", "matter"} for path in parsed):
        for path in _SINGLE:
            if path not in parsed and (path != _LISTS or any(_tables(parsed))):
                yield MissingFileError(path)


def _tables(parsed: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield each code list that is named for its crosswalk, with the place."""
    for path, document in parsed.items():
        if _kind(path) != "matter":
            continue
        for field, entry in document["fields"].items():
            parts = (("parts", str(n)) for n in range(len(entry.get("parts", ()))))
            for names in ((), *parts):
                table = pointer.get(entry, [*names, "lens", "table"])
                if isinstance(table, str):
                    place = pointer.join(["fields", field, *names, "lens", "table"])
                    yield f"{path}#{place}", table


def _crosswalk_errors(parsed: Mapping[str, Any]) -> Iterator[BuilderError]:
    """Yield each code list that is used by its crosswalk and has none, or to none."""
    codelists = dict(_entries(parsed, "codelists"))
    walked = tuple(id_ for id_, told in codelists.items() if "crosswalk" in told)
    for place, table in _tables(parsed):
        if table not in walked:
            yield UnknownNameError(
                place, "code list with a crosswalk called", table, walked
            )
    for id_ in walked:
        to = codelists[id_]["crosswalk"]["to"]
        if to not in codelists:
            place = pointer.join(["codelists", id_, "crosswalk", "to"])
            known = tuple(codelists)
            yield UnknownNameError(f"{_LISTS}#{place}", "code list", to, known)


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
            errors.append(FileNameError(f"{path}#/id", document["id"], name))
        if kind == "affair":
            affairs[document["id"]] = _affair(document, codelists)
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
        other=document.get("other"),
    )


def _matter(
    document: Mapping[str, Any],
    form: Mapping[str, Any],
    codelists: Mapping[str, CodeList],
) -> Matter:
    fields = _fields(document["fields"], codelists)
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


def _fields(
    told: Mapping[str, Any], codelists: Mapping[str, CodeList]
) -> dict[str, dict[str, Any]]:
    """Return the fields, the columns of each shared list inside it."""
    made: dict[str, dict[str, Any]] = {
        path: _with_lens(entry, codelists)
        | {"parts": [_with_lens(part, codelists) for part in entry.get("parts", ())]}
        for path, entry in told.items()
    }
    for path, entry in told.items():
        start = path if "number" in entry.get("rows", {}) else f"{path}/*"
        below = [other for other in told if other.startswith(start + "/")]
        if "fact" in entry and path in made and (below or "rows" in entry):
            columns = {p.removeprefix(start): made.pop(p) for p in below if p in made}
            made[path]["rows"] = {**entry.get("rows", {}), "fields": columns}
    return made


def _with_lens(
    entry: Mapping[str, Any], codelists: Mapping[str, CodeList]
) -> dict[str, Any]:
    return {**entry, "lens": _lens(entry.get("lens", {}), codelists)}


def _lens(
    document: Mapping[str, Any], codelists: Mapping[str, CodeList]
) -> dict[str, Any]:
    flags = {"one_way", "normalizes"}
    told = {name: document[name] for name in document if name in flags}
    for kind in document.keys() - flags:  # the schema lets through only one
        told |= {"kind": kind, **_lens_of(kind, document[kind], codelists)}
    if isinstance(document.get("table"), str):
        found = codelists.get(document["table"])
        told["one_way"] = told.get("one_way") or (found is not None and found.one_way)
    return told


def _lens_of(
    kind: str, told: Any, codelists: Mapping[str, CodeList]
) -> Mapping[str, Any]:
    if kind == "table" and isinstance(told, str):
        # A list that is not there leaves no pairs; matter_errors names the place.
        return {"pairs": codelists[told].crosswalk if told in codelists else ()}
    if kind in {"affix", "strip"}:
        return dict(told)
    # identity, upper and record say all by their name.
    return {_TOLD[kind]: told} if kind in _TOLD else {}


_TOLD = {"table": "pairs", "date": "template", "scale": "factor", "join": "separator"}


def _affair(document: Mapping[str, Any], codelists: Mapping[str, CodeList]) -> Affair:
    prefill = {
        where: [_with_lens(rule, codelists) for rule in rules]
        for where, rules in document.get("prefill", {}).items()
    }
    told = dict(document) | {"guide": document, "prefill": prefill}
    return converter.structure(told, Affair)
