"""A case is rated once, when everything in it is decided."""

import pytest

from submissions import rating


@pytest.fixture
def done(city):
    city.apply()
    city.store.update("submissions", "s_one", lambda s: {**s, "status": "completed"})
    return city


def rate(city, level="good", text=""):
    return rating.rate(city.store, "s_one", level, text, now=city.clock.text)


def test_the_first_rating_stays_and_its_text_is_in_no_log(done):
    first = rate(done, "bad", "等了很久")
    second = rate(done, "very_good")

    assert first["rating"]["level"] == "bad"
    assert second == first
    assert first["log"][-1]["what"] == "rated"
    assert "等了很久" not in str(first["log"])


def test_what_is_not_decided_is_not_rated(city):
    before = city.apply()

    assert rate(city) == before


def test_ratings_are_counted_with_those_that_are_missing(done):
    done.apply("s_two")
    done.store.update("submissions", "s_two", lambda s: {**s, "status": "completed"})
    done.apply("s_three")

    rate(done)

    assert rating.ratings(done.store) == {"founding": {"good": 1, "unrated": 1}}
