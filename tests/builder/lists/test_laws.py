"""Laws of shared lists, for any family: nothing lost, T is V, and all that agrees."""

from copy import deepcopy

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from builder.documents import decompose, project
from builder.errors import BuilderError
from builder.json_schema import Validator
from builder.lenses import same
from builder.lists.joining import compose
from builder.transport import transport
from builder.validity import Judge

FAMILY = "home:family"
NAME, BORN, KIND = "member:name", "member:born", "member:kind"
NAMES = st.sampled_from(["张三", "李四", "王五六七八九", "x" * 30, "", 7, None])
KINDS = st.sampled_from(["child", "child", "spouse", "parent", "aunt"])
DATES = st.sampled_from(["1990-01-02", "2015-12-31", "2015-13-01"])
GRADES = st.sampled_from([1, 3, 0, "1"])


def some(**fields):
    return st.fixed_dictionaries({}, optional=fields)


ROWS = st.fixed_dictionaries(
    {
        "facts": st.fixed_dictionaries(
            {NAME: NAMES, KIND: KINDS}, optional={BORN: DATES}
        ),
    },
    optional={
        "matters": some(
            register=some(alive=st.booleans()),
            school=some(grade=GRADES),
            pension=some(income=st.sampled_from([0, 12.5, -1])),
            tax=some(other=st.booleans()),
        )
    },
)
ANSWERS = st.fixed_dictionaries(
    {
        "facts": st.fixed_dictionaries(
            {
                FAMILY: st.lists(ROWS, max_size=5)
                | st.sampled_from([[], [{}], [7], {}, "x", [{"facts": 1}]]),
                "situation:school": st.booleans(),
                "situation:tax": st.booleans(),
                "situation:pension": st.booleans(),
            },
            optional={"home:phone": st.sampled_from(["110", "1234567890", "x"])},
        ),
        "matters": some(tax=some(married=st.sampled_from([True, False, "no"]))),
    }
)

BIRTHS = {"born": st.sampled_from(["1990-01-02", "2015-12-31"])}
# The pension office asks the income of all but the 张.
PEOPLE = st.fixed_dictionaries(
    {"name": st.sampled_from(["张三", "张四", "张五"])}, optional=BIRTHS
) | st.fixed_dictionaries(
    {"name": st.sampled_from(["李四", "李五"]), "income": st.integers(0, 9)},
    optional=BIRTHS,
)


@st.composite
def documents(draw):
    """Draw documents of the four matters that tell of the same family."""
    people = draw(st.lists(PEOPLE, min_size=1, max_size=4))
    kinds = draw(st.permutations(["spouse", "child", "parent", "parent"]))
    family = list(zip(people, kinds, strict=False))
    assume(any(each != "parent" for each in kinds[: len(people)]))
    register = [
        {"name": p["name"], "rel": k[0].upper()}
        | ({"born": p["born"].replace("-", "")} if "born" in p else {})
        for p, k in family
    ]
    children = [p for p, k in family if k == "child"]
    spouses = [p for p, k in family if k == "spouse"]
    tax = {"married": bool(spouses)}
    for place, held in (("spouse", spouses), ("child1", children)):
        if held:
            tax[place] = {"name": held[0]["name"]}
    return {
        "register": {"members": register, "phone": "110"},
        "school": {
            "pupils": [{"who": {"name": p["name"]}, "grade": 2} for p in children],
            "phone": "110",
        },
        "tax": tax,
        "pension": {"people": [dict(p) for p in people]},
    }


@pytest.fixture(scope="module")
def schema(family):
    return Validator(transport(family.form).schema)


def agrees(judge, schema, answers):
    kept = judge.prune(answers)
    faults = judge.faults(answers)
    assert schema.accepts(kept) == (faults == ()), faults
    return faults


@given(ANSWERS)
def test_t_says_of_shared_lists_what_the_judge_says(family, schema, answers):
    before = deepcopy(answers)

    agrees(family, schema, answers)

    assert answers == before


