"""A clock that was ahead holds nothing up for longer than it must."""

from submissions.clock import later
from submissions.delivery import far_off
from submissions.delivery.schedule import LONGEST


def test_what_was_put_off_by_a_clock_years_ahead_is_due_again(city, office):
    city.connect_all("https://example.org")
    city.apply()
    years, now = later(city.clock.text, 1e8), city.clock.text

    def ahead(found):
        police, market = found["deliveries"]
        soon = market | {"due_at": later(now, LONGEST)}
        lease = {"owner": "w0", "token": "t"}
        late = [police | {"due_at": years}, soon]
        return found | {"deliveries": late, "wake_at": years, "lease": lease}

    city.store.update("submissions", "s_one", ahead)
    assert city.worker(office).run_once() == 0

    assert far_off.make_due(city.store, now=now) == 1

    assert city.worker(office).run_once() == 1
    assert [d["state"] for d in city.submission()["deliveries"]] == ["done", "pending"]
    assert far_off.make_due(city.store, now=now) == 0


def test_an_event_of_a_time_to_come_goes_into_the_feed_and_is_counted_once(
    city, office
):
    city.accept(city.draft("s_one"))
    years, now = later(city.clock.text, 1e8), city.clock.text

    def ahead(found):
        events = [{**each, "at": years} for each in found["events"]]
        return found | {"deliveries": [], "events": events, "wake_at": years}

    city.store.update("submissions", "s_one", ahead)

    assert far_off.make_due(city.store, now=now) == 1
    assert far_off.make_due(city.store, now=now) == 0

    assert city.worker(office).run_once() == 1
    assert all("fed" in each for each in city.submission()["events"])


def test_an_endpoint_shut_for_years_is_tried(city, office):
    id_ = city.connect("police", "https://example.org")
    shut = {"open_until": later(city.clock.text, 1e8), "wake_at": "2036"}
    city.store.update("endpoints", id_, lambda found: found | shut)
    city.apply()

    assert far_off.make_due(city.store, now=city.clock.text) == 1
    city.worker(office).run_once()

    [delivery] = city.submission()["deliveries"]
    assert delivery["state"] == "done"
