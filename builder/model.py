"""The values of the builder: what a definition says, and what a merge makes of it.

Words are those of the glossary in CONTRIBUTING. Values are frozen; a mapping inside
one is copied on the way in and never written.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NewType, TypeAlias

DepartmentId = NewType("DepartmentId", str)
MatterId = NewType("MatterId", str)
AffairId = NewType("AffairId", str)
#: `role:element` or `role:element@part_of`; opaque to all code but the catalogue.
FactId = NewType("FactId", str)
#: RFC 6901. Of a question: where its answer stands in the answers.
Pointer = NewType("Pointer", str)

#: Words by language tag; "zh-CN" and "en" are always there.
Text: TypeAlias = Mapping[str, str]
#: A JSON Schema.
Schema: TypeAlias = Mapping[str, Any] | bool
#: A JSON Schema over the facts of the answers.
Predicate: TypeAlias = Mapping[str, Any]
#: `{"facts": {fact: value}, "matters": {matter: remainder}}`.
Answers: TypeAlias = Mapping[str, Any]

Sensitivity = Literal["general", "personal", "sensitive"]
Input = Literal[
    "text",
    "paragraph",
    "digits",
    "phone",
    "email",
    "number",
    "date",
    "datetime",
    "month",
    "choice",
    "choices",
    "yes_no",
    "rows",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One value a person can choose."""

    value: Any
    label: Text
    #: Matters whose own form does not know this value.
    refused_by: tuple[MatterId, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeList:
    """The codes a department or a standard uses for one thing."""

    label: Text
    values: tuple[Choice, ...]
    #: [canonical, this list] pairs, or none.
    crosswalk: tuple[tuple[str, str], ...] = ()
    one_way: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DataElement:
    """An entry of the shared dictionary: meaning, canonical domain, sensitivity."""

    label: Text
    schema: Schema
    sensitivity: Sensitivity
    codelist: str | None = None
    input: Input | None = None
    unit: Text | None = None
    hint: Text | None = None
    autocomplete: str | None = None
    #: A valid canonical value, or None.
    example: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Department:
    """An authority, or a market actor such as a bank, that receives documents."""

    label: Text
    kind: Literal["authority", "market"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lens:
    """How a fact's canonical value is written in a document, and read back."""

    kind: Literal["identity", "table", "date"] = "identity"
    #: table: (canonical, document).
    pairs: tuple[tuple[Any, Any], ...] = ()
    #: date: such as YYYYMMDD.
    template: str = ""
    #: Something is lost on the way, so nothing can be read back.
    one_way: bool = False


IDENTITY = Lens()


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field of a department's form, as its people call it."""

    label: Text
    fact: FactId | None = None
    lens: Lens = IDENTITY
    codelist: str | None = None
    input: Input | None = None
    unit: Text | None = None
    hint: Text | None = None
    sensitivity: Sensitivity = "personal"


@dataclass(frozen=True, slots=True, kw_only=True)
class Issue:
    """A fact that the result of a matter brings."""

    fact: FactId
    #: Where it stands in the result document, where one is given.
    path: Pointer | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """A time limit; `workdays` is None where the rule does not count them."""

    workdays: float | None
    text: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """A document that must be shown, and the ways it can be satisfied."""

    id: str
    label: Text
    necessity: Literal["required", "deferrable", "optional"]
    ways: tuple[str, ...]
    certificate: str | None = None
    when: Predicate | None = None
    note: Text | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """One service of one department, with its own form: an untouched JSON Schema."""

    id: MatterId
    label: Text
    department: DepartmentId
    form: Text
    legal_basis: Text
    result: Text
    legal_limit: Limit
    promised_limit: Limit
    schema: Mapping[str, Any]
    #: By path in the document; `/LIST/*/COLUMN` is a column of a list.
    fields: Mapping[str, Field]
    issues: tuple[Issue, ...] = ()
    materials: tuple[Material, ...] = ()
    #: Applies when; None: always. Set by the affair.
    when: Predicate | None = None


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


@dataclass(frozen=True, slots=True, kw_only=True)
class PrefillRule:
    """One place a question's value can come from before anyone types it."""

    source: str
    #: JSON Pointer into the source's record.
    value: Pointer
    when: Predicate | None = None


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


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One question of the merged form, asked once for every matter that needs it."""

    #: Where the answer stands in the answers: /facts/FACT, /matters/MATTER/FIELD;
    #: of a column: /COLUMN, from its row.
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
    #: The loosest length any asker accepts, for the width of the box; never a limit.
    max_length: int | None = None
    #: Asked only in these situations; None: whenever an asker applies.
    when: Predicate | None = None
    #: The affair requires it, beyond what the forms say.
    required: bool = False
    #: rows: the questions of one row.
    columns: tuple["Question", ...] = ()
    prefill: tuple[PrefillRule, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page of the form and its questions, in order."""

    id: str
    label: Text
    questions: tuple[Pointer, ...]
    lead: Text | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionOverride:
    """What an affair says about one question."""

    label: Text | None = None
    hint: Text | None = None
    input: Input | None = None
    when: Predicate | None = None
    required: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """A question in the applicant's words, asked before the form."""

    fact: FactId
    label: Text
    schema: Schema
    hint: Text | None = None
    choices: tuple[Choice, ...] = ()
    when: Predicate | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What was decided where forms contradict each other, and why."""

    about: str
    text: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class AffairMatter:
    """A matter of an affair, and when it applies (None: always)."""

    matter: MatterId
    when: Predicate | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Guide:
    """What an applicant should know before beginning."""

    label: Text
    summary: Text
    audience: Text
    minutes: int
    fee: Text
    who_may_act: Text
    target: Text | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Affair:
    """The matters one life event needs, and how the merged form asks."""

    id: AffairId
    guide: Guide
    lead_department: DepartmentId
    area: str
    roles: Mapping[str, Text]
    matters: tuple[AffairMatter, ...]
    pages: tuple[Page, ...]
    situations: tuple[Situation, ...] = ()
    questions: Mapping[Pointer, QuestionOverride] = field(default_factory=dict)
    leave_out: Mapping[Pointer, Text] = field(default_factory=dict)
    sources: Mapping[str, Text] = field(default_factory=dict)
    prefill: Mapping[Pointer, tuple[PrefillRule, ...]] = field(default_factory=dict)
    decisions: tuple[Decision, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """All definitions that belong together, checked."""

    elements: Mapping[str, DataElement]
    codelists: Mapping[str, CodeList]
    departments: Mapping[DepartmentId, Department]
    matters: Mapping[MatterId, Matter]
    affairs: Mapping[AffairId, Affair]


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
    sources: Mapping[str, Text]
    leave_out: Mapping[Pointer, Text]
    decisions: tuple[Decision, ...]
    #: The layout of the answers as JSON Schema 2020-12: necessary, judged first.
    schema: Mapping[str, Any]
    counts: Counts
