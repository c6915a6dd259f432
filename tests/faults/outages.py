"""19: a disk that is full or read-only, a locked store, a clock that is wrong."""

import ctypes
import sqlite3
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from datetime import timedelta
from pathlib import Path
from random import Random

from submissions.clock import parse, utc_now, utc_text
from tests.faults import affair, planted
from tests.faults.found import Found, Place
from tests.faults.house import House, Web, kill, submit
from tests.waiting import until

#: Of the small disk; submissions before it is full, while, and after.
DISK, SENT = "4m", 15
#: Seconds that an outage lasts while a worker is running.
LASTS = 2.0
#: While it lasts every submission waits for the store until its patience ends.
FEW = 4
#: After it everything is accepted again within so many seconds.
RECOVERS = 5.0
#: Linux: take a capability away for good; the one that opens what is not allowed.
_DROP, _OVERRIDE = 24, 1
AHEAD = 3600
TABLE = (0, 0.5, 1, 2, 4)


def outages(place: Place) -> Found:
    """No 202 without a stored submission; everything recovers unaided."""
    found = Found()
    for name, breaking in (
        ("full", _full),
        ("read-only", _read_only),
        ("locked", _locked),
    ):
        folder = place.folder / name
        (folder / "data").mkdir(parents=True)
        with _disk(folder / "data", small=name == "full") as missing:
            if missing:
                found.note(name, missing)
                continue
            _outage(found, name, folder, breaking)
    _wrong_clock(found, place)
    return found


@contextmanager
def _disk(folder: Path, *, small: bool) -> Iterator[str]:
    """Make a folder a small disk; yield why that cannot be, or ""."""
    if not small:
        yield ""
        return
    command = ("mount", "-t", "tmpfs", "-o", f"size={DISK}", "tmpfs", str(folder))
    try:
        subprocess.run(command, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        yield "skipped: no tmpfs can be mounted here"
        return
    try:
        yield ""
    finally:
        subprocess.run(("umount", "--lazy", str(folder)), check=True)


def _outage(
    found: Found,
    name: str,
    folder: Path,
    breaking: Callable[[House], AbstractContextManager[None]],
) -> None:
    with House(folder) as house:
        house.receiver()
        web = house.web(planted.HURRIED, preexec_fn=_obey)
        ids = house.connect(affair.DEPARTMENTS, house.where)
        house.hurried(house.where, preexec_fn=_obey)
        house.verified(ids)
        before = _send(house, web, f"before-{name}")
        with breaking(house):
            during = _send(house, web, f"during-{name}", FEW)
            quiet = len(house.taken())
            time.sleep(LASTS)
            quiet = len(house.taken()) - quiet
        began = time.monotonic()
        after = []
        while not after or {status for status, *_ in after} != {202}:
            after = _send(house, web, f"during-{name}")
            if time.monotonic() - began > RECOVERS:
                break
        found.note(f"{name}: recovered in s", round(time.monotonic() - began, 1))
        told = [*before, *during, *after]
        accepted = {id_ for status, id_, _ in told if status == 202}
        stored = {each["_id"] for each in house.store.find("submissions")}
        found.true(f"{name}: drained", so=house.drained())
        taken = {(line["submission"], line["matter"]) for line in house.taken()}
        integrity = house.integrity()
    said = {(status, patience) for status, _, patience in during}
    found.must(f"{name}: answers", said, {(503, "30")})
    found.must(f"{name}: afterwards", {status for status, *_ in after}, {202})
    found.must(f"{name}: acknowledged and not stored", len(accepted - stored), 0)
    found.must(f"{name}: lost", 2 * len(accepted) - len(taken), 0)
    found.most(f"{name}: sent in {LASTS} s of it", quiet, 2 * SENT)
    found.must(f"{name}: integrity", integrity, "ok")


def _obey() -> None:
    """Let a process of root obey what files allow, as the product's own user does."""
    ctypes.CDLL(None).prctl(_DROP, _OVERRIDE)


def _send(
    house: House, web: Web, key: str, count: int = SENT
) -> list[tuple[int, str, str]]:
    """Send some; return status, id and Retry-After of each answer."""
    told = []
    for number in range(count):
        answers = affair.answers(Random(f"{key}{number}"), text=9)
        status, said, headers = submit(
            web.port, house.token, f"{key}-{number}", answers
        )
        told.append((status, said.get("id", ""), headers.get("retry-after", "")))
    return told


@contextmanager
def _full(house: House) -> Iterator[None]:
    """Fill the disk to the last byte."""
    filler = house.file.with_name("filler")
    with filler.open("wb", buffering=0) as file, suppress(OSError):
        for size in (65536, 512, 1):
            with suppress(OSError):
                while True:
                    file.write(bytes(size))
    yield
    filler.unlink()


@contextmanager
def _read_only(house: House) -> Iterator[None]:
    """Let nobody write to the store any more."""
    files = [path for path in house.file.parent.iterdir() if path.is_file()]
    for path in files:
        path.chmod(0o400)
    house.file.parent.chmod(0o500)
    yield
    house.file.parent.chmod(0o700)
    for path in files:
        path.chmod(0o600)


@contextmanager
def _locked(house: House) -> Iterator[None]:
    """Hold the store as another program would."""
    with closing(sqlite3.connect(house.file, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        yield
        other.execute("ROLLBACK")


def _wrong_clock(found: Found, place: Place) -> None:
    """A worker whose clock is an hour ahead, one an hour behind, then a good one."""
    folder = place.folder / "clock"
    folder.mkdir()
    with House(folder) as house:
        house.receiver()
        ids = house.connect(affair.DEPARTMENTS, house.where)
        good = house.hurried(house.where)
        house.verified(ids)
        kill(good)
        _wrongly(house, "ahead", AHEAD)
        refused = house.refused()
        due = [parse(d["due_at"]) for d in house.deliveries()]
        waits = (max(due) - utc_now()).total_seconds()
        _wrongly(house, "behind", -AHEAD)
        found.most("clock ahead: refused", refused, 2 * SENT * len(TABLE))
        found.least("clock ahead: refused at least", refused, 1)
        found.most("clock ahead: due after s", waits, AHEAD + 1.2 * max(TABLE))
        found.must("clock behind: sent", len(house.taken()), 0)
        soon = utc_text(utc_now() + timedelta(seconds=30))
        house.hurried(house.where, steps=TABLE)
        due = [d for d in house.deliveries() if d["due_at"] < soon]
        until(lambda: len(house.taken()) >= len(due), "nothing is sent any more")
        found.must("clock right: sent", len(house.taken()), 2 * SENT)
        lost = sum(d["state"] not in {"done", "pending"} for d in house.deliveries())
        found.must("clock: lost", lost, 0)


def _wrongly(house: House, key: str, ahead: int) -> None:
    """Apply some, and let a worker with a wrong clock work for a while."""
    for number in range(SENT):
        house.apply(f"{key}-{number}", affair.answers(Random(number), text=9))
    worker = house.hurried(house.where, steps=TABLE, ahead=ahead)
    time.sleep(3 * LASTS)
    kill(worker)
