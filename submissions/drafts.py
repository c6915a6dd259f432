"""What an applicant has so far, kept for 30 days after the last change."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from builder.model import Answers, Text
from submissions import canonical
from submissions.clock import later
from submissions.files import KeptFile
from submissions.packs import Published
from submissions.store.contract import Document, Store

#: How long a draft lives after its last change, seconds.
LIFETIME = 30 * 24 * 3600
#: Seconds after which nobody can still be submitting a draft that has expired.
GRACE = 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class Helper:
    """Who fills in for somebody: apart from the applicant's own answers."""

    #: How the log names them, such as "staff:fang".
    id: str
    name: Text
    #: What the person is called for whom they act.
    applicant: str
    #: How that person confirmed the answers: "signed" on paper, with a "code" that only
    #: these answers have; "" until then.
    confirmed: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """Answers that are not submitted yet."""

    #: Becomes the id of the submission.
    id: str
    rev: int
    affair: str
    #: affair@version: the pack whose questions it answers.
    pack: str
    #: The person who signed in, or None.
    owner: str | None
    #: Of the resume code; the code itself is only in the applicant's hands.
    resume_hash: str
    answers: Mapping[str, Any]
    #: Where answers came from, by their pointer: source, at, certainty, corrected.
    provenance: Mapping[str, Mapping[str, Any]]
    #: What sources said, by source: key, asked_at, and at and values or why not.
    records: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    #: Texts as typed that are no value yet, by the names of their boxes.
    unread: Mapping[str, Sequence[str]]
    #: The page that was kept last, to come back to; "" before the first.
    at: str
    #: None: the applicant fills in.
    helper: Helper | None
    #: What was handed in, and the materials promised instead, by `Need.key`.
    files: tuple[KeptFile, ...] = ()
    promised: tuple[str, ...] = ()
    expires_at: str
    created_at: str
    updated_at: str


def start(
    store: Store,
    published: Published,
    *,
    id_: str,
    resume_hash: str,
    owner: str | None,
    helper: Helper | None = None,
    now: str,
) -> Draft:
    """Begin a draft of the given version of an affair.

    Raises:
        Duplicate: there is a draft with this id.
    """
    empty: Answers = {"facts": {}, "matters": {}}
    draft = replace(
        fresh(published, id_=id_, answers=empty, now=now),
        owner=owner,
        resume_hash=resume_hash,
        helper=helper,
    )
    store.insert("drafts", _document(draft))
    return draft


def fresh(published: Published, *, id_: str, answers: Answers, now: str) -> Draft:
    """Return answers as a draft that is nobody's and is stored nowhere."""
    return Draft(
        id=id_,
        rev=1,
        affair=published.affair,
        pack=published.id,
        owner=None,
        resume_hash="",
        answers=answers,
        provenance={},
        unread={},
        at="",
        helper=None,
        expires_at=later(now, LIFETIME),
        created_at=now,
        updated_at=now,
    )


def get(store: Store, id_: str, *, now: str) -> Draft | None:
    """Return the draft, or None: never begun, submitted or expired."""
    document = store.get("drafts", id_)
    found = [] if document is None else _alive([document], now)
    return found[0] if found else None


def by_owner(store: Store, owner: str, *, now: str) -> list[Draft]:
    """Return the drafts of a person, the one that expires last first."""
    found = store.find("drafts", [("owner", "=", owner)], order="-expires_at")
    return _alive(found, now)


def by_resume_hash(store: Store, resume_hash: str, *, now: str) -> Draft | None:
    """Return the draft that a resume code opens, or None."""
    found = store.find("drafts", [("resume_hash", "=", resume_hash)], limit=1)
    return next(iter(_alive(found, now)), None)


def save(store: Store, draft: Draft, *, now: str) -> Draft:
    """Keep a changed draft; `draft.rev` is the one the page was made from.

    Raises:
        Conflict: it was changed in another window, or submitted, since then.
    """
    changed = replace(draft, updated_at=now, expires_at=later(now, LIFETIME))
    return from_document(store.put("drafts", _document(changed)))


def sweep(store: Store, *, now: str) -> int:
    """Erase the drafts that have expired; return how many there were.

    Of what was submitted only the draft goes. What cannot be read goes, too.
    """
    expired = store.ids("drafts", [("expires_at", "<=", later(now, -GRACE))])
    for id_ in expired:
        if store.ids("submissions", [("_id", "=", id_)]):
            store.delete("drafts", id_)
        else:
            store.erase(id_, now=now)
    return len(expired)


def _alive(documents: Sequence[Document], now: str) -> list[Draft]:
    """The drafts among them that have not expired, swept away yet or not."""
    return [from_document(each) for each in documents if each["expires_at"] > now]


def _document(draft: Draft) -> Document:
    return {
        "_id": draft.id,
        "rev": draft.rev,
        "affair": draft.affair,
        "pack_version": draft.pack,
        "owner": draft.owner,
        "resume_hash": draft.resume_hash,
        "answers": canonical.text(draft.answers),
        "provenance": canonical.text(draft.provenance),
        "records": canonical.text(draft.records),
        "unread": canonical.text(draft.unread),
        "at": draft.at,
        "helper": helper_text(draft.helper),
        "files": [file.document() for file in draft.files],
        "promised": list(draft.promised),
        "expires_at": draft.expires_at,
        "created_at": draft.created_at,
        "updated_at": draft.updated_at,
    }


def helper_text(helper: Helper | None) -> str:
    """Write down who fills in for somebody; "{}" where nobody does."""
    return canonical.text({} if helper is None else asdict(helper))


def helper_of(document: Document) -> Helper | None:
    """Return who fills in, or filled in, a draft or submission for somebody."""
    kept = json.loads(document.get("helper", "{}"))
    return Helper(**kept) if kept else None


def _promised(document: Document) -> tuple[str, ...]:
    given = (promise["material"] for promise in document.get("promises", ()))
    return tuple(document.get("promised", given))


def from_document(document: Document) -> Draft:
    """Return a draft, or what was submitted as a draft holds it."""
    return Draft(
        id=document["_id"],
        rev=document["rev"],
        affair=document["affair"],
        pack=document["pack_version"],
        owner=document["owner"],
        resume_hash=document.get("resume_hash", ""),
        answers=json.loads(document["answers"]),
        provenance=json.loads(document["provenance"]),
        records=json.loads(document.get("records", "{}")),
        unread=json.loads(document.get("unread", "{}")),
        files=tuple(KeptFile.of(each) for each in document.get("files", ())),
        promised=_promised(document),
        at=document.get("at", ""),
        helper=helper_of(document),
        expires_at=document.get("expires_at", ""),
        created_at=document["created_at"],
        updated_at=document["updated_at"],
    )
