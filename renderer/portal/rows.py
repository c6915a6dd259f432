"""Where people fill in for themselves: a page for each row of a list.

The list's own page says in words what each row holds. A row is changed on a page of its
own, and taken out on another that asks first. Nothing is made by opening a page, and a
row that is sent once more is the row it was.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from flask import (
    Blueprint,
    abort,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from werkzeug.wrappers import Response

from builder.model import Question
from builder.view import View
from renderer.fields import MOST_ROWS, AnswerField, Posted, cell_of
from renderer.forms import read
from renderer.pieces import Page
from renderer.portal.access import now, services, store
from renderer.portal.applying import answered, filling_of
from renderer.portal.filling import Filling
from renderer.portal.row_saving import (
    NEW,
    ROW,
    corrected,
    moved,
    number_now,
    rows_of,
    settled,
    taken_out,
    token_of,
    with_row,
)
from renderer.portal.saving import read_seen, state_of
from renderer.portal.sheet import Sheet, page_sheet
from renderer.showing import row_in_words
from renderer.wording import say as _
from renderer.wording import words
from submissions import drafts
from submissions.drafts import Draft
from submissions.errors import Conflict
from submissions.ids import new_id


def register(portal: Blueprint) -> None:
    """Add these pages to the portal."""
    address = "/drafts/<id_>/rows/<name>/<int:number>"
    portal.add_url_rule(address, view_func=row, methods=["GET", "POST"])
    portal.add_url_rule(
        f"{address}/remove", view_func=remove_row, methods=["GET", "POST"]
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class RowSheet(Sheet):
    """The page of one row: its cells are the questions, each in its place."""

    listing: Question
    #: Which row, from 1.
    number: int
    #: What tells the row; a new one has a word of its own.
    token: str
    #: Under which number it was sent, if it has moved since; 0: it has not.
    sent_as: int = 0

    @property
    def kept_as(self) -> str:
        """How a draft notes that this page was left."""
        return f"{self.listing.name}/{self.number}"

    def address(self, **more: Any) -> str:
        """Where the page is, with these words in its query."""
        return url_for(
            "portal.row",
            id_=self.filling.draft.id,
            name=self.listing.name,
            number=self.number,
            **more,
        )

    def received(self) -> tuple[Posted, dict[str, str]]:
        """What was sent, and what the page was made from that it was sent from."""
        sent, before = super(RowSheet, self).received()
        if self.sent_as:
            where = (self.listing, self.sent_as, self.number)
            sent, before = moved(sent, *where), moved(before, *where)
        if self.token.startswith(NEW):  # whatever is kept of it was sent from here
            draft, asked = self.filling.draft, self.questions
            before = {q.name: state_of(draft, q) for q in asked if q.name in before}
        return sent, before

    def fields(self, posted: Posted) -> dict[str, AnswerField]:
        """Read what was sent for this page."""
        pack, page = self.filling.published.id, self.kept_as
        return read(services().classes.get(pack, page, self._every), posted)

    def _every(self) -> Sequence[Question]:
        """All cells that can stand on the page, in any situation."""
        named = (q for q in self.filling.form.questions if q.name == self.listing.name)
        return [cell_of(q, c, self.number) for q in named for c in q.columns]

    def view(self, page: Page, question: Question) -> View:
        """What the forms that apply say of a cell."""
        columns = {
            cell_of(self.listing, column, self.number).pointer: column
            for column in self.listing.columns
        }
        return page.view(columns[question.pointer], rows=self.listing.pointer)

    def again(self, filling: Filling) -> Sheet | None:
        """Return the same page after saving; None where it asks nothing any more."""
        return row_sheet(filling, self.listing.name, self.number)

    def seen(self) -> str:
        """Write down what the page is made from, and which row it is."""
        return f"{ROW}:{self.token} {super(RowSheet, self).seen()}"

    def settled(self, draft: Draft) -> Draft:
        """Return what is kept of a draft that holds the page's answers."""
        kept = settled(draft, self.listing, self.number, self.token)
        before = self.filling.draft
        return corrected(before, kept, self.listing)

    def onward(self) -> str | None:
        """Where saving leads, if not to the page that follows."""
        return _list_page(self.filling, self.listing)

    def back(self) -> tuple[str, str]:
        """Where the link back leads, and what it says."""
        return _list_page(self.filling, self.listing), _("返回")


