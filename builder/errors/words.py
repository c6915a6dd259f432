"""Words that several reasons share: what was meant, what is known, what is there."""

import json
from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any

#: More names than this are not listed: only the nearest are told.
_MOST_LISTED = 20
_MOST_SHOWN = 60


def shown(value: Any) -> str:
    """Return a value as JSON, cut where it is long."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= _MOST_SHOWN else f"{text[:_MOST_SHOWN]}…"


def meant(name: str, known: Iterable[str]) -> str:
    """Return " Did you mean 'x'?", or "" where nothing known is near."""
    near = get_close_matches(name, list(known), 1)
    return f" Did you mean {near[0]!r}?" if near else ""


def listed(known: Iterable[str]) -> str:
    """Return " Known: a, b.", or "" where there is nothing or too much to list."""
    names = list(known)
    if not names or len(names) > _MOST_LISTED:
        return ""
    return f" Known: {', '.join(names)}."
