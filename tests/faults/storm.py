"""1, 2: web servers and workers that are killed again and again; planted bugs."""

import itertools
import os
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from random import Random
from threading import Event, Thread
from typing import Any

from submissions import log
from submissions.standing import every
from submissions.store.contract import Document
from tests.faults import affair
from tests.faults.found import Found, Place
from tests.faults.house import WEB, House, Web, kill, submit

#: Clients that send at the same time; workers that deliver.
CLIENTS, WORKERS = 6, 2
#: Share of the tries at which the receiver fails.
FAILING = 0.25
#: Seconds between two kills.
PAUSE, FASTER = (0.3, 0.9), (0.15, 0.4)
#: Of so many kills of a web server one is of its master too.
MASTERS = 8
#: After so many times the kills of one storm a bug counts as not found.
ROUNDS = 8
VICTIMS = (("web",), ("worker",), ("web", "worker"))
#: Characters of free text: it is lost whatever its length.
TEXT = 50
#: Of every submission.
MATTERS = ("police", "tax")
DELIVERS_LATER = "tests.faults.planted:web_that_delivers_later()"


@dataclass
class Storm:
    """One run: what is sent, what is killed, and what was acknowledged."""

    house: House
    random: Random
    app: str = WEB
    planted: str = ""
    web: Web | None = None
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)
    kills: Counter[str] = field(default_factory=Counter)
    #: Submission id by key, as the first 202 said.
    acknowledged: dict[str, str] = field(default_factory=dict)
    #: Keys of which two answers named different submissions.
    torn: set[str] = field(default_factory=set)
    numbers: Iterator[int] = field(default_factory=itertools.count)

    def run(self, count: int, kills: int, pause: tuple[float, float]) -> None:
        """Send while web servers and workers are killed, until there was so much."""

        def keys() -> Iterator[str]:
            while (number := next(self.numbers)) < count or self.kills.total() < kills:
                yield f"key-{number}"

        with ThreadPoolExecutor(CLIENTS) as clients, self._killing(pause):
            seeds = [self.random.random() for _ in range(CLIENTS)]
            for ended in [clients.submit(self._send, keys(), seed) for seed in seeds]:
                ended.result()

    def start(self) -> None:
        """Start what is going to be killed, and a receiver."""
        seed = self.random.randrange(1000)
        where = self.house.receiver(failing=FAILING, seed=seed)
        ids = self.house.connect(affair.DEPARTMENTS, where)
        self.workers = [self._worker() for _ in range(WORKERS)]
        self.house.verified(ids)
        self.web = self.house.web(self.app)

    def _worker(self) -> subprocess.Popen[bytes]:
        return self.house.hurried(self.house.where, planted=self.planted)

    def _send(self, keys: Iterator[str], seed: float) -> None:
        random = Random(seed)
        for key in keys:
            answers = affair.answers(random, text=TEXT)
            while not self._accepted(key, answers):
                time.sleep(0.02)

    def _accepted(self, key: str, answers: dict[str, Any]) -> bool:
        try:
            port, token = self.web.port, self.house.token
            status, told, _ = submit(port, token, key, answers, timeout=10)
        except OSError:
            return False
        if (
            status == 202
            and self.acknowledged.setdefault(key, told["id"]) != told["id"]
        ):
            self.torn.add(key)
        return status == 202

    @contextmanager
    def _killing(self, pause: tuple[float, float]) -> Iterator[None]:
        stop = Event()
        killer = Thread(target=self._kill, args=(stop, pause))
        killer.start()
        try:
            yield
        finally:
            stop.set()
            killer.join()

    def _kill(self, stop: Event, pause: tuple[float, float]) -> None:
        while not stop.wait(self.random.uniform(*pause)):
            for victim in self.random.choice(VICTIMS):
                self.kills[victim] += 1
                self._kill_web() if victim == "web" else self._kill_worker()

    def _kill_worker(self) -> None:
        victim = self.workers.pop(0)
        kill(victim)
        self.workers.append(self._worker())

    def _kill_web(self) -> None:
        if self.random.randrange(MASTERS) == 0:
            self.kills["master"] += 1
            kill(self.web.process)
            self.web = self.house.web(self.app, port=self.web.port)
            return
        for child in self.web.children()[:1]:
            with suppress(ProcessLookupError):
                os.kill(child, signal.SIGKILL)

    def lost(self) -> int:
        """Return how many parts of what was acknowledged no receiver has got."""
        taken = {(line["submission"], line["matter"]) for line in self.house.taken()}
        parts = {(id_, m) for id_ in self.acknowledged.values() for m in MATTERS}
        return len(parts - taken)


def kill_storm(
    place: Place,
    count: int = 4000,
    kills: int = 100,
    pause: tuple[float, float] = PAUSE,
) -> Found:
    """Kill -9 of web, worker or both; nothing is lost, nothing invented."""
    found = Found()
    with House(place.folder) as house:
        storm = Storm(house, place.random)
        storm.start()
        began = time.monotonic()
        storm.run(count, kills, pause)
        found.note("submissions", len(storm.acknowledged))
        found.note("kills", storm.kills.total())
        found.note("sent in s", round(time.monotonic() - began, 1))
        began = time.monotonic()
        found.true("drained", so=house.drained())
        found.note("drained in s", round(time.monotonic() - began, 1))
        _judge(found, storm)
    return found


def _judge(found: Found, storm: Storm) -> None:
    taken, stored = storm.house.taken(), list(every(storm.house.store))
    ours = {d["id"]: d for each in stored for d in each["deliveries"]}
    times = Counter(line["id"] for line in taken)
    found.must("lost", storm.lost(), 0)
    found.must("invented", len(times.keys() - ours.keys()), 0)
    found.must("submissions per key", _per_key(storm, stored), 1.0)
    found.must("torn keys", len(storm.torn), 0)
    ids = {(line["part"], line["seq"]): set() for line in taken}
    for line in taken:
        ids[line["part"], line["seq"]].add((line["id"], line["body"]))
    found.must("parts with two ids or bodies", sum(len(s) > 1 for s in ids.values()), 0)
    found.note("duplicates", times.total() - len(times))
    found.note("most per id", max(times.values()))
    found.must("bad signatures", storm.house.refused(), 0)
    undone = sum(d["state"] != "done" for d in ours.values())
    found.must("not done", undone, 0)
    broken = sum(log.first_broken(each["log"]) is not None for each in stored)
    found.must("broken logs", broken, 0)
    found.must("integrity", storm.house.integrity(), "ok")


def _per_key(storm: Storm, stored: list[Document]) -> float:
    named = {each["_id"] for each in stored}
    strangers = named ^ set(storm.acknowledged.values())
    return (len(stored) + len(strangers)) / len(storm.acknowledged)


def mutants(place: Place, count: int = 600, kills: int = 20) -> Found:
    """Two planted bugs: the storm must find both, or it proves nothing.

    No kill is certain to hit, so it goes on until one has, if it needs to.
    """
    found = Found()
    for name, bug in (
        ("done at claim", {"planted": "done at claim"}),
        ("delivers after the commit", {"app": DELIVERS_LATER}),
    ):
        folder = place.folder / name.replace(" ", "_")
        folder.mkdir()
        with House(folder) as house:
            storm = Storm(house, place.random, **bug)
            storm.start()
            for each in range(1, ROUNDS + 1):
                storm.run(each * count, each * kills, FASTER)
                house.drained()
                if storm.lost():
                    break
            found.least(f"lost: {name}", storm.lost(), 1)
            found.note(f"kills: {name}", storm.kills.total())
    return found
