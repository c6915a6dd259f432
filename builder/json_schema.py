"""The one place that knows jsonschema-rs: compile, judge, look into a schema."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any
from urllib.parse import quote

import jsonschema_rs

from builder import pointer
from builder.model import Schema

#: Building error objects dominates a bad document; nobody reads more than these.
MOST_VIOLATIONS = 200
#: Where a matter's own schema is known to the schemas of its slots.
_ROOT = "urn:yibiao:form"
#: A `$ref` that leads through more schemas than this is taken for a loop.
_MOST_REFERENCES = 32


@dataclass(frozen=True, slots=True)
class Violation:
    """One demand that a document does not meet."""

    #: Where in the document; of a missing property, the property itself.
    path: tuple[str | int, ...]
    keyword: str
    #: What the keyword asks for: the length, the pattern, the allowed values.
    limit: Any


class SchemaError(ValueError):
    """A schema that cannot be compiled; the text says why."""


class Validator:
    """A compiled schema. Formats are asserted, the same in every dialect."""

    def __init__(self, schema: Schema, *, root: Schema | None = None) -> None:
        """Compile; `root` is what the references of a slot's schema lead into.

        Raises:
            SchemaError: not a schema, a reference that leads nowhere, or a pattern
                that cannot be compiled.
        """
        registry = None
        try:
            if root is not None:
                registry = jsonschema_rs.Registry([(_ROOT, _plain(root))])
            self._compiled = jsonschema_rs.validator_for(
                _plain(schema), validate_formats=True, registry=registry
            )
        except (ValueError, jsonschema_rs.ReferencingError) as error:
            raise SchemaError(_first_line(error)) from error

    def accepts(self, instance: Any) -> bool:
        """Tell whether the instance is valid."""
        return self._compiled.is_valid(instance)

    def violations(self, instance: Any) -> tuple[Violation, ...]:
        """Return what is wrong with the instance, at most `MOST_VIOLATIONS`."""
        return tuple(
            _violation(error)
            for error in islice(self._compiled.iter_errors(instance), MOST_VIOLATIONS)
        )


def slot_validator(root: Mapping[str, Any], path: str) -> Validator:
    """Compile the schema that judges the value at a path of a form's document.

    Args:
        root: the department's own schema; its references keep their meaning.
        path: JSON Pointer into the document; "*" stands for a row of a list.

    Raises:
        KeyError: the form has no such path.
        SchemaError: the form cannot be compiled.
    """
    where = locate(root, path)
    if where is None:
        raise KeyError(path)
    fragment = quote(pointer.join(where), safe="/~")
    reference = {"$ref": f"{_ROOT}#{fragment}"}
    if "$schema" in root:
        reference = {"$schema": root["$schema"], **reference}
    return Validator(reference, root=root)


def locate(root: Mapping[str, Any], path: str) -> tuple[str, ...] | None:
    """Find the subschema of a document path: its place in the schema, or None."""
    places: tuple[str, ...] = ()
    for name in pointer.parts(path):
        found = _child(root, places, name)
        if found is None:
            return None
        places = found
    return _follow(root, places)


def subschema(root: Mapping[str, Any], path: str) -> Schema | None:
    """Return the subschema of a document path with its own references followed."""
    where = locate(root, path)
    return None if where is None else _at(root, where)


def is_required(root: Mapping[str, Any], path: str) -> bool:
    """Tell whether every valid document (or row) of the form holds this path."""
    names = pointer.parts(path)
    start = len(names) - names[::-1].index("*") if "*" in names else 0
    for depth in range(start, len(names)):
        holder = subschema(root, pointer.join(names[:depth]))
        if not isinstance(holder, Mapping):
            return False
        if names[depth] not in holder.get("required", ()):
            return False
    return True


def leaves(root: Mapping[str, Any]) -> Iterator[str]:
    """Yield the document path of every field that holds no further field.

    A list of rows is no leaf; its columns are, with "*" for the row.
    """
    yield from _leaves(root, "")


def lists(root: Mapping[str, Any]) -> Iterator[str]:
    """Yield the document path of every list of rows."""
    seen = set()
    for path in leaves(root):
        names = pointer.parts(path)
        for depth, name in enumerate(names):
            above = pointer.join(names[:depth])
            if name == "*" and above not in seen:
                seen.add(above)
                yield above


def _leaves(root: Mapping[str, Any], path: str) -> Iterator[str]:
    schema = subschema(root, path)
    if isinstance(schema, Mapping):
        if "properties" in schema:
            for name in schema["properties"]:
                yield from _leaves(root, path + pointer.join([name]))
            return
        items = subschema(root, path + "/*")
        if isinstance(items, Mapping) and "properties" in items:
            yield from _leaves(root, path + "/*")
            return
    if path:
        yield path


def _child(
    root: Mapping[str, Any], places: tuple[str, ...], name: str
) -> tuple[str, ...] | None:
    here = _follow(root, places)
    schema = _at(root, here) if here is not None else None
    if here is None or not isinstance(schema, Mapping):
        return None
    if name == "*" and isinstance(schema.get("items"), Mapping):
        return (*here, "items")
    if name in schema.get("properties", ()):
        return (*here, "properties", name)
    for index in range(len(schema.get("allOf", ()))):
        found = _child(root, (*here, "allOf", str(index)), name)
        if found is not None:
            return found
    return None


def _follow(root: Mapping[str, Any], places: tuple[str, ...]) -> tuple[str, ...] | None:
    for _ in range(_MOST_REFERENCES):
        schema = _at(root, places)
        if not isinstance(schema, Mapping) or "$ref" not in schema:
            return places if schema is not pointer.ABSENT else None
        reference = schema["$ref"]
        if not reference.startswith("#"):
            return None
        places = pointer.parts(reference[1:])
    return None


def _at(root: Mapping[str, Any], places: tuple[str, ...]) -> Any:
    return pointer.get(root, places)


def _violation(error: jsonschema_rs.ValidationError) -> Violation:
    path = tuple(error.instance_path)
    if error.kind.name == "required":
        return Violation((*path, error.kind.value), "required", None)
    return Violation(path, error.kind.name, error.kind.value)


def _plain(schema: Schema) -> Any:
    return dict(schema) if isinstance(schema, Mapping) else schema


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0]
