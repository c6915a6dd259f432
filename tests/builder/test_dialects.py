"""Upgrading and moving a schema changes no verdict."""

import json
from copy import deepcopy

import pytest
from hypothesis import given, reject, settings
from hypothesis import strategies as st

from builder import pointer
from builder.errors import BrokenReferenceError, DialectError, FormSchemaError
from builder.json_schema import FORMATS, Validator
from builder.json_schema.dialects import NEWEST, reroot, upgrade

DRAFTS = {
    4: "http://json-schema.org/draft-04/schema#",
    6: "http://json-schema.org/draft-06/schema#",
    7: "http://json-schema.org/draft-07/schema#",
    2019: "https://json-schema.org/draft/2019-09/schema",
    2020: NEWEST,
}
BETWEEN = {n: a for n, a in DRAFTS.items() if n in (6, 7)}


def four(schema):
    return {"$schema": DRAFTS[4], **schema}


def without_address(schema):
    return {name: value for name, value in schema.items() if name != "$schema"}


def moved(schema):
    """Return a schema that holds another one deep inside, under awkward names."""
    prefix = ["$defs", "a/~%^", "b"]
    return {
        "$ref": "#/$defs/a~1~0%25%5E/properties/b",
        "$defs": {
            "a/~%^": {
                "properties": {
                    "b": reroot(
                        schema, pointer.join([*prefix[:2], "properties", prefix[2]])
                    )
                }
            }
        },
    }


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ({"minimum": 1, "exclusiveMinimum": True}, {"exclusiveMinimum": 1}),
        ({"maximum": 1, "exclusiveMaximum": False}, {"maximum": 1}),
        ({"id": "http://a.example/b", "title": "t"}, {"title": "t"}),
        (
            {"items": [{"type": "null"}], "additionalItems": False},
            {"prefixItems": [{"type": "null"}], "items": False},
        ),
        ({"items": {}, "additionalItems": False}, {"items": {}}),
        ({"dependencies": {"a": ["b"]}}, {"dependentRequired": {"a": ["b"]}}),
        (
            {"dependencies": {"a": {"minimum": 1}, "b": ["c"]}},
            {
                "dependentSchemas": {"a": {"minimum": 1}},
                "dependentRequired": {"b": ["c"]},
            },
        ),
        (
            {
                "properties": {"a": {"$ref": "#/definitions/x", "maxLength": 1}},
                "definitions": {"x": {"type": "string"}},
            },
            {
                "properties": {"a": {"$ref": "#/definitions/x"}},
                "definitions": {"x": {"type": "string"}},
            },
        ),
        ({"const": 1, "if": {}, "then": {}, "unevaluatedProperties": False}, {}),
        (
            {"enum": [{"items": [], "id": "x"}], "default": {"$ref": "no"}},
            {"enum": [{"items": [], "id": "x"}], "default": {"$ref": "no"}},
        ),
        (
            {"properties": {"id": {}, "$ref": {"type": "null"}, "items": {}}},
            {"properties": {"id": {}, "$ref": {"type": "null"}, "items": {}}},
        ),
    ],
)
def test_each_old_keyword_says_the_same_in_2020_12(old, new):
    assert without_address(upgrade(four(old))) == new


def test_a_sibling_of_a_reference_speaks_up_from_2019_on():
    told = {
        "$schema": DRAFTS[2019],
        "$ref": "#/$defs/x",
        "maxLength": 1,
        "$defs": {"x": {"type": "string"}},
    }

    assert not Validator(upgrade(told)).accepts("xx")
    assert Validator(upgrade(told | {"$schema": DRAFTS[7]})).accepts("xx")


def test_references_follow_what_is_renamed_or_left_aside():
    told = {
        "id": "http://a.example/forms/b.json",
        "items": [{"minimum": 5}],
        "definitions": {
            "first": {"$ref": "#/items/0"},
            "by_address": {"$ref": "b.json#/definitions/a%25~1b"},
            "a%/b": {"maximum": 5},
            "needed": {"$ref": "#/dependencies/x"},
            "stray": {"$ref": "#/words/1/of%20one"},
            "hidden": {"$ref": "#/definitions/first/properties/z"},
        },
        "dependencies": {"x": {"minimum": 6, "exclusiveMinimum": True}},
        "words": [0, {"of one": {"items": [{"$ref": "#/then"}]}}],
        "then": {"enum": [1]},
        "properties": {},
    }
    told["definitions"]["first"]["properties"] = {"z": {"enum": ["z"]}}
    for name in told["definitions"]:
        told["properties"][name] = {
            "$ref": f"#/definitions/{name}".replace("%/", "%25~1")
        }

    upgraded = upgrade(four(told))

    wanted = {
        "first": (5, 4),
        "by_address": (5, 6),
        "a%/b": (5, 6),
        "needed": (7, 6),
        "stray": ([1], [2]),
        "hidden": ("z", "y"),
    }
    for schema in (upgraded, moved(upgraded)):
        for name, (right, wrong) in wanted.items():
            assert Validator(schema).accepts({name: right})
            assert not Validator(schema).accepts({name: wrong})


