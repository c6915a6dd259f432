"""The laws of lenses at build: what a lens loses is refused, and the value named."""

import pytest

from builder.checks import warnings
from builder.errors import DefinitionErrors
from builder.lenses.lens_laws import finite

PLACE = "matters/register/matter.json#/fields/~1it"


def words(text):
    return {"zh-CN": text, "en": text}


def element(schema, **more):
    return {"label": words("it"), "schema": schema, "sensitivity": "general"} | more


def field(lens):
    return {"label": words("it"), "fact": "mover:it", "lens": lens}


@pytest.fixture
def bind(definitions):
    """Return how to bind one more field: its element, its lens and its own schema."""

    def bound(told, its, slot=None):
        definitions["elements.json"]["elements"]["it"] = told
        fields = definitions["matters/register/matter.json"]["fields"]
        fields["/it"] = field(its)
        schema = definitions["matters/register/schema.json"]
        schema["properties"]["it"] = {} if slot is None else slot
        return definitions

    return bound


TEXT = {"type": "string"}
CODE = {"type": "string", "pattern": "^[0-9A-Z]{9}$"}
MONEY = {"type": "number", "minimum": 0}
ORG = {"strip": {"separator": "-", "groups": [8, 1]}}

RIGHT = {
    "affix": (element(TEXT), {"affix": {"prefix": "鄂", "suffix": "号"}}),
    "prefix": (element(TEXT), {"affix": {"prefix": "+86"}}),
    "strip": (element(CODE, example="12345678X"), ORG),
    "strip without an example": (element(CODE), ORG),
    "upper": (element(CODE, example="12345678X"), {"upper": True}),
    "scale": (element(MONEY, example=1000000), {"scale": "0.0001"}),
    "scale of whole numbers": (element({"type": "integer"}), {"scale": "100"}),
    "day": (element({**TEXT, "format": "date"}, input="date"), {"date": "D/M/YYYY"}),
    "month": (element(TEXT, input="month"), {"date": "YYYYMM"}),
    "time": (element(TEXT, input="datetime"), {"date": "YYYY-MM-DD HH:mm"}),
    "day of a time": (
        element(TEXT, input="datetime", example="2026-03-04T05:20"),
        {"date": "YYYYMMDD", "one_way": True},
    ),
    "table that lacks a code": (
        element({"enum": ["0", "1"]}),
        {"table": [["1", "男"]]},
    ),
    "identity": (element(TEXT), {"identity": True, "normalizes": True}),
}


@pytest.mark.parametrize(("told", "lens"), RIGHT.values(), ids=RIGHT)
def test_a_lens_that_keeps_the_law_loads(bind, told, lens):
    catalogue = bind(told, lens).load()

    assert catalogue.matters["register"].fields["/it"].lens.kind in lens


WRONG = {
    "strip into other groups": (
        element(TEXT, example="411502001001GB00001F00010001"),
        ORG,
        "'411502001001GB00001F00010001': the lens has no way to write it",
    ),
    "strip what holds the separator": (
        element({**TEXT, "examples": ["1234567-X"]}),
        ORG,
        "'1234567-X': the lens has no way to write it",
    ),
    "strip a number": (
        element({"type": "integer"}),
        ORG,
        "0: the lens writes none of the element's values",
    ),
    "upper with lower-case letters in the element": (
        element(TEXT, example="11010519491231002X"),
        {"upper": True},
        "'11010519491231002x': the lens has no way to write it",
    ),
    "upper with a lower-case code": (
        element({"enum": ["A", "b"]}),
        {"upper": True},
        "'b': the lens has no way to write it",
    ),
    "scale of a text": (
        element(TEXT),
        {"scale": "0.0001"},
        "'A': the lens writes none of the element's values",
    ),
    "scale of an amount too large": (
        element({"const": 9007199254740993}),
        {"scale": "0.0001"},
        "9007199254740993: the lens has no way to write it",
    ),
    "dates that look alike": (
        element({**TEXT, "format": "date"}, input="date"),
        {"date": "YYYYMD"},
        "'2024-01-11': it is written as '2024111' and not read back",
    ),
    "date the example is not": (
        element(TEXT, input="date", example="31.1.2024"),
        {"date": "YYYYMMDD"},
        "'31.1.2024': the lens has no way to write it",
    ),
    "date of an element without dates": (
        element({"type": "integer"}, input="date"),
        {"date": "YYYYMMDD"},
        "0: the lens writes none of the element's values",
    ),
    "one code written in two ways": (
        element({"enum": ["1"]}),
        {"table": [["1", "男"], ["1", "男性"]]},
        "'1': it is written as '男' and as '男性'; keep one",
    ),
    "two codes written in one way": (
        element({"enum": ["20", "21"]}),
        {"table": [["20", "是"], ["21", "是"]]},
        "'是': it stands for '20' and '21'; mark it one_way",
    ),
}


