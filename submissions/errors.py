"""Every way the keeping and sending of submissions can fail, with its data."""

from dataclasses import dataclass


@dataclass(eq=False)
class SubmissionsError(Exception):
    """Base of all errors of this package."""


@dataclass(eq=False)
class Duplicate(SubmissionsError):  # noqa: N818 - a fact about the store, not a fault
    """There is a document with this `_id` already."""

    collection: str
    id_: str

    def __str__(self) -> str:
        return f"{self.collection}: {self.id_!r} is stored already."


@dataclass(eq=False)
class Conflict(SubmissionsError):  # noqa: N818
    """Somebody else wrote the document first. Read it again, then decide."""

    collection: str
    id_: str

    def __str__(self) -> str:
        return f"{self.collection}: {self.id_!r} was changed by another writer."


@dataclass(eq=False)
class Missing(SubmissionsError):  # noqa: N818
    """There is no such document."""

    collection: str
    id_: str

    def __str__(self) -> str:
        return f"{self.collection}: there is no {self.id_!r}."


@dataclass(eq=False)
class StoreUnavailableError(SubmissionsError):
    """The store cannot be read or written now; nothing was stored."""

    reason: str
    repair: str

    def __str__(self) -> str:
        return f"The store cannot be used: {self.reason}. {self.repair}"
