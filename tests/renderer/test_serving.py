"""Programs that run until they are stopped, stop in peace."""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path
from threading import Event

import pytest

from renderer.commands import serving
from renderer.commands.serving import sweeping
from renderer.servers import NEARBY, address, listen
from submissions.errors import UnreadableError
from submissions.store import open_store
from tests.waiting import LONG

YIBIAO = Path(sys.executable).parent / "yibiao"


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.slow
def test_a_worker_that_is_stopped_ends_in_peace(tmp_path, stop):
    with subprocess.Popen(
        [YIBIAO, "worker"],
        env={**os.environ, "YIBIAO_DATA": str(tmp_path)},
        stderr=subprocess.PIPE,
        text=True,
    ) as running:
        # It says that it is there once it can be stopped.
        first = running.stderr.readline()
        running.send_signal(stop)
        rest = running.communicate(timeout=LONG)[1]

    assert "worker.started" in first
    assert running.returncode == 0, rest
    assert "Traceback" not in rest


def test_when_a_worker_breaks_its_sweeping_ends_with_it(tmp_path):
    store, stop = open_store(f"sqlite:///{tmp_path}/yibiao.db"), Event()

    with pytest.raises(ZeroDivisionError), sweeping(store, stop):
        raise ZeroDivisionError

    assert stop.is_set()
    assert "sweeper" not in {thread.name for thread in threading.enumerate()}
    store.close()


def test_what_one_sweep_cannot_do_keeps_no_other_from_its_work(tmp_path, monkeypatch):
    done = []

    def failing(_store, *, now):
        raise UnreadableError("s_1", f"there is no key at {now}")

    monkeypatch.setattr(serving, "SWEEPS", (failing, lambda *_, now: done.append(now)))
    store, stop = open_store(f"sqlite:///{tmp_path}/yibiao.db"), Event()

    with sweeping(store, stop):
        stop.set()

    assert len(done) == 1
    store.close()


def test_a_port_that_is_taken_gives_way_to_the_next_free_one():
    with listen(0) as first, listen(first.getsockname()[1]) as second:
        taken, found = first.getsockname()[1], second.getsockname()[1]

        assert taken < found <= taken + NEARBY
        assert address(second) == f"http://127.0.0.1:{found}"


@pytest.mark.parametrize(
    "command",
    [
        ["gunicorn", "--preload", "-w2", "renderer:create_app()"],
        ["flask", "--app", "renderer", "run"],
    ],
)
@pytest.mark.parametrize("name", ["YIBIAO_DATA", "YIBIAO_STORE"])
@pytest.mark.slow
def test_a_web_server_without_its_store_stops_and_says_why(tmp_path, command, name):
    (tmp_path / "file").write_text("")
    where = {"YIBIAO_DATA": str(tmp_path / "data"), "YIBIAO_STORE": ""}
    bad = tmp_path / "file" / "data"
    where[name] = f"sqlite:///{bad}/y.db" if name == "YIBIAO_STORE" else str(bad)

    done = subprocess.run(
        [YIBIAO.parent / command[0], *command[1:]],
        env={**os.environ, **where, "GUNICORN_CMD_ARGS": "--bind 127.0.0.1:0"},
        capture_output=True,
        text=True,
        timeout=LONG,
        check=False,
    )

    assert done.returncode == 3
    assert "The store cannot be used" in done.stderr
    assert name in done.stderr
    assert "Traceback" not in done.stderr


def test_a_port_nobody_may_leave_is_said_to_be_taken():
    with listen(0) as first, pytest.raises(OSError, match="is taken"):
        listen(first.getsockname()[1], nearby=0)
