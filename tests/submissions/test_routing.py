import pytest

from submissions import endpoints, log, outbound, routing
from submissions.areas import nearest
from submissions.delivery import history, webhook
from submissions.errors import ForbiddenAddressError, Missing
from submissions.progress import progress
from submissions.routing import endpoints_for


def areas(city, department, area):
    return [e.area for e in endpoints_for(city.store, department, area)]


def test_the_nearest_area_with_an_endpoint_wins(city):
    for area in ("", "42", "4201", "420116"):
        city.connect("tax", "https://tax.example.org", area)
    city.connect("police", "https://police.example.org", "42")

    assert areas(city, "tax", "420116") == ["420116"]
    assert areas(city, "tax", "420116002001") == ["420116"]
    assert areas(city, "tax", "420115") == ["4201"]
    assert areas(city, "tax", "421000") == ["42"]
    assert areas(city, "tax", "110101") == [""]
    assert areas(city, "police", "110101") == []
    assert areas(city, "fund", "420116") == []


def test_all_endpoints_of_the_nearest_area_receive(city):
    city.connect("tax", "https://one.example.org")
    city.connect("tax", "https://two.example.org")

    assert areas(city, "tax", "420116") == ["", ""]
    assert len({e.url for e in endpoints.every(city.store)}) == 2


def test_areas_around_a_village():
    assert nearest("420116002001") == [
        "420116002001",
        "420116002",
        "420116",
        "4201",
        "42",
        "",
    ]
    assert nearest("42") == ["42", ""]
    assert nearest("") == [""]


def test_without_an_endpoint_a_part_waits_for_one_and_the_log_says_so(city):
    city.connect("market", "https://market.example.org")

    submission = city.apply()

    assert city.states()["seal"] == "ready"
    assert "undelivered:police" in submission["tags"]
    said = [e for e in submission["log"] if e["what"] == "no_endpoint"]
    assert [e["detail"]["part"] for e in said] == [city.part("seal")["id"]]


def test_what_is_for_a_desk_has_arrived_and_is_never_sent(city, office):
    waited = city.apply("s_before")
    assert "undelivered:police" in waited["tags"]

    def open_desk(area):
        asked = {"department": "police", "area": area, "now": city.clock.text}
        return routing.open_desk(city.store, **asked, new_id=city.new_id)

    desk = open_desk("")
    city.connect("market", "https://market.example.org")
    city.clock.pass_(seconds=5)
    city.apply()

    assert open_desk("") == desk
    for id_ in ("s_before", "s_one"):
        part, found = city.part("seal", id_), city.submission(id_)
        assert "undelivered:police" not in found["tags"]
        (told,) = [d for d in found["deliveries"] if d["part"] == part["id"]]
        assert (told["state"], told["endpoint"]) == ("done", desk)
        steps = {s.matter: s.state for s in progress(found, city.published.form).steps}
        assert steps["seal"] == "delivered"
        assert [e["what"] for e in found["log"]].count("delivery.done") == 1

    while city.worker(office).run_once():
        pass
    assert {url for url, _, _ in office.came} == {"https://market.example.org"}
    everything = history.Selection()
    now = city.clock.text
    assert history.replay(city.store, everything, now=now, by="test") == 2
    while city.worker(office).run_once():
        pass
    assert {url for url, _, _ in office.came} == {"https://market.example.org"}
    assert log.first_broken(city.submission()["log"]) is None


def test_a_desk_that_was_broken_off_while_it_opened_is_finished_by_opening_it(city):
    city.apply()
    asked = {"department": "police", "area": "", "now": city.clock.text}
    asked |= {"new_id": city.new_id}
    desk = endpoints.add_desk(city.store, **asked)
    assert "undelivered:police" in city.submission()["tags"]

    assert routing.open_desk(city.store, **asked) == desk

    assert "undelivered:police" not in city.submission()["tags"]


def test_an_endpoint_that_comes_later_picks_up_what_waited(city):
    city.apply()
    assert "wake_at" not in city.submission()
    city.clock.pass_(days=1)

    endpoint = city.connect("police", "https://police.example.org")

    submission = city.submission()
    assert [(d["part"], d["endpoint"]) for d in submission["deliveries"]] == [
        (city.part("seal")["id"], endpoint)
    ]
    assert submission["wake_at"] == city.clock.text
    assert [t for t in submission["tags"] if t.startswith("undelivered")] == [
        "undelivered:market"
    ]


def test_an_endpoint_that_comes_while_a_submission_is_written_picks_it_up(city):
    """The endpoint saw no submission, the submission saw no endpoint."""
    draft = city.draft()
    insert = city.store.insert

    def slow_insert(collection, document):
        if collection == "submissions":
            assert "undelivered:police" in document["tags"]
            city.store.insert = insert
            city.connect("police", "https://police.example.org")
        insert(collection, document)

    city.store.insert = slow_insert
    city.accept(draft)

    assert [d["department"] for d in city.submission()["deliveries"]] == ["police"]


