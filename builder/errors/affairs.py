"""Why the forms of an affair cannot be asked as one."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from builder.errors.base import BuilderError
from builder.errors.words import listed, meant, shown


@dataclass(eq=False)
class VacuousPredicateError(BuilderError):
    """A predicate would hold while its question is unanswered."""

    fact: str
    code: ClassVar[str] = "E_VACUOUS_PREDICATE"

    def explain(self) -> str:
        """Say what is wrong and how to mend it, without the place."""
        return (
            f"The condition holds as long as {self.fact!r} has no answer. "
            f"Name it in `required` beside `properties`."
        )


@dataclass(eq=False)
class UnaskedPredicateError(BuilderError):
    """A predicate reads what is not asked before it decides."""

    fact: str
    #: Of a fact that nobody defines: what could have been meant.
    known: tuple[str, ...] = ()
    code: ClassVar[str] = "E_UNASKED_PREDICATE"

    def explain(self) -> str:
        """Say what is wrong and how to mend it, without the place."""
        if self.known:
            situations = [name for name in self.known if name.startswith("situation:")]
            return (
                f"There is no situation or question {self.fact!r}."
                f"{meant(self.fact, self.known)}{listed(situations)}"
            )
        return (
            f"The condition reads {self.fact!r}, which the applicant is not asked "
            f"before it decides. Make it a situation that comes earlier, or read a "
            f"question that is asked without it."
        )


@dataclass(eq=False)
class PredicateValueError(BuilderError):
    """A predicate compares a fact with what is none of its values."""

    fact: str
    value: Any
    values: tuple[Any, ...] = ()
    code: ClassVar[str] = "E_PREDICATE_VALUE"

    def explain(self) -> str:
        """Say what is wrong and how to mend it, without the place."""
        return (
            f"{shown(self.value)} is no value of {self.fact!r}, so this never holds."
            f"{listed(map(shown, self.values)).replace('Known:', 'Its values:')}"
        )


@dataclass(eq=False)
class CycleError(BuilderError):
    """Things wait for each other, so none can begin."""

    path: tuple[str, ...]
    #: The fact a matter waits for although only its own result brings it.
    fact: str | None = None
    code: ClassVar[str] = "E_CYCLE"

    def explain(self) -> str:
        """Say what is wrong and how to mend it, without the place."""
        if self.fact is not None:
            return (
                f"{self.path[0]!r} asks for {self.fact!r}, which its own result "
                f"brings. Take it from `issues`, or unbind the field; if applicants "
                f"know it already, put the question on a page."
            )
        return (
            f"These wait for each other: {' → '.join(self.path)}. Let one of them ask "
            f"the applicant instead, or take one fact from its `issues`."
        )


@dataclass(eq=False)
class SituationsError(BuilderError):
    """The situations that decide matters cannot all be gone through."""

    reason: str
    code: ClassVar[str] = "E_SITUATIONS"

    def explain(self) -> str:
        """Say what is wrong and how to mend it, without the place."""
        return f"The situations cannot all be gone through: {self.reason}"


@dataclass(eq=False)
class UndecidedError(BuilderError):
    """No value is known that every form accepts for an issued fact."""

    fact: str
    refusals: Mapping[str, str]
    code: ClassVar[str] = "E_UNDECIDED"

    def explain(self) -> str:
        """Say what is wrong and how to mend it, without the place."""
        who = "; ".join(f"{m}: {why}" for m, why in sorted(self.refusals.items()))
        return (
            f"{self.fact!r} comes with a result, and no example value is known that "
            f"every form accepts ({who}). Give its element a fitting `example`."
        )


@dataclass(eq=False)
class UnplacedQuestionError(BuilderError):
    """A question stands on no page."""

    question: str
    matters: tuple[str, ...]
    code: ClassVar[str] = "E_UNPLACED_QUESTION"

    def explain(self) -> str:
        """Say what is wrong and how to mend it, without the place."""
        return (
            f"{self.question!r} is asked by {', '.join(self.matters)} but stands on no "
            f"page. Put it on a page, or into `leave_out` with a reason."
        )


@dataclass(eq=False)
class MisplacedQuestionError(BuilderError):
    """A page or a rule names something that is not one question of this affair."""

    question: str
    reason: str
    code: ClassVar[str] = "E_MISPLACED_QUESTION"

    def explain(self) -> str:
        """Say what is wrong and how to mend it, without the place."""
        return f"{self.question!r} {self.reason}"


@dataclass(eq=False)
class LeftOutRequiredError(BuilderError):
    """A question is left out although a form requires it."""

    question: str
    matters: tuple[str, ...]
    code: ClassVar[str] = "E_LEFT_OUT_REQUIRED"

    def explain(self) -> str:
        """Say what is wrong and how to mend it, without the place."""
        return (
            f"{self.question!r} is left out, but required: {', '.join(self.matters)}. "
            f"Ask it, or agree with the department that it becomes optional."
        )


@dataclass(eq=False)
class UnservedError(BuilderError):
    """A form holds a construct that no page can serve."""

    question: str
    reason: str
    code: ClassVar[str] = "E_UNSERVED"

    def explain(self) -> str:
        """Say what is wrong and how to mend it, without the place."""
        return f"No page can ask for {self.question!r}: {self.reason}"
