"""Every state of one whole affair at every end, seen with all kinds of needs.

The answers are put into the store, so that each page is one step away.
"""

import re
from dataclasses import replace

import pytest
from axe_playwright_python.sync_playwright import Axe

from renderer.demo.once import sample
from renderer.demo.papers import paper
from submissions import drafts, handing_in
from submissions.clock import utc_now, utc_text
from submissions.files.checking import checked
from tests.browser.steps import AXE, NEXT, begin, press

NEWBORN = "newborn_birth"
DESK, PHONE, NARROW = 1280, 390, 320
#: End, device and width.
ENDS = {
    "public": ("public", DESK),
    "elder": ("public", DESK),
    "phone": ("public", PHONE),
    "counter": ("counter", DESK),
    "kiosk": ("kiosk", DESK),
    "english": ("public", PHONE),
}
#: What a reader chooses first.
CHOSEN = {"elder": "/view/elder", "larger": "/view/larger", "english": "/language/en"}

pytestmark = pytest.mark.browser

BILLS = "nhsa.maternity_expense:m1"
CERTIFICATE = "nhc.birth_cert"

TOO_SMALL = """least => [
  ...document.querySelectorAll('a, button, summary, select, .box, .opt')
]
  .filter(e => !e.closest('.vh') && !e.matches('.skip, .vh') && e.checkVisibility())
  .filter(e => e.getBoundingClientRect().height < least)
  .map(e => e.outerHTML.slice(0, 120))"""
#: Root sizes: as it is, and twice the 112.5 % of the usual text.
DOUBLED = ("", "225%")
SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


class Walk:
    """One browser that goes through all states of the affair."""

    def __init__(self, page, store, end):
        self.page, self.store, self.end = page, store, end
        self.case = ""

    def begin(self):
        """Sign in and begin; stop at the first question."""
        told, page = sample(NEWBORN), self.page
        if self.end == "counter":
            page.goto("/sign-in")
            press(page, 'button[value="fang"]')
            page.goto(f"/affairs/{NEWBORN}/start")
            page.locator(f'input[value="{told["person"]}"]').check()
            press(page, ".go button")
        else:
            begin(page, NEWBORN, person=told["person"])
        self.case = re.search(r"/drafts/([^/]+)", page.url)[1]

    def answer(self, *, only=""):
        """Put the sample's answers into the store; only facts that begin like this."""
        now = utc_text(utc_now())
        draft = drafts.get(self.store, self.case, now=now)
        answers = sample(NEWBORN)["answers"]
        if only:
            facts = {k: v for k, v in answers["facts"].items() if k.startswith(only)}
            answers = {"facts": facts, "matters": {}}
        drafts.save(self.store, replace(draft, answers=answers), now=now)

    def states(self):
        """Open one state after another; yield the name of each."""
        page = self.page
        page.goto(CHOSEN.get(self.end, "/language/zh-CN"))
        for path in ("/", "/?q=关怀版", "/sign-in", f"/affairs/{NEWBORN}"):
            page.goto(path)
            yield path
        self.begin()
        yield "situations"
        press(page, NEXT)
        assert page.locator("#errors").is_visible()
        yield "situations with errors"
        self.answer(only="situation:")
        page.goto(f"/drafts/{self.case}")
        yield "steps"
        pages = page.locator(".rows.list a")
        links = list(dict.fromkeys(a.get_attribute("href") for a in pages.all()))
        known = []
        for link in links[:3]:
            page.goto(link)
            found = page.locator('button[value^="known:"]').all()
            known += [each.get_attribute("value").partition(":")[2] for each in found]
            yield f"page {link}"
        press(page, NEXT)
        yield "page sent with what it lacks"
        page.goto(f"/drafts/{self.case}/known/{known[0]}")
        press(page, 'button[value="dispute"]')
        assert page.locator("#errors").is_visible()
        yield "known value, doubted without a word"
        page.goto(f"/drafts/{self.case}/check")
        yield "check with what is missing"
        self.answer()
        for path in ("materials", f"materials/{BILLS}"):
            page.goto(f"/drafts/{self.case}/{path}")
            yield path
        bill = checked("bill.pdf", paper("A bill"))
        now = utc_text(utc_now())
        handing_in.hand_in(self.store, self.case, BILLS, [bill], now=now)
        for path in ("check", "paper", "documents/nhc.birth_cert"):
            page.goto(f"/drafts/{self.case}/{path}")
            yield path
        yield from self._sent()

    def _sent(self):
        page = self.page
        page.goto(f"/drafts/{self.case}/check")
        press(page, 'button[value="submit"]')
        assert page.locator("#errors").is_visible()
        yield "not declared"
        page.locator("#declared").check()
        press(page, 'button[value="submit"]')
        assert page.locator(".caseno").is_visible()
        yield "receipt"
        for path in (
            f"/submissions/{self.case}/progress",
            "/mine",
            "/idle",
            "/nowhere",
        ):
            page.goto(path)
            yield path
        yield from self._told()

    def _told(self):
        """What departments said: a part sent back with its material, then all done."""
        page, base = self.page, f"/submissions/{self.case}"
        asked = [{"id": "m2", "text": "看不清"}]
        reasons = [{"pointer": "/XSEXM", "text": "少一个字"}]
        said = [{"id": "m", "reasons": reasons, "materials": asked}]
        back = {"state": "correction", "said": said, "counting": ["m"]}
        self.change(
            lambda found: {
                **found,
                "parts": [
                    {**each, **back} if each["matter"] == CERTIFICATE else each
                    for each in found["parts"]
                ],
            }
        )
        page.goto(f"{base}/progress")
        press(page, 'a[href*="/corrections/"]')
        yield "correction"
        press(page, f'button[value="upload:{CERTIFICATE}:m2"]')
        yield "material asked for again"
        self.change(lambda found: {**found, "status": "completed"})
        if self.end == "counter":  # whoever worked on the case does not rate it
            return
        page.goto(f"{base}/rating")
        press(page, 'button[value="rate"]')
        assert page.locator("#errors").is_visible()
        yield "rating with errors"

    def change(self, edit):
        self.store.update("submissions", self.case, edit)


