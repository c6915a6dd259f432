"""Files in MongoDB: each is one document, kept by one write like any other.

Not GridFS: that writes a file in many pieces with nothing to hold them together, so a
crash leaves pieces and a repeat mixes them. The price is a limit per file, well above
what applicants may hand in.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, suppress
from typing import TypeAlias

from pymongo.collection import Collection
from pymongo.errors import DuplicateKeyError

from submissions.errors import TooLargeError
from submissions.store.contract import Document, Files
from submissions.store.portable import check_file_name

COLLECTION = "files"
#: Bytes of one file; a document ends at 16 MB.
LIMIT = 15 * 1024 * 1024

#: Gives the collection of this process, and turns what fails into words.
Opened: TypeAlias = Callable[[], AbstractContextManager[Collection[Document]]]


class MongoFiles(Files):
    """One document per file: its `_id` is "HOLDER/ADDRESS"."""

    def __init__(self, opened: Opened) -> None:
        """Take the way to the collection."""
        self._opened = opened

    def write(self, holder: str, address: str, content: bytes, *, now: str) -> None:
        """Keep a file; see the contract.

        Raises:
            TooLargeError: it is larger than `LIMIT`.
        """
        id_ = _id(holder, address)
        if len(content) > LIMIT:
            raise TooLargeError(COLLECTION, id_, len(content), LIMIT)
        with self._opened() as files:
            while not _kept_again(files, id_, now):
                with suppress(DuplicateKeyError):  # kept by another just now
                    files.insert_one({"_id": id_, "content": content, "kept_at": now})
                    break

    def read(self, holder: str, address: str) -> bytes | None:
        """Return the bytes, or None."""
        with self._opened() as files:
            found = files.find_one({"_id": _id(holder, address)})
        return bytes(found["content"]) if found else None

    def drop(self, holder: str, address: str) -> None:
        """Remove a file."""
        with self._opened() as files:
            files.delete_one({"_id": _id(holder, address)})

    def drop_all(self, holder: str) -> None:
        """Remove all files of a holder."""
        check_file_name(holder)
        with self._opened() as files:
            files.delete_many({"_id": {"$regex": f"^{re.escape(holder)}/"}})

    def kept_before(self, moment: str) -> Iterator[tuple[str, str]]:
        """Name the files that are older."""
        with self._opened() as files:
            found = files.find({"kept_at": {"$lte": moment}}, {"kept_at": 1})
            older = [each["_id"] for each in found if each["kept_at"] < moment]
        for id_ in sorted(older):
            holder, address = id_.split("/")
            yield holder, address


def _kept_again(files: Collection[Document], id_: str, now: str) -> bool:
    """Note that a file is kept again; False: there is none."""
    noted = files.update_one({"_id": id_}, {"$set": {"kept_at": now}})
    return noted.matched_count > 0


def _id(holder: str, address: str) -> str:
    check_file_name(holder)
    check_file_name(address)
    return f"{holder}/{address}"
