"""The whole way of an applicant, in a real browser."""

import re

import pytest
from playwright.sync_api import expect

from renderer.demo.once import sample

NEWBORN = "newborn_birth"

pytestmark = pytest.mark.browser


def begin(page, tag="zh-CN", person=""):
    page.goto(f"/language/{tag}")
    if person:
        page.goto(f"/sign-in?next=/affairs/{NEWBORN}")
        page.locator(f'button[name="person"][value="{person}"]').click()
    else:
        page.goto(f"/affairs/{NEWBORN}")
    page.locator('form[action$="/start"] button').click()


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_a_newborn_is_registered_from_the_front_page_to_the_progress_page(
    new_page, fill_in, forms, scripts
):
    told = sample(NEWBORN)
    page = new_page(java_script_enabled=scripts)
    page.goto("/")
    page.locator(f'a[href="/affairs/{NEWBORN}"]').click()
    page.get_by_text("先登录").click()
    page.locator(f'button[name="person"][value="{told["person"]}"]').click()
    page.locator('form[action$="/start"] button').click()
    fill_in(page, forms[NEWBORN], told["answers"])
    page.locator("#declared").check()
    page.locator('button[value="submit"]').click()

    assert page.locator("h1").inner_text() == "回执"
    assert page.locator(".caseno").inner_text().startswith("YB2")
    page.locator("a.btn").click()
    assert page.locator("h1").inner_text() == "办到哪一步了"


@pytest.mark.parametrize("tag", ["zh-CN", "en"])
def test_pages_with_errors_are_accessible_and_fit(new_page, look, tag):
    page = new_page()
    page.goto(f"/language/{tag}")
    begin(page, tag)
    page.locator('.go button[value="next"]').click()
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
    begin(page)
    page.locator('.go button[value="next"]').click()
    look(page)


def test_a_link_in_the_error_summary_leads_to_the_control(new_page):
    page = new_page()
    begin(page)
    page.locator('.go button[value="next"]').click()
    link = page.locator("#errors a").first
    target = link.get_attribute("href").removeprefix("#")

    link.click()

    assert page.evaluate("document.activeElement.id") == target


def test_a_row_is_added_changed_and_taken_out_on_accessible_pages(
    new_page, look, forms, stands_on
):
    told = sample("enterprise_setup")
    page = new_page()
    page.goto("/sign-in")
    page.locator(f'button[name="person"][value="{told["person"]}"]').click()
    page.goto("/affairs/enterprise_setup")
    page.locator('form[action$="/start"] button').click()
    for block in page.locator("[data-question]").all():
        block.locator("input").first.check()
    page.locator('.go button[value="next"]').click()
    listing = next(q for q in forms["enterprise_setup"].questions if q.columns)
    page.goto(f"{page.url}/pages/{stands_on('enterprise_setup', listing.pointer)}")

    page.locator(f"#{listing.name}-add").click()

    page.wait_for_url(re.compile(f"/rows/{listing.name}/1$"))
    look(page)
    page.locator(f"#{listing.name}-r0-c1").fill("甲")
    page.locator('.go button[value="next"]').click()
    expect(page.locator("#errors")).to_be_visible()
    look(page)
    page.locator('button[value="back"]').click()
    expect(page.locator(f"#{listing.name}-r0")).to_have_text(re.compile("修改"))
    look(page)
    page.locator(f"#{listing.name}-r0-remove").click()
    expect(page.locator("h1")).to_contain_text("第 1 行吗？")
    look(page)
    page.locator(".go button").click()
    expect(page.locator("main")).to_contain_text("还没有填。")


def test_a_proposed_value_is_corrected_without_scripts(new_page, forms, stands_on):
    told = sample(NEWBORN)
    page = new_page(java_script_enabled=False)
    begin(page, person=told["person"])
    while "/situations" in page.url:
        for block in page.locator("[data-question]").all():
            block.locator("input").first.check()
        page.locator('.go button[value="next"]').click()
    phone = next(
        q for q in forms[NEWBORN].questions if q.label["zh-CN"] == "母亲的手机号码"
    )
    there = f"{page.url}/pages/{stands_on(NEWBORN, phone.pointer)}"
    page.goto(there)
    block = page.locator(f'[data-question="{phone.name}"]')

    block.locator("summary").first.click()
    page.locator(f'[name="{phone.name}"]').fill("13900000000")
    page.locator('.go button[value="later"]').click()

    page.goto(there)
    assert page.locator(f'[name="{phone.name}"]').input_value() == "13900000000"
