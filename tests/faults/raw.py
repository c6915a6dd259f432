"""Receivers that are anything but well behaved, on bare sockets."""

import socket
import struct
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread
from typing import TypeAlias

from tests.waiting import HOST

#: Does with a connection what it wants; what it leaves open is closed.
Behaviour: TypeAlias = Callable[[socket.socket], None]
OK = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"


@contextmanager
def serving(behave: Behaviour) -> Iterator[str]:
    """Let every connection be treated so, each in a thread; yield HOST:PORT."""
    stop = Event()
    with socket.create_server((HOST, 0), backlog=256) as listening:
        listening.settimeout(0.1)
        port = listening.getsockname()[1]
        accepting = Thread(target=_accept, args=(listening, behave, stop))
        accepting.start()
        try:
            yield f"{HOST}:{port}"
        finally:
            stop.set()
            accepting.join()


def _accept(listening: socket.socket, behave: Behaviour, stop: Event) -> None:
    while not stop.is_set():
        try:
            connection, _ = listening.accept()
        except TimeoutError:
            continue
        connection.settimeout(30)
        Thread(target=_treat, args=(connection, behave), daemon=True).start()


def _treat(connection: socket.socket, behave: Behaviour) -> None:
    with connection, suppress(OSError):
        behave(connection)


def request(connection: socket.socket) -> tuple[bytes, bytes]:
    """Read a whole request; return its head and its body."""
    read = b""
    while b"\r\n\r\n" not in read:
        read += _more(connection)
    head, _, body = read.partition(b"\r\n\r\n")
    lines = head.lower().split(b"\r\n")
    [length] = [int(n[15:]) for n in lines if n.startswith(b"content-length:")]
    while len(body) < length:
        body += _more(connection)
    return head, body


def _more(connection: socket.socket) -> bytes:
    read = connection.recv(65536)
    if not read:
        raise ConnectionResetError
    return read


def reset(connection: socket.socket) -> None:
    """Hang up so that the other side is told of an error."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()


def drip(text: bytes) -> Behaviour:
    """Say something, then one byte each 0.3 s for ever."""

    def behave(connection: socket.socket) -> None:
        request(connection)
        connection.sendall(text)
        while True:
            connection.sendall(b"x")
            time.sleep(0.3)

    return behave


def hang(connection: socket.socket) -> None:
    """Take everything and never answer."""
    request(connection)
    while connection.recv(65536):
        pass


def answer(connection: socket.socket) -> None:
    """Do as one should."""
    request(connection)
    connection.sendall(OK)


def pour(head: bytes, piece: bytes) -> Behaviour:
    """Answer with something that has no end."""

    def behave(connection: socket.socket) -> None:
        request(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\n" + head + b"\r\n\r\n")
        while True:
            connection.sendall(piece)

    return behave
