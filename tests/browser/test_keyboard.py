"""From the front page to the receipt by keys alone: Tab, space, arrows, Enter."""

import pytest

from builder import pointer
from builder.pointer import ABSENT
from renderer.demo.once import sample
from renderer.fields import written
from tests.browser.steps import Hands

NEWBORN = "newborn_birth"
MOST_PAGES = 40

pytestmark = pytest.mark.browser


def test_a_newborn_is_registered_by_keyboard_alone(new_page, forms):
    told, form = sample(NEWBORN), forms[NEWBORN]
    known = {q.name: q for q in (*form.situations, *form.questions)}
    page = new_page()
    hands = Hands(page)
    page.goto("/")
    hands.press(f'a[href="/affairs/{NEWBORN}"]')
    hands.press('a[href^="/sign-in"]')
    hands.press(f'button[value="{told["person"]}"]')
    hands.press('form[action$="/start"] button')
    for _ in range(MOST_PAGES):
        if page.url.endswith("/check"):
            break
        if page.locator("#file").count():
            if not page.locator("a.btn").count():
                hands.choose_file()
                hands.press('button[value="upload"]')
            hands.press("a.btn")
        elif not page.locator("[data-question]").count():
            hands.press("a.btn")
        else:
            for block in page.locator("[data-question]:not([data-proposed])").all():
                question = known[block.get_attribute("data-question")]
                value = pointer.get(told["answers"], pointer.parts(question.pointer))
                if value is not ABSENT:
                    boxes = written(question, question.name, value)
                    for name, texts in boxes.items():
                        hands.fill(name, texts[0])
            hands.press('.go button[value="next"]')
            assert page.locator("#errors").count() == 0, page.url
    hands.go_to("#declared")
    hands.key("Space")
    hands.press('button[value="submit"]')

    assert page.locator("h1").inner_text() == "回执"
    assert page.locator(".caseno").inner_text().startswith("YB2")
