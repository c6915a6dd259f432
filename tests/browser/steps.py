"""What people do on a page, each step to its end.

Playwright's own `click` may return while the old page is still there: whoever looks
then sees the wrong one. So a press that leads to another page waits for that page.
"""

from playwright.sync_api import Locator, Page, expect

from renderer.demo.papers import paper

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
#: What axe-core looks for; of what is right it would write long reports, too.
AXE = {"runOnly": {"type": "tag", "values": TAGS}, "resultTypes": ["violations"]}
NEXT = '.go button[value="next"]'
BILL = {"name": "票据.pdf", "mimeType": "application/pdf", "buffer": paper("A bill")}
#: Stops of the Tab key on one page, and choices of one list.
MOST_STOPS, MOST_CHOICES = 150, 120
HERE = "document.activeElement"
START = 'form[action$="/start"] button'


def press(page: Page, on: str | Locator) -> None:
    """Press what leads to another page, and wait until that page is whole."""
    with page.expect_navigation():
        (page.locator(on) if isinstance(on, str) else on).click()


def begin(page: Page, affair: str, *, person: str = "") -> None:
    """Begin a form, signed in or not; stop at its situations."""
    if person:
        page.goto(f"/sign-in?next=/affairs/{affair}")
        press(page, f'button[name="person"][value="{person}"]')
    else:
        page.goto(f"/affairs/{affair}")
    press(page, START)


def situated(page: Page) -> str:
    """Say the first choice of every situation; return the address of the steps."""
    while "/situations" in page.url:
        for block in page.locator("[data-question]").all():
            block.locator("input").first.check()
        press(page, NEXT)
    return page.url


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
