"""The parts of a department as its own people see them: by state, day, matter, area.

Each part has one tag on its submission, written with whatever changes it. So a list of
ten thousand parts is read from the index of tags; no submission is opened for it.
"""

import json
from collections.abc import Iterator
from dataclasses import astuple, dataclass
from datetime import date
from functools import partial

from builder.model import MergedForm
from submissions import clocks, finding, log, numbers, packs, working_days
from submissions.clock import day_in_china
from submissions.clocks import Clock
from submissions.errors import Conflict
from submissions.packs import Published
from submissions.store.contract import Document, Store

#: The states of parts that are not decided, the first the one to begin with.
OPEN = ("ready", "accepted", "correction", "waiting", "held")
DECIDED = "decided"
#: States in which its department has something to do by a day.
_TIMED = frozenset({"ready", "accepted"})

_TAG, _BETWEEN = "desk", "|"
_REF = "ref:"
#: How long it may take is not counted in days: after all others.
_NO_DAY = "~"


@dataclass(frozen=True, slots=True)
class Line:
    """A part in the list of its department."""

    department: str
    #: As of the part.
    state: str
    #: "2026-12-01": by when something is to be done; where nothing is, since when it
    #: stands so. "~": its time is not counted in days.
    day: str
    matter: str
    area: str
    #: The member of staff who works on it; "": nobody does.
    taken: str
    part: str
    #: The submission it belongs to.
    submission: str

    @property
    def due(self) -> date | None:
        """The day by which it must be accepted or decided."""
        counted = self.state in _TIMED and self.day != _NO_DAY
        return date.fromisoformat(self.day) if counted else None


def indexed(submission: Document, form: MergedForm, *, now: str) -> Document:
    """Return the submission with the tags its departments find their parts by.

    Pure; whatever changes the state of a part ends with it.

    Args:
        form: of its own pack.
        now: UTC text.
    """
    ours = (_TAG + _BETWEEN, _REF)
    kept = [tag for tag in submission["tags"] if not tag.startswith(ours)]
    tags = (_tag(submission, part, form, now) for part in submission["parts"])
    return {**submission, "tags": sorted({*kept, _REF + submission["ref"], *tags})}


def index(store: Store, *, now: str) -> int:
    """Give submissions their tags that were taken in before there were any.

    Only what lacks them is opened; again it finds nothing. Returns how many there were.
    """
    every, known = (
        {id_ for _tag, id_ in store.tags("submissions", prefix)}
        for prefix in ("part:", _REF)
    )
    for id_ in every - known:
        submission = store.get("submissions", id_)
        if submission is not None:
            form = packs.load(store, submission["pack_version"]).form
            store.update("submissions", id_, partial(indexed, form=form, now=now))
    return len(every - known)


def lines(store: Store, department: str, state: str, *, days: str = "") -> list[Line]:
    """Return a department's parts in a state, by day.

    Args:
        days: only those whose day begins so, such as "2026-11".
    """
    prefix = _BETWEEN.join([_TAG, department, state, days])
    return [_read(*found) for found in store.tags("submissions", prefix)]


def open_lines(store: Store, department: str) -> list[Line]:
    """Return a department's parts that are not decided, in the order of `OPEN`."""
    return [line for state in OPEN for line in lines(store, department, state)]


def by_ref(store: Store, department: str, ref: str) -> list[Line]:
    """Return a department's parts of the case with a number, however it was typed."""
    tag = _REF + numbers.normal(ref)
    found = store.find("submissions", [("tags", "=", tag)])
    return [line for each in found for line in of_submission(each, department)]


def by_number(
    store: Store, department: str, number: str, *, who: str, why: str, now: str
) -> list[Line]:
    """Return the parts of a department whose documents hold an identity number.

    That somebody stands in what another department gets is not told. That somebody
    looked is written down before anything is given; see `finding.by_number`.
    """
    wanted = numbers.normal(number)
    return [
        line
        for submission in finding.by_number(store, number, who=who, why=why, now=now)
        for line in of_submission(submission, department)
        if wanted in _numbers(submission, line.part)
    ]


def of_submission(submission: Document, department: str) -> list[Line]:
    """Return a department's parts of one submission."""
    id_, own = submission["_id"], _BETWEEN.join([_TAG, department, ""])
    return [_read(tag, id_) for tag in submission["tags"] if tag.startswith(own)]


def clock_of(
    submission: Document, part: Document, form: MergedForm, *, now: str
) -> Clock:
    """Return how far the time of a part is; `form` is the one of its own pack."""
    return clocks.clock(
        clocks.changes(submission["log"], part["id"]),
        next(matter for matter in form.matters if matter.id == part["matter"]),
        today=day_in_china(now),
        calendar=working_days.shipped(),
    )


def assign(
    store: Store,
    published: Published,
    line: Line,
    to: str,
    *,
    who: str,
    now: str,
) -> Document:
    """Give a part to a member of staff; return its submission.

    Args:
        line: as it was seen; who has it now may change nothing unseen.
        to: the account of a member of staff; "" gives it back.
        who: the member of staff who does it, such as "staff:hu"; written down.

    Raises:
        Missing: there is no such submission.
        Conflict: somebody else has taken it meanwhile.
    """
    did = "taken" if who == f"staff:{to}" else "handed_on" if to else "given_back"

    def assigned(found: Document) -> Document | None:
        parts = [
            {**part, "taken": to} if part["id"] == line.part else part
            for part in found["parts"]
        ]
        before = next(p for p in found["parts"] if p["id"] == line.part)
        if before.get("taken", "") == to:
            return None
        if before.get("taken", "") != line.taken:
            raise Conflict("submissions", line.submission)
        said = {"what": f"part.{did}", "part": line.part, "to": to}
        entries = log.append(found["log"], at=now, who=who, **said)
        changed = {**found, "parts": parts, **log.kept(entries)}
        return indexed(changed, published.form, now=now)

    return store.update("submissions", line.submission, assigned)


def _tag(submission: Document, part: Document, form: MergedForm, now: str) -> str:
    line = Line(
        department=part["department"],
        state=part["state"],
        day=_day(submission, part, form, now),
        matter=part["matter"],
        area=part["area"],
        taken=part.get("taken", ""),
        part=part["id"],
        submission=submission["_id"],
    )
    return _BETWEEN.join([_TAG, *astuple(line)[:-1]])


def _read(tag: str, submission: str) -> Line:
    _desk, department, state, day, matter, area, taken, part = tag.split(_BETWEEN)
    return Line(department, state, day, matter, area, taken, part, submission)


def _day(submission: Document, part: Document, form: MergedForm, now: str) -> str:
    if part["state"] not in _TIMED:
        return day_in_china(part["since"]).isoformat()
    term = clock_of(submission, part, form, now=now).term
    return term.due.day.isoformat() if term and term.due else _NO_DAY


def _numbers(submission: Document, part_id: str) -> Iterator[str]:
    part = next(each for each in submission["parts"] if each["id"] == part_id)
    return numbers.id_numbers(json.loads(part.get("body", "{}")))
