"""Any schema comes in: foreign forms become definitions, and nothing is lost."""

import json
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft4Validator, Draft202012Validator, FormatChecker

from builder import lists, pack
from builder.catalogue import load
from builder.checks import warnings
from builder.documents import decompose, project
from builder.errors import DefinitionErrors
from builder.fact_ids import element_of, part_of, role_of
from builder.importers.json_schema import import_schemas
from builder.json_schema import Validator
from builder.merge import merge
from builder.plan import unserved
from builder.validity import Judge

DRAFT_4 = "http://json-schema.org/draft-04/schema#"
NAME = {
    "type": "object",
    "title": "Name",
    "required": ["first"],
    "properties": {
        "first": {"type": "string", "title": "First name", "maxLength": 9},
        "last": {"type": "string", "description": "As on your passport."},
    },
}
#: A pilot's licence in draft-04: references, branches, lists, and lists in lists.
LICENCE = {
    "$schema": DRAFT_4,
    "title": "Licence",
    "type": "object",
    "required": ["pilot"],
    "definitions": {"name": NAME, "text": {"type": "string"}},
    "properties": {
        "pilot": {"$ref": "#/definitions/name"},
        "sex": {"enum": ["f", "m"]},
        "born": {"type": "string", "format": "date"},
        "address": {
            "type": "object",
            "properties": {"street": {"$ref": "#/definitions/text"}},
            "oneOf": [
                {"properties": {"country": {"enum": ["GB"]}, "post": {"maxLength": 7}}},
                {"properties": {"country": {"not": {"enum": ["GB"]}}}},
            ],
        },
        "flights": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "from": {"allOf": [{"$ref": "#/definitions/text"}]},
                    "dates": {"properties": {"day": {"type": "string"}}},
                    "legs": {"type": "array", "items": NAME},
                },
            },
        },
        "consent": {"enum": [True]},
        "tags": {"type": "array", "items": {"type": "string"}},
        "hours": {"type": ["integer", "null"]},
    },
    "anyOf": [{"required": ["sex"]}, {"properties": {"note": {"type": "number"}}}],
}
#: The club's form in 2020-12; its facts are called in another way each.
CLUB = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "properties": {
        "name": {"$ref": "#/$defs/name"},
        "sex": {"type": "string", "enum": ["f", "x"]},
        "country": {"type": "string"},
    },
    "additionalProperties": False,
    "$defs": {"name": NAME},
}
ALIGNMENT = {
    "licence": {
        "/pilot/first": "pilot's first name",
        "/sex": "姓别",
        "/address/country": "member:country",
        "/flights": "flights[]",
        "/flights/*/from": "flights[].from",
        "/born": "a:b:c@d/e~f",
    },
    "club": {
        "/name/first": "pilot's first name",
        "/sex": "姓别",
        "/country": "member:country",
    },
}
DOCUMENTS = {
    "licence": {
        "pilot": {"first": "Amy", "last": "Johnson"},
        "sex": "f",
        "address": {"country": "GB", "post": "HU1"},
        "flights": [{"from": "Croydon", "dates": {}, "legs": [{"first": "Jason"}]}, {}],
        "tags": [],
        "hours": None,
        "unknown": {"to": ["anyone", 1.5, True]},
    },
    "club": {"name": {"first": "Amy"}, "country": "GB"},
}


def imported(schemas, alignment=None):
    written = {stem: json.dumps(schema).encode() for stem, schema in schemas.items()}
    return import_schemas(written, json.dumps(alignment or {}).encode())


def merged(found):
    return merge(load(found.documents), "imported")


def questions(form):
    return {question.pointer: question for question in form.questions}


def same(one, other):
    """Tell whether two values are one JSON text: neither 1.0 nor true is 1."""
    return pack.canonical(one) == pack.canonical(other)


@pytest.fixture(scope="module")
def pilots():
    return imported({"licence": LICENCE, "club": CLUB}, ALIGNMENT)


@pytest.fixture(scope="module")
def pilots_form(pilots):
    return merged(pilots)


