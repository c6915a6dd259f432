"""Requests that must not go anywhere, in a process of its own; counts what it dials.

Told as JSON: {"allowed": a receiver that may be called, "trap": where nobody may go}.
Prints what was dialled besides the allowed one, by kind of attempt. No connection
leaves this host: what is not allowed is counted and stopped at the socket.
"""

import json
import os
import socket
import sys
from collections.abc import Iterator
from typing import Any

from submissions import outbound

LOOPBACK = "127.0.0.1"
HOSTS = (
    *("127.0.0.1", "localhost", "127.1", "127.0.1", "2130706433", "0x7f000001"),
    *("0x7f.1", "0177.0.0.1", "017700000001", "0177.1", "127.127.127.127", "0"),
    *("①②⑦.⓪.⓪.①", "127。0。0。1", "１２７.0.0.1", "0.0.0.0", "[::1]", "[::]"),  # noqa: S104
    *("[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::127.0.0.1]", "[64:ff9b::7f00:1]"),
    *("[2002:7f00:1::]", "[fe80::1]", "[fec0::1]", "[fc00::1]", "[ff0e::1]"),
    *("169.254.169.254", "100.64.0.1", "10.0.0.1", "172.16.0.1", "192.168.0.1"),
    *("192.0.0.8", "192.88.99.1", "224.0.0.1"),
)
FORMS = (
    *("https://me@{}/", "https://me:secret@{}/", "http://{}/", "https://{}:9000/"),
    *("ftp://{}/", "gopher://{}/", "https://[{}/"),
)
#: An address of the public internet; dialling it is stopped at the socket.
PUBLIC = "1.1.1.1"
NAME = "name.example.org"

_dialled: list[tuple[str, int]] = []
_allowed: set[tuple[str, int]] = set()


def gate(event: str, arguments: tuple[Any, ...]) -> None:
    """Count connections to anywhere but the allowed receiver, and stop them."""
    if event != "socket.connect" or not isinstance(arguments[1], tuple):
        return
    address = arguments[1][:2]
    if address in _allowed:
        return
    _dialled.append(address)
    raise ConnectionRefusedError("stopped by the harness")


def _tried(urls: Iterator[str], allowed: tuple[str, ...] = ()) -> dict[str, Any]:
    """Return how many were tried, answered, and what was dialled."""
    before, count, answered = len(_dialled), 0, 0
    for url in urls:
        result = outbound.post(url, {}, b"secret", deadline=2, allowed=allowed)
        count, answered = count + 1, answered + (result.status is not None)
    return {"tried": count, "answered": answered, "dialled": _dialled[before:]}


def _renamed(*answers: list[str]) -> dict[str, Any]:
    """Try a name whose lookups bring these answers, one after the other."""
    left, real = list(answers), socket.getaddrinfo

    def look_up(host: str, port: int, *more: Any, **named: Any) -> list[Any]:
        if host != NAME:
            return real(host, port, *more, **named)
        found = left.pop(0) if len(left) > 1 else left[0]
        return [(socket.AF_INET, 1, 6, "", (each, port)) for each in found]

    socket.getaddrinfo = look_up
    try:
        return _tried(iter([f"https://{NAME}/"]))
    finally:
        socket.getaddrinfo = real


def main(told: dict[str, str]) -> dict[str, Any]:
    """Try everything; return what came of it."""
    where, trap = told["allowed"], told["trap"]
    _allowed.add((LOOPBACK, int(where.rpartition(":")[2])))
    sys.addaudithook(gate)
    found = {
        "hosts": _tried(f"https://{host}/" for host in HOSTS),
        "forms": _tried(form.format(LOOPBACK) for form in FORMS),
        "rebinding": _renamed([PUBLIC], [LOOPBACK]),
        "mixed": _renamed([PUBLIC, "10.0.0.1"]),
        "redirect": _tried(iter([f"http://{where}/"]), (where,)),
    }
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        os.environ[name] = os.environ[name.upper()] = f"http://{trap}/"
    return {**found, "proxy": _tried(iter([f"http://{where}/"]), (where,))}


if __name__ == "__main__":
    json.dump(main(json.loads(sys.argv[1])), sys.stdout)
