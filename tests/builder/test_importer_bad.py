"""Foreign forms that hold themselves, have no measure, or are no forms at all."""

import json

import pytest

from builder.catalogue import load
from builder.errors import DefinitionErrors
from builder.importers.json_schema import import_schemas
from builder.merge import merge

DRAFT_4 = "http://json-schema.org/draft-04/schema#"


def imported(schemas, alignment=None):
    written = {stem: json.dumps(schema).encode() for stem, schema in schemas.items()}
    return import_schemas(written, json.dumps(alignment or {}).encode())


def merged(found):
    return merge(load(found.documents), "imported")


def refusal(schema, alignment=None):
    data = schema if isinstance(schema, bytes) else json.dumps(schema).encode()
    with pytest.raises(DefinitionErrors) as caught:
        import_schemas({"form": data}, json.dumps(alignment or {}).encode())
    return [(error.code, error.place) for error in caught.value.errors]


LOOP = {
    "$schema": DRAFT_4,
    "properties": {"a": {"$ref": "#/definitions/l"}, "b": {"type": "string"}},
    "definitions": {"l": {"$ref": "#/definitions/l"}},
}
TREE = {
    "properties": {
        "value": {"type": "string"},
        "children": {"type": "array", "items": {"$ref": "#"}},
    }
}
NEXT = {"properties": {"value": {"type": "string"}, "next": {"$ref": "#"}}}
ITSELF = {"allOf": [{"$ref": "#"}], "properties": {"a": {"type": "string"}}}


@pytest.mark.parametrize(
    ("form", "left"),
    [
        (LOOP, []),
        (ITSELF, []),
        (TREE, ["/children/*/children"]),
        (NEXT, ["/next/next"]),
    ],
)
def test_a_form_that_holds_itself_is_left_whole_where_it_begins_again(form, left):
    found = imported({"form": form})

    assert [one.path for one in found.unserved] == left
    assert merged(found).questions


def doubling(count):
    twice = {
        f"d{i}": {
            "properties": {side: {"$ref": f"#/$defs/d{i + 1}"} for side in ("l", "r")}
        }
        for i in range(count)
    }
    ends = {f"d{count}": {"type": "string"}}
    return {"properties": {"a": {"$ref": "#/$defs/d0"}}, "$defs": twice | ends}


def maze(count):
    rooms = {
        f"d{i}": {
            "anyOf": [
                {"$ref": f"#/$defs/d{i + 1}"},
                {"properties": {f"x{i}": {"$ref": f"#/$defs/d{i * 7 % count}"}}},
            ]
        }
        for i in range(count)
    }
    ends = {f"d{count}": {"type": "string"}}
    return {"properties": {"a": {"$ref": "#/$defs/d0"}}, "$defs": rooms | ends}


def chain(count):
    links = {
        f"d{i}": {"properties": {"n": {"$ref": f"#/$defs/d{i + 1}"}}}
        for i in range(count)
    }
    ends = {f"d{count}": {"type": "string"}}
    return {"properties": {"a": {"$ref": "#/$defs/d0"}}, "$defs": links | ends}


def fan(count):
    """Return a form that a judge goes through 2**count times for each document."""
    folds = {
        f"d{i}": {"allOf": [{"$ref": f"#/$defs/d{i + 1}"}] * 2} for i in range(count)
    }
    return {
        "properties": {"a": {"type": "string"}},
        "allOf": [{"$ref": "#/$defs/d0"}],
        "$defs": folds | {f"d{count}": {}},
    }


@pytest.mark.slow
@pytest.mark.parametrize("form", [doubling(25), maze(30), chain(500), fan(40)])
def test_a_form_without_measure_is_refused_and_not_gone_through(form):
    assert refusal(form) == [("E_SCHEMA", "form.json#")]


