"""Clients that send to a running installation, and the floor of its disk."""

import http.client
import json
import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from random import Random
from statistics import median, quantiles
from time import perf_counter
from typing import Any

from tests.faults import affair
from tests.faults.house import HOST, House, Web

#: Bytes of one append: about a submission.
_APPEND = 10 * 1024
_MILLI = 1e3
_numbers = count()


@dataclass(frozen=True)
class Sent:
    """What a load took: seconds in all, and of each submission."""

    seconds: float
    each: Sequence[float]

    @property
    def rate(self) -> float:
        """Submissions per second."""
        return len(self.each) / self.seconds

    @property
    def p50(self) -> float:
        """Milliseconds."""
        return median(self.each) * _MILLI

    @property
    def p99(self) -> float:
        """Milliseconds."""
        return quantiles(self.each, n=100)[98] * _MILLI


@contextmanager
def installed() -> Iterator[House]:
    """Run an installation in a folder of its own."""
    with (
        tempfile.TemporaryDirectory(prefix="yibiao-bench-") as folder,
        House(Path(folder)) as house,
    ):
        yield house


def load(house: House, web: Web, number: int, *, clients: int) -> Sent:
    """Send so many submissions of three parts; each client the next after the last."""
    token, shares = house.token, [number // clients] * clients
    random = Random(next(_numbers))
    bodies = [[_body(random, next(_numbers)) for _ in range(share)] for share in shares]
    began = perf_counter()
    with ThreadPoolExecutor(clients) as threads:
        told = list(threads.map(lambda each: _send_all(web.port, token, each), bodies))
    return Sent(perf_counter() - began, [took for each in told for took in each])


def _body(random: Random, number: int) -> tuple[str, bytes]:
    answers = affair.answers(random, water=True)
    return f"bench-{number}", json.dumps({"answers": answers}).encode()


def _send_all(
    port: int, token: str, bodies: Sequence[tuple[str, bytes]]
) -> list[float]:
    connection = http.client.HTTPConnection(HOST, port, timeout=60)
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    taken = []
    for key, body in bodies:
        began = perf_counter()
        _send(connection, {**headers, "Idempotency-Key": key}, body)
        taken.append(perf_counter() - began)
    connection.close()
    return taken


def _send(
    connection: http.client.HTTPConnection, headers: Mapping[str, Any], body: bytes
) -> None:
    path = "/api/v1/affairs/moving/submissions"
    connection.request("POST", path, body=body, headers=dict(headers))
    answer = connection.getresponse()
    said = answer.read()
    if answer.status != 202:  # noqa: PLR2004
        raise RuntimeError(f"{answer.status}: {said[:200]!r}")


def fsyncs(folder: Path, number: int) -> float:
    """Return how many appends of 10 KB a second the disk takes, each synced."""
    with (folder / "floor").open("ab", buffering=0) as file:
        began = perf_counter()
        for _ in range(number):
            file.write(bytes(_APPEND))
            os.fsync(file.fileno())
        return number / (perf_counter() - began)
