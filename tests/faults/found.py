"""What a case has found: figures, and which of them are not as they must be."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any, TypeAlias


class Skip(Exception):  # noqa: N818 - no fault of anybody's
    """This machine has not got what a case needs; the text says what."""


@dataclass
class Found:
    """Figures by name, in the order in which they were noted."""

    figures: dict[str, Any] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)

    def note(self, name: str, value: Any) -> None:
        """Remember a figure about which nothing is promised."""
        self.figures[name] = value

    def must(self, name: str, value: Any, wanted: Any) -> None:
        """Remember a figure that must be this one."""
        self._hold(name, value, f"must be {wanted!r}", so=value == wanted)

    def true(self, name: str, *, so: bool) -> None:
        """Remember something that must be so."""
        self._hold(name, so, "must be so", so=so)

    def most(self, name: str, value: float, limit: float) -> None:
        """Remember a figure that may not be larger."""
        self._hold(name, value, f"must be at most {limit}", so=value <= limit)

    def least(self, name: str, value: float, limit: float) -> None:
        """Remember a figure that may not be smaller."""
        self._hold(name, value, f"must be at least {limit}", so=value >= limit)

    def _hold(self, name: str, value: Any, law: str, *, so: bool) -> None:
        self.figures[name] = round(value, 2) if isinstance(value, float) else value
        if not so:
            self.faults.append(f"{name} is {value}, {law}")


@dataclass(frozen=True)
class Place:
    """Where a case runs, and its chance."""

    #: Its own, empty.
    folder: Path
    random: Random
    seed: int


Case: TypeAlias = Callable[[Place], Found]
