"""Leaving in the middle and coming back, also to a half-filled row of a list."""

import re

import pytest

COMPANY = "enterprise_setup"


@pytest.fixture
def rows(forms):
    """A list of the company form."""
    return next(q for q in forms[COMPANY].questions if q.input == "rows")


def begin(site):
    page = site.begin(COMPANY)
    while "/situations" in page.path:
        said = {
            name: re.search(rf'name="{name}" value="([^"]*)"', page.html)[1]
            for name in page.questions
        }
        page = site.send(page, "/situations", _do="next", **said)
    return page


def test_a_code_leads_back_to_the_row_that_was_half_filled_in(
    site, another_browser, rows
):
    tasks = begin(site)
    code = re.search(r"[0-9A-Z]{4}(-[0-9A-Z]{4}){2}", tasks.words).group()
    page = site.get(f"{tasks.path}/rows/{rows.name}/1")
    cell = f"{rows.name}-r0-{rows.columns[0].name}"
    site.send(page, page.path, _do="later", **{cell: "甲"})

    again = another_browser.send(
        another_browser.get("/mine"), "/resume", code=code.lower()
    )

    assert again.path == page.path
    assert again.form(page.path).values[cell] == ["甲"]


def test_my_cases_lead_back_to_the_page_that_was_left(site):
    tasks = begin(site)
    page = site.get(f"{tasks.path}/pages/company")
    site.send(page, page.path, _do="later")

    assert page.path in site.get("/mine").links


def test_what_is_typed_is_kept_before_a_button_is_pressed(site, rows):
    tasks = begin(site)
    page = site.get(f"{tasks.path}/rows/{rows.name}/1")
    cell = f"{rows.name}-r0-{rows.columns[0].name}"

    kept = site.send(page, page.path, _do="autosave", **{cell: "甲"})
    sent = site.send(kept, page.path, _do="later", **{cell: "甲乙"})

    assert kept.status == 200
    assert "errors" not in kept.ids
    assert sent.path == tasks.path
    assert site.get(page.path).form(page.path).values[cell] == ["甲乙"]


def test_a_page_that_told_nobody_of_its_saving_meets_its_own_answer(site, forms):
    tasks = begin(site)
    page = site.get(f"{tasks.path}/pages/company")
    named = next(
        q.name for q in forms[COMPANY].questions if q.pointer == "/facts/org:org.name"
    )
    site.send(page, page.path, _do="autosave", **{named: "甲"})

    stale = site.send(page, page.path, _do="later", **{named: "甲乙"})

    assert stale.status == 409


def test_saving_by_itself_accepts_no_proposal(site):
    site.sign_in("lin")
    page = site.begin("newborn_birth")
    while "/situations" in page.path:
        said = {
            name: re.search(rf'name="{name}" value="([^"]*)"', page.html)[1]
            for name in page.questions
        }
        page = site.send(page, "/situations", _do="next", **said)
    page = site.get(f"{page.path}/pages/mother")
    assert page.proposed

    site.send(page, page.path, _do="autosave")
    assert site.get(page.path).proposed == page.proposed

    site.send(page, page.path, _do="later")
    assert not site.get(page.path).proposed
