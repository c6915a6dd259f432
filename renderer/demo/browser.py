"""A browser without a screen: follows links, keeps cookies, fills in forms.

It knows HTML and nothing of ours but two attributes: `data-question` on the block of
a question and `data-proposed` on what was proposed in it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.cookiejar import CookieJar
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode, urljoin
from urllib.request import HTTPCookieProcessor, ProxyHandler, Request, build_opener

from urllib3 import encode_multipart_formdata

#: Kinds of input whose value counts only when chosen.
CHOSEN = ("radio", "checkbox")
PRESSED = ("submit", "image", "button", "reset")
SECONDS = 60


@dataclass(slots=True, kw_only=True)
class Control:
    """One control of a form."""

    name: str
    kind: str
    value: str = ""
    #: It is sent as things stand.
    on: bool = True
    options: list[str] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class Form:
    """A form as it was served."""

    action: str
    method: str
    #: Files can be sent with it.
    multipart: bool = False
    controls: list[Control] = field(default_factory=list)

    def values(self) -> list[tuple[str, str]]:
        """Return what would be sent if nothing was touched and no button pressed."""
        return [
            (each.name, each.value)
            for each in self.controls
            if each.on and each.name and each.kind not in (*PRESSED, "file")
        ]

    def names(self) -> set[str]:
        """Return the names of everything that can be filled in."""
        return {each.name for each in self.controls if each.kind not in PRESSED}

    def choosers(self) -> list[str]:
        """Return the names under which files can be sent."""
        return [each.name for each in self.controls if each.kind == "file"]

    def buttons(self) -> list[tuple[str, str]]:
        """Return the named buttons."""
        return [
            (each.name, each.value)
            for each in self.controls
            if each.kind in PRESSED and each.name
        ]

    def filled(self, answers: Mapping[str, Iterable[str]]) -> list[tuple[str, str]]:
        """Return what is sent when `answers` replace what was served."""
        kept = [pair for pair in self.values() if pair[0] not in answers]
        return kept + [(name, each) for name, all_ in answers.items() for each in all_]


@dataclass(slots=True, kw_only=True)
class Link:
    """A link and its words."""

    href: str
    classes: tuple[str, ...] = ()
    words: str = ""


@dataclass(slots=True, kw_only=True)
class Page:
    """What a page says, as far as a form filler needs it."""

    url: str
    status: int
    forms: list[Form] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    #: Names of the questions on this page, and of those shown with a proposal.
    questions: list[str] = field(default_factory=list)
    proposed: set[str] = field(default_factory=set)
    words: str = ""


class _Reader(HTMLParser):
    """Reads one page."""

    def __init__(self, page: Page) -> None:
        super().__init__()
        self.page = page
        self._form: Form | None = None
        self._select: Control | None = None
        self._area: Control | None = None
        self._link: Link | None = None
        self._words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what begins here."""
        given = {name: value or "" for name, value in attrs}
        self._mark(given)
        if tag == "form":
            action = urljoin(self.page.url, given.get("action", ""))
            method = given.get("method", "get").lower()
            multipart = given.get("enctype", "").lower() == "multipart/form-data"
            self._form = Form(action=action, method=method, multipart=multipart)
            self.page.forms.append(self._form)
        elif tag == "a" and "href" in given:
            href = urljoin(self.page.url, given["href"])
            self._link = Link(href=href, classes=tuple(given.get("class", "").split()))
            self.page.links.append(self._link)
        elif self._form is not None:
            self._control(self._form, tag, given)

    def _mark(self, given: Mapping[str, str]) -> None:
        if "data-question" in given:
            self.page.questions.append(given["data-question"])
        if "data-proposed" in given and self.page.questions:
            self.page.proposed.add(self.page.questions[-1])

    def _control(self, form: Form, tag: str, given: Mapping[str, str]) -> None:
        name, value = given.get("name", ""), given.get("value", "")
        if tag == "input":
            kind = given.get("type", "text")
            on = kind not in CHOSEN or "checked" in given
            value = value if "value" in given or kind not in CHOSEN else "on"
            form.controls.append(Control(name=name, kind=kind, value=value, on=on))
        elif tag == "button":
            kind = given.get("type", "submit")
            form.controls.append(Control(name=name, kind=kind, value=value))
        elif tag == "textarea":
            self._area = Control(name=name, kind=tag)
            form.controls.append(self._area)
        elif tag == "select":
            self._select = Control(name=name, kind=tag)
            form.controls.append(self._select)
        elif tag == "option" and self._select is not None:
            self._option(self._select, given)

    def _option(self, select: Control, given: Mapping[str, str]) -> None:
        value = given.get("value", "")
        if "selected" in given or not select.options:
            select.value = value
        select.options.append(value)

    def handle_endtag(self, tag: str) -> None:
        """Note what ends here."""
        if tag == "form":
            self._form = None
        elif tag == "select":
            self._select = None
        elif tag == "textarea":
            self._area = None
        elif tag == "a":
            self._link = None

    def handle_data(self, data: str) -> None:
        """Keep the words."""
        if self._area is not None:
            # The newline after the tag belongs to HTML, not to the value.
            self._area.value += data.removeprefix("\n")
        if self._link is not None:
            self._link.words += data.strip()
        self._words.append(data)

    def finish(self) -> Page:
        """Return the page when all of it was read."""
        self.page.words = " ".join("".join(self._words).split())
        return self.page


class Browser:
    """One person at the portal."""

    def __init__(self) -> None:
        # No proxy: whom we ask is on this machine.
        self._opener = build_opener(HTTPCookieProcessor(CookieJar()), ProxyHandler({}))

    def open(self, url: str, sent: Iterable[tuple[str, str]] | None = None) -> Page:
        """Return the page after all redirects, also when its status says 4xx.

        Args:
            url: the address.
            sent: names and values to post; None asks for the page.
        """
        body = None if sent is None else urlencode(list(sent)).encode()
        return self._ask(Request(url, data=body))  # noqa: S310 - the caller names http addresses

    def _ask(self, request: Request) -> Page:
        try:
            answer: Any = self._opener.open(request, timeout=SECONDS)
        except HTTPError as refused:
            answer = refused
        with answer:
            page = Page(url=answer.geturl(), status=answer.status)
            reader = _Reader(page)
            reader.feed(answer.read().decode())
        return reader.finish()

    def send(
        self,
        form: Form,
        answers: Mapping[str, Iterable[str]],
        button: tuple[str, str] | None = None,
        files: Iterable[tuple[str, str, bytes]] = (),
    ) -> Page:
        """Send a form with these answers, pressing this button.

        Args:
            form: as it was served.
            answers: replace what was served, by name.
            button: its name and value.
            files: under which name, called what, with which bytes; only for a form
                that takes files.
        """
        pressed = [button] if button else []
        sent = form.filled(answers) + pressed
        if form.multipart:
            parts = [(name, (called, content)) for name, called, content in files]
            body, kind = encode_multipart_formdata([*sent, *parts])
            headers = {"Content-Type": kind}
            return self._ask(Request(form.action, data=body, headers=headers))  # noqa: S310 - as above
        if form.method == "get":
            return self.open(f"{form.action}?{urlencode(sent)}")
        return self.open(form.action, sent)
