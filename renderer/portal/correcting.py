"""What a department sent back: the applicant corrects just that and sends it again."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from builder.validity import Fault
from renderer.blocks import Block
from renderer.fields import AnswerField, Posted, rows
from renderer.forms import build, read
from renderer.portal.access import hand, now, open_submission, posted, store
from renderer.portal.applying import LEAVING, MOST_TRIES
from renderer.portal.conflicts import conflict, with_stored
from renderer.portal.filling import Filling, concerns
from renderer.portal.leading import away, pressed
from renderer.portal.saving import (
    meet,
    merged,
    read_seen,
    renumbered,
    with_blank_rows,
    without_row,
)
from renderer.portal.sheet import UNPROCESSABLE, Sheet, blocks, wrong_names
from renderer.showing import clock_time
from renderer.wording import departments, words
from renderer.wording import say as _
from submissions import corrections, packs, supplying
from submissions.corrections import Request
from submissions.drafts import Draft
from submissions.errors import Conflict, Refused, StoreUnavailableError
from submissions.files import KeptFile
from submissions.packs import Published
from submissions.store.contract import Document


def register(portal: Blueprint) -> None:
    """Add this page to the portal."""
    portal.add_url_rule(
        "/submissions/<id_>/corrections/<part>",
        view_func=correction,
        methods=["GET", "POST"],
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction(Sheet):
    """The page of what one department sent back."""

    wanted: Request
    asked_again: tuple["Again", ...]
    #: Something was typed and is kept.
    begun: bool

    @property
    def rows_apart(self) -> bool:
        """All that was sent back stands on one page."""
        return False

    def address(self, **more: Any) -> str:
        """Where the page is, with these words in its query."""
        id_ = self.filling.draft.id
        return url_for("portal.correction", id_=id_, part=self.wanted.part, **more)

    def fields(self, posted: Posted) -> dict[str, AnswerField]:
        """Read what was sent for this page."""
        return read(build(self.questions), posted)


class _Corrected(Filling):
    """What was submitted, with what is corrected so far."""

    @cached_property
    def faults(self) -> tuple[Fault, ...]:
        """Everything wrong with the answers that can be put right here."""
        return corrections.faults(self.judge, self.draft.answers)


def correction(id_: str, part: str) -> Response:
    """Ask again what a department wants corrected, or send the part again."""
    for _time in range(MOST_TRIES):
        try:
            return _answered(id_, part)
        except Conflict:  # another window was faster: look what it kept
            continue
    raise StoreUnavailableError("The submission is being changed.", "Send it again.")


def _answered(id_: str, part: str) -> Response:
    document = open_submission(id_)
    published = packs.load(store(), document["pack_version"])
    wanted = corrections.wanted(published, document, part)
    if wanted is None:  # it was corrected, withdrawn or decided meanwhile
        return redirect(url_for("portal.progress", id_=id_), 303)
    again = _again(published, document, wanted)
    sheet = _sheet(published, document, wanted, again)
    if request.method == "GET":
        return _show(sheet, sheet.served())
    return _taken(sheet, document)


def _taken(sheet: Correction, document: Document) -> Response:
    """Keep what was sent for the page, and do what the button says.

    Raises:
        Conflict: another window was faster.
    """
    sent = _as_sent(sheet)
    before = read_seen(request.form.get("rev", ""))
    here = [question for question in sheet.questions if question.name in before]
    draft, fields = sheet.filling.draft, sheet.fields(sent)
    meeting = meet(draft, merged(draft, here, fields, {}), here, before)
    for question in meeting.theirs:
        sent = with_stored(draft, question, sent)
    if meeting.both:
        return conflict(sheet, sent, here, meeting.both, keeps="keep")
    own = [question for question in here if question not in meeting.theirs]
    after = _kept(sheet, document, merged(draft, own, fields, {}))
    for question in sheet.questions:
        sent = renumbered(question, sent)
    button = pressed()[0]
    if button in LEAVING:
        return LEAVING[button]()
    elsewhere = _away(after)
    if elsewhere is not None:
        return redirect(elsewhere, 303)
    if button != "next" or not sheet.names <= before.keys():
        # A row was added or taken out, or the department has asked for more.
        return _show(after, {**after.served(), **sent})
    if meeting.theirs:
        return _show(after, sent, more=[_("这一份刚刚有变化，请再看一遍，再送出")])
    return _receive(after, sent)


def _kept(sheet: Correction, document: Document, draft: Draft) -> Correction:
    """Keep what was typed, to be sent when the applicant says so.

    Raises:
        Conflict: another window was faster.
    """
    draft = replace(draft, updated_at=now())
    corrections.keep(store(), document, sheet.wanted, draft, now=draft.updated_at)
    return replace(sheet, filling=replace(sheet.filling, draft=draft), begun=True)


def _away(sheet: Correction) -> str | None:
    """Where a link of the page's head or foot, or to an upload, leads."""
    button, rest = pressed()
    id_ = sheet.filling.draft.id
    match button:
        case "back" | "later":
            return url_for("portal.progress", id_=id_)
        case "upload" if rest in {line.key for line in sheet.asked_again}:
            part = sheet.wanted.part
            return url_for("portal.supply", id_=id_, key=rest, correction=part)
        case "view" | "lang" | "mine" | "home":
            return away(sheet)
    return None


