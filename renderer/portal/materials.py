"""The materials, sorted by what the applicant has to do about each.

One rule, also told to the departments: a material is brought only where handing it in
is the one way to satisfy it. Files cannot be sent yet, so it is brought to the counter.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from builder.model import Material, Matter, MergedForm
from renderer.portal import conditions
from renderer.portal.filling import Filling
from renderer.wording import say as _
from renderer.wording import words

Effort = Literal["bring", "sign", "none"]

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


def material_groups(form: MergedForm) -> list[MaterialGroup]:
    """The materials of an affair in any situation, each with its condition."""
    return _groups(
        (material, conditions.sentence(form, material.when))
        for matter in form.matters
        for material in matter.materials
    )


def case_materials(filling: Filling) -> list[MaterialGroup]:
    """The materials of a draft in its situation."""
    return needed_groups(filling.judge.materials(filling.draft.answers))


def needed_groups(needed: Iterable[tuple[Matter, Material]]) -> list[MaterialGroup]:
    """The materials that are needed, with their matters."""
    return _groups((material, "") for _matter, material in needed)


def nothing_to_bring(groups: Iterable[MaterialGroup]) -> bool:
    """Everything comes by itself or is only signed."""
    return all(group.effort != "bring" for group in groups)


def _groups(materials: Iterable[tuple[Material, str]]) -> list[MaterialGroup]:
    labels: dict[Effort, str] = {
        "bring": _("要带来"),
        "sign": _("办理时签名"),
        "none": _("不用交"),
    }
    lines: dict[Effort, dict[str, MaterialLine]] = {key: {} for key in labels}
    for material, condition in materials:
        note = _note(material, condition)
        line = MaterialLine(label=words(material.label), note=note)
        lines[_effort(material)].setdefault(line.label, line)
    return [
        MaterialGroup(effort=key, label=label, materials=tuple(lines[key].values()))
        for key, label in labels.items()
        if lines[key]
    ]


def _effort(material: Material) -> Effort:
    if set(material.ways) == {"submit"}:
        return "bring"
    return "none" if _COMING & set(material.ways) else "sign"


def _note(material: Material, condition: str) -> str:
    ways = {
        "share": _("由部门之间共享"),
        "certificate": _("用电子证照"),
        "prior_result": _("前一个事项办完后自动送来"),
        "generated": _("按您填的生成"),
        "promise": _("可以先签承诺书"),
    }
    chosen = [ways[way] for way in material.ways if way in ways]
    how = _("，或者").join(chosen) or _("办理时交给窗口")
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
