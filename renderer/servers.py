"""Web servers that live inside this process: for the demo and the sample receiver."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread

from flask import Flask
from werkzeug.serving import WSGIRequestHandler, make_server

HOST = "127.0.0.1"
#: How many ports after the wished one are tried.
NEARBY = 20
QUEUE = 128


class _Quiet(WSGIRequestHandler):
    """Says nothing of each request: the terminal is for people."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Keep silent."""


def listen(port: int, *, nearby: int = NEARBY) -> socket.socket:
    """Return a listening socket on this port, or on the next one that is free.

    Args:
        port: 0 means any free one.
        nearby: how many ports after this one are tried.

    Raises:
        OSError: none of the ports nearby is free.
    """
    for wished in range(port, port + nearby + 1):
        made = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            made.bind((HOST, wished))
            made.listen(QUEUE)
        except OSError:
            made.close()
            continue
        return made
    tried = f"No port from {port} to {port + nearby}" if nearby else f"Port {port}"
    said = "is free" if nearby else "is taken"
    raise OSError(f"{tried} {said}: name another with --port.")


def address(listening: socket.socket) -> str:
    """Return where a listening socket can be reached, without a slash at the end."""
    return f"http://{HOST}:{listening.getsockname()[1]}"


@contextmanager
def serving(app: Flask, listening: socket.socket) -> Iterator[None]:
    """Serve an application on a listening socket, with a thread for each request."""
    server = make_server(
        HOST,
        listening.getsockname()[1],
        app,
        threaded=True,
        request_handler=_Quiet,
        fd=listening.fileno(),
    )
    thread = Thread(target=server.serve_forever, name=app.name)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
