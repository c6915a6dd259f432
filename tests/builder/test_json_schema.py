"""The adapter: places in schemas, requiredness, and what a validator reports."""

import pytest

from builder import json_schema
from builder.json_schema import SchemaError, Validator, Violation

DRAFT_4 = {
    "$schema": "http://json-schema.org/draft-04/schema#",
    "type": "object",
    "required": ["name", "home"],
    "definitions": {
        "a/b": {"type": "string", "maxLength": 3},
        "loop": {"$ref": "#/definitions/loop"},
    },
    "properties": {
        "name": {"$ref": "#/definitions/a~1b"},
        "again": {"$ref": "#/definitions/loop"},
        "home": {
            "allOf": [{"properties": {"street": {"$ref": "#/properties/name"}}}],
            "required": ["street"],
        },
        "rows": {
            "type": "array",
            "items": {"required": ["n"], "properties": {"n": {"type": "integer"}}},
        },
    },
}


def test_a_slot_is_judged_through_the_references_of_its_own_form():
    slot = json_schema.slot_validator(DRAFT_4, "/home/street")

    assert slot.accepts("abc")
    assert not slot.accepts("abcd")


def test_a_path_that_leads_nowhere_is_none():
    assert json_schema.locate(DRAFT_4, "/home/city") is None
    assert json_schema.locate(DRAFT_4, "/again") is None
    far = {"properties": {"far": {"$ref": "https://example.org/x.json"}}}
    assert json_schema.locate(far, "/far") is None
    with pytest.raises(SchemaError):
        Validator({}, root=far)
    assert json_schema.subschema(DRAFT_4, "/nothing") is None
    with pytest.raises(KeyError):
        json_schema.slot_validator(DRAFT_4, "/home/city")


def test_a_field_is_required_when_every_document_holds_it():
    assert json_schema.is_required(DRAFT_4, "/name")
    assert json_schema.is_required(DRAFT_4, "/home/street")
    assert not json_schema.is_required(DRAFT_4, "/rows")


def test_a_column_is_required_when_every_row_holds_it():
    assert json_schema.is_required(DRAFT_4, "/rows/*/n")


def test_nothing_is_required_of_a_form_that_is_only_true():
    assert not json_schema.is_required({"properties": {"a": True}}, "/a/b")


def test_leaves_are_the_fields_and_columns_of_a_form():
    form = {
        "properties": {
            "a": {"type": "string"},
            "b": {"properties": {"c": {}, "d": {}}},
            "rows": {"items": {"properties": {"e": {}}}},
            "codes": {"type": "array", "items": {"type": "string"}},
        }
    }

    assert list(json_schema.leaves(form)) == [
        "/a",
        "/b/c",
        "/b/d",
        "/rows/*/e",
        "/codes",
    ]
    assert list(json_schema.lists(form)) == ["/rows"]


def test_a_missing_member_is_reported_where_it_should_be():
    schema = {"required": ["a"], "properties": {"a": {"maxLength": 2}}}

    assert Validator(schema).violations({}) == (Violation(("a",), "required", None),)
    assert Validator(schema).violations({"a": "abc"}) == (
        Violation(("a",), "maxLength", 2),
    )


@pytest.mark.parametrize(
    "dialect",
    [
        "http://json-schema.org/draft-04/schema#",
        "http://json-schema.org/draft-07/schema#",
        "https://json-schema.org/draft/2020-12/schema",
    ],
)
def test_a_day_that_does_not_exist_is_refused_in_every_dialect(dialect):
    assert not Validator({"$schema": dialect, "format": "date"}).accepts("2024-02-30")


def test_a_trailing_newline_does_not_pass_for_the_end():
    assert not Validator({"pattern": "^[0-9]+$"}).accepts("123\n")


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "strung"},
        {"pattern": "("},
        {"$ref": "#/nothing"},
        {"$ref": "https://example.org/x.json"},
        {"$schema": "https://example.org/dialect"},
    ],
)
def test_a_schema_that_cannot_be_used_is_refused_in_one_line(schema):
    with pytest.raises(SchemaError) as caught:
        Validator(schema)

    assert "\n" not in str(caught.value)