@pytest.mark.parametrize(("told", "lens", "reason"), WRONG.values(), ids=WRONG)
def test_a_lens_that_breaks_the_law_is_refused_with_the_value(bind, told, lens, reason):
    with pytest.raises(DefinitionErrors) as caught:
        bind(told, lens).load()

    (error,) = caught.value.errors
    assert (error.place, error.code) == (f"{PLACE}/lens", "E_LENS_LAW")
    assert reason in str(error)


SHAPES = {
    "two lenses": {"upper": True, "date": "YYYY"},
    "no lens": {"normalizes": True},
    "unknown lens": {"lower": True},
    "scale by nothing": {"scale": "0.00"},
    "scale by a number": {"scale": 0.0001},
    "scale by a power": {"scale": "1e-4"},
    "empty affix": {"affix": {}},
    "empty prefix": {"affix": {"prefix": ""}},
    "huge group": {"strip": {"separator": "-", "groups": [8, 10**12]}},
    "huge template": {"date": "YYYY" * 1000},
    "one group": {"strip": {"separator": "-", "groups": [8]}},
    "no separator": {"strip": {"separator": "", "groups": [8, 1]}},
    "scale that is one way": {"scale": "0.1", "one_way": True},
    "line of one fact": {"join": " "},
    "record of one fact": {"record": True},
}


@pytest.mark.parametrize("lens", SHAPES.values(), ids=SHAPES)
def test_the_list_of_lenses_is_closed(bind, lens):
    with pytest.raises(DefinitionErrors) as caught:
        bind(element(TEXT), lens).load()

    places = {
        (error.place.split("/lens")[0], error.code) for error in caught.value.errors
    }
    assert places == {(PLACE, "E_SHAPE")}


PART = {"fact": "mover:it"}
PARTS = {
    "parts without a lens": {"parts": [PART, PART]},
    "parts beside a fact": {"parts": [PART, PART], **field({"join": " "})},
    "parts with the lens of one fact": {"parts": [PART, PART], "lens": {"upper": True}},
    "one part": {"parts": [PART], "lens": {"join": " "}},
    "record without names": {"parts": [PART, PART], "lens": {"record": True}},
    "line with names": {
        "parts": [PART, {**PART, "name": "b"}],
        "lens": {"join": " "},
    },
    "record with optional parts": {
        "parts": [
            {**PART, "name": "a", "optional": True},
            {**PART, "name": "b"},
        ],
        "lens": {"record": True},
    },
    "record counted in bytes": {
        "parts": [{**PART, "name": "a"}, {**PART, "name": "b"}],
        "lens": {"record": True},
        "bytes": {"max": 9, "encoding": "gbk"},
    },
    "record that is one way": {
        "parts": [{**PART, "name": "a"}, {**PART, "name": "b"}],
        "lens": {"record": True, "one_way": True},
    },
    "lens without a fact": {"lens": {"upper": True}},
}


@pytest.mark.parametrize("told", PARTS.values(), ids=PARTS)
def test_facts_are_held_together_in_two_ways_only(bind, told):
    definitions = bind(element(TEXT), {"upper": True})
    fields = definitions["matters/register/matter.json"]["fields"]
    fields["/it"] = {"label": words("it")} | told

    with pytest.raises(DefinitionErrors) as caught:
        definitions.load()

    assert {error.code for error in caught.value.errors} == {"E_SHAPE"}
    assert all(error.place.startswith(PLACE) for error in caught.value.errors)


