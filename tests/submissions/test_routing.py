import pytest

from submissions import routing
from submissions.errors import ForbiddenAddressError
from submissions.routing import endpoints_for, nearest


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
    assert len({e.url for e in routing.endpoints(city.store)}) == 2


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

    assert routing.endpoints(city.store) == []


def test_what_is_no_secret_is_refused(city):
    with pytest.raises(ValueError, match="whsec_"):
        routing.add_endpoint(
            city.store,
            department="tax",
            area="",
            url="https://example.org",
            secret="geheim",
            now=city.clock.text,
        )
