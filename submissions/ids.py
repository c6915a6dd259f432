"""Names for new things that nobody can guess: "p_" and 22 letters or digits."""

import secrets
from collections.abc import Callable
from typing import TypeAlias

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
#: 22 of 62 signs are 131 bits: as good as unguessable.
_LENGTH = 22
_COUNT = len(_ALPHABET) ** _LENGTH

#: Makes a new id that starts with the given word and "_".
NewId: TypeAlias = Callable[[str], str]


def new_id(prefix: str) -> str:
    """Return a new id; only letters, digits and "_", as webhook ids must be."""
    number, signs = secrets.randbelow(_COUNT), ""
    for _ in range(_LENGTH):
        number, sign = divmod(number, len(_ALPHABET))
        signs += _ALPHABET[sign]
    return f"{prefix}_{signs}"
