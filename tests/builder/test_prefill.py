"""Proposals: only for what is asked, open, and acceptable to everyone."""

import pytest

from builder.prefill import Proposal, Record, propose
from builder.validity import Judge

NUMBER = "11010519491231002X"
AT = "2026-11-20T08:00:00.000Z"


@pytest.fixture
def judge(definitions):
    return Judge(definitions.merge())


def card(**values):
    return [Record(source="id_card", values=values, at=AT)]


def test_a_value_is_proposed_with_its_source_and_date(judge):
    assert propose(judge, {"facts": {}}, card(number=NUMBER)) == {
        "/facts/mover:person.number": Proposal(value=NUMBER, source="id_card", at=AT)
    }


def test_what_is_answered_is_never_proposed_over(judge):
    answers = {"facts": {"mover:person.number": NUMBER}}

    assert propose(judge, answers, card(number="11010519491231002X")) == {}


def test_what_is_not_asked_is_not_proposed(judge):
    assert propose(judge, {"facts": {}}, card(sex="1")) == {}


def test_what_a_department_would_refuse_is_not_proposed(judge):
    answers = {"facts": {"situation:retired": True}}

    assert propose(judge, answers, card(number="1" * 17 + "x", sex="0")) == {}
    assert list(propose(judge, answers, card(sex="1"))) == ["/facts/mover:person.sex"]


def test_another_source_or_a_silent_one_proposes_nothing(judge):
    other = [Record(source="tax", values={"number": NUMBER}, at=AT)]

    assert propose(judge, {}, other) == {}
    assert propose(judge, {}, card()) == {}


def test_a_rule_holds_only_in_its_situation(definitions):
    rule = definitions["affairs/moving.json"]["prefill"]["/facts/mover:person.number"][
        0
    ]
    fact = "situation:retired"
    rule["when"] = {"required": [fact], "properties": {fact: {"const": True}}}
    judge = Judge(definitions.merge())

    assert propose(judge, {"facts": {fact: False}}, card(number=NUMBER)) == {}
    assert propose(judge, {"facts": {fact: True}}, card(number=NUMBER)) != {}
