"""The words of JSON Schema, by dialect, and the words in a schema that are none.

A word that a dialect does not know judges nothing, so a typing error makes a rule
vanish without a sound. Words that begin with `x-` are meant for other readers.
"""

from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

from builder.model import Schema

Places: TypeAlias = tuple[str, ...]

_ALWAYS = frozenset(
    [
        "$ref",
        "$schema",
        "additionalProperties",
        "allOf",
        "anyOf",
        "default",
        "definitions",
        "dependencies",
        "description",
        "enum",
        "exclusiveMaximum",
        "exclusiveMinimum",
        "format",
        "items",
        "maxItems",
        "maxLength",
        "maxProperties",
        "maximum",
        "minItems",
        "minLength",
        "minProperties",
        "minimum",
        "multipleOf",
        "not",
        "oneOf",
        "pattern",
        "patternProperties",
        "properties",
        "required",
        "title",
        "type",
        "uniqueItems",
    ]
)
_DRAFT_06 = frozenset(["$id", "const", "contains", "examples", "propertyNames"])
_DRAFT_07 = frozenset(
    [
        "$comment",
        "contentEncoding",
        "contentMediaType",
        "else",
        "if",
        "readOnly",
        "then",
        "writeOnly",
    ]
)
_DRAFT_2019 = frozenset(
    [
        "$anchor",
        "$defs",
        "$vocabulary",
        "contentSchema",
        "dependentRequired",
        "dependentSchemas",
        "deprecated",
        "maxContains",
        "minContains",
        "unevaluatedItems",
        "unevaluatedProperties",
    ]
)
_DRAFT_2020 = frozenset(["$dynamicAnchor", "$dynamicRef", "prefixItems"])
_OLD = frozenset({"additionalItems"})
#: The newest dialect, in which all our own schemas are written.
WORDS = _ALWAYS | _DRAFT_06 | _DRAFT_07 | _DRAFT_2019 | _DRAFT_2020
_BY_DIALECT = {
    "https://json-schema.org/draft/2020-12/schema": WORDS,
    "http://json-schema.org/draft-04/schema": _ALWAYS | _OLD | {"id"},
    "http://json-schema.org/draft-06/schema": _ALWAYS | _OLD | _DRAFT_06,
    "http://json-schema.org/draft-07/schema": _ALWAYS | _OLD | _DRAFT_06 | _DRAFT_07,
    "https://json-schema.org/draft/2019-09/schema": (WORDS - _DRAFT_2020)
    | _OLD
    | {"$recursiveAnchor", "$recursiveRef"},
}
_NAMED = frozenset(
    [
        "$defs",
        "definitions",
        "dependencies",
        "dependentSchemas",
        "patternProperties",
        "properties",
    ]
)
_INSIDE = frozenset(
    [
        "additionalItems",
        "additionalProperties",
        "allOf",
        "anyOf",
        "contains",
        "else",
        "if",
        "items",
        "not",
        "oneOf",
        "prefixItems",
        "propertyNames",
        "then",
        "unevaluatedItems",
        "unevaluatedProperties",
    ]
)


def words_of(schema: Schema) -> frozenset[str] | None:
    """Return the words of the dialect a schema names, or None: it is not known.

    A schema that names none is one of the newest.
    """
    if not isinstance(schema, Mapping) or "$schema" not in schema:
        return WORDS
    return _BY_DIALECT.get(str(schema["$schema"]).removesuffix("#"))


def unknown(schema: Any, words: frozenset[str]) -> Iterator[tuple[Places, str]]:
    """Yield each word that is none of these, with the place of the schema it is in."""
    for places, here in schemas(schema, words):
        for word in here:
            if word not in words and not word.startswith("x-"):
                yield places, word


def patterns(schema: Any, words: frozenset[str]) -> Iterator[tuple[Places, str]]:
    """Yield each regular expression in a schema, with its own place."""
    for places, here in schemas(schema, words):
        if isinstance(here.get("pattern"), str):
            yield (*places, "pattern"), here["pattern"]
        named = here.get("patternProperties")
        for pattern in named if isinstance(named, Mapping) else ():
            yield (*places, "patternProperties", pattern), pattern


def schemas(
    schema: Any, words: frozenset[str] = WORDS
) -> Iterator[tuple[Places, Mapping[str, Any]]]:
    """Yield every object in a schema that is a schema itself, with its place.

    Bounded by the size of the schema, whatever it is.

    Args:
        words: of its dialect; below any other word there are no schemas.
    """
    waiting: list[tuple[Places, Any]] = [((), schema)]
    while waiting:
        places, here = waiting.pop()
        if isinstance(here, list):
            waiting += [((*places, str(n)), each) for n, each in enumerate(here)]
        if not isinstance(here, Mapping):
            continue
        yield places, here
        for word, value in here.items():
            if word in words and word in _NAMED and isinstance(value, Mapping):
                waiting += [((*places, word, name), one) for name, one in value.items()]
            elif word in words and word in _INSIDE:
                waiting.append(((*places, word), value))
