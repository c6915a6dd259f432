"""A small affair with everything in it: the definitions the builder's tests begin with.

Moving house: the household register (A) and the pension office (B) both want the
person's number and birth date, each in its own way; a residence card (C) issues a card
number that the parking office (D) waits for.
"""

import copy
import json

import pytest
from small import form_document as form
from small import matter_document as matter
from small import words

from builder.catalogue import load
from builder.merge import merge
from builder.validity import Judge


def answered(fact, *, value):
    return {"required": [fact], "properties": {fact: {"const": value}}}


ELEMENTS = {
    "person.number": {
        "label": words("number"),
        "schema": {"type": "string", "minLength": 18, "maxLength": 18},
        "sensitivity": "sensitive",
        "example": "11010519491231002X",
    },
    "person.born": {
        "label": words("birth date"),
        "schema": {"type": "string", "format": "date"},
        "input": "date",
        "sensitivity": "personal",
    },
    "person.sex": {
        "label": words("sex"),
        "schema": {"enum": ["0", "1", "2"]},
        "codelist": "sex",
        "sensitivity": "personal",
    },
    "card.number": {
        "label": words("card number"),
        "schema": {"type": "string", "pattern": "^C[0-9]{4}$"},
        "sensitivity": "general",
        "example": "C0001",
    },
}

CODELISTS = {
    "sex": {
        "label": words("sex"),
        "values": [{"code": c, "label": words(c)} for c in ("0", "1", "2")],
    },
    "sex_words": {
        "label": words("sex in words"),
        "values": [{"code": c, "label": words(c)} for c in ("f", "m")],
        "crosswalk": {"to": "sex", "pairs": [["1", "m"], ["2", "f"]]},
    },
}

FORMS = {
    "register": form(
        {
            "idNo": {"type": "string", "pattern": "^[0-9]{17}[0-9X]$"},
            "born": {"type": "string", "pattern": "^[0-9]{8}$"},
            "household": {"type": "string", "maxLength": 20},
        },
        ["idNo", "born"],
    ),
    "pension": form(
        {
            "person": {
                "type": "object",
                "required": ["idNumber"],
                "additionalProperties": False,
                "properties": {
                    "idNumber": {"type": "string", "maxLength": 18},
                    "birthDate": {
                        "type": "string",
                        "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
                    },
                    "sex": {"enum": ["m", "f"]},
                },
            },
            "accounts": {
                "type": "array",
                "minItems": 1,
                "items": {
                    "type": "object",
                    "required": ["no"],
                    "additionalProperties": False,
                    "properties": {
                        "no": {"type": "string", "maxLength": 8},
                        "main": {"type": "boolean"},
                    },
                },
            },
        },
        ["person"],
    ),
    "card": form({"idNo": {"type": "string"}, "photo": {"type": "string"}}, ["idNo"]),
    "parking": form(
        {"card": {"type": "string", "maxLength": 5}, "plate": {"type": "string"}},
        ["card", "plate"],
    ),
}

MATTERS = {
    "register": matter(
        "register",
        "police",
        {
            "/idNo": {"label": words("ID"), "fact": "mover:person.number"},
            "/born": {
                "label": words("born"),
                "fact": "mover:person.born",
                "lens": {"date": "YYYYMMDD"},
            },
            "/household": {"label": words("household")},
        },
    ),
    "pension": matter(
        "pension",
        "insurance",
        {
            "/person/idNumber": {"label": words("no."), "fact": "mover:person.number"},
            "/person/birthDate": {"label": words("date"), "fact": "mover:person.born"},
            "/person/sex": {
                "label": words("sex"),
                "fact": "mover:person.sex",
                "lens": {"table": "sex_words"},
            },
            "/accounts": {"label": words("accounts")},
            "/accounts/*/no": {"label": words("account number")},
            "/accounts/*/main": {"label": words("main account")},
        },
        materials=[
            {
                "id": "m1",
                "label": words("bank letter"),
                "necessity": "required",
                "ways": ["submit"],
                "when": answered("situation:retired", value=True),
            }
        ],
    ),
    "card": matter(
        "card",
        "police",
        {
            "/idNo": {"label": words("ID"), "fact": "mover:person.number"},
            "/photo": {"label": words("photo")},
        },
        issues=[{"fact": "mover:card.number"}],
    ),
    "parking": matter(
        "parking",
        "roads",
        {
            "/card": {"label": words("card"), "fact": "mover:card.number"},
            "/plate": {"label": words("plate")},
        },
    ),
}

AFFAIR = {
    "id": "moving",
    "label": words("moving house"),
    "summary": words("one form"),
    "audience": words("people who move"),
    "lead_department": "police",
    "area": "420116",
    "retention_days": 365,
    "minutes": 5,
    "fee": words("none"),
    "who_may_act": words("anyone with a mandate"),
    "roles": {"mover": words("you")},
    "situations": [
        {
            "fact": "situation:retired",
            "label": words("Are you retired?"),
            "schema": {"type": "boolean"},
        },
        {
            "fact": "situation:car",
            "label": words("Have you a car?"),
            "schema": {"type": "boolean"},
        },
        {
            "fact": "situation:garage",
            "label": words("Have you a garage?"),
            "schema": {"type": "boolean"},
            "when": answered("situation:car", value=True),
        },
    ],
    "matters": [
        {"matter": "register"},
        {"matter": "pension", "when": answered("situation:retired", value=True)},
        {"matter": "card"},
        {"matter": "parking", "when": answered("situation:garage", value=False)},
    ],
    "pages": [
        {
            "id": "you",
            "label": words("You"),
            "questions": [
                "/facts/mover:person.number",
                "/facts/mover:person.born",
                "/facts/mover:person.sex",
                "/matters/register/household",
            ],
        },
        {
            "id": "more",
            "label": words("More"),
            "questions": ["/matters/pension/accounts", "/matters/parking/plate"],
        },
    ],
    "questions": {
        "/facts/mover:person.sex": {
            "required": True,
            "when": answered("situation:retired", value=True),
        }
    },
    "leave_out": {"/matters/card/photo": words("the office takes it")},
    "sources": {"id_card": {"label": words("ID card"), "kind": "certificate"}},
    "prefill": {
        "/facts/mover:person.number": [{"source": "id_card", "path": "number"}],
        "/facts/mover:person.sex": [{"source": "id_card", "path": "sex"}],
    },
}


class Definitions(dict):
    """Definition documents as parsed JSON, by file; to be changed by a test."""

    def documents(self):
        return {path: json.dumps(document).encode() for path, document in self.items()}

    def load(self):
        return load(self.documents())

    def merge(self):
        return merge(self.load(), "moving")


def _documents():
    made = {
        "elements.json": {"elements": ELEMENTS},
        "codelists.json": {"codelists": CODELISTS},
        "departments.json": {
            "departments": {
                name: {"label": words(name), "kind": "authority"}
                for name in ("police", "insurance", "roads")
            }
        },
        "affairs/moving.json": AFFAIR,
    }
    for name, document in MATTERS.items():
        made[f"matters/{name}/matter.json"] = document
        made[f"matters/{name}/schema.json"] = FORMS[name]
    return copy.deepcopy(made)


@pytest.fixture
def definitions():
    """Return fresh definitions of the small affair, to be changed by a test."""
    return Definitions(_documents())


@pytest.fixture(scope="session")
def moving_documents():
    """Return the definitions of the small affair; they are only read."""
    return Definitions(_documents())


@pytest.fixture(scope="session")
def moving():
    """Return the judge of the small affair; it is only read."""
    return Judge(Definitions(_documents()).merge())
