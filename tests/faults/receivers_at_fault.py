"""8 to 12: receivers that are dead, drip, pour, hang up or answer strangely."""

import gzip
import os
import re
import ssl
import subprocess
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from email.utils import format_datetime
from itertools import pairwise
from pathlib import Path
from threading import Event, Thread
from typing import Any

from submissions import endpoints
from submissions.clock import parse, utc_now
from tests.faults import affair, hurried, raw
from tests.faults.found import Found, Place, Skip
from tests.faults.house import House
from tests.waiting import until

#: Case 8: offices, one of them dead, and submissions to each.
OFFICES, EACH = affair.OFFICES[:10], 40
#: Seconds before each try, and for a try.
TABLE, HANGS = (0, 0.5, 1, 3, 6, 12), 0.5
#: What a worker adds to the table: it looks so seldom, and spreads what comes back.
LOOKS = 1.0
DEADLINE = 3.0
MEGA = 1024 * 1024


@contextmanager
def _working(house: House, *allowed: str, **more: Any) -> Iterator[None]:
    """Run a worker in this process."""
    stop = Event()
    worker = hurried.made({"store": str(house.file), "allowed": allowed, **more})
    thread = Thread(target=worker.run, args=(stop,), kwargs={"threads": 4})
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def dead_endpoint(place: Place) -> Found:
    """One dead endpoint of ten: the others hardly notice."""
    found = Found()
    alive, _ = _served(place.folder / "alive", raw.answer)
    beside, attempts = _served(place.folder / "beside", raw.hang)
    found.note("nine served in s", round(alive, 2))
    found.note("beside a dead one in s", round(beside, 2))
    found.most("ratio", beside / alive, 2.0)
    gaps = _probes(attempts)
    found.note("gaps between probes in s", [round(gap, 1) for gap in gaps])
    found.true("as in the table", so=all(map(_in_table, gaps, TABLE[3:])))
    found.least("probes", len(gaps), 2)
    return found


def _probes(attempts: list[float]) -> list[float]:
    """Return the gaps between probes: before them, several are under way at a time."""
    gaps = [later - sooner for sooner, later in pairwise(attempts)]
    return [gap for gap in gaps if gap > 0.8 * TABLE[3]]


def _in_table(gap: float, step: float) -> bool:
    return 0.8 * step <= gap <= 1.2 * step + HANGS + LOOKS


def _served(folder: Path, tenth: raw.Behaviour) -> tuple[float, list[float]]:
    """Return how long nine offices took, and when the tenth was tried."""
    folder.mkdir()
    arrived: Counter[str] = Counter()
    attempts: list[float] = []

    def nine(connection: Any) -> None:
        head, _ = raw.request(connection)
        arrived[head.split(b" ")[1].decode()] += 1
        connection.sendall(raw.OK)

    def last(connection: Any) -> None:
        attempts.append(time.monotonic())
        tenth(connection)

    with House(folder) as house, raw.serving(nine) as here, raw.serving(last) as there:
        for name in OFFICES:
            house.trust(name, f"http://{there if name == OFFICES[-1] else here}/{name}")
        for number in range(EACH * len(OFFICES)):
            office = OFFICES[number % len(OFFICES)]
            house.apply(f"key-{number}", affair.visit(office), of="visit")
        house.hurried(here, there, steps=TABLE, deadline=HANGS, threads=16)
        until(lambda: arrived.total() > 0, "not served")
        began = time.monotonic()
        until(lambda: arrived.total() == EACH * (len(OFFICES) - 1), "not served")
        took = time.monotonic() - began
        if tenth is raw.hang:
            until(lambda: len(_probes(attempts)) > 1, "no probes")
    return took, attempts


def drip(place: Place) -> Found:
    """Receivers that drip are cut at the deadline, and the thread is free again."""
    found = Found()
    head = b"HTTP/1.1 200 OK\r\nx: "
    body = b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n"
    with ExitStack() as stack:
        house = stack.enter_context(House(place.folder))
        where = [
            stack.enter_context(raw.serving(behave))
            for behave in (raw.drip(head), raw.drip(body), raw.answer)
        ]
        for name, to in zip(("police", "tax", "office0"), where, strict=True):
            house.trust(name, f"http://{to}/")
        house.apply("dripping", affair.answers(place.random, text=9))
        more = {"deadline": DEADLINE, "lease": 4 * DEADLINE, "steps": (0, 600)}
        with _working(house, *where, **more):
            until(lambda: all(d["tries"] for d in house.deliveries()), "no attempt")
            house.apply("after", affair.visit("office0"), of="visit")
            until(lambda: house.deliveries("office0")[0]["tries"] == 1, "not free")
    for name, department in (("header", "police"), ("body", "tax")):
        [delivery] = house.deliveries(department)
        took = delivery["attempts"][0]["took"] / 1000
        found.note(f"{name} ended after s", round(took, 2))
        found.most(f"{name} off the deadline", abs(took - DEADLINE), 1.0)
    found.must("delivered after it", house.deliveries("office0")[0]["state"], "done")
    return found


