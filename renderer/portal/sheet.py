"""One page of questions: what stands on it, how it is shown, where it leads."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from flask import request, url_for
from markupsafe import Markup

from builder.model import Page, Pointer, Question
from builder.pointer import ABSENT
from builder.view import View
from renderer import pieces
from renderer.blocks import Block
from renderer.fields import AnswerField, Posted, written
from renderer.forms import read
from renderer.origins import Known, known_value
from renderer.pieces import answer
from renderer.portal.access import posted, services
from renderer.portal.filling import Filling, Step
from renderer.portal.saving import boxes_of, origin_of, read_seen, seen
from renderer.wording import say as _
from renderer.wording import words
from submissions.drafts import Draft

UNPROCESSABLE = 422
#: Stands for the situation questions where a page's id is asked for.
SITUATIONS = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A page of questions of one draft."""

    filling: Filling
    #: The page's id; `SITUATIONS` for the situations.
    page: str
    questions: tuple[Question, ...]
    numbers: Mapping[Pointer, str]
    heading: str
    lead: str
    count: str
    part: int
    whole: int
    #: The planned pages that stand here, each with its questions; () for situations.
    sections: tuple[Page, ...] = ()

    @property
    def action(self) -> str:
        """Where the page is and where it is sent to."""
        return self.address()

    def address(self, **more: Any) -> str:
        """Where the page is, with these words in its query."""
        id_ = self.filling.draft.id
        if self.page == SITUATIONS:
            return url_for("portal.situations", id_=id_, **more)
        return url_for("portal.page", id_=id_, page=self.page, **more)

    @property
    def kept_as(self) -> str:
        """How a draft notes that this page was left."""
        return self.page

    @property
    def rows_apart(self) -> bool:
        """The rows of lists stand on pages of their own."""
        return self.filling.rows_apart

    @property
    def names(self) -> frozenset[str]:
        """The HTML names of its questions."""
        return frozenset(question.name for question in self.questions)

    def received(self) -> tuple[Posted, dict[str, str]]:
        """What was sent, and what the page was made from that it was sent from."""
        return posted(), read_seen(request.form.get("rev", ""))

    def seen(self) -> str:
        """Write down what the page is made from."""
        return seen(self.filling.draft, self.questions)

    def again(self, filling: Filling) -> "Sheet | None":
        """Return the same page after saving; None where it asks nothing any more."""
        if self.page == SITUATIONS:
            return situation_sheet(filling)
        step = filling.step(self.page)
        return None if step is None else page_sheet(filling, step)

    def settled(self, draft: Draft) -> Draft:
        """Return what is kept of a draft that holds the page's answers."""
        return draft

    def onward(self) -> str | None:
        """Where saving leads, if not to the page that follows."""
        tasks = url_for("portal.tasks", id_=self.filling.draft.id)
        return tasks if self.page == SITUATIONS else None

    def back(self) -> tuple[str, str]:
        """Where the link back leads, and what it says."""
        draft = self.filling.draft
        if self.page == SITUATIONS and not self.filling.situated:
            return url_for("portal.guide", affair=draft.affair), _("办事指南")
        if request.values.get("then") == "check":
            return url_for("portal.check", id_=draft.id), _("返回检查")
        return url_for("portal.tasks", id_=draft.id), _("返回")

    def view(self, page: pieces.Page, question: Question) -> View:
        """What the forms that apply say of a question."""
        return page.view(question)

    def fields(self, posted: Posted) -> dict[str, AnswerField]:
        """Read what was sent for this page."""
        pack = self.filling.published.id
        planned = "+".join(page.id for page in self.sections)
        return read(services().classes.get(pack, planned, self._every), posted)

    def _every(self) -> Sequence[Question]:
        """All questions that can stand on the page, in any situation."""
        form = self.filling.form
        if self.page == SITUATIONS:
            return form.situations
        here = {page.id for page in self.sections}
        places = {at for p in form.pages if p.id in here for at in p.questions}
        return [q for q in form.questions if q.pointer in places]

    def served(self) -> Posted:
        """What the page holds before anybody types: answers, or else proposals."""
        posted: dict[str, Sequence[str]] = {}
        for question in self.questions:
            value = answer(self.filling.draft.answers, question)
            proposal = self.filling.proposals.get(question.pointer)
            if value is ABSENT and proposal is not None:
                value = proposal.value
            if value is ABSENT and question.input == "rows":
                posted[question.name] = ("r0",)
            unread = boxes_of(question.name, self.filling.draft.unread)
            if question.columns or not unread:
                posted |= written(question, question.name, value)
            posted |= unread
        return posted


