"""Signing in and out, resume codes, and the list of one's cases."""

from collections.abc import Iterator
from dataclasses import dataclass

from flask import (
    Blueprint,
    g,
    make_response,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from werkzeug.wrappers import Response

from renderer.portal.access import (
    READING_MODES,
    WORK,
    cookie_name,
    end_work,
    find_draft,
    find_submission,
    hashed,
    known_codes,
    local_path,
    now,
    person,
    remember,
    services,
    store,
)
from renderer.security import plain_code
from renderer.showing import local_date
from renderer.wording import say as _
from renderer.wording import words
from submissions import drafts, packs, progress
from submissions.drafts import Draft
from submissions.store.contract import Document

UNPROCESSABLE = 422


def register(portal: Blueprint) -> None:
    """Add these pages to the portal."""
    portal.add_url_rule("/mine", view_func=mine)
    portal.add_url_rule("/resume", view_func=resume, methods=["GET", "POST"])
    portal.add_url_rule("/sign-in", view_func=sign_in, methods=["GET", "POST"])
    portal.add_url_rule("/sign-out", view_func=sign_out, methods=["POST"])
    portal.after_request(_clear)


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One draft or submission in the list."""

    href: str
    label: str
    about: str
    state: str
    css: str


def mine() -> Response:
    """List what this person or browser may open."""
    return _listing()


def resume() -> Response:
    """Open a draft or a submission by its resume code."""
    if request.method == "GET":
        return redirect(url_for("portal.mine"))
    typed = request.form.get("code", "")
    code = plain_code(typed)
    if code is None:
        return _listing(typed, _("续办码是 12 个字母和数字，请照抄下来的填"))
    target = _by_code(code)
    if target is None:
        return _listing(typed, _("没有这个续办码，或者已经过期，请核对"))
    return redirect(target, 303)


def sign_in() -> Response:
    """Let somebody say who they are: one of the sample people, where there are any."""
    home = url_for("portal.mine")
    following = local_path(request.values.get("next"), home)
    if services().end == "counter":
        return redirect(url_for("desk.sign_in", next=following), 303)
    chosen, known = request.form.get("person", ""), services().people
    if request.method == "POST" and chosen in known:
        # Codes another person left in this browser are not handed on.
        codes = known_codes() if session.get("person", chosen) == chosen else {}
        session.clear()
        session["codes"], session["person"] = codes, chosen
        session.permanent = True
        return redirect(following, 303)
    body = render_template(
        "sign_in.html",
        heading=_("登录"),
        people=known.values(),
        following=following,
        back=(following, _("返回")),
    )
    return make_response(body)


def sign_out() -> Response:
    """Forget who was here, and every code this browser has shown."""
    forget()
    return redirect(url_for("portal.home"), 303)


def forget() -> None:
    """Forget who was here, in this browser's history too; at a kiosk, everything."""
    end_work()
    session.clear()
    g.forget = True


def sent_case(document: Document) -> Case:
    """Return the line of a submission."""
    form = packs.load(store(), document["pack_version"]).form
    state, css = _standing(progress.progress(document, form))
    return Case(
        href=url_for("portal.progress", id_=document["_id"]),
        label=words(form.guide.label),
        about=_("办件编号 %(ref)s", ref=document["ref"]),
        state=state,
        css=css,
    )


def _standing(case: progress.Progress) -> tuple[str, str]:
    """Say how far a case is, and how that looks."""
    if any(step.state == "correction" for step in case.steps):
        return _("需补正"), "fix"
    if case.completed:
        return _("已办结"), "done"
    return _("办理中"), "part"


def _clear(response: Response) -> Response:
    if g.get("forget"):
        response.delete_cookie(cookie_name(WORK))
        wiped = '"cache"'
        if services().end == "kiosk":
            wiped = '"cache", "cookies", "storage"'
            for name in (*READING_MODES, "lang"):
                response.delete_cookie(name)
        response.headers["Clear-Site-Data"] = wiped
    return response


def _by_code(code: str) -> str | None:
    kept = hashed(code)
    found = progress.by_resume_hash(store(), kept)
    if found is not None:
        remember(found["_id"], code)
        return url_for("portal.receipt", id_=found["_id"])
    draft = drafts.by_resume_hash(store(), kept, now=now())
    if draft is not None:
        remember(draft.id, code)
        return _where(draft)
    return None


def _where(draft: Draft) -> str:
    """The page somebody left, also in the middle of a list; else the steps."""
    name, _slash, number = draft.at.partition("/")
    if number:
        return url_for("portal.row", id_=draft.id, name=name, number=number)
    if draft.at:
        return url_for("portal.page", id_=draft.id, page=draft.at)
    return url_for("portal.tasks", id_=draft.id)


def _listing(typed: str = "", wrong: str = "") -> Response:
    body = render_template(
        "mine.html",
        heading=_("我的办件"),
        cases=list(_cases()),
        typed=typed,
        errors=[("code", wrong)] if wrong else [],
        wrong=bool(wrong),
        back=(url_for("portal.home"), _("全部事情")),
    )
    return make_response(body, UNPROCESSABLE if wrong else 200)


def _cases() -> Iterator[Case]:
    here = person()
    found: dict[str, Draft] = {}
    sent: dict[str, Document] = {}
    if here is not None:
        own = drafts.by_owner(store(), here.owner, now=now())
        found = {draft.id: draft for draft in own}
        listed = progress.by_owner(store(), here.owner)
        sent = {document["_id"]: document for document in listed}
    for id_ in known_codes():
        document = find_submission(id_)
        if document is not None:
            sent[id_] = document
        elif (draft := find_draft(id_)) is not None:
            found[id_] = draft
    # A draft can outlive its submission by a moment.
    yield from (_open_case(found[id_]) for id_ in found if id_ not in sent)
    yield from (sent_case(document) for document in sent.values())


def _open_case(draft: Draft) -> Case:
    return Case(
        href=_where(draft),
        label=words(packs.load(store(), draft.pack).form.guide.label),
        about=_("保留到 %(date)s", date=local_date(draft.expires_at)),
        state=_("填写中"),
        css="part",
    )
