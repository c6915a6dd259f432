"""The judge: valid once is valid everywhere, and every refusal names its place."""

import json
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from builder import pointer
from builder.documents import project
from builder.lenses import UndefinedError
from builder.validity import Fault, Judge

NUMBER = "11010519491231002X"


@pytest.fixture
def judge(definitions):
    return Judge(definitions.merge())


def answers(**more):
    made = {
        "facts": {
            "situation:retired": True,
            "situation:car": True,
            "situation:garage": False,
            "mover:person.number": NUMBER,
            "mover:person.born": "1949-12-31",
            "mover:person.sex": "1",
        },
        "matters": {
            "pension": {"accounts": [{"no": "1234"}]},
            "parking": {"plate": "A1"},
        },
    }
    for name, value in more.items():
        pointer.put(made, pointer.parts(name), value)
    return made


def test_right_answers_have_no_faults(judge):
    assert judge.faults(answers()) == ()


def test_matters_apply_by_their_conditions(judge):
    def ids(facts):
        return [matter.id for matter in judge.applicable(facts)]

    assert ids({}) == ["register", "card"]
    assert ids({"situation:retired": True}) == ["register", "pension", "card"]
    assert ids({"situation:garage": False}) == ["register", "card", "parking"]


def test_a_situation_question_is_shown_when_its_condition_holds(judge):
    def shown(facts):
        return [q.pointer for q in judge.situations(facts)]

    assert "/facts/situation:garage" not in shown({"situation:garage": False})
    assert "/facts/situation:garage" in shown({"situation:car": True})


def test_an_answer_of_a_hidden_question_decides_nothing(judge):
    hidden = answers()
    hidden["facts"]["situation:car"] = False

    pruned = judge.prune(hidden)

    assert "situation:garage" not in pruned["facts"]
    assert "parking" not in pruned["matters"]
    assert judge.faults(hidden) == ()


def test_a_fact_is_awaited_while_its_issuer_applies(judge):
    assert judge.awaited({}) == {"mover:card.number": ("card",)}


def test_a_fact_that_its_issuer_asks_is_asked_and_not_awaited(definitions):
    card = definitions["matters/card/matter.json"]
    card["issues"].append({"fact": "mover:person.number"})
    judge = Judge(definitions.merge())

    assert "mover:person.number" not in judge.awaited({})
    assert judge.asked({})[0].pointer == "/facts/mover:person.number"


def test_an_awaited_fact_is_neither_asked_nor_taken_from_the_applicant(judge):
    forged = answers(**{"/facts/mover:card.number": "C9999"})

    assert "mover:card.number" not in judge.prune(forged)["facts"]
    assert all("card.number" not in q.pointer for q in judge.asked(forged))


def test_an_awaited_fact_is_stood_in_for_only_while_judging(judge):
    given_ = answers()

    assert judge.faults(given_) == ()
    assert "mover:card.number" not in json.dumps(judge.prune(given_))


@pytest.mark.parametrize(
    ("where", "value", "fault"),
    [
        (
            "/facts/mover:person.number",
            "1" * 19,
            Fault(pointer="/facts/mover:person.number", keyword="maxLength", limit=18),
        ),
        (
            "/facts/mover:person.number",
            "1" * 17 + "x",
            Fault(
                pointer="/facts/mover:person.number",
                keyword="pattern",
                limit="^[0-9]{17}[0-9X]$",
                matters=("register",),
            ),
        ),
        (
            "/facts/mover:person.sex",
            "0",
            Fault(
                pointer="/facts/mover:person.sex",
                keyword="lens",
                limit=None,
                matters=("pension",),
            ),
        ),
        (
            "/matters/register/household",
            "x" * 21,
            Fault(
                pointer="/matters/register/household",
                keyword="maxLength",
                limit=20,
                matters=("register",),
            ),
        ),
        (
            "/matters/pension/accounts",
            [{"no": "1"}, {"main": True}],
            Fault(
                pointer="/matters/pension/accounts/1/no",
                keyword="required",
                limit=None,
                matters=("pension",),
            ),
        ),
    ],
    ids=["too long for the element", "one form", "no code", "own field", "in a row"],
)
def test_a_wrong_answer_is_refused_at_its_place_by_who_refuses_it(
    judge, where, value, fault
):
    assert fault in judge.faults(answers(**{where: value}))


def test_a_missing_answer_is_told_at_the_question_with_all_who_need_it(judge):
    given_ = answers()
    del given_["facts"]["mover:person.number"]

    assert judge.faults(given_) == (
        Fault(
            pointer="/facts/mover:person.number",
            keyword="required",
            limit=None,
            matters=("register", "pension", "card"),
        ),
    )


def test_a_missing_group_is_told_at_the_questions_that_make_it(definitions):
    register = definitions["matters/register/schema.json"]
    register["required"].remove("idNo")
    card = definitions["matters/card/schema.json"]
    card["required"].remove("idNo")
    judge = Judge(definitions.merge())
    given_ = answers()
    for fact in ("number", "born", "sex"):
        del given_["facts"][f"mover:person.{fact}"]

    def refused_by_the_pension_office():
        return [f.pointer for f in judge.faults(given_) if "pension" in f.matters]

    assert refused_by_the_pension_office() == ["/facts/mover:person.number"]

    definitions["matters/pension/schema.json"]["properties"]["person"]["required"] = []
    judge = Judge(definitions.merge())

    assert refused_by_the_pension_office() == [
        "/facts/mover:person.number",
        "/facts/mover:person.born",
    ]


