"""Before anybody fills in: the affairs, the guide of one, the start."""

import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

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

from builder.model import Counts, Material, Matter, MergedForm
from renderer.portal import conditions
from renderer.portal.access import (
    hashed,
    local_path,
    now,
    person,
    remember,
    services,
    store,
)
from renderer.security import new_code, plain_code
from renderer.wording import LANGUAGES, departments, words
from renderer.wording import say as _
from submissions import drafts, packs
from submissions.ids import new_id
from submissions.packs import Published

YEAR_SECONDS = 365 * 24 * 3600
#: Reading modes a cookie remembers, and the classes they set.
VIEWS = {"standard": "", "elder": "elder", "contrast": "contrast", "plain": ""}


def register(portal: Blueprint) -> None:
    """Add these pages to the portal."""
    portal.add_url_rule("/", view_func=home)
    portal.add_url_rule("/affairs/<affair>", view_func=guide)
    portal.add_url_rule("/affairs/<affair>/start", view_func=start, methods=["POST"])
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
    body = render_template(
        "home.html",
        heading=_("您遇到了什么事？"),
        total=total,
        entries=[_entry(form, longest) for form in forms],
    )
    return make_response(body)


def guide(affair: str) -> Response:
    """Say what one should know before beginning."""
    published = _published(affair)
    form = published.form
    body = render_template(
        "guide.html",
        heading=words(form.guide.label),
        service=_("办事指南"),
        form=form,
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
    code = plain_code(new_code(secrets.choice)) or ""
    here = person()
    draft = drafts.start(
        store(),
        published,
        id_=new_id("s"),
        resume_hash=hashed(code),
        owner=None if here is None else here.owner,
        now=now(),
    )
    remember(draft.id, code)
    return redirect(url_for("portal.situations", id_=draft.id), 303)


def choose_language(tag: str) -> Response:
    """Remember a language and come back to the same page."""
    if tag not in LANGUAGES:
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
        secure=request.is_secure,
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


@dataclass(frozen=True, slots=True, kw_only=True)
class MaterialLine:
    """One material, and how it can be satisfied."""

    label: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MaterialGroup:
    """Materials that ask the same of the applicant."""

    label: str
    materials: tuple[MaterialLine, ...]


def material_groups(form: MergedForm) -> list[MaterialGroup]:
    """Sort the materials by what the applicant has to do; each named once."""
    labels = {
        "bring": _("先交"),
        "later": _("可以后补"),
        "depends": _("看情形"),
        "covered": _("不用交"),
        "optional": _("可以不交"),
    }
    lines: dict[str, dict[str, MaterialLine]] = {key: {} for key in labels}
    for material in _materials(form):
        line = MaterialLine(label=words(material.label), note=_note(form, material))
        lines[_effort(material)].setdefault(line.label, line)
    return [
        MaterialGroup(label=label, materials=tuple(lines[key].values()))
        for key, label in labels.items()
        if lines[key]
    ]


def _materials(form: MergedForm) -> Iterable[Material]:
    return (material for matter in form.matters for material in matter.materials)


def _effort(material: Material) -> str:
    if set(material.ways) & {"share", "certificate", "prior_result"}:
        return "covered"
    if material.when is not None:
        return "depends"
    if material.necessity == "optional":
        return "optional"
    return "later" if material.necessity == "deferrable" else "bring"


def _note(form: MergedForm, material: Material) -> str:
    ways = {
        "submit": _("交照片或扫描件"),
        "share": _("由部门之间共享"),
        "certificate": _("用电子证照"),
        "prior_result": _("前一个事项办完后自动送来"),
        "generated": _("系统生成，您签名"),
        "promise": _("可以先签承诺书"),
    }
    how = _("，或者").join(ways[way] for way in material.ways if way in ways)
    how = how[:1].upper() + how[1:]
    when = conditions.sentence(form, material.when)
    return _("。").join(text for text in (how, when, words(material.note)) if text)
