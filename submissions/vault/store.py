"""A store that keeps what people typed encrypted, whichever engine it is in.

What queries ask for stays as it is: ids, revisions, times, states and tags. All the
rest of a document is one sealed value, so nothing can be forgotten when a field is
added, one call decrypts a submission, and a value cannot be moved from one field to
another. Each submission has a key of its own, from its draft on, as its files do.

Who people are is found by keyed hashes: of the owner of a draft, and of what stands in
tags such as "secret:id:NUMBER". Equal values have equal hashes, and no more shows.
"""

import base64
import hmac
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import orjson

from submissions.errors import Conflict, Duplicate, ErasedError, UnreadableError
from submissions.files.errors import CorruptFileError
from submissions.store.contract import (
    COLLECTIONS,
    HASHED_TAG,
    SECRET_TAG,
    Condition,
    Document,
    Files,
    Store,
)
from submissions.store.portable import check_file_name, check_portable
from submissions.vault.keyring import Keyring
from submissions.vault.sealing import seal, unseal

#: The one field that holds what is sealed.
SEALED = "sealed"
#: What the engines themselves look at and change.
_ENGINE = frozenset({"_id", "rev", "tags", "wake_at", "lease", "claims"})


def plain_fields(collection: str) -> frozenset[str]:
    """Return the fields of a sealed collection that are kept as they are.

    >>> sorted(plain_fields("endpoints") - _ENGINE)
    ['area', 'department']
    """
    indexes = COLLECTIONS[collection].indexes
    return _ENGINE.union(*indexes)


class SealedStore(Store):
    """Another store, with everything personal in it encrypted."""

    def __init__(self, inner: Store, keyring: Keyring) -> None:
        """Take the store that keeps the documents, and the keys.

        Raises:
            UnreadableError: it holds what is sealed, and there is no key at all.
        """
        self.inner, self.keyring = inner, keyring
        self.files = SealedFiles(inner.files, keyring)
        if keyring.empty:
            for name in _sealed_collections():
                if any(SEALED in d for d in inner.find(name, limit=1)):
                    raise UnreadableError(name, "there is no key at all")

    def adopt(self, collection: str, document: Mapping[str, Any]) -> None:
        """Store a new document with its `rev`; see the contract.

        What was erased once is a `Duplicate` for ever.
        """
        check_portable(collection, document)
        try:
            kept = self._sealed(collection, document, new=True)
        except ErasedError as error:
            raise Duplicate(collection, document["_id"]) from error
        self.inner.adopt(collection, kept)

    def get(self, collection: str, id_: str) -> Document | None:
        """Return the document, or None."""
        found = self.inner.get(collection, id_)
        return None if found is None else self._opened(collection, found)

    def put(self, collection: str, document: Mapping[str, Any]) -> Document:
        """Replace a document that nobody changed since; see the contract."""
        check_portable(collection, document)
        try:
            sealed = self._sealed(collection, document)
        except UnreadableError:
            there = self.inner.get(collection, document["_id"])
            if there is None:
                raise Conflict(collection, document["_id"]) from None
            # What is sealed has a key, made since we looked, or it stays unreadable.
            sealed = self._sealed(collection, document, new=SEALED not in there)
        kept = self.inner.put(collection, sealed)
        given = COLLECTIONS[collection].hashed | {SEALED}
        return {**document, **{n: kept[n] for n in kept.keys() - given}}

    def find(
        self,
        collection: str,
        where: Sequence[Condition] = (),
        *,
        order: str | None = None,
        limit: int | None = None,
    ) -> list[Document]:
        """Return documents by declared fields and tags; see the contract."""
        asked = [self._hidden(collection, condition) for condition in where]
        while True:
            found = self.inner.find(collection, asked, order=order, limit=limit)
            maybe = (self._opened(collection, document) for document in found)
            opened = [document for document in maybe if document is not None]
            # As many as there are, or the caller takes the end of a page for the end.
            if len(opened) == len(found):
                return opened

    def ids(self, collection: str, where: Sequence[Condition] = ()) -> list[str]:
        """Return ids; see the contract."""
        asked = [self._hidden(collection, condition) for condition in where]
        return self.inner.ids(collection, asked)

    def tally(
        self, collection: str, field: str, where: Sequence[Condition] = ()
    ) -> dict[Any, int]:
        """Count documents by one declared field; see the contract."""
        asked = [self._hidden(collection, condition) for condition in where]
        return self.inner.tally(collection, field, asked)

    def tags(self, collection: str, prefix: str) -> list[tuple[str, str]]:
        """Return the tags that begin so, as they are kept; see the contract."""
        return self.inner.tags(collection, prefix)

    def claim(
        self, collection: str, *, now: str, until: str, owner: str, token: str
    ) -> Document | None:
        """Take one due document; see the contract."""
        claimed = self.inner.claim(
            collection, now=now, until=until, owner=owner, token=token
        )
        return None if claimed is None else self._opened(collection, claimed)

    def delete(self, collection: str, id_: str) -> None:
        """Remove the document; copies of the store can still be read. See `erase`."""
        self.inner.delete(collection, id_)

    def erase(self, holder: str, *, now: str) -> None:
        """Remove what a holder has and destroy its key; see the contract.

        The key goes last: meanwhile nothing is unreadable. That it has begun is noted
        first: `finish` ends what a crash stopped.
        """
        self.keyring.condemn(holder, now=now)
        self.inner.erase(holder, now=now)
        self.keyring.destroy(holder, now=now)
        for store in (self.inner, self.keyring.store):
            store.scrub()

    def finish(self, *, now: str) -> int:
        """End the erasures that a crash stopped; see the contract."""
        begun = self.keyring.condemned()
        for holder in begun:
            self.erase(holder, now=now)
        return len(begun)

    def purge(self, *, now: str) -> int:
        """Erase again what an old copy brought back; return how many there were."""
        back = [
            holder
            for holder in self.keyring.erased()
            if any(self.inner.get(name, holder) for name in _sealed_collections())
        ]
        for holder in back:
            self.inner.erase(holder, now=now)
        return len(back)

    def close(self) -> None:
        """Give back what this process holds."""
        self.inner.close()
        self.keyring.store.close()

    def _sealed(
        self, collection: str, document: Mapping[str, Any], *, new: bool = False
    ) -> Mapping[str, Any]:
        if not COLLECTIONS[collection].sealed:
            return document
        id_, plain = document["_id"], plain_fields(collection)
        key = self.keyring.ready(id_) if new else self.keyring.key(id_)
        hashed = COLLECTIONS[collection].hashed
        rest = {n: value for n, value in document.items() if n not in plain - hashed}
        sealed = seal(
            key,
            orjson.dumps(rest),
            place=f"{id_}|{collection}",
            random=self.keyring.random,
        )
        kept = {name: document[name] for name in document.keys() & plain}
        if "tags" in kept:
            kept["tags"] = [self._tag(tag) for tag in kept["tags"]]
        for name in kept.keys() & hashed:
            kept[name] = self._hash(name, kept[name])
        return {**kept, SEALED: base64.b64encode(sealed).decode()}

    def _opened(self, collection: str, kept: Document) -> Document | None:
        """Return a document as it was given; None: it was erased since it was read."""
        sealed = kept.pop(SEALED, None)
        if sealed is None:
            return kept
        id_ = kept["_id"]
        try:
            key = self.keyring.key(id_)
        except ErasedError:
            if self.inner.get(collection, id_) is None:
                return None
            raise
        try:
            written = unseal(key, base64.b64decode(sealed), place=f"{id_}|{collection}")
        except ValueError as error:
            raise UnreadableError(id_, f"it is {error}") from error
        return {**kept, **orjson.loads(written)}

    def _hidden(self, collection: str, condition: Condition) -> Condition:
        field, operator, value = condition
        if field == "tags" and isinstance(value, str):
            return field, operator, self._tag(value)
        if field in COLLECTIONS[collection].hashed:
            return field, operator, self._hash(field, value)
        return condition

    def _tag(self, tag: str) -> str:
        if not tag.startswith(SECRET_TAG):
            return tag
        kind, _, value = tag.removeprefix(SECRET_TAG).partition(":")
        return f"{HASHED_TAG}{kind}:{self._hash(kind, value)}"

    def _hash(self, kind: str, value: Any) -> str | None:
        """Return what stands for a value in an index: only who has the key can tell."""
        if value is None:
            return None
        named = f"{kind}:{value}".encode()
        return hmac.digest(self.keyring.index_key, named, "sha256").hex()


