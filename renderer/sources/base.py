"""What every source does: it is asked one thing, and says what it knows or nothing."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from builder.model import SourceKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Inquiry:
    """What a source is asked in one case."""

    #: Which source of the affair asks, and what the register is called.
    source: str
    kind: SourceKind
    register: str
    #: By the register's own names.
    key: Mapping[str, Any]
    #: How drafts name whoever is signed in, and what signing in told of them.
    owner: str
    claims: Mapping[str, Any] = field(repr=False)
    #: UTC text.
    now: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a source said; `values` None: it knows nothing of this."""

    values: Mapping[str, Any] | None = field(repr=False)
    #: As of when, UTC text.
    at: str


@dataclass(eq=False)
class SilentError(Exception):
    """A source gave no answer that can be used; says why in a word for the log."""

    reason: str


class PrefillSource(ABC):
    """Somebody who can be asked."""

    @abstractmethod
    def ask(self, inquiry: Inquiry, *, deadline: float) -> Told:
        """Return what is known, within so many seconds.

        Raises:
            SilentError: there is no usable answer.
        """
