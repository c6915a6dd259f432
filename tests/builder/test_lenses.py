"""Lenses: what they write they read back, and what they cannot say they refuse."""

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder import lenses
from builder.lenses import UndefinedError
from builder.model import IDENTITY, Lens

DATES = st.dates(min_value=date(1, 1, 1)).map(date.isoformat)
TIMES = st.tuples(DATES, st.times()).map(
    lambda pair: f"{pair[0]}T{pair[1].strftime('%H:%M')}"
)
TABLE = Lens(kind="table", pairs=(("1", "男"), ("2", "女"), ("0", "性别不明")))


@pytest.mark.parametrize(
    "template", ["YYYY-MM-DD", "YYYYMMDD", "YYYY年M月D日", "YYYY.MM.DD", "D/M/YYYY"]
)
@given(value=DATES)
def test_a_date_that_is_written_is_read_back(template, value):
    lens = Lens(kind="date", template=template)

    assert lenses.put(lens, lenses.get(lens, value)) == value


@given(value=TIMES)
def test_a_time_that_is_written_is_read_back(value):
    lens = Lens(kind="date", template="YYYY-MM-DD HH:mm")

    assert lenses.put(lens, lenses.get(lens, value)) == value


@given(value=TIMES)
def test_a_one_way_template_drops_the_time_and_reads_nothing_back(value):
    lens = Lens(kind="date", template="YYYYMMDD", one_way=True)

    assert lenses.get(lens, value) == value[:10].replace("-", "")
    with pytest.raises(UndefinedError):
        lenses.put(lens, "20240131")


@pytest.mark.parametrize(
    ("template", "written"),
    [
        ("YYYYMMDD", "20240131"),
        ("YYYY-MM-DD", "2024-01-31"),
        ("YYYY年M月D日", "2024年1月31日"),
        ("YYYYMM", "202401"),
    ],
)
def test_each_department_gets_the_day_in_its_own_writing(template, written):
    assert lenses.get(Lens(kind="date", template=template), "2024-01-31") == written


@pytest.mark.parametrize("value", ["20249999", "2024-01-31", "", 20240131, None])
def test_what_no_date_could_have_written_is_not_read(value):
    with pytest.raises(UndefinedError):
        lenses.put(Lens(kind="date", template="YYYYMMDD"), value)


@pytest.mark.parametrize("value", ["2024", "31.1.2024", 5, None, "2024-01"])
def test_what_is_no_day_is_not_written_as_one(value):
    with pytest.raises(UndefinedError):
        lenses.get(Lens(kind="date", template="YYYYMMDD"), value)


@pytest.mark.parametrize("pair", TABLE.pairs)
def test_a_code_that_is_written_is_read_back(pair):
    assert lenses.get(TABLE, pair[0]) == pair[1]
    assert lenses.put(TABLE, pair[1]) == pair[0]


def test_a_code_the_department_does_not_know_is_refused_and_not_replaced():
    with pytest.raises(UndefinedError):
        lenses.get(TABLE, "9")


def test_one_is_not_true():
    lens = Lens(kind="table", pairs=((True, "yes"), (1, "one")))

    assert lenses.get(lens, 1) == "one"
    assert lenses.get(lens, True) == "yes"


@given(value=st.one_of(st.text(), st.integers(), st.booleans(), st.lists(st.text())))
def test_identity_changes_nothing(value):
    assert lenses.get(IDENTITY, value) == value
    assert lenses.put(IDENTITY, value) == value


def test_a_template_says_which_parts_it_writes():
    assert lenses.date_parts("YYYY年M月D日") == {"YYYY", "MM", "DD"}
    assert lenses.date_parts("YYYY-MM-DD HH:mm") == {"YYYY", "MM", "DD", "HH", "mm"}


ORG = Lens(kind="strip", separator="-", groups=(8, 1))
UNIT = Lens(kind="strip", separator=" ", groups=(6, 6, 7, 9))
PLATE = Lens(kind="affix", prefix="鄂", suffix="号")
UPPER = Lens(kind="upper", normalizes=True)
WAN = Lens(kind="scale", factor="0.0001")
LINE = Lens(kind="join", separator="|")

