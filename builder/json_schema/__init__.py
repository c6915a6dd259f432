"""The one place that knows jsonschema-rs: compile, judge, look into a schema."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Any, Literal
from urllib.parse import quote

import jsonschema_rs
import orjson

from builder import pointer
from builder.json_schema import branches, formats
from builder.json_schema.formats import FORMATS as FORMATS
from builder.json_schema.same import Same
from builder.model import Schema

#: Building error objects dominates a bad document; nobody reads more than these.
MOST_VIOLATIONS = 200
#: Where a matter's own schema is known to the schemas of its slots.
_ROOT = "urn:yibiao:form"
#: Told sooner of a dict than by `Mapping` alone; fields are looked up by the thousand.
_OBJECT = (dict, Mapping)
#: A `$ref` that leads through more schemas than this is taken for a loop.
_MOST_REFERENCES = 32
#: A form of more fields is refused, not gone through: definitions that use each other
#: twice over would make billions.
MOST_FIELDS = 50_000
_LEADING = frozenset(("$ref", "$dynamicRef", "$recursiveRef"))
#: A field of more names than this is refused: nobody fills that in.
MOST_STEPS = 60


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

    def __init__(self, reason: str, path: tuple[str | int, ...] = ()) -> None:
        """Take the reason and, where it is known, the place in the schema."""
        super().__init__(reason)
        self.path = path


@lru_cache(maxsize=1024)  # asked about a form slot by slot, and fact by fact
def _registry(form: Same) -> jsonschema_rs.Registry:
    # Made once for all slots of a form: for a large one it takes longer than the slot.
    return jsonschema_rs.Registry([(_ROOT, _plain(form.root))])


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
                registry = _registry(Same(root))
            self._compiled = jsonschema_rs.validator_for(
                _plain(schema),
                validate_formats=True,
                registry=registry,
                offline=True,
                **formats.older(schema, schema if root is None else root),
            )
        except (ValueError, jsonschema_rs.ReferencingError) as error:
            raise SchemaError(_first_line(error), _place(error)) from error

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
    if where is None and branches.names(root, path):
        # What a branch says binds only the documents of that branch.
        return Validator(schema=True)
    if where is None:
        raise KeyError(path)
    return place_validator(root, where)


def place_validator(root: Mapping[str, Any], places: Sequence[str]) -> Validator:
    """Compile the subschema that stands at a place of a schema.

    Raises:
        SchemaError: nothing stands there, or it cannot be compiled.
    """
    return _placed(Same(root), tuple(places))


@lru_cache(maxsize=1024)  # what judges a field is asked for questions and conflicts
def _placed(form: Same, places: tuple[str, ...]) -> Validator:
    root: Any = form.root
    dialect = {"$schema": root["$schema"]} if "$schema" in root else {}
    schema = pointer.get(root, places)
    if isinstance(schema, dict) and not _refers(schema):
        return Validator({**schema, **dialect})  # the rest of the form adds nothing
    return Validator({**dialect, "$ref": _ROOT + fragment(places)}, root=root)


def _refers(schema: Any) -> bool:
    """Tell whether anything in a schema may lead out of it."""
    waiting = [schema]
    while waiting:
        here = waiting.pop()
        if isinstance(here, dict):
            if not _LEADING.isdisjoint(here):
                return True
            waiting += here.values()
        elif isinstance(here, list):
            waiting += here
    return False


def check(schema: Schema) -> None:
    """Judge a schema by the meta-schema of its dialect, which must be a known one.

    Raises:
        SchemaError: it is no schema of this dialect.
    """
    try:
        jsonschema_rs.meta.validate(_plain(schema))
    except (ValueError, jsonschema_rs.ReferencingError) as error:
        raise SchemaError(_first_line(error), _place(error)) from error


def satisfiability(schema: Schema) -> Literal["yes", "no", "unknown"]:
    """Ask whether any value is valid under a schema of 2020-12; only "no" is a proof.

    The library calls this part experimental: whoever relies on "no" must look for a
    value that proves it wrong.
    """
    found = _canonical(schema)
    answers: dict[str, Literal["yes", "no"]] = {"yes": "yes", "no": "no"}
    return answers.get(str(found and found.satisfiability()), "unknown")


def canonical(schema: Schema) -> Schema:
    """Return the same schema of 2020-12 with its bounds tightened and choices crossed.

    What cannot be said more simply comes back as it is.
    """
    found = _canonical(schema)
    if found is None:
        return schema
    made = found.to_json_schema()
    if isinstance(made, Mapping):
        return {name: value for name, value in made.items() if name != "$schema"}
    return bool(made)


def _canonical(schema: Schema) -> jsonschema_rs.CanonicalSchema | None:
    return _canonical_of(written(schema))


@lru_cache(maxsize=2)  # whether it admits a value, and which, is asked in one breath
def _canonical_of(schema: bytes) -> jsonschema_rs.CanonicalSchema | None:
    try:
        return jsonschema_rs.canonicalize(
            json.loads(schema),
            draft=jsonschema_rs.Draft202012,
            validate_formats=True,
            offline=True,
        )
    except (ValueError, jsonschema_rs.ReferencingError):
        return None


def written(schema: Schema) -> bytes:
    """Return the text of a schema."""
    try:
        return orjson.dumps(schema)
    except TypeError:  # a number too large for it
        return json.dumps(schema, separators=(",", ":")).encode()


def fragment(places: Sequence[str]) -> str:
    """Return what a `$ref` to a place of the same schema says, percent-encoded."""
    return "#" + quote(pointer.join(places), safe="/~!$&'()*+,;=:@")


def target(reference: str) -> tuple[str, ...] | None:
    """Return the place that a `$ref` in the same schema names, or None."""
    return pointer.of_reference(reference)


def locate(root: Mapping[str, Any], path: str) -> tuple[str, ...] | None:
    """Find the subschema of a document path: its place in the schema, or None."""
    return _located(Same(root), path)


@lru_cache(maxsize=4096)  # of one field it is asked again and again
def _located(form: Same, path: str) -> tuple[str, ...] | None:
    root: Any = form.root
    places: tuple[str, ...] = ()
    for name in pointer.parts(path):
        found = _child(root, places, name)
        if found is None:
            return None
        places = found
    return _follow(root, places)


def below(
    root: Mapping[str, Any], places: tuple[str, ...], name: str
) -> tuple[str, ...] | None:
    """Find the subschema of a property, or with "*" of a row, from that of its holder.

    Law: going down name by name finds what `locate` finds.
    """
    found = _child(root, places, name)
    return None if found is None else _follow(root, found)


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

    A list of rows is no leaf; its columns are, with "*" for the row. What holds itself
    is a leaf where it begins again.

    Raises:
        SchemaError: there are more than `MOST_FIELDS`, or one of more than
            `MOST_STEPS` names.
    """
    yield from _all_leaves(Same(root))