def huge_answer(place: Place) -> Found:
    """A gigabyte, a bomb and endless chunks: 64 KB are read, the status counts."""
    found = Found()
    bomb = gzip.compress(bytes(10 * MEGA))
    chunk = b"%x\r\n" % MEGA + bytes(MEGA) + b"\r\n"
    behaviours = (
        raw.pour(b"content-length: 1073741824", bytes(MEGA)),
        raw.pour(b"content-encoding: gzip\r\nconnection: close", bomb),
        raw.pour(b"transfer-encoding: chunked", chunk),
    )
    with ExitStack() as stack:
        house = stack.enter_context(House(place.folder))
        where = [stack.enter_context(raw.serving(each)) for each in behaviours]
        where.append(stack.enter_context(raw.serving(raw.answer)))
        for name, to in zip(affair.OFFICES, where, strict=False):
            house.trust(name, f"http://{to}/")
        worker = house.hurried(*where)
        house.apply("first", affair.visit("office3"), of="visit")
        until(lambda: not house.waiting(), "not delivered")
        before = _resident(worker)
        for number in range(30):
            office = affair.OFFICES[number % 3]
            house.apply(f"key-{number}", affair.visit(office), of="visit")
        until(lambda: not house.waiting(), "not delivered")
        grown = _resident(worker) - before
        read = [_read(f"http://{to}/", to) for to in where[:3]]
    found.most("memory grown by MB", grown / MEGA, 20.0)
    found.most("bytes read", max(read), 64 * 1024)
    codes = {(d["state"], d["last"]["code"]) for d in house.deliveries()}
    found.must("recorded", codes, {("done", 200)})
    return found


def _resident(process: subprocess.Popen[bytes]) -> int:
    """Return the bytes of memory a process has."""
    pages = Path(f"/proc/{process.pid}/statm").read_text().split()[1]
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


def _read(url: str, where: str) -> int:
    return len(hurried.outbound.post(url, {}, b"", allowed={where}).answer)


#: Tries at each point, of which every second is broken off.
RESETS = 20


def resets(place: Place) -> Found:
    """Connections that are broken off at five points, every second time."""
    found = Found()
    certificate = _certificate(place.folder)
    points: Mapping[str, raw.Behaviour] = {
        "accept": raw.reset,
        "mid-headers": _cut(b"HTTP/1.1 200 OK\r\ncontent-le"),
        "mid-body": _cut(b"HTTP/1.1 500 Sorry\r\ncontent-length: 1000\r\n\r\nhalf"),
        "after request": _cut(b""),
        "TLS hello": raw.reset,
    }
    broken: Counter[str] = Counter()
    with ExitStack() as stack:
        house = stack.enter_context(House(place.folder))
        allowed = []
        for office, (point, behave) in zip(
            affair.OFFICES, points.items(), strict=False
        ):
            good = _tls(certificate) if point == "TLS hello" else raw.answer
            every_second = _alternating(point, behave, good, broken)
            where = stack.enter_context(raw.serving(every_second))
            scheme = "https" if point == "TLS hello" else "http"
            house.trust(office, f"{scheme}://{where}/")
            allowed.append(where)
        for number in range(RESETS * len(points)):
            office = affair.OFFICES[number % len(points)]
            house.apply(f"key-{number}", affair.visit(office), of="visit")
        house.hurried(*allowed, env={"SSL_CERT_FILE": str(certificate)})
        found.true("drained", so=house.drained())
        said = house.said("worker.log")
        states = Counter(d["state"] for d in house.deliveries())
    found.note("broken off", dict(broken))
    found.least("fewest at a point", min(broken[point] for point in points), RESETS / 2)
    found.must("delivered", states["done"], RESETS * len(points))
    unhandled = len(re.findall(r"Traceback|\.failed type=", said))
    found.must("unhandled errors", unhandled, 0)
    return found


def _cut(said: bytes) -> raw.Behaviour:
    def behave(connection: Any) -> None:
        raw.request(connection)
        connection.sendall(said)
        raw.reset(connection)

    return behave


