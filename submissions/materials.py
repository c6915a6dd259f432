"""The materials of a case: what is handed in once, what may follow, what nobody brings.

One rule for the applicant's pages, for accepting and for what departments are told. A
material is handed in where its ways leave no other: nothing the state holds is asked
for. Materials with one name are one material, for whichever matters need it.
"""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import ceil
from typing import Any

from builder.model import Material, Matter, MatterId, MergedForm, Text
from builder.validity import Judge
from submissions import working_days
from submissions.clock import day_in_china
from submissions.files import KeptFile
from submissions.store.contract import Document

#: Files for one material, and for all of a case.
MOST_PER_MATERIAL = 10
MOST_PER_CASE = 40
#: Working days until a material follows, where its matter is decided on the spot.
DEFERRED_DAYS = 5
#: Ways that need the applicant.
_BY_HAND = frozenset({"submit", "promise"})


@dataclass(frozen=True, kw_only=True)
class Need:
    """One material, asked for once, with all who need it."""

    #: Of the first of its name in the whole form: "matter:material".
    key: str
    label: Text
    askers: tuple[tuple[Matter, Material], ...]

    @property
    def receivers(self) -> tuple[MatterId, ...]:
        """The matters that get what is handed in for it."""
        takes = ((m, each) for m, each in self.askers if "submit" in each.ways)
        return tuple(matter.id for matter, _material in takes)

    @property
    def accepts(self) -> bool:
        """Files can be handed in for it."""
        return bool(self.receivers)

    @cached_property
    def demanding(self) -> tuple[tuple[Matter, Material], ...]:
        """Those who do not do without it."""
        return tuple((m, each) for m, each in self.askers if _demanded(each))

    @property
    def promisable(self) -> bool:
        """A promise stands in for it now: to hand it in later, or that it is so."""
        return bool(self.demanding) and all(
            each.necessity == "deferrable" or "promise" in each.ways
            for _matter, each in self.demanding
        )

    @property
    def workdays(self) -> int | None:
        """Working days in which it must follow a promise; None: it need not follow."""
        limits = [
            ceil(
                matter.promised_limit.workdays
                or matter.legal_limit.workdays
                or DEFERRED_DAYS
            )
            for matter, material in self.demanding
            if material.necessity == "deferrable"
        ]
        return min(limits, default=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """What an applicant promised instead of a material."""

    #: A `Need.key`.
    material: str
    #: The day by which it must follow, "2026-12-01"; None: it need not.
    due: str | None
    #: Holidays that are not published yet may move the day.
    provisional: bool

    def overdue(self, now: str) -> bool:
        """The day has passed in China (now: UTC text)."""
        return self.due is not None and day_in_china(now).isoformat() > self.due

    @classmethod
    def of(cls, written: Mapping[str, Any]) -> "Promise":
        """Read back what `document` wrote."""
        return cls(**written)

    def document(self) -> Document:
        """Return the promise as stores keep it."""
        return {
            "material": self.material,
            "due": self.due,
            "provisional": self.provisional,
        }


def needs(judge: Judge, answers: Mapping[str, Any]) -> tuple[Need, ...]:
    """Return the materials of a situation, each once, in the form's order."""
    return grouped(judge.form, judge.materials(answers))


def of_submission(judge: Judge, submission: Document) -> tuple[Need, ...]:
    """Return the materials of what was submitted; `judge` is of its own pack."""
    return needs(judge, json.loads(submission["answers"]))


def grouped(
    form: MergedForm, needed: Iterable[tuple[Matter, Material]]
) -> tuple[Need, ...]:
    """Return these materials of a form, those of one name together."""
    keys = dict(_keys(form))
    found: dict[str, list[tuple[Matter, Material]]] = {}
    for matter, material in needed:
        key = keys[_name(material)]
        found.setdefault(key, []).append((matter, material))
    return tuple(
        Need(key=key, label=askers[0][1].label, askers=tuple(askers))
        for key, askers in found.items()
    )


def missing(
    needed: Sequence[Need], files: Sequence[KeptFile], promised: Collection[str]
) -> tuple[str, ...]:
    """Return the keys of what stands in the way of submitting."""
    there = {file.material for file in files}
    return tuple(
        need.key
        for need in needed
        if need.demanding
        and need.key not in there
        and not (need.promisable and need.key in promised)
    )


def promises(
    needed: Sequence[Need],
    files: Sequence[KeptFile],
    promised: Collection[str],
    *,
    now: str,
) -> tuple[Promise, ...]:
    """Return the promises that stand, each with its day counted from now."""
    there = {file.material for file in files}
    return tuple(
        promise_of(need, now=now)
        for need in needed
        if need.promisable and need.key in promised and need.key not in there
    )


def promise_of(need: Need, *, now: str) -> Promise:
    """Return what a promise of a material means if it is given now (UTC text)."""
    if need.workdays is None:
        return Promise(material=need.key, due=None, provisional=False)
    due = working_days.shipped().after(day_in_china(now), need.workdays)
    return Promise(
        material=need.key, due=due.day.isoformat(), provisional=due.provisional
    )


def told(
    matter: Matter,
    needed: Sequence[Need],
    files: Sequence[KeptFile],
    promised: Sequence[Promise],
) -> list[Document]:
    """Return what a matter's department is told of its own materials.

    supplied: with its files. promised: with the day, where it must follow. exempt:
    nothing is to be handed in. outstanding: it must be handed in and is not.
    """
    given = {promise.material: promise for promise in promised}
    return [
        {
            "id": material.id,
            **_state(
                material,
                [file for file in files if file.material == need.key],
                given.get(need.key),
            ),
        }
        for need in needed
        for owner, material in need.askers
        if owner.id == matter.id
    ]


def _state(
    material: Material, files: Sequence[KeptFile], promise: Promise | None
) -> Document:
    if files and "submit" in material.ways:
        named = ("name", "type", "size", "sha256")
        listed = [
            {name: value for name, value in file.document().items() if name in named}
            for file in files
        ]
        return {"state": "supplied", "files": listed}
    if not _demanded(material):
        return {"state": "exempt"}
    if promise is None:
        return {"state": "outstanding"}
    day = {"due": promise.due, "provisional": promise.provisional}
    return {"state": "promised", **(day if promise.due else {"due": None})}


def _demanded(material: Material) -> bool:
    """Nothing else covers it, and it may not be left out.

    Under a condition, optional means: needed only then.
    """
    by_hand = "submit" in material.ways and set(material.ways) <= _BY_HAND
    return by_hand and (material.necessity != "optional" or material.when is not None)


def _keys(form: MergedForm) -> Iterator[tuple[str, str]]:
    """Return the key of each name; the first of a name, whatever the situation."""
    known = set()
    for matter in form.matters:
        for material in matter.materials:
            name = _name(material)
            if name not in known:
                known.add(name)
                yield name, f"{matter.id}:{material.id}"


def _name(material: Material) -> str:
    return " ".join(material.label[tag] for tag in sorted(material.label))
