"""Two small affairs to send: one of three departments, one with many to choose from.

Moving house: the police are sent the identity number, the tax office the bank card, the
water works neither, and only if they are wanted. The offices are one matter each, of
which the answers choose one.
"""

import json
from functools import cache
from random import Random
from typing import Any

from builder.catalogue import load
from builder.merge import merge
from submissions import packs

DEPARTMENTS = ("police", "tax", "water")
OFFICES = tuple(f"office{number}" for number in range(15))
#: Characters of the free text in each document, so that a submission has some 10 KB.
LONG = 700


def answers(random: Random, *, water: bool = False, text: int = LONG) -> dict[str, Any]:
    """Return answers to the move that all its departments accept.

    Args:
        random: whose move it is.
        water: the water works are to know too.
        text: characters of free text for each department.
    """
    number = f"{random.randrange(10**17):017}"
    own = {"notes": "搬" * text}
    return {
        "facts": {
            "situation:water": water,
            "person:name": f"移居人{number[:6]}",
            "person:id_number": f"{number}X",
            "person:bank_card": f"62{random.randrange(10**17):017}",
        },
        "matters": {"police": own, "tax": own, **({"water": own} if water else {})},
    }


def visit(office: str) -> dict[str, Any]:
    """Return answers that only one of the offices gets."""
    return {
        "facts": {"situation:office": office, "person:name": "来访人"},
        "matters": {},
    }


@cache
def candidates() -> tuple[bytes, ...]:
    """Return the packs of both affairs, proven."""
    encoded = {path: json.dumps(each).encode() for path, each in _documents().items()}
    catalogue = load(encoded)
    return tuple(
        packs.freeze(merge(catalogue, affair), samples=4)
        for affair in ("moving", "visit")
    )


def _documents() -> dict[str, Any]:
    matters = {
        "police": _matter("police", {"/XM": "person:name", "/SFZ": "person:id_number"}),
        "tax": _matter("tax", {"/payer": "person:name", "/card": "person:bank_card"}),
        "water": _matter("water", {"/holder": "person:name"}),
        **{name: _matter(name, {"/visitor": "person:name"}) for name in OFFICES},
    }
    documents: dict[str, Any] = {
        "elements.json": {"elements": _elements()},
        "codelists.json": {"codelists": {}},
        "departments.json": {
            "departments": {name: _department(name) for name in matters}
        },
        "affairs/moving.json": _moving(),
        "affairs/visit.json": _visit(),
    }
    for name, (definition, schema) in matters.items():
        documents[f"matters/{name}/matter.json"] = definition
        documents[f"matters/{name}/schema.json"] = schema
    return documents


def _words(text: str) -> dict[str, str]:
    return {"zh-CN": text, "en": text}


def _department(name: str) -> dict[str, Any]:
    return {"label": _words(name), "kind": "authority"}


def _elements() -> dict[str, Any]:
    def element(schema: dict[str, Any], example: str, sensitivity: str) -> Any:
        return {
            "label": _words("element"),
            "schema": {"type": "string", **schema},
            "sensitivity": sensitivity,
            "example": example,
        }

    number, card = "[0-9]{17}[0-9X]", "[0-9]{19}"
    return {
        "name": element({"maxLength": 30}, "王小明", "personal"),
        "id_number": element({"pattern": f"^{number}$"}, "1" * 18, "sensitive"),
        "bank_card": element({"pattern": f"^{card}$"}, "6" * 19, "sensitive"),
    }


def _matter(name: str, facts: dict[str, str]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return a matter's definition and its form: facts, and notes of its own."""
    limit = {"workdays": 5, "text": _words("five days")}
    bound = {path: {"fact": fact} for path, fact in facts.items()}
    fields = {"/notes": {}, **bound}
    definition = {
        "id": name,
        "label": _words(name),
        "department": name,
        "type": "20",
        "form": _words(f"form of {name}"),
        "legal_basis": _words("an act"),
        "result": _words("a result"),
        "limits": {"legal": limit, "promised": limit},
        "fields": {path: {"label": _words(path), **f} for path, f in fields.items()},
    }
    names = [path.removeprefix("/") for path in fields]
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "additionalProperties": False,
        "required": [name for name in names if name != "notes"],
        "properties": {name: {"type": "string"} for name in names},
    }
    return definition, schema


def _moving() -> dict[str, Any]:
    wanted = {
        "required": ["situation:water"],
        "properties": {"situation:water": {"const": True}},
    }
    asked = {"fact": "situation:water", "schema": {"type": "boolean"}}
    matters = [
        {"matter": "police"},
        {"matter": "tax"},
        {"matter": "water", "when": wanted},
    ]
    facts = ("name", "id_number", "bank_card")
    questions = [f"/facts/person:{name}" for name in facts]
    questions += [f"/matters/{name}/notes" for name in DEPARTMENTS]
    return _affair("moving", asked, matters, questions)


def _visit() -> dict[str, Any]:
    def chosen(office: str) -> dict[str, Any]:
        return {
            "required": ["situation:office"],
            "properties": {"situation:office": {"const": office}},
        }

    asked = {"fact": "situation:office", "schema": {"enum": list(OFFICES)}}
    matters = [{"matter": name, "when": chosen(name)} for name in OFFICES]
    questions = ["/facts/person:name", *(f"/matters/{name}/notes" for name in OFFICES)]
    return _affair("visit", asked, matters, questions)


def _affair(
    name: str,
    situation: dict[str, Any],
    matters: list[dict[str, Any]],
    questions: list[str],
) -> dict[str, Any]:
    return {
        "id": name,
        "label": _words(name),
        "summary": _words("one form"),
        "audience": _words("everybody"),
        "lead_department": matters[0]["matter"],
        "area": "420116",
        "minutes": 5,
        "fee": _words("none"),
        "who_may_act": _words("anyone with a mandate"),
        "roles": {"person": _words("who moves")},
        "situations": [{"label": _words("Which?"), **situation}],
        "matters": matters,
        "pages": [{"id": "all", "label": _words("All"), "questions": questions}],
    }