def row(id_: str, name: str, number: int) -> Response:
    """Show one row of a list, or keep what was sent for it."""
    return answered(id_, lambda: _found(id_, name, number))


def row_sheet(
    filling: Filling, name: str, number: int, token: str = ""
) -> RowSheet | None:
    """Return the page of one row, or of a new one; None where the list is not asked.

    Args:
        filling: the form.
        name: of the list.
        number: which row, from 1; one more than there are is a new one.
        token: what the page said it was made from, if it was sent.
    """
    listing = next((q for q in filling.asked.values() if q.name == name), None)
    if listing is None or not listing.columns:
        return None
    draft = filling.draft
    if not token:
        new = number > len(rows_of(draft, listing))
        token = new_id(NEW) if new else token_of(draft, listing, number)
    cells = tuple(cell_of(listing, column, number) for column in listing.columns)
    step = filling.step_of(listing)
    around = page_sheet(filling, step)
    label = words(listing.label)
    return RowSheet(
        filling=replace(filling, draft=with_row(draft, listing, number)),
        page=step.leaf.id,
        questions=cells,
        numbers={cell.pointer: "" for cell in cells},
        heading=_("%(label)s：第 %(number)s 行", label=label, number=number),
        lead="",
        count=around.count,
        part=around.part,
        whole=around.whole,
        listing=listing,
        number=number,
        token=token,
    )


def _found(id_: str, name: str, number: int) -> Sheet | Response:
    filling = filling_of(id_)
    listing = _listing(filling, name)
    if listing is None:
        return redirect(url_for("portal.tasks", id_=id_))
    token, now_ = "", number
    if request.method == "POST":
        token = read_seen(request.form.get("rev", "")).get(ROW, "")
        now_ = number_now(filling.draft, listing, number, token)
    new = len(rows_of(filling.draft, listing)) + 1
    if now_ == new and not token.startswith(NEW):
        token = ""
    # One more than there may be is kept, and said to be too many; no more are.
    there = 1 <= now_ <= min(new, MOST_ROWS + 1)
    sheet = row_sheet(filling, name, now_, token) if there else None
    if sheet is None or not filling.rows_apart or listing.pointer in filling.proposals:
        return redirect(_list_page(filling, listing))
    return sheet if now_ == number else replace(sheet, sent_as=number)


def remove_row(id_: str, name: str, number: int) -> Response:
    """Ask whether to take a row out, then do it: once, and no other row."""
    filling = filling_of(id_)
    listing = _listing(filling, name)
    if listing is None:
        return redirect(url_for("portal.tasks", id_=id_))
    draft, there = filling.draft, _list_page(filling, listing)
    listed = rows_of(draft, listing)
    if not 1 <= number <= len(listed):
        return redirect(there, 303)
    if request.method == "POST" and request.form.get("rev") == state_of(draft, listing):
        after = corrected(draft, taken_out(draft, listing, number), listing)
        try:
            drafts.save(store(), after, now=now())
        except Conflict:
            return redirect(request.full_path, 303)
        return redirect(there, 303)
    body = render_template(
        "remove_row.html",
        heading=_(
            "删去“%(label)s”第 %(number)s 行吗？",
            label=words(listing.label),
            number=number,
        ),
        service=words(filling.form.guide.label),
        text=row_in_words(listing, listed[number - 1]),
        number=number,
        rev=state_of(draft, listing),
        then=request.values.get("then", ""),
        stay=there,
        back=(there, _("返回")),
    )
    return make_response(body)


def _listing(filling: Filling, name: str) -> Question | None:
    """The list of this name, if it is asked now; 404 if there is none at all."""
    if not any(q.name == name and q.columns for q in filling.form.questions):
        abort(404)
    return next((q for q in filling.asked.values() if q.name == name), None)


def _list_page(filling: Filling, listing: Question) -> str:
    """Where the rows of a list stand in words."""
    check = request.values.get("then") == "check"
    more: dict[str, Any] = {"then": "check"} if check else {}
    if listing.pointer in filling.draft.provenance:
        more["open"] = listing.name
    return url_for(
        "portal.page",
        id_=filling.draft.id,
        page=filling.step_of(listing).leaf.id,
        _anchor=f"q-{listing.name}",
        **more,
    )
