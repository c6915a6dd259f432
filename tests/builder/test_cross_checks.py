"""Answers that contradict each other are refused with a sentence, at their place."""

import json
from copy import deepcopy
from dataclasses import replace

import pytest

from builder import citizen_numbers, pointer
from builder.diff import diff
from builder.errors import DefinitionErrors
from builder.merge import merge
from builder.validity import Judge

MOTHER, FATHER = "420116199603122468", "420116199408253171"
INV, EMP = "/matters/amr.establish/INV", "/matters/si.employee_enroll/EMP"


@pytest.fixture(scope="module")
def found(forms, checkout):
    """Return what is wrong with the sample answers of an affair after some changes."""
    judges = {affair: Judge(form) for affair, form in forms.items()}

    def faults(affair, **changes):
        file = checkout / "renderer" / "demo" / "answers" / f"{affair}.json"
        answers = json.loads(file.read_bytes())["answers"]
        for where, value in changes.items():
            at = where if where.startswith("/") else f"/facts/{where}"
            pointer.put(answers, pointer.parts(at), value)
        return {f.pointer: f for f in judges[affair].faults(answers)}

    return faults


def rows(checkout, affair, list_):
    file = checkout / "renderer" / "demo" / "answers" / f"{affair}.json"
    answers = json.loads(file.read_bytes())["answers"]
    return deepcopy(pointer.get(answers, pointer.parts(list_)))


def test_the_sample_answers_contradict_themselves_nowhere(forms, found):
    assert {affair: found(affair) for affair in forms} == {each: {} for each in forms}


@pytest.mark.parametrize(
    ("affair", "changes", "place"),
    [
        ("newborn_birth", {"mother:person.age": 29}, "mother:person.age"),
        (
            "newborn_birth",
            {"newborn:birth.datetime": "2026-03-11T09:26"},
            "mother:person.age",
        ),
        (
            "newborn_birth",
            {"mother:person.id_number": FATHER},
            "mother:person.id_number",
        ),
        (
            "newborn_birth",
            {"claimant:person.id_number": "420116196504181311"},
            "claimant:person.id_number",
        ),
        (
            "newborn_birth",
            {"guardian:person.guardian_relation": "01"},
            "guardian:person.id_number",
        ),
        (
            "newborn_birth",
            {"newborn:person.relation_to_head": "42"},
            "newborn:person.relation_to_head",
        ),
        (
            "newborn_birth",
            {"applicant:person.relation_to_newborn": "51"},
            "applicant:person.relation_to_newborn",
        ),
        (
            "newborn_birth",
            {"newborn:birth.gestation_weeks": 10},
            "newborn:birth.gestation_weeks",
        ),
        ("enterprise_setup", {"org:org.registered_capital": 100}, INV),
        ("enterprise_setup", {"org:seal.quantity": 3}, "org:seal.quantity"),
        ("enterprise_setup", {"org:org.employee_count": 1}, EMP),
        (
            "employee_onboarding",
            {"employee:person.birth_date": "1949-01-01"},
            "employee:person.birth_date",
        ),
        (
            "citizen_death",
            {"deceased:cremation.date": "1999-01-01"},
            "deceased:cremation.date",
        ),
        ("citizen_death", {"heir:bank.holder": "别人"}, "heir:bank.holder"),
        ("property_transfer", {"case:deal.net_price": 10**9}, "case:deal.net_price"),
        (
            "restaurant_opening",
            {"situation:area_large": True, "place:place.area": 299},
            "place:place.area",
        ),
    ],
)
def test_a_contradiction_is_refused_where_it_can_be_put_right(
    found, affair, changes, place
):
    at = place if place.startswith("/") else f"/facts/{place}"

    assert at in found(affair, **changes)


def test_each_row_is_compared_with_itself(found, checkout):
    staff = rows(checkout, "enterprise_setup", EMP)
    staff[1]["AAC006"], staff[1]["AAC004"] = "19980628", "2"

    places = found("enterprise_setup", **{EMP: staff})

    assert set(places) == {f"{EMP}/1/AAC006", f"{EMP}/1/AAC004"}


def test_shares_in_ten_thousands_may_have_fractions_and_foreign_capital_is_let_be(
    found, checkout
):
    shares = rows(checkout, "enterprise_setup", INV)
    shares[0]["SUBCONAM"], shares[1]["SUBCONAM"] = 33.4, 66.6
    assert found("enterprise_setup", **{INV: shares}) == {}

    shares[0]["SUBCONAM"] = 33.5
    assert set(found("enterprise_setup", **{INV: shares})) == {INV}
    dollars = {"org:org.capital_currency": "USD"}
    assert found("enterprise_setup", **{INV: shares}, **dollars) == {}


def test_what_is_not_answered_or_no_number_decides_nothing(found):
    passport = {"mother:person.id_type": "414", "mother:person.id_number": "E12345678"}
    as_mother = {"claimant:person.id_number": "E12345678"}
    as_mother["guardian:person.id_number"] = "E12345678"

    assert found("newborn_birth", **passport, **as_mother) == {}


@pytest.mark.parametrize(
    ("number", "slip"),
    [
        (MOTHER, None),
        (MOTHER[:-1], "length"),
        (f"{MOTHER[:-1]}Y", "letters"),
        ("420116199602302468", "date"),
        (f"{MOTHER[:-1]}7", "check"),
    ],
)
def test_a_slip_in_a_citizen_number_is_named(found, number, slip):
    assert citizen_numbers.slip(number) == slip
    if slip:
        faults = found("newborn_birth", **{"mother:person.id_number": number})
        at = faults["/facts/mother:person.id_number"]
        assert (at.keyword, at.limit["zh-CN"][:6]) == ("citizen_number", "身份证号码写")


def test_checks_only_narrow_and_a_change_of_one_is_told(forms):
    form = forms["newborn_birth"]
    without = replace(form, checks=form.checks[1:])
    [change] = diff(form, without)
    assert (change.kind, change.subject) == ("removed", "check")

    first = replace(form.checks[0], must_be="different")
    [change] = diff(form, replace(form, checks=(first, *form.checks[1:])))
    assert (change.kind, change.subject) == ("changed", "check")


def test_a_check_of_what_is_not_asked_is_refused_with_its_place(catalogue):
    affair = catalogue.affairs["enterprise_setup"]
    wrong = replace(affair.checks[0], at=f"{INV}/*/NOBODY")
    broken = replace(affair, checks=(wrong,))

    with pytest.raises(DefinitionErrors) as caught:
        merge(replace(catalogue, affairs={affair.id: broken}), affair.id)

    [error] = caught.value.errors
    assert error.place == "affairs/enterprise_setup.json#/checks/0/at"