def test_a_whole_number_with_a_fraction_is_an_integer_now():
    told = four({"type": "integer"})

    assert not Validator(told).accepts(1.0)
    assert Validator(upgrade(told)).accepts(1.0)


@pytest.mark.parametrize("draft", DRAFTS)
@pytest.mark.parametrize("name", FORMATS)
def test_a_format_is_judged_alike_in_every_dialect(draft, name):
    old = Validator({"$schema": DRAFTS[draft], "format": name})
    new = Validator({"format": name})
    texts = ["x", "", "xn--X", "a b", "{", "/~", "2024-02-30", "a@b", "::1", "(", "%"]

    assert [old.accepts(t) for t in texts] == [new.accepts(t) for t in texts]
    assert not all(new.accepts(t) for t in texts)
    assert old.accepts(5)


@pytest.mark.parametrize("draft", DRAFTS)
def test_what_a_text_contains_is_a_remark_in_every_dialect(draft):
    told = {"contentEncoding": "base64", "contentMediaType": "application/json"}

    assert Validator({"$schema": DRAFTS[draft], **told}).accepts("%")
    assert Validator({"$schema": DRAFTS[draft], "format": "colour"}).accepts("%")


@pytest.mark.parametrize(
    "reference",
    [
        "#/definitions/none",
        "#/properties/a/required/0",
        "#name",
        "other.json#/definitions/a",
        "http://a.example/x",
        "http://[",
        "file:///etc/hostname",
    ],
)
def test_a_reference_that_leads_nowhere_or_out_is_refused_with_its_place(reference):
    told = four({"properties": {"a": {"required": ["b"]}, "c": {"$ref": reference}}})

    with pytest.raises(BrokenReferenceError) as caught:
        upgrade(told, file="matters/m/schema.json")

    assert caught.value.code == "E_REF"
    assert str(caught.value).startswith("matters/m/schema.json#/properties/c/$ref: ")


@pytest.mark.parametrize(
    "told",
    [
        {"$dynamicRef": "#x", "$dynamicAnchor": "x"},
        {"$schema": DRAFTS[2019], "$recursiveRef": "#"},
        {"$anchor": "x", "properties": {"a": {"$ref": "#x"}}},
        {"properties": {"a": {"$id": "http://b.example/", "not": {"$ref": "#"}}}},
    ],
)
def test_what_only_a_bundle_can_say_is_refused(told):
    with pytest.raises(BrokenReferenceError):
        upgrade(told)


def test_nothing_is_moved_that_refers_to_anything_but_its_own_places():
    with pytest.raises(BrokenReferenceError):
        reroot({"properties": {"a": {"$ref": "other.json"}}}, "/$defs/m")


@pytest.mark.parametrize(
    "address",
    [
        "http://json-schema.org/draft-03/schema#",
        "http://json-schema.org/schema#",
        "",
        5,
    ],
)
def test_an_unknown_dialect_is_refused(address):
    with pytest.raises(DialectError) as caught:
        upgrade({"$schema": address})

    assert caught.value.code == "E_DIALECT"


def test_a_second_dialect_inside_is_refused():
    with pytest.raises(DialectError):
        upgrade({"properties": {"a": {"$schema": DRAFTS[7]}}})


def nested(levels):
    schema = {}
    for _ in range(levels):
        schema = {"not": schema}
    return schema


@pytest.mark.parametrize(
    "told",
    [
        {"required": "a"},
        four({"required": []}),
        four({"properties": {"a": False}}),
        four({"exclusiveMinimum": True}),
        four({"$ref": 5}),
        {"pattern": "("},
        {"dependencies": {"a": ["b"]}, "dependentRequired": {"b": ["c"]}},
        {
            "dependencies": {"a": {"properties": {"a": {}}}},
            "allOf": [{"unevaluatedProperties": {"type": "integer"}}],
        },
        {"x": {"y": {"type": 5}}, "$ref": "#/x/y"},
        nested(101),
        nested(5000),
        [],
    ],
)
def test_what_is_no_schema_of_its_dialect_is_refused(told):
    with pytest.raises((FormSchemaError, BrokenReferenceError)) as caught:
        upgrade(told)

    assert caught.value.code in ("E_SCHEMA", "E_REF")
    assert caught.value.place.startswith("schema.json#")


