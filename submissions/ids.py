"""Names for new things that nobody can guess: "p_" and 22 letters or digits."""

import secrets
from collections.abc import Callable
from typing import TypeAlias

_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
#: 22 of 62 signs are 131 bits: as good as unguessable.
_LENGTH = 22

#: Makes a new id that starts with the given word and "_".
NewId: TypeAlias = Callable[[str], str]


def new_id(prefix: str) -> str:
    """Return a new id; only letters, digits and "_", as webhook ids must be."""
    signs = (secrets.choice(_ALPHABET) for _ in range(_LENGTH))
    return f"{prefix}_{''.join(signs)}"
