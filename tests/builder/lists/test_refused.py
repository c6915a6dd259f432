"""What is wrong with a shared list is said at its place, with its repair."""

import re

import pytest

from builder import conflicts
from builder.checks import warnings
from builder.errors import DefinitionErrors
from builder.situations import applicability_sets
from builder.transport import transport

LABEL = {"zh-CN": "x", "en": "x"}
MEMBERS = "matters/register/matter.json#/fields/~1members"
PUPILS = "matters/school/matter.json#/fields/~1pupils"
TAX = "matters/tax/matter.json#/fields"


def kind(value):
    return {
        "required": ["member:kind"],
        "properties": {"member:kind": {"const": value}},
    }


def unbind(definitions, path):
    del definitions.fields("register")[path]["fact"]


def filtered(definitions, where):
    definitions.fields("school")["/pupils"]["rows"]["where"] = where


MISTAKES = {
    "no column bound": (
        lambda d: [
            (unbind(d, f"/members/*/{name}"), d.fields("register")["/phone"])
            and d.fields("register")[f"/members/*/{name}"].pop("lens", None)
            for name in ("name", "rel", "born")
        ],
        ("E_LIST_BINDING", MEMBERS),
    ),
    "no list bound": (
        lambda d: unbind(d, "/members"),
        ("E_NESTED_BINDING", f"{MEMBERS}~1*~1name"),
    ),
    "no list there": (
        lambda d: d.fields("tax")["/spouse"]["rows"].pop("number"),
        ("E_LIST_BINDING", f"{TAX}/~1spouse"),
    ),
    "no object there": (
        lambda d: d.fields("school")["/pupils"]["rows"].update(number=1),
        ("E_LIST_BINDING", PUPILS),
    ),
    "no list as data element": (
        lambda d: d["elements.json"]["elements"]["family"].update(
            schema={"type": "string"}
        ),
        ("E_LIST_BINDING", MEMBERS),
    ),
    "lens on a list": (
        lambda d: d.fields("register")["/members"].update(lens={"upper": True}),
        ("E_LIST_BINDING", MEMBERS),
    ),
    "a column that says `send`": (
        lambda d: d.fields("register")["/members/*/name"].update(send="choice"),
        ("E_LIST_BINDING", MEMBERS),
    ),
    "a condition on what its rows do not tell": (
        lambda d: filtered(
            d,
            {
                "required": ["member:born"],
                "properties": {"member:born": {"type": "string"}},
            },
        ),
        ("E_LIST_BINDING", PUPILS),
    ),
    "a condition that holds of what is not answered": (
        lambda d: filtered(d, {"properties": {"member:kind": {"const": "child"}}}),
        ("E_VACUOUS_PREDICATE", f"{PUPILS}/rows/where"),
    ),
    "a condition on a value that never comes": (
        lambda d: filtered(d, kind("aunt")),
        (
            "E_PREDICATE_VALUE",
            f"{PUPILS}/rows/where/properties/member:kind/const",
        ),
    ),
    "a condition that is no schema": (
        lambda d: filtered(d, {"required": 7}),
        ("E_SCHEMA", f"{PUPILS}/rows/where/required"),
    ),
    "a condition on a column that nobody asks": (
        lambda d: filtered(
            d, {"required": ["x:phone"], "properties": {"x:phone": {"const": "110"}}}
        ),
        ("E_LIST_BINDING", PUPILS),
    ),
    "two places for one row": (
        lambda d: d.fields("tax")["/child1"]["rows"].update(
            where={"required": ["member:kind"]}
        ),
        ("E_CARDINALITY", f"{TAX}/~1child1"),
    ),
    "a number that is missing": (
        lambda d: d.fields("tax")["/child1"]["rows"].update(number=2),
        ("E_CARDINALITY", f"{TAX}/~1child1"),
    ),
    "a key that a form does not hold": (
        lambda d: d["elements.json"]["elements"]["family"].update(key="member:born"),
        ("E_LIST_BINDING", PUPILS),
    ),
    "a list that is issued": (
        lambda d: d["matters/pension/matter.json"].update(
            issues=[{"fact": "home:family"}]
        ),
        ("E_LIST_BINDING", "matters/pension/matter.json#/issues/0/fact"),
    ),
    "a name that is taken": (
        lambda d: (
            d.form("register").update({"$omit": {"type": "string"}}),
            d.fields("register").update(
                {"/$omit": {"label": LABEL}, "/phone": d.fields("register")["/phone"]}
            ),
            d.fields("register")["/phone"].update(send="choice"),
        ),
        ("E_RESERVED_NAME", "matters/register/schema.json#"),
    ),
    "more alternatives than can be weighed": (
        lambda d: [
            (
                d.form("register").update({f"p{n}": {"type": "string"}}),
                d.fields("register").update(
                    {
                        f"/p{n}": {
                            "label": LABEL,
                            "fact": "home:phone",
                            "send": "if-required",
                        }
                    }
                ),
            )
            for n in range(5)
        ],
        ("E_SPARE_FIELDS", "matters/register/matter.json#/fields"),
    ),
    "`send` of a field of its own": (
        lambda d: d.fields("tax")["/married"].update(send="choice"),
        ("E_SHAPE", f"{TAX}/~1married"),
    ),
    "rows without a fact": (
        lambda d: d.fields("tax")["/married"].update(rows={"number": 1}),
        ("E_SHAPE", f"{TAX}/~1married"),
    ),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_each_mistake_is_found_at_its_place(definitions, name):
    change, expected = MISTAKES[name]
    change(definitions)

    with pytest.raises(DefinitionErrors) as caught:
        definitions.merge()

    found = {(error.code, error.place): error for error in caught.value.errors}
    assert expected in found, list(found)
    assert re.search(r"[.;:] [A-Z`(]", found[expected].explain()), "no repair"


def analysed(definitions):
    form = definitions.merge()
    domains = {id_: fact.schema for id_, fact in form.facts.items()}
    sets = applicability_sets(form.matters, domains, place="")
    return [(e.code, e.fact) for e in conflicts.analyse(form, sets).findings]


def test_a_column_on_which_two_forms_contradict_each_other_is_a_conflict(definitions):
    pension = definitions.form("pension")["people"]["items"]
    pension["properties"]["name"] = {"type": "string", "pattern": "^[A-Z]+$"}
    register = definitions["matters/register/schema.json"]["$defs"]["member"]
    register["properties"]["name"] = {"type": "string", "pattern": "^[a-z]+$"}

    assert ("E_CONFLICT", "member:name") in analysed(definitions)


def test_forms_that_never_hold_one_row_together_do_not_contradict(definitions):
    tax = definitions.form("tax")
    tax["spouse"]["properties"]["name"] = {"pattern": "^[A-Z]+$"}
    tax["child1"]["properties"]["name"] = {"pattern": "^[a-z]+$"}
    assert analysed(definitions) == []

    definitions.form("school")["pupils"]["items"]["properties"]["who"]["properties"][
        "name"
    ] = {"pattern": "^[A-Z]+$"}
    assert ("E_CONFLICT", "member:name") in analysed(definitions)


def test_a_form_that_needs_more_rows_than_another_takes_is_told(definitions):
    definitions.form("school")["pupils"]["minItems"] = 2

    assert analysed(definitions) == [("E_CARDINALITY", "home:family")]
    definitions.form("school")["pupils"]["minItems"] = 1
    definitions.form("pension")["people"]["minItems"] = 6
    assert analysed(definitions) == [("E_CARDINALITY", "home:family")]


def test_the_author_is_told_that_a_form_has_few_places(definitions):
    told = [e for e in warnings(definitions.load()) if e.code == "W_CARDINALITY"]

    assert [(e.fact, e.most, e.place) for e in told] == [
        ("home:family", 1, f"{TAX}/~1spouse"),
        ("home:family", 1, f"{TAX}/~1child1"),
    ]
    assert "1 rows" in str(told[0])


@pytest.mark.parametrize(
    ("keyword", "code"),
    [
        ({"uniqueItems": True}, "E_LIST_KEYWORD"),
        ({"prefixItems": [{}]}, "E_LIST_KEYWORD"),
        ({"unevaluatedItems": False}, "E_LIST_KEYWORD"),
        ({"const": []}, "E_LIST_KEYWORD"),
    ],
)
def test_what_speaks_of_all_rows_together_is_left_to_the_judge(
    definitions, keyword, code
):
    definitions.form("register")["members"] |= keyword
    standing = transport(definitions.merge()).matters["register"]

    assert standing.mode == "v-only"
    assert standing.reason.code == code
