"""Standard Webhooks 1.0.0, symmetric variant: sign and verify the exact bytes."""

import base64
import binascii
import hmac
import re
from collections.abc import Callable, Iterable, Mapping, Sequence

from submissions.errors import (
    MalformedHeaderError,
    MissingHeaderError,
    SignatureError,
    StaleMessageError,
)

KEY_BYTES = range(24, 65)
#: How far a message's time may be from ours, seconds.
TOLERANCE = 300

_PREFIX = "whsec_"
_ID = re.compile(r"[A-Za-z0-9_]+")
#: More signatures than a rotation of secrets can need are not looked at.
_MOST_SIGNATURES = 16


def sign(body: bytes, *, message_id: str, sent_at: int, key: bytes) -> str:
    """Return the value of the `webhook-signature` header for one request.

    Args:
        body: the exact bytes that will be sent, never a re-serialised copy.
        message_id: the same for every retry of a delivery; contains no ".".
        sent_at: time of this attempt, whole seconds since 1970-01-01T00:00Z.
        key: secret shared with the department, 24 to 64 bytes.

    Raises:
        ValueError: `message_id` contains other signs than letters, digits and "_", or
            `key` has another length.

    Source:
        Standard Webhooks 1.0.0, "Signature scheme", symmetric variant (v1).
    """
    if not _ID.fullmatch(message_id):
        raise ValueError(f"message_id must be letters, digits, _: {message_id!r}")
    if len(key) not in KEY_BYTES:
        raise ValueError(f"key must be 24 to 64 bytes, got {len(key)}")
    return "v1," + _mac(body, message_id, str(sent_at), key)


def headers(
    body: bytes,
    *,
    message_id: str,
    sent_at: int,
    secret: str,
    older: Sequence[str] = (),
) -> dict[str, str]:
    """Return the headers of one signed request; see `sign`.

    Args:
        older: secrets the receiver may still hold: each signs too.
    """
    signed = (
        sign(body, message_id=message_id, sent_at=sent_at, key=key_of(each))
        for each in (secret, *older)
    )
    return {
        "content-type": "application/json",
        "webhook-id": message_id,
        "webhook-timestamp": str(sent_at),
        # Single spaces: some libraries fall over anything else.
        "webhook-signature": " ".join(signed),
    }


def verify(
    body: bytes, headers: Mapping[str, str], *, secrets: Iterable[str], now: int
) -> str:
    """Return the id of a message that one of the secrets signed.

    Args:
        body: the exact bytes that came, before any parsing.
        headers: of the request, in any case.
        secrets: of the sender; several while a secret is being changed.
        now: whole seconds since 1970-01-01T00:00Z.

    Raises:
        VerificationError: the subclass says which check failed.
    """
    given = {name.lower(): value for name, value in headers.items()}
    for name in ("webhook-id", "webhook-timestamp", "webhook-signature"):
        if not given.get(name):
            raise MissingHeaderError(name)
    message_id, sent_at = given["webhook-id"], given["webhook-timestamp"]
    if not re.fullmatch(r"[0-9]{1,12}", sent_at):
        raise MalformedHeaderError("webhook-timestamp", "whole seconds since 1970")
    # A dot would let one signature stand for another id and another time.
    if not re.fullmatch(r"[!-\-/-~]{1,256}", message_id):
        rule = "1 to 256 visible ASCII signs without a dot"
        raise MalformedHeaderError("webhook-id", rule)
    if abs(now - int(sent_at)) > TOLERANCE:
        raise StaleMessageError(now - int(sent_at), TOLERANCE)
    expected = [
        f"v1,{_mac(body, message_id, sent_at, key_of(secret))}".encode()
        for secret in secrets
    ]
    for signature in given["webhook-signature"].split()[:_MOST_SIGNATURES]:
        # Compared as bytes: a text with other signs than ASCII would raise.
        if any(hmac.compare_digest(signature.encode(), good) for good in expected):
            return message_id
    raise SignatureError


def new_secret(randbytes: Callable[[int], bytes]) -> str:
    """Return a new secret as receivers are shown it."""
    return _PREFIX + base64.b64encode(randbytes(32)).decode()


def key_of(secret: str) -> bytes:
    """Return the bytes of a secret as it is shown.

    Raises:
        ValueError: it does not start with "whsec_", or is not base64 of 24 to 64 bytes.
    """
    try:
        key = base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
    except binascii.Error:
        key = b""
    if not secret.startswith(_PREFIX) or len(key) not in KEY_BYTES:
        raise ValueError(f"a secret is {_PREFIX} and base64 of 24 to 64 bytes")
    return key


def _mac(body: bytes, message_id: str, sent_at: str, key: bytes) -> str:
    signed = f"{message_id}.{sent_at}.".encode() + body
    return base64.b64encode(hmac.digest(key, signed, "sha256")).decode()
