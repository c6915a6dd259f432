"""Why a list cannot be shared, or a fact not be sent as a form wants it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from builder.errors.base import BuilderError
from builder.errors.forms import NestedBindingError
from builder.errors.words import shown


@dataclass(eq=False)
class ListBindingError(BuilderError):
    """A list, or its rows, cannot be bound so."""

    path: str
    #: What is wrong, and how to mend it.
    reason: str
    code: ClassVar[str] = "E_LIST_BINDING"

    def explain(self) -> str:
        """Say what is wrong and how to mend it, without the place."""
        return f"The list at {self.path!r} cannot be shared so: {self.reason}"


@dataclass(eq=False)
class UnboundListError(NestedBindingError):
    """A column holds a fact, but its list holds none."""

    def explain(self) -> str:
        """Say what is wrong and how to mend it, without the place."""
        return (
            f"{self.path!r} holds a fact but is a column of {self.inside!r}, which "
            f"holds none, so nothing says whose rows these are. Bind the list to a "
            f"fact as well, or neither."
        )


@dataclass(eq=False)
class CardinalityError(BuilderError):
    """A matter has no right number of places for the rows of a list."""

    fact: str
    reason: str
    code: ClassVar[str] = "E_CARDINALITY"

    def explain(self) -> str:
        """Say what is wrong and how to mend it, without the place."""
        return f"The rows of {self.fact!r} do not fit: {self.reason}"


@dataclass(eq=False)
class FewPlacesError(BuilderError):
    """A warning: a matter has places for so many rows of a list, and no more."""

    fact: str
    most: int
    code: ClassVar[str] = "W_CARDINALITY"

    def explain(self) -> str:
        """Say what is wrong and how to mend it, without the place."""
        return (
            f"This form has places for {self.most} rows of {self.fact!r}. Whoever has "
            f"more cannot use it: that is now one of its demands."
        )


@dataclass(eq=False)
class PresenceError(BuilderError):
    """A form refuses to be sent a fact that another cannot do without."""

    fact: str
    #: Who refuses, and where the fact stands in its document.
    matter: str
    path: str
    #: Who cannot do without.
    needed_by: tuple[str, ...]
    #: A document that is valid without the fact, and with no value of it.
    document: Mapping[str, Any]
    value: Any
    refusal: str
    code: ClassVar[str] = "E_PRESENCE"

    def explain(self) -> str:
        """Say what is wrong and how to mend it, without the place."""
        who = ", ".join(self.needed_by)
        return (
            f"{who} cannot do without {self.fact!r}, but {self.matter} refuses to be "
            f"sent it at {self.path!r} ({self.refusal}): it accepts "
            f"{shown(self.document)} only without it, whatever its value, such as "
            f"{shown(self.value)}. Give this field `send`: `if-required`, so that it "
            f"is left out where the form does without it, or `choice`, so that the "
            f"applicant says so."
        )


@dataclass(eq=False)
class PartlyRefusedError(PresenceError):
    """A warning: a form refuses to be sent a fact in some documents, not in all."""

    code: ClassVar[str] = "W_PRESENCE"


@dataclass(eq=False)
class ReservedNameError(BuilderError):
    """A form has a field with the name under which it is kept what is not sent."""

    name: str
    code: ClassVar[str] = "E_RESERVED_NAME"

    def explain(self) -> str:
        """Say what is wrong and how to mend it, without the place."""
        return (
            f"The form has a field {self.name!r}, the name under which it is kept what "
            f"is not to be sent. Let `send` of its fields be `always` or `if-required`."
        )


@dataclass(eq=False)
class SpareFieldsError(BuilderError):
    """So many fields are sent only if required that they cannot all be written out."""

    paths: tuple[str, ...]
    code: ClassVar[str] = "E_SPARE_FIELDS"

    def explain(self) -> str:
        """Say what is wrong and how to mend it, without the place."""
        return (
            f"{', '.join(self.paths)} are sent only if required, which gives more "
            f"alternatives than can be weighed. Let `send` of most of them be `always` "
            f"or `choice`."
        )
