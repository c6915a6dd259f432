"""What people do on a page, each step to its end.

Playwright's own `click` may return while the old page is still there: whoever looks
then sees the wrong one. So a press that leads to another page waits for that page.
"""

from playwright.sync_api import Locator, Page

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
#: What axe-core looks for; of what is right it would write long reports, too.
AXE = {"runOnly": {"type": "tag", "values": TAGS}, "resultTypes": ["violations"]}
NEXT = '.go button[value="next"]'
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