def test_an_endpoint_elsewhere_picks_nothing_up(city):
    before = city.apply()

    city.connect("police", "https://police.example.org", "11")

    assert city.submission() == before


@pytest.mark.parametrize(
    "where", ["ftp://example.org", "https://", "nowhere", "https://me:pw@example.org"]
)
def test_what_is_no_address_is_refused(city, where):
    with pytest.raises(ForbiddenAddressError, match="https address"):
        city.connect("tax", where)

    assert endpoints.every(city.store) == []


def test_what_is_no_secret_is_refused(city):
    with pytest.raises(ValueError, match="whsec_"):
        endpoints.add(
            city.store,
            department="tax",
            area="",
            url="https://example.org",
            secret="geheim",
            now=city.clock.text,
        )


@pytest.fixture
def gone(city, office):
    """A submission whose police said 410, so that its part is parked."""
    city.connect("market", "https://market.example.org")
    police = city.connect("police", "https://police.example.org")
    city.apply()
    answers = {"https://police.example.org": 410}

    def post(url, headers, body, **more):
        office(url, headers, body, **more)
        return outbound.Result(status=answers.get(url, 204))

    city.worker(post).run_once()
    assert sent(city, "police") == [(police, "parked")]
    return police


def sent(city, department):
    return [
        (delivery["endpoint"], delivery["state"])
        for delivery in city.submission()["deliveries"]
        if delivery["department"] == department
    ]


@pytest.mark.usefixtures("gone")
def test_what_is_parked_is_tagged_as_undelivered(city):
    assert "undelivered:police" in city.submission()["tags"]
    assert "undelivered:market" not in city.submission()["tags"]


def test_a_new_endpoint_picks_up_what_is_parked(city, gone, office):
    new = city.connect("police", "https://new.example.org")

    assert sent(city, "police") == [(gone, "parked"), (new, "pending")]
    city.worker(office).run_once()
    assert office.came[-1][0] == "https://new.example.org"
    assert "undelivered:police" not in city.submission()["tags"]


def test_resume_sends_what_was_parked_for_the_endpoint(city, gone, office):
    city.clock.pass_(days=1)

    resumed = routing.resume(city.store, gone, now=city.clock.text)

    assert resumed == 1
    assert endpoints.get(city.store, gone).state == "active"
    assert city.submission()["wake_at"] == city.clock.text
    city.worker(office).run_once()
    assert sent(city, "police") == [(gone, "done")]
    assert "undelivered:police" not in city.submission()["tags"]
    assert log.first_broken(city.submission()["log"]) is None


def test_resume_sends_nothing_twice(city, gone):
    new = city.connect("police", "https://new.example.org")

    assert routing.resume(city.store, gone, now=city.clock.text) == 0
    assert sent(city, "police") == [(gone, "parked"), (new, "pending")]


def test_a_part_that_cannot_be_sent_goes_to_the_endpoint_that_is_left(city, office):
    city.connect("police", "https://one.example.org", "4201")
    two = city.connect("police", "https://two.example.org", "42")
    city.apply()
    office.answers = [410]
    city.worker(office).run_once()

    assert sent(city, "police")[1:] == [(two, "pending")]


def test_an_active_endpoint_is_preferred_to_a_nearer_one_that_is_paused(city):
    far = city.connect("tax", "https://far.example.org", "42")
    near = city.connect("tax", "https://near.example.org", "420116")
    endpoints.pause(city.store, near)

    assert areas(city, "tax", "420116") == ["42"]
    endpoints.pause(city.store, far)
    assert areas(city, "tax", "420116") == ["420116"]


def test_removing_an_endpoint_sends_what_was_on_its_way_elsewhere(city, office):
    old = city.connect("police", "https://old.example.org", "4201")
    new = city.connect("police", "https://new.example.org", "42")
    city.apply()

    routing.remove(city.store, old, now=city.clock.text)

    assert sent(city, "police") == [(old, "parked"), (new, "pending")]
    assert [e.id for e in endpoints.every(city.store)] == [new]
    city.worker(office).run_once()
    assert sent(city, "police") == [(old, "parked"), (new, "done")]


def test_removing_the_last_endpoint_lets_parts_wait_for_another(city):
    only = city.connect("police", "https://old.example.org")
    city.apply()

    routing.remove(city.store, only, now=city.clock.text)

    assert "undelivered:police" in city.submission()["tags"]
    assert "wake_at" not in city.submission()


@pytest.mark.parametrize("what", [routing.resume, routing.remove])
def test_an_endpoint_that_is_not_there_is_said(city, what):
    with pytest.raises(Missing, match="e_none"):
        what(city.store, "e_none", now=city.clock.text)


def test_an_endpoint_remembers_who_added_it(city):
    secret = webhook.new_secret(bytes)
    id_ = endpoints.add(
        city.store,
        department="tax",
        area="",
        url="https://tax.example.org",
        secret=secret,
        now=city.clock.text,
        by="yibiao demo",
    )

    assert endpoints.get(city.store, id_).by == "yibiao demo"
