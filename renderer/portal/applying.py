"""The pages an applicant fills in: situations, pages of questions."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from http import HTTPStatus

from flask import (
    Blueprint,
    abort,
    make_response,
    redirect,
    request,
    session,
    url_for,
)
from werkzeug.wrappers import Response

from builder.lenses import same
from builder.model import Question
from renderer.choices import SEARCH
from renderer.fields import AnswerField, Posted
from renderer.portal import acting, people
from renderer.portal.access import (
    AlreadySubmittedError,
    now,
    open_draft,
    services,
    staff,
    store,
)
from renderer.portal.conflicts import CONFLICT, conflict, with_stored
from renderer.portal.filling import Filling, resealed
from renderer.portal.knowing import records_of, with_records
from renderer.portal.leading import (
    ROW_BUTTONS,
    after_row_button,
    away,
    onward,
    pressed,
    wanted_blank,
    with_blank,
)
from renderer.portal.same import filled
from renderer.portal.saving import (
    boxes_of,
    meet,
    merged,
    readable,
    renumbered,
    without_row,
)
from renderer.portal.sheet import (
    Sheet,
    page_sheet,
    situation_sheet,
    wrong_names,
)
from renderer.portal.writing import show
from renderer.wording import say as _
from submissions import drafts, packs
from submissions.drafts import Draft
from submissions.errors import Conflict, StoreUnavailableError
from submissions.packs import Published

__all__ = ["CONFLICT", "filling_of", "register"]

#: Buttons that end somebody's turn at this browser, once the page is kept.
LEAVING = {"out": people.sign_out, "next-person": acting.next_person}
#: Sent by the page itself while somebody types; nothing is judged aloud.
AUTOSAVE = "autosave"
#: Times a page is saved again when another window was faster.
MOST_TRIES = 3


def filling_of(id_: str, *, asking: bool = True) -> Filling:
    """Open a draft with its form and what is known about its owner; 404 if not.

    Args:
        asking: sources that can help now are asked first.
    """
    draft = open_draft(id_)
    if draft.helper is not None and staff() is not None:
        session["acting"] = draft.helper.applicant
    published = packs.load(store(), draft.pack)
    if asking:
        draft = _known(draft, published)
    at = now()
    filling = Filling(
        published=published,
        draft=draft,
        records=records_of(draft, published.judge, now=at),
        now=at,
        end=services().end,
    )
    return replace(filling, draft=resealed(filling))


def _known(draft: Draft, published: Published) -> Draft:
    """Ask the sources that can help now; keep what they said with the draft."""
    owner, connections = acting.owner_of(draft), services().connections
    more = with_records(draft, published, owner, connections, now=now())
    if more is draft:
        return draft
    try:
        return drafts.save(store(), more, now=now())
    except Conflict:  # another window was faster: this page does without keeping it
        return more


def register(portal: Blueprint) -> None:
    """Add these pages to the portal."""
    portal.add_url_rule(
        "/drafts/<id_>/situations",
        view_func=situations,
        methods=["GET", "POST"],
    )
    portal.add_url_rule(
        "/drafts/<id_>/pages/<page>", view_func=page, methods=["GET", "POST"]
    )


def situations(id_: str) -> Response:
    """Ask what decides matters, questions and materials."""
    return answered(id_, lambda: _situations(id_))


def page(id_: str, page: str) -> Response:
    """Show one page of questions, or keep what was sent for it."""
    return answered(id_, lambda: _page(id_, page))


def _situations(id_: str) -> Sheet | Response:
    sheet = situation_sheet(filling_of(id_))
    return sheet if sheet.questions else redirect(url_for("portal.tasks", id_=id_))


def _page(id_: str, page: str) -> Sheet | Response:
    filling = filling_of(id_)
    if not filling.situated:
        return redirect(url_for("portal.situations", id_=id_))
    step = filling.step(page)
    if step is None:
        if page in {each.id for each in filling.form.pages}:
            return redirect(url_for("portal.tasks", id_=id_))
        abort(404)
    if step.leaf.id != page and request.method == "GET":
        there = url_for("portal.page", id_=id_, page=step.leaf.id)
        return redirect(f"{there}?{request.query_string.decode()}".rstrip("?"))
    return page_sheet(filling, step)


def answered(id_: str, find: Callable[[], Sheet | Response]) -> Response:
    """Show the page, or keep what was sent: again if another window was faster."""
    for _time in range(MOST_TRIES):
        try:
            sheet = find()
            if not isinstance(sheet, Sheet):
                return sheet
            return receive(sheet) if request.method == "POST" else _open(sheet)
        except Conflict:
            continue
        except AlreadySubmittedError:
            if request.method == "GET":
                raise
            return redirect(url_for("portal.receipt", id_=id_, unsent="1"), 303)
    raise StoreUnavailableError("The draft is being changed.", "Send it again.")


def receive(sheet: Sheet) -> Response:
    """Keep one page as it was sent; say what must be put right; lead on.

    Raises:
        Conflict: another window was faster.
    """
    filling = sheet.filling
    draft, offered = filling.draft, (filling.proposals, filling.sealed)
    posted, before = sheet.received()
    sent = _as_sent(sheet, posted)
    fields = sheet.fields(sent)
    here = _stood(sheet, fields, before)
    stood = tuple(each for each in here if each.pointer not in filling.blocked)
    if pressed()[0] == AUTOSAVE:
        stood = tuple(each for each in stood if _settled(sheet, fields, each))
    mine = merged(draft, stood, fields, *offered)
    meeting = meet(draft, mine, stood, before)
    for question in meeting.theirs:
        sent = with_stored(draft, question, sent)
    if meeting.both:
        return conflict(sheet, sent, stood, meeting.both)
    own = [question for question in stood if question not in meeting.theirs]
    changed = merged(draft, own, fields, *offered) if meeting.theirs else mine
    button, wanted = pressed()
    if button == "same":
        changed = filled(filling, changed, wanted)
    kept = replace(sheet.settled(changed), at=sheet.kept_as)
    saved = drafts.save(store(), kept, now=now())
    after = sheet.again(replace(filling, draft=saved))
    return _after(sheet, after, sent, frozenset(each.name for each in here))


def _stood(
    sheet: Sheet, fields: Mapping[str, AnswerField], before: Mapping[str, str]
) -> tuple[Question, ...]:
    """The questions that stood on the page when it was served."""
    if not before:
        return sheet.questions
    asked = {question.name: question for question in sheet.questions}
    return tuple(
        asked.get(name, fields[name].question) for name in before if name in fields
    )


def _settled(
    sheet: Sheet, fields: Mapping[str, AnswerField], question: Question
) -> bool:
    """The page can go on standing there with what is kept of a question.

    Not what is only proposed, which nobody has accepted; nor rows that would get other
    ids, while the page has those it was served with.
    """
    proposal = sheet.filling.proposals.get(question.pointer)
    if question.pointer in sheet.filling.sealed:
        return False
    field = fields[question.name]
    if proposal is not None and same(proposal.value, readable(field.value)):
        return False
    renamed = renumbered(question, field.posted)
    return renamed.get(question.name) == field.posted.get(question.name)


def _kept(after: Sheet | None, sent: Posted, stood: frozenset[str]) -> Response:
    """Tell a page what is kept now of the questions that stand on it."""
    if after is None:
        return make_response("", HTTPStatus.NO_CONTENT)
    there = tuple(each for each in after.questions if each.name in stood)
    return show(replace(after, questions=there), sent)


def _open(sheet: Sheet) -> Response:
    more = "more" in request.args
    notice = _("根据您刚才的回答，这一页多了几项。") if more else ""
    held = with_blank(sheet, wanted_blank())
    return show(sheet, held, notice=notice, leaving=request.args.get("leaving", ""))


def _as_sent(sheet: Sheet, sent: Posted) -> Posted:
    """What was sent, without a row taken out, and as chosen on the conflict page.

    Rows that stand on other pages are sent as they are kept, or proposed.
    """
    button, rest = pressed()
    name, _colon, row = rest.partition(":")
    if button == "choose":
        sent = {box: texts for box, texts in sent.items() if box != f"{rest}-{SEARCH}"}
    for question in sheet.questions:
        if question.columns and sheet.rows_apart:
            held = sheet.served()
            sent = {**sent, **boxes_of(question.name, held)}
        elif button == "drop" and question.name == name and question.input == "rows":
            sent = without_row(question, sent, row)
        if request.form.get(f"_pick-{question.name}") == "stored":
            sent = with_stored(sheet.filling.draft, question, sent)
    return sent


def _after(
    before: Sheet, after: Sheet | None, sent: Posted, stood: frozenset[str]
) -> Response:
    """Lead on from a page that is saved.

    Args:
        stood: the names of the questions that stood on the page.
    """
    button = pressed()[0]
    if button in LEAVING:
        return LEAVING[button]()
    if button == AUTOSAVE:
        return _kept(after, sent, stood)
    elsewhere = away(after or before)
    if after is None:
        tasks = url_for("portal.tasks", id_=before.filling.draft.id)
        return redirect(elsewhere or tasks, 303)
    if button in ROW_BUTTONS and pressed()[1].partition(":")[0] in after.names:
        return redirect(after_row_button(after, sent), 303)
    wrong = wrong_names(after) & stood
    if button == "later":
        # What is only missing or not allowed yet is kept; what cannot be read is not.
        wrong &= {q.name for q in after.questions if after.filling.unread(q)}
    if wrong and (elsewhere is None or button == "later"):
        for question in after.questions:
            sent = renumbered(question, sent)
        more = after.names - stood
        return show(after, {**after.served(), **sent} if more else sent, judged=wrong)
    return redirect(elsewhere or onward(after, more=bool(after.names - stood)), 303)
