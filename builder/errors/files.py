"""Why a definition file cannot be read, or names what is not there."""

from dataclasses import dataclass
from typing import ClassVar

from builder.errors.base import BuilderError
from builder.errors.words import listed, meant


@dataclass(eq=False)
class JsonError(BuilderError):
    """A file is not JSON, or names one key twice."""

    reason: str
    code: ClassVar[str] = "E_JSON"

    def explain(self) -> str:
        """Say what is wrong and how to mend it, without the place."""
        return f"This is not usable JSON: {self.reason}."


@dataclass(eq=False)
class ShapeError(BuilderError):
    """A file does not follow its schema in form_defs/schemas."""

    reason: str
    schema: str
    code: ClassVar[str] = "E_SHAPE"

    def explain(self) -> str:
        """Say what is wrong and how to mend it, without the place."""
        return f"{self.reason} (The rule stands in schemas/{self.schema}.json.)"


@dataclass(eq=False)
class UnknownNameError(BuilderError):
    """A definition names something that is not defined."""

    kind: str
    name: str
    known: tuple[str, ...] = ()
    code: ClassVar[str] = "E_UNKNOWN_NAME"

    def explain(self) -> str:
        """Say what is wrong and how to mend it, without the place."""
        return (
            f"There is no {self.kind} {self.name!r}.{meant(self.name, self.known)} "
            f"Define it or mend the name.{listed(self.known)}"
        )


@dataclass(eq=False)
class MissingFileError(BuilderError):
    """A file is missing that the other files need."""

    code: ClassVar[str] = "E_MISSING_FILE"

    def explain(self) -> str:
        """Say what is wrong and how to mend it, without the place."""
        return "This file is missing. Is this the right folder?"


@dataclass(eq=False)
class NoAffairsError(BuilderError):
    """A folder defines no affair; its place is the folder."""

    code: ClassVar[str] = "E_NO_AFFAIRS"

    def explain(self) -> str:
        """Say what is wrong and how to mend it, without the place."""
        return (
            "There are no affairs in this folder. An affair is a file affairs/ID.json; "
            "is this the right folder?"
        )


@dataclass(eq=False)
class FileNameError(BuilderError):
    """A definition has another id than its file or folder."""

    id: str
    name: str
    code: ClassVar[str] = "E_FILE_NAME"

    def explain(self) -> str:
        """Say what is wrong and how to mend it, without the place."""
        return (
            f"`id` must equal the file name (of a matter: its folder's name). It is "
            f"{self.id!r}, the name is {self.name!r}. Change one of them; of a copy, "
            f"both."
        )


@dataclass(eq=False)
class PackError(BuilderError):
    """A pack cannot be read."""

    reason: str
    code: ClassVar[str] = "E_PACK"

    def explain(self) -> str:
        """Say what is wrong and how to mend it, without the place."""
        return f"This is not a usable pack: {self.reason}. Publish the affair again."
