"""Accepting answers: judged, split and addressed in one durable write.

The id of the draft becomes the id of the submission, so that submitting twice, or
again after a crash, is the same submission.
"""

import hashlib
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta, timezone

from builder.model import Answers
from submissions import canonical, log, parts, routing
from submissions.clock import parse
from submissions.drafts import Draft
from submissions.errors import Duplicate, Refused, StoreUnavailableError
from submissions.ids import NewId, new_id
from submissions.packs import Published
from submissions.store.contract import Document, Store

#: Crockford's base32: no I, L, O or U, which are misread or form words.
_SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_CHINA = timezone(timedelta(hours=8))


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What an applicant gets for submitted answers."""

    submission: str
    #: The number to show and to ask with.
    ref: str
    #: False: it had been accepted before.
    created: bool


def accept(
    store: Store,
    published: Published,
    *,
    draft: Draft,
    now: str,
    new_id: NewId = new_id,
) -> Receipt:
    """Accept a draft's answers for good; the same draft again gives the same receipt.

    Args:
        store: where it is kept.
        published: the version of the pack the draft answers.
        draft: what was filled in.
        now: UTC text.
        new_id: names parts and deliveries.

    Raises:
        Refused: the answers are not acceptable yet.
        StoreUnavailableError: nothing was stored; the draft is as it was.
        ValueError: the draft answers another version of the pack.
    """
    if draft.pack != published.id:
        raise ValueError(f"{draft.id} answers {draft.pack}, not {published.id}")
    before = store.get("submissions", draft.id)
    stored, created = (
        (before, False) if before else _store(store, published, draft, now, new_id)
    )
    # Accepted is accepted: a draft that cannot be deleted now is swept later.
    with suppress(StoreUnavailableError):
        store.delete("drafts", draft.id)
    return Receipt(submission=draft.id, ref=stored["ref"], created=created)


def reference(submission: str, *, at: str) -> str:
    """Return the number of a submission: its day in China and 6 signs of its id.

    >>> reference("s_1", at="2026-11-22T16:00:00.000Z")[:10]
    'YB20261123'
    """
    number = int.from_bytes(hashlib.sha256(submission.encode()).digest()[:4])
    signs = "".join(_SIGNS[number >> shift & 31] for shift in range(0, 30, 5))
    return f"YB{parse(at).astimezone(_CHINA):%Y%m%d}{signs}"


def _store(
    store: Store, published: Published, draft: Draft, now: str, new_id: NewId
) -> tuple[Document, bool]:
    """Return the stored submission, and whether this call stored it."""
    faults = published.judge.faults(draft.answers)
    if faults:
        raise Refused(faults)
    new = _submission(published, draft, now, new_id)
    new = parts.release(new, published.judge, now=now)
    new = routing.address(new, routing.lookup_in(store), now=now, new_id=new_id)
    try:
        store.insert("submissions", new)
    except Duplicate:
        # The same draft was submitted at the same moment: that one counts.
        return store.get("submissions", draft.id) or new, False
    routing.look_again(store, new, now=now, new_id=new_id)
    return new, True


def _submission(
    published: Published, draft: Draft, now: str, new_id: NewId
) -> Document:
    answers = _pruned(published, draft.answers)
    body = canonical.text(answers)
    made = parts.make(published.judge, answers, now=now, new_id=new_id)
    departments = dict.fromkeys(part["department"] for part in made)
    owner = [f"owner:{draft.owner}"] if draft.owner is not None else []
    accepted = {"at": now, "who": "applicant", "what": "accepted"}
    return {
        "_id": draft.id,
        "ref": reference(draft.id, at=now),
        "affair": published.affair,
        "pack_version": published.id,
        "pack_sha256": published.sha256,
        "body_sha256": canonical.digest(body),
        "status": "open",
        "created_at": now,
        "updated_at": now,
        "owner": draft.owner,
        "answers": body,
        "provenance": canonical.text(draft.provenance),
        "results": "{}",
        "parts": made,
        "deliveries": [],
        "messages": [],
        "tags": [
            *(f"part:{part['id']}" for part in made),
            *(f"department:{department}" for department in departments),
            f"resume:{draft.resume_hash}",
            *owner,
        ],
        "log": log.append([], **accepted, body=canonical.digest(body)),
    }


def _pruned(published: Published, answers: Answers) -> Answers:
    return {"facts": {}, "matters": {}, **published.judge.prune(answers)}
