"""What every engine can keep, judged on every write: MongoDB's rules hold in SQLite."""

import re
from collections.abc import Mapping
from typing import Any

import bson

from submissions.errors import TooLargeError

#: Bytes of one document as BSON; MongoDB ends at 16 MB.
LIMIT = 8 * 1024 * 1024

_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def check_portable(collection: str, document: Mapping[str, Any]) -> None:
    """Refuse what one of the engines could not keep.

    Raises:
        TooLargeError: the document is larger than `LIMIT`.
        ValueError: a key is not a plain name, or there is no `_id`.
        bson.errors.BSONError, OverflowError: a value has no portable form.
    """
    if not document.get("_id"):
        raise ValueError(f"{collection}: a document needs an _id")
    _check_keys(document)
    size = len(bson.encode(document))
    if size > LIMIT:
        raise TooLargeError(collection, document["_id"], size, LIMIT)


def _check_keys(value: Any) -> None:
    if isinstance(value, Mapping):
        for key, below in value.items():
            if not isinstance(key, str) or not _KEY.fullmatch(key):
                raise ValueError(f"{key!r} is no store key: keep such values as text")
            _check_keys(below)
    elif isinstance(value, list):
        for below in value:
            _check_keys(below)
