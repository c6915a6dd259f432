"""4 to 7: workers that die, are stopped, share a store, or are poisoned."""

import os
import signal
import subprocess
import threading
import time
from collections import Counter
from random import Random

from submissions.standing import every
from submissions.store.contract import Document
from tests.faults import affair, hurried
from tests.faults.found import Found, Place
from tests.faults.house import House, kill
from tests.waiting import until

#: Case 4: kills. Case 5: stops.
KILLS, STOPS = 100, 10
#: Case 6: two deliveries each.
SHARED, PAUSED = 2500, 600
#: Seconds: of case 4 and 7, so that a lease ends soon; of case 6, so that none ends.
SHORT, LONG = {"lease": 1.6, "deadline": 0.7}, {"lease": 60.0, "deadline": 15.0}
#: A worker stops within its deadline; so much more it may take to write that down.
GRACE = 15.0 + 2.0
#: Claims without a result after which a delivery is held.
CLAIMS = 5


def kill_before_record(place: Place) -> Found:
    """Kill -9 between the receiver's 2xx and our record, a hundred times."""
    found = Found()
    with House(place.folder) as house:
        _receiving(house)
        for number in range(KILLS):
            house.apply(f"key-{number}", affair.answers(place.random, text=9))
        died = sum(_dies_once(house) for _ in range(KILLS))
        first = house.taken()
        house.hurried(house.where, **SHORT)
        drained = house.drained()
        again = house.taken()[len(first) :]
    found.must("workers killed", died, KILLS)
    found.true("drained", so=drained)
    before = {line["id"]: line for line in first}
    after = {line["id"]: line for line in again}
    found.must("delivered before the kill", len(before), 2 * KILLS)
    found.must("delivered again", len(before.keys() & after.keys()), 2 * KILLS)
    pairs = [(before[id_], after[id_]) for id_ in before.keys() & after.keys()]
    found.must("with other bytes", sum(a["body"] != b["body"] for a, b in pairs), 0)
    stale = sum(a["sent_at"] >= b["sent_at"] for a, b in pairs)
    found.must("with an old timestamp", stale, 0)
    found.must("bad signatures", house.refused(), 0)
    return found


def _receiving(house: House, **behaviour: float) -> list[str]:
    """Start a receiver and have a worker verify it; return the endpoints."""
    house.receiver(**behaviour)
    ids = house.connect(affair.DEPARTMENTS, house.where)
    worker = house.hurried(house.where)
    house.verified(ids)
    kill(worker)
    return ids


def _dies_once(house: House) -> bool:
    """Let a process deliver one submission and die before it writes that down."""
    told = {"store": str(house.file), "allowed": [house.where], **SHORT}
    child = os.fork()
    if child == 0:
        hurried.made({**told, "planted": "dies before record"}).run_once()
        os._exit(1)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -signal.SIGKILL


def stopped_under_load(place: Place) -> Found:
    """SIGTERM ten times under load: what is on its way is finished and written down."""
    found = Found()
    with House(place.folder) as house:
        _receiving(house, slow=0.05)
        loading = threading.Thread(target=_load, args=(house, place.random, 300))
        loading.start()
        took, codes, leases = [], [], 0
        for _ in range(STOPS):
            worker = house.worker(house.where)
            count = len(house.taken())
            _sends(house, count)
            time.sleep(place.random.uniform(0.05, 0.2))
            began = time.monotonic()
            worker.send_signal(signal.SIGTERM)
            codes.append(worker.wait(timeout=60))
            took.append(time.monotonic() - began)
            leases += sum("lease" in each for each in every(house.store))
        loading.join()
        house.worker(house.where)
        found.true("drained", so=house.drained())
        found.most("slowest stop in s", max(took), GRACE)
        found.must("exit codes", set(codes), {0})
        found.must("unfinished", leases, 0)
        times = Counter(line["id"] for line in house.taken())
        found.must("duplicates", times.total() - len(times), 0)
        found.must("lost", len({d["id"] for d in house.deliveries()} - times.keys()), 0)
    return found


