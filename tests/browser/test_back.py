"""Back, reload and the links of a page being filled in, in a real browser."""

import re

import pytest

NEWBORN = "newborn_birth"
COMPANY = "enterprise_setup"

pytestmark = pytest.mark.browser


def begin(page, affair):
    page.goto(f"/affairs/{affair}")
    page.locator('form[action$="/start"] button').click()


def answer_situations(page):
    while "/situations" in page.url:
        for block in page.locator("[data-question]").all():
            block.locator("input").first.check()
        page.locator('.go button[value="next"]').click()


def test_back_and_reload_lead_to_the_page_that_is_to_be_put_right(new_page):
    page = new_page()
    begin(page, NEWBORN)
    page.locator('.go button[value="next"]').click()
    assert page.locator("#errors").is_visible()
    page.goto("/")

    page.go_back()
    assert page.locator("#errors").is_visible()

    page.reload()
    assert page.locator("h1").inner_text() == "您的情形"


def test_back_and_reload_repeat_no_row_of_a_list(new_page, forms, stands_on):
    page = new_page()
    begin(page, COMPANY)
    answer_situations(page)
    rows = next(q for q in forms[COMPANY].questions if q.columns)
    there = f"{page.url}/pages/{stands_on(COMPANY, rows.pointer)}"
    page.goto(there)
    page.locator(f"#{rows.name}-add").click()
    page.wait_for_url(re.compile(f"/rows/{rows.name}/1$"))
    page.reload()
    first = page.locator(f'[name="{rows.name}-r0-{rows.columns[0].name}"]')
    first.fill("甲")

    page.locator('.go button[value="next"]').click()
    page.locator("#errors").wait_for()  # what else the row must say is missing
    page.goto(there)
    page.go_back()
    assert first.input_value() == "甲"
    page.go_back()
    page.wait_for_url(re.compile(f"/rows/{rows.name}/1$"))
    first.fill("乙")
    page.locator('.go button[value="later"]').click()

    page.goto(there)
    assert page.locator(f"#{rows.name}-r0").count() == 1
    assert "乙" in page.locator(f"#q-{rows.name}").inner_text()
    assert page.locator(f"#{rows.name}-r1").count() == 0


def test_the_switches_of_a_page_keep_what_was_typed(new_page, look, forms):
    page = new_page()
    begin(page, NEWBORN)
    answer_situations(page)
    page.locator('a[href$="/pages/birth"]').first.click()
    weight = next(
        q.name for q in forms[NEWBORN].questions if q.pointer.endswith("weight_g")
    )
    box = page.locator(f'[name="{weight}"]')
    box.fill("三千二百克")

    page.get_by_role("button", name="长辈版").click()
    assert box.input_value() == "三千二百克"
    page.get_by_role("button", name="English").click()
    assert box.input_value() == "三千二百克"
    look(page)
    page.get_by_role("button", name="Back").click()

    assert page.locator(".st.fix").count() == 1


def test_enter_in_a_box_saves_and_goes_on(new_page, forms):
    page = new_page()
    begin(page, NEWBORN)
    answer_situations(page)
    page.locator('a[href$="/pages/child"]').first.click()
    name = next(
        q.name for q in forms[NEWBORN].questions if q.pointer.endswith("newborn_name")
    )

    page.locator(f'[name="{name}"]').fill("周安")
    page.locator(f'[name="{name}"]').press("Enter")

    assert page.locator("#errors").is_visible()
    assert page.locator("html").get_attribute("class") is None
