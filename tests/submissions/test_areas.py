from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from submissions import areas
from submissions.areas import nearest, normal
from submissions.errors import AreaListError

CODES = st.sampled_from([2, 4, 6, 9, 12]).flatmap(
    lambda length: st.text("0123456789", min_size=length, max_size=length)
)


@given(CODES)
def test_the_areas_around_a_place_are_its_own_prefixes_the_nearest_first(code):
    around = nearest(code)

    assert around[0] == code
    assert all(code.startswith(each) for each in around)
    assert sorted(around, key=len, reverse=True) == around
    assert around[-1] == ""


@given(CODES)
def test_a_code_written_long_is_the_same_area(code):
    short = normal(code)

    assert normal(short) == short
    assert code.startswith(short)
    assert all(normal(code.ljust(n, "0")) == short for n in (6, 12) if n >= len(code))


@pytest.mark.parametrize("text", ["", "4", "42011", "4201160020011", "４２", "42 "])
def test_what_is_no_code_is_none(text):
    assert normal(text) == ""


LIST = ["code,name", "42,Hubei", "4201,Wuhan", "420116,Huangpi", "11,Beijing"]


def test_a_newer_list_replaces_the_provinces_it_names(store, clock):
    def load(lines):
        return areas.load(store, lines, now=clock.text, by="test")

    assert load(LIST) == 4
    assert load(["name,code", "Hubei,42", "Ezhou,4207"]) == 2

    assert areas.provinces(store) == {"42": "Hubei", "11": "Beijing"}
    assert areas.known(store, "42") == {"42": "Hubei", "4207": "Ezhou"}


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ([], "Line 1: the first line must name"),
        (["code;name", "42;Hubei"], "Line 1: the first line must name"),
        ([*LIST, "420,x"], "Line 6: '420' is no code"),
        ([*LIST, "4202,"], "Line 6: '4202' is no code of 2, 4, 6, 9 or 12"),
        ([*LIST, "4202"], "Line 6: '4202' is no code"),
        ([*LIST, "420116002,town", "420117002,town"], "Line 7: 420117002 lies in"),
        ([*LIST, "420100,Other"], "Line 6: 4201 has another name in line 3"),
    ],
)
def test_a_list_that_is_wrong_is_refused_as_a_whole(store, clock, lines, said):
    with pytest.raises(AreaListError) as refused:
        areas.load(store, lines, now=clock.text, by="test")

    assert said in str(refused.value)
    assert areas.provinces(store) == {}


@pytest.mark.parametrize(
    ("said", "area"),
    [
        ("420115", "420115"),
        ("420100000000", "4201"),
        ("Wuhan", "420116"),
        (None, "420116"),
    ],
)
def test_the_area_is_what_the_affair_says_in_the_answers(city, said, area):
    form = replace(city.published.form, area_from="company:area")
    facts = {} if said is None else {"company:area": said}

    assert areas.of_answers(form, {"facts": facts}) == area
    assert areas.of_answers(city.published.form, {"facts": facts}) == "420116"
