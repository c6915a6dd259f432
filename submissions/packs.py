"""Published packs: insert-only versions, and one pointer to the current one."""

from dataclasses import dataclass
from weakref import WeakKeyDictionary

from builder import pack as packing
from builder.model import AffairId, MergedForm
from builder.validity import Judge
from submissions.errors import Conflict, CorruptPackError, Duplicate, Missing
from submissions.store.contract import UPDATE_TRIES, Document, Store

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


def publish(store: Store, pack: bytes, *, now: str, by: str) -> tuple[str, bool]:
    """Make a pack the current version of its affair.

    Publishing the current bytes again changes nothing. Of two publishers at once each
    gets a version of its own, or, with the same bytes, the same one.

    Args:
        pack: canonical JSON, as `builder.pack.dump` writes it.
        now: UTC text.
        by: who publishes.

    Returns:
        The id of the version, and whether it is new.
    """
    affair, sha256 = packing.load(pack).affair, packing.digest(pack)
    for _ in range(UPDATE_TRIES):
        current = _current(store, affair)
        newest = _newest(store, affair)
        if current is not None and current["sha256"] == sha256:
            return current["_id"], False
        if newest is not None and newest != current and newest["sha256"] == sha256:
            # Its publisher was stopped before the pointer moved, or is not there yet.
            _point(store, affair, newest["version"])
            return newest["_id"], False
        version = newest["version"] + 1 if newest is not None else 1
        try:
            id_ = _insert(store, pack, affair, version, now=now, by=by)
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


def current(store: Store, affair: str) -> Published | None:
    """Return the current version of an affair; None while nothing is published."""
    pointer = store.get("affairs", affair)
    return None if pointer is None else load(store, _id(pointer))


def affairs(store: Store) -> list[Published]:
    """Return the current version of every affair, by affair id."""
    return [load(store, _id(pointer)) for pointer in store.find("affairs", order="_id")]


def _id(pointer: Document) -> str:
    return f"{pointer['_id']}@{pointer['current']}"


def _current(store: Store, affair: str) -> Document | None:
    pointer = store.get("affairs", affair)
    return None if pointer is None else store.get("versions", _id(pointer))


def _newest(store: Store, affair: str) -> Document | None:
    newest = store.find("versions", [("slug", "=", affair)], order="-version", limit=1)
    return newest[0] if newest else None


def _insert(
    store: Store, pack: bytes, affair: str, version: int, *, now: str, by: str
) -> str:
    id_ = f"{affair}@{version}"
    document = {
        "_id": id_,
        "slug": affair,
        "version": version,
        "pack_text": pack.decode(),
        "sha256": packing.digest(pack),
        "published_at": now,
        "by": by,
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
    )
