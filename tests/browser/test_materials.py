"""Handing in a material in a real browser: chosen, refused, kept, removed, promised."""

from io import BytesIO

import pytest
from PIL import Image

from renderer.demo.papers import paper
from tests.browser.steps import NEXT, begin, press

NEWBORN, COMPANY = "newborn_birth", "enterprise_setup"
BILLS, STAMP = "nhsa.maternity_expense:m1", "tax.invoice:m2"

pytestmark = pytest.mark.browser


def file(name, content, kind="application/pdf"):
    return {"name": name, "mimeType": kind, "buffer": content}


def photo():
    written = BytesIO()
    Image.new("RGB", (300, 200), "navy").save(written, "JPEG")
    return written.getvalue()


def begun(page, affair, tag="zh-CN"):
    """Begin, and answer the situations: yes, but for costs settled already."""
    page.goto(f"/language/{tag}")
    begin(page, affair)
    while page.url.partition("?")[0].endswith("/situations"):
        for block in page.locator("[data-question]").all():
            many = block.locator("input").count()
            last = "直接结算" in block.inner_text() or "settled" in block.inner_text()
            block.locator("input").nth(many - 1 if last else 0).check()
        press(page, NEXT)
    return page.url.partition("?")[0]


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_files_are_chosen_kept_after_an_error_taken_back_and_fetched(new_page, scripts):
    page = new_page(java_script_enabled=scripts)
    draft = begun(page, NEWBORN)
    page.goto(f"{draft}/materials/{BILLS}")

    bad, good = file("坏.docx", b"PK"), file("小结.jpg", photo(), "image/jpeg")
    page.locator("#file").set_input_files([bad, good])
    press(page, 'button[value="upload"]')

    assert "“坏.docx”不是" in page.locator("#errors").inner_text()
    assert page.locator("#file").get_attribute("aria-invalid") == "true"
    page.locator("#errors a").click()
    assert page.url.endswith("#file")
    page.goto(f"{draft}/materials/{BILLS}")
    with page.expect_download() as got:
        page.get_by_text("小结.jpg").first.click()
    assert got.value.suggested_filename == "小结.jpg"
    press(page, 'a[href*="/remove/"]')
    press(page, "form button")
    assert page.get_by_text("小结.jpg").count() == 0
    page.locator("#file").set_input_files([file("小结.pdf", paper("A bill"))])
    press(page, 'button[value="upload"]')
    page.goto(f"{draft}/check")
    assert "小结.pdf" in page.locator("main").inner_text()


@pytest.mark.parametrize("tag", ["zh-CN", "en"])
def test_every_state_of_the_materials_is_accessible_and_fits(new_page, look, tag):
    page = new_page()
    draft = begun(page, NEWBORN, tag)
    page.goto(f"{draft}/materials")
    look(page)
    page.goto(f"{draft}/materials/{BILLS}")
    look(page)
    page.locator("#file").set_input_files([file("a.zip", b"PK")])
    press(page, 'button[value="upload"]')
    look(page)
    page.locator("#file").set_input_files([file("a.pdf", paper("A bill"))])
    press(page, 'button[value="upload"]')
    look(page)
    press(page, 'a[href*="/remove/"]')
    look(page)
    draft = begun(page, COMPANY, tag)
    page.goto(f"{draft}/materials/{STAMP}")
    look(page)
    press(page, 'button[value="promise"]')
    look(page)
    page.goto(f"{draft}/materials/{STAMP}")
    look(page)


@pytest.mark.parametrize("view", ["elder", "contrast"])
def test_other_reading_modes_of_a_material_are_accessible_and_fit(new_page, look, view):
    page = new_page()
    page.goto(f"/view/{view}?next=/")
    draft = begun(page, COMPANY)
    page.goto(f"{draft}/materials/{STAMP}")
    look(page)


def test_a_telephone_offers_its_camera_and_a_desk_does_not(new_page):
    for touch in (True, False):
        page = new_page(has_touch=touch, is_mobile=touch)
        draft = begun(page, NEWBORN)
        page.goto(f"{draft}/materials/{BILLS}")

        assert page.locator("#camera").is_visible() == touch
