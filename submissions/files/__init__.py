"""Files that are handed in: checked, kept for a draft, swept when unnamed."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from hashlib import sha256
from typing import Any

from submissions.clock import later
from submissions.errors import Missing, UnreadableError
from submissions.files.checking import Checked
from submissions.files.errors import CorruptFileError
from submissions.store.contract import Document, Store

#: A file that no document names after so many seconds is what a crash left.
ORPHANED = 24 * 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptFile:
    """One file as its draft or submission names it."""

    #: The material it was handed in for: a `Need.key`.
    material: str
    name: str
    #: Media type.
    type: str
    #: Bytes.
    size: int
    #: Of its bytes, hexadecimal: its address in the store.
    sha256: str
    #: When it was handed in, UTC text.
    at: str

    @classmethod
    def of(cls, written: Mapping[str, Any]) -> "KeptFile":
        """Read back what `document` wrote."""
        return cls(**written)

    def document(self) -> Document:
        """Return the file as stores keep it."""
        return asdict(self)


def keep(
    store: Store, holder: str, clean: Checked, *, material: str, now: str
) -> KeptFile:
    """Keep a file that was checked; the holder must name it next.

    Raises:
        StoreUnavailableError: it cannot be kept now.
    """
    return KeptFile(
        material=material,
        name=clean.name,
        type=clean.type,
        size=len(clean.content),
        sha256=store.files.keep(holder, clean.content, now=now),
        at=now,
    )


def read(store: Store, holder: str, address: str) -> bytes:
    """Return the bytes of a file that its holder names.

    Raises:
        CorruptFileError: they are gone, or not those that were handed in.
    """
    content = store.files.read(holder, address)
    if content is None or sha256(content).hexdigest() != address:
        raise CorruptFileError(holder, address)
    return content


def sweep(store: Store, *, now: str) -> int:
    """Remove files that no document names; return how many there were.

    What holds it is written once more behind it: who meanwhile handed in the same file
    again is told of a conflict, and keeps it again. Of what cannot be read all stay.
    """
    swept = 0
    for holder, address in store.files.kept_before(later(now, -ORPHANED)):
        try:
            collection, found = _held(store, holder)
        except UnreadableError:
            continue
        if any(each["sha256"] == address for each in found.get("files", ())):
            continue
        store.files.drop(holder, address)
        swept += 1
        with suppress(Missing):
            store.update(collection, holder, lambda document: document)
    return swept


def _held(store: Store, holder: str) -> tuple[str, Document]:
    """Return the document of a holder and its collection; {}: there is none."""
    for collection in ("submissions", "uploads"):
        found = store.get(collection, holder)
        if found is not None:
            return collection, found
    return "drafts", store.get("drafts", holder) or {}
