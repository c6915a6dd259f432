"""Where the parts of a submission stand: a fold over its log.

What departments say may come late, twice and in any order. Each entry says which
document it speaks of and which number its department gave it, and the fold sorts by
these: the same entries give the same state, whatever their order (law). A decision is
final. Of the rest the last number counts, and of equal numbers a request for correction
before an acceptance.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, TypeAlias

#: correction: the department asks the applicant to correct the part.
State: TypeAlias = Literal["ready", "held", "accepted", "correction", "decided"]

#: What a department can say about its part; the higher rank goes before.
RANKS = {"part.accepted": 0, "part.correction_requested": 1, "part.decided": 2}
_STATES: Mapping[int, State] = {0: "accepted", 1: "correction", 2: "decided"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where one part stands."""

    state: State
    #: The ids of the messages that brought it there: one decision, one acceptance, or
    #: all requests for correction since the last acceptance.
    messages: tuple[str, ...] = ()


class _Call(NamedTuple):
    """What a department said, as it is sorted."""

    order: int
    rank: int
    message: str


def fold(entries: Iterable[Mapping[str, Any]]) -> dict[str, Standing]:
    """Return where each part stands; a part that still waits is not named."""
    own: dict[str, State] = {}
    documents: dict[str, int] = {}
    calls: dict[tuple[str, int], set[_Call]] = {}
    for entry in entries:
        what, detail = entry["what"], entry["detail"]
        if what in {"part.ready", "part.updated"}:
            documents[detail["part"]] = detail["made"]
            own[detail["part"]] = "ready"
        elif what == "part.held":
            own[detail["part"]] = "held"
        elif what in RANKS:
            said = _Call(detail["order"], RANKS[what], detail["message"])
            calls.setdefault((detail["part"], detail["made"]), set()).add(said)
    return {
        part: _standing(state, calls.get((part, documents.get(part, 0)), set()))
        for part, state in own.items()
    }


def _standing(own: State, calls: Iterable[_Call]) -> Standing:
    ordered = sorted(calls)
    decided = [call for call in ordered if _STATES[call.rank] == "decided"]
    if not ordered:
        return Standing(state=own)
    if decided:
        return Standing(state="decided", messages=(decided[0].message,))
    state, counting = _STATES[ordered[-1].rank], []
    for call in reversed(ordered):
        if _STATES[call.rank] != state:
            break
        counting.append(call.message)
    return Standing(state=state, messages=tuple(reversed(counting)))
