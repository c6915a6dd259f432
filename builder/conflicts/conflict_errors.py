"""Why one value of a fact cannot satisfy all forms, with the values that show it."""

from dataclasses import dataclass
from typing import Any, ClassVar

from builder.errors import BuilderError


@dataclass(frozen=True, slots=True)
class CoreMember:
    """One demand of a contradiction, and a value that only it refuses."""

    #: The matters that make it; nobody: the data element does.
    matters: tuple[str, ...]
    #: Where each matter's form makes it.
    paths: tuple[str, ...]
    #: One value that all other members accept, or none where none is known.
    witness: tuple[Any, ...]
    #: What this demand says against the witness.
    refusal: str

    def places(self) -> tuple[tuple[str, str], ...]:
        """Return each matter with its path."""
        return tuple(zip(self.matters, self.paths, strict=True))

    def __str__(self) -> str:
        who = ", ".join(self.matters) or "the data element"
        if not self.witness:
            return f"{who} refuses what all the others accept"
        return f"{who} refuses {shown(self.witness[0])} ({self.refusal})"


@dataclass(eq=False)
class ConflictError(BuilderError):
    """No value of a fact fits all forms that can apply together, and one needs it."""

    fact: str
    core: tuple[CoreMember, ...]
    code: ClassVar[str] = "E_CONFLICT"

    def explain(self) -> str:
        """Say what is wrong and how to mend it, without the place."""
        return (
            f"No value of {self.fact!r} is accepted everywhere: {_told(self.core)}. "
            f"{_repair(self.core)}"
        )


@dataclass(eq=False)
class DeadElementError(BuilderError):
    """A warning: no value of an optional fact fits all forms that apply together."""

    fact: str
    core: tuple[CoreMember, ...]
    code: ClassVar[str] = "E_DEAD_ELEMENT"

    def explain(self) -> str:
        """Say what is wrong and how to mend it, without the place."""
        return (
            f"{self.fact!r} is optional, and only by leaving it out are all forms "
            f"satisfied: {_told(self.core)}. Leave it out with a reason, or: "
            f"{_repair(self.core)}"
        )


@dataclass(eq=False)
class UndecidedConflictError(BuilderError):
    """Neither a value that every form accepts is known, nor a proof that none is."""

    fact: str
    matters: tuple[str, ...]
    code: ClassVar[str] = "E_UNDECIDED"

    def explain(self) -> str:
        """Say what is wrong and how to mend it, without the place."""
        return (
            f"It is not known whether any value of {self.fact!r} is accepted by all of "
            f"{', '.join(self.matters)}. Give its element an `example` that is."
        )


@dataclass(eq=False)
class ContradictionError(BuilderError):
    """A proof says that there is no value, yet one was found: the proof is wrong."""

    fact: str
    value: Any
    code: ClassVar[str] = "E_INTERNAL"

    def explain(self) -> str:
        """Say what is wrong and how to mend it, without the place."""
        return (
            f"It was proved that {self.fact!r} can have no value, but every form "
            f"accepts {shown(self.value)}. This is a fault of the builder or of a "
            f"library; report it with these definitions."
        )


_MOST_SHOWN = 60


def shown(value: Any) -> str:
    """Return a value as words of a sentence, cut where it is long."""
    text = repr(value)
    return text if len(text) <= _MOST_SHOWN else f"{text[:_MOST_SHOWN]}…"


def _told(core: tuple[CoreMember, ...]) -> str:
    return "; ".join(str(member) for member in core)


def _repair(core: tuple[CoreMember, ...]) -> str:
    if len(core) == 1:
        return "This form admits nothing there by itself; mend its schema."
    return (
        "Map one form's values by a lens, ask for two facts instead of one, or agree "
        "with a department that it accepts the value."
    )