def test_a_question_the_affair_requires_is_required_only_in_its_situation(judge):
    given_ = answers()
    del given_["facts"]["mover:person.sex"]

    assert [f.pointer for f in judge.faults(given_)] == ["/facts/mover:person.sex"]

    given_["facts"]["situation:retired"] = False

    assert judge.faults(given_) == ()


def test_faults_come_in_the_order_of_the_questions(judge):
    found = judge.faults({"facts": {"situation:retired": True}, "matters": {}})

    assert [f.pointer for f in found] == [
        "/facts/situation:car",
        "/facts/mover:person.number",
        "/facts/mover:person.born",
        "/facts/mover:person.sex",
    ]


def test_choices_that_an_applicable_matter_refuses_are_not_offered(judge):
    sex = judge.form.questions[2]

    assert [c.value for c in judge.choices(sex, {"situation:retired": True})] == [
        "1",
        "2",
    ]
    assert [c.value for c in judge.choices(sex, {})] == ["0", "1", "2"]


def test_a_question_is_required_by_an_applicable_form(judge):
    plate = judge.form.questions[5]

    assert judge.required(plate, {"situation:garage": False})
    assert not judge.required(plate, {})
    assert judge.required(judge.form.situations[0], {})


def test_materials_are_those_of_the_situation(judge):
    def needed(value):
        facts = {"situation:retired": value}
        return [(m.id, x.id) for m, x in judge.materials({"facts": facts})]

    assert needed(value=True) == [("pension", "m1")]
    assert needed(value=False) == []


def test_a_document_is_judged_by_its_own_form_alone(judge):
    assert judge.document_faults("parking", {"card": "C00001"}) == (
        Fault(pointer="/plate", keyword="required", limit=None, matters=("parking",)),
        Fault(pointer="/card", keyword="maxLength", limit=5, matters=("parking",)),
    )


BITS = st.booleans()
ANSWERS = st.fixed_dictionaries(
    {
        "facts": st.fixed_dictionaries(
            {},
            optional={
                "situation:retired": BITS,
                "situation:car": BITS,
                "situation:garage": BITS,
                "mover:person.number": st.sampled_from(
                    [NUMBER, "1", "1" * 18, "x" * 18]
                ),
                "mover:person.born": st.one_of(
                    st.dates(min_value=date(1000, 1, 1)).map(date.isoformat),
                    st.just("soon"),
                ),
                "mover:person.sex": st.sampled_from(["0", "1", "2", "3"]),
                "mover:card.number": st.just("C1234"),
            },
        ),
        "matters": st.fixed_dictionaries(
            {},
            optional={
                "register": st.fixed_dictionaries(
                    {}, optional={"household": st.text(max_size=25)}
                ),
                "pension": st.fixed_dictionaries(
                    {},
                    optional={
                        "accounts": st.lists(
                            st.fixed_dictionaries(
                                {"no": st.text(max_size=9)}, optional={"main": BITS}
                            ),
                            max_size=2,
                        )
                    },
                ),
                "parking": st.fixed_dictionaries({}, optional={"plate": st.text()}),
            },
        ),
    }
)


@settings.get_profile("many")
@given(given_=ANSWERS)
def test_answers_valid_once_are_valid_for_every_matter(moving, given_):
    kept = moving.prune(given_)
    if moving.faults(given_):
        return

    facts = {"mover:card.number": "C0001"} | kept["facts"]
    for matter in moving.applicable(kept["facts"]):
        document = project(matter, kept | {"facts": facts})
        Draft202012Validator(matter.schema).validate(document)


def writable(matter, fact, value):
    try:
        project(matter, {"facts": {fact: value}})
    except UndefinedError:
        return False
    return True


@settings.get_profile("many")
@given(given_=ANSWERS)
def test_answers_with_faults_are_refused_by_somebody(moving, given_):
    """A fault is never invented: without one, every form would accept."""
    kept = moving.prune(given_)
    for fault in moving.faults(given_):
        if not fault.matters or fault.keyword == "lens":
            continue
        matter = next(m for m in moving.form.matters if m.id == fault.matters[0])
        facts = {"mover:card.number": "C0001"} | {
            fact: value
            for fact, value in kept.get("facts", {}).items()
            if writable(matter, fact, value)
        }
        document = project(matter, kept | {"facts": facts})
        assert not Draft202012Validator(matter.schema).is_valid(document)


@given(given_=ANSWERS)
def test_pruning_twice_is_pruning_once(moving, given_):
    once = moving.prune(given_)

    assert moving.prune(once) == once


@given(given_=ANSWERS)
def test_judging_changes_nothing_it_was_given(moving, given_):
    before = json.dumps(given_)

    moving.faults(given_)

    assert json.dumps(given_) == before


@settings.get_profile("many")
@given(given_=ANSWERS)
def test_the_short_way_to_no_faults_is_as_right_as_the_long_one(moving, given_):
    pruned = moving.prune(given_)

    assert moving._accepts(pruned) == (moving._all_faults(pruned) == ())


@settings.get_profile("many")
@given(given_=ANSWERS)
def test_what_is_kept_is_what_is_asked_question_by_question(moving, given_):
    kept = moving.prune(given_)

    told = {}
    facts = kept.get("facts", {})
    for question in (*moving.situations(facts), *moving.asked(kept)):
        names = pointer.parts(question.pointer)
        value = pointer.get(given_, names)
        if value is not pointer.ABSENT:
            pointer.put(told, names, value)
    assert kept == told