BAD = {
    "no json": (b"{", "E_JSON", "form.json"),
    "nothing": (b"", "E_JSON", "form.json"),
    "not a number": (b'{"a": NaN}', "E_JSON", "form.json"),
    "beyond numbers": (b'{"maximum": 1e999}', "E_JSON", "form.json"),
    "beyond 64 bits": (b'{"maximum": 99999999999999999999}', "E_JSON", "form.json"),
    "half a character": (b'{"title": "\\ud800"}', "E_JSON", "form.json"),
    "twice": (b'{"a": 1, "a": 2}', "E_JSON", "form.json"),
    "deep": (b'{"a":' * 900 + b"1" + b"}" * 900, "E_", "form.json"),
    "deeper": (b"[" * 10**5, "E_JSON", "form.json"),
    "a list": (b"[]", "E_SCHEMA", "form.json#"),
    "a truth": (b"true", "E_SCHEMA", "form.json#"),
    "no field": ({"type": "string"}, "E_SCHEMA", "form.json#"),
    "a broken keyword": (
        {"properties": {"a": {"type": "strin"}}},
        "E_SCHEMA",
        "form.json#/properties/a/type",
    ),
    "a hostile pattern": (
        {"properties": {"a": {"pattern": "(?P<x"}}},
        "E_REGEX",
        "form.json#/properties/a/pattern",
    ),
    "a pattern too long": (
        {"properties": {"a": {"pattern": "a" * 10_001}}},
        "E_SCHEMA",
        "form.json#/properties/a/pattern",
    ),
    "more choices than anyone reads": (
        {"properties": {"a": {"enum": list(range(10_001))}}},
        "E_SCHEMA",
        "form.json#/properties/a/enum",
    ),
    "more patterns than anyone reads": (
        {"patternProperties": {f"^{n}$": {} for n in range(10_001)}},
        "E_SCHEMA",
        "form.json#",
    ),
    "a remote reference": (
        {"properties": {"a": {"$ref": "https://example.org/x.json#/y"}}},
        "E_REF",
        "form.json#/properties/a/$ref",
    ),
    "a reference beside": (
        {"properties": {"a": {"$ref": "beside.json"}}},
        "E_REF",
        "form.json#/properties/a/$ref",
    ),
    "a dangling reference": (
        {"$schema": DRAFT_4, "properties": {"a": {"$ref": "#/definitions/x"}}},
        "E_REF",
        "form.json#/properties/a/$ref",
    ),
    "an unknown dialect": (
        {"$schema": "https://example.org/", "properties": {"a": {}}},
        "E_DIALECT",
        "form.json#/$schema",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_a_form_that_cannot_be_used_is_refused_at_its_place(name):
    form, code, place = BAD[name]

    ((found, where),) = refusal(form)

    assert found.startswith(code)
    assert where.startswith(place)


@pytest.mark.parametrize(
    ("alignment", "place"),
    [
        ([], "elements.json#"),
        ({"form": []}, "elements.json#/form"),
        ({"form": {"/a": 5}}, "elements.json#/form/~1a"),
        ({"form": {"/a": ""}}, "elements.json#/form/~1a"),
    ],
)
def test_an_alignment_of_another_shape_is_refused_at_its_place(alignment, place):
    with pytest.raises(DefinitionErrors) as caught:
        import_schemas(
            {"form": b'{"properties": {"a": {}}}'}, json.dumps(alignment).encode()
        )

    assert [(e.code, e.place) for e in caught.value.errors] == [("E_SHAPE", place)]


def test_all_that_is_wrong_is_told_at_once():
    with pytest.raises(DefinitionErrors) as caught:
        import_schemas({"a b": b"{", "c": b"[]"}, b"{", "x/y")

    assert [(error.code, error.place) for error in caught.value.errors] == [
        ("E_SHAPE", "a b.json"),
        ("E_SHAPE", "affairs/x/y.json#/id"),
        ("E_JSON", "a b.json"),
        ("E_SCHEMA", "c.json#"),
        ("E_JSON", "elements.json"),
    ]
    with pytest.raises(DefinitionErrors, match="no form to import"):
        import_schemas({}, b"{}")


@pytest.mark.slow
def test_a_form_of_a_hundred_thousand_nodes_comes_in():
    group = {f"q{j}": {"type": "string", "maxLength": 50} for j in range(100)}
    form = {
        "$schema": DRAFT_4,
        "properties": {f"g{i}": {"properties": group} for i in range(330)},
    }

    found = imported({"form": form}, {"form": {"/g7/q7": "fact"}})

    assert (
        len(json.loads(found.documents["matters/form/matter.json"])["fields"]) == 33000
    )