def _alternating(
    point: str, bad: raw.Behaviour, good: raw.Behaviour, broken: Counter[str]
) -> raw.Behaviour:
    turn = iter(range(10**9))

    def behave(connection: Any) -> None:
        if next(turn) % 2:
            good(connection)
        else:
            broken[point] += 1
            bad(connection)

    return behave


def _tls(certificate: Path) -> raw.Behaviour:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)

    def behave(connection: Any) -> None:
        with context.wrap_socket(connection, server_side=True) as wrapped:
            raw.answer(wrapped)

    return behave


def _certificate(folder: Path) -> Path:
    """Make a certificate of this host; key and certificate are in one file."""
    file, key = folder / "tls.pem", folder / "key.pem"
    command = (
        *("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"),
        *("-subj", "/CN=faults", "-addext", f"subjectAltName=IP:{raw.HOST}"),
        *("-keyout", str(key), "-out", str(file)),
    )
    try:
        subprocess.run(command, check=True, capture_output=True)
    except FileNotFoundError as error:
        raise Skip("no openssl on this machine: it makes the certificate") from error
    file.write_text(file.read_text() + key.read_text())
    return file


#: Seconds a receiver asks for.
PATIENCE = 300
#: Answers without such a header.
PLAIN = (200, 204, 400, 401, 404, 410, 413, 500, 502, 504)
#: Before the second try, seconds.
AGAIN = 100


def statuses(place: Place) -> Found:
    """Every kind of answer, once: what the delivery and its endpoint become."""
    found = Found()
    elsewhere: list[bytes] = []

    def trap(connection: Any) -> None:
        elsewhere.append(raw.request(connection)[0])

    with House(place.folder) as house, raw.serving(trap) as there:
        answers = _answers(there)
        with raw.serving(_by_office(answers)) as here:
            ids = {
                name: house.trust(name, f"http://{here}/{name}")
                for name, _ in zip(affair.OFFICES, answers, strict=True)
            }
            for name in ids:
                house.apply(f"key-{name}", affair.visit(name), of="visit")
            house.hurried(here, steps=(0, *[AGAIN] * 9))
            until(lambda: all(d["tries"] for d in house.deliveries()), "not all tried")
            wrong = [
                fault
                for (office, id_), told in zip(ids.items(), answers, strict=True)
                for fault in _misjudged(house, office, id_, told)
            ]
    found.note("answers", [told[0] for told in answers])
    found.must("not as in the table", wrong, [])
    found.must("requests to redirect targets", len(elsewhere), 0)
    return found


def _answers(elsewhere: str) -> list[tuple[int, str]]:
    """Return statuses and the header that goes with each."""
    to = f"location: http://{elsewhere}/"
    date = format_datetime(utc_now() + timedelta(seconds=PATIENCE), usegmt=True)
    patient, dated = f"retry-after: {PATIENCE}", f"retry-after: {date}"
    plain = [
        (code, "x: y") for code in (200, 204, 400, 401, 404, 410, 413, 500, 502, 504)
    ]
    return [*plain, (301, to), (302, to), (307, to), (429, patient), (503, dated)]


def _by_office(answers: list[tuple[int, str]]) -> raw.Behaviour:
    def behave(connection: Any) -> None:
        head, _ = raw.request(connection)
        office = head.split(b" ")[1].decode().removeprefix("/office")
        code, header = answers[int(office)]
        text = f"HTTP/1.1 {code} x\r\n{header}\r\ncontent-length: 0\r\n\r\n"
        connection.sendall(text.encode())

    return behave


def _misjudged(
    house: House, office: str, id_: str, told: tuple[int, str]
) -> Iterator[str]:
    """Say what is not as the table of answers has it."""
    code, [delivery] = told[0], house.deliveries(office)
    endpoint = endpoints.get(house.store, id_)
    state = {200: "done", 204: "done", 410: "parked"}.get(code, "pending")
    if delivery["state"] != state or delivery["last"]["code"] != code:
        yield f"{code}: {delivery['state']}, {delivery['last']['code']}"
    if endpoint.state != ("paused" if code == 410 else "active"):
        yield f"{code}: the endpoint is {endpoint.state}"
    if state != "pending":
        return
    waits = _seconds(delivery["due_at"], delivery["last"]["at"])
    least, most = (PATIENCE - 5, PATIENCE + 5) if code in {429, 503} else (80, 120)
    if not least <= waits <= most:
        yield f"{code}: tried again after {waits} s"
    if bool(endpoint.open_until) != (code in {429, 503}):
        yield f"{code}: nothing is sent to the endpoint until {endpoint.open_until}"


def _seconds(later: str, sooner: str) -> float:
    return (parse(later) - parse(sooner)).total_seconds()