SAFE = {"type": "string", "pattern": "^[^|]+$"}
LINES = {
    "nothing between": (
        TEXT,
        {"join": ""},
        {},
        "'': nothing separates the parts of the line; mark it one_way",
    ),
    "separator in the parts": (
        TEXT,
        {"join": "|"},
        {},
        "'|': it can hold what separates the parts; mark it one_way",
    ),
    "separator within the parts": (
        {"type": "string", "minLength": 3},
        {"join": "|"},
        {"example": "省A市"},
        "'省A市|省A市': it can hold what separates the parts; mark it one_way",
    ),
    "numbers in a line": (
        {"type": "integer"},
        {"join": "|", "one_way": True},
        {},
        "0: a line is made of texts only",
    ),
    "an optional part": (
        SAFE,
        {"join": "|"},
        {},
        "'mover:it': a part that can be left out is not found again; mark it one_way",
    ),
}


def joined(bind, schema, lens, more, **part):
    definitions = bind(element(schema, **more), {"upper": True})
    fields = definitions["matters/register/matter.json"]["fields"]
    fields["/it"] = {
        "label": words("it"),
        "lens": lens,
        "parts": [{"fact": "mover:it"} | part, {"fact": "mover:it"}],
    }
    return definitions


@pytest.mark.parametrize(
    ("schema", "lens", "more", "reason"), LINES.values(), ids=LINES
)
def test_a_line_that_cannot_be_taken_apart_is_refused(bind, schema, lens, more, reason):
    part = {"optional": True} if "mover:it" in reason else {}

    with pytest.raises(DefinitionErrors) as caught:
        joined(bind, schema, lens, more, **part).load()

    error = caught.value.errors[0]
    assert (error.place, error.code) == (f"{PLACE}/lens", "E_LENS_LAW")
    assert reason in str(error)


@pytest.mark.parametrize(
    ("schema", "lens"),
    [
        (TEXT, {"join": "", "one_way": True}),
        (SAFE, {"join": "|"}),
        ({"enum": ["a", "b"]}, {"join": " "}),
    ],
)
def test_a_line_that_is_a_view_or_safe_loads(bind, schema, lens):
    joined(bind, schema, lens, {}).load()


def test_a_record_s_part_has_its_property_and_its_element(bind):
    definitions = bind(element(TEXT), {"upper": True}, {"properties": {"a": TEXT}})
    fields = definitions["matters/register/matter.json"]["fields"]
    fields["/it"] = {
        "label": words("it"),
        "lens": {"record": True},
        "parts": [
            {"fact": "mover:it", "name": "a", "lens": {"scale": "10"}},
            {"fact": "mover:it", "name": "b"},
            {"fact": "mover:that", "name": "a"},
        ],
    }

    with pytest.raises(DefinitionErrors) as caught:
        definitions.load()

    assert [(error.place, error.code) for error in caught.value.errors] == [
        (f"{PLACE}/parts/0/lens", "E_LENS_LAW"),
        (f"{PLACE}/parts/1/name", "E_UNRESOLVED_PATH"),
        (f"{PLACE}/parts/2/fact", "E_UNKNOWN_NAME"),
    ]