class SealedFiles(Files):
    """Another keeper of files, with their bytes encrypted.

    A file keeps the address of its own bytes. Who has the same file already can tell
    that it was handed in; nobody else learns anything.
    """

    def __init__(self, inner: Files, keyring: Keyring) -> None:
        """Take what keeps the bytes, and the keys."""
        self._inner, self._keyring = inner, keyring

    def write(self, holder: str, address: str, content: bytes, *, now: str) -> None:
        """Keep a file; see the contract."""
        check_file_name(holder)
        sealed = seal(
            self._keyring.ready(holder),
            content,
            place=f"{holder}|{address}",
            random=self._keyring.random,
        )
        self._inner.write(holder, address, sealed, now=now)

    def read(self, holder: str, address: str) -> bytes | None:
        """Return the bytes, or None.

        Raises:
            CorruptFileError: they are not those that were kept.
        """
        sealed = self._inner.read(holder, address)
        if sealed is None:
            return None
        try:
            key = self._keyring.key(holder)
            return unseal(key, sealed, place=f"{holder}|{address}")
        except ErasedError:
            if self._inner.read(holder, address) is None:
                return None  # it was erased since it was read
            raise
        except ValueError as error:
            raise CorruptFileError(holder, address) from error

    def drop(self, holder: str, address: str) -> None:
        """Remove a file."""
        self._inner.drop(holder, address)

    def drop_all(self, holder: str) -> None:
        """Remove all files of a holder."""
        self._inner.drop_all(holder)

    def kept_before(self, moment: str) -> Iterator[tuple[str, str]]:
        """Name the files that are older."""
        return self._inner.kept_before(moment)


def _sealed_collections() -> list[str]:
    return [name for name, collection in COLLECTIONS.items() if collection.sealed]
