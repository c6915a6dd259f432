"""Published packs: insert-only versions, and one pointer to the current one.

A merged form is frozen as a candidate: its pack, with the certificate of its proof.
Only a candidate whose certificate is its own and says "ok" is published.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import Any
from weakref import WeakKeyDictionary

import orjson

from builder import pack as packing
from builder.model import AffairId, MergedForm
from builder.proof import ENOUGH, figures, prove
from builder.transport import transport
from builder.validity import Judge
from builder.view import Views
from submissions import log
from submissions.errors import (
    Conflict,
    CorruptPackError,
    Duplicate,
    Missing,
    UnprovenPackError,
)
from submissions.store.contract import UPDATE_TRIES, Document, Store

#: Of a version that an operator published alone.
UNREVIEWED = "none"

# A pack never changes, so what it was compiled to can be kept for good.
_loaded: WeakKeyDictionary[Store, dict[str, "Published"]] = WeakKeyDictionary()


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """One version of an affair's merged form, ready to judge with."""

    #: affair@version.
    id: str
    affair: AffairId
    version: int
    sha256: str
    form: MergedForm
    judge: Judge
    views: Views


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """What was published, when and by whom; for people who look after it."""

    id: str
    published_at: str
    by: str
    #: "none": the operator's own decision.
    review: str
    #: What was proven of it; None: it is older than certificates.
    certificate: Mapping[str, Any] | None


