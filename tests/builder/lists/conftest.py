"""A family in four forms: a list that is shared whole, in part, and row by row.

The register wants all members. The school wants the children only; the tax office the
spouse and up to two children, each in a place of its own; the pension office all, under
names of its own, and something of each that nobody else asks.
"""

import copy
import json

import pytest

from builder.catalogue import load
from builder.merge import merge
from builder.validity import Judge

FAMILY = "home:family"
NAME, BORN, KIND = "member:name", "member:born", "member:kind"


def words(text):
    return {"zh-CN": text, "en": text}


def row(properties, required=(), **more):
    return {
        "type": "object",
        "additionalProperties": False,
        "required": list(required),
        "properties": properties,
    } | more


def kind(value):
    return {"required": [KIND], "properties": {KIND: {"const": value}}}


def matter(id_, fields):
    limit = {"workdays": 5, "text": words("five days")}
    return {
        "id": id_,
        "label": words(id_),
        "department": id_,
        "type": "20",
        "form": words(f"form of {id_}"),
        "legal_basis": words("an act"),
        "result": words("a result"),
        "limits": {"legal": limit, "promised": limit},
        "fields": {
            path: {"label": words(path)} | told for path, told in fields.items()
        },
    }


ELEMENTS = {
    "family": {
        "label": words("family"),
        "schema": {"type": "array", "maxItems": 6},
        "sensitivity": "personal",
        "input": "rows",
    },
    "name": {
        "label": words("name"),
        "schema": {"type": "string", "maxLength": 20},
        "sensitivity": "personal",
        "example": "张三",
    },
    "born": {
        "label": words("born"),
        "schema": {"type": "string", "format": "date"},
        "sensitivity": "personal",
        "input": "date",
        "example": "1990-01-02",
    },
    "kind": {
        "label": words("kind"),
        "schema": {"enum": ["child", "parent", "spouse"]},
        "sensitivity": "personal",
    },
    "phone": {
        "label": words("phone"),
        "schema": {"type": "string", "pattern": "^[0-9]{3,11}$"},
        "sensitivity": "personal",
        "example": "110",
    },
}

FORMS = {
    "register": row(
        {
            "members": {
                "type": "array",
                "minItems": 1,
                "maxItems": 5,
                "items": {"$ref": "#/$defs/member"},
                "contains": {
                    "required": ["rel"],
                    "properties": {"rel": {"enum": ["C", "S"]}},
                },
                "maxContains": 4,
            },
            "phone": {"type": "string", "maxLength": 8},
        },
        ["members"],
        **{
            "$defs": {
                "member": row(
                    {
                        "name": {"type": "string", "minLength": 1},
                        "rel": {"enum": ["C", "P", "S"]},
                        "born": {"type": "string", "pattern": "^[0-9]{8}$"},
                        "alive": {"type": "boolean"},
                    },
                    ["name", "rel"],
                )
            }
        },
    ),
    "school": row(
        {
            "pupils": {
                "type": "array",
                "minItems": 1,
                "maxItems": 3,
                "items": row(
                    {
                        "who": row({"name": {"type": "string", "maxLength": 10}}),
                        "grade": {"type": "integer", "minimum": 1},
                    },
                    ["grade"],
                ),
            },
            "phone": {"type": "string"},
        },
        ["pupils", "phone"],
    ),
    "tax": row(
        {
            "spouse": row({"name": {"type": "string", "maxLength": 5}}, ["name"]),
            "child1": row({"name": {"type": "string"}}, ["name"]),
            "married": {"type": "boolean"},
        },
        ["married"],
        dependentRequired={"spouse": ["married"]},
    ),
    "pension": row(
        {
            "people": {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {
                        "name": {"type": "string"},
                        "born": {"type": "string", "format": "date"},
                        "income": {"type": "number", "minimum": 0},
                    },
                    "oneOf": [
                        {"required": ["income"]},
                        {"properties": {"name": {"pattern": "^张"}}},
                    ],
                },
            }
        }
    ),
}