VALUES = st.recursive(
    st.sampled_from([None, True, 0, 1, 2, 5, 1.5, "", "a", "bb", "2024-02-30"]),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.sampled_from(["a", "b", "c"]), inner, max_size=3),
    ),
    max_leaves=6,
)
TARGETS = ["#", "#/definitions/d", "#/items/0", "#/dependencies/a", "#/odd/%5E", "#/if"]


def schemas(draft):
    """Return a strategy for schemas with the keywords, known or not, of a draft."""
    leaf = st.sampled_from(
        [
            {},
            {"type": "integer"},
            {"enum": [1, "a"]},
            {"format": "uuid"},
            {"maxLength": 1},
        ]
    )

    def larger(inner):
        listed = st.lists(inner, min_size=1, max_size=2)
        named = st.dictionaries(st.sampled_from(["a", "b"]), inner, max_size=2)
        names = st.lists(st.sampled_from("abc"), min_size=1, max_size=2, unique=True)
        optional = {
            "properties": named,
            "patternProperties": st.dictionaries(st.just("^[ab]"), inner),
            "additionalProperties": inner,
            "required": names,
            "allOf": listed,
            "anyOf": listed,
            "oneOf": listed,
            "not": inner,
            "additionalItems": inner,
            "items": inner if draft == 2020 else st.one_of(inner, listed),
            "dependencies": st.dictionaries(
                st.sampled_from(["a", "b"]), st.one_of(inner, names), max_size=2
            ),
            "const": st.sampled_from([1, "a", {}]),
            "contains": inner,
            "propertyNames": inner,
            "if": inner,
            "then": inner,
            "else": inner,
            "minContains": st.just(2),
            "minimum": st.sampled_from([1, 2]),
            "$ref": st.sampled_from(TARGETS[1:2]),
        }
        if draft >= 2019:
            optional["unevaluatedProperties"] = inner
            optional["unevaluatedItems"] = inner
            optional["prefixItems"] = listed
        return st.fixed_dictionaries({}, optional=optional).map(
            lambda made: (
                made | {"exclusiveMinimum": True}
                if draft == 4 and "minimum" in made and "not" in made
                else made
            )
        )

    return st.recursive(leaf, larger, max_leaves=8)


@pytest.mark.parametrize("draft", DRAFTS)
@settings.get_profile("some")
@given(data=st.data())
def test_the_verdict_before_is_the_verdict_after(draft, data):
    told = data.draw(schemas(draft))
    told = told | {
        "$schema": DRAFTS[draft],
        "definitions": {
            "d": data.draw(schemas(draft).filter(lambda s: "$ref" not in json.dumps(s)))
        },
        "odd": {"^": {"type": "string"}},
    }
    told["properties"] = told.get("properties", {}) | {"c": {"$ref": "#/odd/%5E"}}
    if isinstance(told.get("items"), list):
        told["properties"]["b"] = {"$ref": "#/items/0"}
    before = deepcopy(told)
    try:
        upgraded = upgrade(told)
    except FormSchemaError as error:
        if "Write `dependentSchemas`" not in str(error):
            raise
        reject()
    assert told == before
    old, new, inside = map(Validator, (told, upgraded, moved(upgraded)))
    for value in data.draw(st.lists(VALUES, min_size=5, max_size=5)):
        verdict = old.accepts(value)
        assert new.accepts(value) == verdict
        assert inside.accepts(value) == verdict


def test_the_real_forms_judge_their_documents_as_before(reference_data):
    folder = reference_data / "real-forms" / "va"
    seen = {True: 0, False: 0}
    for file in sorted((folder / "schemas").iterdir()):
        told = json.loads(file.read_bytes())
        upgraded = upgrade(told)
        judges = [Validator(s) for s in (told, upgraded, moved(upgraded))]
        for document in documents(folder, file.stem):
            verdicts = {judge.accepts(document) for judge in judges}
            assert len(verdicts) == 1
            seen[verdicts.pop()] += 1
    assert seen == {True: 44, False: 376}


def documents(folder, form):
    """Yield the right documents of a form, then the wrong ones."""
    for file in sorted((folder / "instances").glob(f"{form}.*")):
        yield json.loads(file.read_bytes())
    for case in json.loads((folder / "invalid" / f"{form}.json").read_bytes()):
        base = folder / "instances" / f"{form}.{case['base']}.json"
        document = json.loads(base.read_bytes())
        pointer.put(document, pointer.parts(case["pointer"]), case["value"])
        yield document
