"""Back, reload and the links of a page being filled in, in a real browser."""

import re

import pytest

from tests.browser.steps import NEXT, begin, press, situated

NEWBORN = "newborn_birth"
COMPANY = "enterprise_setup"

pytestmark = pytest.mark.browser


def test_back_and_reload_lead_to_the_page_that_is_to_be_put_right(new_page):
    page = new_page()
    begin(page, NEWBORN)
    press(page, NEXT)
    assert page.locator("#errors").is_visible()
    page.goto("/")

    page.go_back()
    assert page.locator("#errors").is_visible()

    page.reload()
    assert page.locator("h1").inner_text() == "您的情形"


def test_back_and_reload_repeat_no_row_of_a_list(new_page, forms, stands_on):
    page = new_page()
    begin(page, COMPANY)
    situated(page)
    rows = next(q for q in forms[COMPANY].questions if q.columns)
    there = f"{page.url}/pages/{stands_on(COMPANY, rows.pointer)}"
    page.goto(there)
    press(page, f"#{rows.name}-add")
    page.wait_for_url(re.compile(f"/rows/{rows.name}/1$"))
    page.reload()
    first = page.locator(f'[name="{rows.name}-r0-{rows.columns[0].name}"]')
    first.fill("甲")

    press(page, NEXT)
    assert page.locator("#errors").is_visible()  # what else the row must say
    page.goto(there)
    page.go_back()
    assert first.input_value() == "甲"
    page.go_back()
    page.wait_for_url(re.compile(f"/rows/{rows.name}/1$"))
    first.fill("乙")
    press(page, '.go button[value="later"]')

    page.goto(there)
    assert page.locator(f"#{rows.name}-r0").count() == 1
    assert "乙" in page.locator(f"#q-{rows.name}").inner_text()
    assert page.locator(f"#{rows.name}-r1").count() == 0


def test_the_switches_of_a_page_keep_what_was_typed(new_page, look, forms):
    page = new_page()
    begin(page, NEWBORN)
    situated(page)
    press(page, page.locator('a[href$="/pages/birth"]').first)
    weight = next(
        q.name for q in forms[NEWBORN].questions if q.pointer.endswith("weight_g")
    )
    box = page.locator(f'[name="{weight}"]')
    box.fill("三千二百克")

    press(page, page.get_by_role("button", name="长辈版"))
    assert box.input_value() == "三千二百克"
    press(page, page.get_by_role("button", name="English"))
    assert box.input_value() == "三千二百克"
    look(page)
    press(page, page.get_by_role("button", name="Back"))

    assert page.locator(".st.fix").count() == 1


def test_enter_in_a_box_saves_and_goes_on(new_page, forms):
    page = new_page()
    begin(page, NEWBORN)
    situated(page)
    press(page, page.locator('a[href$="/pages/child"]').first)
    name = next(
        q.name for q in forms[NEWBORN].questions if q.pointer.endswith("newborn_name")
    )

    page.locator(f'[name="{name}"]').fill("周安")
    with page.expect_navigation():
        page.locator(f'[name="{name}"]').press("Enter")

    assert page.locator("#errors").is_visible()
    assert page.locator("html").get_attribute("class") is None
