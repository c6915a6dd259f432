"""The whole way of an applicant, in a real browser."""

import re

import pytest
from playwright.sync_api import expect

from renderer.demo.once import sample
from tests.browser.steps import NEXT, START, begin, press, situated

NEWBORN = "newborn_birth"

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_a_newborn_is_registered_from_the_front_page_to_the_progress_page(
    new_page, fill_in, forms, scripts
):
    told = sample(NEWBORN)
    page = new_page(java_script_enabled=scripts)
    page.goto("/")
    press(page, f'a[href="/affairs/{NEWBORN}"]')
    press(page, page.get_by_text("先登录"))
    press(page, f'button[name="person"][value="{told["person"]}"]')
    press(page, START)
    fill_in(page, forms[NEWBORN], told["answers"])
    page.locator("#declared").check()
    press(page, 'button[value="submit"]')

    assert page.locator("h1").inner_text() == "回执"
    assert page.locator(".caseno").inner_text().startswith("YB2")
    press(page, "a.btn")
    assert page.locator("h1").inner_text() == "办到哪一步了"


@pytest.mark.parametrize("tag", ["zh-CN", "en"])
def test_pages_with_errors_are_accessible_and_fit(new_page, look, tag):
    page = new_page()
    page.goto(f"/language/{tag}")
    begin(page, NEWBORN)
    press(page, NEXT)
    assert page.locator("#errors").is_visible()
    look(page)
    page.goto("/nothing-here")
    look(page)


def test_high_contrast_is_accessible_and_fits(new_page, look):
    page = new_page()
    page.goto("/view/contrast?next=/")
    look(page)
    page.goto(f"/affairs/{NEWBORN}")
    look(page)
    begin(page, NEWBORN)
    press(page, NEXT)
    look(page)


def test_a_link_in_the_error_summary_leads_to_the_control(new_page):
    page = new_page()
    begin(page, NEWBORN)
    press(page, NEXT)
    link = page.locator("#errors a").first
    target = link.get_attribute("href").removeprefix("#")

    link.click()

    expect(page.locator(f"#{target}")).to_be_focused()


def test_a_row_is_added_changed_and_taken_out_on_accessible_pages(
    new_page, look, forms, stands_on
):
    told = sample("enterprise_setup")
    page = new_page()
    begin(page, "enterprise_setup", person=told["person"])
    situated(page)
    listing = next(q for q in forms["enterprise_setup"].questions if q.columns)
    page.goto(f"{page.url}/pages/{stands_on('enterprise_setup', listing.pointer)}")

    press(page, f"#{listing.name}-add")

    assert page.url.endswith(f"/rows/{listing.name}/1")
    look(page)
    page.locator(f"#{listing.name}-r0-c1").fill("甲")
    press(page, NEXT)
    expect(page.locator("#errors")).to_be_visible()
    look(page)
    press(page, 'button[value="back"]')
    expect(page.locator(f"#{listing.name}-r0")).to_have_text(re.compile("修改"))
    look(page)
    press(page, f"#{listing.name}-r0-remove")
    expect(page.locator("h1")).to_contain_text("第 1 行吗？")
    look(page)
    press(page, ".go button")
    expect(page.locator("main")).to_contain_text("还没有填。")


def test_a_proposed_value_is_corrected_without_scripts(new_page, forms, stands_on):
    told = sample(NEWBORN)
    page = new_page(java_script_enabled=False)
    begin(page, NEWBORN, person=told["person"])
    situated(page)
    phone = next(
        q for q in forms[NEWBORN].questions if q.label["zh-CN"] == "母亲的手机号码"
    )
    there = f"{page.url}/pages/{stands_on(NEWBORN, phone.pointer)}"
    page.goto(there)
    block = page.locator(f'[data-question="{phone.name}"]')

    block.locator("summary").first.click()
    page.locator(f'[name="{phone.name}"]').fill("13900000000")
    press(page, '.go button[value="later"]')

    page.goto(there)
    assert page.locator(f'[name="{phone.name}"]').input_value() == "13900000000"
