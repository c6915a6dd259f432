"""Dialects of JSON Schema: a form of draft-04 to 2019-09 brought to 2020-12, and moved.

Law: the upgraded and the moved schema give every document the verdict of the schema
they were made from (formats as `json_schema.FORMATS` lists them).

One thing 2020-12 cannot say: to draft-04, `1.0` is no `integer`. As JSON values 1 and
1.0 are one, so here `integer` takes both, and the law is over documents that write
whole numbers without a fraction, as `documents.project` does.
"""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, TypeAlias
from urllib.parse import urldefrag, urljoin

from builder import json_schema, pointer
from builder.errors import BrokenReferenceError, DialectError, FormSchemaError
from builder.json_schema.same import Same
from builder.model import Schema

NEWEST = "https://json-schema.org/draft/2020-12/schema"
#: JSON in JSON deeper than this is no form that anyone fills in.
MOST_DEPTH = 100

_Places: TypeAlias = tuple[str, ...]
#: By year, so that they can be compared.
_DIALECTS = {
    "http://json-schema.org/draft-04/schema": 2013,
    "http://json-schema.org/draft-06/schema": 2017,
    "http://json-schema.org/draft-07/schema": 2018,
    "https://json-schema.org/draft/2019-09/schema": 2019,
    NEWEST: 2020,
}
_DRAFT_04, _DRAFT_07, _DRAFT_2019 = 2013, 2018, 2019
#: What an older dialect does not know says nothing there, and must not speak up now.
_SINCE = {
    **dict.fromkeys(("const", "contains", "propertyNames"), 2017),
    **dict.fromkeys(("if", "then", "else"), 2018),
    **dict.fromkeys(
        (
            "dependentRequired",
            "dependentSchemas",
            "maxContains",
            "minContains",
            "unevaluatedItems",
            "unevaluatedProperties",
        ),
        2019,
    ),
    "prefixItems": 2020,
}
_UNTIL = {"additionalItems": 2019, "id": 2013, "$recursiveRef": 2019}
#: They name the file, or judge nothing.
_DROPPED = frozenset(
    (
        "$schema",
        "$id",
        "id",
        "$anchor",
        "$dynamicAnchor",
        "$recursiveAnchor",
        "$vocabulary",
        "$comment",
        "contentEncoding",
        "contentMediaType",
        "contentSchema",
    )
)
_STORES = ("$defs", "definitions")
_SINGLE = frozenset(
    (
        "additionalProperties",
        "contains",
        "else",
        "if",
        "items",
        "not",
        "propertyNames",
        "then",
        "unevaluatedItems",
        "unevaluatedProperties",
    )
)
_LISTED = frozenset(("allOf", "anyOf", "oneOf", "prefixItems"))
_NAMED = frozenset(("dependentSchemas", "patternProperties", "properties", *_STORES))


class Upgraded(dict[str, Any]):
    """A schema in 2020-12 that refers to nothing but itself: it is as it should be."""


def upgrade(
    schema: Schema, *, file: str = "schema.json", compiled: bool = True
) -> Schema:
    """Say a schema in 2020-12: its own definitions stay where they stand.

    Args:
        schema: in the dialect that its `$schema` names; none: in 2020-12.
        file: what errors name as its file.
        compiled: try to compile it; of no use to who compiles what is made of it.

    Raises:
        DialectError: its `$schema` is not known.
        BrokenReferenceError: a reference leads nowhere, or out of the file.
        FormSchemaError: it is not a schema of its dialect, or cannot be compiled.
    """
    if isinstance(schema, Upgraded):
        upgraded: Schema = schema
    else:
        upgraded = _upgraded(Same(schema), file)
    if compiled:
        try:
            _compile(Same(upgraded))
        except json_schema.SchemaError as error:
            raise FormSchemaError(f"{file}#", str(error)) from error
    return upgraded


@lru_cache(maxsize=1024)  # checked when a form is read, and by all that is made of it
def _compile(form: Same) -> None:
    json_schema.Validator(form.root)


@lru_cache(maxsize=1024)  # one form is asked for by all that is made of it
def _upgraded(form: Same, file: str) -> Schema:
    schema = form.root
    if _depth_exceeds(schema, MOST_DEPTH):
        reason = f"it is nested more than {MOST_DEPTH} deep. Write it flatter."
        raise FormSchemaError(f"{file}#", reason)
    told = schema.get("$schema", NEWEST) if isinstance(schema, Mapping) else NEWEST
    if not isinstance(told, str) or told.removesuffix("#") not in _DIALECTS:
        raise DialectError(f"{file}#/$schema", str(told))
    try:
        json_schema.check(schema)
        return _Upgrade(schema, _DIALECTS[told.removesuffix("#")], file).whole()
    except json_schema.SchemaError as error:
        raise FormSchemaError(f"{file}#", str(error)) from error


