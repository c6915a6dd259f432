"""What an applicant is told to hand in is what departments are told to expect."""

import pytest

from renderer.portal.materials import effort_of, material_groups
from submissions import materials

AFFAIRS = [
    "newborn_birth",
    "enterprise_setup",
    "property_transfer",
    "restaurant_opening",
    "citizen_death",
    "employee_onboarding",
]


@pytest.fixture(autouse=True)
def reader(app):
    with app.test_request_context():
        yield


@pytest.mark.parametrize("affair", AFFAIRS)
def test_to_hand_in_is_what_departments_see_as_outstanding(forms, affair):
    form = forms[affair]
    for matter in form.matters:
        for material in matter.materials:
            (need,) = materials.grouped(form, [(matter, material)])
            (told,) = materials.told(matter, [need], [], [])

            asked = effort_of(need) in {"bring", "promise"}
            assert asked == (told["state"] == "outstanding")


@pytest.mark.parametrize("affair", AFFAIRS)
def test_the_guide_names_every_material_once(forms, affair):
    form = forms[affair]
    told = [line.label for g in material_groups(form) for line in g.materials]
    every = {m.label["zh-CN"] for matter in form.matters for m in matter.materials}

    assert sorted(told) == sorted(every)


def test_one_paper_for_several_departments_is_asked_for_once(forms):
    form = forms["employee_onboarding"]
    every = ((m, each) for m in form.matters for each in m.materials)

    shared = [
        need for need in materials.grouped(form, every) if len(need.demanding) == 4
    ]

    assert [need.label["zh-CN"] for need in shared] == ["通行证、护照和就业证件"]
