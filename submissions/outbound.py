"""The guard every outgoing request passes: where it may go, how long, how much.

An address is resolved once, every answer is checked, and the connection is made to the
address that was checked, so that a name cannot change its mind in between.
"""

import io
import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Collection, Mapping
from contextlib import closing, suppress
from dataclasses import dataclass, field, replace
from functools import cache
from http.client import HTTPConnection, HTTPException
from typing import TYPE_CHECKING, Protocol

from urllib3.exceptions import LocationParseError
from urllib3.util import parse_url

from submissions.errors import ForbiddenAddressError

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

#: Of the whole attempt, from the name lookup to the end of the answer, seconds.
DEADLINE = 15.0
#: An answer is read this far; what it says counts only for a challenge.
MOST_ANSWER = 64 * 1024

_PORT = {"http": 80, "https": 443}
_PORTS = (443, 8443)
_V4_SPECIAL = tuple(map(ipaddress.IPv4Network, ("192.0.0.0/24", "192.88.99.0/24")))
_V6_GLOBAL = ipaddress.IPv6Network("2000::/3")
_V6_SPECIAL = tuple(
    map(
        ipaddress.IPv6Network,
        ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"),
    )
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What came of one request."""

    #: Of the answer; None if there was none in time.
    status: int | None = None
    #: Why there was none: a word for the log.
    error: str | None = None
    #: The Retry-After and the Date header as they came.
    retry_after: str | None = None
    date: str | None = field(default=None, compare=False)
    #: What was read of the answer.
    answer: bytes = b""
    #: Seconds.
    took: float = field(default=0.0, compare=False)


class Post(Protocol):
    """Sends one request and says what came of it; never raises for the network."""

    def __call__(
        self, url: str, headers: Mapping[str, str], body: bytes, *, deadline: float
    ) -> Result:
        """Send `body`, taking at most `deadline` seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Where a request goes."""

    scheme: str
    host: str
    port: int
    #: Path and query.
    path: str

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


def target(url: str) -> Target:
    """Take a URL apart.

    Raises:
        ForbiddenAddressError: it is none, or one with a user name.
    """
    try:
        parsed = parse_url(url)
    except LocationParseError as error:
        raise ForbiddenAddressError(url, "it is no URL") from error
    if parsed.scheme not in {"http", "https"} or not parsed.host:
        raise ForbiddenAddressError(url, "it is no http or https URL")
    if parsed.port == 0:
        raise ForbiddenAddressError(url, "there is no port 0")
    if parsed.auth is not None:
        raise ForbiddenAddressError(url, "it holds a user name")
    return Target(
        scheme=parsed.scheme,
        host=parsed.host.strip("[]"),
        port=parsed.port or _PORT[parsed.scheme],
        path=parsed.request_uri,
    )


def allowance(text: str) -> str:
    """Return a receiver that may be private, as `post` compares it.

    Args:
        text: "host:port".

    Raises:
        ForbiddenAddressError: it is something else.

    >>> allowance("LOCALHOST:9100")
    'localhost:9100'
    """
    host, _, port = text.rpartition(":")
    try:
        to = target(f"http://{text}")
    except ForbiddenAddressError as error:
        raise ForbiddenAddressError(text, error.reason) from error
    if not host or not port.isdecimal() or to.path != "/":
        raise ForbiddenAddressError(text, "it is no host and port")
    return str(to)


def refusal(to: Target) -> str:
    """Say why nothing is sent there unless it is allowed; "" if nothing shows yet.

    What a name leads to shows only when it is looked up.
    """
    if to.scheme != "https":
        return "it is not https"
    if to.port not in _PORTS:
        return f"port {to.port} is none of {_PORTS}"
    try:
        private = not is_public(to.host)
    except ValueError:  # a name
        private = to.host == "localhost"
    return "it leads into a private network" if private else ""


def is_public(address: str) -> bool:
    """Tell whether an address belongs to the public internet.

    `is_global` alone is wrong: on Python 3.11 it is true for multicast, for 6to4 and
    NAT64 forms of loopback, and for several reserved blocks.
    """
    found = ipaddress.ip_address(address)
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped is not None:
        found = found.ipv4_mapped
    if not found.is_global or found.is_multicast or found.is_reserved:
        return False
    if isinstance(found, ipaddress.IPv4Address):
        return not any(found in network for network in _V4_SPECIAL)
    return found in _V6_GLOBAL and not any(found in n for n in _V6_SPECIAL)


def post(
    url: str,
    headers: Mapping[str, str],
    body: bytes,
    *,
    deadline: float = DEADLINE,
    allowed: Collection[str] = (),
    tls: ssl.SSLContext | None = None,
) -> Result:
    """Send one POST request; redirects are not followed and proxies not used.

    Args:
        url: https, unless allowed.
        headers: all that are sent besides what HTTP itself needs.
        body: the exact bytes to send.
        deadline: seconds for the whole attempt; then the connection is cut.
        allowed: "host:port" of receivers that may be private and without TLS.
        tls: whom to trust, and which certificate to show; the system's, and none.
    """
    return _sent(url, headers, body, deadline=deadline, allowed=allowed, tls=tls)


def get(
    url: str, *, deadline: float = DEADLINE, allowed: Collection[str] = ()
) -> Result:
    """Send one GET request, under the same guard; see `post`."""
    asked = {"Accept": "application/json"}
    return _sent(url, asked, None, deadline=deadline, allowed=allowed)


def _sent(
    url: str,
    headers: Mapping[str, str],
    body: bytes | None,
    *,
    deadline: float,
    allowed: Collection[str],
    tls: ssl.SSLContext | None = None,
) -> Result:
    """Send a body, or ask without one."""
    began = time.monotonic()
    end = began + deadline
    try:
        to = target(url)
        addresses = _checked(url, to, allowed, end)
        with closing(_dial(to, addresses, end, tls or _tls())) as connection:
            result = _exchange(to, _Wire(connection, end), dict(headers), body)
    except ForbiddenAddressError as error:
        result = Result(error=f"forbidden: {error.reason}")
    except (HTTPException, OSError, ValueError) as error:
        # ValueError: a header or a host name that HTTP cannot carry.
        late = isinstance(error, TimeoutError)
        result = Result(error="deadline" if late else type(error).__name__)
    return replace(result, took=time.monotonic() - began)


def _left(end: float) -> float:
    """Return the seconds until a time of the monotonic clock.

    Raises:
        TimeoutError: it has passed.
    """
    left = end - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


class _Wire(io.RawIOBase):
    """A connection that ends in time, however busy it seems; in the place of a socket.

    A time limit for each read alone would never end with a receiver that sends one byte
    at a time, so each may take only what is left.
    """

    def __init__(self, connection: socket.socket, end: float) -> None:
        super().__init__()
        self._connection, self._end = connection, end

    def sendall(self, data: bytes) -> None:
        self._connection.settimeout(_left(self._end))
        self._connection.sendall(data)

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(self)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer") -> int:
        self._connection.settimeout(_left(self._end))
        return self._connection.recv_into(buffer)

    def close(self) -> None:
        """Do nothing: what has come is still read. Who dialled closes."""


def _checked(url: str, to: Target, allowed: Collection[str], end: float) -> list[str]:
    """Return the addresses of a target, every one of them allowed."""
    trusted = str(to) in allowed
    reason = "" if trusted else refusal(to)
    if reason:
        raise ForbiddenAddressError(url, reason)
    addresses = _resolve(to.host, to.port, end)
    if not trusted and not all(map(is_public, addresses)):
        raise ForbiddenAddressError(url, "it leads into a private network")
    return addresses


def _resolve(host: str, port: int, end: float) -> list[str]:
    """Look a name up; the system's own lookup knows no deadline."""
    with suppress(ValueError):
        return [str(ipaddress.ip_address(host))]
    found: list[list[str]] = []
    failed: list[Exception] = []

    def look_up() -> None:
        try:
            answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            found.append([str(answer[4][0]) for answer in answers])
        except (OSError, UnicodeError) as error:
            failed.append(error)

    thread = threading.Thread(target=look_up, daemon=True)
    thread.start()
    thread.join(_left(end))
    if failed:
        raise failed[0]
    if not found:
        raise TimeoutError("name lookup")
    return found[0]


def _dial(
    to: Target, addresses: list[str], end: float, tls: ssl.SSLContext
) -> socket.socket:
    """Connect to the first of the checked addresses that answers."""
    problem: OSError = OSError("no address")
    for address in addresses:
        try:
            connection = socket.create_connection((address, to.port), _left(end))
        except OSError as error:
            problem = error
            continue
        # The head of a request and its body are two writes; neither waits.
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if to.scheme == "http":
            return connection
        with connection:  # TLS takes it over, or fails
            connection.settimeout(_left(end))
            return tls.wrap_socket(connection, server_hostname=to.host)
    raise problem


@cache
def _tls() -> ssl.SSLContext:
    return ssl.create_default_context()


def _exchange(
    to: Target, wire: _Wire, headers: dict[str, str], body: bytes | None
) -> Result:
    # It says what HTTP asks for; it never connects by itself.
    http = HTTPConnection(to.host, to.port)
    http.default_port = _PORT[to.scheme]
    http.auto_open, http.sock = 0, wire
    verb = "GET" if body is None else "POST"
    http.request(verb, to.path, body=body, headers=headers)
    answer = http.getresponse()
    read = b""
    with suppress(HTTPException, OSError):
        # The status has been said; what follows it changes nothing.
        read = answer.read(MOST_ANSWER)
    return Result(
        status=answer.status,
        retry_after=answer.headers.get("retry-after"),
        date=answer.headers.get("date"),
        answer=read,
    )
