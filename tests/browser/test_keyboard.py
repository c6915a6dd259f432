"""From the front page to the receipt by keys alone: Tab, space, arrows, Enter."""

import pytest
from playwright.sync_api import expect

from builder import pointer
from builder.pointer import ABSENT
from renderer.demo.once import sample
from renderer.demo.papers import paper
from renderer.fields import written

NEWBORN = "newborn_birth"
BILL = {"name": "票据.pdf", "mimeType": "application/pdf", "buffer": paper("A bill")}
MOST_PAGES, MOST_STOPS, MOST_CHOICES = 40, 150, 120
HERE = "document.activeElement"

pytestmark = pytest.mark.browser


class Hands:
    """Somebody without a mouse."""

    def __init__(self, page):
        self.page = page
        page.on("filechooser", lambda chooser: chooser.set_files([BILL]))

    def key(self, name):
        self.page.keyboard.press(name)

    def go_to(self, selector):
        """Tab on until the focus is there; nothing may hold it fast."""
        for _ in range(MOST_STOPS):
            self.key("Tab")
            if self.page.evaluate(f"wanted => {HERE}.matches(wanted)", selector):
                return
        raise AssertionError(f"{selector} is not reached on {self.page.url}")

    def press(self, selector):
        """Press what leads to another page."""
        self.go_to(selector)
        with self.page.expect_navigation():
            self.key("Enter")

    def fill(self, name, text):
        self.go_to(f'[name="{name}"]')
        kind = self.page.evaluate(f"{HERE}.type")
        if kind in ("radio", "select-one"):
            self.key("Space" if kind == "radio" else "Home")
            for _ in range(MOST_CHOICES):
                if self.page.evaluate(f"{HERE}.value") == text:
                    return
                self.key("ArrowDown")
            raise AssertionError(f"{text} is not among the choices of {name}")
        self.key("Control+A")
        self.page.keyboard.type(text)

    def choose_file(self):
        self.go_to("#file")
        self.key("Enter")
        expect(self.page.locator("#file")).not_to_have_value("")


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
