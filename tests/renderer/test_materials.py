"""What an applicant is told to bring is what departments are told to expect."""

import pytest

from renderer.portal.materials import material_groups, needed_groups, nothing_to_bring
from submissions.delivery.events import materials_of

AFFAIRS = ["newborn_birth", "enterprise_setup"]


@pytest.fixture(autouse=True)
def reader(app):
    with app.test_request_context():
        yield


@pytest.mark.parametrize("affair", AFFAIRS)
def test_to_bring_is_what_departments_see_as_outstanding(forms, affair):
    for matter in forms[affair].matters:
        for material in matter.materials:
            needed = [(matter, material)]
            (told,) = materials_of(matter, needed)
            (group,) = needed_groups(needed)

            assert (group.effort == "bring") == (told["state"] == "outstanding")
            assert nothing_to_bring([group]) == (told["state"] == "exempt")


@pytest.mark.parametrize("affair", AFFAIRS)
def test_the_guide_and_the_case_sort_a_material_alike(forms, affair):
    form = forms[affair]
    every = [(matter, each) for matter in form.matters for each in matter.materials]

    guide = {g.effort: {m.label for m in g.materials} for g in material_groups(form)}
    case = {g.effort: {m.label for m in g.materials} for g in needed_groups(every)}

    assert guide == case


def test_no_material_promises_an_upload(forms):
    for affair in AFFAIRS:
        for group in material_groups(forms[affair]):
            for line in group.materials:
                assert "扫描件" not in line.note
