"""The demo: everything once over HTTP, and day after day with the same data."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest
from urllib3 import request

from tests.waiting import LONG, free_port


def yibiao(*arguments):
    return [Path(sys.executable).parent / "yibiao", *map(str, arguments)]


@contextmanager
def started(*arguments, stop=signal.SIGINT):
    """Start the demo; yield the addresses it prints; stop it and expect peace."""
    with subprocess.Popen(
        yibiao("demo", *arguments),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
        text=True,
    ) as running:
        said = ""
        while "Ctrl-C" not in said and (line := running.stdout.readline()):
            said += line
        try:
            yield dict.fromkeys(re.findall(r"http://127\.0\.0\.1:\d+", said))
        finally:
            running.send_signal(stop)
            said += running.communicate(timeout=LONG)[0]
    assert running.returncode == 0, said
    assert "Traceback" not in said
    assert said.endswith("Stopping.\n")


@pytest.mark.slow
def test_once_every_part_of_both_affairs_arrives_and_is_verified(tmp_path):
    done = subprocess.run(
        yibiao("demo", "--once", "--json"),
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=LONG,
        check=False,
    )
    told = json.loads(done.stdout)

    assert done.returncode == 0, done.stderr
    assert told["ok"] is True, done.stderr
    assert {each["affair"] for each in told["affairs"]} == {
        "newborn_birth",
        "enterprise_setup",
    }
    for each in told["affairs"]:
        assert 7 == each["matters"] == each["parts"], done.stderr
        assert 7 == each["delivered"] == each["verified"], done.stderr
        assert 0 < each["prefilled"] < each["asked"] < each["fields"]
        least = {"newborn_birth": 0.5, "enterprise_setup": 0.3}[each["affair"]]
        assert each["prefilled"] / each["asked"] >= least
    brought = [
        (each["files"], each["fetched"], each["promised"]) for each in told["affairs"]
    ]
    assert brought == [(0, 0, 1), (1, 1, 0)]


@pytest.mark.slow
def test_a_second_start_keeps_the_data(tmp_path):
    port = free_port()
    with started("--data", tmp_path, "--port", port) as (portal, receiver):
        first = request("GET", f"{portal}/").data
        assert request("GET", f"{receiver}/received.json").json() == []
    key = (tmp_path / "secret.key").read_bytes()
    with started("--data", tmp_path, "--port", port) as (portal, _):
        assert request("GET", f"{portal}/").status == 200

    assert "新生儿出生".encode() in first
    assert (tmp_path / "secret.key").read_bytes() == key


@pytest.mark.slow
def test_a_port_that_is_taken_gives_way_to_the_next(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with started("--data", tmp_path, "--port", port, stop=signal.SIGTERM) as (
            portal,
            _,
        ):
            assert portal != f"http://127.0.0.1:{port}"
            assert request("GET", f"{portal}/").status == 200


@pytest.mark.slow
def test_a_second_demo_on_the_same_data_is_refused(tmp_path):
    with started("--data", tmp_path, "--port", free_port()):
        done = subprocess.run(
            yibiao("demo", "--data", tmp_path, "--port", free_port()),
            capture_output=True,
            text=True,
            timeout=LONG,
            check=False,
        )

    assert done.returncode == 1
    assert f"another demo uses {tmp_path}" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_data_folder_that_cannot_be_used_is_told_in_words(tmp_path):
    (tmp_path / "file").write_text("")
    done = subprocess.run(
        yibiao("demo", "--data", tmp_path / "file" / "data"),
        capture_output=True,
        text=True,
        timeout=LONG,
        check=False,
    )

    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert str(tmp_path / "file") in done.stderr