def reroot(schema: Schema, prefix: str, *, file: str = "schema.json") -> Schema:
    """Make a 2020-12 schema fit to stand at another place of a larger one.

    Args:
        schema: its references lead into itself, by JSON Pointer.
        prefix: JSON Pointer of the new place.
        file: what errors name as its file.

    Raises:
        BrokenReferenceError: a reference leads out of the schema.
    """
    if isinstance(schema, bool):
        return schema
    moved = _moved(schema, pointer.parts(prefix), file)
    return {name: value for name, value in moved.items() if name != "$schema"}


def subschemas(schema: Mapping[str, Any]) -> Iterator[tuple[_Places, Schema]]:
    """Yield the schemas directly inside a 2020-12 schema, with where they stand."""
    for keyword, value in schema.items():
        if keyword in _SINGLE:
            yield (keyword,), value
        elif keyword in _LISTED:
            for index, one in enumerate(value):
                yield (keyword, str(index)), one
        elif keyword in _NAMED:
            for name, one in value.items():
                yield (keyword, name), one


def _moved(schema: Mapping[str, Any], prefix: _Places, file: str) -> dict[str, Any]:
    made = dict(schema)
    if "$ref" in schema:
        led = json_schema.target(schema["$ref"])
        if led is None:
            raise BrokenReferenceError(f"{file}#", schema["$ref"], _OUTSIDE)
        made["$ref"] = json_schema.fragment((*prefix, *led))
    for places, inside in subschemas(schema):
        if isinstance(inside, Mapping):
            moved = _moved(inside, prefix, file)
            keyword, *rest = places
            if not rest:
                made[keyword] = moved
                continue
            if made[keyword] is schema[keyword]:
                held = schema[keyword]
                made[keyword] = list(held) if isinstance(held, list) else dict(held)
            at: Any = int(rest[0]) if keyword in _LISTED else rest[0]
            made[keyword][at] = moved
    return made


def _asks_what_is_left(told: Any) -> bool:
    """Tell whether anything in a form judges what no other keyword has judged."""
    if isinstance(told, Mapping):
        names = told.keys() & {"unevaluatedItems", "unevaluatedProperties"}
        return bool(names) or any(map(_asks_what_is_left, told.values()))
    return isinstance(told, list) and any(map(_asks_what_is_left, told))


_OUTSIDE = "leads out of the file, or to an anchor"


