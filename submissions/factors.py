"""A second factor: codes of an app (TOTP, RFC 6238), and codes on paper if it is lost.

>>> code_at("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", 59 // SECONDS)
'287082'
"""

import base64
import hmac
import struct
from collections.abc import Callable
from hashlib import sha256
from urllib.parse import quote, urlencode

#: How long a code is shown, and how many digits it has: what every app assumes.
SECONDS, DIGITS = 30, 6
SECRET_BYTES = 20
#: Codes on paper; each opens once.
RECOVERY_CODES = 8
_RECOVERY_BYTES = 10


def new_secret(random: Callable[[int], bytes]) -> str:
    """Return a new secret, in base 32 as apps read it."""
    return base64.b32encode(random(SECRET_BYTES)).decode()


def code_at(secret: str, step: int) -> str:
    """Return the code of one step of time: Unix seconds // `SECONDS`."""
    digest = hmac.digest(base64.b32decode(secret), struct.pack(">Q", step), "sha1")
    at = digest[-1] & 0x0F
    number = struct.unpack(">I", digest[at : at + 4])[0] & 0x7FFFFFFF
    return f"{number % 10**DIGITS:0{DIGITS}}"


def step_of(secret: str, typed: str, *, now: float, after: int) -> int | None:
    """Return the step whose code was typed, or None.

    A clock may be one step off, and a code opens once.

    Args:
        secret: in base 32.
        typed: spaces do not count.
        now: Unix seconds.
        after: the step of the last code that opened.
    """
    plain, here = "".join(typed.split()), int(now) // SECONDS
    for step in range(max(here - 1, after + 1), here + 2):
        if hmac.compare_digest(code_at(secret, step).encode(), plain.encode()):
            return step
    return None


def address(secret: str, *, of: str, at: str) -> str:
    """Return what an app reads from a QR code.

    Args:
        secret: in base 32.
        of: the name its owner signs in with.
        at: what the service is called.
    """
    said = urlencode({"secret": secret, "issuer": at})
    return f"otpauth://totp/{quote(at)}:{quote(of)}?{said}"


def recovery_codes(random: Callable[[int], bytes]) -> tuple[str, ...]:
    """Return new codes for paper, of 16 letters and digits, in groups of four."""
    made = (base64.b32encode(random(_RECOVERY_BYTES)) for _ in range(RECOVERY_CODES))
    return tuple(
        "-".join(code.decode()[at : at + 4] for at in range(0, 16, 4)) for code in made
    )


def kept_recovery(code: str) -> str:
    """Return what is stored of a code on paper, however it was typed.

    It has 80 random bits: nobody tries them all, so a plain hash keeps it.
    """
    plain = "".join(sign for sign in code.upper() if sign.isalnum())
    return sha256(plain.encode()).hexdigest()
