"""People who work here: their accounts and roles, and how they sign in.

An account is never removed, only closed: logs name it by its id, and no other person
may ever have the same.
"""

import re
from collections.abc import Callable, Collection
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from submissions import audit, passwords
from submissions.errors import Duplicate, StaffError
from submissions.store.contract import Document, Store

#: Signs of a name.
LONGEST_NAME = 50
_ID = re.compile(r"[a-z0-9][a-z0-9._-]{1,31}")
#: Of an account that nobody has signed in with.
_NEW: Document = {"active": True, "epoch": 0, "password": None, "tries": []}


class Role(StrEnum):
    """What somebody is here for; one person may hold several."""

    #: Decides parts of a department, and takes in applications at a counter.
    CLERK = "clerk"
    #: Answers for the work of a department.
    OWNER = "owner"
    DESIGNER = "designer"
    REVIEWER = "reviewer"
    PUBLISHER = "publisher"
    #: Reads logs, never what was filled in.
    AUDITOR = "auditor"
    #: Says who works here; reads no case.
    ADMINISTRATOR = "administrator"


#: Who says who may do what neither reads cases nor judges the logs of it.
APART_FROM_ADMINISTRATOR = frozenset({Role.CLERK, Role.OWNER, Role.AUDITOR})


@dataclass(frozen=True, slots=True, kw_only=True)
class Staff:
    """One person who works here."""

    #: What they sign in with.
    id: str
    name: str
    #: Whose cases they see; None: no cases.
    department: str | None
    roles: frozenset[Role]
    created_at: str
    #: False: closed.
    active: bool = True
    #: Sessions that began with another number are over.
    epoch: int = 0
    has_password: bool = False
    has_second_factor: bool = False
    #: Who they are to the identity provider.
    subject: str | None = None
    #: To try the product with: signs in without a password where an operator says so.
    sample: bool = False

    @property
    def who(self) -> str:
        """How cases and logs name them."""
        return f"staff:{self.id}"


def may(
    person: Staff,
    roles: AbstractSet[Role],
    *,
    department: str | None = None,
    authors: Collection[str] = (),
) -> bool:
    """Tell whether somebody may do what is for some roles. Pure.

    Args:
        person: who wants to.
        roles: one of them is enough.
        department: whose case it is; None: it is no case.
        authors: who made what is to be published; none of them publishes it alone.
    """
    return (
        person.active
        and not roles.isdisjoint(person.roles)
        and department in (None, person.department)
        and person.id not in authors
    )


def add(
    store: Store,
    *,
    id_: str,
    name: str,
    roles: Collection[Role],
    department: str | None = None,
    subject: str | None = None,
    sample: bool = False,
    by: str,
    now: str,
) -> Staff:
    """Open an account; nobody can sign in with it before it has a password.

    Args:
        id_: what the person signs in with.
        by: who opens it.
        now: UTC text.

    Raises:
        StaffError: it breaks a rule, which the error names.
    """
    document = {
        **_NEW,
        "_id": id_,
        "name": " ".join(name.split()),
        "department": department,
        "roles": sorted(set(roles)),
        "subject": subject,
        "sample": sample,
        "created_at": now,
    }
    _check_new(document)
    try:
        store.insert("staff", document)
    except Duplicate as error:
        raise StaffError(id_, "taken") from error
    said = {"roles": document["roles"], "department": department}
    note(store, "added", id_, by=by, now=now, **said)
    return read(document)


def get(store: Store, id_: str) -> Staff | None:
    """Return an account, or None."""
    document = store.get("staff", id_) if _ID.fullmatch(id_) else None
    return None if document is None else read(document)


def of_subject(store: Store, subject: str) -> Staff | None:
    """Return the open account of somebody the identity provider names, or None."""
    found = map(read, store.find("staff", [("subject", "=", subject)]))
    matching = [person for person in found if person.active]
    # Two for one person is a mistake of those who administer: neither is opened.
    return matching[0] if len(matching) == 1 else None


def every(store: Store) -> list[Staff]:
    """Return every account, by id."""
    return [read(document) for document in store.every("staff")]


