"""An installation that runs: processes on loopback, as an operator starts them."""

import http.client
import json
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from secrets import token_urlsafe
from typing import Any, Self

from renderer.config import Settings, open_configured
from submissions import clients, endpoints, intake, packs, routing
from submissions.clock import utc_now, utc_text
from submissions.delivery import webhook
from submissions.intake import Call
from submissions.standing import every
from submissions.store.contract import Document, Store
from tests.faults import affair
from tests.waiting import HOST, free_port, listens, until

CHECKOUT = Path(__file__).parents[2]
WEB = "renderer:create_app()"


@dataclass
class House:
    """A store with both affairs published, and what runs on it."""

    folder: Path
    stack: ExitStack = field(default_factory=ExitStack)
    #: By endpoint id; what receivers verify with.
    secrets: dict[str, str] = field(default_factory=dict)
    #: HOST:PORT of the receiver, once there is one.
    where: str = ""

    def __enter__(self) -> Self:
        for candidate in affair.candidates():
            packs.publish(self.store, candidate, now=now(), by="faults")
        return self

    def __exit__(self, *error: object) -> None:
        self.stack.close()

    @cached_property
    def store(self) -> Store:
        """The store, opened in this process."""
        opened = open_configured(Settings(data=self.file.parent))
        self.stack.callback(opened.close)
        return opened

    @property
    def file(self) -> Path:
        """Where the store is."""
        return self.folder / "data" / "yibiao.db"

    @property
    def environment(self) -> dict[str, str]:
        """What every process of this installation is started with."""
        ours = {
            "YIBIAO_DATA": str(self.folder / "data"),
            "YIBIAO_API_RATE": "1000000000",
            "PYTHONPATH": str(CHECKOUT),
        }
        return {**os.environ, **ours}

    @cached_property
    def token(self) -> str:
        """The token of a client that may send everything."""
        return self.client("loader")

    def client(self, name: str) -> str:
        """Add a client of the API; return its token."""
        _, token = clients.add(
            self.store, name=name, affairs=["*"], now=now(), new_secret=token_urlsafe
        )
        return token

    def apply(self, key: str, answers: Mapping[str, Any], *, of: str = "moving") -> str:
        """Accept a submission in this process; return its id."""
        published = packs.current(self.store, of)
        sent = Call(client="c_here", key=key, body={"answers": answers})
        receipt = intake.accept_call(self.store, published, call=sent, now=now())
        return receipt.submission

    def connect(self, departments: Sequence[str], where: str) -> list[str]:
        """Add an endpoint for each department; return their ids."""
        return [self._connect(name, f"http://{where}/{name}") for name in departments]

    def _connect(self, department: str, url: str) -> str:
        secret = webhook.new_secret(os.urandom)
        id_ = endpoints.add(
            self.store,
            department=department,
            area="",
            url=url,
            secret=secret,
            now=now(),
        )
        self.secrets[department] = secret
        self.tell_receiver()
        return id_

    def tell_receiver(self, **secrets: str) -> None:
        """Let the receiver verify with these secrets from now on."""
        self.secrets.update(secrets)
        told = self.folder / "secrets.told"
        told.write_text(json.dumps(self.secrets))
        told.rename(self.folder / "secrets.json")

    def trust(self, department: str, url: str) -> str:
        """Add an endpoint as if it had echoed its challenge; return its id."""
        id_ = self._connect(department, url)
        asked = {"wake_at"}
        self.store.update(
            "endpoints", id_, lambda e: {k: v for k, v in e.items() if k not in asked}
        )
        routing.resume(self.store, id_, now=now(), verified=True)
        return id_

    def verified(self, ids: Sequence[str]) -> None:
        """Wait until endpoints have echoed their challenge to a worker."""
        until(lambda: all(self._active(id_) for id_ in ids), "no endpoint is verified")

    def _active(self, id_: str) -> bool:
        found = endpoints.get(self.store, id_)
        return found is not None and found.state == "active"

    def start(self, *command: str, log: str, **options: Any) -> subprocess.Popen[bytes]:
        """Start a process of a group of its own; its words go into a file."""
        said = self.stack.enter_context((self.folder / log).open("ab"))
        process = subprocess.Popen(
            command,
            stdout=said,
            stderr=said,
            env={**self.environment, **options.pop("env", {})},
            cwd=self.folder,
            start_new_session=True,
            **options,
        )
        self.stack.callback(kill, process)
        return process

    def web(
        self, app: str = WEB, *, workers: int = 2, port: int = 0, **options: Any
    ) -> "Web":
        """Start the web server as the Procfile does, and wait until it answers."""
        port = port or free_port()
        bind = ("--bind", f"{HOST}:{port}", "--workers", str(workers))
        command = (program("gunicorn"), "--preload", *bind, "--threads", "4", app)
        process = self.start(*command, log="web.log", **options)
        web = Web(port=port, process=process)
        until(web.answers, f"the web server does not answer: {self.said('web.log')}")
        return web

    def worker(self, *allowed: str) -> subprocess.Popen[bytes]:
        """Start `yibiao worker`."""
        options = [word for each in allowed for word in ("--allow", each)]
        return self.start(program("yibiao"), "worker", *options, log="worker.log")

    def hurried(self, *allowed: str, **more: Any) -> subprocess.Popen[bytes]:
        """Start a worker in more of a hurry; see `hurried`."""
        ours = {name: more.pop(name) for name in ("env", "preexec_fn") if name in more}
        options = json.dumps({"store": str(self.file), "allowed": allowed, **more})
        module = ("-m", "tests.faults.hurried", options)
        return self.start(sys.executable, *module, log="worker.log", **ours)

    def receiver(self, **behaviour: Any) -> str:
        """Start a receiver of all departments; return where it is. See `receiver`."""
        port = free_port()
        told = json.dumps({"port": port, "folder": str(self.folder), **behaviour})
        self.start(
            sys.executable, "-m", "tests.faults.receiver", told, log="receiver.log"
        )
        until(lambda: listens(port), "the receiver does not answer")
        self.where = f"{HOST}:{port}"
        return self.where

    def taken(self) -> list[dict[str, Any]]:
        """Return what the receiver has taken, in the order in which it came."""
        lines = (self.folder / "taken.jsonl").read_text().splitlines()
        return [json.loads(line) for line in lines]

    def refused(self) -> int:
        """Return how many messages the receiver could not verify."""
        return len((self.folder / "refused.jsonl").read_text().splitlines())

    def integrity(self) -> str:
        """Return what SQLite says of its file."""
        with closing(sqlite3.connect(self.file)) as opened:
            (said,) = opened.execute("PRAGMA integrity_check").fetchone()
        return str(said)

    def said(self, log: str) -> str:
        """Return what the processes with this log said."""
        file = self.folder / log
        return file.read_text() if file.exists() else ""

    def deliveries(self, department: str = "") -> list[Document]:
        """Return every delivery there is, or those of a department."""
        found = [d for each in every(self.store) for d in each["deliveries"]]
        return [d for d in found if department in {"", d["department"]}]

    def drained(self) -> bool:
        """Wait until nothing is on its way any more; False: it took too long."""
        try:
            until(lambda: not self.waiting(), "")
        except TimeoutError:
            return False
        return True

    def waiting(self) -> list[Document]:
        """Return one submission that is on its way, if there is any."""
        return self.store.find("submissions", [("wake_at", ">", "")], limit=1)


