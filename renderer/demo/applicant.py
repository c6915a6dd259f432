"""An applicant who needs no screen: goes through one affair, page by page."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from builder import pointer
from builder.model import MergedForm, Question
from builder.pointer import ABSENT
from renderer.demo.browser import Browser, Form, Page
from renderer.demo.papers import paper
from renderer.fields import cell_of, written

#: More pages than this mean that the applicant goes in circles.
MOST_STEPS = 80
NEXT, SUBMIT = ("_do", "next"), ("_do", "submit")
UPLOAD, PROMISE = ("_do", "upload"), ("_do", "promise")
REFUSED = 400


class StuckError(Exception):
    """A page did not do what pages do; says where and what it said."""

    def __init__(self, what: str, page: Page) -> None:
        super().__init__(f"{what} at {page.url} ({page.status}): {page.words[:600]}")


@dataclass(slots=True, kw_only=True)
class Applicant:
    """One person who applies for one affair."""

    browser: Browser
    form: MergedForm
    #: Everything there is to say, in the layout of the answers; situations too.
    answers: Mapping[str, Any]
    tell: Callable[[str], None]
    #: Names of the questions that were shown, and those shown with a proposal.
    asked: set[str] = field(default_factory=set)
    prefilled: set[str] = field(default_factory=set)

    def apply(self, portal: str, person: str) -> Page:
        """Sign in, fill in every page, submit; return the receipt.

        Raises:
            StuckError: a page refused what was sent, or leads nowhere.
        """
        self._sign_in(portal, person)
        guide = self._follow(self._open(portal), f"/{self.form.affair}")
        page = self._send(guide, _form_with(guide, action="/start"), {})
        for _ in range(MOST_STEPS):
            sheet = _asking(page)
            if sheet is None:
                page = self._onward(page)
            elif any(
                "promise" in _values(each) or each.choosers() for each in page.forms
            ):
                page = self._hand_in(page)
            elif "declared" in sheet.names():
                return self._send(page, sheet, {"declared": ["yes"]}, SUBMIT)
            else:
                page = self._fill(page, sheet)
        raise StuckError("still no end", page)

    def _sign_in(self, portal: str, person: str) -> None:
        page = self._open(f"{portal}sign-in")
        sheet = _form_with(page, action="/sign-in")
        self._send(page, sheet, {}, ("person", person))

    def _open(self, url: str) -> Page:
        page = self.browser.open(url)
        if page.status >= REFUSED:
            raise StuckError("cannot open", page)
        return page

    def _follow(self, page: Page, end: str) -> Page:
        for link in page.links:
            if urlsplit(link.href).path.endswith(end):
                return self._open(link.href)
        raise StuckError(f"no link to {end}", page)

    def _onward(self, page: Page) -> Page:
        """Press the button-like link of a page without a form."""
        for link in page.links:
            if "btn" in link.classes:
                return self._open(link.href)
        raise StuckError("no way on", page)

    def _send(
        self,
        page: Page,
        sheet: Form | None,
        answers: Mapping[str, Any],
        button: tuple[str, str] | None = None,
    ) -> Page:
        if sheet is None:
            raise StuckError("no such form", page)
        after = self.browser.send(sheet, answers, button)
        if after.status >= REFUSED:
            raise StuckError("refused", after)
        return after

    def _fill(self, page: Page, sheet: Form) -> Page:
        """Fill in one page: keep what is proposed, say the rest."""
        said: dict[str, Any] = {}
        for question in self._questions(page):
            value = self._value(question)
            if question.name in self.prefilled or value is ABSENT:
                continue
            if question.columns:
                page = self._fill_rows(page, question, value)
                sheet = _asking(page) or sheet
            else:
                said |= written(question, question.name, value)
        self.tell(f"  {urlsplit(page.url).path}: {len(page.questions)} questions")
        return self._send(page, sheet, said, NEXT)

    def _fill_rows(self, page: Page, question: Question, rows: Any) -> Page:
        """Fill in each row on its own page; return the page of the list again."""
        for number, row in enumerate(rows, start=1):
            said: dict[str, Any] = {}
            for column in question.columns:
                cell = cell_of(question, column, number)
                value = pointer.get(row, pointer.parts(column.pointer))
                said |= written(cell, cell.name, value)
            add = ("_do", f"add:{question.name}")
            entry = self._send(page, _asking(page), {}, add)
            page = self._send(entry, _asking(entry), said, NEXT)
        return page

    def _hand_in(self, page: Page) -> Page:
        """Promise a material where that is enough, else send a sample paper for it."""
        if any("btn" in link.classes for link in page.links):
            return self._onward(page)  # it is there already
        for sheet in page.forms:
            if "promise" in _values(sheet):
                self.tell(f"  {urlsplit(page.url).path}: promised")
                return self._send(page, sheet, {}, PROMISE)
        sheet = next(each for each in page.forms if each.choosers())
        self.tell(f"  {urlsplit(page.url).path}: sent")
        sent = [(sheet.choosers()[0], "sample.pdf", paper("Sample, not a document"))]
        after = self.browser.send(sheet, {}, UPLOAD, sent)
        if after.status >= REFUSED:
            raise StuckError("refused", after)
        return after

    def _questions(self, page: Page) -> Iterator[Question]:
        known = {each.name: each for each in self.form.questions}
        self.asked |= known.keys() & set(page.questions)
        self.prefilled |= known.keys() & page.proposed
        known |= {each.name: each for each in self.form.situations}
        for name in page.questions:
            if name not in known:
                raise StuckError(f"nobody knows the question {name!r}", page)
            yield known[name]

    def _value(self, question: Question) -> Any:
        return pointer.get(self.answers, pointer.parts(question.pointer))


def _asking(page: Page) -> Form | None:
    """The form of a page of questions."""
    return next((each for each in page.forms if "_do" in _buttons(each)), None)


def _buttons(sheet: Form) -> set[str]:
    return {name for name, _ in sheet.buttons()}


def _values(sheet: Form) -> set[str]:
    return {value for _, value in sheet.buttons()}


def _form_with(page: Page, *, action: str) -> Form | None:
    for sheet in page.forms:
        if urlsplit(sheet.action).path.endswith(action):
            return sheet
    return None
