"""What every reason has: its place, its code, its words."""

from dataclasses import dataclass
from typing import ClassVar


@dataclass(eq=False)
class BuilderError(Exception):
    """A definition cannot be used; for the people who write definitions."""

    #: The file and the JSON Pointer in it, such as "affairs/moving.json#/pages/0".
    place: str

    #: The stable name of the reason.
    code: ClassVar[str] = "E_DEFINITION"

    def explain(self) -> str:
        """Say what is wrong and how to mend it, without the place."""
        return "This definition cannot be used."

    def __str__(self) -> str:
        return f"{self.place}: {self.explain()} [{self.code}]"


@dataclass(eq=False)
class DefinitionErrors(Exception):  # noqa: N818 - the errors themselves, not one more
    """All that is wrong with a set of definitions, in the order of the files."""

    errors: tuple[BuilderError, ...]

    def __str__(self) -> str:
        return "\n".join(str(error) for error in self.errors)