def test_each_form_is_one_matter_of_one_department_and_always_applies(pilots):
    catalogue = load(pilots.documents)

    assert pilots.matters == ("licence", "club")
    assert list(catalogue.departments) == ["licence", "club"]
    assert [entry.when for entry in catalogue.affairs["imported"].matters] == [None] * 2


def test_a_form_keeps_its_bytes():
    source = b'{ "properties":{"a" : {"type":"string"}} }\n'

    found = import_schemas({"form": source}, b"{}", "life")

    assert found.documents["matters/form/schema.json"] == source
    assert list(load(found.documents).affairs) == ["life"]


def test_a_fact_keeps_its_id_and_is_asked_once(pilots, pilots_form):
    asked = questions(pilots_form)

    told = {*ALIGNMENT["licence"].values(), *ALIGNMENT["club"].values()}
    assert set(pilots.facts) == told
    assert [a.path for a in asked["/facts/pilot's first name"].asked_by] == [
        "/pilot/first",
        "/name/first",
    ]
    assert "/facts/a:b:c@d~1e~0f" in asked


@pytest.mark.parametrize(
    "id_", ["veteran.ssn", "no role", "a:b:c", ":x", "y:", "列表[]"]
)
def test_an_id_that_is_not_written_our_way_is_an_element_about_nobody(id_):
    assert (element_of(id_), role_of(id_), part_of(id_)) == (id_, "", "")


def test_an_id_written_our_way_keeps_its_role(pilots_form):
    fact = pilots_form.facts["member:country"]

    assert (fact.role, fact.element) == ("member", "country")
    assert pilots_form.roles == {"member": {"zh-CN": "member", "en": "member"}}


def test_own_definitions_still_need_the_role(definitions):
    fields = definitions["matters/card/matter.json"]["fields"]
    fields["/idNo"]["fact"] = "no role"

    with pytest.raises(DefinitionErrors, match="E_SHAPE"):
        definitions.load()


def test_an_element_is_as_wide_as_its_widest_form(pilots_form):
    facts = pilots_form.facts

    assert facts["姓别"].schema == {"enum": ["f", "m", "x"]}
    assert facts["pilot's first name"].schema == {"type": "string"}
    assert facts["member:country"].schema is True  # a branch lets anything through


def test_a_choice_that_one_form_does_not_know_names_the_form(pilots_form):
    choices = questions(pilots_form)["/facts/姓别"].choices

    assert [(c.value, c.refused_by) for c in choices] == [
        ("f", ()),
        ("m", ("club",)),
        ("x", ("licence",)),
    ]


def test_a_question_is_called_by_titles_and_by_names_where_there_are_none(pilots_form):
    asked = questions(pilots_form)

    assert asked["/facts/pilot's first name"].label["zh-CN"] == "Name: First name"
    assert asked["/matters/licence/address/street"].label["en"] == "address: street"
    assert asked["/matters/licence/pilot/last"].hint["en"] == "As on your passport."


def test_every_question_stands_on_one_page_and_groups_have_their_own(pilots_form):
    placed = Counter(where for page in pilots_form.pages for where in page.questions)

    assert placed == Counter(list(questions(pilots_form)))
    assert [page.label["en"] for page in pilots_form.pages] == [
        "Name",
        "Licence",
        "address",
        "flights",
        "Name",
    ]


def test_a_field_of_a_branch_is_asked_and_may_be_a_fact(pilots, pilots_form):
    matter = json.loads(pilots.documents["matters/licence/matter.json"])
    asked = questions(pilots_form)

    assert matter["fields"]["/address/country"]["branch"]
    assert matter["fields"]["/note"]["branch"]
    assert asked["/matters/licence/note"].input == "number"
    told = warnings(load(pilots.documents))
    assert {warning.place.partition("#")[2] for warning in told} == {
        "/fields/~1sex/fact"  # each form refuses what only the other one takes
    }


