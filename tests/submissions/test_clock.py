from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from submissions import clock

MOMENTS = st.datetimes(
    datetime(1970, 1, 1),  # noqa: DTZ001 - the zone is drawn too
    datetime(9990, 1, 1),  # noqa: DTZ001
    timezones=st.sampled_from([UTC, timezone(timedelta(hours=8))]),
)


@given(MOMENTS, MOMENTS)
def test_text_order_is_time_order(one, other):
    texts = clock.utc_text(one), clock.utc_text(other)

    assert len(texts[0]) == len(texts[1])
    if one < other:
        assert texts[0] <= texts[1]


@given(MOMENTS)
def test_a_time_comes_back_to_the_millisecond(moment):
    passed = moment - clock.parse(clock.utc_text(moment))

    assert timedelta(0) <= passed < timedelta(milliseconds=1)


def test_a_time_in_china_is_written_in_utc():
    noon = datetime(2026, 11, 22, 12, tzinfo=timezone(timedelta(hours=8)))

    assert clock.utc_text(noon) == "2026-11-22T04:00:00.000Z"
    assert clock.later(clock.utc_text(noon), 1.5) == "2026-11-22T04:00:01.500Z"


def test_a_time_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="zone"):
        clock.utc_text(datetime(2026, 11, 22))  # noqa: DTZ001


def test_now_has_a_zone():
    assert clock.utc_now().tzinfo is UTC