def situation_sheet(filling: Filling) -> Sheet:
    """The page of the situation questions."""
    shown = filling.situations
    done = sum(answer(filling.draft.answers, q) is not ABSENT for q in shown)
    return Sheet(
        filling=filling,
        page=SITUATIONS,
        questions=shown,
        numbers={q.pointer: str(n) for n, q in enumerate(shown, start=1)},
        heading=_("您的情形"),
        lead=_("答完才知道您要办哪几项、交什么材料。不相关的，后面就不再问。"),
        count=_("已答 %(done)s 个，共 %(all)s 个", done=done, all=len(shown)),
        part=done,
        whole=len(shown),
    )


def page_sheet(filling: Filling, step: Step) -> Sheet:
    """One page of the form."""
    sheet = Sheet(
        filling=filling,
        page=step.leaf.id,
        questions=step.questions,
        numbers=filling.numbers,
        heading=_("全部要填的"),
        lead="",
        count=done_of(filling),
        part=filling.done,
        whole=filling.whole,
        sections=step.leaf.sections,
    )
    if len(sheet.sections) > 1:
        return sheet
    [page] = sheet.sections
    number, label = step.number, words(page.label)
    many = {"part": step.part, "all": step.parts}
    return replace(
        sheet,
        heading=_("%(label)s（%(part)s/%(all)s）", label=label, **many)
        if step.parts > 1
        else label,
        lead=words(page.lead) if step.part == 1 else "",
        count=_("第 %(part)s 步，共 %(all)s 步", part=number, all=sheet.whole),
        part=number,
    )


def done_of(filling: Filling) -> str:
    """Say how many steps are done."""
    done, all_ = filling.done, filling.whole
    return _("已完成 %(done)s 步，共 %(all)s 步", done=done, all=all_)


def known(filling: Filling, question: Question) -> Known | None:
    """Where the value of a question came from, unless somebody typed it."""
    where, value = question.pointer, answer(filling.draft.answers, question)
    proposal, kept = filling.proposals.get(where), filling.draft.provenance.get(where)
    if proposal is not None:
        value, kept = proposal.value, origin_of(proposal)
    if kept is None or value is ABSENT:
        return None
    record = filling.draft.records.get(kept["source"], {})
    origin = {
        **kept,
        "proposed": proposal is not None,
        "sealed": where in filling.sealed,
        "stale": proposal is not None and proposal.stale,
        "others": proposal is not None and bool(proposal.others),
        "cached": "error" in record,
    }
    told = known_value(filling.form, question, value, origin)
    if not filling.now:
        return told
    # A button of the page, so that what is typed there is kept without scripts too.
    way = Markup('<button class="link" name="_do" value="known:{}">{}</button>')
    way = way.format(question.name, _("从哪里来的、再查一次、告诉部门不对"))
    return replace(told, more=Markup('<p class="meta">{}</p>').format(way))


def blocks(sheet: Sheet, posted: Posted, judged: frozenset[str]) -> list[Block]:
    """The questions of a page as the macros write them.

    Args:
        judged: the names of the questions whose errors are shown.
    """
    page = asking(sheet, posted)
    return [
        block(sheet, replace(page, judged=each.name in judged), each)
        for each in sheet.questions
    ]


def asking(sheet: Sheet, posted: Posted, leaving: str = "") -> pieces.Page:
    """What the questions of a page are shown against, before anything is judged.

    Args:
        leaving: the row somebody wants to take out, as LIST-ROW.
    """
    filling = sheet.filling
    return pieces.Page(
        judge=filling.judge,
        views=filling.published.views,
        facts=filling.facts,
        posted=posted,
        judged=False,
        leaving=leaving,
        rows_apart=sheet.rows_apart,
    )


def block(sheet: Sheet, page: pieces.Page, question: Question) -> Block:
    """One question of a page as the macros write it."""
    return pieces.block(
        page,
        question,
        number=sheet.numbers[question.pointer],
        faults=sheet.filling.faults_of(question),
        known=known(sheet.filling, question),
        opened=question.name == request.args.get("open"),
        view=sheet.view(page, question),
    )


def wrong_names(sheet: Sheet) -> frozenset[str]:
    """The questions of a page that must be put right."""
    filling = sheet.filling
    return frozenset(
        question.name
        for question in sheet.questions
        if filling.unread(question) or filling.faults_of(question)
    )