def test_how_a_question_is_put_comes_from_what_the_form_lets_through(pilots_form):
    asked = questions(pilots_form)
    inputs = {where: question.input for where, question in asked.items()}

    assert inputs["/matters/licence/consent"] == "yes_no"
    assert inputs["/facts/a:b:c@d~1e~0f"] == "date"
    assert inputs["/matters/licence/hours"] == "number"
    assert inputs["/facts/姓别"] == "choice"
    columns = asked["/facts/flights[]"].columns
    assert [column.pointer for column in columns] == [
        "/facts/flights[].from",
        "/matters/licence/dates/day",
        "/matters/licence/legs",
    ]


def test_what_no_page_can_ask_is_named_and_only_publishing_is_refused(
    pilots, pilots_form
):
    found = [(one.matter, one.path, one.reason) for one in pilots.unserved]

    assert found == [
        ("licence", "/flights/*/legs", "it is a list inside a list"),
    ]
    errors = unserved(pack.load(pack.dump(pilots_form)))
    assert [(error.code, error.question) for error in errors] == [
        ("E_UNSERVED", "/facts/flights[]/*/matters/licence/legs"),
    ]


def test_a_form_that_pages_can_serve_whole_names_nothing():
    assert not unserved(merged(imported({"club": CLUB})))


def test_every_pointer_is_bound_or_left_with_its_reason_and_place():
    found = imported({"licence": LICENCE}, {"licence": {"/flights/*/from": "x"}})

    (left,) = found.unbound
    assert left.place == "elements.json#/licence/~1flights~1*~1from"
    assert left.reason == "it is a column of a list that is not bound."


def test_lists_are_bound_with_the_columns_that_say_so(pilots, pilots_form):
    assert not pilots.unbound
    licence = pilots_form.matters[0]
    rows = licence.fields["/flights"].rows

    assert {path: field.fact for path, field in rows.fields.items()} == {
        "/from": "flights[].from",
        "/dates/day": None,
        "/legs": None,
    }


@pytest.mark.parametrize(
    ("told", "left"),
    [
        ({"other": {"/x": "x"}}, {"/x": "no form of this name was given."}),
        ({"form": {"/nope": "x"}}, {"/nope": "the form has no such field."}),
        ({"form": {"a": "x"}}, {"a": "it is no JSON Pointer to a field."}),
        (
            {"form": {"/a": "x", "/b": "x"}},
            {"/b": "/a of the same form holds this fact already."},
        ),
        (
            {"form": {"/name": "x", "/name/last": "y"}},
            {"/name": "/name/last in it is bound, and only one of them can be."},
        ),
        (
            {"form": {"/self/self/a": "x"}},
            {"/self/self/a": "it lies inside something that is left whole."},
        ),
        (
            {"form": {"/rows": "x", "/other/*/c": "y"}},
            {
                "/rows": "it is a list, and none of its columns is bound.",
                "/other/*/c": "it is a column of a list that is not bound.",
            },
        ),
        (
            {"form": {"/rows": "x", "/rows/*": "y"}},
            {
                "/rows": "it is a list, and none of its columns is bound.",
                "/rows/*": "it is a row; bind the list and its columns.",
            },
        ),
        (
            {"form": {"/rows": "x", "/rows/*/c": "y", "/rows/*/in/*/d": "z"}},
            {"/rows/*/in/*/d": "it lies in a list inside a list."},
        ),
        (
            {
                "form": {
                    "/rows": "x",
                    "/other": "x",
                    "/rows/*/c": "y",
                    "/other/*/c": "y",
                }
            },
            {
                "/other": "/rows of the same form holds this fact already.",
                "/other/*/c": "it is a column of a list that is not bound.",
            },
        ),
    ],
)
def test_a_pointer_that_binds_nothing_says_why(told, left):
    inner = {"type": "array", "items": {"properties": {"d": {"type": "string"}}}}
    rows = {
        "type": "array",
        "items": {"properties": {"c": {"type": "string"}, "in": inner}},
    }
    form = {
        "properties": {
            "rows": rows,
            "other": rows,
            "a": {"type": "string"},
            "b": {"type": "string"},
            "name": NAME,
            "self": {"$ref": "#"},
        }
    }

    found = imported({"form": form}, told)

    assert {one.path: one.reason for one in found.unbound} == left
    assert merged(found)