@pytest.mark.parametrize("policy", ["always", "if-required", "choice"])
@given(ANSWERS)
def test_the_short_way_of_judging_agrees_on_lists_and_policies(
    policies, policy, answers
):
    judge = Judge(policies[policy])
    pruned = judge.prune(answers)

    assert judge._accepts(pruned) == (judge._all_faults(pruned) == ())


@given(documents())
def test_documents_that_agree_are_projections_of_one_set_of_answers(
    family, schema, told
):
    facts = family.form.facts
    applying = [m for m in family.form.matters if told[m.id].get("pupils") != []]
    answers = compose(facts, [(matter, told[matter.id]) for matter in applying])
    names = {matter.id for matter in applying}
    answers["facts"] |= {
        f"situation:{name}": name in names for name in ("school", "tax", "pension")
    }

    assert len(answers["facts"][FAMILY]) == len(told["register"]["members"])
    for matter in applying:
        assert same(project(matter, answers), told[matter.id])
        assert family.document_faults(matter.id, told[matter.id]) == ()
    assert agrees(family, schema, answers) == ()


@given(documents(), st.data())
def test_the_order_means_nothing_where_a_column_tells_rows_apart(keyed, told, data):
    names = [person["name"] for person in told["pension"]["people"]]
    assume(len(set(names)) == len(names))
    told["pension"]["people"] = data.draw(st.permutations(told["pension"]["people"]))
    forms = [m for m in keyed.matters if m.id in {"register", "pension"}]
    answers = compose(keyed.facts, [(m, told[m.id]) for m in forms])

    for matter, path in zip(forms, ("members", "people"), strict=True):
        back = project(matter, answers)
        assert in_order(back[path]) == in_order(told[matter.id][path])


def in_order(rows):
    return sorted(rows, key=lambda row: row["name"])


def test_without_a_key_rows_in_another_order_are_others(family):
    forms = [m for m in family.form.matters if m.id in {"register", "pension"}]
    members = [{"name": name, "rel": "C"} for name in ("张三", "张四")]
    people = [{"name": name} for name in ("张四", "张三")]
    told = [{"members": members}, {"people": people}]

    answers = compose(family.form.facts, list(zip(forms, told, strict=True)))

    assert [project(matter, answers) for matter in forms] != told


@given(documents())
def test_a_row_that_a_form_would_not_hold_is_not_taken_from_its_document(family, told):
    tax = next(m for m in family.form.matters if m.id == "tax")
    register = next(m for m in family.form.matters if m.id == "register")
    assert decompose(tax, told["tax"])["facts"].get(FAMILY, []) == [
        {"facts": {KIND: k, NAME: told["tax"][place]["name"]}, "matters": {"tax": {}}}
        for k, place in (("spouse", "spouse"), ("child", "child1"))
        if place in told["tax"]
    ]
    told["register"]["members"].append("nobody")
    with pytest.raises(BuilderError, match="E_SLOT_VALUE"):
        decompose(register, told["register"])


@pytest.mark.parametrize("name", ["register", "school", "tax", "pension"])
def test_every_matter_of_the_family_is_written_exactly(family, name):
    standing = transport(family.form).matters[name]

    assert standing.mode == "exact", standing.reason


def test_a_filter_and_a_whole_list_are_judged_apart(definitions):
    definitions.fields("school")["/pupils"]["rows"]["where"] = {
        "required": [KIND],
        "properties": {KIND: {"const": "parent"}},
    }
    judge = Judge(definitions.merge())
    child = {"facts": {NAME: "张三", KIND: "child"}}
    answers = {
        "facts": {FAMILY: [child], "home:phone": "110", "situation:school": True}
        | {"situation:tax": False, "situation:pension": False}
    }

    found = judge.faults(answers)

    assert [(f.pointer, f.keyword, f.matters) for f in found] == [
        (f"/facts/{FAMILY}", "minItems", ("school",))
    ]
