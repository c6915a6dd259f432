"""One row of a list into the draft, or out of it: pure functions on drafts.

A row is told by what it holds, and a new one by a word made for its page: rows have no
ids of their own, and another window may have put them in other places meanwhile.
"""

import json
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import replace
from hashlib import sha256
from typing import Any

from builder import pointer
from builder.lenses import same
from builder.model import Question
from renderer.fields import cell_name
from renderer.portal.saving import DIGEST_LENGTH, boxes_of
from submissions.drafts import Draft

#: Stands before what tells a row in what a page says it was made from.
ROW = "@"
#: What tells a row that is not kept yet begins so.
NEW = "new"


def rows_of(draft: Draft, listing: Question) -> list[Any]:
    """Return the rows a draft holds of a list."""
    found = pointer.get(draft.answers, pointer.parts(listing.pointer))
    return found if isinstance(found, list) else []


def token_of(draft: Draft, listing: Question, number: int) -> str:
    """Return what tells a row that is kept: a digest, and how many rows there are."""
    name = cell_name(listing, number)
    boxes = boxes_of(name, draft.unread)
    start = len(name)
    unread = {box[start:]: list(texts) for box, texts in boxes.items()}
    rows = rows_of(draft, listing)
    text = json.dumps([rows[number - 1], unread], sort_keys=True)
    return f"{sha256(text.encode()).hexdigest()[:DIGEST_LENGTH]}.{len(rows)}"


def number_now(draft: Draft, listing: Question, number: int, token: str) -> int:
    """Return which row the page of a row is about now: it may have moved, or gone.

    What is new, or gone, comes behind all others.
    """
    count = len(rows_of(draft, listing))
    if token.startswith(NEW):
        kept = (draft.unread.get(_mark(listing, n)) for n in range(1, count + 1))
        return next((n for n, mark in enumerate(kept, 1) if mark == [token]), count + 1)
    digest, _dot, before = token.partition(".")
    found = [
        n
        for n in range(1, count + 1)
        if token_of(draft, listing, n).partition(".")[0] == digest
    ]
    fewer = before not in {"", *(str(n) for n in range(count + 1))}
    changed = not found and number <= count and not fewer
    if number in found or changed:
        return number
    return found[0] if found else count + 1


def moved(
    boxes: Mapping[str, Any], listing: Question, number: int, now: int
) -> dict[str, Any]:
    """Return what was sent for one row under the names of another."""
    before, after = cell_name(listing, number), cell_name(listing, now)
    return {
        f"{after}{box[len(before) :]}" if box.startswith(f"{before}-") else box: each
        for box, each in boxes.items()
    }


def with_row(draft: Draft, listing: Question, number: int) -> Draft:
    """Return the draft with an empty row behind the others, if this is a new one."""
    rows = rows_of(draft, listing)
    return draft if number <= len(rows) else _with_rows(draft, listing, [*rows, {}])


def settled(draft: Draft, listing: Question, number: int, token: str) -> Draft:
    """Return the draft as it is kept: an empty row is none, a new one has its mark."""
    row = rows_of(draft, listing)[number - 1]
    if not row and not boxes_of(cell_name(listing, number), draft.unread):
        return taken_out(draft, listing, number)
    if not token.startswith(NEW):
        return draft
    mark: Mapping[str, Sequence[str]] = {_mark(listing, number): [token]}
    return replace(draft, unread={**draft.unread, **mark})


def taken_out(draft: Draft, listing: Question, number: int) -> Draft:
    """Return the draft without a row; those behind it move up."""
    rows = rows_of(draft, listing)
    unread = dict(draft.unread)
    for n in range(number, len(rows) + 1):
        own = boxes_of(cell_name(listing, n), unread)
        unread = {box: texts for box, texts in unread.items() if box not in own}
        token = unread.pop(_mark(listing, n), None)
        if n > number:
            unread |= moved(own, listing, n, n - 1)
            unread |= {_mark(listing, n - 1): token} if token else {}
    after = [row for n, row in enumerate(rows, start=1) if n != number]
    return _with_rows(replace(draft, unread=unread), listing, after)


def corrected(before: Draft, after: Draft, listing: Question) -> Draft:
    """Return the draft noting that rows which came from elsewhere were changed."""
    origin = after.provenance.get(listing.pointer)
    if origin is None or same(rows_of(before, listing), rows_of(after, listing)):
        return after
    origins = {**after.provenance, listing.pointer: {**origin, "corrected": True}}
    return replace(after, provenance=origins)


def _with_rows(draft: Draft, listing: Question, rows: Sequence[Any]) -> Draft:
    answers = deepcopy(dict(draft.answers))
    names = pointer.parts(listing.pointer)
    if rows:
        pointer.put(answers, names, list(rows))
    else:
        pointer.remove(answers, names)
    return replace(draft, answers=answers)


def _mark(listing: Question, number: int | str) -> str:
    return f"{ROW}{listing.name}-{number}"
