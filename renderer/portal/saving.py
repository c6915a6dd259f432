"""One page into the draft: pure functions from what was sent to the new draft."""

import json
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import replace
from typing import Any

from builder import pointer
from builder.model import Pointer, Question
from builder.pointer import ABSENT
from builder.prefill import Proposal
from renderer.fields import MOST_ROWS, AnswerField, Posted, Problem, rows
from submissions.drafts import Draft


def same(one: Any, other: Any) -> bool:
    """Two JSON values are equal; 1 and true are not."""
    if one is ABSENT or other is ABSENT:
        return one is other
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


def readable(value: Any) -> Any:
    """What could be read of a field: of a `Problem`, its readable rest."""
    return value.rest if isinstance(value, Problem) else value


def merged(
    draft: Draft,
    questions: Sequence[Question],
    fields: Mapping[str, AnswerField],
    proposals: Mapping[Pointer, Proposal],
) -> Draft:
    """Return the draft with one page's values in their places.

    Args:
        questions: those that stood on the page; all others stay untouched.
        fields: what was sent, by HTML name.
        proposals: what was proposed on the page and not yet accepted.
    """
    answers = deepcopy(dict(draft.answers))
    origins = dict(draft.provenance)
    unread = dict(draft.unread)
    for question in questions:
        names = pointer.parts(question.pointer)
        unread = _without(question.name, unread)
        if isinstance(fields[question.name].value, Problem):
            unread |= fields[question.name].posted
        before = pointer.get(answers, names)
        value = readable(fields[question.name].value)
        if value is ABSENT:
            pointer.remove(answers, names)
        else:
            pointer.put(answers, names, value)
        origin = _origin(
            origins.get(question.pointer), proposals.get(question.pointer), before
        )
        if origin is not None:
            kept, first = origin
            corrected = kept["corrected"] or not same(first, value)
            origins[question.pointer] = {**kept, "corrected": corrected}
    return replace(draft, answers=answers, provenance=origins, unread=unread)


def boxes_of(name: str, texts: Mapping[str, Sequence[str]]) -> dict[str, Sequence[str]]:
    """Return the texts of one question's boxes."""
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
    origin = {
        "source": proposal.source,
        "at": proposal.at,
        "certainty": proposal.certainty,
        "corrected": False,
    }
    return origin, proposal.value


def with_row_change(question: Question, posted: Posted, change: str) -> Posted:
    """Add a row to a list as it was sent, or take one out.

    Args:
        change: "add", or the id of the row to remove.
    """
    name = question.name
    ids = [row.id for row in rows(question, name, posted)]
    if change == "add":
        free = (f"r{n}" for n in range(len(ids) + 1) if f"r{n}" not in ids)
        after = [*ids, next(free)][:MOST_ROWS]
    else:
        after = [id_ for id_ in ids if id_ != change]
    gone = tuple(f"{name}-{id_}-" for id_ in set(ids) - set(after))
    kept = {key: v for key, v in posted.items() if not key.startswith(gone or ("\0",))}
    return {**kept, name: tuple(after)}
