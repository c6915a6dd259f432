"""The same form on paper: empty, filled in, and as each department's own document."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, abort, make_response, redirect, render_template, url_for
from werkzeug.wrappers import Response

from builder.documents import project
from builder.lenses import UndefinedError
from builder.model import Matter, MergedForm, Question
from renderer import pieces
from renderer.blocks import Block
from renderer.documents import cells
from renderer.pieces import answer
from renderer.portal import conditions
from renderer.portal.access import now, open_submission, staff, store
from renderer.portal.applying import filling_of
from renderer.portal.filling import Filling
from renderer.portal.materials import (
    MaterialGroup,
    NeedLine,
    material_groups,
    need_lines,
    other_groups,
    sent_materials,
)
from renderer.showing import shown
from renderer.wording import say as _
from renderer.wording import words
from submissions import drafts, packs
from submissions.packs import Published
from submissions.store.contract import Document

#: Choices that are printed to be ticked; of more, one is written down.
MOST_TICKED = 12
Back = tuple[str, str]
#: The materials of a case: those that can be handed in, then the others.
Asked = tuple[Sequence[NeedLine], Sequence[MaterialGroup]]


def register(portal: Blueprint) -> None:
    """Add these pages to the portal."""
    portal.add_url_rule("/affairs/<affair>/paper", view_func=empty_paper)
    portal.add_url_rule("/drafts/<id_>/paper", view_func=draft_paper)
    portal.add_url_rule("/drafts/<id_>/documents/<matter>", view_func=draft_document)
    portal.add_url_rule("/submissions/<id_>/paper", view_func=sent_paper)
    portal.add_url_rule(
        "/submissions/<id_>/documents/<matter>", view_func=sent_document
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One question on paper."""

    number: str
    label: str
    text: str
    #: Empty forms only: when it is asked, and what is ticked or written.
    when: str = ""
    optional: bool = False
    blank: Block | None = None
    columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """The questions of one planned page on paper."""

    number: int
    label: str
    entries: tuple[Entry, ...]


def empty_paper(affair: str) -> Response:
    """The form to fill in by hand: every question of every situation."""
    published = packs.current(store(), affair)
    if published is None:
        abort(404)
    form = published.form
    known = {question.pointer: question for question in form.questions}
    planned = [(words(p.label), [known[q] for q in p.questions]) for p in form.pages]
    sections = [
        Section(
            number=number,
            label=label,
            entries=tuple(
                _blank(published, question, f"{number}.{place}")
                for place, question in enumerate(questions, start=1)
            ),
        )
        for number, (label, questions) in enumerate(
            [(_("情形"), form.situations), *planned]
        )
    ]
    back = url_for("portal.guide", affair=affair), _("办事指南")
    asked: Asked = ((), material_groups(form))
    return _paper(form, _("空白表"), sections, asked, back)


def draft_paper(id_: str) -> Response:
    """What a draft holds so far, to read over, to sign, to keep."""
    filling = filling_of(id_)
    if not filling.situated:
        return redirect(url_for("portal.situations", id_=id_))
    back = url_for("portal.check", id_=id_), _("检查并提交")
    lines = need_lines(filling, now=now())
    asked = lines, other_groups(filling.form, filling.needs)
    heading = _("填好的表") if staff() is None else _("核对单")
    return _paper(filling.form, heading, _filled(filling), asked, back)


def sent_paper(id_: str) -> Response:
    """What was submitted, for the applicant to keep."""
    case = open_submission(id_)
    filling = _sent(case)
    back = url_for("portal.receipt", id_=id_), _("回执")
    asked = sent_materials(filling.published, case, now=now())
    return _paper(
        filling.form, _("填好的表"), _filled(filling), asked, back, ref=case["ref"]
    )


def draft_document(id_: str, matter: str) -> Response:
    """What a department would receive if the draft was submitted as it is."""
    filling = filling_of(id_)
    try:
        document = project(
            _matter(filling.form, matter), filling.judge.prune(filling.draft.answers)
        )
    except UndefinedError:
        document = {}
    back = url_for("portal.check", id_=id_), _("检查并提交")
    return _document(filling, matter, document, back)


def sent_document(id_: str, matter: str) -> Response:
    """What a department receives, under its own labels and in its own order."""
    case = open_submission(id_)
    part = next((p for p in case["parts"] if p["matter"] == matter), None)
    if part is None or "body" not in part:
        # One that waits is not made yet.
        abort(404)
    back = url_for("portal.receipt", id_=id_), _("回执")
    document = json.loads(part["body"])
    return _document(_sent(case), matter, document, back, case["ref"])


def _paper(
    form: MergedForm,
    title: str,
    sections: Sequence[Section],
    asked: Asked,
    back: Back,
    *,
    ref: str = "",
) -> Response:
    lines, materials = asked
    body = render_template(
        "paper.html",
        heading=title,
        service=words(form.guide.label),
        sections=sections,
        lines=lines,
        materials=materials,
        ref=ref,
        most=MOST_TICKED,
        back=back,
    )
    return make_response(body)


def _blank(published: Published, question: Question, number: str) -> Entry:
    page = pieces.Page(
        judge=published.judge,
        views=published.views,
        facts={},
        posted={},
        judged=False,
    )
    block = pieces.block(page, question, number=number, faults=())
    return Entry(
        number=number,
        label=block.label,
        text="",
        when=conditions.sentence(published.form, question.when),
        optional=bool(question.asked_by)
        and not question.required
        and not any(asker.required for asker in question.asked_by),
        blank=block,
        columns=tuple(words(column.label) for column in question.columns),
    )


def _filled(filling: Filling) -> list[Section]:
    answers = filling.draft.answers
    situations = Section(
        number=0,
        label=_("情形"),
        entries=tuple(
            _entry(question, f"0.{place}", answers)
            for place, question in enumerate(filling.situations, start=1)
        ),
    )
    pages = (
        Section(
            number=step.number,
            label=words(step.leaf.sections[0].label),
            entries=tuple(
                _entry(question, filling.numbers[question.pointer], answers)
                for question in step.questions
            ),
        )
        for step in filling.sections
    )
    return [situations, *pages]


def _entry(question: Question, number: str, answers: Mapping[str, Any]) -> Entry:
    text = shown(question, answer(answers, question))
    return Entry(number=number, label=words(question.label), text=text)


def _sent(case: Document) -> Filling:
    """What was submitted, as a draft holds it."""
    published = packs.load(store(), case["pack_version"])
    return Filling(published=published, draft=drafts.from_document(case))


def _matter(form: MergedForm, id_: str) -> Matter:
    found = next((matter for matter in form.matters if matter.id == id_), None)
    if found is None:
        abort(404)
    return found


def _document(
    filling: Filling,
    id_: str,
    document: Mapping[str, Any],
    back: Back,
    ref: str = "",
) -> Response:
    matter = _matter(filling.form, id_)
    questions = (*filling.situations, *filling.asked.values())
    body = render_template(
        "document.html",
        heading=words(matter.label),
        service=words(filling.form.guide.label),
        department=words(filling.form.departments[matter.department].label),
        title=matter.schema.get("title", ""),
        cells=list(cells(matter, document, questions, filling.draft.answers)),
        ref=ref,
        back=back,
    )
    return make_response(body)