MATTERS = {
    "register": matter(
        "register",
        {
            "/members": {"fact": FAMILY},
            "/members/*/name": {"fact": NAME},
            "/members/*/rel": {
                "fact": KIND,
                "lens": {"table": [["child", "C"], ["parent", "P"], ["spouse", "S"]]},
            },
            "/members/*/born": {"fact": BORN, "lens": {"date": "YYYYMMDD"}},
            "/members/*/alive": {},
            "/phone": {"fact": "home:phone"},
        },
    ),
    "school": matter(
        "school",
        {
            "/pupils": {"fact": FAMILY, "rows": {"where": kind("child")}},
            "/pupils/*/who/name": {"fact": NAME},
            "/pupils/*/grade": {},
            "/phone": {"fact": "home:phone"},
        },
    ),
    "tax": matter(
        "tax",
        {
            "/spouse": {"fact": FAMILY, "rows": {"where": kind("spouse"), "number": 1}},
            "/spouse/name": {"fact": NAME},
            "/child1": {"fact": FAMILY, "rows": {"where": kind("child"), "number": 1}},
            "/child1/name": {"fact": NAME},
            "/married": {},
        },
    ),
    "pension": matter(
        "pension",
        {
            "/people": {"fact": FAMILY},
            "/people/*/name": {"fact": NAME},
            "/people/*/born": {"fact": BORN},
            "/people/*/income": {},
        },
    ),
}


def situation(name):
    return {
        "fact": f"situation:{name}",
        "label": words(f"{name}?"),
        "schema": {"type": "boolean"},
    }


def holds(name):
    fact = f"situation:{name}"
    return {"required": [fact], "properties": {fact: {"const": True}}}


AFFAIR = {
    "id": "family",
    "label": words("family"),
    "summary": words("one form"),
    "audience": words("families"),
    "lead_department": "register",
    "area": "420116",
    "minutes": 5,
    "fee": words("none"),
    "who_may_act": words("anyone"),
    "roles": {"home": words("home"), "member": words("member")},
    "situations": [situation("school"), situation("tax"), situation("pension")],
    "matters": [
        {"matter": "register"},
        {"matter": "school", "when": holds("school")},
        {"matter": "tax", "when": holds("tax")},
        {"matter": "pension", "when": holds("pension")},
    ],
    "pages": [
        {
            "id": "all",
            "label": words("All"),
            "questions": [
                f"/facts/{FAMILY}",
                "/facts/home:phone",
                "/matters/tax/married",
            ],
        }
    ],
}


class Definitions(dict):
    """Definition documents as parsed JSON, by file; to be changed by a test."""

    def load(self):
        return load({path: json.dumps(told).encode() for path, told in self.items()})

    def merge(self):
        return merge(self.load(), "family")

    def fields(self, name):
        return self[f"matters/{name}/matter.json"]["fields"]

    def form(self, name):
        return self[f"matters/{name}/schema.json"]["properties"]


def _documents():
    made = {
        "elements.json": {"elements": ELEMENTS},
        "codelists.json": {"codelists": {}},
        "departments.json": {
            "departments": {n: {"label": words(n), "kind": "authority"} for n in FORMS}
        },
        "affairs/family.json": AFFAIR,
    }
    for name, document in MATTERS.items():
        made[f"matters/{name}/matter.json"] = document
        made[f"matters/{name}/schema.json"] = FORMS[name]
    return copy.deepcopy(made)


#: Who is married is refused a phone; who is not, and is poor, cannot do without.
RULES = {
    "oneOf": [
        {
            "properties": {"married": {"const": True}},
            "not": {"required": ["phone"]},
        },
        {"properties": {"married": {"const": False}}},
    ],
    "if": {"required": ["poor"], "properties": {"married": {"const": False}}},
    "then": {"required": ["phone"]},
}


def sending(definitions, policy):
    """Return the family's form whose tax office is sent the phone by this policy."""
    form = definitions["matters/tax/schema.json"]
    form["properties"] |= {"phone": {"type": "string"}, "poor": {"const": True}}
    form |= RULES
    label = {"zh-CN": "x", "en": "x"}
    definitions.fields("tax")["/phone"] = {
        "label": label,
        "fact": "home:phone",
        "send": policy,
    }
    definitions.fields("tax")["/poor"] = {"label": label}
    page = definitions["affairs/family.json"]["pages"][0]["questions"]
    page.append("/matters/tax/poor")
    if policy == "choice":
        page.append("/matters/tax/$omit/~1phone")
    return definitions.merge()


@pytest.fixture
def definitions():
    """Return fresh definitions of the family, to be changed by a test."""
    return Definitions(_documents())


@pytest.fixture(scope="session")
def family():
    """Return the judge of the family; it is only read."""
    return Judge(Definitions(_documents()).merge())


@pytest.fixture(scope="session")
def keyed():
    """Return the merged form of the family whose members are told apart by name."""
    definitions = Definitions(_documents())
    definitions["elements.json"]["elements"]["family"]["key"] = NAME
    return definitions.merge()


@pytest.fixture(scope="session")
def policies():
    """Return the family's merged form by how the tax office is sent the phone."""
    made = {}
    for policy in ("always", "if-required", "choice"):
        definitions = Definitions(_documents())
        made[policy] = sending(definitions, policy)
    return made