DAY = element({**TEXT, "format": "date"}, input="date")
TIME = element(TEXT, input="datetime")
SEX = element({"enum": ["0", "1", "9"]})
NOT_ONTO = {
    "date of no calendar": (DAY, {"date": "YYYYMMDD"}, {"pattern": "^[0-9]{8}$"}),
    "day of a time, of no calendar": (
        TIME,
        {"date": "YYYYMMDD", "one_way": True},
        {"pattern": "^[0-9]{8}$"},
    ),
    "code without a pair": (SEX, {"table": [["1", "男"]]}, {"enum": ["男", "未说明"]}),
    "code no pair is written as": (
        SEX,
        {"table": [["1", "是"], ["9", "是"]], "one_way": True},
        {"enum": ["是", "否"]},
    ),
    "code the element does not know": (SEX, {"identity": True}, {"enum": ["1", "5"]}),
    "lower case": (element(CODE, example="12345678X"), {"upper": True}, TEXT),
    "both writings": (element(CODE), ORG, {"type": "string", "maxLength": 10}),
    "without the affix": (
        element(CODE, example="12345678X"),
        {"affix": {"prefix": "鄂"}},
        TEXT,
    ),
    "yes or no": (SEX, {"table": [["1", True]]}, {"type": "boolean"}),
    "one value": (SEX, {"table": [["1", "a"]]}, {"enum": ["a", "b"]}),
}
WITNESSES = ["20249999", "20249999", "未说明", "否", "5", "12345678x", "000000000"]
WITNESSES += ["12345678X", False, "b"]


@pytest.mark.parametrize(
    ("told", "lens", "slot", "witness"),
    [
        (*row, witness)
        for row, witness in zip(NOT_ONTO.values(), WITNESSES, strict=True)
    ],
    ids=NOT_ONTO,
)
def test_a_form_that_accepts_more_than_can_be_written_is_told(
    bind, told, lens, slot, witness
):
    found = list(warnings(bind(told, lens, slot).load()))

    own = [w for w in found if w.place == f"{PLACE}/lens"]
    assert [(w.code, w.value) for w in own] == [("W_LENS_NOT_ONTO", witness)]
    assert f"accepts {witness!r}" in str(own[0])


@pytest.mark.parametrize(("told", "lens", "slot"), NOT_ONTO.values(), ids=NOT_ONTO)
def test_what_is_known_is_not_told_again(bind, told, lens, slot):
    found = warnings(bind(told, lens | {"normalizes": True}, slot).load())

    assert [w for w in found if w.place == f"{PLACE}/lens"] == []


@pytest.mark.parametrize(
    ("told", "lens", "slot"),
    [
        (
            SEX,
            {"table": [["1", "男"], ["0", "性别不明"]]},
            {"enum": ["男", "性别不明"]},
        ),
        (SEX, {"table": [["1", "男"]]}, {"const": "男"}),
        (DAY, {"date": "YYYYMMDD"}, {"pattern": "^[0-9]{4}(0[1-9]|1[0-2])[0-3][0-9]$"}),
        (TIME, {"date": "YYYYMM", "one_way": True}, {"enum": ["202401"]}),
        (TIME, {"date": "YYYY", "one_way": True}, {"pattern": "^[0-9]{4}$"}),
        (element(CODE), {"upper": True}, CODE),
    ],
)
def test_a_form_that_is_covered_gives_no_warning(bind, told, lens, slot):
    found = warnings(bind(told, lens, slot).load())

    assert [w for w in found if w.place.startswith(PLACE)] == []


def test_what_only_a_branch_of_the_form_names_gives_no_warning(bind):
    definitions = bind(element(CODE, example="12345678X"), {"upper": True})
    schema = definitions["matters/register/schema.json"]
    del schema["properties"]["it"]
    schema["anyOf"] = [{"properties": {"it": TEXT}, "required": ["it"]}, True]
    definitions["matters/register/matter.json"]["fields"]["/it"]["branch"] = True

    found = warnings(definitions.load())

    assert [w for w in found if w.place.startswith(PLACE)] == []


def test_the_worked_example_is_warned_of_its_eight_digits(definitions):
    (found,) = warnings(definitions.load())

    assert found.place == "matters/register/matter.json#/fields/~1born/lens"
    assert found.value == "20249999"


@pytest.mark.parametrize(
    ("schema", "values"),
    [
        ({"enum": [1, 2]}, (1, 2)),
        ({"const": None}, (None,)),
        ({"type": "boolean"}, (True, False)),
        ({"type": "string"}, None),
        (True, None),
        (None, None),
    ],
)
def test_a_schema_is_finite_when_it_names_its_values(schema, values):
    assert finite(schema) == values