@pytest.mark.parametrize("end", ENDS)
def test_every_state_is_accessible_and_large_enough_to_press(new_page, store, end):
    device, width = ENDS[end]
    page, axe = new_page(device, width), Axe()
    least = 60 if end in {"elder", "kiosk"} else 44
    wrong = []
    for state in Walk(page, store, end).states():
        found = axe.run(page, options=AXE)
        if found.violations_count:
            wrong.append((state, found.generate_report()))
        wrong += [(state, each) for each in page.evaluate(TOO_SMALL, least - 0.5)]

    assert wrong == []


@pytest.mark.parametrize("view", ["standard", "elder", "larger", "english"])
def test_nothing_scrolls_sideways_on_a_narrow_page_or_in_doubled_text(
    new_page, store, view
):
    page, wrong = new_page(width=NARROW), []
    for state in Walk(page, store, view).states():
        for size in DOUBLED if view == "standard" else DOUBLED[:1]:
            page.evaluate(f"document.documentElement.style.fontSize = '{size}'")
            if page.evaluate(SIDEWAYS) > 0:
                wrong.append((state, size))

    assert wrong == []


def test_every_state_stands_in_forced_colours_and_without_motion(new_page, store):
    page = new_page(forced_colors="active", reduced_motion="reduce")
    axe, wrong = Axe(), []
    moving = """() => [...document.querySelectorAll('*')].filter(e => {
      const s = getComputedStyle(e);
      return parseFloat(s.transitionDuration) || parseFloat(s.animationDuration);
    }).map(e => e.outerHTML.slice(0, 120))"""
    for state in Walk(page, store, "public").states():
        wrong += [(state, each) for each in page.evaluate(moving)]
        if state in {"situations with errors", "check", "receipt"}:
            found = axe.run(page)
            wrong += [found.generate_report()] if found.violations_count else []

    assert wrong == []


@pytest.mark.parametrize(
    ("view", "size", "spacing"),
    [("standard", 18, 1.7), ("elder", 22.5, 1.8), ("larger", 30, 1.8)],
)
def test_text_is_as_large_as_the_reader_chose(new_page, view, size, spacing):
    page = new_page()
    page.goto(f"/view/{view}?next=/affairs/{NEWBORN}")

    style = "getComputedStyle(document.body)"
    assert page.evaluate(f"parseFloat({style}.fontSize)") == size
    line = page.evaluate(f"parseFloat({style}.lineHeight)")
    assert line == pytest.approx(size * spacing, rel=0.01)


def test_print_has_no_navigation_and_no_colour(new_page, store):
    page = new_page()
    walk = Walk(page, store, "public")
    walk.begin()
    walk.answer()
    page.goto(f"/drafts/{walk.case}/paper")
    page.emulate_media(media="print")
    coloured = """() => [...document.querySelectorAll('main *')]
      .filter(e => e.checkVisibility() && e.textContent.trim())
      .filter(e => !/^rgb\\((\\d+), \\1, \\1\\)$/.test(getComputedStyle(e).color))
      .map(e => e.outerHTML.slice(0, 120))"""

    assert page.evaluate(coloured) == []
    for gone in ("nav", ".acting", "button"):
        assert not any(each.is_visible() for each in page.locator(gone).all())
    assert page.locator("main").get_by_text("林晓雯").first.is_visible()
