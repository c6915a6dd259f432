import json
from hashlib import sha256

import pytest
from jsonschema import Draft202012Validator

from submissions import canonical
from submissions.delivery import events

LEASE = b"%PDF-1.4 a lease"


@pytest.fixture
def sent(city):
    """Return the event of a matter's part as it would be sent now."""
    city.connect_all("https://example.org")
    city.apply()

    def event(matter, payload="full"):
        submission, part = city.submission(), city.part(matter)
        delivery = next(d for d in submission["deliveries"] if d["part"] == part["id"])
        return events.body(submission, delivery, payload=payload, links=city.links)

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
                {
                    "id": "lease",
                    "state": "supplied",
                    "files": [
                        {
                            "name": "lease.pdf",
                            "type": "application/pdf",
                            "size": len(LEASE),
                            "sha256": sha256(LEASE).hexdigest(),
                            "href": city.links.href(
                                part["id"],
                                sha256(LEASE).hexdigest(),
                                made_at=city.clock.text,
                            ),
                        }
                    ],
                },
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
            "disputed": "there are four of us",
            "value": "never told",
        }
    }

    told = events.provenance_of(matters["fund"], {"staff": 3}, provenance)
    untold = events.provenance_of(matters["licence"], {"MC": "x"}, provenance)
    absent = events.provenance_of(matters["fund"], {}, provenance)

    said = {"source", "at", "certainty", "corrected", "disputed"}
    assert told["/staff"].keys() == said
    assert (untold, absent) == ({}, {})


def test_a_fault_says_where_and_what():
    event = {"type": "part.decided", "timestamp": "2026-11-22", "data": {}}

    assert events.fault(event, "call.part.decided").startswith("/")
    assert "/data" in events.fault(
        event | {"timestamp": "2026-11-22T03:04:05.678Z"}, "part.decided"
    )
    assert events.fault([], "call.part.decided").startswith("/: type")


def test_a_thin_event_names_the_part_and_brings_nothing_of_it(city, sent):
    event = json.loads(sent("licence", payload="thin"))

    assert events.fault(event, "part.ready") == ""
    assert event["data"]["href"] == f"/api/v1/parts/{city.part('licence')['id']}"
    assert not {"document", "provenance", "materials"} & event["data"].keys()
    assert "青山商贸" not in json.dumps(event, ensure_ascii=False)


@pytest.mark.parametrize("matter", ["licence", "seal"])
def test_the_schema_of_a_pack_version_judges_the_document_too(city, sent, matter):
    own = next(m for m in city.published.form.matters if m.id == matter)
    schema = events.schema("part.ready", own)
    event = json.loads(sent(matter))
    Draft202012Validator.check_schema(schema)

    Draft202012Validator(schema).validate(event)

    event["data"]["document"]["stranger"] = "x"
    assert not Draft202012Validator(schema).is_valid(event)


def outgoing(city, matter, change):
    """What is said of a delivery whose stored part somebody has changed."""
    submission, part = city.submission(), city.part(matter)
    delivery = next(d for d in submission["deliveries"] if d["part"] == part["id"])
    changed = [p | change if p["id"] == part["id"] else p for p in submission["parts"]]
    submission |= {"parts": changed}
    body = events.body(submission, delivery, payload="full", links=city.links)
    return events.outgoing_fault(city.published, submission, delivery, body)


@pytest.mark.usefixtures("sent")
def test_what_leaves_the_house_is_judged_by_its_own_form_once_more(city):
    def document(**fields):
        body = canonical.text(fields)
        return {"body": body, "digest": canonical.digest(body)}

    assert outgoing(city, "seal", {}) == ""
    stranger = document(name="青山商贸", staff=3)
    assert "own form refuses" in outgoing(city, "seal", stranger)
    assert "/name maxLength" in outgoing(city, "seal", document(name="青" * 31))
    assert "not the one" in outgoing(city, "seal", {"digest": "sha256:" + "0" * 64})
    assert "/data/materials" in outgoing(city, "seal", {"materials": [{"id": "x"}]})
