"""Who is at the other end: sample people, where an operator has set them up.

No identity provider is connected yet. A sample person signs in without a password, so
the file of sample people is for trying the product, never for real cases.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from builder.model import Text
from builder.prefill import Record


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who can sign in, and what certificates say about them."""

    id: str
    name: Text
    #: What one should know about a sample person before choosing them.
    note: Text | None = None
    records: tuple[Record, ...] = ()

    @property
    def owner(self) -> str:
        """How drafts and submissions name this person."""
        return f"demo:{self.id}"


def read_people(path: Path | None) -> dict[str, Person]:
    """Read the sample people, by id.

    The file is `{"people": [{"id", "name", "note", "records": [{"source", "values",
    "at"}]}]}`; None means there are none.
    """
    if path is None:
        return {}
    document = json.loads(path.read_text(encoding="utf-8"))
    return {person["id"]: _person(person) for person in document["people"]}


def _person(written: Mapping[str, Any]) -> Person:
    records = tuple(
        Record(source=record["source"], values=record["values"], at=record["at"])
        for record in written.get("records", ())
    )
    return Person(
        id=written["id"],
        name=written["name"],
        note=written.get("note"),
        records=records,
    )
