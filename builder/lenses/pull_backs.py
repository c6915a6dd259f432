"""Pull-backs: what the schema of a slot says of a fact's own, canonical values.

Law: of a value the lens can write, the pull-back says exactly what the slot's schema
says of what is written (merge algebra, §2.6). Where that cannot be said there is none,
and the place is a residual, left to the judge.
"""

from collections.abc import Mapping
from typing import Any

from builder import json_schema, lenses, pointer
from builder.json_schema import Validator
from builder.lenses import UndefinedError
from builder.model import Lens, Schema
from builder.patterns import Budget, BudgetError
from builder.patterns.texts import both, opposite, search, texts_of
from builder.patterns.written import written_texts

#: Marks a place of T that says less than the slot's own schema does.
RESIDUAL = "x-residual"
#: Steps in comparing what a lens writes with what a slot accepts.
_MOST_STEPS = 40_000
#: A slot of more schemas, written out, is not looked into.
_MOST_SCHEMAS = 200

_DAY = "-[0-9]{2}"
_CLOCK = "T[0-9]{2}:[0-9]{2}"
_CANONICAL = {
    "YYYY-MM": "^[0-9]{4}-[0-9]{2}$",
    "YYYY-MM-DD": f"^[0-9]{{4}}-[0-9]{{2}}{_DAY}$",
    "YYYY-MM-DDTHH:mm": f"^[0-9]{{4}}-[0-9]{{2}}{_DAY}{_CLOCK}$",
}


def writable(lens: Lens) -> Schema | None:
    """Return the canonical values a lens can write; None: that is not said."""
    match lens.kind:
        case "identity" | "record":
            return True
        case "table":
            return {"enum": [canonical for canonical, _ in lens.pairs]}
        case "date":
            return {"type": "string", "pattern": _enough_for(lens.template)}
        case "affix":
            return {"type": "string"}
        case "upper":
            return {"type": "string", "pattern": "^[^a-z]*$"}
        case _:
            return None


def says_all(lens: Lens, domain: Schema) -> bool:
    """Tell whether the lens can write every value of a domain; no: not proven."""
    told = isinstance(domain, Mapping) and domain.get("type") == "string"
    found = writable(lens)
    if not told or not isinstance(found, Mapping) or lens.kind == "table":
        return found is True
    return _none(both(texts_of(domain), opposite(texts_of(found))))


def accepts(lens: Lens, slot: Validator, value: Any) -> bool:
    """Tell whether the slot accepts what the lens writes for a value."""
    try:
        return slot.accepts(lenses.get(lens, value))
    except UndefinedError:
        return False


def as_it_is(lens: Lens, domain: Schema) -> bool:
    """Tell whether the lens writes a value of this domain as it is, or not at all."""
    if lens.kind in ("identity", "upper"):
        return True
    if lens.kind != "date" or lens.template not in _CANONICAL:
        return False
    told = {"type": "string", "pattern": _CANONICAL[lens.template]}
    other = both(texts_of(domain), texts_of(_written(lens)), opposite(texts_of(told)))
    return _none(other)


def of_table(lens: Lens, slot: Validator) -> Schema:
    """Return the canonical values of a table whose writing the slot accepts."""
    accepted = [canonical for canonical, said in lens.pairs if slot.accepts(said)]
    return {"enum": accepted} if accepted else False


def of_texts(
    lens: Lens, root: Mapping[str, Any], places: tuple[str, ...], domain: Schema
) -> bool | None:
    """Return whether a slot accepts all that a lens writes, or nothing of it.

    Args:
        lens: how the fact's value is written.
        root: the form, in 2020-12.
        places: where the slot's schema stands in it.
        domain: the fact's own schema.

    Returns:
        None: it accepts some, or that is not proven.
    """
    if lens.kind not in ("date", "affix"):
        return None
    try:
        slot = _followed(root, pointer.get(root, places), Budget(_MOST_SCHEMAS))
    except BudgetError:
        return None
    values = both(texts_of(domain), texts_of(_written(lens)))
    accepted = written_texts(lens, slot)
    if _none(both(values, opposite(accepted))):
        return True
    return False if _none(both(values, accepted)) else None


def _enough_for(template: str) -> str:
    """Return the pattern of the canonical dates that say enough for a template."""
    parts = lenses.date_parts(template)
    if parts & {"HH", "mm"}:
        return _CANONICAL["YYYY-MM-DDTHH:mm"]
    if "DD" in parts:
        return f"^[0-9]{{4}}-[0-9]{{2}}{_DAY}(?:{_CLOCK})?$"
    return f"^[0-9]{{4}}-[0-9]{{2}}(?:{_DAY}(?:{_CLOCK})?)?$"


def _written(lens: Lens) -> Schema:
    found = writable(lens)
    return True if found is None else found


def _none(formula: Any) -> bool:
    """Tell whether it is proven that no text fits."""
    return search(formula, lambda _: True, steps=_MOST_STEPS).none


def _followed(root: Mapping[str, Any], schema: Any, budget: Budget) -> Any:
    """Return a schema with the references before its texts written out.

    Raises:
        BudgetError: it has no end, or grows beyond measure.
    """
    budget.spend()
    if not isinstance(schema, Mapping):
        return schema
    made = dict(schema)
    for keyword in ("allOf", "anyOf", "oneOf"):
        if keyword in made:
            made[keyword] = [_followed(root, each, budget) for each in made[keyword]]
    for keyword in ("not", "if", "then", "else"):
        if keyword in made:
            made[keyword] = _followed(root, made[keyword], budget)
    target = json_schema.target(made["$ref"]) if "$ref" in made else None
    if target is None:
        return made
    del made["$ref"]
    return {"allOf": [_followed(root, pointer.get(root, target), budget), made]}
