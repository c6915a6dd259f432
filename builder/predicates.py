"""Conditions as they are written: their words, and the values they compare with.

A condition is a JSON Schema over the facts of the answers, in few words. A word nobody
reads would make it hold always, and a value that a fact never has, never: both are
refused.
"""

from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

from builder import pointer
from builder.errors import BuilderError, PredicateValueError, UnknownKeywordError
from builder.json_schema import Validator, keywords
from builder.model import FactId, Predicate, Schema
from builder.shapes import schema_errors

Places: TypeAlias = tuple[str, ...]

LISTED = ("allOf", "anyOf", "oneOf")
SINGLE = ("not", "if", "then", "else")
_REMARKS = ("$comment", "description", "title")
_WORDS = frozenset((*LISTED, *SINGLE, *_REMARKS, "properties", "required", "type"))


def nodes(predicate: Predicate) -> Iterator[tuple[Places, Predicate]]:
    """Yield each part of a condition that looks at facts, with its place in it."""
    yield (), predicate
    below: list[tuple[Places, Any]] = [
        ((word, str(number)), each)
        for word in LISTED
        for number, each in enumerate(predicate.get(word, ()))
    ]
    below += [((word,), predicate[word]) for word in SINGLE if word in predicate]
    for places, inside in below:
        if isinstance(inside, Mapping):
            for deeper, node in nodes(inside):
                yield (*places, *deeper), node


def writing_errors(predicate: Predicate, place: str) -> Iterator[BuilderError]:
    """Yield what in a condition is no usable schema, or a word that nobody reads.

    Without errors it can be gone through and compiled.
    """
    broken = list(schema_errors(predicate, place))
    yield from broken
    if broken:
        return
    for places, node in nodes(predicate):
        here = f"{place}{pointer.join(places)}"
        for word in node:
            if word not in _WORDS and not word.startswith("x-"):
                where = f"{here}{pointer.join([word])}"
                known = tuple(sorted(_WORDS))
                yield UnknownKeywordError(where, word, known, "a condition")
        for fact, schema in node.get("properties", {}).items():
            for deeper, word in keywords.unknown(schema, keywords.WORDS):
                where = f"{here}{pointer.join(['properties', fact, *deeper, word])}"
                yield UnknownKeywordError(where, word, tuple(sorted(keywords.WORDS)))


def value_errors(
    predicate: Predicate, domains: Mapping[FactId, Schema], place: str
) -> Iterator[BuilderError]:
    """Yield each value a condition compares a fact with that the fact never has.

    Args:
        domains: what each fact may hold; one that is not there may hold anything.
    """
    for places, node in nodes(predicate):
        for name, schema in node.get("properties", {}).items():
            fact = FactId(name)
            domain = domains.get(fact, True)
            validator = Validator(domain)
            for deeper, value in _compared(schema):
                if not validator.accepts(value):
                    where = pointer.join([*places, "properties", name, *deeper])
                    known = _values(domain)
                    yield PredicateValueError(f"{place}{where}", name, value, known)


def _compared(schema: Any) -> Iterator[tuple[Places, Any]]:
    if not isinstance(schema, Mapping):
        return
    for places, node in nodes(schema):
        if "const" in node:
            yield (*places, "const"), node["const"]
        for number, value in enumerate(node.get("enum", ())):
            yield (*places, "enum", str(number)), value


def _values(domain: Schema) -> tuple[Any, ...]:
    if not isinstance(domain, Mapping):
        return ()
    both = (True, False) if domain.get("type") == "boolean" else ()
    return tuple(domain.get("enum", both))
