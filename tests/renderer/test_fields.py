"""Texts to values and back."""

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder.model import Choice, Question
from builder.pointer import ABSENT
from renderer import fields
from renderer.fields import parse, written
from renderer.forms import build, read
from renderer.typed import Problem, parse_text


def question(input_, **more):
    given_ = {"pointer": "/facts/x:y", "name": "f1", "label": {"zh-CN": "某项"}}
    return Question(**given_, input=input_, sensitivity="general", **more)


SEXES = (
    Choice(value="1", label={"zh-CN": "男"}),
    Choice(value="2", label={"zh-CN": "女"}),
)
LIST = question(
    "rows",
    columns=(
        Question(
            pointer="/NAME",
            name="c1",
            label={"zh-CN": "姓名"},
            input="text",
            sensitivity="personal",
        ),
        Question(
            pointer="/SHARE",
            name="c2",
            label={"zh-CN": "比例"},
            input="number",
            sensitivity="general",
        ),
    ),
)
TEXTS = st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=20).map(
    parse_text
)
ROWS = st.lists(
    st.fixed_dictionaries({"NAME": TEXTS}, optional={"SHARE": st.integers(0, 100)}),
    min_size=1,
    max_size=5,
)
VALUES = st.one_of(
    st.tuples(st.just(question("text")), TEXTS),
    st.tuples(
        st.just(question("date")),
        st.dates(date(1900, 1, 1), date(2999, 12, 31)).map(date.isoformat),
    ),
    st.tuples(
        st.just(question("date8")),
        st.dates(date(1900, 1, 1), date(2999, 12, 31)).map(
            lambda day: day.isoformat().replace("-", "")
        ),
    ),
    st.tuples(
        st.just(question("datetime")),
        st.datetimes(datetime(1900, 1, 1), datetime(2999, 12, 31)).map(  # noqa: DTZ001
            lambda moment: moment.isoformat(timespec="minutes")
        ),
    ),
    st.tuples(st.just(question("number")), st.integers(-(10**9), 10**9)),
    st.tuples(st.just(question("yes_no")), st.booleans()),
    st.tuples(st.just(question("choice", choices=SEXES)), st.sampled_from("12")),
    st.tuples(
        st.just(question("choices", choices=SEXES)),
        st.lists(st.sampled_from("12"), min_size=1, unique=True),
    ),
    st.tuples(st.just(question("lines")), st.lists(TEXTS, min_size=1)),
    st.tuples(
        st.just(question("numbers")),
        st.lists(st.integers(-(10**9), 10**9), min_size=1),
    ),
    st.tuples(st.just(LIST), ROWS),
)


@given(VALUES)
def test_a_value_written_into_boxes_is_read_back(pair):
    asked, value = pair

    assert parse(asked, "f1", written(asked, "f1", value)) == value


@pytest.mark.parametrize(
    ("input_", "typed", "value"),
    [
        ("text", "  陈思禾 ", "陈思禾"),
        ("digits", "４２０１１６ １９９６０３１２ ２４６x", "42011619960312246X"),
        ("phone", "138 0719 0318", "13807190318"),
        ("phone", "+86 138-0719-0318", "13807190318"),
        ("phone", "０２７－６１００１２３４", "027-61001234"),
        ("digits", "420116–19960312–246x", "42011619960312246X"),
        ("digits", "c1234567(8)", "C1234567(8)"),
        ("digits", "2026年12月1日", "20261201"),
        ("digits", "2026-12-31", "20261231"),
        ("digits", "-", "-"),
        ("number", "１，０００", 1000),
        ("number", "3.50", 3.5),
        ("number", "12.0", 12),
        ("paragraph", "一\r\n二", "一\n二"),
        ("lines", " 甲 \r\n\r\n乙", ["甲", "乙"]),
        ("numbers", "１\n2.5", [1, 2.5]),
        ("numbers", "1\n\n两", Problem("line", limit=3)),
        ("lines", " \n ", ABSENT),
        ("text", "   ", ABSENT),
    ],
)
def test_what_people_type_is_taken_kindly(input_, typed, value):
    assert parse(question(input_), "f1", {"f1": [typed]}) == value


@pytest.mark.parametrize(
    ("unit", "typed", "value"),
    [
        ("周", "39周", 39),
        ("厘米", "50 cm", 50),
        ("周岁", "30岁", 30),
        ("万元", "１００万", 100),
        ("%", "5％", 5),
        ("元", "100万", Problem("number")),
        ("克", "3.2千克", Problem("number")),
    ],
)
def test_a_number_may_carry_its_own_unit_and_no_other(unit, typed, value):
    asked = question("number", unit={"zh-CN": unit})

    assert parse(asked, "f1", {"f1": [typed]}) == value


def test_the_boxes_of_a_date_may_carry_their_units():
    posted = {"f1-y": ["2026年"], "f1-m": ["11月"], "f1-d": ["４号"]}

    assert parse(question("date"), "f1", posted) == "2026-11-04"


