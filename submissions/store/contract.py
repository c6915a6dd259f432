"""The store contract: whole documents, compare-and-set by `rev`, one queue verb.

Rules that let the same code run on SQLite and on MongoDB:

- Python edits the document and `rev` guards it: no positional operators, no
  transactions, no query language in application code.
- `_id` is the idempotency key. A second insert of the same `_id` is `Duplicate`.
- One `wake_at` per document drives the queue. A claim moves it to the end of the
  lease, so a lease that ran out is a due job again and needs no second state.
- Times are fixed-width UTC text, "2026-01-02T03:04:05.678Z": text order is time order.
- A failed write may have been made: the answer can be lost on its way. Every caller may
  repeat it, for `_id` and `rev` tell a repeat from a second write.
- Store keys match `[A-Za-z_][A-Za-z0-9_]*`. Answers, bodies and packs have keys of
  their own, so they are stored as JSON text.
- Files stand beside the documents, each under the id of the document that holds it and
  the SHA-256 of its bytes. Two holders never share one: each can be erased alone.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Literal, TypeAlias

from submissions.errors import Conflict, Missing

Document: TypeAlias = dict[str, Any]
Operator: TypeAlias = Literal["=", "<", "<=", ">", ">="]
#: (field, operator, value). On `tags`, "=" means: the list contains the value.
Condition: TypeAlias = tuple[str, Operator, Any]

#: How a tag begins that a sealed store keeps as a keyed hash, and how that begins;
#: behind both is the kind of thing, then ":", such as "secret:id:NUMBER".
SECRET_TAG, HASHED_TAG = "secret:", "hashed:"
#: Documents that `every` has in memory at once.
PAGE = 100
#: How often `update` tries again when another writer was faster.
UPDATE_TRIES = 50


@dataclass(frozen=True, slots=True)
class Collection:
    """What may be asked of one collection besides `_id`."""

    #: Each tuple of fields is one index, in this order.
    indexes: tuple[tuple[str, ...], ...] = ()
    #: Documents hold a list of strings in `tags`.
    tagged: bool = False
    #: Grows with the number of applicants: split over the shards of a cluster.
    sharded: bool = False
    #: What is not asked for by a query is kept encrypted; see `submissions.vault`.
    sealed: bool = False
    #: Of a sealed collection: fields that are kept, and asked for, as keyed hashes.
    hashed: frozenset[str] = frozenset()


COLLECTIONS: Mapping[str, Collection] = {
    "submissions": Collection(
        indexes=(
            *(("wake_at",), ("logged_at",)),
            *(("affair", "created_at"), ("status", "created_at")),
        ),
        tagged=True,
        sharded=True,
        sealed=True,
    ),
    "drafts": Collection(
        indexes=(("owner", "affair"), ("expires_at",), ("resume_hash",)),
        sharded=True,
        sealed=True,
        hashed=frozenset({"owner"}),
    ),
    "uploads": Collection(indexes=(("expires_at",),), sharded=True, sealed=True),
    "affairs": Collection(),
    "anchors": Collection(),
    "audit": Collection(),
    "areas": Collection(),
    "versions": Collection(indexes=(("slug", "version"),)),
    "endpoints": Collection(
        indexes=(("department", "area"), ("wake_at",)), sealed=True
    ),
    "clients": Collection(),
    "staff": Collection(
        indexes=(("subject",),), sealed=True, hashed=frozenset({"subject"})
    ),
    "staff_sessions": Collection(indexes=(("staff",), ("expires_at",))),
    # In a store of its own, so that copies of the others do not hold it.
    "keys": Collection(indexes=(("erasing_at",),), sharded=True),
    # On one shard, whose one order of writes its numbers follow.
    "feed": Collection(
        indexes=(
            *(("number",), ("affair", "number"), ("sender", "number")),
            *(("event",), ("at",)),
        )
    ),
}


class Files(ABC):
    """Keeps files for documents. Every write is durable when the call returns.

    A holder is the `_id` of a document: only letters, digits and "_". A file is kept
    before the document names it and dropped after the document names it no more; what
    a crash leaves between the two, `kept_before` finds.
    """

    def keep(self, holder: str, content: bytes, *, now: str) -> str:
        """Keep a file; return its address: the SHA-256 of its bytes, hexadecimal.

        The same bytes again are one file, kept at the later time.

        Args:
            now: UTC text.
        """
        address = sha256(content).hexdigest()
        self.write(holder, address, content, now=now)
        return address

    @abstractmethod
    def write(self, holder: str, address: str, content: bytes, *, now: str) -> None:
        """Keep bytes under an address that was made of them before they were sealed."""

    @abstractmethod
    def read(self, holder: str, address: str) -> bytes | None:
        """Return the bytes, or None."""

    @abstractmethod
    def drop(self, holder: str, address: str) -> None:
        """Remove a file; nothing happens if there is none."""

    @abstractmethod
    def drop_all(self, holder: str) -> None:
        """Remove every file of a holder."""

    @abstractmethod
    def kept_before(self, moment: str) -> Iterator[tuple[str, str]]:
        """Return holder and address of each file last kept before a time (UTC text)."""


class Store(ABC):
    """Keeps documents. Every write is durable when the call returns.

    Every verb raises `StoreUnavailableError` while the store cannot be used, and
    `ValueError` for what is not declared.
    """

    #: The files of its documents; set by each engine.
    files: Files

    @abstractmethod
    def adopt(self, collection: str, document: Mapping[str, Any]) -> None:
        """Store a new document as another store held it, with its `rev`.

        Raises:
            Duplicate: there is a document with this `_id`.
        """

    @abstractmethod
    def get(self, collection: str, id_: str) -> Document | None:
        """Return the document, or None."""

    @abstractmethod
    def put(self, collection: str, document: Mapping[str, Any]) -> Document:
        """Replace the document if its `rev` is still the stored one; bump `rev`.

        Raises:
            Conflict: somebody else wrote first, or the document is gone.
        """

    @abstractmethod
    def find(
        self,
        collection: str,
        where: Sequence[Condition] = (),
        *,
        order: str | None = None,
        limit: int | None = None,
    ) -> list[Document]:
        """Return documents by declared fields and `tags` only.

        Args:
            order: a declared field; "-field" is descending.
        """

    @abstractmethod
    def tally(
        self, collection: str, field: str, where: Sequence[Condition] = ()
    ) -> dict[Any, int]:
        """Count documents by the value of one declared field; None: it has none."""

    @abstractmethod
    def tags(self, collection: str, prefix: str) -> list[tuple[str, str]]:
        """Return the tags that begin so, in order, each with the `_id` of its document.

        No document is read, so that a list of many is quick, also of what is sealed.
        """

    @abstractmethod
    def claim(
        self, collection: str, *, now: str, until: str, owner: str, token: str
    ) -> Document | None:
        """Take one of the earliest documents whose `wake_at` has come, atomically.

        Sets `wake_at` to `until` and `lease` to owner and token, and adds one to
        `claims`, so that a document that kills its worker is counted too.
        """

    @abstractmethod
    def delete(self, collection: str, id_: str) -> None:
        """Remove the document; nothing happens if there is none."""

    @abstractmethod
    def close(self) -> None:
        """Give back what this process holds."""

    def every(
        self, collection: str, where: Sequence[Condition] = ()
    ) -> Iterator[Document]:
        """Yield every document, by id; only some are in memory at once."""
        after = ""
        while True:
            further: Condition = ("_id", ">", after)
            page = self.find(collection, [*where, further], order="_id", limit=PAGE)
            yield from page
            if len(page) < PAGE:
                return
            after = page[-1]["_id"]

    def erase(self, holder: str, *, now: str) -> None:  # noqa: ARG002 - where keys are
        """Remove a document, whatever holds it, and its files, also from old copies.

        Done again after it was stopped, it goes on.

        Args:
            holder: the `_id` of documents of sealed collections.
            now: when, UTC text; for the store that has the keys.
        """
        for name, collection in COLLECTIONS.items():
            if collection.sealed:
                self.delete(name, holder)
        self.files.drop_all(holder)

    def scrub(self) -> None:
        """Leave nothing of what was removed in what the engine keeps for itself."""
        return

    def finish(self, *, now: str) -> int:  # noqa: ARG002
        """End the erasures that a crash stopped; return how many there were."""
        return 0

    def ids(self, collection: str, where: Sequence[Condition] = ()) -> list[str]:
        """Return the ids of what `find` would return, also of what cannot be read."""
        return [document["_id"] for document in self.find(collection, where)]

    def insert(self, collection: str, document: Mapping[str, Any]) -> None:
        """Store a new document with its `_id`; `rev` starts at 1.

        Raises:
            Duplicate: there is a document with this `_id`.
        """
        self.adopt(collection, {**document, "rev": 1})

    def update(
        self,
        collection: str,
        id_: str,
        edit: Callable[[Document], Document | None],
        *,
        known: Document | None = None,
    ) -> Document:
        """Read, edit and put until no other writer was faster.

        Args:
            known: the document as it was read before: it is not read again unless
                somebody has written since.
            edit: returns the new document, or None to leave it; no side effects,
                for it may be called again.

        Raises:
            Missing: there is no such document.
            Conflict: other writers were faster every time.
        """
        for _ in range(UPDATE_TRIES):
            document, known = known or self.get(collection, id_), None
            if document is None:
                raise Missing(collection, id_)
            edited = edit(document)
            if edited is None:
                return document
            try:
                return self.put(collection, edited)
            except Conflict:
                continue
        raise Conflict(collection, id_)