def freeze(
    form: MergedForm, *, samples: int, seed: int = 0, current: bytes | None = None
) -> bytes:
    """Make a candidate of a merged form: its pack, proven, with the certificate.

    What was not proven is frozen too: the certificate says so, and `publish` refuses.

    Args:
        form: the merged form.
        samples: how many answers the proof draws at least.
        seed: the same one draws the same samples.
        current: what is published of it; the very same form is not proven again.
    """
    transported = transport(form)
    bare = packing.dump(form, transported)
    if current is not None and packing.parted(current)[0] == bare:
        return current
    proof = prove(
        form,
        documents={},
        samples=samples,
        random=Random(seed),  # noqa: S311 - samples, no secrets
        enough=min(ENOUGH, samples // 4),
        transported=transported,
    )
    drawn = {"samples": samples, "seed": seed}
    return packing.certify(bare, drawn | figures(proof))


def publish(store: Store, pack: bytes, *, now: str, by: str) -> tuple[str, bool]:
    """Make a pack the current version of its affair.

    Publishing the current form again changes nothing, however it was proven. Of two
    publishers at once each gets a version of its own, or, with the same form, the same.

    Args:
        pack: a candidate, as `freeze` makes it.
        now: UTC text.
        by: who publishes, without a review by others.

    Returns:
        The id of the version, and whether it is new.

    Raises:
        UnprovenPackError: it has no certificate of its own that says "ok".
    """
    affair = packing.load(pack).affair
    sha256 = _proven(affair, pack)
    for _ in range(UPDATE_TRIES):
        current = _current(store, affair)
        newest = _newest(store, affair)
        if current is not None and current.get("form_sha256") == sha256:
            return current["_id"], False
        waiting = newest if newest != current else None
        if waiting is not None and waiting.get("form_sha256") == sha256:
            # Its publisher was stopped before the pointer moved, or is not there yet.
            _point(store, affair, waiting["version"])
            return waiting["_id"], False
        version = newest["version"] + 1 if newest is not None else 1
        try:
            id_ = _insert(store, pack, (affair, version, sha256), now=now, by=by)
        except Duplicate:
            continue
        _point(store, affair, version)
        return id_, True
    raise Conflict("versions", affair)


def load(store: Store, id_: str) -> Published:
    """Return a published version, compiled once per process.

    Raises:
        Missing: there is no such version.
        CorruptPackError: it is not what was published.
    """
    known = _loaded.setdefault(store, {})
    if id_ not in known:
        document = store.get("versions", id_)
        if document is None:
            raise Missing("versions", id_)
        known[id_] = _compiled(document)
    return known[id_]


def document(store: Store, id_: str) -> dict[str, Any]:
    """Return a published version as the JSON it is.

    Raises:
        Missing: there is no such version.
    """
    found = store.get("versions", id_)
    if found is None:
        raise Missing("versions", id_)
    read: dict[str, Any] = orjson.loads(found["pack_text"])
    return read


def current(store: Store, affair: str) -> Published | None:
    """Return the current version of an affair; None while nothing is published."""
    pointer = store.get("affairs", affair)
    return None if pointer is None else load(store, _id(pointer))


def current_pack(store: Store, affair: str) -> bytes | None:
    """Return the bytes of the current version, as they were published."""
    document = _current(store, affair)
    return None if document is None else document["pack_text"].encode()


def affairs(store: Store) -> list[Published]:
    """Return the current version of every affair, by affair id."""
    return [load(store, _id(pointer)) for pointer in store.find("affairs", order="_id")]


def published(store: Store) -> list[Version]:
    """Return what is current of every affair, by affair id; nothing is compiled."""
    return [
        Version(
            id=document["_id"],
            published_at=document["published_at"],
            by=document["by"],
            review=document.get("review", UNREVIEWED),
            certificate=packing.parted(document["pack_text"].encode())[1],
        )
        for pointer in store.find("affairs", order="_id")
        if (document := store.get("versions", _id(pointer))) is not None
    ]


def _proven(affair: str, pack: bytes) -> str:
    """Return the digest of the pack that its certificate names.

    Raises:
        UnprovenPackError: it has none, or one that is not for it, or not good.
    """
    bare, certificate = packing.parted(pack)
    found = packing.digest(bare)
    if certificate is None:
        raise UnprovenPackError(affair, "it has no certificate")
    if certificate.get("pack") != found:
        reason = f"its certificate is of {certificate.get('pack')}, the pack is {found}"
        raise UnprovenPackError(affair, reason)
    if certificate.get("ok") is not True:
        raise UnprovenPackError(affair, "its proof failed")
    return found


def _id(pointer: Document) -> str:
    return f"{pointer['_id']}@{pointer['current']}"


def _current(store: Store, affair: str) -> Document | None:
    pointer = store.get("affairs", affair)
    return None if pointer is None else store.get("versions", _id(pointer))


def _newest(store: Store, affair: str) -> Document | None:
    newest = store.find("versions", [("slug", "=", affair)], order="-version", limit=1)
    return newest[0] if newest else None


def _insert(
    store: Store, pack: bytes, named: tuple[str, int, str], *, now: str, by: str
) -> str:
    affair, version, form_sha256 = named
    id_ = f"{affair}@{version}"
    document = {
        "_id": id_,
        "slug": affair,
        "version": version,
        "pack_text": pack.decode(),
        "sha256": packing.digest(pack),
        "form_sha256": form_sha256,
        "published_at": now,
        "by": by,
        "review": UNREVIEWED,
        "log": log.append(
            (),
            at=now,
            who=by,
            what="pack.published",
            form=form_sha256,
            review=UNREVIEWED,
        ),
    }
    store.insert("versions", document)
    return id_


def _point(store: Store, affair: str, version: int) -> None:
    def forward(pointer: Document) -> Document | None:
        if pointer["current"] >= version:
            return None
        return {**pointer, "current": version}

    try:
        store.insert("affairs", {"_id": affair, "current": version})
    except Duplicate:
        store.update("affairs", affair, forward)


def _compiled(document: Document) -> Published:
    pack = document["pack_text"].encode()
    found = packing.digest(pack)
    if found != document["sha256"]:
        raise CorruptPackError(document["_id"], document["sha256"], found)
    form = packing.load(pack)
    return Published(
        id=document["_id"],
        affair=form.affair,
        version=document["version"],
        sha256=document["sha256"],
        form=form,
        judge=Judge(form),
        views=Views(form),
    )
