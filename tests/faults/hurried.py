"""A worker in a hurry, in a process of its own: other times, and faults on demand.

Told as JSON: {"store": its file, "allowed": receivers, "steps": seconds before each
try, "lease", "deadline", "threads", "ahead": seconds by which its clock is
wrong, "planted": a bug that `planted` knows}.
"""

import json
import logging
import os
import sys
from datetime import timedelta
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

from renderer.commands.serving import until_stopped
from submissions import outbound
from submissions.clock import utc_now
from submissions.delivery.schedule import Schedule
from submissions.delivery.worker import Worker
from submissions.files.links import Links
from submissions.vault.store import SealedStore
from tests.faults import planted


def made(told: dict[str, Any]) -> Worker:
    """Return the worker that is told."""
    bug = told.get("planted", "")
    post = planted.POSTS.get(bug, outbound.post)
    return planted.WORKERS.get(bug, Worker)(
        planted.opened(
            Path(told["store"]).parent, planted.STORES.get(bug, SealedStore)
        ),
        clock=lambda: utc_now() + timedelta(seconds=told.get("ahead", 0)),
        owner=f"hurried:{os.getpid()}",
        links=Links(key="a secret"),
        random=Random(told.get("seed")),
        post=partial(post, allowed=told["allowed"]),
        schedule=Schedule(steps=tuple(told.get("steps", (0, *[0.2] * 99)))),
        lease=told.get("lease", 4.0),
        deadline=told.get("deadline", 1.8),
    )


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    read = json.loads(sys.argv[1])
    with until_stopped() as stop:
        made(read).run(stop, threads=read.get("threads", 8))
