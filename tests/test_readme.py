"""The commands of the README are run as they stand there."""

import json
import os
import re
import shutil
import signal
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from standardwebhooks import Webhook
from urllib3 import request

from renderer.config import Settings, open_configured
from renderer.demo import once
from renderer.demo.applicant import Applicant
from renderer.demo.browser import Browser
from submissions.delivery import events
from tests.waiting import LONG, free_port, listens, until

README = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(
    r"^```(sh|python|json)\n(.*?)^```", README, re.MULTILINE | re.DOTALL
)
SHELL = [text.strip() for kind, text in BLOCKS if kind == "sh"]
#: Commands that run until somebody stops them.
SERVERS = ("make demo",)
#: Starts a portal, a worker and a receiver.
(TOUR,) = [each for each in SHELL if "gunicorn" in each]
RECEIVING, ANSWERING = [text for kind, text in BLOCKS if kind == "python"]
#: This runs the test you read.
NOT_RUN = "make test"
#: What is no part of the product, and what other tests write at the same time.
LEFT_OUT = shutil.ignore_patterns(".?*", "data", "__pycache__")


@pytest.fixture
def folder(checkout, tmp_path):
    """A copy of the checkout, with its environment."""
    copy = tmp_path / "yibiao"
    shutil.copytree(checkout, copy, ignore=LEFT_OUT)
    (copy / ".venv").symlink_to(checkout / ".venv")
    return copy


@pytest.fixture
def environment(checkout):
    path = f"{checkout / '.venv/bin'}:{os.environ['PATH']}"
    return {**os.environ, "PATH": path, "PYTHONUNBUFFERED": "1"}


def test_the_readme_shows_both_commands():
    assert SHELL[0].endswith("make demo")
    assert NOT_RUN in SHELL


@pytest.mark.slow
def test_the_commands_of_the_readme_run_in_their_order(folder, environment):
    chosen = [each for each in SHELL if each not in {NOT_RUN, TOUR}]
    script = "\n".join(each for each in chosen if not each.startswith(SERVERS))

    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=LONG,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert "fields before" in done.stdout
    assert json.loads((folder / "data/our-pack.json").read_text())
    assert json.loads(done.stdout.splitlines()[-1])["ok"] is True


@pytest.mark.slow
@pytest.mark.parametrize(
    "command", [each for each in SHELL if each.startswith(SERVERS)]
)
def test_what_runs_until_it_is_stopped_answers_and_stops(folder, environment, command):
    quiet = environment | {"YIBIAO_DEMO_PORT": str(free_port())}
    with subprocess.Popen(
        ["bash", "-c", f"exec {command}"],
        cwd=folder,
        env=quiet,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    ) as running:
        said = ""
        while "Ctrl-C" not in said and (line := running.stdout.readline()):
            said += line
        addresses = re.findall(r"http://127\.0\.0\.1:\d+/(?= |$)", said, re.MULTILINE)
        try:
            answers = [ask(each) for each in addresses]
        finally:
            os.killpg(running.pid, signal.SIGINT)
        said += running.communicate(timeout=LONG)[0]

    assert addresses, said
    assert all("<h1>" in answer for answer in answers)
    # make ends by the signal it got, once its command has ended in peace.
    assert running.returncode in (0, -signal.SIGINT), said
    assert not re.search(r"Traceback|Error", said), said


def ask(url):
    """Ask a server that may have only just started."""
    until(lambda: listens(urlsplit(url).port), f"{url} does not answer")
    return request("GET", url, timeout=LONG, retries=False).data.decode()


def test_the_example_for_integrators_verifies(capsys):
    secret = "whsec_c2VjcmV0IG9mIGEgZGVwYXJ0bWVudA=="
    space = {"__name__": "example"}
    exec(RECEIVING.replace("whsec_...", secret), space)  # noqa: S102 - our own README
    client, now = space["app"].test_client(), datetime.now(UTC)
    body = '{"type": "part.ready", "data": {"matter": "tax", "document": {"XM": "王"}}}'
    headers = {
        "webhook-id": "m_1",
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(secret).sign("m_1", now, body),
    }

    good = client.post("/yibiao", data=body, headers=headers)
    forged = client.post("/yibiao", data=body + " ", headers=headers)
    odd = client.post("/yibiao", headers=headers | {"webhook-signature": "v1"})

    assert (good.status_code, forged.status_code, odd.status_code) == (204, 401, 401)
    assert "王" in capsys.readouterr().out


def test_the_body_of_an_answer_is_one():
    (body,) = [json.loads(text) for kind, text in BLOCKS if kind == "json"]

    assert events.fault(body, "call.part.decided") == ""


@pytest.fixture
def tour(folder, environment):
    """What the tour starts, at ports nobody else uses: portal and receiver."""
    ports = [str(free_port()), str(free_port())]
    portal, receiver = (f"http://127.0.0.1:{port}" for port in ports)
    script = TOUR.replace("8000", ports[0]).replace("9100", ports[1])
    with subprocess.Popen(
        ["bash", "-euc", script],
        cwd=folder,
        env=environment | {"YIBIAO_RECEIVER_PRODUCT": portal},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    ) as running:
        try:
            ask(portal)
            ask(receiver)
            yield portal, receiver
        finally:
            os.killpg(running.pid, signal.SIGTERM)
            said = running.communicate(timeout=LONG)[0]
    assert "Traceback" not in said, said


@pytest.mark.slow
def test_the_tour_reaches_a_delivery_and_its_answer(tour, folder, forms):
    portal, receiver = tour
    told = once.sample("newborn_birth")
    applicant = Applicant(
        browser=Browser(),
        form=forms["newborn_birth"],
        answers=told["answers"],
        tell=print,
    )
    applicant.apply(f"{portal}/", told["person"])
    arrival = answered(receiver)
    store = open_configured(Settings(data=folder / "data/tour"), create=False)
    (endpoint,) = store.find("endpoints")
    (submission,) = store.find("submissions")
    store.close()
    part = next(p for p in submission["parts"] if p["id"] == arrival["part"])
    space = {}
    exec(ANSWERING, space)  # noqa: S102 - our own README

    def status(secret=endpoint["secrets"][0]["secret"], **changes):
        data = {"part": part["id"], "digest": part["digest"], "outcome": "approved"}
        data["values"] = {"newborn:birth.cert_no": "Y420116826"}
        return space["answer"](portal, secret, data | changes).status

    assert (arrival["verified"], arrival["answer"]) == (True, "accepted")
    assert arrival["matter"] == "nhc.birth_cert"
    assert status() == 200
    assert status("whsec_" + "A" * 32) == 401
    assert status(part="p_none") == 404
    assert status(values={"newborn:birth.cert_no": 1}) == 422


def answered(receiver):
    """Wait for the first message that came and was answered."""
    came = []

    def look():
        arrivals = request("GET", f"{receiver}/received.json").json()
        came.extend(each for each in arrivals if each["answer"])
        return came

    until(look, "nothing came")
    return came[0]
