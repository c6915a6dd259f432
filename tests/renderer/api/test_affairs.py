"""The forms as data: a program can fill one in with nothing else."""

import pytest
from jsonschema import Draft202012Validator

from renderer.api import affairs
from submissions.observing import TYPES


def test_every_affair_is_listed_with_the_way_to_its_form(program, packs):
    listed = program.call("GET", "/affairs", headers={"Authorization": None}).json

    assert {each["id"] for each in listed["affairs"]} == packs.keys()
    for each in listed["affairs"]:
        form = program.call("GET", each["href"].removeprefix("/api/v1"))
        assert form.json["version"] == each["version"]


def test_the_schema_that_is_given_judges_as_the_server_does(program, filled):
    form = program.call("GET", "/affairs/newborn_birth").json
    validator = Draft202012Validator(form["schema"])
    assert form["left_to_judge"] == {}

    taken = {}
    for fact in filled["facts"]:
        facts = {f: value for f, value in filled["facts"].items() if f != fact}
        body = {**filled, "facts": facts}
        taken[fact] = program.submit({"answers": body}, key=fact).status_code == 202
        assert validator.is_valid(body) == taken[fact], fact

    assert set(taken.values()) == {True, False}


def test_questions_pages_and_sources_point_at_each_other(program):
    form = program.call("GET", "/affairs/newborn_birth").json
    asked = {each["pointer"] for each in form["view"]["questions"]}
    paged = {place for page in form["view"]["pages"] for place in page["questions"]}

    assert paged <= asked
    assert form["prefill"].keys() <= asked | {s["pointer"] for s in form["situations"]}
    used = {rule["source"] for rules in form["prefill"].values() for rule in rules}
    assert used
    assert used <= form["sources"].keys()
    assert {matter["department"] for matter in form["matters"]} <= form[
        "departments"
    ].keys()


def test_who_has_the_current_version_is_told_so(program):
    first = program.call("GET", "/affairs/newborn_birth")
    tag = first.headers["ETag"]

    again = program.call(
        "GET", "/affairs/newborn_birth", headers={"If-None-Match": tag}
    )

    assert (again.status_code, again.data) == (304, b"")
    old = program.call(
        "GET", "/affairs/newborn_birth", headers={"If-None-Match": '"x"'}
    )
    assert old.status_code == 200


def test_a_version_stays_at_its_address_with_the_schema_of_every_document(program):
    form = program.call("GET", "/affairs/newborn_birth").json
    place = form["href"].removeprefix("/api/v1")

    version = program.call("GET", place)

    assert version.json == form
    assert version.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    tag = {"If-None-Match": version.headers["ETag"]}
    assert program.call("GET", place, headers=tag).status_code == 304
    for matter in form["matters"]:
        own = program.call("GET", f"{place}/documents/{matter['id']}")
        Draft202012Validator.check_schema(own.json)
        assert "immutable" in own.headers["Cache-Control"]
    whole = program.call("GET", f"{place}/documents/{matter['id']}/events/part.ready")
    assert whole.json["$defs"]["form"]["properties"] == own.json["properties"]


def test_each_message_has_a_schema_at_an_address(program):
    for name in (*TYPES, "part.ready", "material.supplied", "call.part.decided"):
        given = program.call("GET", f"/schemas/events/{name}")
        type_ = given.json["$defs"][name]["properties"]["type"]["const"]
        assert type_ == name.removeprefix("call.")
        assert given.headers["Cache-Control"] == "public, no-cache"
        assert "Set-Cookie" not in given.headers


@pytest.mark.parametrize(
    "path",
    [
        "/affairs/newborn_birth/versions/2",
        "/affairs/newborn_birth/versions/x",
        "/affairs/newborn_birth/versions/９",
        "/affairs/newborn_birth/versions/1/documents/moon",
        "/affairs/newborn_birth/versions/1/documents/nhc.birth_cert/events/ping",
        "/affairs/moon/versions/1",
        "/schemas/events/part",
    ],
)
def test_what_is_not_there_is_answered_with_what_is(program, path):
    refused = program.call("GET", path)

    assert refused.status_code == 404
    assert refused.headers["Cache-Control"] == "no-store"
    assert len(refused.json["detail"]) > 30


def test_an_affair_nobody_knows_is_not_found(program):
    refused = program.call("GET", "/affairs/moon_landing")

    assert refused.status_code == 404
    assert affairs.published.__name__ not in refused.json["detail"]
    assert "/api/v1/affairs" in refused.json["detail"]
