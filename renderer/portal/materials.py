"""The materials, sorted by what the applicant has to do about each.

One rule, also told to the departments (`submissions.materials`): a material is handed
in only where nothing else covers it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from builder.model import Material, MergedForm
from renderer.portal import conditions
from renderer.portal.filling import Filling
from renderer.showing import local_date
from renderer.wording import departments, words
from renderer.wording import say as _
from renderer.wording import say_count as ngettext
from submissions import materials, supplying
from submissions.files import KeptFile
from submissions.materials import Need, Promise
from submissions.packs import Published
from submissions.store.contract import Document

Effort = Literal["bring", "promise", "sign", "none"]

#: Ways in which a material comes from elsewhere.
_COMING = frozenset({"share", "certificate", "prior_result"})


@dataclass(frozen=True, slots=True, kw_only=True)
class MaterialLine:
    """One material, and how it is satisfied."""

    label: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MaterialGroup:
    """Materials that ask the same of the applicant."""

    effort: Effort
    label: str
    materials: tuple[MaterialLine, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NeedLine:
    """One material of a case: who gets it, and how it stands."""

    key: str
    label: str
    departments: str
    note: str
    state: str
    css: str
    files: tuple[KeptFile, ...]
    #: Somebody does not do without it.
    demanded: bool
    #: It stands in the way of submitting.
    lacking: bool


def material_groups(form: MergedForm) -> list[MaterialGroup]:
    """The materials of an affair in any situation, each with its condition."""
    every = ((m, each) for m in form.matters for each in m.materials)
    return _groups(form, materials.grouped(form, every), any_situation=True)


def other_groups(form: MergedForm, needs: Iterable[Need]) -> list[MaterialGroup]:
    """Of the materials of a case, those that cannot be handed in."""
    return _groups(form, [need for need in needs if not need.accepts])


def to_sign(form: MergedForm, needs: Iterable[Need]) -> list[MaterialGroup]:
    """Of those, the ones that are signed in person; the rest costs nobody anything."""
    return [each for each in other_groups(form, needs) if each.effort != "none"]


def need_lines(filling: Filling, *, now: str) -> list[NeedLine]:
    """The materials that can be handed in for a draft.

    Args:
        now: the day of a promise is counted from it.
    """
    draft = filling.draft
    promised = materials.promises(filling.needs, draft.files, draft.promised, now=now)
    return lines_of(filling.form, filling.needs, draft.files, promised, now=now)


def sent_materials(
    published: Published, document: Document, *, now: str
) -> tuple[list[NeedLine], list[MaterialGroup]]:
    """The materials of a submission: those that can be handed in, then the others."""
    needs = materials.of_submission(published.judge, document)
    lines = _sent_lines(published.form, needs, document, now)
    return lines, other_groups(published.form, needs)


def open_lines(published: Published, document: Document, *, now: str) -> list[NeedLine]:
    """The materials that can be handed in now that it is submitted."""
    needs = supplying.open_needs(published, document)
    return _sent_lines(published.form, needs, document, now)


def _sent_lines(
    form: MergedForm, needs: Iterable[Need], document: Document, now: str
) -> list[NeedLine]:
    files = [KeptFile.of(each) for each in document.get("files", ())]
    promised = [Promise.of(each) for each in document.get("promises", ())]
    return lines_of(form, needs, files, promised, now=now)


def lines_of(
    form: MergedForm,
    needs: Iterable[Need],
    files: Iterable[KeptFile],
    promised: Iterable[Promise],
    *,
    now: str,
) -> list[NeedLine]:
    """The materials that can be handed in, those that must be first.

    Each with its files or its promise; a promise may be overdue now (UTC text).
    """
    given = {promise.material: promise for promise in promised}
    kept = list(files)
    return [
        _need_line(
            form,
            need,
            tuple(file for file in kept if file.material == need.key),
            given.get(need.key),
            now,
        )
        for need in sorted(needs, key=lambda need: not need.demanding)
        if need.accepts
    ]


def due_day(promise: Promise) -> str:
    """Say by when a promised material must follow; "" where it need not."""
    if promise.due is None:
        return ""
    day = local_date(promise.due)
    if promise.provisional:
        return _("%(day)s前（节假日安排公布后可能变动）", day=day)
    return _("%(day)s前", day=day)


def _need_line(
    form: MergedForm,
    need: Need,
    files: tuple[KeptFile, ...],
    promise: Promise | None,
    now: str,
) -> NeedLine:
    lacking = bool(need.demanding) and not files and promise is None
    state, css = _("可以不交"), "wait"
    if files:
        state = ngettext("已交 %(num)s 个文件", "已交 %(num)s 个文件", len(files))
        if promise is not None:
            num = len(files)
            state = ngettext("已补交 %(num)s 个文件", "已补交 %(num)s 个文件", num)
        css = "done"
    elif promise is not None and promise.overdue(now):
        state, css = _("没有按时补交，请尽快补交"), "fix"
    elif promise is not None:
        due = due_day(promise)
        state = _("已承诺，%(due)s补交", due=due) if due else _("已承诺")
        css = "part"
    elif lacking:
        state, css = _("还没有交"), "todo"
    notes = dict.fromkeys(_note(each, "") for _matter, each in need.askers)
    return NeedLine(
        key=need.key,
        label=words(need.label),
        departments=departments(form, need.receivers),
        note=_("；").join(notes),
        state=state,
        css=css,
        files=files,
        demanded=bool(need.demanding),
        lacking=lacking,
    )


def _groups(
    form: MergedForm, needs: Iterable[Need], *, any_situation: bool = False
) -> list[MaterialGroup]:
    labels: dict[Effort, str] = {
        "bring": _("要交"),
        "promise": _("要交，也可以先承诺"),
        "sign": _("办理时签名"),
        "none": _("不用交"),
    }
    lines: dict[Effort, list[MaterialLine]] = {key: [] for key in labels}
    for need in needs:
        _matter, material = (need.demanding or need.askers)[0]
        when = conditions.sentence(form, material.when) if any_situation else ""
        note = _note(material, when)
        lines[effort_of(need)].append(MaterialLine(label=words(need.label), note=note))
    return [
        MaterialGroup(effort=key, label=label, materials=tuple(lines[key]))
        for key, label in labels.items()
        if lines[key]
    ]


def effort_of(need: Need) -> Effort:
    """What a material asks of the applicant."""
    if need.demanding:
        return "promise" if need.promisable else "bring"
    coming = all(_COMING & set(material.ways) for _matter, material in need.askers)
    return "none" if coming else "sign"


def _note(material: Material, condition: str) -> str:
    ways = {
        "share": _("由部门之间共享"),
        "certificate": _("用电子证照"),
        "prior_result": _("前一个事项办完后自动送来"),
        "generated": _("按您填的生成"),
        "submit": _("上传照片或 PDF"),
        "promise": _("可以先签承诺书"),
    }
    coming = [ways[way] for way in material.ways if way in ways and way != "submit"]
    if "submit" in material.ways and set(material.ways) <= {"submit", "promise"}:
        coming.insert(0, ways["submit"])
    how = _("，或者").join(coming)
    necessity = {"deferrable": _("可以后补")}
    if material.when is None:
        # Under a condition, optional means: needed only then.
        necessity["optional"] = _("可以不交")
    said = (
        how[:1].upper() + how[1:],
        necessity.get(material.necessity, ""),
        condition,
        words(material.note),
    )
    return _("。").join(text for text in said if text)