class _Upgrade:
    """One schema on its way to 2020-12."""

    def __init__(self, source: Schema, dialect: int, file: str) -> None:
        self._source = source
        self._dialect = dialect
        self._address = next(a for a, year in _DIALECTS.items() if year == dialect)
        self._file = file
        self._base = ""
        #: Where each schema of the source stands now.
        self._now: dict[_Places, _Places] = {}
        #: Each reference made: its holder, and the place of the source it names.
        self._led: list[tuple[dict[str, Any], _Places]] = []

    def whole(self) -> Schema:
        """Return all of it, its references rewritten."""
        if not isinstance(self._source, Mapping):
            return self._source
        told = self._source.get("id" if self._dialect == _DRAFT_04 else "$id", "")
        self._base = urldefrag(told).url if isinstance(told, str) else ""
        made = {"$schema": NEWEST, **self._schema(self._source, (), (), foreign=False)}
        store = dict(made.get("$defs", {}))
        number = 0
        while number < len(self._led):  # what is moved may refer to what must be, too
            _, where = self._led[number]
            if where not in self._now:
                name = self._free(store)
                store[name] = self._stray(where, ("$defs", name))
            number += 1
        for holder, where in self._led:
            holder["$ref"] = json_schema.fragment(self._now[where])
        return Upgraded(made | ({"$defs": store} if store else {}))

    def _free(self, store: Mapping[str, Any]) -> str:
        number = len(store) + 1
        while f"moved-{number}" in store:
            number += 1
        return f"moved-{number}"

    def _stray(self, old: _Places, new: _Places) -> Schema:
        """Say a schema that stands where none is looked for, in a place of its own."""
        found = pointer.get(self._source, old)
        if not isinstance(found, Mapping):
            self._now[old] = new
            return bool(found)
        json_schema.check({**found, "$schema": self._address})
        return self._schema(found, old, new, foreign=False)

    def _schema(
        self, source: Mapping[str, Any], old: _Places, new: _Places, *, foreign: bool
    ) -> dict[str, Any]:
        """Say one schema; a `foreign` one stands in a part with its own address."""
        self._now[old] = new
        told = source.get("$schema", self._address)
        if str(told).removesuffix("#") != self._address:
            raise DialectError(f"{self._file}#{pointer.join(old)}/$schema", str(told))
        if "$ref" in source and self._dialect <= _DRAFT_07:
            source = {k: v for k, v in source.items() if k in ("$ref", *_STORES)}
        elif old:
            foreign = foreign or self._renames(source)
        made: dict[str, Any] = {}
        for keyword, value in source.items():
            if self._says_nothing(keyword):
                continue
            if keyword in ("$ref", "$dynamicRef", "$recursiveRef"):
                self._refer(made, keyword, value, old, foreign=foreign)
            elif keyword == "dependencies":
                self._dependencies(made, source, old, new, foreign=foreign)
            else:
                name = self._renamed(keyword, source)
                if name is not None:
                    made[name] = self._value(
                        name, value, (*old, keyword), (*new, name), foreign=foreign
                    )
        return made

    def _says_nothing(self, keyword: str) -> bool:
        return (
            keyword in _DROPPED
            or _SINCE.get(keyword, 0) > self._dialect
            or _UNTIL.get(keyword, self._dialect) < self._dialect
        )

    def _renames(self, source: Mapping[str, Any]) -> bool:
        told = source.get("id" if self._dialect == _DRAFT_04 else "$id")
        return isinstance(told, str) and not told.startswith("#")

    def _renamed(self, keyword: str, source: Mapping[str, Any]) -> str | None:
        """Return what a keyword is called now; None: another says it."""
        if self._dialect == _DRAFT_04:
            if keyword in ("exclusiveMinimum", "exclusiveMaximum"):
                return None
            strict = f"exclusive{keyword.capitalize()}"
            if keyword in ("minimum", "maximum") and source.get(strict) is True:
                return strict
        if self._dialect <= _DRAFT_2019:
            in_order = isinstance(source.get("items"), list)
            if keyword == "items" and in_order:
                return "prefixItems"
            if keyword == "additionalItems":
                return "items" if in_order else None
        return keyword

    def _value(
        self, name: str, value: Any, old: _Places, new: _Places, *, foreign: bool
    ) -> Any:
        def below(one: Any, *step: str) -> Any:
            if isinstance(one, (dict, Mapping)):
                return self._schema(one, (*old, *step), (*new, *step), foreign=foreign)
            self._now[(*old, *step)] = (*new, *step)
            return one

        if name in _SINGLE:
            return below(value)
        if name in _LISTED:
            return [below(one, str(index)) for index, one in enumerate(value)]
        if name in _NAMED and isinstance(value, Mapping):
            return {key: below(one, key) for key, one in value.items()}
        return value

    def _dependencies(
        self,
        made: dict[str, Any],
        source: Mapping[str, Any],
        old: _Places,
        new: _Places,
        *,
        foreign: bool,
    ) -> None:
        beside = {"dependentRequired", "dependentSchemas"} & source.keys()
        if any(not self._says_nothing(keyword) for keyword in beside):
            reason = "it writes `dependencies` beside `dependent...`. Keep one."
            raise FormSchemaError(f"{self._file}#{pointer.join(old)}", reason)
        for name, value in source["dependencies"].items():
            if isinstance(value, list):
                made.setdefault("dependentRequired", {})[name] = value
                continue
            if self._dialect >= _DRAFT_2019 and _asks_what_is_left(self._source):
                reason = "`unevaluated` overlooks it. Write `dependentSchemas`."
                raise FormSchemaError(f"{self._file}#{pointer.join(old)}", reason)
            here = (*new, "dependentSchemas")
            said = self._value(
                "dependentSchemas",
                {name: value},
                (*old, "dependencies"),
                here,
                foreign=foreign,
            )
            made.setdefault("dependentSchemas", {}).update(said)

    def _refer(
        self,
        made: dict[str, Any],
        keyword: str,
        told: Any,
        old: _Places,
        *,
        foreign: bool,
    ) -> None:
        place = f"{self._file}#{pointer.join((*old, keyword))}"
        if keyword != "$ref":
            reason = f"is a `{keyword}`, which depends on who asks"
            raise BrokenReferenceError(place, str(told), reason)
        if foreign:
            reason = "stands in a part with an address of its own"
            raise BrokenReferenceError(place, str(told), reason)
        where = json_schema.target(self._local(told))
        if where is None:
            raise BrokenReferenceError(place, str(told), _OUTSIDE)
        if not isinstance(pointer.get(self._source, where), Mapping | bool):
            raise BrokenReferenceError(place, str(told), "leads to no schema")
        made["$ref"] = told
        self._led.append((made, where))

    def _local(self, told: Any) -> str:
        """Return a reference without the address of this very file."""
        if not isinstance(told, str) or told.startswith("#"):
            return str(told)
        try:
            address, fragment = urldefrag(urljoin(self._base, told))
        except ValueError:  # no address at all
            return told
        return f"#{fragment}" if self._base and address == self._base else told


def _depth_exceeds(value: Any, most: int) -> bool:
    waiting = [(value, 0)]
    while waiting:
        one, depth = waiting.pop()
        if depth > most:
            return True
        if isinstance(one, str):  # most are, and it is told sooner
            continue
        if isinstance(one, (dict, Mapping)):
            waiting += [(below, depth + 1) for below in one.values()]
        elif isinstance(one, list):
            waiting += [(below, depth + 1) for below in one]
    return False
