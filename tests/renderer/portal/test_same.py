"""What was answered before is filled in again at one press."""

import re
from copy import deepcopy

from builder import pointer

SETUP = "enterprise_setup"
NAME, NUMBER = "/facts/finance:person.name", "/facts/finance:person.id_number"
ADDRESS = "/facts/org:org.business_address"


def without(begun, *places):
    answers = deepcopy(dict(begun.kept.answers))
    for place in places:
        pointer.remove(answers, pointer.parts(place))
    begun.save(answers=answers)


def offered(page):
    return dict(re.findall(r'value="(same:\d+)">([^<]+)<', page.html))


def names(forms):
    return {question.pointer: question.name for question in forms[SETUP].questions}


def test_a_person_named_before_is_filled_in_by_one_press_and_can_be_changed(
    begin, site, forms, stands_on
):
    begun, name = begin(site, SETUP), names(forms)
    there = f"/pages/{stands_on(SETUP, NAME)}"
    assert offered(begun.page(there)) == {}  # nothing is open
    without(begun, NAME, NUMBER)

    page = begun.page(there)
    [(button, text)] = offered(page).items()
    assert text == "财务负责人同法定代表人"
    page = site.send(page, there, _do=button)

    assert page.path.endswith(there)
    assert offered(page) == {}
    sent = page.form(there).values
    assert sent[name[NAME]] == ["陈思远"]
    assert sent[name[NUMBER]] == ["420102198807063532"]
    site.send(page, there, _do="next", **{name[NAME]: "陈思源"})
    assert begun.kept.answers["facts"]["finance:person.name"] == "陈思源"
    assert begun.kept.answers["facts"]["legal_rep:person.name"] == "陈思远"


def test_what_else_was_typed_on_the_page_is_kept_and_an_address_is_one_line(
    begin, site, forms, stands_on
):
    begun, name = begin(site, SETUP), names(forms)
    without(begun, ADDRESS)
    there = f"/pages/{stands_on(SETUP, ADDRESS)}"
    page = begun.page(there)

    [button] = offered(page)
    site.send(page, there, _do=button, **{name["/facts/org:org.postcode"]: "430399"})

    facts = begun.kept.answers["facts"]
    assert facts["org:org.business_address"] == (
        "湖北省武汉市黄陂区前川街道示例大道66号创业楼5层508室"
    )
    assert facts["org:org.postcode"] == "430399"


def test_nothing_is_offered_that_is_not_known_or_that_somebody_would_refuse(
    begin, site, forms, stands_on
):
    begun, name = begin(site, SETUP), names(forms)
    without(begun, NAME, "/facts/legal_rep:person.name")
    there = f"/pages/{stands_on(SETUP, NAME)}"
    page = begun.page(there)
    assert offered(page) == {}

    for wrong in ("same:0", "same:999", "same:x", "same:"):
        page = site.send(page, there, _do=wrong)
        assert page.status == 200
    assert "finance:person.name" not in begun.kept.answers["facts"]

    office = "/facts/org:org.office_phone"  # a landline; the company's is a mobile
    without(begun, office)
    page = begun.page(f"/pages/{stands_on(SETUP, office)}")
    assert name[office] in page.questions
    assert offered(page) == {}
