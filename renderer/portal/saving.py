"""One page into the draft: pure functions from what was sent to the new draft."""

from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from hashlib import sha256
from itertools import count, islice
from typing import Any

import orjson

from builder import pointer
from builder.lenses import same
from builder.model import Pointer, Question
from builder.pointer import ABSENT
from builder.prefill import Proposal
from renderer.fields import MOST_ROWS, AnswerField, Posted, parse, rows
from renderer.typed import Problem
from submissions.drafts import Draft

#: Hexadecimal digits that tell two states of one question apart.
DIGEST_LENGTH = 10
_NONE: Mapping[Pointer, Proposal] = {}


def readable(value: Any) -> Any:
    """What could be read of a field: of a `Problem`, its readable rest."""
    return value.rest if isinstance(value, Problem) else value


def merged(
    draft: Draft,
    questions: Sequence[Question],
    fields: Mapping[str, AnswerField],
    proposals: Mapping[Pointer, Proposal],
    sealed: Mapping[Pointer, Proposal] = _NONE,
) -> Draft:
    """Return the draft with one page's values in their places.

    Law: whatever is sent, a sealed answer is what its source says.

    Args:
        questions: those that stood on the page; all others stay untouched.
        fields: what was sent, by HTML name.
        proposals: what was proposed on the page and not yet accepted.
        sealed: what nobody can change here.
    """
    here = {q.pointer: sealed[q.pointer] for q in questions if q.pointer in sealed}
    draft = with_accepted(draft, here)
    answers, origins = deepcopy(dict(draft.answers)), dict(draft.provenance)
    unread = dict(draft.unread)
    for question in (each for each in questions if each.pointer not in here):
        names, field = pointer.parts(question.pointer), fields[question.name]
        unread = _without(question.name, unread) | _unread(question, field)
        before = pointer.get(answers, names)
        proposal = proposals.get(question.pointer)
        value = readable(field.value)
        if question.columns and value is not ABSENT:
            served = proposal.value if before is ABSENT and proposal else before
            value = with_unseen(question, field.posted, served, value)
        if value is ABSENT:
            pointer.remove(answers, names)
        else:
            pointer.put(answers, names, value)
        origin = _origin(origins.get(question.pointer), proposal, before)
        if origin is not None:
            kept, first = origin
            corrected = kept["corrected"] or not same(first, value)
            origins[question.pointer] = {**kept, "corrected": corrected}
    return replace(draft, answers=answers, provenance=origins, unread=unread)


def with_accepted(draft: Draft, values: Mapping[Pointer, Proposal]) -> Draft:
    """Return the draft with these values, whatever stood there before.

    A note that a value is wrong stays with it.
    """
    if not values:
        return draft
    answers, origins = deepcopy(dict(draft.answers)), dict(draft.provenance)
    for where, proposal in values.items():
        pointer.put(answers, pointer.parts(where), proposal.value)
        noted = {k: v for k, v in origins.get(where, {}).items() if k == "disputed"}
        origins[where] = {**origin_of(proposal), **noted}
    return replace(draft, answers=answers, provenance=origins)


def origin_of(proposal: Proposal) -> dict[str, Any]:
    """Return what is kept of where an accepted value came from."""
    return {
        "source": proposal.source,
        "at": proposal.at or None,
        "certainty": proposal.certainty,
        "corrected": False,
    }


def _unread(question: Question, field: AnswerField) -> dict[str, Sequence[str]]:
    """Return what was typed and is no value: of a list, only such cells."""
    if not isinstance(field.value, Problem):
        return {}
    if field.value.code != "row":
        return dict(renumbered(question, field.posted))
    unread: dict[str, Sequence[str]] = {}
    for row in rows(question, question.name, renumbered(question, field.posted)):
        for column in question.columns:
            name = f"{question.name}-{row.id}-{column.name}"
            if isinstance(parse(column, name, row.posted), Problem):
                unread |= boxes_of(name, row.posted)
    return unread


def with_unseen(
    question: Question, posted: Posted, before: Any, value: Sequence[Any]
) -> list[Any]:
    """Return rows with what they hold beside the columns that stood on the page.

    Another matter asks for that, and it does not apply now; it may again.

    Args:
        question: a list, with the columns that stood there.
        posted: what was sent; the hidden ids say which rows these were.
        before: the list as it was served.
        value: the rows as they were sent.
    """
    made = []
    for row in rows(question, question.name, posted):
        if row.index is not None:
            stood = pointer.get(before, [row.id.removeprefix("r")])
            unseen = deepcopy(stood) if isinstance(stood, dict) else {}
            for column in question.columns:
                names = pointer.parts(column.pointer)
                cell = pointer.get(value[row.index], names)
                if cell is ABSENT:
                    _prune(unseen, names)
                else:
                    pointer.put(unseen, names, cell)
            made.append(unseen)
    return made


