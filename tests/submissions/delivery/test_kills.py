"""Workers that are killed lose nothing and invent nothing."""

import hashlib
import json
import signal
import subprocess
import sys
import time
from random import Random
from threading import Lock

import pytest

from submissions.clock import utc_now

#: A worker as the command starts it, in more of a hurry.
WORKER = """
import sys
from functools import partial
from threading import Event
from submissions import outbound
from submissions.clock import utc_now
from submissions.delivery.schedule import Schedule
from submissions.delivery.worker import Worker
from submissions.files.links import Links
from submissions.store import open_store
post = partial(outbound.post, allowed={sys.argv[2]})
schedule = Schedule(steps=(0, *[0.1] * 99))
worker = Worker(open_store(sys.argv[1]), clock=utc_now, owner=sys.argv[3],
                links=Links(key="a secret"), post=post,
                schedule=schedule, lease=4.0, deadline=3.0)
worker.run(Event(), threads=3)
"""
SUBMISSIONS, KILLS, SECONDS = 30, 6, 90


@pytest.fixture
def offices(receiver):
    """Departments that fail every fourth time; what they took, and where they are."""
    took, lock, random = [], Lock(), Random(5)

    def handle(request, body):
        with lock:
            status = 500 if random.random() < 0.25 else 204
            if status == 204:
                took.append((request.headers["webhook-id"], body))
        request.send_response(status)
        request.send_header("content-length", "0")
        request.end_headers()

    return took, receiver(handle)


def waiting(city):
    return [s for s in city.store.find("submissions") if "wake_at" in s]


@pytest.mark.slow
def test_workers_that_are_killed_again_and_again_lose_nothing(city, url, offices):
    took, where = offices
    city.clock.moment = utc_now()
    city.connect_all(f"http://{where}")
    for number in range(SUBMISSIONS):
        city.apply(f"s_{number}")

    def start(number):
        command = [sys.executable, "-c", WORKER, url, where, f"w{number}"]
        return subprocess.Popen(command)

    workers, random = [start(0), start(1)], Random(11)
    for number in range(KILLS):
        time.sleep(random.uniform(0.3, 0.9))
        victim = workers.pop(0)
        victim.send_signal(signal.SIGKILL)
        victim.wait()
        workers.append(start(number + 2))
    ends = time.monotonic() + SECONDS
    while waiting(city) and time.monotonic() < ends:
        time.sleep(0.2)
    for worker in workers:
        worker.kill()
        worker.wait()

    deliveries = [d for s in city.store.find("submissions") for d in s["deliveries"]]
    assert {d["state"] for d in deliveries} == {"done"}
    assert len(deliveries) == 2 * SUBMISSIONS
    assert {id_ for id_, _ in took} == {d["id"] for d in deliveries}
    bodies = {(id_, hashlib.sha256(body).hexdigest()) for id_, body in took}
    assert len(bodies) == len(deliveries), "a repeat has the same bytes"
    assert all(json.loads(body)["type"] == "part.ready" for _, body in took)