def change(
    store: Store,
    id_: str,
    *,
    roles: Collection[Role],
    department: str | None,
    subject: str | None = None,
    by: str,
    now: str,
) -> Staff:
    """Say anew what somebody may do, and open their account if it was closed.

    Every session of theirs ends.

    Args:
        subject: who they are to the identity provider, "" for nobody; None leaves it.

    Raises:
        StaffError: it breaks a rule, which the error names.
    """
    _require(id_, by != f"staff:{id_}", "own")
    _check_roles(id_, roles, department)
    said = {"roles": sorted(set(roles)), "department": department}
    opened = {**said, "active": True}
    if subject is not None:
        opened["subject"] = subject or None
    before = get(store, id_)
    changed = edit(store, id_, lambda document: {**_anew(document), **opened})
    if before is not None and before.subject != changed.subject:
        said["subject"] = "changed"
    note(store, "changed", id_, by=by, now=now, **said)
    return changed


def close(store: Store, id_: str, *, by: str, now: str) -> Staff:
    """Let somebody in no more; what they did stays under their name.

    Raises:
        StaffError: there is no such account, or it is their own.
    """
    _require(id_, by != f"staff:{id_}", "own")
    closed = edit(store, id_, lambda document: {**_anew(document), "active": False})
    note(store, "closed", id_, by=by, now=now)
    return closed


def end_sessions(store: Store, id_: str, *, by: str, now: str) -> Staff:
    """End every session of somebody, wherever they are signed in.

    Raises:
        StaffError: there is no such account.
    """
    changed = edit(store, id_, _anew)
    note(store, "sessions-ended", id_, by=by, now=now)
    return changed


def set_password(
    store: Store,
    id_: str,
    password: str,
    *,
    by: str,
    now: str,
    random: Callable[[int], bytes],
    before: Callable[[Document], Document] = lambda document: document,
) -> Staff:
    """Give somebody a password; every session of theirs ends.

    Args:
        random: makes so many random bytes, such as `secrets.token_bytes`.
        before: changes the account with it, or refuses by an error.

    Raises:
        StaffError: it breaks a rule, which the error names.
    """
    broken = passwords.fault(password, of=id_)
    if broken:
        raise StaffError(id_, broken)
    kept = passwords.keep(password, salt=random(passwords.SALT_BYTES))
    changed = edit(
        store,
        id_,
        lambda d: {
            **_anew(before(d)),
            "password": kept,
            "tries": [],
            "invitation": None,
        },
    )
    note(store, "password-set", id_, by=by, now=now)
    return changed


def edit(
    store: Store, id_: str, change: Callable[[Document], Document | None]
) -> Staff:
    """Change the document of an account; see `Store.update`.

    Raises:
        StaffError: there is no such account.
    """
    _require(id_, get(store, id_) is not None, "missing")
    return read(store.update("staff", id_, change))


def note(store: Store, what: str, id_: str, *, by: str, now: str, **more: Any) -> None:
    """Write down in the audit what happened to an account."""
    audit.append(store, at=now, who=by, what=f"staff.{what}", why="", about=id_, **more)


def read(document: Document) -> Staff:
    """Return the account that a document holds."""
    return Staff(
        id=document["_id"],
        name=document["name"],
        department=document["department"],
        roles=frozenset(map(Role, document["roles"])),
        created_at=document["created_at"],
        active=document["active"],
        epoch=document["epoch"],
        has_password=document["password"] is not None,
        has_second_factor=document.get("second_factor") is not None,
        subject=document["subject"],
        sample=document["sample"],
    )


def _check_new(document: Document) -> None:
    id_, name = document["_id"], document["name"]
    _require(id_, _ID.fullmatch(id_) is not None, "id")
    _require(id_, 0 < len(name) <= LONGEST_NAME, "name")
    _check_roles(id_, document["roles"], document["department"])


def _anew(document: Document) -> Document:
    return {**document, "epoch": document["epoch"] + 1}


def _check_roles(id_: str, roles: Collection[Role], department: str | None) -> None:
    held = set(roles)
    _require(id_, bool(held), "no-role")
    alone = Role.ADMINISTRATOR not in held or held.isdisjoint(APART_FROM_ADMINISTRATOR)
    _require(id_, alone, "apart")
    _require(id_, Role.OWNER not in held or department is not None, "owner")


def _require(id_: str, kept: bool, rule: str) -> None:  # noqa: FBT001 - a condition
    if not kept:
        raise StaffError(id_, rule)
