"""Waiting for what other processes and threads do, and ports to find them at."""

import socket
import time
from collections.abc import Callable
from random import SystemRandom

HOST = "127.0.0.1"
#: Seconds after which something that should happen counts as not happening: many times
#: what it takes on a slow machine with others at work.
LONG = 180.0
#: Below those the system deals out by itself, so that no connection of anybody takes
#: one between its choice and its use.
PORTS = range(12_000, 32_000)


def until(true: Callable[[], object], why: str, seconds: float = LONG) -> None:
    """Wait until something is so.

    Raises:
        TimeoutError: it was not in time.
    """
    end = time.monotonic() + seconds
    while not true():
        if time.monotonic() > end:
            raise TimeoutError(why)
        time.sleep(0.02)


def free_port() -> int:
    """Return a port nobody listens on now."""
    chance = SystemRandom()
    while True:
        port = chance.choice(PORTS)
        with socket.socket() as tried:
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                tried.bind((HOST, port))
            except OSError:
                continue
        return port


def listens(port: int) -> bool:
    """Tell whether somebody listens."""
    with socket.socket() as tried:
        return tried.connect_ex((HOST, port)) == 0
