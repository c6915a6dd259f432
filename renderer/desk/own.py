"""One part of one's own department, as the pages of the desk need it."""

from collections.abc import Collection
from dataclasses import dataclass

from flask import abort

from builder.model import Matter
from renderer.desk.access import require_own
from renderer.portal.access import now, store
from renderer.wording import say as _
from submissions import inbox, packs
from submissions import staff as accounts
from submissions.clocks import Clock
from submissions.inbox import Line
from submissions.packs import Published
from submissions.staff import Role
from submissions.store.contract import Document, Store

#: Who works on the parts of a department.
CASES = frozenset({Role.CLERK, Role.OWNER})


@dataclass(frozen=True, slots=True, kw_only=True)
class Own:
    """A part, and what it belongs to."""

    submission: Document
    part: Document
    published: Published

    @property
    def matter(self) -> Matter:
        """What is to be decided."""
        matters = self.published.form.matters
        return next(each for each in matters if each.id == self.part["matter"])

    @property
    def line(self) -> Line:
        """As it stands in the list."""
        found = inbox.of_submission(self.submission, self.part["department"])
        return next(line for line in found if line.part == self.part["id"])

    @property
    def clock(self) -> Clock:
        """How far its time is."""
        form = self.published.form
        return inbox.clock_of(self.submission, self.part, form, now=now())

    @property
    def state(self) -> tuple[str, str]:
        """What its state is called, and how it looks."""
        if self.part.get("outcome") == "rejected":
            return _("未通过"), "done"
        return state_words()[self.part["state"]]


def own(part_id: str) -> Own:
    """Return a part of the department of who is signed in; 404 otherwise."""
    found = find_own(part_id)
    if found is None:
        abort(404)
    return found


def find_own(part_id: str) -> Own | None:
    """Return a part of the department of who is signed in; None: there is none.

    One of another department is a 404.
    """
    tag = f"part:{part_id}"
    found = store().find("submissions", [("tags", "=", tag)], limit=1)
    if not found:
        return None
    [submission] = found
    part = next(each for each in submission["parts"] if each["id"] == part_id)
    require_own(part["department"])
    published = packs.load(store(), submission["pack_version"])
    return Own(submission=submission, part=part, published=published)


def state_words() -> dict[str, tuple[str, str]]:
    """What the states of parts are called here, and how they look."""
    return {
        "ready": (_("待受理"), "todo"),
        "accepted": (_("办理中"), "part"),
        "correction": (_("等补正"), "wait"),
        "waiting": (_("等前一事项"), "wait"),
        "held": (_("核对中"), "wait"),
        "decided": (_("已办结"), "done"),
    }


def names_of(store: Store, ids: Collection[str]) -> dict[str, str]:
    """Return what members of staff are called, by account."""
    found = {id_: accounts.get(store, id_) for id_ in ids}
    return {id_: person.name for id_, person in found.items() if person is not None}
