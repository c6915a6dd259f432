"""Before anybody fills in: the affairs, the guide of one, the start."""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass

from flask import (
    Blueprint,
    abort,
    current_app,
    make_response,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from werkzeug.wrappers import Response

from builder.model import Counts, Matter, MergedForm
from renderer.portal import acting, conditions
from renderer.portal.access import (
    hashed,
    local_path,
    now,
    person,
    remember,
    services,
    staff,
    store,
)
from renderer.portal.materials import material_groups
from renderer.searching import likely
from renderer.security import new_code
from renderer.wording import LANGUAGES, READ_ONLY, departments, words
from renderer.wording import say as _
from renderer.wording import say_count as ngettext
from submissions import drafts, packs
from submissions.ids import new_id
from submissions.packs import Published

#: Characters of a search that are looked at.
MOST_SOUGHT = 60
#: What people call large print when they look for it.
ELDER = "长辈版 关怀版 关怀模式 大字版 适老版 老年人 老人 elder senior large print"
YEAR_SECONDS = 365 * 24 * 3600
#: Reading modes to choose, and the cookie's value for each.
VIEWS = {
    "standard": "",
    "elder": "elder",
    "larger": "larger",
    "contrast": "contrast",
    "plain": "",
}


def register(portal: Blueprint) -> None:
    """Add these pages to the portal."""
    portal.add_url_rule("/", view_func=home)
    portal.add_url_rule("/affairs/<affair>", view_func=guide)
    portal.add_url_rule(
        "/affairs/<affair>/start", view_func=start, methods=["GET", "POST"]
    )
    portal.add_url_rule("/language/<tag>", view_func=choose_language)
    portal.add_url_rule("/view/<view>", view_func=choose_view)
    portal.add_url_rule("/health", view_func=health)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One affair on the front page; its lines are in percent of the longest."""

    affair: str
    label: str
    summary: str
    questions: int
    fields: int
    matters: int
    departments: int
    part: float
    whole: float


def home() -> Response:
    """List the affairs; all lines share one scale, so they can be compared."""
    forms = [published.form for published in packs.affairs(store())]
    total = Counts(
        fields=sum(form.counts.fields for form in forms),
        questions=sum(form.counts.questions for form in forms),
    )
    longest = max((form.counts.fields for form in forms), default=1)
    sought = request.args.get("q", "").strip()[:MOST_SOUGHT]
    found = [forms[at] for at in likely([_told(form) for form in forms], sought)]
    elder = bool(sought and likely([ELDER], sought))
    missed = bool(sought) and not found
    body = render_template(
        "home.html",
        sought=sought,
        missed=missed,
        elder=elder,
        told=_how_many(sought, len(found), elder=elder),
        heading=_("您遇到了什么事？"),
        ended="ended" in request.args,
        total=total,
        entries=[_entry(form, longest) for form in (found or forms)],
    )
    return make_response(body)


def _told(form: MergedForm) -> str:
    """Everything by which an affair can be found."""
    guide = form.guide
    texts = [guide.label, guide.summary, guide.audience, guide.called or {}]
    texts += [matter.label for matter in form.matters]
    return " ".join(text for each in texts for text in each.values())


def _how_many(sought: str, count: int, *, elder: bool) -> str:
    if not count and elder:
        return _("要找的是长辈版：")
    if not count:
        return _("没有找到“%(sought)s”。换个说法再找，或者拨打 12345。", sought=sought)
    return ngettext("找到 %(num)s 件事", "找到 %(num)s 件事", count)


def guide(affair: str) -> Response:
    """Say what one should know before beginning."""
    published = _published(affair)
    form = published.form
    body = render_template(
        "guide.html",
        heading=words(form.guide.label),
        service=_("办事指南"),
        merged=form,
        pack=published.id,
        people=services().people,
        matters=[_matter(form, matter) for matter in form.matters],
        materials=material_groups(form),
        shared=list(_shared(form)),
        back=(url_for("portal.home"), _("全部事情")),
    )
    return make_response(body)


def start(affair: str) -> Response:
    """Begin a draft: of the person who is signed in, and always with a resume code."""
    published = _published(affair)
    if request.method == "GET" and services().end != "counter":
        return redirect(url_for("portal.guide", affair=affair))
    helper, here = None, person()
    if services().end == "counter":
        if staff() is None:
            return redirect(url_for("portal.sign_in"), 303)
        helper, here = acting.chosen()
        if helper is None:
            return acting.ask_for_whom(published)
        session["acting"] = helper.applicant
    code = new_code(secrets.choice)
    draft = drafts.start(
        store(),
        published,
        id_=new_id("s"),
        resume_hash=hashed(code),
        owner=None if here is None else here.owner,
        helper=helper,
        now=now(),
    )
    remember(draft.id, code)
    return redirect(url_for("portal.situations", id_=draft.id), 303)


def choose_language(tag: str) -> Response:
    """Remember a language and come back to the same page."""
    if tag not in LANGUAGES and tag not in READ_ONLY:
        abort(404)
    return _remembering("lang", tag)


def choose_view(view: str) -> Response:
    """Remember large print or high contrast and come back to the same page."""
    if view not in VIEWS:
        abort(404)
    name = "contrast" if view in ("contrast", "plain") else "elder"
    return _remembering(name, VIEWS[view])


def health() -> Response:
    """Say whether the store answers, for whoever watches over the servers."""
    store().get("affairs", "")
    return make_response({"ok": True})


def _remembering(name: str, value: str) -> Response:
    response = redirect(local_path(request.args.get("next"), url_for("portal.home")))
    response.set_cookie(
        name,
        value,
        max_age=YEAR_SECONDS,
        secure=current_app.config["SESSION_COOKIE_SECURE"],
        httponly=True,
        samesite="Lax",
    )
    return response


def _published(affair: str) -> Published:
    published = packs.current(store(), affair)
    if published is None:
        abort(404)
    return published


def _entry(form: MergedForm, longest: int) -> Entry:
    return Entry(
        affair=form.affair,
        label=words(form.guide.label),
        summary=words(form.guide.summary),
        questions=form.counts.questions,
        fields=form.counts.fields,
        matters=len(form.matters),
        departments=len({matter.department for matter in form.matters}),
        part=round(100 * form.counts.questions / longest, 1),
        whole=round(100 * form.counts.fields / longest, 1),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class MatterLine:
    """One matter in the guide."""

    label: str
    department: str
    when: str
    promised: str
    legal: str


def _matter(form: MergedForm, matter: Matter) -> MatterLine:
    return MatterLine(
        label=words(matter.label),
        department=words(form.departments[matter.department].label),
        when=conditions.sentence(form, matter.when)
        or (_("看情形") if matter.when is not None else ""),
        promised=words(matter.promised_limit.text),
        legal=words(matter.legal_limit.text),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedLine:
    """One question several forms ask, and this form once."""

    label: str
    departments: str
    forms: int


def _shared(form: MergedForm) -> Iterator[SharedLine]:
    for question in form.questions:
        matters = {asker.matter for asker in question.asked_by}
        if len(matters) > 1:
            yield SharedLine(
                label=words(question.label),
                departments=departments(form, matters),
                forms=len(matters),
            )
