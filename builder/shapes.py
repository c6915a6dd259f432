"""Do definition files follow their schemas, and do schemas follow theirs?"""

import json
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.validators import validator_for
from referencing import Registry, Resource

from builder import pointer
from builder.errors import (
    BrokenReferenceError,
    BuilderError,
    DialectError,
    FormSchemaError,
    RegexError,
    ShapeError,
)
from builder.json_schema import SchemaError, Validator, keywords, measures
from builder.json_schema.dialects import MOST_DEPTH
from builder.model import Schema
from builder.patterns.ecma import is_foreign
from builder.plain_words import told


def shape_errors(file: str, kind: str, document: Any) -> Iterator[BuilderError]:
    """Yield where a definition file does not follow its schema.

    Args:
        kind: the schema's name in form_defs/schemas.
    """
    validator, homes = _shape(kind)
    for error, (place, reason) in told(validator.iter_errors(document)):
        home = homes.get(id(error.schema), kind)
        yield ShapeError(f"{file}#{pointer.join(place)}", reason, home)


def schema_errors(schema: Schema, place: str) -> Iterator[BuilderError]:
    """Yield why a schema cannot be used, each reason at its place inside the schema.

    Args:
        schema: a department's form, the domain of an element, or a condition.
        place: where it stands: a file, "#", perhaps a JSON Pointer.
    """
    words = keywords.words_of(schema)
    if words is None and isinstance(schema, Mapping):
        yield DialectError(f"{place}/$schema", str(schema["$schema"]))
        return
    if _depth_exceeds(schema, MOST_DEPTH):
        yield FormSchemaError(place, f"it is nested more than {MOST_DEPTH} deep.")
        return
    words = words or keywords.WORDS
    excesses = list(measures.excesses(schema, words))
    if excesses:
        for where, reason in excesses:
            yield FormSchemaError(f"{place}{pointer.join(where)}", reason)
        return
    unreadable = [
        RegexError(f"{place}{pointer.join(where)}", pattern)
        for where, pattern in keywords.patterns(schema, words)
        if not _readable(pattern)
    ]
    try:
        Validator(schema)
    except SchemaError as error:
        yield from (
            _mistakes(schema, place)
            or unreadable
            or [FormSchemaError(f"{place}{pointer.join(error.path)}", f"{error}.")]
        )
    else:
        yield from unreadable


@cache
def _shape(kind: str) -> tuple[Draft202012Validator, Mapping[int, str]]:
    """Return the validator of a kind, and in which file each of its rules stands."""
    schemas = {
        entry.name.removesuffix(".json"): json.loads(entry.read_bytes())
        for entry in (files("form_defs") / "schemas").iterdir()
        if entry.name.endswith(".json")
    }
    registry: Registry[Any] = Registry().with_resources(
        (schema["$id"], Resource.from_contents(schema)) for schema in schemas.values()
    )
    homes = {
        id(node): name for name, schema in schemas.items() for _, node in _nodes(schema)
    }
    return Draft202012Validator(schemas[kind], registry=registry), homes


def _mistakes(schema: Schema, place: str) -> list[BuilderError]:
    checker = validator_for(schema, default=Draft202012Validator)
    found = checker(checker.META_SCHEMA).iter_errors(schema)
    return [
        *(
            FormSchemaError(f"{place}{pointer.join(where)}", reason)
            for _, (where, reason) in told(found)
        ),
        *_astray(schema, place),
    ]


def _readable(pattern: str) -> bool:
    if is_foreign(pattern):
        return False
    try:
        Validator({"pattern": pattern})
    except SchemaError:
        return False
    return True


def _astray(schema: Schema, place: str) -> Iterator[BuilderError]:
    """Yield the references that lead nowhere."""
    for where, node in _nodes(schema):
        reference = node.get("$ref")
        if isinstance(reference, str):
            led = pointer.of_reference(reference)
            here = f"{place}{pointer.join([*where, '$ref'])}"
            if led is not None and pointer.get(schema, led) is pointer.ABSENT:
                yield BrokenReferenceError(here, reference, "leads nowhere")
            elif not reference.startswith("#"):
                yield BrokenReferenceError(here, reference, "leads out of this file")


def _nodes(value: Any) -> Iterator[tuple[tuple[str | int, ...], dict[str, Any]]]:
    waiting: list[tuple[tuple[str | int, ...], Any]] = [((), value)]
    while waiting:
        where, here = waiting.pop()
        if isinstance(here, dict):
            yield where, here
            waiting += [((*where, name), below) for name, below in here.items()]
        elif isinstance(here, list):
            waiting += [((*where, n), below) for n, below in enumerate(here)]


def _depth_exceeds(schema: Schema, most: int) -> bool:
    return any(len(where) > most for where, _ in _nodes(schema))
