"""Registers and certificates that are asked over HTTP, as JSON."""

import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from typing import Any

import orjson

from renderer.sources.base import Inquiry, PrefillSource, SilentError, Told
from submissions import outbound
from submissions.clock import utc_text


@dataclass(frozen=True, slots=True, kw_only=True)
class Registry(PrefillSource):
    """A register behind one address.

    It is sent `{"register": NAME, "key": {...}}` in the body, never in the address, and
    answers 200 with `{"at": TIME, "values": {...}}`, or 404: it knows nothing of this.
    """

    url: str
    #: Sent as a bearer token; "" where the certificate of `tls` says who asks.
    token: str = field(default="", repr=False)
    tls: ssl.SSLContext | None = None
    #: "host:port" where it may be private and without TLS.
    allowed: tuple[str, ...] = ()

    def ask(self, inquiry: Inquiry, *, deadline: float) -> Told:
        """Ask once; redirects are not followed, and the answer is read to 64 KB."""
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        body = orjson.dumps(self.question(inquiry))
        result = outbound.post(
            self.url,
            headers,
            body,
            deadline=deadline,
            allowed=self.allowed,
            tls=self.tls,
        )
        if result.status == HTTPStatus.NOT_FOUND:
            return Told(values=None, at=inquiry.now)
        if result.status != HTTPStatus.OK:
            raise SilentError(result.error or f"status {result.status}")
        return _told(result.answer)

    def question(self, inquiry: Inquiry) -> Mapping[str, Any]:
        """Return what is sent."""
        return {"register": inquiry.register, "key": inquiry.key}


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificates(Registry):
    """A service of electronic certificates (GB/T 36906): one kind, one holder."""

    #: Such as "ecert.id_card".
    certificate: str

    def question(self, inquiry: Inquiry) -> Mapping[str, Any]:
        """Return what is sent."""
        return {"certificate": self.certificate, "holder": inquiry.key}


def _told(answer: bytes) -> Told:
    try:
        said = orjson.loads(answer)
        at, values = datetime.fromisoformat(said["at"]), said["values"]
        if not isinstance(values, dict) or at.tzinfo is None:
            raise SilentError("answer")
    except (KeyError, TypeError, ValueError) as error:
        raise SilentError("answer") from error
    return Told(values=values, at=utc_text(at))
