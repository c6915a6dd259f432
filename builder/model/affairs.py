"""What definitions say of an affair, and all definitions together."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from builder.model.definitions import (
    AffairId,
    AffairMatter,
    Check,
    CodeList,
    DataElement,
    Decision,
    Department,
    DepartmentId,
    FactId,
    Guide,
    Matter,
    MatterId,
    Page,
    Pointer,
    QuestionOverride,
    Same,
    Situation,
    Text,
)
from builder.model.prefilling import PrefillRule, Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Affair:
    """The matters one life event needs, and how the merged form asks."""

    id: AffairId
    guide: Guide
    lead_department: DepartmentId
    #: Where nothing else is said in the answers.
    area: str
    roles: Mapping[str, Text]
    matters: tuple[AffairMatter, ...]
    pages: tuple[Page, ...]
    situations: tuple[Situation, ...] = ()
    questions: Mapping[Pointer, QuestionOverride] = field(default_factory=dict)
    leave_out: Mapping[Pointer, Text] = field(default_factory=dict)
    sources: Mapping[str, Source] = field(default_factory=dict)
    prefill: Mapping[Pointer, tuple[PrefillRule, ...]] = field(default_factory=dict)
    decisions: tuple[Decision, ...] = ()
    checks: tuple[Check, ...] = ()
    same: tuple[Same, ...] = ()
    #: The fact whose value is the area's code, if the applicant is asked.
    area_from: FactId | None = None
    #: Days after the last decision until a submission is erased; None: it never is.
    retention_days: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """All definitions that belong together, checked."""

    elements: Mapping[str, DataElement]
    codelists: Mapping[str, CodeList]
    departments: Mapping[DepartmentId, Department]
    matters: Mapping[MatterId, Matter]
    affairs: Mapping[AffairId, Affair]
