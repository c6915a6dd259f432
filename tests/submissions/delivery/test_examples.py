"""The receivers under docs/ do what they say, as an integrator would start them."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from functools import partial
from pathlib import Path
from threading import Thread

import pytest
from werkzeug.serving import make_server

from renderer import create_app
from renderer.config import Settings
from submissions import endpoints, outbound
from submissions.clock import utc_now
from submissions.delivery import webhook
from tests.waiting import LONG, free_port, listens, until

SECRET = webhook.new_secret(lambda length: b"e" * length)
DOCS = Path(__file__).parents[3] / "docs"


def python(port):
    """How the Python example is started, and how it answers a part."""
    flask = [sys.executable, "-m", "flask", "--app", "receiver", "run"]
    say = "import receiver as r, sys; r.answer(sys.argv[1], 'part.accepted')"
    return [*flask, "--port", str(port)], [sys.executable, "-c", say]


def node(_port):
    """The same for Node; its one library must be there (NODE_PATH)."""
    if shutil.which("node") is None:
        pytest.skip("no node on this machine")
    there = ["node", "-e", "require.resolve('standardwebhooks')"]
    if subprocess.run(there, cwd=DOCS, capture_output=True, check=False).returncode:
        pytest.skip("npm install standardwebhooks, or point NODE_PATH at it")
    say = (
        "const fs = require('node:fs');"
        "const kept = fs.readFileSync(process.env.RECEIVED, 'utf8');"
        "const lines = kept.trim().split('\\n');"
        "const parts = lines.map((line) => JSON.parse(line));"
        "const part = parts.findLast((each) => each.part === process.argv[1]);"
        "require('./receiver.js').answer(part, 'part.accepted', {})"
    )
    return ["node", "receiver.js"], ["node", "-e", say]


def kept_by_python(file):
    with sqlite3.connect(file) as kept:
        return [
            json.loads(body) for (body,) in kept.execute("SELECT body FROM received")
        ]


def kept_by_node(file):
    return [json.loads(line) for line in file.read_text("utf-8").splitlines()]


@pytest.fixture
def product(city, tmp_path):
    """The address of the product, with the city's store."""
    city.clock.moment = utc_now()
    app = create_app(Settings(data=tmp_path / "web"), store=city.store)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize("payload", ["full", "thin"])
@pytest.mark.parametrize(
    "of", [(python, kept_by_python), (node, kept_by_node)], ids=["python", "node"]
)
def test_an_example_is_verified_keeps_each_part_once_and_answers(
    city, product, tmp_path, of, payload
):
    port, file = free_port(), tmp_path / "received"
    start, kept_by = of
    running, answering = start(port)
    environment = {**os.environ, "SECRET": SECRET, "PRODUCT": product}
    environment |= {"PORT": str(port), "RECEIVED": str(file)}
    environment |= {"PYTHONDONTWRITEBYTECODE": "1"}
    id_ = endpoints.add(
        city.store,
        department="police",
        area="",
        url=f"http://127.0.0.1:{port}/",
        secret=SECRET,
        payload=payload,
        now=city.clock.text,
    )
    post = partial(outbound.post, allowed={f"127.0.0.1:{port}"})
    with subprocess.Popen(
        running,
        cwd=DOCS,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    ) as example:
        try:
            until(lambda: listens(port), "the example does not listen")
            observe(city, port)
            forged = {**webhook_headers(b"{}"), "webhook-id": "m_other"}
            refused = post(f"http://127.0.0.1:{port}/", forged, b"{}")
            worker = city.worker(post)
            while worker.run_once():
                pass
            city.apply()
            while worker.run_once():
                pass
            again(city)
            while worker.run_once():
                pass
        finally:
            example.terminate()
            said = example.communicate(timeout=LONG)[1]

    assert refused.status == 401
    assert endpoints.get(city.store, id_).state == "active"
    assert {d["state"] for d in city.submission()["deliveries"]} == {"done"}, said
    told, kept = sorted(kept_by(file), key=lambda each: "document" in each)
    assert kept["document"] == {"name": "青山商贸"}
    assert told["type"] == "submission.accepted"
    part = city.part("seal")["id"]
    subprocess.run([*answering, part], cwd=DOCS, env=environment, check=True)
    assert city.part("seal")["state"] == "accepted"


def observe(city, port):
    """Have the example be told what happens, too."""
    endpoints.add(
        city.store,
        department=endpoints.OBSERVER,
        observer=endpoints.Observer(name="bureau", events=("submission.accepted",)),
        area="",
        url=f"http://127.0.0.1:{port}/",
        secret=SECRET,
        now=city.clock.text,
    )


def webhook_headers(body):
    now = int(utc_now().timestamp())
    return webhook.headers(body, message_id="m_1", sent_at=now, secret=SECRET)


def again(city):
    """Have everything delivered once more, as after an answer that was lost."""

    def pending(found):
        due = {"state": "pending", "due_at": city.clock.text}
        return found | {
            "deliveries": [each | due for each in found["deliveries"]],
            "wake_at": city.clock.text,
        }

    city.store.update("submissions", "s_one", pending)
