"""Lenses: what they write they read back, and what they cannot say they refuse."""

from datetime import date

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
