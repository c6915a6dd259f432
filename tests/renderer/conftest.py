"""A site to visit: every page that is opened is checked as people would use it."""

import re
import secrets
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from html.parser import HTMLParser
from importlib.resources import files
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask
from known import connections
from urllib3 import encode_multipart_formdata

from builder import pointer
from builder.pointer import ABSENT
from renderer import create_app
from renderer.cli import main
from renderer.config import Settings, open_configured
from renderer.demo.papers import paper
from renderer.fields import cell_of, written
from submissions import packs as publishing
from submissions import staff, staff_sessions
from submissions.clock import utc_text

NOW = datetime(2026, 11, 22, 3, 4, 5, tzinfo=UTC)
VOID = {"meta", "link", "input", "br", "hr", "rect", "path", "img"}
CONTROLS = {"input", "select", "textarea"}
PEOPLE = Path(str(files("renderer.demo") / "people.json"))

#: More than any journey has.
MOST_PAGES = 60


@dataclass
class Form:
    action: str
    values: dict[str, list[str]] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)


class Page(HTMLParser):
    """One page, read strictly: a tag that is not closed fails the test."""

    def __init__(self, status, html, headers, path):
        super().__init__()
        self.status, self.html, self.headers, self.path = status, html, headers, path
        self.open, self.ids, self.refs, self.labels = [], [], [], set()
        self.controls, self.forms, self.links, self.attributes = [], [], [], []
        self.questions, self.proposed, self.texts = [], [], {}
        self._select = ""
        self.feed(html)
        assert not self.open, f"not closed: {self.open}"

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.attributes += [(tag, name, value or "") for name, value in attrs]
        if tag not in VOID:
            self.open.append(tag)
        if "id" in given:
            self.ids.append(given["id"])
        for name in ("aria-labelledby", "aria-describedby", "for"):
            self.refs += (given.get(name) or "").split()
        if tag == "label" and "for" in given:
            self.labels.add(given["for"])
        if tag == "a":
            self.links.append(given.get("href", ""))
        if tag == "form":
            self.forms.append(Form(action=given.get("action", "")))
        if "data-question" in given:
            self.questions.append(given["data-question"])
            if "data-proposed" in given:
                self.proposed.append(given["data-question"])
        if tag in CONTROLS and given.get("type") != "hidden":
            within = "label" in self.open or given.get("id") in self.labels
            self.controls.append((given, within))
        self._hold(tag, given)

    def _hold(self, tag, given):
        if not self.forms or "form" not in self.open:
            return
        values = self.forms[-1].values
        if "name" in given and tag != "button":
            self.forms[-1].names.add(given["name"])
        if tag == "input":
            chosen = (
                given.get("type") not in ("radio", "checkbox") or "checked" in given
            )
            if chosen:
                values.setdefault(given["name"], []).append(given.get("value", ""))
        if tag == "select":
            self._select = given["name"]
        if tag == "option" and "selected" in given:
            values[self._select] = [given["value"]]

    def handle_startendtag(self, tag, attrs):
        self.attributes += [(tag, name, value or "") for name, value in attrs]

    def handle_endtag(self, tag):
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag, f"</{tag}> closes the wrong tag"

    def handle_data(self, data):
        assert "script" not in self.open, f"inline code: {data}"
        for tag in ("title", "h1"):
            if tag in self.open:
                self.texts[tag] = self.texts.get(tag, "") + data
        if "textarea" in self.open:
            name = self.controls[-1][0]["name"]
            self.forms[-1].values[name] = [data.removeprefix("\n")]

    @property
    def title(self):
        return self.texts["title"].strip()

    @property
    def heading(self):
        return self.texts["h1"].strip()

    @property
    def words(self):
        return " ".join(re.sub(r"<[^>]*>", " ", self.html).split())

    def form(self, ending=""):
        """The form whose address ends like this; the last one otherwise."""
        return next(f for f in reversed(self.forms) if f.action.endswith(ending))