@lru_cache(maxsize=1024)  # checked when a form is read, counted when it is merged
def _all_leaves(form: Same) -> tuple[str, ...]:
    root: Any = form.root
    found = []
    for number, names in enumerate(_leaves(root, (), (), ())):
        if number == MOST_FIELDS:
            raise SchemaError(f"it has more than {MOST_FIELDS} fields")
        found.append(pointer.join(names))
    return tuple(found)


def lists(root: Mapping[str, Any]) -> Iterator[str]:
    """Yield the document path of every list of rows."""
    seen = set()
    for path in leaves(root):
        names = pointer.parts(path)
        for depth, name in enumerate(names):
            above = pointer.join(names[:depth])
            if name == "*" and above and above not in seen:
                seen.add(above)
                yield above


def _leaves(
    root: Mapping[str, Any],
    names: tuple[str, ...],
    places: tuple[str, ...],
    above: tuple[tuple[str, ...], ...],
) -> Iterator[tuple[str, ...]]:
    if len(names) > MOST_STEPS:
        raise SchemaError(f"{pointer.join(names)} has more than {MOST_STEPS} names")
    here = _follow(root, places)
    schema = None if here is None or here in above else _at(root, here)
    if here is not None and isinstance(schema, _OBJECT):
        above = (*above, here)
        if "properties" in schema:
            for name in schema["properties"]:
                below = (*here, "properties", name)
                yield from _leaves(root, (*names, name), below, above)
            return
        row = _child(root, here, "*")
        items = None if row is None else _at(root, _follow(root, row) or row)
        if row is not None and isinstance(items, Mapping) and "properties" in items:
            yield from _leaves(root, (*names, "*"), row, above)
            return
    if names:
        yield names


def _child(
    root: Mapping[str, Any],
    places: tuple[str, ...],
    name: str,
    above: tuple[tuple[str, ...], ...] = (),
) -> tuple[str, ...] | None:
    here = _follow(root, places)
    schema = _at(root, here) if here is not None else None
    if here is None or here in above or not isinstance(schema, _OBJECT):
        return None
    if name == "*" and isinstance(schema.get("items"), Mapping):
        return (*here, "items")
    if name in schema.get("properties", ()):
        return (*here, "properties", name)
    for index in range(len(schema.get("allOf", ()))):
        found = _child(root, (*here, "allOf", str(index)), name, (*above, here))
        if found is not None:
            return found
    return None


def _follow(root: Mapping[str, Any], places: tuple[str, ...]) -> tuple[str, ...] | None:
    for _ in range(_MOST_REFERENCES):
        schema = _at(root, places)
        if not isinstance(schema, _OBJECT) or "$ref" not in schema:
            return places if schema is not pointer.ABSENT else None
        led = target(schema["$ref"])
        if led is None:
            return None
        places = led
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


def _place(error: Exception) -> tuple[str | int, ...]:
    return tuple(getattr(error, "instance_path", ()))


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0]