def _sends(house: House, count: int) -> None:
    until(lambda: len(house.taken()) > count, "the worker sends nothing")


def _load(house: House, random: Random, count: int) -> None:
    for number in range(count):
        house.apply(f"key-{number}", affair.answers(random, text=9))
        time.sleep(0.02)


def two_workers(place: Place) -> Found:
    """Two workers on one store: nothing twice; one that is paused does no harm."""
    found = Found()
    with House(place.folder) as house:
        _receiving(house)
        for number in range(SHARED):
            house.apply(f"key-{number}", affair.answers(place.random, text=9))
        began = time.monotonic()
        workers = [house.hurried(house.where, **LONG) for _ in range(2)]
        found.true("drained", so=house.drained())
        times = Counter(line["id"] for line in house.taken())
        found.note("deliveries", len(times))
        found.note("per s", round(len(times) / (time.monotonic() - began)))
        found.must("lost", len({d["id"] for d in house.deliveries()} - times.keys()), 0)
        found.must("twice without kills", times.total() - len(times), 0)
        for worker in workers:
            kill(worker)
        _pause_one(house, place.random)
        ours = {d["id"]: d for d in house.deliveries()}
        times = Counter(line["id"] for line in house.taken())
        found.must("lost with a pause", len(ours.keys() - times.keys()), 0)
        found.must("invented with a pause", len(times.keys() - ours.keys()), 0)
        found.note("repeats with a pause", times.total() - len(times))
        found.must("not done", sum(d["state"] != "done" for d in ours.values()), 0)
        found.must("back from done", sum(map(_went_back, every(house.store))), 0)
    return found


def _pause_one(house: House, random: Random) -> None:
    """Stop one of two workers in the middle for longer than its lease."""
    for number in range(PAUSED):
        house.apply(f"paused-{number}", affair.answers(random, text=9))
    count = len(house.taken())
    paused, _ = (house.hurried(house.where, **SHORT) for _ in range(2))
    _sends(house, count + 5)
    paused.send_signal(signal.SIGSTOP)
    time.sleep(2 * SHORT["lease"])
    paused.send_signal(signal.SIGCONT)
    house.drained()


def _went_back(submission: Document) -> bool:
    """Tell whether a delivery was anything after it was done."""
    done: set[str] = set()
    for entry in submission["log"]:
        if entry["what"].startswith("delivery."):
            id_ = entry["detail"]["delivery"]
            if id_ in done:
                return True
            if entry["what"] == "delivery.done":
                done.add(id_)
    return False


def poisoned(place: Place) -> Found:
    """One delivery kills its worker each time: it is held, the others are delivered."""
    found = Found()
    with House(place.folder) as house:
        _receiving(house)
        for number in range(40):
            house.apply(f"key-{number}", affair.answers(place.random, text=9))
        deadly = affair.answers(place.random, text=9)
        deadly["matters"]["tax"] = {"notes": "poison"}
        id_ = house.apply("deadly", deadly)
        died = _restarted(house, until_held=id_)
        found.true("others delivered", so=house.drained())
        taken = {line["id"] for line in house.taken()}
        states = Counter(d["state"] for d in house.deliveries())
        held = [d for d in house.deliveries() if d["state"] == "held"]
        found.must("workers killed", died, CLAIMS)
        found.must("held", states["held"], 1)
        found.must("held is the one", [d["department"] for d in held], ["tax"])
        found.must("others lost", 81 - len(taken), 0)
        found.must("alarms", house.said("worker.log").count("delivery.held"), 1)
    return found


def _restarted(house: House, *, until_held: str) -> int:
    """Start a worker again whenever it has died; return how often it did."""
    died = 0
    end = time.monotonic() + 60
    worker = _poisonable(house)
    while time.monotonic() < end:
        submission = house.store.get("submissions", until_held)
        if any(d["state"] == "held" for d in submission["deliveries"]):
            break
        if worker.poll() is not None:
            died += 1
            worker = _poisonable(house)
        time.sleep(0.05)
    return died


def _poisonable(house: House) -> subprocess.Popen[bytes]:
    return house.hurried(house.where, **SHORT, planted="dies of poison")