WRITABLE = {
    "affix": (PLATE, st.text()),
    "prefix": (Lens(kind="affix", prefix="+86 "), st.text()),
    "strip": (ORG, st.from_regex("[^-]{9}", fullmatch=True)),
    "strip that normalizes": (
        Lens(kind="strip", separator="..", groups=(2, 1), normalizes=True),
        st.text("a.", min_size=3, max_size=3).filter(lambda text: ".." not in text),
    ),
    "upper": (UPPER, st.text().filter(lambda text: lenses.upper(text) == text)),
    "join": (LINE, st.lists(st.text().filter(lambda t: "|" not in t), min_size=1)),
    "record": (Lens(kind="record"), st.dictionaries(st.text(), st.integers())),
}


@pytest.mark.parametrize(("lens", "values"), WRITABLE.values(), ids=WRITABLE)
@given(data=st.data())
def test_what_a_lens_writes_it_reads_back(lens, values, data):
    value = data.draw(values)

    assert lenses.put(lens, lenses.get(lens, value)) == value


TWO_WAY = {
    "affix": (PLATE, st.text("鄂A号", max_size=5)),
    "strip": (ORG, st.text("a-", max_size=12)),
    "upper": (Lens(kind="upper"), st.text("aAß", max_size=3)),
    "date": (
        Lens(kind="date", template="YYYYMD"),
        st.integers(20240101, 20241231).map(str),
    ),
    "date twice": (
        Lens(kind="date", template="YYYYMMDD/DD"),
        st.sampled_from(["20240101/01", "20240101/02"]),
    ),
    "scale": (WAN, st.floats()),
    "join": (LINE, st.text("a|", max_size=5)),
}


@pytest.mark.parametrize(("lens", "values"), TWO_WAY.values(), ids=TWO_WAY)
@given(data=st.data())
def test_what_a_lens_reads_it_would_write_the_same(lens, values, data):
    written = data.draw(values)
    try:
        value = lenses.put(lens, written)
    except UndefinedError:
        return

    assert lenses.same(lenses.get(lens, value), written)


NUMBERS = st.one_of(
    st.integers(),
    st.floats(),
    st.decimals(-(10**9), 10**9, places=2).map(float),
)
FACTORS = st.sampled_from(["0.0001", "10000", "0.01", "100", "1", "3", "0.7"])


@given(value=NUMBERS, factor=FACTORS)
def test_an_amount_that_can_be_written_is_read_back_to_the_last_digit(value, factor):
    lens = Lens(kind="scale", factor=factor)
    try:
        written = lenses.get(lens, value)
    except UndefinedError:
        return

    assert Fraction(repr(written)) == Fraction(repr(value)) * Fraction(factor)
    assert lenses.put(lens, written) == value


@given(value=st.integers(-(10**9), 10**9))
def test_every_whole_amount_up_to_a_billion_can_be_written_in_tens_of_thousands(value):
    written = lenses.get(WAN, value)

    assert isinstance(written, int) == (value % 10000 == 0)
    assert type(lenses.put(WAN, written)) is int


@pytest.mark.parametrize(
    ("factor", "value", "written"),
    [
        ("0.0001", 123456.78, 12.345678),
        ("0.1", 3, 0.3),  # 3 * 0.1 is 0.30000000000000004
        ("100", 19.99, 1999),  # 19.99 * 100 is 1998.9999999999998
        ("100", 1.1, 110),
    ],
)
def test_no_amount_has_the_error_of_binary_fractions(factor, value, written):
    found = lenses.get(Lens(kind="scale", factor=factor), value)

    assert (found, type(found)) == (written, type(written))


@pytest.mark.parametrize(
    ("lens", "value"),
    [
        (Lens(kind="scale", factor="0.0123"), 0.1234567890123457),  # 19 digits
        (WAN, 5e-324),
        (Lens(kind="scale", factor="0.7"), 2**53 + 1),
        (Lens(kind="scale", factor="10000"), 2**53),
        (WAN, float("nan")),
        (WAN, float("inf")),
        (WAN, True),
        (WAN, "100"),
        (UNIT, "411502001001GB00001F0001000"),
        (UNIT, "411502 001001GB00001F0001000"),
        (UNIT, 411502),
        (PLATE, 5),
        (UPPER, "11010519491231002x"),
        (LINE, ["湖北省", "武汉|市"]),
        (LINE, ["湖北省", 420100]),
    ],
)
def test_what_a_document_cannot_say_is_refused_and_never_rounded(lens, value):
    with pytest.raises(UndefinedError):
        lenses.get(lens, value)


