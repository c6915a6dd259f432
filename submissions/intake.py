"""Accepting answers: judged, split and addressed in one durable write.

The id of the draft becomes the id of the submission, so that submitting twice, or
again after a crash, is the same submission. What a program sends has an id made of its
`Idempotency-Key`, to the same end.
"""

import hashlib
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

from builder import pack, pointer
from builder.model import Answers
from submissions import (
    canonical,
    drafts,
    inbox,
    log,
    materials,
    observing,
    parts,
    routing,
    uploads,
)
from submissions.clock import day_in_china
from submissions.drafts import Draft, helper_text
from submissions.errors import (
    AbsentError,
    Duplicate,
    ErasedError,
    KeyReusedError,
    OutdatedError,
    Refused,
    StoreUnavailableError,
)
from submissions.finding import indexed
from submissions.ids import NewId, new_id
from submissions.packs import Published
from submissions.store.contract import SECRET_TAG, Document, Store

#: Crockford's base32: no I, L, O or U, which are misread or form words.
_SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
#: 160 bits of a hash: nobody finds two keys with the same.
_CALL_SIGNS = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What an applicant gets for submitted answers."""

    submission: str
    #: The number to show and to ask with.
    ref: str
    #: False: it had been accepted before.
    created: bool
    #: The whole, as it was accepted or, where that was before, as it is now.
    document: Document = field(repr=False, compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """Answers as a program sent them."""

    #: The id of the client.
    client: str
    #: What it called this submission, so that it can send it again.
    key: str
    #: As it came: `answers`; if it says so, the `version` they were made for, the
    #: uploads that are its `materials`, those `promised` instead of handed in, and the
    #: `provenance` of values.
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sender:
    """Whose answers these are, and what makes them the same once more."""

    #: "applicant", the member of staff who acts for them, or the id of a client.
    who: str
    #: Digest of what was sent.
    body: str
    tags: tuple[str, ...]
    #: The addresses of its files, by the uploads that have them.
    uploads: Mapping[str, str] = field(default_factory=dict)


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
        KeyReusedError: it was accepted with other answers.
        StoreUnavailableError: nothing was accepted; the draft is as it was.
        ValueError: the draft answers another version of the pack.
    """
    if draft.pack != published.id:
        raise ValueError(f"{draft.id} answers {draft.pack}, not {published.id}")
    owned = draft.owner is not None
    owner = (f"{SECRET_TAG}owner:{draft.owner}",) if owned else ()
    sender = _Sender(
        who="applicant" if draft.helper is None else draft.helper.id,
        body=canonical.digest(canonical.text(draft.answers)),
        tags=(f"resume:{draft.resume_hash}", *owner),
    )
    before = _known(store, draft.id, sender)
    receipt = before or _store(store, published, draft, sender, now=now, new_id=new_id)
    # Accepted is accepted: a draft that cannot be deleted now is swept later.
    with suppress(StoreUnavailableError):
        store.delete("drafts", draft.id)
    return receipt


def accept_call(
    store: Store,
    published: Published,
    *,
    call: Call,
    now: str,
    new_id: NewId = new_id,
) -> Receipt:
    """Accept what a program sent; the same key and body again give the same receipt.

    Args:
        store: where it is kept.
        published: the current version of the pack.
        call: what was sent; its answers are laid out as the pack says.
        now: UTC text.
        new_id: names parts and deliveries.

    Raises:
        AbsentError: an upload, or a value with a source, is not there.
        KeyReusedError: the key came before, with another body.
        OutdatedError: the answers were made for another version of the pack.
        Refused: the answers are not acceptable.
        StoreUnavailableError: whether it was accepted is unknown; send it again.
    """
    id_ = call_id(published.affair, call.client, call.key)
    body = canonical.digest(canonical.text(call.body))
    sender = _Sender(who=call.client, body=body, tags=())
    # Before anything is judged: by now there may be another version of the pack.
    before = _known(store, id_, sender)
    if before is not None:
        return before
    version = call.body.get("version", published.version)
    if version != published.version:
        raise OutdatedError(published.affair, version, published.version)
    draft, homes = _drafted(store, published, call, id_, now)
    sender = replace(sender, uploads=homes)
    return _store(store, published, draft, sender, now=now, new_id=new_id)


def call_id(affair: str, client: str, key: str) -> str:
    """Return the id of what a client sends for an affair under a key.

    >>> call_id("founding", "c_1", "a") == call_id("founding", "c_1", "a")
    True
    >>> call_id("founding", "c_1", "a") == call_id("founding", "c_2", "a")
    False
    """
    named = pack.canonical([affair, client, key])
    return f"s_{hashlib.sha256(named).hexdigest()[:_CALL_SIGNS]}"


def reference(submission: str, *, at: str) -> str:
    """Return the number of a submission: its day in China and 6 signs of its id.

    >>> reference("s_1", at="2026-11-22T16:00:00.000Z")[:10]
    'YB20261123'
    """
    number = int.from_bytes(hashlib.sha256(submission.encode()).digest()[:4])
    signs = "".join(_SIGNS[number >> shift & 31] for shift in range(0, 30, 5))
    return f"YB{day_in_china(at):%Y%m%d}{signs}"


