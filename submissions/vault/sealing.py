"""AES-256-GCM: what is sealed opens only with its key, and only in its place.

The name of the algorithm stands before what it made, so that another can come beside
it; what is sealed by one stays readable.
"""

from collections.abc import Callable
from typing import TypeAlias

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

#: Returns so many unguessable bytes, such as `secrets.token_bytes`.
RandomBytes: TypeAlias = Callable[[int], bytes]

ALGORITHM = "A256GCM"
KEY_BYTES = 32
_NONCE_BYTES = 12
_HEAD = f"{ALGORITHM}.".encode()


def seal(key: bytes, plain: bytes, *, place: str, random: RandomBytes) -> bytes:
    """Encrypt bytes, bound to a place.

    Args:
        key: 32 bytes.
        plain: what nobody else may read.
        place: where it is kept; it opens nowhere else.
        random: makes the nonce, anew each time. So many seals of one key that two
            nonces could meet are 2**32: more than any submission is written.
    """
    nonce = random(_NONCE_BYTES)
    return _HEAD + nonce + AESGCM(key).encrypt(nonce, plain, _bound(place))


def unseal(key: bytes, sealed: bytes, *, place: str) -> bytes:
    """Return what was sealed.

    Raises:
        ValueError: it was changed, or sealed with another key or for another place.
    """
    nonce_end = len(_HEAD) + _NONCE_BYTES
    if not sealed.startswith(_HEAD) or len(sealed) < nonce_end:
        raise ValueError("not sealed by an algorithm that is known here")
    nonce, rest = sealed[len(_HEAD) : nonce_end], sealed[nonce_end:]
    try:
        return AESGCM(key).decrypt(nonce, rest, _bound(place))
    except InvalidTag:
        raise ValueError("changed, or sealed with another key") from None


def _bound(place: str) -> bytes:
    return f"{place}|{ALGORITHM}".encode()
