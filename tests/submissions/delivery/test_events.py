import json

import pytest
from jsonschema import Draft202012Validator

from submissions.delivery import events


@pytest.fixture
def sent(city):
    """Return the event of a matter's part as it would be sent now."""
    city.connect_all("https://example.org")
    city.apply()

    def event(matter):
        submission, part = city.submission(), city.part(matter)
        delivery = next(d for d in submission["deliveries"] if d["part"] == part["id"])
        return events.part_ready(submission, part, delivery)

    return event


def test_the_envelope_is_as_the_schema_says(checkout, sent):
    schema = json.loads(
        (checkout / "submissions/delivery/schemas/events.json").read_text("utf-8")
    )

    event = json.loads(sent("licence"))

    Draft202012Validator(schema).validate(event)
    assert events.fault(event, "part.ready") == ""


def test_the_envelope_says_everything_a_department_needs(city, sent):
    part = city.part("licence")

    event = json.loads(sent("licence"))

    assert event == {
        "type": "part.ready",
        "timestamp": city.clock.text,
        "data": {
            "submission": "s_one",
            "ref": city.submission()["ref"],
            "affair": "founding",
            "pack": "founding@1",
            "part": part["id"],
            "matter": "licence",
            "department": "market",
            "area": "420116",
            "seq": 1,
            "digest": part["digest"],
            "document": {"MC": "青山商贸", "RQ": "2026-11-20", "JYFW": "茶叶"},
            "provenance": {
                "/MC": {
                    "source": "name_service",
                    "at": "2026-11-01T00:00:00.000Z",
                    "certainty": "exact",
                    "corrected": False,
                }
            },
            "materials": [
                {"id": "lease", "state": "outstanding"},
                {"id": "id", "state": "exempt"},
            ],
        },
    }


def test_the_document_is_sent_as_it_was_hashed(city, sent):
    assert b'"document":' + city.part("seal")["body"].encode() + b"," in sent("seal")


def test_the_same_delivery_has_the_same_bytes(city, sent):
    first = sent("seal")
    city.clock.pass_(days=1)

    assert sent("seal") == first


def test_provenance_of_a_matters_own_field_is_told_to_that_matter_only(city):
    matters = {m.id: m for m in city.published.form.matters}
    provenance = {
        "/matters/fund/staff": {
            "source": "earlier",
            "at": None,
            "certainty": "candidate",
            "corrected": True,
            "value": "never told",
        }
    }

    told = events.provenance_of(matters["fund"], {"staff": 3}, provenance)
    untold = events.provenance_of(matters["licence"], {"MC": "x"}, provenance)
    absent = events.provenance_of(matters["fund"], {}, provenance)

    assert told["/staff"].keys() == {"source", "at", "certainty", "corrected"}
    assert (untold, absent) == ({}, {})


def test_a_fault_says_where_and_what():
    event = {"type": "part.decided", "timestamp": "2026-11-22", "data": {}}

    assert events.fault(event, "part.decided").startswith("/")
    assert "/data" in events.fault(
        event | {"timestamp": "2026-11-22T03:04:05.678Z"}, "part.decided"
    )
    assert events.fault([], "part.decided").startswith("/: type")
