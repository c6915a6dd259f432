"""The sample answers, results and people are what the shipped definitions ask for."""

import json
from importlib.resources import files

import jmespath
import pytest
from jsonschema import Draft202012Validator, FormatChecker

from form_defs import shipped

SAMPLES = files("renderer.demo")


def read(file):
    return json.loads(file.read_text(encoding="utf-8"))


ELEMENTS = read(shipped() / "elements.json")["elements"]
MATTERS = {
    folder.name: read(folder / "matter.json")
    for folder in (shipped() / "matters").iterdir()
}
AFFAIRS = {
    document["id"]: document
    for document in map(read, (shipped() / "affairs").iterdir())
}

each_affair = pytest.mark.parametrize("affair", sorted(AFFAIRS))


def element_of(fact):
    return fact.split(":", 1)[1].split("@")[0]


def nodes(document):
    yield document
    below = document.values() if isinstance(document, dict) else document
    for value in below if isinstance(document, dict | list) else ():
        yield from nodes(value)


def placed(affair):
    return [q for page in AFFAIRS[affair]["pages"] for q in page["questions"]]


def sample(name):
    return read(SAMPLES / name)


def valid(element, value):
    schema = ELEMENTS[element]["schema"]
    checker = FormatChecker(formats=["date"])
    return Draft202012Validator(schema, format_checker=checker).is_valid(value)


@each_affair
def test_the_sample_answers_are_canonical_and_never_awaited(affair):
    answers = sample(f"answers/{affair}.json")["answers"]
    situations = {s["fact"]: s["schema"] for s in AFFAIRS[affair]["situations"]}

    assert set(situations) <= set(answers["facts"])
    for fact, value in answers["facts"].items():
        if fact in situations:
            assert Draft202012Validator(situations[fact]).is_valid(value), fact
        else:
            assert f"/facts/{fact}" in placed(affair)
            assert valid(element_of(fact), value), fact


def test_the_sample_results_are_what_the_matters_issue():
    results = sample("results.json")

    assert {matter: set(values) for matter, values in results.items()} == {
        matter: {issue["fact"] for issue in definition["issues"]}
        for matter, definition in MATTERS.items()
        if "issues" in definition
    }
    for values in results.values():
        assert all(valid(element_of(fact), value) for fact, value in values.items())


def test_the_sample_people_hold_what_the_prefill_rules_point_at():
    """Each path leads somewhere: nobody wrote a name that no source says."""
    rules = [
        (affair["sources"][rule["source"]], rule)
        for affair in AFFAIRS.values()
        for rules in affair["prefill"].values()
        for rule in rules
    ]
    claims = [
        {"person": person["claims"]} for person in sample("people.json")["people"]
    ]
    held = {
        name: [row["values"] for row in rows]
        for name, rows in sample("registers.json").items()
    }

    for source, rule in rules:
        if source["kind"] in {"identity", "certificate", "registry"}:
            name = source.get("register", rule["source"])
            told = claims if source["kind"] == "identity" else held[name]
            found = [jmespath.search(rule["path"], values) for values in told]
            assert any(value is not None for value in found), rule


@pytest.mark.parametrize(
    "name",
    [
        "people.json",
        "registers.json",
        *(f"answers/{a}.json" for a in sorted(AFFAIRS)),
        "results.json",
    ],
)
def test_sample_identity_numbers_have_a_true_check_character(name):
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    numbers = [
        node
        for node in nodes(sample(name))
        if isinstance(node, str) and len(node) == 18 and node.startswith("4201")
    ]

    assert numbers
    for number in numbers:
        total = sum(int(d) * w for d, w in zip(number[:17], weights, strict=True))
        assert number[17] == "10X98765432"[total % 11], number
