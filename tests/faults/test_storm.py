"""A short storm, and the proof that a storm finds what it is for."""

from random import Random

import pytest

from tests.faults import storm
from tests.faults.found import Place

SEED = 11


@pytest.mark.slow
def test_nothing_is_lost_or_invented_when_web_and_worker_are_killed(tmp_path):
    place = Place(tmp_path, Random(SEED), SEED)
    found = storm.kill_storm(place, count=100, kills=6, pause=storm.FASTER)

    assert found.faults == []


@pytest.mark.slow
def test_a_storm_finds_both_planted_bugs(tmp_path):
    found = storm.mutants(Place(tmp_path, Random(SEED), SEED), count=100, kills=10)

    assert found.faults == []
