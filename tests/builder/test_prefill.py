"""Proposals: only for what is asked, open, and acceptable to everyone."""

from copy import deepcopy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder import pointer
from builder.inquiries import relevant
from builder.lenses import same
from builder.prefill import Proposal, Record, propose, sealed
from builder.validity import Judge

NUMBER, OTHER = "11010519491231002X", "110105194912310038"
AT, NOW = "2026-11-20T08:00:00.000Z", "2026-11-23T08:00:00.000Z"
PLACE = "/facts/mover:person.number"
SEX = "/facts/mover:person.sex"
BORN = "/facts/mover:person.born"


@pytest.fixture
def judge(definitions):
    return Judge(definitions.merge())


@pytest.fixture
def affair(definitions):
    return definitions["affairs/moving.json"]


def card(**values):
    return [Record(source="id_card", values=values, at=AT)]


def proposed(judge, answers, records, now=NOW):
    return propose(judge, answers, records, now=now)


def second_source(affair, **more):
    affair["sources"]["register"] = {
        "label": affair["sources"]["id_card"]["label"],
        "kind": "registry",
        **more,
    }
    affair["prefill"][PLACE].append({"source": "register", "path": "id.number"})
    return Record(source="register", values={"id": {"number": OTHER}}, at=AT)


def test_a_value_is_proposed_with_its_source_and_date(judge):
    assert proposed(judge, {"facts": {}}, card(number=NUMBER)) == {
        PLACE: Proposal(value=NUMBER, source="id_card", at=AT)
    }


def test_what_is_answered_is_never_proposed_over(judge):
    answers = {"facts": {"mover:person.number": NUMBER}}

    assert proposed(judge, answers, card(number=OTHER)) == {}


def test_what_is_not_asked_is_not_proposed(judge):
    assert proposed(judge, {"facts": {}}, card(sex="1")) == {}


def test_what_a_department_would_refuse_is_not_proposed(judge):
    answers = {"facts": {"situation:retired": True}}

    assert proposed(judge, answers, card(number="1" * 17 + "x", sex="0")) == {}
    assert list(proposed(judge, answers, card(sex="1"))) == [SEX]


def test_another_source_or_a_silent_one_proposes_nothing(judge):
    other = [Record(source="tax", values={"number": NUMBER}, at=AT)]

    assert proposed(judge, {}, other) == {}
    assert proposed(judge, {}, card()) == {}


def test_a_rule_holds_only_in_its_situation(definitions, affair):
    fact = "situation:retired"
    affair["prefill"][PLACE][0]["when"] = {
        "required": [fact],
        "properties": {fact: {"const": True}},
    }
    judge = Judge(definitions.merge())

    assert proposed(judge, {"facts": {fact: False}}, card(number=NUMBER)) == {}
    assert proposed(judge, {"facts": {fact: True}}, card(number=NUMBER)) != {}


def test_the_first_source_wins_and_what_the_second_says_stands_beside(
    definitions, affair
):
    further = second_source(affair)
    judge = Judge(definitions.merge())

    both = proposed(judge, {}, [further, *card(number=NUMBER)])[PLACE]
    one = proposed(judge, {}, [further])[PLACE]

    assert (both.value, [each.value for each in both.others]) == (NUMBER, [OTHER])
    assert (one.value, one.source, one.others) == (OTHER, "register", ())


def test_what_was_said_of_another_number_says_nothing_of_this_case(definitions, affair):
    """The card gives the number, the register is asked with it and gives the sex."""
    second_source(affair, key={"number": "mover:person.number"})
    del affair["prefill"][PLACE][1]
    affair["prefill"][SEX] = [{"source": "register", "path": "sex"}]
    judge = Judge(definitions.merge())
    said = [*card(number=NUMBER), Record(source="register", values={"sex": "1"}, at=AT)]
    keys = {"id_card": {"number": "claimed"}, "register": {"number": NUMBER}}

    def kept(records, **facts):
        answers = {"facts": {"situation:retired": True, **facts}}
        found = relevant(judge, answers, records, keys, now=NOW)
        return [each.source for each in found]

    for order in (said, said[::-1]):
        names = [each.source for each in order]
        assert kept(order) == names
        assert kept(order, **{"mover:person.number": NUMBER}) == names
        assert kept(order, **{"mover:person.number": OTHER}) == ["id_card"]
    assert kept(said[1:]) == []
    assert kept(said[1:], **{"mover:person.number": NUMBER}) == ["register"]


