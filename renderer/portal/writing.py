"""Pages of questions written out: joined from questions that were written ahead."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from http import HTTPStatus

from flask import make_response, render_template, request
from markupsafe import Markup
from werkzeug.wrappers import Response

from builder.model import Question
from builder.pointer import ABSENT
from renderer import pieces
from renderer.blocks import Wrong
from renderer.fields import Posted, parse
from renderer.pieces import answer
from renderer.portal.access import services
from renderer.portal.filling import Filling
from renderer.portal.same import Offer, offers
from renderer.portal.sheet import (
    SITUATIONS,
    Sheet,
    asking,
    block,
    known,
)
from renderer.ready import Ready, Written, written
from renderer.showing import clock_time, source_name
from renderer.wording import reader, words
from renderer.wording import say as _
from renderer.wording import say_count as ngettext


def write(
    sheet: Sheet, posted: Posted, judged: frozenset[str], leaving: str = ""
) -> list[Written]:
    """Write out the questions of a page, in their order.

    Args:
        judged: the names of the questions whose errors are shown.
        leaving: the row somebody wants to take out, as LIST-ROW.
    """
    filling = sheet.filling
    page = asking(sheet, posted, leaving)
    ready, opened = _ready(sheet), request.args.get("open")
    found = []
    for question in sheet.questions:
        here = replace(page, judged=True) if question.name in judged else page
        filled = ready[question.name].write(
            posted,
            wrong=_wrong(sheet, here, question),
            known=known(filling, question),
            opened=question.name == opened,
        )
        made = filled or written(block(sheet, here, question))
        outage = _outage(filling, question)
        found.append(made._replace(html=outage + made.html) if outage else made)
    return found


def _outage(filling: Filling, question: Question) -> str:
    """Say what to do while the source of an open question gives no answer."""
    source = filling.outages.get(question.pointer)
    if source is None:
        return ""
    name = source_name(filling.form, source)
    match filling.form.sources[source].failure:
        case "wait":
            said = _("现在查不到%(what)s。可以先填别的，过一会儿会再查。", what=name)
        case "block":
            said = _("现在查不到%(what)s，只能由它提供，请过会儿再来。", what=name)
        case _:
            said = _("现在查不到%(what)s，请您自己填下面这一项。", what=name)
    return Markup('<p class="meta" data-outage>{}</p>').format(said)


def _wrong(sheet: Sheet, page: pieces.Page, question: Question) -> Wrong | None:
    if not page.judged:
        return None
    faults = pieces.own_faults(question, sheet.filling.faults_of(question))
    value = parse(question, question.name, page.posted)
    return pieces.what_is_wrong(page, question, value, faults)


def _ready(sheet: Sheet) -> Mapping[str, Ready]:
    """The questions of a page as they were written ahead for this situation."""
    filling, device = sheet.filling, services().end
    key = (
        filling.published.id,
        reader(),
        device,
        tuple(matter.id for matter in filling.judge.applicable(filling.facts)),
        tuple((q.name, sheet.numbers[q.pointer]) for q in sheet.questions),
    )
    return services().ready.get(key, lambda: _made(sheet))


def _made(sheet: Sheet) -> Mapping[str, Ready]:
    page = asking(sheet, {})
    return {
        question.name: Ready(
            pieces.block(
                page,
                question,
                number=sheet.numbers[question.pointer],
                view=sheet.view(page, question),
                faults=(),
            )
        )
        for question in sheet.questions
    }


def show(
    sheet: Sheet,
    posted: Posted,
    *,
    judged: frozenset[str] = frozenset(),
    notice: str = "",
    leaving: str = "",
) -> Response:
    """Write out a page; 422 when it shows errors."""
    draft = sheet.filling.draft
    groups = _groups(sheet, write(sheet, posted, judged, leaving))
    errors = [error for group in groups for error in group.errors]
    situations = sheet.page == SITUATIONS
    body = render_template(
        "page.html",
        heading=sheet.heading,
        service=words(sheet.filling.form.guide.label),
        wrong=bool(errors),
        errors=errors,
        lead=sheet.lead,
        count=sheet.count,
        part=sheet.part,
        whole=sheet.whole,
        groups=groups,
        action=sheet.action,
        rev=sheet.seen(),
        return_to=request.values.get("then", ""),
        notice=notice,
        later=not situations,
        sofar=_so_far(sheet.filling) if situations else (),
        back=sheet.back(),
        form="page",
        saved=clock_time(draft.updated_at) if draft.rev > 1 else "",
    )
    return make_response(body, HTTPStatus.UNPROCESSABLE_ENTITY if errors else 200)


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """The questions of one planned page; a page of one group needs no name for it."""

    id: str = ""
    number: int = 0
    label: str = ""
    shown: Sequence[Written]
    #: What can be filled in at one press.
    same: Sequence[Offer] = ()

    @property
    def known(self) -> list[Written]:
        """What is there already and stands first, to be checked."""
        return [each for each in self.shown if each.known]

    @property
    def asked(self) -> list[Written]:
        """What is to be filled in."""
        return [each for each in self.shown if not each.known]

    @property
    def errors(self) -> list[tuple[str, str]]:
        """(control, sentence) of what must be put right, as it stands on the page."""
        return [error for each in (*self.known, *self.asked) for error in each.errors]


def _groups(sheet: Sheet, shown: Sequence[Written]) -> list[Group]:
    if len(sheet.sections) <= 1:
        here = [question.pointer for question in sheet.questions]
        return [Group(shown=shown, same=offers(sheet, here))]
    at = {q.pointer: each for q, each in zip(sheet.questions, shown, strict=True)}
    number = {step.leaf.id: step.number for step in sheet.filling.sections}
    return [
        Group(
            id=page.id,
            number=number[page.id],
            label=words(page.label),
            shown=[at[each] for each in page.questions if each in at],
            same=offers(sheet, page.questions),
        )
        for page in sheet.sections
        if not at.keys().isdisjoint(page.questions)
    ]


def _so_far(filling: Filling) -> tuple[tuple[str, str], ...]:
    if not any(
        answer(filling.draft.answers, q) is not ABSENT for q in filling.situations
    ):
        return ()
    matters = filling.judge.applicable(filling.facts)
    labels = [words(matter.label) for matter in matters]
    asked = ngettext("%(num)s 项", "%(num)s 项", len(filling.asked))
    return ((_("要办"), _("、").join(labels)), (_("要填"), asked))
