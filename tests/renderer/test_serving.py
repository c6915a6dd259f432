"""Programs that run until they are stopped, stop in peace."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from renderer.servers import NEARBY, address, listen

YIBIAO = Path(sys.executable).parent / "yibiao"


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
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
        rest = running.communicate(timeout=30)[1]

    assert "worker.started" in first
    assert running.returncode == 0, rest
    assert "Traceback" not in rest


def test_a_port_that_is_taken_gives_way_to_the_next_free_one():
    with listen(0) as first, listen(first.getsockname()[1]) as second:
        taken, found = first.getsockname()[1], second.getsockname()[1]

        assert taken < found <= taken + NEARBY
        assert address(second) == f"http://127.0.0.1:{found}"
