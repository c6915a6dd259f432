"""A second validator, for values that a verdict rests on: Python's `jsonschema`.

It decides nothing for applicants. Its patterns are judged by our own automata and its
`multipleOf` by exact decimals: Python's `re` has another dialect and can take for ever,
and its division of floats refuses 19.99 as a multiple of 0.01.
"""

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from functools import lru_cache
from typing import Any

from jsonschema import Draft202012Validator, ValidationError
from jsonschema.validators import extend
from referencing import Registry
from referencing.exceptions import Unresolvable
from referencing.jsonschema import DRAFT202012

from builder import json_schema, pointer
from builder.json_schema.same import Same
from builder.model import Schema
from builder.patterns import BudgetError, Pattern, matches
from builder.patterns.ecma import UnsupportedPatternError

_ROOT = "urn:yibiao:form"
_REFERENCES = ("$ref", "$dynamicRef")
#: Where both stand, the library judges names by `re`.
_BY_RE = ("patternProperties", "unevaluatedProperties")
_WRITTEN = {name: f'"{name}":'.encode() for name in (*_REFERENCES, *_BY_RE)}


def second_opinion(root: Schema, places: tuple[str, ...]) -> "SecondOpinion":
    """Return the opinion on a place of a form, made once: forms say much by reference.

    Args:
        root: a schema of 2020-12.
        places: a place in it.
    """
    return _opinion(Same(root), places)


@lru_cache(maxsize=1024)
def _opinion(form: Same, places: tuple[str, ...]) -> "SecondOpinion":
    return SecondOpinion(form.root, places)


class SecondOpinion:
    """One place of one schema, judged by another engine."""

    def __init__(self, root: Schema, places: tuple[str, ...] = ()) -> None:
        """Take a schema of 2020-12 and a place in it."""
        schema = pointer.get(root, places)
        words = _words(schema)
        more: dict[str, Any] = {}
        if not words.isdisjoint(_REFERENCES):
            schema = {"$ref": _ROOT + json_schema.fragment(places)}
            more["registry"], words = _whole(Same(root))
        self._opaque = words.issuperset(_BY_RE)
        checker = Draft202012Validator.FORMAT_CHECKER
        self._validator = _Exact(schema, format_checker=checker, **more)

    def accepts(self, value: Any) -> bool:
        """Tell whether the value is surely valid; in doubt it is not."""
        if self._opaque:
            return False
        try:
            return bool(self._validator.is_valid(value))
        except (BudgetError, RecursionError, Unresolvable):
            return False


@lru_cache(maxsize=1024)  # asked about a form slot by slot
def _whole(form: Same) -> tuple[Registry[Any], frozenset[str]]:
    """Return a form to refer into, and which of the names asked for stand in it."""
    resource = DRAFT202012.create_resource(form.root)
    registry: Registry[Any] = Registry().with_resource(_ROOT, resource)
    return registry, _words(form.root)


def _pattern(_: Any, pattern: str, text: Any, __: Any) -> Iterator[ValidationError]:
    if isinstance(text, str) and not _matches(pattern, text):
        yield ValidationError(f"{text!r} does not match {pattern!r}")


@lru_cache(maxsize=256)  # forms share their patterns, and each is asked of many texts
def _laid_out(pattern: str) -> Pattern:
    return Pattern(pattern)


def _matches(pattern: str, text: str) -> bool:
    try:
        return matches(_laid_out(pattern), text)
    except UnsupportedPatternError:
        return json_schema.Validator({"pattern": pattern}).accepts(text)


def _multiple_of(
    _: Any, factor: float, number: Any, __: Any
) -> Iterator[ValidationError]:
    if isinstance(number, bool) or not isinstance(number, (int, float)):
        return
    if (Fraction(repr(number)) / Fraction(repr(factor))).denominator != 1:
        yield ValidationError(f"{number!r} is not a multiple of {factor!r}")


def _named_alike(
    validator: Any, patterns: Any, value: Any, _: Any
) -> Iterator[ValidationError]:
    for pattern, schema in patterns.items():
        for name in value if isinstance(value, Mapping) else ():
            if _matches(pattern, name):
                yield from validator.descend(value[name], schema)


def _not_named(
    validator: Any, schema: Any, value: Any, holder: Any
) -> Iterator[ValidationError]:
    patterns = holder.get("patternProperties", ())
    for name in value if isinstance(value, Mapping) else ():
        known = name in holder.get("properties", ())
        if not known and not any(_matches(pattern, name) for pattern in patterns):
            yield from validator.descend(value[name], schema)


#: The library leaves its own function without types.
_extended: Callable[..., type[Any]] = extend
_Exact = _extended(
    Draft202012Validator,
    {
        "pattern": _pattern,
        "patternProperties": _named_alike,
        "additionalProperties": _not_named,
        "multipleOf": _multiple_of,
    },
)


def _words(schema: Any) -> frozenset[str]:
    """Return which of the names asked for stand in a schema, its keywords among them.

    Forms are large and asked slot by slot: their text is searched sooner than they are
    walked through. No value can look like a name: its quotes are escaped.
    """
    text = json_schema.written(schema)
    return frozenset(name for name, written in _WRITTEN.items() if written in text)
