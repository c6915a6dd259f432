"""What is wrong in a shared list is said at its row, by T and the judge alike."""

from random import Random

import pytest

from builder.documents import decompose
from builder.errors import SlotValueError
from builder.json_schema import Validator
from builder.proof import prove
from builder.transport import transport
from builder.validity import Judge

FAMILY = "home:family"


def row(kind, name="张三", **matters):
    return {"facts": {"member:name": name, "member:kind": kind}, "matters": matters}


GRADED = {"school": {"grade": 1}}


def answers(*family, school=False, tax=False, pension=False):
    facts = {f"situation:{n}": on for n, on in (("school", school), ("tax", tax))}
    facts |= {"situation:pension": pension, "home:phone": "110"}
    return {
        "facts": facts | {FAMILY: list(family)},
        "matters": {"tax": {"married": True}},
    }


@pytest.mark.parametrize(
    ("given", "found"),
    [
        (answers(row("child"), tax=True), []),
        (
            answers(row("spouse"), row("child"), row("spouse"), tax=True),
            [("", "maxItems", ("tax",))],  # a place for one spouse
        ),
        (
            answers(row("child"), row("child"), tax=True),
            [("", "maxItems", ("tax",))],
        ),
        (answers(row("parent"), row("spouse"), row("child", "x" * 11)), []),
        (
            answers(
                row("spouse", "x" * 11),
                row("child", "x" * 11, **GRADED),
                row("child", **GRADED),
                school=True,
            ),
            [("/1/facts/member:name", "maxLength", ("school",))],
        ),
        (
            answers(row("parent"), row("child"), row("child", **GRADED), school=True),
            [("/1/matters/school/grade", "required", ("school",))],
        ),
        (
            answers(row("child"), row("spouse", "x" * 6), tax=True),
            [("/1/facts/member:name", "maxLength", ("tax",))],
        ),
        (
            answers(row("child"), {"facts": {"member:kind": "spouse"}}),
            [("/1/facts/member:name", "required", ("register",))],
        ),
        (answers(row("parent")), [("", "contains", ("register",))]),
        (answers(*[row("child")] * 5), [("", "contains", ("register",))]),
        (answers(*[row("child")] * 3, row("parent"), row("parent")), []),
        (
            answers(*[row("parent")] * 5, row("child")),
            [("", "maxItems", ("register",))],
        ),
        (
            answers(*[row("child", **GRADED)] * 4, school=True),
            [("", "maxItems", ("school",))],
        ),
        (
            answers(row("spouse"), school=True),
            [("", "minItems", ("school",))],
        ),
        (answers(row("child"), 7), [("/1", "type", ())]),
    ],
)
def test_a_fault_is_told_at_its_row_and_the_schema_agrees(family, given, found):
    schema = Validator(transport(family.form).schema)
    faults = {
        (f.pointer.removeprefix(f"/facts/{FAMILY}"), f.keyword, f.matters)
        for f in family.faults(given)
    }

    assert faults >= set(found)
    assert bool(faults) == bool(found)
    assert schema.accepts(family.prune(given)) == (not found)


def test_what_a_form_cannot_write_is_told_at_its_row(definitions):
    fields = definitions.fields("register")
    fields["/members/*/rel"]["lens"]["table"].pop()  # no spouse
    judge = Judge(definitions.merge())
    given = answers(row("child"), row("spouse"))

    told = [(f.pointer, f.keyword, f.matters) for f in judge.faults(given)]

    assert told == [(f"/facts/{FAMILY}/1/facts/member:kind", "lens", ("register",))]
    schema = Validator(transport(judge.form).schema)
    assert not schema.accepts(judge.prune(given))


def test_a_row_that_does_not_fulfil_the_condition_is_no_row_of_the_form(definitions):
    row_ = definitions.form("school")["pupils"]["items"]
    row_["properties"]["kind"] = {"type": "string"}
    definitions.fields("school")["/pupils/*/kind"] = {
        "label": {"zh-CN": "x", "en": "x"},
        "fact": "member:kind",
    }
    school = definitions.merge().matters[1]
    document = {"pupils": [{"grade": 1, "kind": "child"}], "phone": "110"}

    assert decompose(school, document)
    document["pupils"][0]["kind"] = "parent"
    with pytest.raises(SlotValueError):
        decompose(school, document)


def test_a_row_that_comes_before_the_first_is_no_row_of_the_form(definitions):
    for number, name in ((2, "child2"), (3, "child3")):
        definitions.form("tax")[name] = definitions.form("tax")["child1"]
        fields = definitions.fields("tax")
        fields[f"/{name}"] = {
            **fields["/child1"],
            "rows": {**fields["/child1"]["rows"], "number": number},
        }
        fields[f"/{name}/name"] = fields["/child1/name"]
    tax = definitions.merge().matters[2]
    child = {"name": "x"}

    assert decompose(tax, {"married": True, "child1": child, "child2": child})
    with pytest.raises(SlotValueError):
        decompose(tax, {"married": True, "child1": child, "child3": child})


def test_numbered_rows_without_a_condition_are_written_exactly(definitions):
    fields, form = definitions.fields("tax"), definitions.form("tax")
    del fields["/spouse"], fields["/spouse/name"], form["spouse"]
    for number in (1, 2):
        form[f"child{number}"] = {
            "type": "object",
            "required": ["name"] if number == 1 else [],
            "properties": {"name": {"type": "string", "maxLength": 9 * number}},
        }
        fields[f"/child{number}"] = {
            "label": {"zh-CN": "x", "en": "x"},
            "fact": FAMILY,
            "rows": {"number": number},
        }
        fields[f"/child{number}/name"] = fields["/child1/name"]
    merged = definitions.merge()
    proof = prove(merged, documents={}, samples=200, random=Random(0), enough=100)

    assert transport(merged).matters["tax"].mode == "exact"
    assert proof.t_equals_v.mismatched == proof.round_trip.failed == 0
    assert proof.completeness.failed == 0
    judge = Judge(merged)
    assert judge.faults(answers(row("child", "x" * 9), row("child"), tax=True)) == ()
    assert judge.faults(answers(row("child", "x" * 10), row("child"), tax=True)) != ()