def check(page: Page) -> None:
    """What holds on every page."""
    assert len(page.ids) == len(set(page.ids)), "an id is there twice"
    assert not set(page.refs) - set(page.ids), (
        "an attribute names an id that is not there"
    )
    for given, within in page.controls:
        named = within or "aria-label" in given
        assert named, f"no label: {given}"
    assert (
        page.title.removeprefix("错误：")
        .removeprefix("Error: ")
        .startswith(f"{page.heading} - ")
    )
    if page.status == 422:
        assert "errors" in page.ids, "422 without an error summary"
        assert page.title.startswith(("错误：", "Error: "))
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    # A page to be put right is an answer that Back must find again.
    kept = page.status in (409, 422) and 'class="kiosk' not in page.html
    wanted = "private, no-cache" if kept else "no-store"
    assert page.headers["Cache-Control"] == wanted
    for tag, name, value in page.attributes:
        inline = name == "style" or name.startswith("on")
        assert not inline, f"inline code or style: {tag} {name}"
        foreign = name in ("href", "src", "action") and "//" in value
        assert not foreign, f"an address outside: {value}"


def listed(values):
    """What is sent under one name; a file is (what it is called, its bytes)."""
    return [values] if isinstance(values, str | bytes) else list(values)


class Site:
    """One browser at the portal."""

    def __init__(self, app: Flask):
        self.app = app
        self.client = app.test_client()

    def get(self, path, **options) -> Page:
        return self._page(self.client.get(path, follow_redirects=True, **options))

    def post(self, path, data: Mapping[str, object], **options) -> Page:
        options = {"headers": {"Sec-Fetch-Site": "same-origin"}, **options}
        pairs = [(k, v) for k, every in data.items() for v in listed(every)]
        if any(isinstance(value, tuple) for _name, value in pairs):
            body, options["content_type"] = encode_multipart_formdata(pairs)
        else:
            body = {name: listed(every) for name, every in data.items()}
        response = self.client.post(path, data=body, follow_redirects=True, **options)
        return self._page(response)

    def send(self, page: Page, ending="", **changes) -> Page:
        """Send a form as it was served, with these changes; None leaves a name out."""
        form = page.form(ending)
        data = dict(form.values)
        for name, value in changes.items():
            data.pop(name, None)
            if value is not None:
                data[name] = value
        return self.post(form.action or page.path, data)

    def hand_in(self, page: Page) -> Page:
        """Promise or upload the first material that is missing; then the list again."""
        onward = re.search(r'class="btn" href="([^"]+)"', page.html).group(1)
        asked = self.get(onward)
        if "/materials/" not in onward:
            return asked
        if 'value="promise"' in asked.html:
            return self.send(asked, onward, _do="promise")
        bill = [("bill.pdf", paper("A bill"))]
        self.send(asked, onward, _do="upload", file=bill)
        return self.get(page.path)

    def sign_in(self, person: str) -> Page:
        """Sign in as a sample person; at a counter, of its staff."""
        asked = self.get("/sign-in")
        own = "/sample" if asked.path == "/desk/sign-in" else "/sign-in"
        return self.send(asked, own, person=person)

    def begin(self, affair: str, **told) -> Page:
        """Begin a form; at a counter, for somebody who is named."""
        start = f"/affairs/{affair}/start" if told else f"/affairs/{affair}"
        return self.send(self.get(start), "/start", **told)

    def fill_rows(self, page, question, rows):
        """Add rows on their own pages; return the page of the list again."""
        for number, row in enumerate(rows, start=1):
            entry = self.send(page, page.path, _do=f"add:{question.name}")
            said = {}
            for column in question.columns:
                cell = cell_of(question, column, number)
                value = pointer.get(row, pointer.parts(column.pointer))
                said |= written(cell, cell.name, value)
            page = self.send(entry, entry.path, _do="next", **said)
            assert page.status == 200, page.words[:800]
        return page

    def _page(self, response) -> Page:
        html = response.get_data(as_text=True)
        path = response.request.path
        page = Page(response.status_code, html, response.headers, path)
        check(page)
        return page

    def fill(self, page, form, answers):
        """Go on from page to page; yield each, the check page last."""
        known = {q.name: q for q in (*form.situations, *form.questions)}
        for _ in range(MOST_PAGES):
            yield page
            if page.path.endswith("/check"):
                return
            if page.path.endswith("/materials"):
                page = self.hand_in(page)
                continue
            if not page.questions:
                # The steps lead to what is lacking; here from the first page on.
                there = next(a for a in page.links if "/pages/" in a)
                page = self.get(re.sub(r"~\d+", "", there))
                continue
            said = {}
            for name in page.questions:
                value = pointer.get(answers, pointer.parts(known[name].pointer))
                if value is ABSENT or name in page.proposed:
                    continue
                if known[name].columns and name not in page.form(page.path).names:
                    page = self.fill_rows(page, known[name], value)
                else:
                    said |= written(known[name], name, value)
            page = self.send(page, page.path, _do="next", **said)
            assert page.status == 200, page.words[:800]
        raise AssertionError("no end")


