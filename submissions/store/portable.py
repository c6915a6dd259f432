"""What every engine can keep and be asked, judged before each call.

MongoDB's rules hold in SQLite and SQLite's in MongoDB, so that what works on one works
on the other.
"""

import math
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import bson

from submissions.errors import TooLargeError
from submissions.store.contract import COLLECTIONS, Condition

#: Bytes of one document as BSON; MongoDB ends at 16 MB.
LIMIT = 8 * 1024 * 1024

_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_OPERATORS = frozenset({"=", "<", "<=", ">", ">="})
_FILE_NAME = re.compile(r"[A-Za-z0-9_]{1,100}")


def check_portable(collection: str, document: Mapping[str, Any]) -> None:
    """Refuse what one of the engines could not keep, or not give back as it was.

    Raises:
        TooLargeError: the document is larger than `LIMIT`.
        ValueError: a key or value has no portable form, or there is no `_id`.
        bson.errors.BSONError, OverflowError: the same, for a text or a number.
    """
    check_collection(collection)
    id_ = document.get("_id")
    if not isinstance(id_, str) or not id_:
        raise ValueError(f"{collection}: a document needs an _id, a text")
    _check_value(document)
    size = len(bson.encode(document))
    if size > LIMIT:
        raise TooLargeError(collection, id_, size, LIMIT)


def after_prefix(collection: str, prefix: str) -> str:
    """Return the first text after all those that begin so.

    Raises:
        ValueError: the collection has no tags, or these would be all of them.
    """
    check_collection(collection)
    if not COLLECTIONS[collection].tagged or not prefix:
        raise ValueError(f"{collection}: no tags begin with {prefix!r}")
    return prefix[:-1] + chr(ord(prefix[-1]) + 1)


def check_file_name(name: str) -> None:
    """Refuse a holder or an address that could lead out of its folder.

    Raises:
        ValueError: it has other signs than letters, digits and "_".
    """
    if not _FILE_NAME.fullmatch(name):
        raise ValueError(f"{name!r} names no holder and no file")


def check_collection(collection: str) -> None:
    """Refuse a collection that is not declared."""
    if collection not in COLLECTIONS:
        raise ValueError(f"{collection!r} is no collection; declare it in COLLECTIONS")


def check_field(collection: str, field: str) -> None:
    """Refuse a field no index is declared for."""
    check_collection(collection)
    declared = (*COLLECTIONS[collection].indexes, ("_id",))
    if not any(field in index for index in declared):
        raise ValueError(f"{collection}.{field} is not declared in COLLECTIONS")


def check_conditions(collection: str, where: Sequence[Condition]) -> None:
    """Refuse what is no plain question about a declared field."""
    check_collection(collection)
    for field, operator, value in where:
        if operator not in _OPERATORS:
            raise ValueError(f"{operator!r} is no operator")
        if not on_tags(collection, field, operator):
            check_field(collection, field)
        # A mapping would be an operator to one engine and a text to the other.
        if not (value is None or isinstance(value, str | int | float)):
            raise ValueError(f"{collection}.{field}: {value!r} compares with nothing")


def on_tags(collection: str, field: str, operator: str) -> bool:
    """Tell whether a condition asks for documents with one tag."""
    return field == "tags" and operator == "=" and COLLECTIONS[collection].tagged


def _check_value(value: Any) -> None:
    match value:
        case str() | None | int():
            return
        case dict():
            for key, below in value.items():
                if not _is_key(key):
                    raise ValueError(
                        f"{key!r} is no store key: keep such values as text"
                    )
                _check_value(below)
        case list() | tuple():
            for below in value:
                _check_value(below)
        case float() if math.isfinite(value):
            return
        case _:
            raise ValueError(f"{value!r} has no portable form: keep it as text")


@lru_cache(1024)
def _is_key(key: Any) -> bool:
    return isinstance(key, str) and _KEY.fullmatch(key) is not None