def _prune(row: dict[str, Any], names: Sequence[str]) -> None:
    """Take a value out of a row, and the groups around it that are left empty."""
    pointer.remove(row, names)
    if len(names) > 1 and pointer.get(row, names[:-1]) == {}:
        _prune(row, names[:-1])


def renumbered(question: Question, posted: Posted) -> Posted:
    """Return what was sent with the ids that rows have once they are kept."""
    if question.input != "rows":
        return posted
    name = question.name
    listed = rows(question, name, posted)
    empty = count(sum(row.index is not None for row in listed))
    made = _without(name, posted)
    ids = []
    for row in listed:
        id_ = f"r{next(empty) if row.index is None else row.index}"
        ids.append(id_)
        start = len(f"{name}-{row.id}")
        made |= {f"{name}-{id_}{box[start:]}": each for box, each in row.posted.items()}
    return {**made, name: tuple(ids)}


def boxes_of(name: str, texts: Mapping[str, Sequence[str]]) -> dict[str, Sequence[str]]:
    """Return the texts of one question's boxes."""
    if not texts:
        return {}
    return {
        box: typed
        for box, typed in texts.items()
        if box == name or box.startswith(f"{name}-")
    }


def _without(name: str, texts: Mapping[str, Sequence[str]]) -> dict[str, Sequence[str]]:
    own = boxes_of(name, texts)
    return {box: typed for box, typed in texts.items() if box not in own}


def _origin(
    known: Mapping[str, Any] | None, proposal: Proposal | None, before: Any
) -> tuple[Mapping[str, Any], Any] | None:
    """Return where a value came from and what it was, or None: it was typed."""
    if known is not None:
        return known, before
    if proposal is None:
        return None
    return origin_of(proposal), proposal.value


def state_of(draft: Draft, question: Question) -> str:
    """Return a digest of what is kept of a question: its value, or texts unread."""
    value = pointer.get(draft.answers, pointer.parts(question.pointer))
    kept = [] if value is ABSENT else [value]
    boxes = boxes_of(question.name, draft.unread)
    text = orjson.dumps([kept, boxes], option=orjson.OPT_SORT_KEYS)
    return sha256(text).hexdigest()[:DIGEST_LENGTH]


def seen(draft: Draft, questions: Sequence[Question]) -> str:
    """Write down for a page what it was made from: "f12:3fa9c0d1e2 f13:...".

    What comes back with the page tells which questions stood on it, and what was
    kept of each of them then.
    """
    return " ".join(f"{each.name}:{state_of(draft, each)}" for each in questions)


def read_seen(text: str) -> dict[str, str]:
    """Read what `seen` wrote: digests by question name."""
    pairs = (each.partition(":") for each in text.split())
    return {name: digest for name, _colon, digest in pairs}


@dataclass(frozen=True, slots=True, kw_only=True)
class Meeting:
    """What was sent beside what another window kept since the page was served."""

    #: Only changed elsewhere: stays as it is kept.
    theirs: tuple[Question, ...]
    #: Changed here and elsewhere, each to something else.
    both: tuple[Question, ...]


def meet(
    stored: Draft,
    mine: Draft,
    questions: Sequence[Question],
    before: Mapping[str, str],
) -> Meeting:
    """Compare question by question; a question nobody else changed is no matter.

    Args:
        stored: the draft as it is kept now.
        mine: the same with everything that was sent.
        before: what the page was made from, by question name.
    """
    theirs: list[Question] = []
    both: list[Question] = []
    for question in questions:
        kept = state_of(stored, question)
        here = state_of(mine, question)
        served = before.get(question.name, kept)
        if kept in (here, served):
            continue
        (theirs if here == served else both).append(question)
    return Meeting(theirs=tuple(theirs), both=tuple(both))


def with_blank_rows(question: Question, posted: Posted, wanted: int) -> Posted:
    """Add rows to a list until so many are empty, as far as a page can hold them."""
    listed = rows(question, question.name, posted)
    ids = [row.id for row in listed]
    missing = max(0, wanted - sum(row.index is None for row in listed))
    free = (f"r{n}" for n in range(len(ids) + missing) if f"r{n}" not in ids)
    return {**posted, question.name: (*ids, *islice(free, missing))[:MOST_ROWS]}


def without_row(question: Question, posted: Posted, id_: str) -> Posted:
    """Take one row out of a list as it was sent."""
    name = question.name
    after = tuple(r.id for r in rows(question, name, posted) if r.id != id_)
    kept = {k: v for k, v in posted.items() if not k.startswith(f"{name}-{id_}-")}
    return {**kept, name: after}
