"""What a department is sent: always, only if required, or as the applicant says."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder.documents import decompose, project
from builder.json_schema import Validator
from builder.lists.joining import compose
from builder.proof import prove
from builder.transport import transport
from builder.validity import Judge

PHONE = "home:phone"
OMIT = "/matters/tax/$omit/~1phone"


def answers(*, school=True, phone="110", **tax):
    child = {
        "facts": {"member:name": "张三", "member:kind": "child"},
        "matters": {"school": {"grade": 1}},
    }
    facts = {
        "home:family": [child],
        "situation:school": school,
        "situation:tax": True,
        "situation:pension": False,
    }
    if phone is not None:
        facts[PHONE] = phone
    return {"facts": facts, "matters": {"tax": tax}}


def sent(form, given):
    return project(next(m for m in form.matters if m.id == "tax"), given)


def proved(form):
    proof = prove(form, documents={}, samples=600, random=Random(0), enough=200)
    assert proof.t_equals_v.mismatched == 0, proof.examples
    assert proof.round_trip.failed == proof.completeness.failed == 0, proof.examples
    assert min(proof.t_equals_v.valid, proof.t_equals_v.invalid) >= 200
    return proof


def test_a_form_that_refuses_what_another_needs_is_named_with_a_document(policies):
    form = policies["always"]
    proof = proved(form)
    (error,) = proof.conflicts

    assert error.code == "W_PRESENCE"  # who is not married can be sent
    assert proof.ok
    assert (error.fact, error.matter, error.path) == (PHONE, "tax", "/phone")
    assert error.needed_by == ("school",)
    assert "phone" not in error.document
    tax = next(m for m in form.matters if m.id == "tax")
    judge = Validator(tax.schema)
    assert judge.accepts(error.document)
    assert not judge.accepts({**error.document, "phone": error.value})
    assert "`if-required`" in str(error)


@pytest.mark.parametrize("policy", ["if-required", "choice"])
def test_a_policy_mends_it(policies, policy):
    proof = proved(policies[policy])

    assert not proof.conflicts
    assert proof.ok


def test_if_required_sends_only_where_the_form_cannot_do_without(policies):
    form = policies["if-required"]
    judge = Judge(form)

    assert "phone" not in sent(form, answers(married=True))
    assert "phone" not in sent(form, answers(married=False))
    assert sent(form, answers(married=False, poor=True))["phone"] == "110"
    assert judge.faults(answers(married=True)) == ()
    missing = judge.faults(answers(school=False, phone=None, married=False, poor=True))
    assert [(f.pointer, f.keyword) for f in missing] == [
        (f"/facts/{PHONE}", "required")
    ]
    both = sent(form, answers(married=True, poor=7))  # wrong either way: all is sent
    assert both["phone"] == "110"


def test_by_choice_it_is_sent_unless_somebody_says_no(policies):
    form = policies["choice"]
    judge = Judge(form)
    no = {"$omit": {"/phone": True}}

    assert sent(form, answers(married=False))["phone"] == "110"
    assert sent(form, answers(married=False, **{"$omit": {"/phone": False}}))["phone"]
    assert sent(form, answers(married=True, **no)) == {
        "married": True,
        "child1": {"name": "张三"},
    }
    assert judge.faults(answers(married=True, **no)) == ()
    told = judge.faults(answers(married=False, poor=True, **no))
    assert [(f.pointer, f.keyword) for f in told] == [(OMIT, "required")]


def test_by_choice_is_asked_as_one_plain_yes_or_no(policies):
    form = policies["choice"]
    (question,) = [q for q in form.questions if q.pointer == OMIT]

    assert question.input == "yes_no"
    assert question.label == {
        "zh-CN": "不向tax提供“x”",
        "en": "Keep “x” from tax",
    }
    assert not Judge(form).required(question, answers()["facts"])
    faults = Judge(form).faults(answers(married=True, **{"$omit": {"/phone": "x"}}))
    assert OMIT in {fault.pointer for fault in faults}


@given(st.sampled_from(["always", "if-required", "choice"]), st.booleans())
def test_documents_that_agree_but_for_what_is_not_sent_come_back(
    policies, policy, poor
):
    form = policies[policy]
    school = {"pupils": [{"grade": 1, "who": {"name": "张三"}}], "phone": "110"}
    tax = {"married": not poor, "child1": {"name": "张三"}}
    tax |= {"poor": True, "phone": "110"} if poor else {}
    told = {"school": school, "tax": tax}
    forms = [matter for matter in form.matters if matter.id in told]
    whole = compose(form.facts, [(matter, told[matter.id]) for matter in forms])

    back = {matter.id: project(matter, whole) for matter in forms}

    agrees = poor or policy != "always"
    assert (back == told) == agrees
    for matter in forms:
        alone = decompose(matter, told[matter.id])
        assert project(matter, alone) == told[matter.id]


@pytest.mark.parametrize("policy", ["always", "if-required", "choice"])
def test_what_is_sent_is_written_exactly_into_the_published_rules(policies, policy):
    standing = transport(policies[policy]).matters["tax"]

    assert standing.mode == "exact", standing.reason
