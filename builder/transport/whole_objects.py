"""Keywords that judge an object as a whole, whose fields are asked in several places.

What they say is said elsewhere too, or cannot be said of the answers.
"""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from builder.errors import WholeObjectError
from builder.model import Schema
from builder.transport.names import REST

if TYPE_CHECKING:
    from builder.transport.containers import Spot, Transport

#: Keywords that let `unevaluatedProperties` see what another schema has judged.
_APPLICATORS = frozenset(
    ("$ref", "allOf", "anyOf", "oneOf", "not", "if", "dependentSchemas")
)


def _listed(moving: "Transport", keyword: str, spot: "Spot") -> Schema:
    told = spot.schema[keyword]
    values = told if keyword == "enum" else [told]
    return _implied(
        moving,
        keyword,
        spot,
        holds=False if not any(isinstance(v, Mapping) for v in values) else None,
    )


def _count(moving: "Transport", keyword: str, spot: "Spot") -> Schema:
    told = spot.schema
    if keyword == "minProperties":
        implied = told[keyword] <= len(set(told.get("required", ())))
    else:
        closed = told.get("additionalProperties") is False
        named = len(told.get("properties", ()))
        implied = closed and "patternProperties" not in told
        implied = implied and named <= told[keyword]
    return _implied(moving, keyword, spot, holds=implied or None)


def _names(moving: "Transport", keyword: str, spot: "Spot") -> Schema:
    return _implied(moving, keyword, spot, holds=spot.schema[keyword] is True or None)


def _unevaluated(moving: "Transport", keyword: str, spot: "Spot") -> Schema:
    # With nothing else to judge them, these are the additional properties.
    plain = _APPLICATORS.isdisjoint(spot.schema)
    implied = plain or REST[0] in spot.schema or spot.schema[keyword] is True
    return _implied(moving, keyword, spot, holds=implied or None)


def _implied(
    moving: "Transport", keyword: str, spot: "Spot", *, holds: bool | None
) -> Schema:
    if holds is None:
        place = moving.place((*spot.places, keyword))
        raise WholeObjectError(place, keyword)
    return holds


#: What each keyword says of an object.
SAYS: Mapping[str, Callable[..., Schema]] = {
    "enum": _listed,
    "const": _listed,
    "minProperties": _count,
    "maxProperties": _count,
    "propertyNames": _names,
    "unevaluatedProperties": _unevaluated,
}
