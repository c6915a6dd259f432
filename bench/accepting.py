"""A1 to A4 and D1 to D3: a running installation accepts and delivers.

The web server is gunicorn with two processes of four threads, as the Procfile has it;
a submission has 10 KB and three parts; clients, server, worker and receivers share the
machine.
"""

import json
import time
from contextlib import closing
from pathlib import Path
from random import Random
from sqlite3 import connect
from statistics import median

from bench.load import Sent, fsyncs, installed, load
from bench.measure import RUNS, MissingError, Row, Rows, Skipped, compared
from tests.faults import affair, disk, raw
from tests.faults.found import Place, Skip
from tests.faults.house import House, Web, until

_CLIENTS, _LOAD, _ALONE, _SYNCS = 8, 320, 60, 200
_MILLI = 1e3
#: Stored when the cost of one more is measured; the first is what others are held to.
_STORED = (100, 10_000, 100_000)


def accepted() -> Rows:
    """A1 to A3: many clients, then one; beside appends that are synced one by one."""
    with installed() as house:
        web = house.web()
        load(house, web, _LOAD, clients=_CLIENTS)
        many, one, syncs = [], [], []
        for _ in range(RUNS):
            syncs.append(fsyncs(house.folder, _SYNCS))
            many.append(load(house, web, _LOAD, clients=_CLIENTS))
            one.append(load(house, web, _ALONE, clients=1))
    yield from _accepted(many, one, median(syncs))


def _accepted(many: list[Sent], one: list[Sent], syncs: float) -> Rows:
    yield compared(
        "A1",
        median(each.rate for each in many),
        syncs,
        unit="/s",
        floor_name="submissions accepted, 3 parts, 10 KB, 8 clients, gunicorn 2 x 4; "
        "beside appends of 10 KB, each synced",
        must=0.22,
        sense="at least",
    )
    p99, p50 = (median(getattr(each, n) for each in many) for n in ("p99", "p50"))
    said = "p99 of A1; beside "
    yield compared("A2", p99, 60, unit="ms", floor_name=f"{said}60 ms", must=1)
    yield compared("A2 p50", p99, p50, unit="ms", floor_name=f"{said}its p50", must=6)
    yield compared(
        "A3",
        median(each.p50 for each in one),
        _MILLI / syncs,
        unit="ms",
        floor_name="p50 of one client; beside one append that is synced",
        must=10,
    )


def synced() -> Rows:
    """A4: seen by strace, every answer comes after the sync."""
    with installed() as house:
        try:
            count = disk.synced(Place(house.folder, Random(0), 0), "seen")
        except Skip as skip:
            raise MissingError(str(skip)) from skip
    yield compared(
        "A4",
        count,
        disk.WATCHED,
        unit="answers",
        floor_name="answers before which everything written was synced; of all",
        must=1,
        sense="at least",
    )


def first_attempt() -> Rows:
    """D1: from the 202 to the first attempts, nothing else going on."""
    taken = []
    with installed() as house:
        web = _delivering(house)
        for _ in range(20):
            before = len(house.taken())
            load(house, web, 1, clients=1)
            answered = time.time()
            until(lambda: len(house.taken()) >= before + 3, "not delivered")  # noqa: B023
            taken += [line["at"] - answered for line in house.taken()[before:]]
            time.sleep(0.3)
    yield compared(
        "D1",
        median(taken) * _MILLI,
        100,
        unit="ms",
        floor_name="p50 of the first attempt after the 202, 3 departments; beside "
        "100 ms",
        must=1,
    )


def _delivering(house: House, *, hanging: str = "") -> Web:
    """Start receivers and `yibiao worker`; one department's may be another's."""
    house.receiver()
    ids = house.connect(
        [name for name in affair.DEPARTMENTS if not hanging or name != "water"],
        house.where,
    )
    if hanging:
        house.trust("water", f"http://{hanging}/")
    house.worker(house.where, *([hanging] if hanging else []))
    house.verified(ids)
    web = house.web()
    load(house, web, 8, clients=8)
    if not hanging:
        until(lambda: len(house.taken()) == 3 * 8, "not delivered")
    return web


def sustained() -> Rows:
    """D2: accepted and delivered three times, until the last has arrived."""
    count = 2 * _LOAD
    rates = []
    with installed() as house:
        web = _delivering(house)
        for _ in range(RUNS):
            before, began = len(house.taken()), time.perf_counter()
            load(house, web, count, clients=_CLIENTS)
            until(lambda: len(house.taken()) >= before + 3 * count, "lost")  # noqa: B023
            rates.append(count / (time.perf_counter() - began))
    yield compared(
        "D2",
        median(rates),
        100,
        unit="/s",
        floor_name="submissions accepted and delivered to 3 departments, one worker; "
        "beside 100/s",
        must=1,
        sense="at least",
    )


def hanging() -> Rows:
    """D3: accepted while a worker delivers, with and without a receiver that hangs."""
    rates = {}
    with raw.serving(raw.hang) as where:
        for name, at in (("all", ""), ("hanging", where)):
            with installed() as house:
                web = _delivering(house, hanging=at)
                sent = [load(house, web, _LOAD, clients=_CLIENTS) for _ in range(RUNS)]
            rates[name] = median(each.rate for each in sent)
    yield compared(
        "D3",
        rates["hanging"],
        rates["all"],
        unit="/s",
        floor_name="submissions accepted while one of three receivers hangs; beside "
        "none does",
        must=0.95,
        sense="at least",
    )


def growth() -> Rows:
    """S1: what one more submission costs when many are stored."""
    costs: dict[int, float] = {}
    with installed() as house:
        house.apply("first", affair.answers(Random(0), text=9))
        for stored in _STORED:
            _fill(house.file, stored)
            costs[stored] = _cost(house, stored)
    for stored in _STORED[1:]:
        yield _grown(stored, costs[stored], costs[_STORED[0]])


def _cost(house: House, stored: int) -> float:
    random, taken = Random(stored), []
    for number in range(60):
        answers = affair.answers(random, text=9)
        began = time.perf_counter()
        house.apply(f"{stored}-{number}", answers)
        taken.append(time.perf_counter() - began)
    return median(taken) * _MILLI


def _fill(file: Path, stored: int) -> None:
    """Put copies of a submission beside it, as many as there are to be."""
    with closing(connect(file)) as opened, opened:
        _, _, text = opened.execute("SELECT * FROM submissions LIMIT 1").fetchone()
        document = json.loads(text)
        (there,) = opened.execute("SELECT COUNT(*) FROM submissions").fetchone()
        for number in range(there, stored):
            copy = {**document, "_id": f"s_copy{number}"}
            row = (copy["_id"], 1, json.dumps(copy))
            opened.execute("INSERT INTO submissions VALUES (?, ?, ?)", row)
            tags = [(f"{tag}{number}", copy["_id"]) for tag in document["tags"]]
            opened.executemany("INSERT INTO submissions_tags VALUES (?, ?)", tags)


def _grown(stored: int, cost: float, floor: float) -> Row | Skipped:
    return compared(
        f"S1 {stored}",
        cost,
        floor,
        unit="ms",
        floor_name=f"p50 of accepting one more with {stored} stored; beside "
        f"{_STORED[0]}",
        must=1.5,
    )


ROWS = {
    "A1": accepted,
    "A4": synced,
    "D1": first_attempt,
    "D2": sustained,
    "D3": hanging,
    "S1": growth,
}
