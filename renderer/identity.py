"""Who is at the other end: sample people, where an operator has set them up.

No identity provider is connected yet. A sample person signs in without a password, so
the file of sample people is for trying the product, never for real cases.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from builder.model import Text
from submissions.staff import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who can sign in, and what signing in tells of them."""

    id: str
    name: Text
    #: What one should know about a sample person before choosing them.
    note: Text | None = None
    #: name, id_number, mobile: as far as the provider knows them.
    claims: Mapping[str, str] = field(default_factory=dict)

    @property
    def owner(self) -> str:
        """How drafts and submissions name this person."""
        return f"demo:{self.id}"


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleStaff:
    """Somebody who works here in the demo, and signs in without a password."""

    id: str
    name: Text
    note: Text
    roles: tuple[Role, ...]
    department: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Identities:
    """Who can sign in to try the product: to apply, and to work."""

    people: Mapping[str, Person]
    staff: Mapping[str, SampleStaff]


def read_identities(path: Path | None) -> Identities:
    """Read the sample people and the sample staff, by id.

    The file is `{"people": [{"id", "name", "note", "claims": {"name", "id_number",
    "mobile"}}], "staff": [{"id", "name", "note", "roles", "department"}]}`; None means
    there is nobody.
    """
    document = {} if path is None else json.loads(path.read_text(encoding="utf-8"))
    people = (_person(each) for each in document.get("people", ()))
    staff = (
        SampleStaff(
            id=each["id"],
            name=each["name"],
            note=each["note"],
            roles=tuple(map(Role, each["roles"])),
            department=each.get("department"),
        )
        for each in document.get("staff", ())
    )
    return Identities(
        people={each.id: each for each in people},
        staff={each.id: each for each in staff},
    )


def _person(written: Mapping[str, Any]) -> Person:
    return Person(
        id=written["id"],
        name=written["name"],
        note=written.get("note"),
        claims=written.get("claims", {}),
    )
