"""What definitions say: elements, code lists, departments, matters, affairs."""

from collections.abc import Mapping
from dataclasses import dataclass
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
#: `{"facts": {fact: value}, "matters": {matter: remainder}}`; a shared list is rows,
#: each of which has the shape of answers again.
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
    "date8",
    "datetime",
    "month",
    "choice",
    "choices",
    "lines",
    "numbers",
    "yes_no",
    "rows",
]
#: When a department is sent a fact it may do without: always, only where its form
#: cannot do without, or as the applicant says.
Send = Literal["always", "if-required", "choice"]
LensKind = Literal[
    "identity", "table", "date", "affix", "strip", "upper", "scale", "join", "record"
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
    #: How a value is written that is not listed; None: nobody has said.
    other: Text | None = None


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
    #: Of a list: the column that tells its rows apart, whose order then means nothing.
    key: FactId | None = None
    #: Known only from the person, or from who keeps it of them: never made of other
    #: facts and never taken for granted, such as the ethnic group of a child.
    underivable: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Department:
    """An authority, or a market actor such as a bank, that receives documents."""

    label: Text
    kind: Literal["authority", "market"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lens:
    """How a fact's canonical value is written in a document, and read back."""

    kind: LensKind = "identity"
    #: table: (canonical, document).
    pairs: tuple[tuple[Any, Any], ...] = ()
    #: date: such as YYYYMMDD.
    template: str = ""
    #: affix: what the document puts before and after.
    prefix: str = ""
    suffix: str = ""
    #: strip: between groups of so many characters; join: between the parts.
    separator: str = ""
    groups: tuple[int, ...] = ()
    #: scale: document = canonical × factor; a decimal, such as 0.0001.
    factor: str = ""
    #: Something is lost on the way, so nothing can be read back.
    one_way: bool = False
    #: The form also accepts what this lens never writes, and that is known.
    normalizes: bool = False


IDENTITY = Lens()


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One fact of a field, and how it alone is written."""

    fact: FactId
    lens: Lens = IDENTITY
    #: record: the property that holds it.
    name: str = ""
    #: join: the line is written without it where it has no value.
    optional: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ByteLimit:
    """How many bytes a department can keep of a text (a VARCHAR2 column)."""

    max: int
    encoding: Literal["utf-8", "gbk"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One field of a department's form, as its people call it."""

    label: Text
    fact: FactId | None = None
    lens: Lens = IDENTITY
    #: join, record: the facts the field holds together, in their order.
    parts: tuple[Part, ...] = ()
    bytes: ByteLimit | None = None
    codelist: str | None = None
    input: Input | None = None
    unit: Text | None = None
    hint: Text | None = None
    sensitivity: Sensitivity = "personal"
    #: The form names it in a branch (anyOf, oneOf, if): no one subschema judges it.
    branch: bool = False
    #: Why no page can ask for it yet; such a form merges, but is never published.
    unserved: str | None = None
    send: Send = "always"
    #: The fact is a list, whose rows the field holds.
    rows: "Rows | None" = None

    @property
    def held(self) -> tuple[FactId, ...]:
        """The facts this field holds; none: it is the matter's own."""
        if self.fact is not None:
            return (self.fact,)
        return tuple(part.fact for part in self.parts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """How a field holds rows of a list that matters share."""

    #: The fields of a row by their path in it; those without a fact are the matter's.
    fields: Mapping[str, Field]
    #: Only the rows whose columns fulfil it; None: all.
    where: Predicate | None = None
    #: The field is itself the row of this number, from 1; None: it is a list.
    number: int | None = None


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
    #: By path in the document; `/LIST/*/COLUMN` is a column of a list of its own.
    fields: Mapping[str, Field]
    issues: tuple[Issue, ...] = ()
    materials: tuple[Material, ...] = ()
    #: Applies when; None: always. Set by the affair.
    when: Predicate | None = None


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
class Term:
    """One side of a check: something an answer says, or a fixed value."""

    #: Of a question's answer; `/LIST/*/COLUMN`: of the row that is judged, or of all.
    at: Pointer | None = None
    #: The value, its day, how many it lists, all together; of an identity number the
    #: birth date, the sex (also of a code for one), and the age on the day `on` says.
    take: Literal["value", "date", "count", "sum", "born", "sex", "age"] = "value"
    on: Pointer | None = None
    #: sum: a decimal, such as 10000 for 万元 beside 元.
    times: str = "1"
    value: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """What answers must not contradict; without `first`, the condition is wrong."""

    #: The question the sentence stands at; `/LIST/*/COLUMN`: at each row.
    at: Pointer
    text: Text
    when: Predicate | None = None
    first: Term | None = None
    must_be: Literal["equal", "different", "at_most", "citizen_number"] = "equal"
    second: Term | None = None

    @property
    def kind(self) -> Literal["check", "citizen_number"]:
        """How a fault names it: of a number it can be said what is wrong with it."""
        return "citizen_number" if self.must_be == "citizen_number" else "check"


@dataclass(frozen=True, slots=True, kw_only=True)
class Same:
    """Answers that are often what was answered before: one press fills them in."""

    #: What is filled in, and whose or what it is the same as.
    what: Text
    whose: Text
    #: Question to the question it is taken from; several are joined to one line.
    fill: Mapping[Pointer, tuple[Pointer, ...]]


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
    #: Words of people for it, apart from its name: what they type to find it.
    called: Text | None = None
