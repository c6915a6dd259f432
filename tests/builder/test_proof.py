"""The gate: what is right is proven, and each law that fails is told with a sample."""

from dataclasses import replace
from random import Random

import pytest

from builder import pack
from builder.proof import ENOUGH, SAMPLES, prove
from builder.transport import transport

AFFAIRS = [
    "citizen_death",
    "employee_onboarding",
    "enterprise_setup",
    "newborn_birth",
    "property_transfer",
    "restaurant_opening",
]


def tried(form, documents=None, **more):
    return prove(
        form, documents=documents or {}, samples=60, random=Random(7), enough=20, **more
    )


def test_a_right_merge_is_proven(definitions):
    proof = tried(definitions.merge())

    assert proof.ok
    assert proof.t_equals_v.valid >= 20
    assert proof.t_equals_v.invalid >= 20
    assert proof.round_trip.checked > 0
    assert proof.uncertified == ()


def test_the_same_seed_tries_the_same(definitions):
    form = definitions.merge()

    assert tried(form) == tried(form)


@pytest.mark.parametrize("affair", AFFAIRS)
def test_the_shipped_affairs_are_proven(forms, affair):
    proof = tried(forms[affair])

    assert proof.ok, proof.examples
    assert proof.t_equals_v.mismatched == 0
    assert proof.conflicts == ()
    assert proof.uncertified == ()


@pytest.mark.slow
@pytest.mark.parametrize("affair", AFFAIRS)
def test_the_shipped_affairs_are_proven_in_full(forms, affair):
    """What a release promises: publishing them draws only a few samples."""
    proof = prove(forms[affair], documents={}, samples=SAMPLES, random=Random(0))

    assert proof.ok, proof.examples
    agreed = proof.t_equals_v
    assert agreed.valid + agreed.invalid >= SAMPLES
    assert min(agreed.valid, agreed.invalid) >= ENOUGH
    assert (proof.conflicts, proof.uncertified) == ((), ())


def test_a_schema_that_lies_is_caught_with_the_answers_that_show_it(definitions):
    form = definitions.merge()
    lying = replace(transport(form), schema={"type": "object"})

    proof = tried(form, transported=lying)

    assert not proof.ok
    assert proof.t_equals_v.mismatched > 0
    assert proof.mismatch.answers == proof.examples["t_equals_v"]
    assert proof.mismatch.refused


def test_a_document_that_does_not_come_back_is_told(definitions):
    document = {"person": {"idNumber": "11010519491231002X", "sex": "x"}}

    proof = tried(definitions.merge(), {"pension": [document]})

    assert not proof.ok
    assert proof.round_trip.failed == 1
    assert proof.examples["round_trip"] == {"pension": document}


def test_forms_that_cannot_agree_are_told_with_a_value_of_each(definitions):
    fields = definitions["matters/pension/schema.json"]["properties"]["person"]
    fields["properties"]["idNumber"] = {"enum": ["1" * 18]}
    definitions["matters/register/schema.json"]["properties"]["idNo"] = {
        "enum": ["2" * 18]
    }

    proof = tried(definitions.merge())

    assert not proof.ok
    assert [error.code for error in proof.conflicts] == ["E_CONFLICT"]
    core = proof.conflicts[0].core
    assert {each.witness[0] for each in core} == {"1" * 18, "2" * 18}


def test_proving_changes_nothing(definitions):
    form = definitions.merge()
    before = pack.dump(form)

    tried(form)

    assert pack.dump(form) == before