def _receive(after: Correction, sent: Posted) -> Response:
    filling, draft = after.filling, after.filling.draft
    wrong = wrong_names(after)
    elsewhere = [*_elsewhere(after), *_not_again(after)]
    if wrong or elsewhere:
        return _show(after, sent, judged=wrong, more=elsewhere)
    try:
        corrections.correct(
            store(),
            filling.published,
            draft.id,
            after.wanted,
            draft.answers,
            who=hand(),
            now=now(),
        )
    except Conflict:
        return _show(after, sent, more=[_("这一份刚刚有变化，请再看一遍，再送出")])
    except Refused:
        changed = _("这样改，要办的事项就不同了，请拨打 12345 求助")
        return _show(after, sent, more=[changed])
    return redirect(url_for("portal.progress", id_=draft.id), 303)


@dataclass(frozen=True, slots=True, kw_only=True)
class Again:
    """A material a department asks for again."""

    #: "" where it is not handed in here.
    key: str
    label: str
    reason: str
    #: What came since it was asked for.
    files: tuple[KeptFile, ...]


def _again(
    published: Published, document: Document, wanted: Request
) -> tuple[Again, ...]:
    needs = supplying.open_needs(published, document)
    keys = {(m.id, x.id): need.key for need in needs for m, x in need.askers}
    labels = {each.id: words(each.label) for each in wanted.matter.materials}
    part = next(p for p in document["parts"] if p["id"] == wanted.part)
    files = [KeptFile.of(each) for each in document["files"]]
    return tuple(
        Again(
            key=key,
            label=labels[id_],
            reason=text,
            files=tuple(
                file
                for file in files
                if file.material == key and file.at >= part["since"]
            ),
        )
        for id_, text in wanted.materials
        for key in [keys.get((wanted.matter.id, id_), "")]
    )


def _not_again(sheet: Correction) -> Iterator[str]:
    """Ask once about what is asked for again and was not uploaded."""
    if request.form.get("sure"):
        return
    for line in sheet.asked_again:
        if line.key and not line.files:
            yield _(
                "还没有重新上传“%(label)s”。已经另外交了的，请再按一次“改好了，重新送出”",
                label=line.label,
            )


def _sheet(
    published: Published,
    document: Document,
    wanted: Request,
    again: tuple[Again, ...],
) -> Correction:
    count = len(wanted.questions) + len(wanted.materials)
    draft = corrections.begun(document, wanted)
    return Correction(
        filling=_Corrected(published=published, draft=draft),
        page="",
        questions=wanted.questions,
        numbers={q.pointer: str(n) for n, q in enumerate(wanted.questions, start=1)},
        heading=_("补正"),
        lead="",
        count=_("共 %(num)s 项", num=count),
        part=0,
        whole=count,
        wanted=wanted,
        asked_again=again,
        begun=wanted.part in document.get("typed", {}),
    )


def _as_sent(sheet: Correction) -> Posted:
    """What was sent, with a row more or less where a button said so.

    On the page of what two windows changed it was chosen what counts.
    """
    sent: Posted = posted()
    button, rest = pressed()
    name, _colon, row = rest.partition(":")
    for question in sheet.questions:
        if request.form.get(f"_pick-{question.name}") == "stored":
            sent = with_stored(sheet.filling.draft, question, sent)
        if question.name != name or question.input != "rows":
            continue
        if button == "add":
            empty = sum(each.index is None for each in rows(question, name, sent))
            sent = with_blank_rows(question, sent, empty + 1)
        elif button == "remove":
            sent = without_row(question, sent, row)
    return sent


def _elsewhere(sheet: Correction) -> Iterator[str]:
    """Yield what else would be wrong: a person must help."""
    for fault in sheet.filling.faults:
        if not any(concerns(fault, question) for question in sheet.questions):
            who = departments(sheet.filling.form, fault.matters)
            yield _("%(who)s的表有一处对不上，请拨打 12345 求助", who=who)


def _show(
    sheet: Correction,
    held: Posted,
    *,
    judged: frozenset[str] = frozenset(),
    more: Sequence[str] = (),
) -> Response:
    """Write out the page; 422 when it shows errors."""
    filling, wanted = sheet.filling, sheet.wanted
    shown = list(_blocks(sheet, held, judged))
    errors = [error for each in shown for error in each.errors]
    errors += [("corrected", text) for text in more]
    matter = wanted.matter
    back = url_for("portal.progress", id_=filling.draft.id)
    body = render_template(
        "correction.html",
        heading=sheet.heading,
        service=words(filling.form.guide.label),
        matter=words(matter.label),
        department=words(filling.form.departments[matter.department].label),
        count=sheet.count,
        wrong=bool(errors),
        errors=errors,
        blocks=shown,
        materials=sheet.asked_again,
        # Who presses once more means it.
        sure=request.method == "POST" and bool(more),
        action=sheet.action,
        rev=sheet.seen(),
        back=(back, _("办到哪一步了")),
        form="page",
        saved=clock_time(filling.draft.updated_at) if sheet.begun else "",
    )
    return make_response(body, UNPROCESSABLE if errors else 200)


def _blocks(sheet: Correction, held: Posted, judged: frozenset[str]) -> Iterator[Block]:
    """Yield the questions in their order, each with what the department says of it."""
    made = {block.name: block for block in blocks(sheet, held, judged)}
    for question in sheet.questions:
        block = made[question.name]
        reasons = sheet.wanted.reasons[question.pointer]
        said = [_("部门说：%(reason)s", reason=reason) for reason in reasons]
        yield replace(block, tip="\n".join(filter(None, (*said, block.tip))))
