"""Warnings: definitions that can be used, but perhaps not as they were meant."""

from builder.checks import warnings


def field(definitions, matter, path):
    return definitions[f"matters/{matter}/matter.json"]["fields"][path]


def elements(definitions):
    return definitions["elements.json"]["elements"]


def properties(definitions, matter):
    return definitions[f"matters/{matter}/schema.json"]["properties"]


def told(definitions):
    return {(w.code, w.place): str(w) for w in warnings(definitions.load())}


def test_a_field_that_refuses_some_values_is_warned_of(definitions):
    field(definitions, "pension", "/person/sex").pop("lens")
    sexes = {"enum": ["1", "2"]}
    properties(definitions, "pension")["person"]["properties"]["sex"] = sexes

    place = "matters/pension/matter.json#/fields/~1person~1sex/fact"
    assert (
        """refuses "0" (enum ["1", "2"]) of 'person.sex'"""
        in told(definitions)["W_SLOT_REFUSES", place]
    )


def test_a_field_too_short_for_the_example_is_warned_of(definitions):
    properties(definitions, "card")["idNo"]["maxLength"] = 3

    place = "matters/card/matter.json#/fields/~1idNo/fact"
    assert (
        '"11010519491231002X" (maxLength 3)'
        in told(definitions)["W_SLOT_REFUSES", place]
    )


def test_a_field_far_too_short_for_a_text_without_example_is_warned_of(definitions):
    elements(definitions)["person.number"] = {
        "label": {"zh-CN": "n", "en": "n"},
        "schema": {"type": "string", "maxLength": 150},
        "sensitivity": "personal",
    }
    properties(definitions, "card")["idNo"]["maxLength"] = 3

    place = "matters/card/matter.json#/fields/~1idNo/fact"
    assert ("W_SLOT_REFUSES", place) in told(definitions)


def test_an_unknown_word_in_a_form_is_warned_of_but_not_an_x_word(definitions):
    properties(definitions, "card")["idNo"] |= {"maxLenght": 3, "x-note": "ours"}

    place = "matters/card/schema.json#/properties/idNo/maxLenght"
    assert "Did you mean 'maxLength'?" in told(definitions)["W_UNKNOWN_KEYWORD", place]
    assert not any("x-note" in place for _, place in told(definitions))


def test_a_form_may_use_the_words_of_its_own_dialect(definitions):
    schema = definitions["matters/card/schema.json"]
    schema |= {"$schema": "http://json-schema.org/draft-04/schema#", "id": "urn:card"}
    schema["properties"]["idNo"]["const"] = "x"

    assert {place for code, place in told(definitions) if "KEYWORD" in code} == {
        "matters/card/schema.json#/properties/idNo/const"
    }


def test_the_shipped_definitions_give_no_warning(catalogue):
    assert list(warnings(catalogue)) == []
