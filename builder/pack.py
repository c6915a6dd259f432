"""Merged form to pack and back: one immutable, hashed JSON document."""

import hashlib
from typing import Any

import cattrs
import orjson

from builder.errors import PackError
from builder.model import MergedForm
from builder.values import converter

#: Rises when the shape of a pack changes, so that an old pack is read as it was meant.
FORMAT = 1


def dump(form: MergedForm) -> bytes:
    """Return the pack: the same form gives the same bytes on every machine.

    Keys keep their order: that of a department's form is part of what it says.
    """
    return orjson.dumps({"format": FORMAT, **converter.unstructure(form)})


def load(data: bytes) -> MergedForm:
    """Return the merged form of a pack.

    Raises:
        PackError: the bytes are no pack, or one of a later format.
    """
    try:
        document = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise PackError("pack", str(error)) from error
    if not isinstance(document, dict) or document.pop("format", None) != FORMAT:
        raise PackError("pack#/format", f"it is not of format {FORMAT}")
    try:
        return converter.structure(document, MergedForm)
    except (cattrs.BaseValidationError, KeyError, TypeError, ValueError) as error:
        raise PackError("pack", str(error)) from error


def digest(data: bytes) -> str:
    """Return the SHA-256 of these bytes in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def canonical(document: Any) -> bytes:
    """Return JSON with sorted keys and no spaces, UTF-8: equal values, equal bytes."""
    return orjson.dumps(document, option=orjson.OPT_SORT_KEYS)