def test_a_group_that_is_one_fact_is_left_whole():
    found = imported({"club": CLUB}, {"club": {"/name": "whole name"}})
    form = merged(found)

    assert (
        questions(form)["/facts/whole name"].unserved
        == "it is a group that is one fact"
    )
    document = DOCUMENTS["club"]
    assert decompose(form.matters[0], document)["facts"] == {
        "whole name": document["name"]
    }


@pytest.mark.parametrize("matter", ["licence", "club"])
def test_a_document_comes_back_whole_and_its_answers_fit_the_layout(
    pilots_form, matter
):
    judge = Judge(pilots_form)
    mine = next(each for each in pilots_form.matters if each.id == matter)
    document = DOCUMENTS[matter]

    answers = decompose(mine, document)

    assert judge.document_faults(matter, document) == ()
    assert same(project(mine, answers), document)
    assert Validator(pilots_form.schema).accepts(answers)


NAMES = st.sampled_from(["a", "b", "c", "*", "", "a/b", "x y"])
JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(0, 9) | st.text("ab", max_size=2),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(NAMES, inner),
    max_leaves=6,
)


def schemas_over(inner):
    named = st.dictionaries(NAMES, inner, max_size=3)
    return st.one_of(
        st.builds(lambda p: {"type": "object", "properties": p}, named),
        st.builds(
            lambda p, a: {"properties": p, "oneOf": a},
            named,
            st.lists(inner, min_size=1, max_size=2),
        ),
        st.builds(lambda i: {"type": "array", "items": i}, inner),
        st.builds(lambda a: {"allOf": a}, st.lists(inner, min_size=1, max_size=2)),
        st.builds(lambda i, t: {"if": i, "then": t}, inner, inner),
        st.builds(
            lambda p, r: {"properties": p, "required": r},
            named,
            st.lists(NAMES, unique=True, max_size=2),
        ),
    )


SCHEMAS = st.recursive(
    st.sampled_from(
        [
            True,
            False,
            {"type": "string"},
            {"enum": ["a", 1, None]},
            {"type": ["integer", "boolean"]},
            {"$ref": "#"},
            {"$ref": "#/$defs/d"},
            {"properties": {}},
        ]
    ),
    schemas_over,
    max_leaves=12,
)
FORMS = st.builds(
    lambda names, d: {"properties": names, "$defs": {"d": d}},
    st.dictionaries(NAMES, SCHEMAS, min_size=1, max_size=3),
    SCHEMAS,
)


@settings.get_profile("some")
@given(
    form=FORMS,
    other=FORMS,
    told=st.dictionaries(
        st.sampled_from(["/a", "/b", "/a/b", "/a/*/b", "/c/a", "/", "/a~1b"]),
        st.sampled_from(["x", "y z", "r:e", "[]"]),
    ),
    document=st.dictionaries(NAMES, JSON_VALUES, max_size=3),
)
def test_whatever_schema_comes_in_merges_and_loses_nothing(form, other, told, document):
    form["properties"]["always"] = other["properties"]["always"] = {"type": "string"}

    found = imported({"form": form, "other": other}, {"form": told, "other": told})
    made = merged(found)
    mine = made.matters[0]
    answers = decompose(mine, document)

    assert same(project(mine, answers), document)
    assert len(found.unbound) + sum(
        field.fact is not None
        for matter in made.matters
        for _, field in lists.flat(matter.fields)
    ) == 2 * len(told)
    if Validator(mine.schema).accepts(document):
        for fact, value in answers["facts"].items():
            assert Validator(made.facts[fact].schema).accepts(value)


def test_a_second_validator_agrees_about_the_small_documents():
    for schema, document, kind in (
        (LICENCE, DOCUMENTS["licence"], Draft4Validator),
        (CLUB, DOCUMENTS["club"], Draft202012Validator),
    ):
        assert kind(schema, format_checker=FormatChecker()).is_valid(document)
