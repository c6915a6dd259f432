"""Passwords, kept as argon2id: a copy of the store opens no account.

One is checked at a time in each process: a check takes 64 MiB, and many at once would
take what the others need.
"""

import unicodedata
from functools import cache
from threading import Lock

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

#: Characters of a password.
LEAST, MOST = 12, 200
#: Bytes; what RFC 9106 asks for.
SALT_BYTES = 16

_hasher = PasswordHasher(
    time_cost=3, memory_cost=64 * 1024, parallelism=1, salt_len=SALT_BYTES
)
_one = Lock()


def keep(password: str, *, salt: bytes) -> str:
    """Return what is stored of a password.

    Args:
        password: as it was typed.
        salt: `SALT_BYTES` random bytes.
    """
    with _one:
        return _hasher.hash(_normal(password), salt=salt)


def is_right(kept: str | None, typed: str) -> bool:
    """Tell whether this is the password; None: there is none, which takes as long."""
    wanted = _nobodys() if kept is None else kept
    if len(typed) > MOST:
        typed = ""
    try:
        with _one:
            _hasher.verify(wanted, _normal(typed))
    except (VerificationError, InvalidHashError):
        return False
    return kept is not None


def fault(password: str, *, of: str) -> str | None:
    """Return the rule that a new password breaks, or None.

    Args:
        password: as it was typed.
        of: the name its owner signs in with.
    """
    plain = _normal(password)
    if len(plain) < LEAST:
        return "password-short"
    if len(plain) > MOST:
        return "password-long"
    if of in plain.lower() or len(set(plain)) < LEAST // 2:
        return "password-plain"
    return None


def _normal(password: str) -> str:
    """Return a password the same, whichever way a keyboard writes its signs."""
    return unicodedata.normalize("NFKC", password)


@cache
def _nobodys() -> str:
    return _hasher.hash("nobody's", salt=bytes(SALT_BYTES))
