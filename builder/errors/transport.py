"""Why the rules of a form cannot be published: only the server can check it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from builder.errors.base import BuilderError


@dataclass(eq=False)
class WholeObjectError(BuilderError):
    """A keyword speaks of a whole object whose fields are asked in several places."""

    keyword: str
    code: ClassVar[str] = "E_WHOLE_OBJECT"

    def explain(self) -> str:
        """Say what is wrong and how to mend it, without the place."""
        return (
            f"`{self.keyword}` judges an object as a whole, but some of its fields are "
            f"shared facts. Only the server can check this form; to publish its rules, "
            f"say the same by `required`, `properties` or `additionalProperties`."
        )


@dataclass(eq=False)
class ListKeywordError(BuilderError):
    """A shared list is judged in a way that its rows alone do not show."""

    keyword: str
    code: ClassVar[str] = "E_LIST_KEYWORD"

    def explain(self) -> str:
        """Say what is wrong and how to mend it, without the place."""
        return (
            f"`{self.keyword}` judges the rows of a list that is shared. Only the "
            f"server can check this form; to publish its rules, take the keyword out, "
            f"or bind the list as a whole."
        )


@dataclass(eq=False)
class EndlessReferenceError(BuilderError):
    """References lead back to the same place, or fan out beyond measure."""

    reference: str
    code: ClassVar[str] = "E_RECURSION"

    def explain(self) -> str:
        """Say what is wrong and how to mend it, without the place."""
        return (
            f"Written out, {self.reference!r} has no end, or grows beyond measure. "
            f"Only the server can check this form; to publish its rules, let no "
            f"reference lead back to its own object."
        )


@dataclass(eq=False)
class ResidualNegativeError(BuilderError):
    """What cannot be said of canonical values stands where it would be turned round."""

    fact: str
    lens: str
    code: ClassVar[str] = "E_RESIDUAL_NEGATIVE"

    def explain(self) -> str:
        """Say what is wrong and how to mend it, without the place."""
        return (
            f"Below `not`, `oneOf` or `if`, the form judges how {self.fact!r} is "
            f"written by its {self.lens} lens, and that cannot be said of its own "
            f"values. Only the server can check this form; to publish its rules, judge "
            f"the field outside, or bind it without this lens."
        )


@dataclass(eq=False)
class MismatchError(BuilderError):
    """The published rules and the judge say different things of the same answers."""

    answers: Mapping[str, Any]
    #: Each place that the judge refuses, with the keyword; nothing: it accepts them.
    refused: tuple[tuple[str, str], ...]
    code: ClassVar[str] = "E_TV_MISMATCH"

    def explain(self) -> str:
        """Say what is wrong and how to mend it, without the place."""
        told = ", ".join(f"{place} ({keyword})" for place, keyword in self.refused)
        says = (
            f"accept what the judge refuses at {told}"
            if told
            else ("refuse what the judge accepts")
        )
        answers = json.dumps(self.answers, ensure_ascii=False)
        return (
            f"The published rules {says}: {answers}. This is a fault of the builder or "
            f"of a library; report it with these definitions."
        )