def test_what_is_older_than_its_source_is_good_for_is_marked_stale(definitions, affair):
    affair["sources"]["id_card"]["max_age_days"] = 3
    judge = Judge(definitions.merge())
    later = NOW.replace("08:00:00", "08:00:01")

    assert not proposed(judge, {}, card(number=NUMBER))[PLACE].stale
    assert proposed(judge, {}, card(number=NUMBER), now=later)[PLACE].stale


def test_a_lens_reads_what_the_source_writes_in_its_own_way(definitions, affair):
    lens = {"table": [["1", "男"], ["2", "女"]]}
    affair["prefill"][SEX][0]["lens"] = lens
    judge = Judge(definitions.merge())
    retired = {"facts": {"situation:retired": True}}

    assert proposed(judge, retired, card(sex="女"))[SEX].value == "2"
    assert proposed(judge, retired, card(sex="2")) == {}


def test_what_follows_from_a_proposal_is_proposed_with_it(definitions, affair):
    computed = {"source": "computed", "of": ["mover:person.number"]}
    affair["sources"]["computed"] = {
        "label": affair["sources"]["id_card"]["label"],
        "kind": "computed",
    }
    affair["prefill"][SEX] = [{**computed, "compute": "sex_of_id_number"}]
    affair["prefill"][BORN] = [{**computed, "compute": "birth_date_of_id_number"}]
    judge = Judge(definitions.merge())
    answers = {"facts": {"situation:retired": True}}

    found = proposed(judge, answers, card(number=NUMBER))

    assert found[SEX] == Proposal(value="2", source="computed", at="")
    assert found[BORN].value == "1949-12-31"
    assert proposed(judge, answers, []) == {}


def test_no_answer_changes_what_is_sealed(definitions, affair):
    affair["prefill"][PLACE][0]["lock"] = "sealed"
    judge = Judge(definitions.merge())
    typed = {"facts": {"mover:person.number": OTHER}}

    found = sealed(judge, typed, card(number=NUMBER), now=NOW)

    assert found[PLACE].value == NUMBER
    assert found == sealed(judge, {}, card(number=NUMBER), now=NOW)
    assert sealed(judge, typed, [], now=NOW) == {}


SAID = st.sampled_from(
    [NUMBER, OTHER, "1" * 18, "x", "", "1", "2", "0", 7, None, [], {"a": 1}]
)
RECORDS = st.lists(
    st.builds(
        Record,
        source=st.sampled_from(["id_card", "register", "tax"]),
        values=st.fixed_dictionaries(
            {"number": SAID, "sex": SAID, "id": st.fixed_dictionaries({"number": SAID})}
        ),
        at=st.sampled_from([AT, NOW]),
    ),
    max_size=4,
)
TYPED = st.fixed_dictionaries(
    {},
    optional={
        "situation:retired": st.booleans(),
        "mover:person.number": SAID,
        "mover:person.sex": SAID,
        "mover:person.born": SAID,
    },
)


@pytest.fixture(scope="session")
def two_sources(moving_documents):
    changed = deepcopy(moving_documents)
    second_source(changed["affairs/moving.json"])
    return Judge(changed.merge())


@given(facts=TYPED, records=RECORDS, data=st.data())
def test_the_laws_of_proposals_hold_whatever_is_answered_and_said(
    two_sources, facts, records, data
):
    """Nothing typed is proposed over, nothing refused is proposed, order is nothing."""
    judge = two_sources
    answers = {"facts": facts}

    found = proposed(judge, answers, records)

    assert proposed(judge, answers, data.draw(st.permutations(records))) == found
    pruned = judge.prune(answers)
    for where, proposal in found.items():
        names = pointer.parts(where)
        assert pointer.get(pruned, names) is pointer.ABSENT
        alone = {"facts": dict(pruned.get("facts", {}))}
        pointer.put(alone, names, proposal.value)
        assert where not in {fault.pointer for fault in judge.faults(alone)}
        assert all(not same(each.value, proposal.value) for each in proposal.others)
