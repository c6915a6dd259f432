"""What an operator sees of everything at once."""

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


def test_what_is_completed_is_not_counted(city):
    city.apply()
    city.store.update("submissions", "s_one", lambda s: {**s, "status": "completed"})

    assert standing(city.store) == {}
