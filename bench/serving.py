"""The reference server on this machine, and how many requests a second it answers."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http import HTTPStatus
from http.client import HTTPConnection
from time import perf_counter

from flask import Flask

from bench.measure import MissingError
from renderer.config import Settings
from renderer.servers import HOST, listen

#: Who asks at the same time, and how often each.
_CLIENTS, _EACH = 8, 150
#: Seconds until a server answers.
_PATIENCE = 30

hello = Flask(__name__)


@hello.get("/")
def _hello() -> str:
    return "hello"


@contextmanager
def serving(app: str, settings: Settings | None = None) -> Iterator[int]:
    """Serve an application by gunicorn, 2 workers of 4 threads; give its port.

    Raises:
        MissingError: it does not answer.
    """
    with listen(0) as free:
        port = int(free.getsockname()[1])
    command = f"-m gunicorn --preload --workers 2 --threads 4 --bind {HOST}:{port}"
    told = {} if settings is None else _environment(settings)
    with subprocess.Popen(  # noqa: S603 - its own interpreter, its own words
        [sys.executable, *command.split(), app],
        env={**os.environ, **told},
        stderr=subprocess.DEVNULL,
    ) as server:
        try:
            _wait(port)
            yield port
        finally:
            server.terminate()


def rate(port: int, path: str, *, cookie: str = "") -> float:
    """Return how many requests a second are answered.

    Raises:
        RuntimeError: one was not answered with the page.
    """

    def ask(times: int) -> None:
        asking = HTTPConnection(HOST, port)
        for _ in range(times):
            asking.request("GET", path, headers={"Cookie": cookie})
            answer = asking.getresponse()
            answer.read()
            if answer.status != HTTPStatus.OK:
                raise RuntimeError(f"{path}: {answer.status}")
        asking.close()

    with ThreadPoolExecutor(_CLIENTS) as clients:
        list(clients.map(ask, [5] * _CLIENTS))
        begun = perf_counter()
        list(clients.map(ask, [_EACH] * _CLIENTS))
        return _CLIENTS * _EACH / (perf_counter() - begun)


def _environment(settings: Settings) -> dict[str, str]:
    return {
        "YIBIAO_DATA": str(settings.data),
        "YIBIAO_DEMO": str(settings.demo_people),
        "YIBIAO_END": settings.end,
    }


def _wait(port: int) -> None:
    until = perf_counter() + _PATIENCE
    while perf_counter() < until:
        try:
            HTTPConnection(HOST, port).connect()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise MissingError("gunicorn does not answer")
