"""One key for each submission, wrapped by the key in the key file.

The wrapped keys are in a store of their own. To destroy one is to erase everything it
sealed, in the store and in every copy of the store. What is left of a destroyed key
says when that was, so that nothing is ever sealed under its name again.
"""

import base64
import threading
from collections.abc import Iterator
from functools import partial

from submissions.errors import (
    Duplicate,
    ErasedError,
    Missing,
    StoreUnavailableError,
    UnreadableError,
)
from submissions.store.contract import Document, Store
from submissions.vault.key_file import KeyFile
from submissions.vault.sealing import KEY_BYTES, RandomBytes, seal, unseal

_KEYS = "keys"


class Keyring:
    """The keys of all holders; a holder is the `_id` of what its key seals."""

    def __init__(self, store: Store, key_file: KeyFile, random: RandomBytes) -> None:
        """Take where the wrapped keys are, and what they are wrapped by."""
        self.store = store
        self._file = key_file
        self.random = random
        self._last = threading.local()

    @property
    def empty(self) -> bool:
        """No key was ever made."""
        return not self.store.find(_KEYS, limit=1)

    @property
    def index_key(self) -> bytes:
        """The key of the index over numbers."""
        return self._file.keys().index

    def key(self, holder: str) -> bytes:
        """Return the key of what is stored.

        The last key is at hand for the write that follows a read, and no other.

        Raises:
            ErasedError: it was destroyed.
            UnreadableError: it is not there, or does not open.
        """
        at_hand: tuple[str, bytes] = getattr(self._last, "key", ("", b""))
        if at_hand[0] == holder:
            return at_hand[1]
        document = self.store.get(_KEYS, holder)
        if document is None:
            raise UnreadableError(holder, "there is no key")
        return self._opened(document)

    def ready(self, holder: str) -> bytes:
        """Return the key for something new; made and stored first if there is none.

        Raises:
            ErasedError: it was destroyed.
        """
        document = self.store.get(_KEYS, holder)
        if document is None:
            key = self.random(KEY_BYTES)
            try:
                self.store.insert(_KEYS, {"_id": holder, **self._wrapped(holder, key)})
            except Duplicate:  # made by another just now
                return self.key(holder)
            self._last.key = (holder, key)
            return key
        return self._opened(document)

    def condemn(self, holder: str, *, now: str) -> None:
        """Note that an erasure has begun, so that it is finished whatever happens."""
        try:
            self.store.update(
                _KEYS,
                holder,
                lambda d: None if "erased_at" in d else {**d, "erasing_at": now},
            )
        except Missing:
            return

    def condemned(self) -> list[str]:
        """Return the holders whose erasure has begun and not ended."""
        begun = self.store.find(_KEYS, [("erasing_at", ">", "")])
        return [document["_id"] for document in begun]

    def destroy(self, holder: str, *, now: str) -> None:
        """Destroy a key; nothing happens if there is none."""
        self._last.key = ("", b"")
        try:
            self.store.update(
                _KEYS,
                holder,
                lambda d: (
                    None
                    if "erased_at" in d
                    else {"_id": holder, "rev": d["rev"], "erased_at": now}
                ),
            )
        except Missing:
            return

    def erased(self) -> Iterator[str]:
        """Yield the holders whose keys were destroyed."""
        for document in self.store.every(_KEYS):
            if "erased_at" in document:
                yield document["_id"]

    def rotate(self) -> int:
        """Wrap every key by a new one; return how many. What they seal stays as it is.

        Stopped and begun again it makes one more new key and wraps all by that. While
        another does it on this host, this waits.
        """
        with self._file.alone():
            return self._rotate()

    def _rotate(self) -> int:
        new, count = self._file.add(self.random), 0
        for document in self.store.every(_KEYS):
            if "erased_at" not in document:
                wrap_again = partial(self._wrapped_again, new)
                self.store.update(_KEYS, document["_id"], wrap_again)
                count += 1
        self._file.retire()
        return count

    def _wrapped_again(self, new: str, document: Document) -> Document | None:
        if "erased_at" in document or document["kek"] == new:
            return None
        holder = document["_id"]
        return {**document, **self._wrapped(holder, self._opened(document))}

    def _wrapped(self, holder: str, key: bytes) -> Document:
        keys = self._file.keys()
        kek = keys.current
        place = f"{_KEYS}|{holder}|{kek}"
        sealed = seal(keys.wrapping[kek], key, place=place, random=self.random)
        return {"kek": kek, "wrapped": base64.b64encode(sealed).decode()}

    def _opened(self, document: Document) -> bytes:
        holder = document["_id"]
        if "erased_at" in document:
            raise ErasedError(holder, document["erased_at"])
        kek = document["kek"]
        wrapping = self._file.keys().wrapping
        if kek not in wrapping:
            raise StoreUnavailableError(
                f"the key {kek} is not in {self._file.path}",
                "Put back the file of keys that belongs to this store.",
            )
        sealed = base64.b64decode(document["wrapped"])
        try:
            key = unseal(wrapping[kek], sealed, place=f"{_KEYS}|{holder}|{kek}")
        except ValueError as error:
            raise UnreadableError(holder, f"its key is {error}") from error
        self._last.key = (holder, key)
        return key
