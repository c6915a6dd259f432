"""Why a file is not taken: data, for a page to put into words."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from submissions.errors import SubmissionsError

#: empty: 0 bytes. large: more bytes than a file may have. kind: none of the kinds we
#: take, whatever its name says. broken: the kind is right and the content is not.
#: huge: a picture that unfolds into too many points. locked: a PDF that asks for a
#: password. active: a PDF that would run or open something. padded: a PDF with
#: something else before or behind it. many: there are enough already.
Reason: TypeAlias = Literal[
    "empty", "large", "kind", "broken", "huge", "locked", "active", "padded", "many"
]

_TEXTS: dict[Reason, str] = {
    "empty": "it is empty. Choose it again, or save it anew",
    "large": "it is too large. Make it smaller, or hand it in as several files",
    "kind": "it is no JPEG, PNG or PDF. Save it as one of these",
    "broken": "it cannot be opened. Save or scan it anew",
    "huge": "the picture has too many points. Save it smaller",
    "locked": "it asks for a password. Save it without one",
    "active": "it contains programs or other files. Print it to a new PDF",
    "padded": "something else is attached to it. Print it to a new PDF",
    "many": "there are as many files as may be. Remove one, or put them together",
}


@dataclass(eq=False)
class UnusableFileError(SubmissionsError):
    """A file is not taken; nothing was kept of it."""

    name: str
    reason: Reason

    def __str__(self) -> str:
        return f"{self.name!r} is not taken: {_TEXTS[self.reason]}."


@dataclass(eq=False)
class CorruptFileError(SubmissionsError):
    """A kept file is gone, or is not what was handed in."""

    holder: str
    address: str

    def __str__(self) -> str:
        return (
            f"The file {self.address} of {self.holder!r} is not as it was handed in. "
            f"Restore it from a backup."
        )
