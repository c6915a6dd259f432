"""JSON Pointers: names survive, and nothing is found where nothing is."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder import pointer

NAMES = st.lists(st.text(), max_size=5).map(tuple)


@given(NAMES)
def test_names_survive_being_joined_and_split(names):
    assert pointer.parts(pointer.join(names)) == names


def test_a_pointer_begins_with_a_slash():
    with pytest.raises(ValueError, match="starts with"):
        pointer.parts("facts/x")


@given(st.lists(st.text(), min_size=1, max_size=4), st.integers())
def test_what_was_put_is_there_until_it_is_removed(names, value):
    document = {}
    pointer.put(document, names, value)

    assert pointer.get(document, names) == value

    pointer.remove(document, names)

    assert pointer.get(document, names) is pointer.ABSENT


def test_null_is_a_value_and_a_missing_member_is_not():
    assert pointer.get({"a": None}, ["a"]) is None
    assert pointer.get({"a": None}, ["b"]) is pointer.ABSENT


def test_rows_are_found_by_their_number():
    document = {"rows": [{"n": 1}, {"n": 2}]}

    assert pointer.get(document, ["rows", "1", "n"]) == 2
    assert pointer.get(document, ["rows", "2", "n"]) is pointer.ABSENT
    assert pointer.get(document, ["rows", "-1"]) is pointer.ABSENT


def test_removing_what_is_not_there_changes_nothing():
    document = {"a": {"b": 1}}

    pointer.remove(document, ["x", "y"])

    assert document == {"a": {"b": 1}}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inside: st.lists(inside) | st.dictionaries(st.text(), inside),
    max_leaves=8,
)


@given(st.dictionaries(st.text(), JSON))
def test_a_copy_is_the_same_and_shares_nothing_that_can_change(document):
    before = json.dumps(document)
    copy = pointer.copied(document)

    assert copy == document
    for held in holders(copy):
        held.clear()
    assert json.dumps(document) == before


def holders(value):
    """Every list and object in a value, the innermost first."""
    if isinstance(value, dict | list):
        for inside in value.values() if isinstance(value, dict) else value:
            yield from holders(inside)
        yield value
