"""Pull-backs: what a form demands of a document value, said of the canonical one."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from builder import lenses
from builder.json_schema import Validator
from builder.lenses import UndefinedError
from builder.lenses.pull_back import Residual, Slot, pull_back, writable
from builder.model import IDENTITY, Lens

DAY = {"type": "string", "format": "date"}
COMPACT = Lens(kind="date", template="YYYYMMDD")
UNIT = Lens(kind="strip", separator=" ", groups=(6, 6, 7, 9))
ORG = Lens(kind="strip", separator="-", groups=(8, 1))
WAN = Lens(kind="scale", factor="0.0001")
PLATE = Lens(kind="affix", prefix="鄂", suffix="号")
UPPER = Lens(kind="upper", normalizes=True)
SEX = Lens(kind="table", pairs=(("1", "男"), ("2", "女")))


def slot(schema):
    accepts = Validator(schema).accepts
    return Slot(reference=schema, write_out=lambda: schema, accepts=accepts)


def accepted(lens, schema, value):
    try:
        return Validator(schema).accepts(lenses.get(lens, value))
    except UndefinedError:
        return False


ORG_CODES = st.text("0123456789ABx- ", max_size=10)
DATES = st.dates().map(lambda day: day.isoformat())
MONEY = st.one_of(
    st.integers(-(10**7), 10**9),
    st.decimals(-1000, 10**7, places=2).map(float),
)
PLATES = st.text("A1鄂号", max_size=6)

#: lens, domain, slot schema, canonical values: all exact.
EXACT = {
    "identity": (IDENTITY, True, {"type": "string", "maxLength": 3}, PLATES),
    "table": (SEX, True, {"enum": ["男", "未知"]}, st.sampled_from(["0", "1", "2"])),
    "table into nothing": (SEX, True, {"enum": ["x"]}, st.sampled_from(["1", "2"])),
    "finite element": (
        COMPACT,
        {"enum": ["2024-01-31", "2024-02-01", "x"]},
        {"type": "string", "pattern": "31"},
        st.sampled_from(["2024-01-31", "2024-02-01", "x"]),
    ),
    "finite form": (
        COMPACT,
        DAY,
        {"enum": ["20240131", "20249999", 5]},
        st.sampled_from(["2024-01-31", "2024-02-01"]),
    ),
    "date in eight digits": (COMPACT, DAY, {"pattern": r"^\d{8}$"}, DATES),
    "date in other digits": (COMPACT, DAY, {"pattern": "^[0-9]{6}$"}, DATES),
    "date where letters stand": (COMPACT, DAY, {"pattern": "^[A-Z]{8}$"}, DATES),
    "date of any digits": (COMPACT, DAY, {"pattern": "^[0-9]+$"}, DATES),
    "date that is no date": (COMPACT, DAY, {"format": "date"}, DATES),
    "date side by side": (
        COMPACT,
        DAY,
        {"allOf": [{"type": "string"}, {"pattern": "^[0-9]{8}$"}]},
        DATES,
    ),
    "date too short": (COMPACT, DAY, {"type": "string", "minLength": 9}, DATES),
    "date not a text": (COMPACT, DAY, {"type": "integer"}, DATES),
    "date as it is": (
        Lens(kind="date", template="YYYY-MM-DD"),
        DAY,
        {"type": "string", "format": "date", "title": "day"},
        DATES,
    ),
    "time in a free text": (
        Lens(kind="date", template="YYYY-MM-DD HH:mm"),
        {"type": "string"},
        {"type": "string", "maxLength": 16},
        st.one_of(DATES, DATES.map(lambda day: day + "T08:26"), st.text(max_size=3)),
    ),
    "day of a free text": (
        COMPACT,
        {"type": "string"},
        True,
        st.one_of(DATES, DATES.map(lambda d: d[:7]), DATES.map(lambda d: d + "T00:00")),
    ),
    "month of a free text": (
        Lens(kind="date", template="YYYYMM"),
        {"type": "string"},
        {"pattern": "^[0-9]{6}$"},
        st.one_of(DATES, DATES.map(lambda d: d[:7]), st.just("2024")),
    ),
    "affix": (
        PLATE,
        True,
        {"type": "string", "minLength": 3, "maxLength": 6, "pattern": "^鄂[A1]+号$"},
        PLATES,
    ),
    "affix that the form lacks": (PLATE, True, {"pattern": "^京[A-Z]+号$"}, PLATES),
    "affix longer than the form": (PLATE, True, {"maxLength": 1}, PLATES),
    "affix longer than the pattern": (PLATE, True, {"pattern": "^鄂$"}, PLATES),
    "affix beside numbers": (PLATE, True, {"minimum": 3, "minLength": 1}, PLATES),
    "strip": (
        ORG,
        True,
        {"type": "string", "maxLength": 10, "pattern": "^[0-9A-B]{8}-[0-9X]$"},
        st.one_of(ORG_CODES, st.from_regex("[0-9A-B]{8}[0-9Xx]", fullmatch=True)),
    ),
    "strip where another separator stands": (
        ORG,
        True,
        {"pattern": "^[0-9]{8}/[0-9]$"},
        st.from_regex("[0-9]{9}", fullmatch=True),
    ),
    "strip too short": (ORG, True, {"pattern": "^[0-9]{8}$"}, ORG_CODES),
    "strip free": (UNIT, True, True, st.text("0A ", min_size=27, max_size=29)),
    "upper": (UPPER, True, {"pattern": "^[A-Za-z]+$"}, st.text("Aaé1", max_size=3)),
    "scale": (
        WAN,
        {"type": "number"},
        {"type": "number", "minimum": 1, "exclusiveMaximum": 100.5, "multipleOf": 0.01},
        MONEY,
    ),
    "scale to whole numbers": (WAN, True, {"type": "integer", "maximum": 9}, MONEY),
    "scale up": (Lens(kind="scale", factor="10000"), True, {"minimum": 50}, MONEY),
    "scale to a text": (WAN, True, {"type": "string"}, MONEY),
    "scale beside texts": (WAN, True, {"maxLength": 3}, st.one_of(MONEY, st.text())),
    "nothing fits": (WAN, True, False, MONEY),
}


@pytest.mark.parametrize(
    ("lens", "domain", "schema", "values"), EXACT.values(), ids=EXACT
)
@given(data=st.data())
def test_a_value_fits_the_pull_back_exactly_when_its_writing_fits_the_form(
    lens, domain, schema, values, data
):
    value = data.draw(values)
    assume(Validator(domain).accepts(value))

    found = pull_back(lens, slot(schema), domain)

    assert not isinstance(found, Residual)
    said = Validator({"allOf": [writable(lens, domain), found]})
    assert said.accepts(value) == accepted(lens, schema, value)


RESIDUAL = {
    "pattern of a date": (
        COMPACT,
        {"pattern": "^(19|20)[0-9]{6}$"},
        DATES,
        "pattern: its pattern is not plain",
    ),
    "year of a date": (
        COMPACT,
        {"pattern": "^2[0-9]{7}$"},
        DATES,
        "pattern: its pattern judges the date itself",
    ),
    "date of no fixed length": (
        Lens(kind="date", template="YYYY年M月D日"),
        {"maxLength": 10},
        DATES,
        "maxLength: the written date has no fixed length",
    ),
    "pattern over an affix": (
        PLATE,
        {"maxLength": 4, "pattern": "^[鄂A号]*$"},
        PLATES,
        "pattern: its pattern may end before the affix does",
    ),
    "alternatives of numbers": (
        WAN,
        {"minimum": 1, "anyOf": [{"maximum": 5}, {"minimum": 9}]},
        MONEY,
        "anyOf: no rule says it of the canonical value",
    ),
    "side by side": (
        WAN,
        {"allOf": [{"minimum": 1}, {"not": {"const": 3}}]},
        MONEY,
        "not: no rule says it of the canonical value",
    ),
    "days of a time": (
        Lens(kind="date", template="YYYYMMDD", one_way=True),
        {"enum": ["20240131"]},
        st.just("2024-01-31T08:26"),
        "enum: no rule says it of the canonical value",
    ),
    "step no number can say": (
        Lens(kind="scale", factor="3"),
        {"multipleOf": 1},
        MONEY,
        "multipleOf: it cannot be scaled exactly",
    ),
}


@pytest.mark.parametrize(
    ("lens", "schema", "values", "reason"), RESIDUAL.values(), ids=RESIDUAL
)
@given(data=st.data())
def test_what_cannot_be_said_is_a_residual_that_refuses_nothing_acceptable(
    lens, schema, values, reason, data
):
    value = data.draw(values)

    found = pull_back(lens, slot(schema), domain=True)

    assert isinstance(found, Residual)
    assert reason is None or found.reason == reason
    if accepted(lens, schema, value):
        assert Validator(found.necessary).accepts(value)


def test_the_worked_example_leaves_no_demand_on_the_birth_date():
    found = pull_back(COMPACT, slot({"type": "string", "pattern": "^[0-9]{8}$"}), DAY)

    assert found is True
