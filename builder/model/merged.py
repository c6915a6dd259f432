"""What a merge makes of definitions: questions, facts, the merged form."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from builder.model.definitions import (
    IDENTITY,
    AffairId,
    ByteLimit,
    Check,
    Choice,
    Decision,
    Department,
    DepartmentId,
    FactId,
    Guide,
    Input,
    Lens,
    Matter,
    MatterId,
    Page,
    Pointer,
    Predicate,
    Same,
    Schema,
    Sensitivity,
    Text,
)
from builder.model.prefilling import PrefillRule, Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """An element about one role: what is asked once."""

    id: FactId
    element: str
    role: str
    schema: Schema
    sensitivity: Sensitivity
    #: Issued facts only: the verified value that stands in while the form is judged.
    stand_in: Any = None
    #: Lists only: the facts of one row.
    columns: Mapping[FactId, "Fact"] = field(default_factory=dict)
    #: Lists only: the column that tells the rows apart.
    key: FactId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """One field of one matter that a question serves: its provenance."""

    matter: MatterId
    #: Path in the matter's document.
    path: str
    #: What the department's own form calls it.
    label: Text
    #: The matter's own form requires it.
    required: bool
    lens: Lens = IDENTITY
    bytes: ByteLimit | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One question of the merged form, asked once for every matter that needs it."""

    #: Where the answer stands in the answers: /facts/FACT, /matters/MATTER/FIELD;
    #: of a column: /COLUMN, from its row, and of a shared list as of answers.
    pointer: Pointer
    #: HTML name: safe, short and unique in the form (of a column: in its list).
    name: str
    label: Text
    input: Input
    sensitivity: Sensitivity
    asked_by: tuple[Asker, ...] = ()
    hint: Text | None = None
    unit: Text | None = None
    autocomplete: str | None = None
    choices: tuple[Choice, ...] = ()
    #: How a value is written that is not among the choices, where the forms take one.
    other: Text | None = None
    #: The loosest length any asker accepts, for the width of the box; never a limit.
    max_length: int | None = None
    #: Asked only in these situations; None: whenever an asker applies.
    when: Predicate | None = None
    #: The affair requires it, beyond what the forms say.
    required: bool = False
    #: rows: the questions of one row.
    columns: tuple["Question", ...] = ()
    prefill: tuple[PrefillRule, ...] = ()
    #: Why no page can ask it yet.
    unserved: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """What the merge saved, counted over all matters of the affair."""

    #: Leaf fields of the matters' own forms.
    fields: int
    #: Questions of the merged form; situations and facts that are only awaited not.
    questions: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MergedForm:
    """What the builder makes of an affair; written as JSON it is a pack.

    A pack is self-contained: it alone renders, judges, splits and addresses, also for
    a submission of years ago.
    """

    affair: AffairId
    guide: Guide
    area: str
    lead_department: DepartmentId
    departments: Mapping[DepartmentId, Department]
    matters: tuple[Matter, ...]
    facts: Mapping[FactId, Fact]
    situations: tuple[Question, ...]
    questions: tuple[Question, ...]
    pages: tuple[Page, ...]
    roles: Mapping[str, Text]
    sources: Mapping[str, Source]
    leave_out: Mapping[Pointer, Text]
    decisions: tuple[Decision, ...]
    #: The layout of the answers as JSON Schema 2020-12: necessary, judged first.
    schema: Mapping[str, Any]
    counts: Counts
    checks: tuple[Check, ...] = ()
    same: tuple[Same, ...] = ()
    #: The fact whose value is the area's code; without one `area` is it.
    area_from: FactId | None = None
    #: Days after the last decision until a submission is erased; None: it never is.
    retention_days: int | None = None
