"""The description says what there is: no more, no less."""

import json
import re
from importlib.resources import files

import pytest

from builder.json_schema import check
from renderer.api import description, problems
from submissions import observing

BRACES = str.maketrans("<>", "{}")


def test_every_call_is_described_and_no_other(app):
    there = {
        (
            re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule.removeprefix("/api/v1")),
            method,
        )
        for rule in app.url_map.iter_rules()
        if rule.endpoint.startswith("api.")
        for method in rule.methods - {"HEAD", "OPTIONS"}
    }
    described = {
        (path, method.upper())
        for path, methods in description.document()["paths"].items()
        for method in methods
    }

    assert described == there


def test_every_event_is_described_once():
    told = description.document()
    text = files("submissions.delivery").joinpath("schemas/events.json").read_text()
    events = {
        name: each
        for name, each in json.loads(text)["$defs"].items()
        if "type" in each.get("properties", {})
    }
    call = told["paths"]["/parts/{part}/events"]["post"]["requestBody"]
    answers = call["content"]["application/json"]["schema"]["oneOf"]
    answered = {each["$ref"].rpartition("/")[2] for each in answers}

    assert answered | told["webhooks"].keys() == events.keys()
    assert not answered & told["webhooks"].keys()
    assert "part.ready" in told["webhooks"]
    assert {"call.part.decided", "call.part.accepted"} <= answered
    assert set(observing.TYPES) <= told["webhooks"].keys()


def test_whatever_is_referred_to_is_there():
    told = description.document()
    found = set(re.findall(r'"\$ref": "#/([^"]+)"', json.dumps(told)))

    assert found
    for reference in found:
        here = told
        for name in reference.split("/"):
            here = here[name]


def test_every_schema_is_a_schema():
    for schema in description.document()["components"]["schemas"].values():
        check(schema)


def test_the_description_is_served_to_programs(program):
    served = program.call("GET", "/openapi.json", headers={"Authorization": None})

    assert served.json == description.document()
    assert served.json["openapi"].startswith("3.1.")
    assert re.fullmatch(r"\d+\.\d+\.\d+", served.json["info"]["version"])


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_the_page_shows_every_call_event_problem_and_schema(site, language):
    page = site.get("/api/v1/docs", headers={"Accept-Language": language})
    told = description.document()

    assert page.status == 200
    for path in told["paths"]:
        assert f"/api/v1{path}" in page.words
    for name in (*told["webhooks"], *told["components"]["schemas"]):
        assert name in page.words
    assert problems.TITLES.keys() <= set(page.ids)
    anchors = {link[1:] for link in page.links if link.startswith("#")}
    assert anchors <= set(page.ids)