@pytest.mark.parametrize(
    ("lens", "written"),
    [
        (PLATE, "鄂"),
        (Lens(kind="affix", prefix="aa", suffix="aa"), "aaa"),
        (PLATE, "京A1号"),
        (ORG, "12345678"),
        (ORG, "123456-789"),
        (Lens(kind="upper"), "x"),
        (UPPER, 5),
        (WAN, "12"),
        (Lens(kind="scale", factor="3"), 1),
        (LINE, 5),
        (Lens(kind="join", one_way=True), "湖北省武汉市"),
        (Lens(kind="date", template="MMDD"), "0131"),
    ],
)
def test_what_no_value_could_have_written_is_not_read(lens, written):
    with pytest.raises(UndefinedError):
        lenses.put(lens, written)


def test_only_what_normalizes_reads_another_writing_of_the_same():
    loose = Lens(kind="strip", separator=" ", groups=(2, 2), normalizes=True)

    assert lenses.put(loose, "1234") == "1234"
    assert lenses.put(UPPER, "11010519491231002x") == "11010519491231002X"
    with pytest.raises(UndefinedError):
        lenses.put(loose, "12 345")


def test_json_values_are_the_same_as_json_and_not_as_python():
    assert lenses.same(1, 1.0)
    assert not lenses.same(1, right=True)
    assert not lenses.same([1], [True])
    assert not lenses.same([1], [1, 1])
    assert not lenses.same({"a": 0}, {"a": False})
    assert not lenses.same({"a": 0}, {"b": 0})
    assert lenses.same({"a": [None]}, {"a": [None]})
    assert not lenses.same("1", 1)


def test_t01_the_day_goes_to_each_office_in_its_own_writing():
    aac006 = lenses.get(Lens(kind="date", template="YYYYMMDD"), "2024-01-31")

    assert aac006 == "20240131"
    assert lenses.get(Lens(kind="date", template="YYYY-MM-DD"), "2024-01-31") == (
        "2024-01-31"
    )
    with pytest.raises(UndefinedError):
        lenses.put(Lens(kind="date", template="YYYYMMDD"), 20240131)


def test_t02_sex_goes_out_in_words_and_unknown_is_not_unstated():
    lens = Lens(kind="table", pairs=(("1", "男"), ("0", "未知"), ("9", "未说明")))

    assert lenses.get(lens, "1") == "男"
    assert lenses.get(lens, "0") != lenses.get(lens, "9")


def test_t14_a_million_yuan_is_a_hundred_wan():
    assert lenses.get(WAN, 1000000) == 100
    assert lenses.put(WAN, 100) == 1000000


def test_t24_a_time_of_death_is_cut_to_the_day_and_no_time_is_made_up():
    certificate = Lens(kind="date", template="YYYY-MM-DD HH:mm")
    register = Lens(kind="date", template="YYYYMMDD", one_way=True)

    assert lenses.put(certificate, "2026-03-04 05:20") == "2026-03-04T05:20"
    assert lenses.get(register, "2026-03-04T05:20") == "20260304"
    with pytest.raises(UndefinedError):
        lenses.put(register, "20260304")
    with pytest.raises(UndefinedError):
        lenses.get(certificate, "2026-03-04")


def test_t32_a_unit_number_is_kept_whole_and_written_in_four_groups():
    stored = "411502001001GB00001F00010001"
    written = "411502 001001 GB00001 F00010001"

    assert lenses.get(UNIT, stored) == written
    assert lenses.put(UNIT, written) == stored


def test_t34_an_office_without_a_code_for_unknown_gets_no_other_code():
    fund = Lens(kind="table", pairs=(("1", "1"), ("2", "2"), ("9", "9")))
    birth = Lens(kind="table", pairs=(("1", "男"), ("2", "女"), ("0", "性别不明")))

    assert lenses.put(birth, "性别不明") == "0"
    with pytest.raises(UndefinedError):
        lenses.get(fund, "0")
