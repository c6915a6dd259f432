"""Which of an object's subschemas judge a property of a known name."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from builder.json_schema import Validator
from builder.transport.slots import Places

#: They judge what no other keyword beside them does.
REST = ("additionalProperties", "unevaluatedProperties")
_SPECIAL = re.compile(r"[\\^$.|?*+()\[\]{}/]")


def steps(schema: Mapping[str, Any], name: str) -> Iterator[Places]:
    """Yield the way to each subschema that judges a property of this name."""
    named = name in schema.get("properties", ())
    if named:
        yield ("properties", name)
    for pattern in schema.get("patternProperties", ()):
        if _hits(pattern, name):
            named = True
            yield ("patternProperties", pattern)
    rest = next((keyword for keyword in REST if keyword in schema), None)
    if rest is not None and not named:
        yield (rest,)


def _hits(pattern: str, name: str) -> bool:
    refused = Validator({"patternProperties": {pattern: False}})
    return not refused.accepts({name: None})


def without(pattern: str, names: Iterable[str]) -> str:
    """Return the pattern less those of these names that it hits."""
    hit = [_SPECIAL.sub(r"\\\g<0>", name) for name in names if _hits(pattern, name)]
    if not hit:
        return pattern
    return f"^(?!(?:{'|'.join(hit)})$)[\\s\\S]*?(?:{pattern})"
