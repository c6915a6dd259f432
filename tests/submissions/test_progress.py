import pytest

from submissions.progress import by_owner, by_resume_hash, progress


@pytest.fixture
def applied(city):
    city.connect_all("https://example.org")
    city.apply(owner="person:1")
    return city


def states(city):
    view = progress(city.submission(), city.published.form)
    return {step.matter: step.state for step in view.steps}


def test_progress_says_that_a_department_cannot_be_reached_any_more(applied, office):
    office.answers = [410, 410]
    applied.worker(office).run_once()

    assert states(applied)["seal"] == "parked"
    applied.connect("police", "https://new.example.org")
    assert states(applied)["seal"] == "sending"
    applied.worker(office).run_once()
    assert states(applied)["seal"] == "delivered"


def test_a_submission_is_found_by_its_person_and_by_its_resume_code(applied):
    applied.clock.pass_(minutes=1)
    applied.apply("s_two", owner="person:1")

    mine = [each["_id"] for each in by_owner(applied.store, "person:1")]
    assert mine == ["s_two", "s_one"]
    assert by_owner(applied.store, "person:2") == []
    assert by_resume_hash(applied.store, "hash of s_two")["_id"] == "s_two"
    assert by_resume_hash(applied.store, "hash") is None
