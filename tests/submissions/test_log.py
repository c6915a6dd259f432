import copy
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from submissions import log
from submissions.ids import new_id


def history(count):
    entries = []
    for number in range(count):
        at = f"2026-11-22T03:04:0{number}.000Z"
        entries = log.append(entries, at=at, who="tax", what="decided", part=number)
    return entries


def test_an_untouched_log_is_whole():
    assert log.first_broken([]) is None
    assert log.first_broken(history(5)) is None


def test_appending_leaves_the_log_before_as_it_was():
    before = history(2)
    kept = copy.deepcopy(before)
    log.append(before, at="x", who="y", what="z")

    assert before == kept


@given(st.integers(0, 4), st.sampled_from(["at", "who", "what", "detail", "hash"]))
def test_a_changed_entry_shows(place, key):
    entries = copy.deepcopy(history(5))
    entries[place][key] = {"part": 99} if key == "detail" else "changed"

    assert log.first_broken(entries) == place


def test_a_removed_or_moved_entry_shows():
    whole = history(5)

    assert log.first_broken(whole[:2] + whole[3:]) == 2
    relinked = [*whole[:2], whole[3] | {"prev_hash": whole[1]["hash"]}, whole[4]]
    assert log.first_broken(relinked) == 2
    assert log.first_broken([whole[0], whole[2], whole[1], *whole[3:]]) == 1


@pytest.mark.parametrize("prefix", ["p", "m", "s"])
def test_new_ids_are_long_plain_and_never_the_same(prefix):
    made = {new_id(prefix) for _ in range(200)}

    assert len(made) == 200
    assert all(re.fullmatch(prefix + "_[A-Za-z0-9]{22}", each) for each in made)
