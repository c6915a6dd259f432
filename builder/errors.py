"""Every reason why a definition or a merge is refused, each with its repair."""

from dataclasses import dataclass


@dataclass(eq=False)
class BuilderError(Exception):
    """A definition cannot be used; for the people who write definitions."""

    #: The file and the JSON Pointer in it, such as "affairs/x.json#/pages/0".
    place: str

    @property
    def code(self) -> str:
        """The stable name of this reason, such as "E_UNKNOWN_NAME"."""
        raise AttributeError