def _drafted(
    store: Store, published: Published, call: Call, id_: str, now: str
) -> tuple[Draft, dict[str, str]]:
    """Return what was sent as a draft, and the uploads that have its files."""
    body = call.body
    _refuse_misplaced(published, body["answers"])
    files, homes = uploads.named(
        store,
        body.get("materials", ()),
        affair=published.affair,
        client=call.client,
        now=now,
    )
    draft = replace(
        drafts.fresh(published, id_=id_, answers=body["answers"], now=now),
        provenance=_provenance(call),
        promised=tuple(body.get("promised", ())),
        files=files,
    )
    _refuse_void(published, draft)
    return draft, homes


def _refuse_misplaced(published: Published, answers: Answers) -> None:
    """Refuse what the form has no place for, also what is not asked now.

    The judge leaves that aside, and it would be lost unsaid.
    """
    misplaced = published.judge.layout_faults(answers)
    if misplaced:
        both = (*misplaced, *published.judge.faults(answers))
        raise Refused(tuple({(f.pointer, f.keyword): f for f in both}.values()))


def _provenance(call: Call) -> dict[str, dict[str, Any]]:
    """Return where values came from, as the program says it.

    Raises:
        AbsentError: there is no such value.
    """
    told, answers = call.body.get("provenance", {}), call.body["answers"]
    absent = [
        place
        for place in told
        if pointer.get(answers, pointer.parts(place)) is pointer.ABSENT
    ]
    if absent:
        said = (pointer.join(["provenance", place]) for place in absent)
        raise AbsentError(tuple((place, "provenance") for place in said))
    defaults = {"at": None, "certainty": "exact", "corrected": False}
    return {
        # Nobody here can tell whether it is true: it is told who says so.
        place: defaults | said | {"source": f"{call.client}/{said['source']}"}
        for place, said in told.items()
    }


def _refuse_void(published: Published, draft: Draft) -> None:
    """Refuse promises and files that stand for nothing: they would be lost unsaid."""
    needed = materials.needs(published.judge, draft.answers)
    may = {need.key for need in needed if need.promisable}
    void = [key for key in draft.promised if key not in may]
    takes = {need.key for need in needed if need.accepts}
    handed = Counter(file.material for file in draft.files)
    void += [
        key
        for key, count in handed.items()
        if key not in takes or count > materials.MOST_PER_MATERIAL
    ]
    if void:
        missing = materials.missing(needed, draft.files, draft.promised)
        faults = published.judge.faults(draft.answers)
        raise Refused(faults, tuple(dict.fromkeys((*missing, *void))))


def _known(store: Store, id_: str, sender: _Sender) -> Receipt | None:
    """Return the receipt of what was accepted before; None: nothing was."""
    before = store.get("submissions", id_)
    if before is None:
        return None
    if before["body_sha256"] != sender.body:
        raise KeyReusedError(id_)
    return Receipt(submission=id_, ref=before["ref"], created=False, document=before)


def _store(
    store: Store,
    published: Published,
    draft: Draft,
    sender: _Sender,
    *,
    now: str,
    new_id: NewId,
) -> Receipt:
    faults = published.judge.faults(draft.answers)
    needed = materials.needs(published.judge, draft.answers)
    missing = materials.missing(needed, draft.files, draft.promised)
    if faults or missing:
        raise Refused(faults, missing)
    new = indexed(_submission(published, draft, sender, now, new_id))
    new = parts.release(new, published.judge, now=now)
    new = routing.address(new, routing.lookup_in(store), now=now, new_id=new_id)
    observers = observing.observers_in(store)
    new = observing.tell(new, "submission.accepted", observers, now=now, new_id=new_id)
    new = inbox.indexed(new, published.form, now=now)
    try:
        uploads.bring(store, draft.id, sender.uploads, now=now)
        store.insert("submissions", new)
    except ErasedError:
        raise KeyReusedError(draft.id) from None
    except Duplicate:
        # The same was sent at the same moment: that one counts.
        before = _known(store, draft.id, sender)
        if before is None:  # it was erased since
            raise KeyReusedError(draft.id) from None
        return before
    routing.look_again(store, new, now=now, new_id=new_id)
    return Receipt(submission=draft.id, ref=new["ref"], created=True, document=new)


def _submission(
    published: Published, draft: Draft, sender: _Sender, now: str, new_id: NewId
) -> Document:
    answers = _pruned(published, draft.answers)
    made = parts.make(published.judge, answers, now=now, new_id=new_id)
    departments = dict.fromkeys(part["department"] for part in made)
    needed = materials.needs(published.judge, answers)
    promises = materials.promises(needed, draft.files, draft.promised, now=now)
    asked = {need.key for need in needed}
    accepted = {"at": now, "who": sender.who, "what": "accepted"}
    return {
        "_id": draft.id,
        "ref": reference(draft.id, at=now),
        "affair": published.affair,
        "pack_version": published.id,
        "pack_sha256": published.sha256,
        "body_sha256": sender.body,
        "status": "open",
        "created_at": now,
        "updated_at": now,
        "owner": draft.owner,
        "sender": sender.who,
        "helper": helper_text(draft.helper),
        "answers": canonical.text(answers),
        "provenance": canonical.text(draft.provenance),
        "files": [each.document() for each in draft.files if each.material in asked],
        "uploads": list(sender.uploads),
        "promises": [promise.document() for promise in promises],
        "results": "{}",
        "parts": made,
        "deliveries": [],
        "events": [],
        "messages": [],
        "tags": [
            *(f"part:{part['id']}" for part in made),
            *(f"department:{department}" for department in departments),
            *sender.tags,
        ],
        **log.kept(log.append([], **accepted, body=sender.body)),
    }


def _pruned(published: Published, answers: Answers) -> Answers:
    return {"facts": {}, "matters": {}, **published.judge.prune(answers)}
