"""Lists of single values come in: what to choose from, and what to write one a line."""

import json

import pytest

from builder.catalogue import load
from builder.importers.json_schema import import_schemas
from builder.merge import merge
from builder.plan import unserved


def listed(items):
    """The one question, and why it is none, of a form with a list of these."""
    form = {"type": "object", "properties": {"x": {"type": "array", "items": items}}}
    form |= {"$defs": {"word": {"enum": ["a", "b"]}}}
    found = import_schemas({"form": json.dumps(form).encode()}, b"{}")
    made = merge(load(found.documents), "imported")
    (asked,) = made.questions
    return asked, unserved(made)


@pytest.mark.parametrize(
    ("items", "input_", "choices"),
    [
        ({"enum": ["a", "b"]}, "choices", ["a", "b"]),
        ({"$ref": "#/$defs/word"}, "choices", ["a", "b"]),
        ({"type": "integer", "enum": [1, 2]}, "choices", [1, 2]),
        ({"type": "string", "maxLength": 3}, "lines", []),
        ({"type": "number"}, "numbers", []),
    ],
)
def test_several_single_values_are_chosen_or_written_one_a_line(items, input_, choices):
    asked, left = listed(items)

    assert (asked.input, [each.value for each in asked.choices]) == (input_, choices)
    assert left == ()


@pytest.mark.parametrize(
    "items",
    [{"type": "boolean"}, {"type": "array", "items": {}}, {"type": "object"}],
)
def test_several_values_that_no_page_can_ask_for_stop_the_candidate(items):
    _, (left,) = listed(items)

    assert left.question == "/matters/form/x"
    assert "neither texts nor numbers" in str(left)
