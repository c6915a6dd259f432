"""What an operator sees of everything at once."""

from submissions.delivery.history import Selection, deliveries
from submissions.standing import standing
from submissions.store import contract


def test_parts_are_counted_by_department_and_state(city, office, monkeypatch):
    monkeypatch.setattr(contract, "PAGE", 2)
    city.connect("market", "https://market.example.org")
    for number in range(5):
        city.apply(f"s_{number}")
    office.answers = [410]
    city.worker(office).run_once()

    found = standing(city.store)

    assert list(found) == ["fund", "market", "police", "tax"]
    assert found["market"] == {"parked": 1, "sending": 4}
    assert found["police"] == {"no_endpoint": 5}
    assert found["tax"] == found["fund"] == {"waiting": 5}


class Counting:
    """A store that notes which submissions are read."""

    def __init__(self, store):
        self._store, self.read = store, []

    def __getattr__(self, name):
        return getattr(self._store, name)

    def every(self, *asked):
        for found in self._store.every(*asked):
            self.read.append(found["_id"])
            yield found


def test_what_was_completed_long_ago_is_not_even_read(city, office):
    city.connect_all("https://example.org")
    for number in range(4):
        city.apply(f"s_{number}")
        city.worker(office).run_once()
    city.apply("s_last")
    for id_ in ("s_0", "s_1", "s_2"):
        city.store.update("submissions", id_, lambda s: {**s, "status": "completed"})
    status, log = Counting(city.store), Counting(city.store)

    standing(status)
    found = {d["submission"] for d in deliveries(log, Selection(state="pending"))}

    assert set(status.read) == {"s_3", "s_last"}
    assert set(log.read) == found == {"s_last"}


def test_what_is_completed_is_not_counted(city):
    city.apply()
    city.store.update("submissions", "s_one", lambda s: {**s, "status": "completed"})

    assert standing(city.store) == {}
