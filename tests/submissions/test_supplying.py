"""What was promised, or asked for again, is handed in after submitting."""

import json
from dataclasses import replace

import pytest

from submissions import files, log, supplying
from submissions.delivery import events
from submissions.errors import Conflict
from submissions.files.checking import Checked
from submissions.files.errors import UnusableFileError
from submissions.materials import MOST_PER_MATERIAL
from submissions.standing import standing
from submissions.supplying import Supply

LEASE = "licence:lease"


def paper(content=b"%PDF-1.4 the lease", name="lease.pdf"):
    return Checked(name=name, type="application/pdf", content=content)


def supply(city, *papers, material=LEASE, **more):
    brought = Supply(material=material, clean=papers or [paper()], who="applicant")
    city.clock.pass_(minutes=1)
    return supplying.supply(
        more.get("store", city.store),
        city.published,
        "s_one",
        brought,
        now=city.clock.text,
        new_id=city.new_id,
    )


@pytest.fixture
def promised(new_city):
    """A case whose lease was promised instead."""
    city = new_city("deferrable")
    draft = city.draft(promised=("tax:ledger",))
    city.accept(replace(draft, files=(), promised=(LEASE, "tax:ledger")))
    return city


def delivered(city, office):
    """The events that come to the departments now."""
    city.worker(office).run_once()
    came = [json.loads(body) for _url, _headers, body in office.came]
    office.came.clear()
    return came


def test_what_was_promised_comes_as_an_event_of_its_own(promised, office):
    promised.connect_all("https://example.org")
    part = promised.part("licence")
    both = delivered(promised, office)
    (ready,) = (each for each in both if each["data"]["part"] == part["id"])

    after = supply(promised)
    (event,) = delivered(promised, office)

    assert ready["data"]["materials"][0]["state"] == "promised"
    assert events.fault(event, "material.supplied") == ""
    assert event["type"] == "material.supplied"
    assert "document" not in event["data"]
    assert event["data"]["digest"] == part["digest"]
    assert event["data"]["seq"] > ready["data"]["seq"]
    (material,) = event["data"]["materials"]
    (file,) = material["files"]
    assert (material["id"], material["state"]) == ("lease", "supplied")
    assert (file["name"], file["sha256"]) == (
        "lease.pdf",
        promised.store.get("submissions", "s_one")["files"][-1]["sha256"],
    )
    entry = after["log"][-1]
    assert (entry["what"], entry["who"]) == ("material.supplied", "applicant")
    assert entry["detail"]["parts"] == [part["id"]]
    assert log.first_broken(promised.submission()["log"]) is None


def test_what_is_sent_again_later_is_what_was_sent_first(promised, office):
    promised.connect_all("https://example.org")
    office.answers = [503, 503]
    city = promised
    city.worker(office).run_once()
    first = [body for *_, body in office.came]
    office.came.clear()

    supply(city)
    city.clock.pass_(hours=1)
    city.worker(office).run_once()

    again = [body for *_, body in office.came]
    assert set(first) <= set(again)
    assert len(again) == len(first) + 1


def test_a_part_that_is_made_or_fetched_later_has_the_files(promised, office):
    supply(promised, material="tax:ledger")
    supply(promised)
    promised.connect_all("https://example.org")

    came = {
        (each["data"]["matter"], each["type"]): each["data"]["materials"]
        for each in delivered(promised, office)
    }

    # The licence is addressed only now: its document knows the lease already.
    assert came["licence", "part.ready"][0]["state"] == "supplied"
    assert came["licence", "material.supplied"][0]["state"] == "supplied"
    # The tax office's document is not made yet, so there is nothing to tell.
    assert "supplied" not in promised.part("tax")
    assert {"tax:ledger", LEASE} == {
        each["material"] for each in promised.submission()["files"]
    }


def test_the_same_file_again_changes_nothing_and_another_is_told_with_it(promised):
    once = supply(promised)
    twice = supply(promised)
    more = supply(promised, paper(b"%PDF-1.4 page two", "two.pdf"), paper())

    assert twice == once
    events_ = promised.part("licence")["supplied"]
    assert [len(e["materials"][0]["files"]) for e in events_] == [1, 2]
    assert len(more["files"]) == 2


def test_what_cannot_be_sent_is_in_sight_until_it_can(promised, office):
    market = promised.connect("market", "https://example.org/market")
    delivered(promised, office)
    office.answers = [410]

    supply(promised)
    promised.worker(office).run_once()

    assert promised.store.get("endpoints", market)["state"] == "paused"
    assert standing(promised.store)["market"]["parked"] == 1
    assert "undelivered:market" in promised.submission()["tags"]
    promised.store.delete("endpoints", market)
    office.came.clear()
    promised.connect("market", "https://elsewhere.example.org")
    (event,) = delivered(promised, office)
    assert event["type"] == "material.supplied"


def test_what_nobody_waits_for_is_not_taken(city):
    before = city.apply()

    with pytest.raises(Conflict):
        supply(city)

    assert city.submission() == before


def test_as_many_files_as_may_be_are_taken_or_none(promised):
    papers = [paper(b"%%PDF %d" % n) for n in range(MOST_PER_MATERIAL + 1)]

    with pytest.raises(UnusableFileError):
        supply(promised, *papers)

    assert promised.submission()["files"] == []
    assert len(supply(promised, *papers[1:])["files"]) == MOST_PER_MATERIAL


def test_a_file_that_a_sweep_takes_in_between_is_kept_again(promised):
    store, swept = promised.store, []
    files.keep(store, "s_one", paper(), material=LEASE, now="2026-11-01T00:00:00.000Z")

    class Between:
        """A store in which a sweep runs just before the first write."""

        def __getattr__(self, name):
            return getattr(store, name)

        def update(self, collection, id_, edit):
            def late(document):
                edited = edit(document)
                if not swept:
                    swept.append(files.sweep(store, now="2026-12-24T00:00:00.000Z"))
                return edited

            return store.update(collection, id_, late)

    after = supply(promised, store=Between())

    assert swept[0] > 0
    (kept,) = after["files"]
    assert files.read(store, "s_one", kept["sha256"]) == paper().content


def test_a_department_that_asks_again_gets_it_with_all_others_who_need_it(city, office):
    city.connect_all("https://example.org")
    city.apply()
    delivered(city, office)
    part = city.part("licence")
    data = {
        "part": part["id"],
        "digest": part["digest"],
        "materials": [{"id": "lease", "text": "Too dark."}],
    }
    event = {
        "type": "part.correction_requested",
        "timestamp": city.clock.text,
        "data": data,
    }
    assert city.call(part, event, message_id="ask").status == 200

    supply(city, paper(b"%PDF-1.4 brighter"))

    (event,) = delivered(city, office)
    assert event["type"] == "material.supplied"
    assert len(event["data"]["materials"][0]["files"]) == 2
    assert city.states()["licence"] == "correction"