@dataclass
class Web:
    """A web server of the installation."""

    port: int
    process: subprocess.Popen[bytes]

    def answers(self) -> bool:
        """Tell whether it answers a program."""
        if self.process.poll() is not None:
            raise RuntimeError("the web server has ended")
        try:
            return call(self.port, "GET", "/api/v1/affairs")[0] < 500
        except OSError:
            return False

    def children(self) -> list[int]:
        """Return the processes that answer; the master only looks after them."""
        file = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        try:
            return [int(word) for word in file.read_text().split()]
        except OSError:
            return []


def call(
    port: int,
    method: str,
    path: str,
    body: bytes = b"",
    headers: Mapping[str, str] | None = None,
    *,
    timeout: float = 60.0,
) -> tuple[int, Any, Mapping[str, str]]:
    """Make one call over a connection of its own; return status, JSON and headers.

    Raises:
        OSError: there was no whole answer.
    """
    connection = http.client.HTTPConnection(HOST, port, timeout=timeout)
    try:
        connection.request(method, path, body=body, headers=dict(headers or {}))
        answer = connection.getresponse()
        read = answer.read()
        told = {name.lower(): value for name, value in answer.getheaders()}
    except http.client.HTTPException as error:
        raise OSError(str(error)) from error
    finally:
        connection.close()
    json_ = "json" in told.get("content-type", "")
    return answer.status, json.loads(read) if json_ else read, told


def submit(
    port: int,
    token: str,
    key: str,
    answers: Mapping[str, Any],
    *,
    of: str = "moving",
    **options: Any,
) -> tuple[int, Any, Mapping[str, str]]:
    """Send a submission under a key; see `call`."""
    headers = {
        "Authorization": f"Bearer {token}",
        "Idempotency-Key": key,
        "Content-Type": "application/json",
    }
    body = json.dumps({"answers": answers}).encode()
    path = f"/api/v1/affairs/{of}/submissions"
    return call(port, "POST", path, body, headers, **options)


def kill(process: subprocess.Popen[bytes]) -> None:
    """End a process and all of its group, at once."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def program(name: str) -> str:
    """Return the path of a command of this environment."""
    return str(Path(sys.executable).with_name(name))


def now() -> str:
    """Return the time as the store writes it."""
    return utc_text(utc_now())


@contextmanager
def environment(**values: str) -> Iterator[None]:
    """Set variables of the environment for a while."""
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name)
            else:
                os.environ[name] = value