@pytest.fixture(scope="session")
def at_end(tmp_path_factory, packs) -> Iterator[Callable[..., Flask]]:
    """Return a function that serves an end of one and the same portal."""
    settings = Settings(data=tmp_path_factory.mktemp("site"), demo_people=PEOPLE)
    store = open_configured(settings)
    for pack in packs.values():
        publishing.publish(store, pack, now="2026-11-22T00:00:00.000Z", by="tests")

    def served(end, clock=lambda: NOW):
        return create_app(
            replace(settings, end=end),
            store=store,
            clock=clock,
            connections=connections(),
        )

    yield served
    store.close()


@pytest.fixture(scope="session")
def app(at_end) -> Flask:
    return at_end("public")


@pytest.fixture
def site(app) -> Site:
    return Site(app)


@pytest.fixture(scope="session")
def open_site() -> Callable[[Flask], Site]:
    """Return a function that opens a browser at an application."""
    return Site


@pytest.fixture
def visit(at_end) -> Callable[..., Site]:
    """Return a function that opens a browser at an end."""
    return lambda *end_and_clock: Site(at_end(*end_and_clock))


@pytest.fixture
def desk(visit) -> Site:
    """A browser at a counter, where somebody of the staff is signed in."""
    site = visit("counter")
    site.sign_in("fang")
    return site


@pytest.fixture
def work_as() -> Callable[..., staff.Staff]:
    """Return a function that signs somebody in to work, in a browser."""
    return signed_in


def signed_in(site, id_, *roles, department=None) -> staff.Staff:
    """Sign somebody in to work; their account is opened if there is none."""
    services = site.app.extensions["yibiao"]
    now = utc_text(services.clock())
    person = staff.get(services.store, id_) or staff.add(
        services.store,
        id_=id_,
        name=f"职员 {id_}",
        roles=roles,
        department=department,
        by="tests",
        now=now,
    )
    token = staff_sessions.begin(
        services.store,
        person,
        browser="Firefox",
        now=now,
        new_token=secrets.token_urlsafe,
    )
    site.client.set_cookie("yibiao-desk", token)
    return person


@pytest.fixture
def another_browser(app) -> Site:
    return Site(app)


@pytest.fixture
def opened(site, forms, stands_on):
    """Open the page on which a question stands, as somebody to whom all may apply."""

    def open_at(affair, pointer):
        page = site.begin(affair)
        while "/situations" in page.path:
            form = page.form("/situations")
            chosen = {
                name: re.search(rf'name="{name}" value="([^"]*)"', page.html).group(1)
                for name in form.names - form.values.keys() - {"_do"}
            }
            page = site.send(page, "/situations", _do="next", **chosen)
        draft = page.path.split("/")[2]
        question = next(q for q in forms[affair].questions if q.pointer == pointer)
        return site.get(f"/drafts/{draft}/pages/{stands_on(affair, pointer)}"), question

    return open_at


@pytest.fixture
def yibiao(tmp_path, monkeypatch):
    """Run one command line in an empty folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("YIBIAO_DATA", str(tmp_path / "data"))
    runner = CliRunner()
    return lambda *arguments, **options: runner.invoke(
        main, [str(each) for each in arguments], **options
    )
