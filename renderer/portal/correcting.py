"""What a department sent back: the applicant corrects just that and sends it again."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from renderer.blocks import Block
from renderer.fields import AnswerField, Posted, rows
from renderer.forms import build, read
from renderer.portal.access import now, open_submission, posted, store
from renderer.portal.filling import Filling, concerns
from renderer.portal.leading import pressed
from renderer.portal.saving import merged, read_seen, seen, with_blank_rows, without_row
from renderer.portal.sheet import UNPROCESSABLE, Sheet, blocks, wrong_names
from renderer.wording import departments, words
from renderer.wording import say as _
from submissions import corrections, drafts, packs
from submissions.corrections import Request
from submissions.errors import Conflict, Refused
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

    def address(self, **more: Any) -> str:
        """Where the page is, with these words in its query."""
        id_ = self.filling.draft.id
        return url_for("portal.correction", id_=id_, part=self.wanted.part, **more)

    def fields(self, posted: Posted) -> dict[str, AnswerField]:
        """Read what was sent for this page."""
        return read(build(self.questions), posted)


def correction(id_: str, part: str) -> Response:
    """Ask again what a department wants corrected, or send the part again."""
    document = open_submission(id_)
    published = packs.load(store(), document["pack_version"])
    wanted = corrections.wanted(published, document, part)
    if wanted is None:  # it was corrected, withdrawn or decided meanwhile
        return redirect(url_for("portal.progress", id_=id_), 303)
    sheet = _sheet(published, document, wanted)
    if request.method == "GET":
        return _show(sheet, sheet.served())
    sent = _as_sent(sheet)
    stood = frozenset(read_seen(request.form.get("rev", "")))
    if pressed()[0] != "next" or not sheet.names <= stood:
        # A row was added or taken out, or the department has asked for more.
        return _show(sheet, {**sheet.served(), **sent})
    return _receive(sheet, sent)


def _receive(sheet: Correction, sent: Posted) -> Response:
    filling, fields = sheet.filling, sheet.fields(sent)
    draft = merged(filling.draft, sheet.questions, fields, {})
    after = replace(sheet, filling=replace(filling, draft=draft))
    wrong = wrong_names(after)
    elsewhere = list(_elsewhere(after))
    if wrong or elsewhere:
        return _show(after, sent, judged=wrong, more=elsewhere)
    try:
        corrections.correct(
            store(),
            filling.published,
            draft.id,
            sheet.wanted,
            draft.answers,
            now=now(),
        )
    except Conflict:
        return _show(after, sent, more=[_("这一份刚刚有变化，请再看一遍，再送出")])
    except Refused:
        changed = _("这样改，要办的事项就不同了，请拨打 12345 求助")
        return _show(after, sent, more=[changed])
    return redirect(url_for("portal.progress", id_=draft.id), 303)


def _sheet(published: Published, document: Document, wanted: Request) -> Correction:
    count = len(wanted.questions) + len(wanted.materials)
    return Correction(
        filling=Filling(published=published, draft=drafts.from_document(document)),
        page="",
        questions=wanted.questions,
        numbers={q.pointer: str(n) for n, q in enumerate(wanted.questions, start=1)},
        heading=_("补正"),
        lead="",
        count=_("共 %(num)s 项", num=count),
        part=0,
        whole=count,
        wanted=wanted,
    )


def _as_sent(sheet: Correction) -> Posted:
    """What was sent, with a row more or less where a button said so."""
    sent: Posted = posted()
    button, rest = pressed()
    name, _colon, row = rest.partition(":")
    for question in sheet.questions:
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
    labels = {each.id: words(each.label) for each in matter.materials}
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
        materials=[(labels[id_], text) for id_, text in wanted.materials],
        action=sheet.action,
        rev=seen(filling.draft, sheet.questions),
        back=(back, _("办到哪一步了")),
    )
    return make_response(body, UNPROCESSABLE if errors else 200)


def _blocks(sheet: Correction, held: Posted, judged: frozenset[str]) -> Iterator[Block]:
    """Yield the questions in their order, each with what the department says of it."""
    made = {block.name: block for block in blocks(sheet, held, judged)}
    for question in sheet.questions:
        block = made[question.name]
        reasons = sheet.wanted.reasons[question.pointer]
        said = [_("部门说：%(reason)s", reason=reason) for reason in reasons]
        yield replace(block, tip=" ".join((*said, block.tip)).strip())
