"""JSON as one text per value: keys sorted, no spaces, so that it can be hashed."""

import hashlib
from collections.abc import Mapping
from typing import Any

from builder import pack


def text(value: Mapping[str, Any]) -> str:
    """Write a JSON object as its one canonical text."""
    return pack.canonical(value).decode()


def digest(written: str) -> str:
    """Return "sha256:" and the hash of a canonical text, as events name it."""
    return f"sha256:{hashlib.sha256(written.encode()).hexdigest()}"
