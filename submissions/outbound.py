"""The guard every outgoing request passes: where it may go, how long, how much.

An address is resolved once, every answer is checked, and the connection is made to the
address that was checked, so that a name cannot change its mind in between.
"""

import ipaddress
import socket
import ssl
import threading
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Protocol, Self

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import HTTPError, LocationParseError
from urllib3.exceptions import TimeoutError as SlowError
from urllib3.util import parse_url

from submissions.errors import ForbiddenAddressError

#: Of the whole attempt, from the name lookup to the end of the answer, seconds.
DEADLINE = 15.0
#: An answer is read this far; what it says counts only for a challenge.
MOST_ANSWER = 64 * 1024

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
        port=parsed.port or {"http": 80, "https": 443}[parsed.scheme],
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
) -> Result:
    """Send one POST request; redirects are not followed and proxies not used.

    Args:
        url: https, unless allowed.
        headers: all that are sent besides what HTTP itself needs.
        body: the exact bytes to send.
        deadline: seconds for the whole attempt; then the connection is cut.
        allowed: "host:port" of receivers that may be private and without TLS.
    """
    began = time.monotonic()
    with _Watchdog(deadline) as watchdog:
        try:
            to = target(url)
            addresses = _checked(url, to, allowed, watchdog)
            result = _exchange(to, addresses, dict(headers), body, watchdog)
        except ForbiddenAddressError as error:
            result = Result(error=f"forbidden: {error.reason}")
        except (HTTPError, OSError, ValueError) as error:
            # ValueError: a header or a host name that HTTP cannot carry.
            late = watchdog.barked or isinstance(error, (TimeoutError, SlowError))
            result = Result(error="deadline" if late else _name(error))
    return replace(result, took=time.monotonic() - began)


class _Watchdog:
    """Cuts a connection when the time is up, however busy it seems.

    A time limit per read never ends with a receiver that sends one byte at a time.
    """

    def __init__(self, deadline: float) -> None:
        self.barked = False
        self._end = time.monotonic() + deadline
        self._lock = threading.Lock()
        self._watched: list[socket.socket] = []
        self._timer = threading.Timer(deadline, self._bark)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()
        with self._lock:
            for watched in self._watched:
                watched.close()
            self._watched.clear()

    @property
    def left(self) -> float:
        """Seconds left; never 0, which sockets take for "no limit"."""
        return max(self._end - time.monotonic(), 0.001)

    def watch(self, connection: socket.socket) -> None:
        """Cut this one too. A copy is kept: TLS takes the original away."""
        with self._lock:
            self._watched.append(connection.dup())
        if self.barked:
            self._bark()

    def _bark(self) -> None:
        self.barked = True
        with self._lock:
            for watched in self._watched:
                try:
                    watched.shutdown(socket.SHUT_RDWR)
                except OSError:
                    continue  # it has ended already


def _checked(
    url: str,
    to: Target,
    allowed: Collection[str],
    watchdog: _Watchdog,
) -> list[str]:
    """Return the addresses of a target, every one of them allowed."""
    trusted = str(to) in allowed
    reason = "" if trusted else refusal(to)
    if reason:
        raise ForbiddenAddressError(url, reason)
    addresses = _resolve(to.host, to.port, watchdog.left)
    if not trusted and not all(map(is_public, addresses)):
        raise ForbiddenAddressError(url, "it leads into a private network")
    return addresses


def _resolve(host: str, port: int, patience: float) -> list[str]:
    """Look a name up; the system's own lookup knows no deadline."""
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
    thread.join(patience)
    if failed:
        raise failed[0]
    if not found:
        raise TimeoutError("name lookup")
    return found[0]


def _exchange(
    to: Target,
    addresses: list[str],
    headers: dict[str, str],
    body: bytes,
    watchdog: _Watchdog,
) -> Result:
    dial = partial(_dial, addresses, to.port, watchdog)
    with _pool(to, dial, watchdog.left) as pool:
        answer = pool.urlopen(
            "POST",
            to.path,
            body=body,
            headers=headers,
            redirect=False,
            retries=False,
            preload_content=False,
            decode_content=False,
        )
        # Cut off in the middle of its headers, an answer looks like a whole one.
        if watchdog.barked:
            return Result(error="deadline")
        read = b""
        try:
            read = answer.read(MOST_ANSWER)
        except (HTTPError, OSError):
            # The status has been said; what follows it changes nothing.
            pass
        finally:
            answer.close()
        return Result(
            status=answer.status,
            retry_after=answer.headers.get("retry-after"),
            date=answer.headers.get("date"),
            answer=read,
        )


def _dial(addresses: list[str], port: int, watchdog: _Watchdog) -> socket.socket:
    """Connect to the first of the checked addresses that answers."""
    problem: OSError = OSError("no address")
    for address in addresses:
        try:
            connection = socket.create_connection((address, port), watchdog.left)
        except OSError as error:
            problem = error
            continue
        connection.settimeout(watchdog.left)
        watchdog.watch(connection)
        return connection
    raise problem


def _pool(
    to: Target, dial: Callable[[], socket.socket], patience: float
) -> HTTPConnectionPool:
    class Plain(HTTPConnection):
        def _new_conn(self) -> socket.socket:
            return dial()

    class Secure(HTTPSConnection):
        def _new_conn(self) -> socket.socket:
            return dial()

    options: dict[str, Any] = {"timeout": urllib3.Timeout(patience), "maxsize": 1}
    if to.scheme == "http":
        plain = HTTPConnectionPool(to.host, to.port, **options)
        plain.ConnectionCls = Plain
        return plain
    context = ssl.create_default_context()
    secure = HTTPSConnectionPool(to.host, to.port, ssl_context=context, **options)
    secure.ConnectionCls = Secure
    return secure


def _name(error: BaseException) -> str:
    """Name what went wrong at the bottom: a word, never what was sent."""
    inner = [each for each in error.args if isinstance(each, BaseException)]
    return _name(inner[0]) if inner else type(error).__name__
