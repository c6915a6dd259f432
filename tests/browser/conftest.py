"""A real browser at a real server, both on this machine."""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from known import connections
from playwright.sync_api import Browser, Page, Playwright, sync_playwright
from werkzeug.serving import make_server

from builder import pointer
from builder.model import MergedForm, Question
from builder.pointer import ABSENT
from renderer import create_app
from renderer.choices import SEARCH
from renderer.config import Settings
from renderer.demo.papers import paper
from renderer.ends import DEVICES
from renderer.fields import cell_of, written
from renderer.showing import shown
from submissions import packs as publishing
from submissions.store import open_store
from submissions.store.contract import Store
from tests.browser.steps import AXE, NEXT, press

ARGUMENTS = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-default-apps",
    "--force-color-profile=srgb",
    "--font-render-hinting=none",
]
PHONE, DESK, NARROW = 390, 1280, 320
HEIGHT = 844
#: Milliseconds a busy machine may take for one step.
PATIENCE = 60_000
#: More pages than any form has.
MOST_PAGES = 60
BILL = {"name": "票据.pdf", "mimeType": "application/pdf", "buffer": paper("A bill")}


@pytest.fixture(scope="session")
def store(tmp_path_factory, packs) -> Iterator[Store]:
    """A store with the shipped affairs."""
    opened = open_store(f"sqlite:///{tmp_path_factory.mktemp('site') / 'yibiao.db'}")
    for pack in packs.values():
        publishing.publish(opened, pack, now="2026-11-22T00:00:00.000Z", by="tests")
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def portals(tmp_path_factory, store) -> Iterator[Mapping[str, str]]:
    """The addresses of the portal by the devices they serve, with sample people."""
    people = Path(str(files("renderer.demo") / "people.json"))
    settings = Settings(data=tmp_path_factory.mktemp("key"), demo_people=people)
    servers = {}
    for end in DEVICES:
        app = create_app(
            replace(settings, end=end), store=store, connections=connections()
        )
        servers[end] = make_server("127.0.0.1", 0, in_one_piece(app), threaded=True)
        Thread(target=servers[end].serve_forever, name=end).start()
    yield {end: f"http://127.0.0.1:{each.port}" for end, each in servers.items()}
    for each in servers.values():
        each.shutdown()
        each.server_close()


def in_one_piece(app):
    """Read files before they are sent: a browser that hangs up leaves none open."""

    def answering(environ, start):
        with closing(app(environ, start)) as answer:
            return [b"".join(answer)]

    return answering


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as started:
        yield started


@pytest.fixture
def browser(chromium, playwright) -> Iterator[Browser]:
    """A browser of the test's own: one that stopped drawing ends with its test."""
    opened = playwright.chromium.launch(
        executable_path=str(chromium),
        headless=True,
        chromium_sandbox=os.geteuid() != 0,
        args=ARGUMENTS,
    )
    yield opened
    opened.close()


@pytest.fixture
def new_page(browser, portals) -> Iterator[Callable[..., Page]]:
    """Opens pages; a request outside the portal or a page error fails the test."""
    contexts, wrong = [], []

    def watch(request):
        if not request.url.startswith(tuple(portals.values())):
            wrong.append(f"a request outside: {request.url}")

    def opened(end="public", width=PHONE, **options) -> Page:
        context = browser.new_context(
            base_url=portals[end],
            locale="zh-CN",
            timezone_id="Asia/Shanghai",
            viewport={"width": width, "height": HEIGHT},
            **options,
        )
        contexts.append(context)
        context.set_default_timeout(PATIENCE)
        context.on("request", watch)
        page = context.new_page()
        page.on("pageerror", lambda error: wrong.append(str(error)))
        return page

    yield opened
    for context in contexts:
        context.close()
    assert wrong == []


@pytest.fixture
def look(browser) -> Iterator[Callable[[Page], None]]:
    """Checks the page as it stands, at every width.

    It looks at copies: resizing the page that is pressed on may stop its drawing.
    """
    axe = Axe()
    copies = {width: copy_of(browser, width) for width in (PHONE, DESK, NARROW)}

    def checked(page: Page) -> None:
        # What a button led to may have begun only, and hold nothing yet.
        page.wait_for_load_state()
        body = page.content()
        for width, copy in copies.items():
            copy.unroute_all()
            copy.route(
                page.url.split("#")[0],
                lambda route: route.fulfill(content_type="text/html", body=body),
            )
            copy.goto(page.url)
            assert copy.content() == body
            if width == NARROW:
                assert overflow(copy) <= 0, f"{page.url} scrolls sideways at {width} px"
            else:
                found = axe.run(copy, options=AXE)
                report = found.generate_report()
                assert found.violations_count == 0, (page.url, width, report)

    yield checked
    for copy in copies.values():
        copy.context.close()


def copy_of(browser: Browser, width: int) -> Page:
    """A page of its own to look at; scripts run in the pages that are pressed on."""
    context = browser.new_context(
        locale="zh-CN", viewport={"width": width, "height": HEIGHT}
    )
    context.set_default_timeout(PATIENCE)
    return context.new_page()


def overflow(page: Page) -> int:
    root = "document.documentElement"
    found: int = page.evaluate(f"{root}.scrollWidth - {root}.clientWidth")
    return found


@pytest.fixture
def fill_in() -> Callable[[Page, MergedForm, Any], None]:
    """Return a function that fills a form in, page after page, until its check."""
    return go_to_check


def type_in(page: Page, question: Question, value: Any) -> None:
    """Put a value into the controls of a question, as a person would."""
    for name, texts in written(question, question.name, value).items():
        control = page.locator(f'[name="{name}"]')
        kind = control.first.evaluate("e => e.type")
        if kind in ("radio", "checkbox"):
            for text in texts:
                page.locator(f'[name="{name}"][value="{text}"]').check()
        elif kind == "hidden":  # of so many choices, one is called by its name
            page.locator(f'[name="{name}-{SEARCH}"]').fill(shown(question, value))
        elif kind == "select-one":
            control.select_option(texts[0])
        else:
            control.fill(texts[0])


def fill_rows(page: Page, question: Question, rows: Any) -> None:
    """Fill in each row on its own page; end on the page of the list again."""
    for number, row in enumerate(rows, start=1):
        press(page, f"#{question.name}-add")
        for column in question.columns:
            cell = cell_of(question, column, number)
            value = pointer.get(row, pointer.parts(column.pointer))
            if value is not ABSENT:
                type_in(page, cell, value)
        press(page, NEXT)


def go_to_check(page: Page, form: MergedForm, answers: Any) -> None:
    """Fill in page after page until everything can be checked."""
    known = {q.name: q for q in (*form.situations, *form.questions)}
    for _ in range(MOST_PAGES):
        if page.url.endswith("/check"):
            return
        if page.locator("#file").count() and not page.locator("a.btn").count():
            page.locator("#file").set_input_files([BILL])
            press(page, 'button[value="upload"]')
            continue
        if not page.locator("[data-question]").count():
            press(page, page.locator("a.btn").first)
            continue
        for block in page.locator("[data-question]:not([data-proposed])").all():
            question = known[block.get_attribute("data-question")]
            value = pointer.get(answers, pointer.parts(question.pointer))
            if value is not ABSENT and question.columns:
                fill_rows(page, question, value)
            elif value is not ABSENT:
                type_in(page, question, value)
        press(page, NEXT)
    raise AssertionError(f"no end: {page.url}")
