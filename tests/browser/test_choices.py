"""Choices in a real browser: what no list names can be written, on any width."""

import pytest

from tests.browser.steps import NEXT, begin, press, situated

NEWBORN = "newborn_birth"
PAYEE = "/matters/hrss.maternity_allowance/PAYUNIT"

pytestmark = pytest.mark.browser


def open_question(page, form, pointer, on):
    """Begin a form, say the first choice of every situation, open a question's page."""
    begin(page, form.affair)
    page.goto(f"{situated(page).split('?')[0]}/pages/{on}")
    return next(each for each in form.questions if each.pointer == pointer)


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_the_box_for_ones_own_words_comes_with_none_of_these(
    new_page, look, forms, stands_on, scripts
):
    page = new_page(java_script_enabled=scripts)
    on = stands_on(NEWBORN, PAYEE)
    question = open_question(page, forms[NEWBORN], PAYEE, on)
    box, none = (page.locator(f"#{question.name}-{end}") for end in ("o", "none"))

    assert not box.is_visible()
    none.check()
    assert box.is_visible()
    box.fill("由双方的父母共同领取，再按约定的比例分给每一个人")
    press(page, NEXT)

    assert box.is_visible()
    assert box.get_attribute("aria-invalid") == "true"
    assert page.locator(f'#errors a[href="#{question.name}-o"]').count() == 1
    look(page)
    # Who turns to a listed choice still sees what is left in the box.
    page.locator(f"#{question.name}-0").check()
    assert box.is_visible()
