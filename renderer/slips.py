"""What is wrong with a number that a pattern refuses: too short, too long, which sign.

Only patterns that are a row of signs, such as `^[0-9]{6}$`, say so much.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate

_SIGN = re.compile(r"(\[[^\]\\]+\]|[0-9A-Za-z-])(?:\{([0-9]+)(?:,([0-9]+))?\})?")


@dataclass(frozen=True, slots=True)
class Slip:
    """One thing to put right in a number."""

    #: How many signs there may be.
    least: int
    most: int
    #: The place, from 1, of a sign that cannot stand there; 0: the length is wrong.
    place: int = 0


def slip(pattern: str, text: str) -> Slip | None:
    """Return what is wrong with a text, or None where the pattern does not say.

    >>> slip("^1[3-9][0-9]{9}$", "1380719031")
    Slip(least=11, most=11, place=0)
    >>> slip("^1[3-9][0-9]{9}$", "138O7190318")
    Slip(least=11, most=11, place=4)
    >>> slip("^([0-9]+|x)$", "?")
    """
    signs = list(_signs(pattern))
    if not signs:
        return None
    least = sum(few for _, few, _ in signs)
    most = sum(many for _, _, many in signs)
    if not least <= len(text) <= most:
        return Slip(least, most)
    fixed = signs if least == most else signs[:1] if len(signs) == 1 else []
    ends = accumulate(many for _, _, many in fixed)
    begun = 0
    for (kind, _, _), end in zip(fixed, ends, strict=True):
        for place, sign in enumerate(text[begun:end], start=begun + 1):
            if not re.fullmatch(kind, sign):
                return Slip(least, most, place)
        begun = end
    return None


def _signs(pattern: str) -> Iterator[tuple[str, int, int]]:
    """Yield each kind of sign with how often it stands; nothing: it is no row."""
    inside = pattern.removeprefix("^").removesuffix("$")
    if len(inside) != len(pattern) - 2 or not re.fullmatch(
        f"(?:{_SIGN.pattern})+", inside
    ):
        return
    for kind, least, most in _SIGN.findall(inside):
        yield kind, int(least or 1), int(most or least or 1)
