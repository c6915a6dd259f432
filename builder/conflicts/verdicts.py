"""What is found of a fact: satisfied, empty or undecided; and how forms differ."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, TypeAlias

from builder.conflicts.conflict_errors import CoreMember, shown
from builder.conflicts.demands import Demand
from builder.errors import BuilderError
from builder.model import FactId, MatterId


@dataclass(frozen=True, slots=True)
class Satisfied:
    """Every form accepts this value."""

    witness: Any


@dataclass(frozen=True, slots=True)
class Empty:
    """Proved: no value is accepted by all; without any one of the core some may be."""

    core: tuple[CoreMember, ...]


@dataclass(frozen=True, slots=True)
class Undecided:
    """Neither is known; an example would tell."""


Verdict: TypeAlias = Satisfied | Empty | Undecided


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """The verdict on one fact, where these matters apply together."""

    fact: FactId
    matters: tuple[MatterId, ...]
    verdict: Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """How what one demand accepts stands to what another does."""

    fact: FactId
    accepting: Demand
    refusing: Demand
    #: "within": proved that the refusing one accepts it all.
    kind: Literal["differs", "within", "undecided"]
    #: differs: a value and why it is refused.
    witness: Any = None
    refusal: str = ""

    def __str__(self) -> str:
        one, other = self.accepting.who, self.refusing.who
        match self.kind:
            case "differs":
                return (
                    f"{self.fact}: {other} refuses {shown(self.witness)} "
                    f"({self.refusal}), which {one} accepts"
                )
            case "within":
                return f"{self.fact}: {other} accepts all that {one} accepts"
            case "undecided":
                return f"{self.fact}: {other} may refuse what {one} accepts"


@dataclass(frozen=True, kw_only=True)
class Analysis:
    """All that was found of an affair's shared facts."""

    judgements: tuple[Judgement, ...]
    #: Conflicts, dead elements (warnings) and what is undecided.
    findings: tuple[BuilderError, ...]
    #: Looks for the differences: most readers want none of them, and it takes longer.
    compare: Callable[[], Iterable[Difference]]

    @cached_property
    def differences(self) -> tuple[Difference, ...]:
        """For information only; looked for when first asked."""
        return tuple(self.compare())
