"""What definitions say of values that are known before anyone types them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from builder.model.definitions import (
    IDENTITY,
    FactId,
    Lens,
    Predicate,
    Schema,
    Text,
)

SourceKind = Literal[
    "identity", "certificate", "registry", "earlier", "link", "computed", "default"
]
#: What an authority itself answers for.
VERIFIED: frozenset[SourceKind] = frozenset({"identity", "certificate", "registry"})
#: How a value is made of those of other facts; `builder.deriving` has them all.
Computation = Literal[
    "copy",
    "sex_of_id_number",
    "birth_date_of_id_number",
    "year_and_month",
    "full_years",
    "slice",
    "compose",
    "table",
    "percent_sum",
]
#: open: typed over like any answer. confirm: never accepted unseen. sealed: held by
#: the server; nobody can change it here, only say that it is wrong.
Lock = Literal["open", "confirm", "sealed"]
#: What is done while a source does not answer.
Failure = Literal["ask", "wait", "block", "cache"]
Certainty = Literal["exact", "candidate"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """What somebody must agree to before a source is asked about them."""

    #: Rises when the text changes; who agreed to another version is asked again.
    version: int
    text: Text
    #: The role of who must agree; "": whoever is signed in.
    of: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Somebody who may hold values, and how they are asked."""

    label: Text
    kind: SourceKind
    #: Under which name the operator connects it; "": its own id.
    register: str = ""
    #: What it is asked with: a fact, or "@claim" of who is signed in, by its own name.
    key: Mapping[str, str] = field(default_factory=dict)
    #: Days after which what it said is stale; None: never.
    max_age_days: int | None = None
    failure: Failure = "ask"
    consent: Consent | None = None

    @property
    def verified(self) -> bool:
        """An authority answers for what it says."""
        return self.kind in VERIFIED


@dataclass(frozen=True, slots=True, kw_only=True)
class PrefillRule:
    """One place a question's value can come from before anyone types it."""

    source: str
    #: JMESPath into what the source says; of `computed` and `default` "".
    path: str = ""
    #: How the source writes the value.
    lens: Lens = IDENTITY
    #: Of `computed`: how, and of which facts, in this order.
    compute: Computation | None = None
    of: tuple[FactId, ...] = ()
    #: Of `computed`: what `compute` needs to know besides.
    by: Any = None
    #: Of `default`: the value.
    value: Any = None
    certainty: Certainty = "exact"
    lock: Lock = "open"
    #: What the source can say there, before the lens; True: all the fact can be.
    says: Schema = True
    when: Predicate | None = None
