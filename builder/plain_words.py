"""What a schema says against a document, in words for people who write documents.

Only the words come from here: the verdict is the validator's. A schema's `description`
says what is expected; its `title` names a property that is missing.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, TypeAlias

from jsonschema import ValidationError

from builder.errors.words import listed, meant, shown

#: A place in the document, and what is wrong there.
Told: TypeAlias = tuple[tuple[str | int, ...], str]

_KINDS = {
    "object": "an object {…}",
    "array": "a list […]",
    "string": "a text in double quotes",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "null": "null",
}
_CHOOSING = frozenset({"oneOf", "anyOf"})


def kinds(types: Iterable[str]) -> str:
    """Return JSON types in words."""
    return " or ".join(_KINDS.get(each, each) for each in types)


def told(errors: Iterable[ValidationError]) -> Iterator[tuple[ValidationError, Told]]:
    """Yield what each error says, each thing once, by its place in the document.

    Where a key is unknown, that no alternative fits says nothing more.
    """
    found = sorted(errors, key=lambda error: [str(step) for step in error.path])
    strange = {tuple(error.path) for error in found if error.validator in _UNKNOWN_KEYS}
    seen = set()
    for error in found:
        if error.validator in _CHOOSING and tuple(error.path) in strange:
            continue
        for below, reason in _reasons(error):
            place = (*error.absolute_path, *below)
            if (place, reason) not in seen:
                seen.add((place, reason))
                yield error, (place, reason)


def _reasons(error: ValidationError) -> Iterator[Told]:
    if error.validator == "required":
        yield from _missing(error)
    elif error.validator in _UNKNOWN_KEYS:
        yield from _unknown_keys(error)
    elif error.validator in _CHOOSING:
        yield from _no_alternative(error)
    elif _rule(error) is False:
        # The library says neither the name nor the place of what is forbidden.
        yield (), f"{shown(_instance(error))} cannot stand beside what else is said."
    elif "propertyNames" in error.relative_schema_path:
        expected = _expected(error)
        yield (
            (str(_instance(error)),),
            f"The key {_instance(error)!r} does not fit.{expected}",
        )
    else:
        yield (), _SAID.get(str(error.validator), _unfitting)(error)


_UNKNOWN_KEYS = frozenset({"additionalProperties", "unevaluatedProperties"})


def _limit(error: ValidationError) -> Any:
    """Return what the keyword says; any JSON."""
    return error.validator_value


def _instance(error: ValidationError) -> Any:
    """Return what stands there; any JSON."""
    return error.instance


def _rule(error: ValidationError) -> Any:
    """Return the schema that says no: an object, or false."""
    return error.schema


def _missing(error: ValidationError) -> Iterator[Told]:
    # One error for each name; only its message says which.
    for name in _limit(error):
        if name not in _instance(error) and repr(name) in error.message:
            about = _at(error, "properties", name)
            if "title" in about:
                yield (), f"{about['title']} ({name}) are missing."
            else:
                yield (), f"`{name}` is missing.{_told_by(about)}"


def _unknown_keys(error: ValidationError) -> Iterator[Told]:
    known = tuple(_at(error, "properties"))
    for name in _instance(error):
        if name not in known:
            mended = meant(name, known) or listed(known)
            yield (name,), f"Unknown key {name!r}.{mended}"


def _no_alternative(error: ValidationError) -> Iterator[Told]:
    needed = [each.get("required", ()) for each in _limit(error)]
    if all(len(names) == 1 for names in needed):
        names = ", ".join(f"`{name}`" for (name,) in needed)
        one = "Exactly one" if error.validator == "oneOf" else "One"
        yield (), f"{one} of {names} must stand here."
        return
    # The alternative that goes deepest, or has a list of words, is what was meant.
    nearest = max(
        error.context or (),
        key=lambda each: (len(each.path), each.validator == "enum"),
        default=None,
    )
    if nearest is None or not (nearest.path or nearest.validator == "enum"):
        yield (), _unfitting(error)
        return
    for below, reason in _reasons(nearest):
        yield (*nearest.relative_path, *below), reason


def _unfitting(error: ValidationError) -> str:
    return f"{shown(_instance(error))} does not fit here.{_expected(error)}"


def _expected(error: ValidationError) -> str:
    if error.validator == "pattern" and "description" not in _rule(error):
        return f" It must match {_limit(error)}."
    return _told_by(_rule(error))


def _told_by(schema: Any) -> str:
    about = schema.get("description") if isinstance(schema, Mapping) else None
    return f" Expected: {about}" if about else ""


def _at(error: ValidationError, *names: str) -> Any:
    here = _rule(error)
    for name in names:
        here = here.get(name, {}) if isinstance(here, Mapping) else {}
    return here


def _bound(words: str) -> Callable[[ValidationError], str]:
    def said(error: ValidationError) -> str:
        return f"{shown(_instance(error))} {words.format(_limit(error))}."

    return said


def _of_kind(error: ValidationError) -> str:
    value = _limit(error)
    wanted = kinds([value] if isinstance(value, str) else value)
    return f"{wanted.capitalize()} is expected, not {shown(_instance(error))}."


def _one_of(error: ValidationError) -> str:
    allowed = [
        each if isinstance(each, str) else shown(each) for each in _allowed(error)
    ]
    value = _instance(error)
    near = meant(value, allowed) if isinstance(value, str) else ""
    return f"{shown(value)} is not allowed.{near} Allowed: {', '.join(allowed)}."


def _allowed(error: ValidationError) -> list[Any]:
    value = _limit(error)
    return [value] if error.validator == "const" else list(value)


def _empty(error: ValidationError) -> str:
    if not _instance(error):
        return "It is empty; say something, or take it out."
    return f"It needs at least {_limit(error)} entries or characters."


def _together(error: ValidationError) -> str:
    pairs = [
        f"`{name}` needs `{other}` beside it."
        for name, others in _limit(error).items()
        for other in others
        if name in _instance(error) and other not in _instance(error)
    ]
    return " ".join(pairs)


_SAID: Mapping[str, Callable[[ValidationError], str]] = {
    "type": _of_kind,
    "enum": _one_of,
    "const": _one_of,
    "minLength": _empty,
    "minItems": _empty,
    "minProperties": _empty,
    "maxLength": _bound("is longer than {} characters"),
    "maxItems": _bound("has more than {} entries"),
    "minimum": _bound("is less than {}"),
    "maximum": _bound("is more than {}"),
    "exclusiveMinimum": _bound("is not more than {}"),
    "items": lambda _: "It has more entries than fit here.",
    "uniqueItems": lambda _: "The same entry stands here twice.",
    "dependentRequired": _together,
}
