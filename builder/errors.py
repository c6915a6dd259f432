"""Every reason why a definition or a merge is refused, each with its repair.

An error holds what happened as fields; its text says where, what, who, and how to mend
it. What an applicant did wrong is never an exception: that is a `validity.Fault`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar


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


@dataclass(eq=False)
class JsonError(BuilderError):
    """A file is not JSON, or names one key twice."""

    reason: str
    code: ClassVar[str] = "E_JSON"

    def explain(self) -> str:
        """Say what is wrong and how to mend it, without the place."""
        return f"This is not usable JSON: {self.reason}. Mend it in a text editor."


@dataclass(eq=False)
class ShapeError(BuilderError):
    """A file does not follow its schema in form_defs/schemas."""

    reason: str
    schema: str
    code: ClassVar[str] = "E_SHAPE"

    def explain(self) -> str:
        """Say what is wrong and how to mend it, without the place."""
        return f"{self.reason}. form_defs/schemas/{self.schema}.json says what fits."


@dataclass(eq=False)
class UnknownNameError(BuilderError):
    """A definition names something that is not defined."""

    kind: str
    name: str
    known: tuple[str, ...] = ()
    code: ClassVar[str] = "E_UNKNOWN_NAME"

    def explain(self) -> str:
        """Say what is wrong and how to mend it, without the place."""
        near = f" Known: {', '.join(self.known)}." if self.known else ""
        return (
            f"There is no {self.kind} {self.name!r}. Define it or mend the name.{near}"
        )


@dataclass(eq=False)
class FormSchemaError(BuilderError):
    """A department's form is not a usable JSON Schema."""

    reason: str
    code: ClassVar[str] = "E_SCHEMA"

    def explain(self) -> str:
        """Say what is wrong and how to mend it, without the place."""
        return f"This is not a usable JSON Schema: {self.reason}"


@dataclass(eq=False)
class UnresolvedPathError(BuilderError):
    """A field's path leads nowhere in the department's form."""

    path: str
    code: ClassVar[str] = "E_UNRESOLVED_PATH"

    def explain(self) -> str:
        """Say what is wrong and how to mend it, without the place."""
        return (
            f"The form beside this file has no {self.path!r}. Write the path as the "
            f"property names of schema.json, from its root."
        )


@dataclass(eq=False)
class UndescribedFieldError(BuilderError):
    """The department's form has a field that the definition does not name."""

    path: str
    code: ClassVar[str] = "E_UNDESCRIBED_FIELD"

    def explain(self) -> str:
        """Say what is wrong and how to mend it, without the place."""
        return (
            f"schema.json has {self.path!r}, but `fields` does not name it, so nobody "
            f"would ask for it. Add it to `fields`."
        )


@dataclass(eq=False)
class NestedBindingError(BuilderError):
    """One bound field lies inside another, or inside a list."""

    path: str
    inside: str
    code: ClassVar[str] = "E_NESTED_BINDING"

    def explain(self) -> str:
        """Say what is wrong and how to mend it, without the place."""
        return (
            f"{self.path!r} holds a fact but lies inside {self.inside!r}. "
            f"Bind only one of them."
        )


@dataclass(eq=False)
class LensLawError(BuilderError):
    """A lens loses or invents something for a value."""

    value: Any
    reason: str
    code: ClassVar[str] = "E_LENS_LAW"

    def explain(self) -> str:
        """Say what is wrong and how to mend it, without the place."""
        return f"The lens does not fit for the value {self.value!r}: {self.reason}"


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
    """A predicate reads something that nobody is asked."""

    fact: str
    code: ClassVar[str] = "E_UNASKED_PREDICATE"

    def explain(self) -> str:
        """Say what is wrong and how to mend it, without the place."""
        return (
            f"The condition reads {self.fact!r}, which the applicant is never asked. "
            f"Make it a situation, or read a question that is asked."
        )


@dataclass(eq=False)
class CycleError(BuilderError):
    """Things wait for each other, so none can begin."""

    path: tuple[str, ...]
    code: ClassVar[str] = "E_CYCLE"

    def explain(self) -> str:
        """Say what is wrong and how to mend it, without the place."""
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


@dataclass(eq=False)
class SlotValueError(BuilderError):
    """A document holds a value that its lens cannot read."""

    path: str
    value: Any
    code: ClassVar[str] = "E_SLOT_VALUE"

    def explain(self) -> str:
        """Say what is wrong and how to mend it, without the place."""
        return f"The lens of {self.path!r} cannot read {self.value!r}."


@dataclass(eq=False)
class PackError(BuilderError):
    """A pack cannot be read."""

    reason: str
    code: ClassVar[str] = "E_PACK"

    def explain(self) -> str:
        """Say what is wrong and how to mend it, without the place."""
        return f"This is not a usable pack: {self.reason}. Publish the affair again."
