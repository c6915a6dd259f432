"""What a sample receiver has got, kept in a file so that a restart loses nothing."""

import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from threading import Lock
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """One message that came, and what we think of it."""

    #: `webhook-id`: the same for every try of one delivery.
    id: str
    at: str
    department: str
    type: str = ""
    ref: str = ""
    affair: str = ""
    matter: str = ""
    part: str = ""
    digest: str = ""
    seq: int = 0
    #: Where the document of a thin message is.
    href: str = ""
    #: The signature is good and the document is valid by the matter's own schema.
    verified: bool = False
    #: Why not; empty when verified.
    why: str = ""
    document: Any = None
    #: As the event tells of them, with the addresses of files.
    materials: Any = None
    #: How often it came.
    times: int = 1
    #: What became of our answer to it; empty while there is none.
    answer: str = ""


class Inbox:
    """What arrived, oldest first; on the disk before it is acknowledged."""

    def __init__(self, path: Path | None = None) -> None:
        """Take up what a file holds.

        Args:
            path: of a file of JSON lines, each an arrival as it was then; None: only
                in memory.
        """
        self._lock = Lock()
        self._path = path
        self._arrivals = {each.id: each for each in _read(path)} if path else {}

    def keep(self, arrival: Arrival) -> bool:
        """Remember an arrival; return whether it is the first good one of its id."""
        with self._lock:
            before = self._arrivals.get(arrival.id)
            times = before.times + 1 if before else 1
            if before and before.verified:
                self._put(replace(before, times=times))
                return False
            self._put(replace(arrival, times=times))
            return arrival.verified

    def note(self, id_: str, **more: Any) -> None:
        """Remember more about a message: what became of our answer to it."""
        with self._lock:
            self._put(replace(self._arrivals[id_], **more))

    def all(self) -> list[Arrival]:
        """Return every arrival, oldest first."""
        with self._lock:
            return list(self._arrivals.values())

    def _put(self, arrival: Arrival) -> None:
        if self._path is not None:
            line = json.dumps(asdict(arrival), ensure_ascii=False) + "\n"
            with self._path.open("ab") as file:
                file.write(line.encode())
                file.flush()
                os.fsync(file.fileno())
        self._arrivals[arrival.id] = arrival


def _read(path: Path) -> Iterator[Arrival]:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.touch(mode=0o600)
    kept, end, _torn = path.read_bytes().rpartition(b"\n")
    # Half a line was never acknowledged; what follows must begin a line of its own.
    os.truncate(path, len(kept) + len(end))
    for line in kept.splitlines():
        yield Arrival(**json.loads(line))
