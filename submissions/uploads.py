"""Files that a program sends ahead of the submission that will name them.

Each is checked and made harmless as those of the pages are, and kept under an id of its
own for a day. A submission that names it gets its own copy, so one upload can serve
another try of a submission too; what nobody names is erased.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from builder import pack
from submissions import files
from submissions.clock import later
from submissions.errors import AbsentError, Duplicate, ErasedError, KeyReusedError
from submissions.files import KeptFile
from submissions.files.checking import checked
from submissions.store.contract import Document, Store

#: How long an upload waits for its submission, seconds.
LIFETIME = 24 * 3600.0
#: An upload that has expired is erased only when no call can be at it, seconds later.
_GRACE = 3600.0
_SIGNS = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A file as a program sent it."""

    affair: str
    #: The id of the client.
    client: str
    #: What it called this upload, so that it can send it again.
    key: str
    #: For people; what the file is, its content says.
    name: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A file that waits for its submission."""

    id: str
    file: KeptFile
    expires_at: str


def take(store: Store, sent: Sent, *, now: str) -> Upload:
    """Keep a file until a submission names it; the same again gives the same answer.

    Raises:
        UnusableFileError: it is not taken; says why.
        KeyReusedError: the key came before with another file, or with one that expired.
        StoreUnavailableError: whether it was kept is unknown; send it again.
    """
    named = pack.canonical([sent.affair, sent.client, sent.key])
    id_ = f"u_{hashlib.sha256(named).hexdigest()[:_SIGNS]}"
    body = hashlib.sha256(sent.content).hexdigest()
    before = store.get("uploads", id_)
    if before is None:
        clean = checked(sent.name, sent.content)
        try:
            file = files.keep(store, id_, clean, material="", now=now)
            before = _document(sent, id_, body, file, now)
            store.insert("uploads", before)
        except ErasedError as error:
            raise KeyReusedError(id_) from error
        except Duplicate:
            # The same was sent at the same moment: that one counts.
            before = store.get("uploads", id_)
    if before is None or before["body_sha256"] != body or before["expires_at"] <= now:
        raise KeyReusedError(id_)
    return _upload(before)


def named(
    store: Store,
    wanted: Sequence[Mapping[str, Any]],
    *,
    affair: str,
    client: str,
    now: str,
) -> tuple[tuple[KeptFile, ...], dict[str, str]]:
    """Return the files a submission names, and where each is kept until now.

    Args:
        wanted: each {"material", "upload"}, as the call names them.

    Returns:
        Each file with its material, and by the id of each upload its file's address.

    Raises:
        AbsentError: this client has no such upload for this affair, or not any more.
    """
    found, absent = [], []
    for place, each in enumerate(wanted):
        document = store.get("uploads", each["upload"])
        mine = document is not None and (
            (document["affair"], document["client"]) == (affair, client)
            and document["expires_at"] > now
        )
        if document is None or not mine:
            absent.append((f"/materials/{place}/upload", "upload"))
        else:
            found.append((_upload(document), each["material"]))
    if absent:
        raise AbsentError(tuple(absent))
    kept = [replace(upload.file, material=material) for upload, material in found]
    return tuple(dict.fromkeys(kept)), {u.id: u.file.sha256 for u, _material in found}


def bring(store: Store, submission: str, homes: Mapping[str, str], *, now: str) -> None:
    """Give a submission its own copies of uploads; it must name them next."""
    for upload, address in homes.items():
        content = files.read(store, upload, address)
        store.files.keep(submission, content, now=now)


def sweep(store: Store, *, now: str) -> int:
    """Erase the uploads that have expired; return how many there were."""
    expired = store.ids("uploads", [("expires_at", "<=", later(now, -_GRACE))])
    for id_ in expired:
        store.erase(id_, now=now)
    return len(expired)


def _document(sent: Sent, id_: str, body: str, file: KeptFile, now: str) -> Document:
    return {
        "_id": id_,
        "affair": sent.affair,
        "client": sent.client,
        "body_sha256": body,
        "files": [file.document()],
        "expires_at": later(now, LIFETIME),
    }


def _upload(document: Document) -> Upload:
    return Upload(
        id=document["_id"],
        file=KeptFile.of(document["files"][0]),
        expires_at=document["expires_at"],
    )