@pytest.mark.parametrize("typed", ["1_000", "NaN", "1e5", "三", "12,34", "--1"])
def test_what_is_no_number_stays_a_problem(typed):
    assert parse(question("number"), "f1", {"f1": [typed]}) == Problem("number")


@pytest.mark.parametrize("digits", [16, 24, 400])
def test_a_number_too_long_to_count_with_is_a_problem(digits):
    for typed in ("9" * digits, "9" * (digits - 1) + ".0"):
        assert parse(question("number"), "f1", {"f1": [typed]}) == Problem("number")

    assert parse(question("number"), "f1", {"f1": ["9" * 15]}) == 10**15 - 1


@pytest.mark.parametrize(
    ("box", "problem"),
    [
        ("y", Problem("date_year", "y")),
        ("m", Problem("date_part_number", "m")),
        ("d", Problem("date_part_number", "d")),
    ],
)
def test_a_box_of_a_date_with_digits_without_end_is_a_problem(box, problem):
    posted = {"f1-y": ["2026"], "f1-m": ["11"], "f1-d": ["4"]}
    posted[f"f1-{box}"] = ["1" * 5000]

    assert parse(question("date"), "f1", posted) == problem


@pytest.mark.parametrize(
    "pasted",
    ["2026-11-04", "2026年11月4日", "2026/11/4", "20261104", "２０２６．１１．４"],
)
def test_a_whole_date_may_be_pasted_into_the_first_box(pasted):
    assert parse(question("date"), "f1", {"f1-y": [pasted]}) == "2026-11-04"


@pytest.mark.parametrize(
    ("boxes", "problem"),
    [
        (("2026", "11", "31"), Problem("date_day", "d", (11, 30))),
        (("2026", "13", "1"), Problem("date_month", "m")),
        (("26", "11", "1"), Problem("date_year", "y")),
        (("2026", "", "1"), Problem("date_part_missing", "m")),
        (("2026", "十", "1"), Problem("date_part_number", "m")),
    ],
)
def test_a_date_that_is_none_names_the_box(boxes, problem):
    posted = {f"f1-{box}": [text] for box, text in zip("ymd", boxes, strict=True)}

    assert parse(question("date"), "f1", posted) == problem


def test_rows_go_by_their_hidden_id_and_empty_ones_are_left_out():
    posted = {
        "f1": ["r0", "r2", "r5"],
        "f1-r0-c1": ["甲"],
        "f1-r2-c1": [" "],
        "f1-r5-c1": ["乙"],
        "f1-r5-c2": ["40"],
    }

    assert parse(LIST, "f1", posted) == [{"NAME": "甲"}, {"NAME": "乙", "SHARE": 40}]


def test_of_a_row_that_cannot_be_read_the_rest_is_kept():
    posted = {"f1": ["r0"], "f1-r0-c1": ["甲"], "f1-r0-c2": ["四成"]}

    assert parse(LIST, "f1", posted) == Problem("row", rest=[{"NAME": "甲"}])


def test_more_rows_than_a_page_can_hold_are_a_problem_and_none_is_cut():
    count = fields.MOST_ROWS + 1
    posted = {"f1": [f"r{n}" for n in range(count)]}
    posted |= {f"f1-r{n}-c1": ["甲"] for n in range(count)}

    found = parse(LIST, "f1", posted)

    assert found.code == "too_many_rows"
    assert len(found.rest) == count


def test_of_rows_without_end_no_more_are_read_than_say_that_there_are_too_many():
    posted = {"f1": [f"r{n}" for n in range(1000)]}

    assert len(fields.rows(LIST, "f1", posted)) == fields.MOST_ROWS + 1


def test_what_was_posted_is_sorted_once_by_question():
    found = fields.by_question({"f1": ["r0"], "f1-r0-c1": ["甲"], "f11": ["乙"]})

    assert dict(found.getlist("f1")) == {"f1": ("r0",), "f1-r0-c1": ("甲",)}
    assert dict(found.getlist("f11")) == {"f11": ("乙",)}


def test_a_name_of_many_parts_is_not_sorted_without_end():
    assert len(fields.by_question({"-" * 100_000: ["x"]})) < 10


def test_a_choice_nobody_offered_is_a_problem():
    asked = question("choice", choices=SEXES)

    assert parse(asked, "f1", {"f1": ["9"]}) == Problem("choice")


@pytest.mark.parametrize("name", ["data", "errors", "validate", "process", "_x", "a-b"])
def test_no_name_can_hide_a_part_of_the_form(name):
    asked = Question(
        pointer="/facts/x:y",
        name=name,
        label={"zh-CN": "某项"},
        input="text",
        sensitivity="general",
    )

    found = read(build([asked]), {name: ["值"]})

    assert found[name].value == "值"
