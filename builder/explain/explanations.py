"""What an explanation holds, and its lines of plain English."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import singledispatch
from typing import Literal

from builder.explain import in_words
from builder.explain.in_words import label
from builder.model import (
    AffairId,
    Choice,
    Decision,
    DepartmentId,
    FactId,
    MatterId,
    Pointer,
    Text,
)
from builder.view import Bound


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedBy:
    """One place of one matter's form that the answer goes to."""

    matter: MatterId
    department: DepartmentId
    path: str
    #: What the department's own form calls it.
    label: Text
    required: bool
    #: When the matter applies, in words.
    applies: str
    constraints: tuple[str, ...]
    #: How it is written there, and what is lost on the way.
    lens: str
    losses: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """A choice, and the matters whose forms do not know it."""

    choice: Choice
    matters: tuple[MatterId, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerExplained:
    """Everything that is said of one answer."""

    pointer: Pointer
    #: None: the question is one matter's own.
    fact: FactId | None
    #: None: it is never asked.
    label: Text | None
    #: None: it stands on no page.
    page: str | None
    #: When it is asked where an asker applies, in words.
    when: str
    #: The affair itself requires it.
    required: bool
    #: What the shared dictionary says of it.
    domain: tuple[str, ...]
    asked_by: tuple[AskedBy, ...]
    issued_by: tuple[MatterId, ...]
    #: Who waits for it where an issuer applies.
    awaited_by: tuple[MatterId, ...]
    refusals: tuple[Refusal, ...]
    bounds: tuple[Bound, ...]
    #: What is decided by it: conditions that read it, in words.
    decides: tuple[str, ...]
    sources: tuple[str, ...]
    decisions: tuple[Decision, ...]
    #: Why it is not asked, where the affair leaves it out.
    left_out: Text | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Shared:
    """A fact that more than one place asks for."""

    fact: FactId
    label: Text | None
    #: Matter and path.
    places: tuple[tuple[MatterId, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MatterExplained:
    """One matter, and how far its rules can be published."""

    id: MatterId
    label: Text
    department: DepartmentId
    applies: str
    fields: int
    mode: Literal["exact", "residual", "v-only"]
    #: Why it is not exact, in words; "": it is.
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AffairExplained:
    """What became of the forms of one affair."""

    affair: AffairId
    label: Text
    fields: int
    questions: int
    situations: int
    matters: tuple[MatterExplained, ...]
    shared: tuple[Shared, ...]
    decisions: tuple[Decision, ...]


@singledispatch
def lines(told: AffairExplained | AnswerExplained) -> tuple[str, ...]:
    """Return what was explained as lines of plain English."""
    raise TypeError(told)


@lines.register
def _(told: AffairExplained) -> tuple[str, ...]:
    said = [
        f"{told.affair}: {label(told.label)}",
        f"{told.fields} fields in {len(told.matters)} matters",
        f"{told.questions} questions, after {told.situations} about the situation",
        "",
        "Matters",
    ]
    said += [_matter(matter) for matter in told.matters]
    said += ["", f"Asked once for several places: {len(told.shared)}"]
    for shared in told.shared:
        name = "comes with a result" if shared.label is None else label(shared.label)
        places = ", ".join(f"{matter}{path}" for matter, path in shared.places)
        said.append(f"  {shared.fact}, {name}: {places}")
    said += _decisions(told.decisions)
    return tuple(said)


@lines.register
def _(told: AnswerExplained) -> tuple[str, ...]:
    name = "never asked" if told.label is None else label(told.label)
    said = [f"{told.fact or told.pointer}: {name}"]
    if told.page is not None:
        needed = ", and the affair requires it" if told.required else ""
        said.append(f"Asked on the page {told.page}: {told.when}{needed}.")
    if told.left_out is not None:
        said.append(f"Left out: {label(told.left_out)}")
    if told.domain:
        said.append(f"The shared dictionary: {'; '.join(told.domain)}.")
    said += _who_asks(told)
    if told.issued_by:
        said.append(f"Comes with the result of {', '.join(told.issued_by)}.")
    if told.awaited_by:
        said.append(f"Waiting for that result: {', '.join(told.awaited_by)}.")
    for bound_ in told.bounds:
        who = ", ".join(bound_.matters) or "no single form"
        said.append(f"Bound: {in_words.limit(bound_.keyword, bound_.limit)}, by {who}.")
    for refusal in told.refusals:
        value = f"{in_words.shown(refusal.choice.value)} {label(refusal.choice.label)}"
        said.append(f"Choice {value}: refused by {', '.join(refusal.matters)}.")
    said += [f"It decides: {what}." for what in told.decides]
    said += [f"Filled in from {source}." for source in told.sources]
    said += _decisions(told.decisions)
    return tuple(said)


def _matter(told: MatterExplained) -> str:
    reason = f" ({told.reason})" if told.reason else ""
    return (
        f"  {told.id}, {label(told.label)}, of {told.department}: "
        f"{told.fields} fields; applies: {told.applies}; "
        f"published rules: {told.mode}{reason}"
    )


def _who_asks(told: AnswerExplained) -> Iterator[str]:
    for each in told.asked_by:
        needed = "required" if each.required else "optional"
        demands = "; ".join(each.constraints) or "anything"
        yield f"{each.matter}{each.path} of {each.department}: {label(each.label)}"
        yield f"  {needed}; the matter applies: {each.applies}"
        yield f"  demands: {demands}"
        yield f"  written: {each.lens}"
        for loss in each.losses:
            yield f"  lost: {loss}"


def _decisions(decisions: tuple[Decision, ...]) -> list[str]:
    if not decisions:
        return []
    told = [f"  {each.about}: {label(each.text)}" for each in decisions]
    return ["", "Decided", *told]
