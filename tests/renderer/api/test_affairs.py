"""The forms as data: a program can fill one in with nothing else."""

from jsonschema import Draft202012Validator

from renderer.api import affairs


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


def test_an_affair_nobody_knows_is_not_found(program):
    refused = program.call("GET", "/affairs/moon_landing")

    assert refused.status_code == 404
    assert affairs.published.__name__ not in refused.json["detail"]
    assert "/api/v1/affairs" in refused.json["detail"]
