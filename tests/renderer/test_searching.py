"""Choices are found by what people type."""

import time

from hypothesis import given
from hypothesis import strategies as st

from builder.model import Choice
from renderer.searching import called, found, plain

STREETS = [
    Choice(value=f"{n:06}", label={"zh-CN": f"第{n}街道", "en": f"Street {n}"})
    for n in range(4000)
]
texts = st.text(alphabet="abAB街道12 １", max_size=6)


def values(choices):
    return [choice.value for choice in choices]


@given(st.integers(0, 3999), st.sampled_from(["zh-CN", "en", "code"]))
def test_each_of_4000_is_the_first_found_by_its_name_or_code(n, by):
    choice = STREETS[n]
    typed = choice.value if by == "code" else choice.label[by]

    assert found(STREETS, typed)[0] == choice
    assert called(STREETS, typed) == [choice]


@given(texts)
def test_what_is_found_holds_every_word_and_nothing_else_does(typed):
    words = plain(typed).split()

    def holds(choice):
        names = [plain(t) for t in (*choice.label.values(), choice.value)]
        return all(any(word in name for name in names) for word in words)

    assert set(values(found(STREETS, typed))) == {
        choice.value for choice in STREETS if holds(choice)
    }


def test_nothing_typed_finds_everything_in_its_order():
    assert found(STREETS, " ") == STREETS


def test_what_begins_so_stands_before_what_only_holds_it():
    listed = [
        Choice(value=name, label={"zh-CN": name})
        for name in ("大武汉市", "武汉市黄陂区", "武汉市")
    ]

    assert values(found(listed, "武汉市")) == ["武汉市", "武汉市黄陂区", "大武汉市"]


def test_width_case_and_gaps_do_not_count():
    assert values(found(STREETS, "ＳＴＲＥＥＴ　１２３４")) == ["001234"]
    assert values(found(STREETS, "1234 street")) == ["001234"]


def test_two_of_one_name_are_not_taken_for_each_other():
    twins = [Choice(value=code, label={"zh-CN": "朝阳区"}) for code in ("11", "22")]

    assert len(called(twins, "朝阳区")) == 2


def test_4000_are_searched_in_the_time_of_a_page():
    began = time.process_time()

    found(STREETS, "street 39")

    assert time.process_time() - began < 0.5
