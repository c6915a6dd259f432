"""Why values cannot be filled in from where an affair says."""

from dataclasses import dataclass
from typing import Any, ClassVar

from builder.errors.base import BuilderError
from builder.errors.words import shown


@dataclass(eq=False)
class RulePathError(BuilderError):
    """A path into what a source says cannot be read."""

    path: str
    reason: str
    code: ClassVar[str] = "E_PREFILL_PATH"

    def explain(self) -> str:
        """Say what is wrong and how to mend it, without the place."""
        return (
            f"{self.path!r} is no JMESPath: {self.reason}. Write names with dots "
            f'between them, such as person.name; others in quotes, such as "a-b".c.'
        )


@dataclass(eq=False)
class RuleKindError(BuilderError):
    """A rule says how to find a value in a way its source has not."""

    source: str
    kind: str
    wanted: str
    code: ClassVar[str] = "E_PREFILL_KIND"

    def explain(self) -> str:
        """Say what is wrong and how to mend it, without the place."""
        return (
            f"{self.source!r} is of the kind {self.kind}: a rule for it says "
            f"{self.wanted}, and nothing else of path, compute and value."
        )


@dataclass(eq=False)
class UnverifiedSealError(BuilderError):
    """A value would be sealed that no authority answers for."""

    source: str
    kind: str
    code: ClassVar[str] = "E_SEAL_UNVERIFIED"

    def explain(self) -> str:
        """Say what is wrong and how to mend it, without the place."""
        return (
            f"Nobody could mend a wrong value: {self.source!r} is of the kind "
            f"{self.kind}, which no authority answers for. Seal only what identity, "
            f"a certificate or a registry says exactly; say `confirm` here."
        )


@dataclass(eq=False)
class GuessedValueError(BuilderError):
    """Something would be guessed that nobody may guess."""

    what: str
    why: str
    code: ClassVar[str] = "E_PREFILL_GUESS"

    def explain(self) -> str:
        """Say what is wrong and how to mend it, without the place."""
        return (
            f"{self.what!r} may not be guessed: {self.why}. Take the rule out, or name "
            f"a source that knows it."
        )


@dataclass(eq=False)
class SourceValueError(BuilderError):
    """A source can say what a department's form refuses."""

    source: str
    #: What the source says.
    witness: Any
    #: Who refuses it, and why.
    refused: tuple[tuple[str, str], ...]
    code: ClassVar[str] = "E_SOURCE_VALUE"

    def explain(self) -> str:
        """Say what is wrong and how to mend it, without the place."""
        told = ", ".join(f"{who}: {why}" for who, why in self.refused)
        return (
            f"{self.source!r} can say {shown(self.witness)}, refused by {told}. Map "
            f"the value by a lens, or narrow `says` to what the source really says."
        )
