"""How much a schema says, found out before anything goes through all of it.

A schema of a few lines can stand for billions: definitions that use each other twice
over. No office writes such a form, and no judge would ever be done with it.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from builder import pointer
from builder.json_schema import keywords
from builder.json_schema.keywords import Places

#: Schemas in a schema, with every reference written out.
MOST_SCHEMAS = 1_000_000
#: Regular expressions in one schema.
MOST_PATTERNS = 10_000
#: Characters of a regular expression.
MOST_CHARACTERS = 10_000
#: Values that one `enum` names.
MOST_VALUES = 10_000


def excesses(schema: Any, words: frozenset[str]) -> Iterator[tuple[Places, str]]:
    """Yield what of a schema is beyond measure, with its place.

    Args:
        schema: of any shape.
        words: of its dialect.
    """
    patterns = 0
    for places, here in keywords.schemas(schema, words):
        values = here.get("enum")
        if isinstance(values, list) and len(values) > MOST_VALUES:
            yield (*places, "enum"), f"it names more than {MOST_VALUES} values."
    for places, pattern in keywords.patterns(schema, words):
        patterns += 1
        if len(pattern) > MOST_CHARACTERS:
            yield places, f"it has more than {MOST_CHARACTERS} characters."
    if patterns > MOST_PATTERNS:
        yield (), f"it has more than {MOST_PATTERNS} patterns."
    if _written_out(schema, words) > MOST_SCHEMAS:
        yield (), f"its references, written out, make over {MOST_SCHEMAS} schemas."


def _written_out(schema: Any, words: frozenset[str]) -> int:
    """Count the schemas that a document may be judged by; what comes back is one."""
    below = _below(schema, words)
    counted: dict[Places, int] = {}
    waiting: list[tuple[Places, bool]] = [((), False)]
    begun: set[Places] = set()
    while waiting:
        here, done = waiting.pop()
        if done:
            parts = sum(counted.get(each, 1) for each in below[here])
            counted[here] = min(1 + parts, MOST_SCHEMAS + 1)
        elif here in below and here not in begun:
            begun.add(here)
            waiting.append((here, True))
            waiting += [(each, False) for each in below[here]]
    return counted.get((), 1)


def _below(schema: Any, words: frozenset[str]) -> Mapping[Places, list[Places]]:
    """Return where each schema in a schema leads: to its own parts, and by `$ref`."""
    found: dict[Places, list[Places]] = {}
    for places, here in keywords.schemas(schema, words):
        found[places] = []
        holder = next(
            (places[:-n] for n in range(1, len(places) + 1) if places[:-n] in found),
            None,
        )
        if holder is not None and places[len(holder)] not in ("$defs", "definitions"):
            found[holder].append(places)
        led = pointer.of_reference(here.get("$ref"))
        if led is not None:
            found[places].append(led)
    return found
