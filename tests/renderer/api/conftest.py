"""A program that calls."""

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import count

import pytest
from flask import Flask

from builder.json_schema import Validator
from renderer.api import description
from submissions import clients

SECRETS = (f"{number:043d}" for number in count())
AFFAIR = "newborn_birth"
NAMES = count()


@dataclass
class Program:
    """One client of the API; its calls are judged by the description."""

    app: Flask
    id: str
    token: str

    def call(self, method, path, *, body=None, key=None, **options):
        headers = {"Authorization": f"Bearer {self.token}", "Accept-Language": "en"}
        if key is not None:
            headers["Idempotency-Key"] = key
        headers |= options.pop("headers", {})
        if body is not None:
            options["data"] = json.dumps(body)
            headers.setdefault("Content-Type", "application/json")
        headers = {name: value for name, value in headers.items() if value is not None}
        answer = self.app.test_client().open(
            f"/api/v1{path}", method=method, headers=headers, **options
        )
        judge(method, path, answer)
        return answer

    def submit(self, body, key="birth-1", **options):
        path = f"/affairs/{options.pop('affair', AFFAIR)}/submissions"
        return self.call("POST", path, body=body, key=key, **options)


def judge(method, path, answer):
    """Hold an answer to what the description promises of its path."""
    operation = operation_of(method, path)
    assert answer.status_code < 500 or answer.status_code == 503
    if operation is None:
        return
    responses = operation["responses"]
    promised = responses.get(str(answer.status_code), responses["default"])
    content = resolved(promised).get("content", {})
    assert bool(content) == bool(answer.data)
    if content:
        assert answer.mimetype in content
        if answer.mimetype.endswith("json"):
            assert violations(content[answer.mimetype]["schema"], answer.json) == ()


@cache
def _validator(schema):
    components = description.document()["components"]
    return Validator({"components": components, **json.loads(schema)})


def violations(schema, value):
    return _validator(json.dumps(schema)).violations(value)


def operation_of(method, path):
    names = path.partition("?")[0].split("/")
    for template, methods in description.document()["paths"].items():
        parts = template.split("/")
        fits = len(parts) == len(names) and all(
            part.startswith("{") or part == name
            for part, name in zip(parts, names, strict=True)
        )
        if fits:
            return methods.get(method.lower())
    return None


def resolved(each):
    path = each.get("$ref", "").split("/")
    components = description.document()["components"]
    return components[path[2]][path[3]] if len(path) == 4 else each


@pytest.fixture(scope="session")
def new_program(app):
    """Return a function that makes a client for these affairs."""

    def make(*affairs, on=app, scopes=("send",)):
        client, token = clients.add(
            on.extensions["yibiao"].store,
            name="City app",
            affairs=affairs or (AFFAIR,),
            scopes=scopes,
            now="2026-11-22T00:00:00.000Z",
            new_secret=lambda _: next(SECRETS),
        )
        return Program(on, client.id, token)

    return make


@pytest.fixture
def program(new_program):
    return new_program()


@pytest.fixture(scope="session")
def filled():
    """Answers to the birth of a child that every department accepts.

    The hospital has settled what it cost: no paper is to be handed in.
    """
    answers = sample(AFFAIR)
    answers["facts"]["situation:expense_direct_settled"] = True
    return answers


def sample(affair):
    text = (files("renderer.demo") / f"answers/{affair}.json").read_text("utf-8")
    return json.loads(text)["answers"]


@pytest.fixture(scope="session")
def founded():
    """Answers to the founding of a company, where one material may be promised."""
    return sample("enterprise_setup")
