"""13: verifiers that others wrote take what we sign, and nothing else."""

import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from submissions import endpoints
from submissions.delivery import webhook
from tests.faults import affair
from tests.faults.found import Found, Place
from tests.faults.house import CHECKOUT, House, call, now
from tests.waiting import free_port, listens, until

HERE = Path(__file__).parent / "verifiers"
#: What was installed stays for the next run.
INSTALLED = CHECKOUT / ".venv" / "verifiers"
PACKAGES = ("standardwebhooks", "svix", "openai")
#: Deliveries while the secret is changed, and after how many of them it is.
STREAM, ROTATED, SWITCHED = 1000, 250, 600


@dataclass(frozen=True)
class Message:
    """What a receiver is sent, and whether it should take it."""

    name: str
    body: bytes
    headers: Mapping[str, str]
    #: Of the receiver.
    secret: str
    good: bool


def verifiers(place: Place) -> Found:
    """Send the same messages to packages of two languages; change a secret midway."""
    found = Found()
    with House(place.folder) as house:
        servers = {"python": _python(house)}
        if shutil.which("node") and shutil.which("npm"):
            servers["node"] = _node(house)
        else:
            found.note("node", "skipped: no node or no npm on this machine")
        messages = list(_messages())
        wrong = [
            f"{message.name}: {language} {package}"
            for language, port in servers.items()
            for package in PACKAGES
            for message in messages
            if _taken(port, package, message) != message.good
        ]
        found.must("messages", len(messages), 19)
        found.note("verifiers", len(servers) * len(PACKAGES))
        good = {message.name for message in messages if message.good}
        misjudged = {each: each.partition(":")[0] in good for each in wrong}
        found.must("good refused", [n for n, g in misjudged.items() if g], [])
        found.must("bad accepted", [n for n, g in misjudged.items() if not g], [])
        _rotate(found, house)
    return found


def _python(house: House) -> int:
    """Install the packages of PyPI apart from ours, and serve them."""
    wanted = HERE / "requirements.txt"

    def install(folder: Path) -> None:
        subprocess.run((sys.executable, "-m", "venv", folder), check=True)
        pip = (
            folder / "bin" / "pip",
            "install",
            "-q",
            "--require-hashes",
            "-r",
            wanted,
        )
        subprocess.run(pip, check=True)

    folder = _installed("python", wanted, install)
    return _serve(house, str(folder / "bin" / "python"), str(HERE / "verify.py"))


def _node(house: House) -> int:
    """Install the packages of npm, and serve them."""
    wanted = HERE / "package-lock.json"

    def install(folder: Path) -> None:
        folder.mkdir(parents=True)
        for name in ("package.json", "package-lock.json"):
            shutil.copy(HERE / name, folder)
        npm = ("npm", "ci", "--silent", "--no-audit", "--no-fund")
        subprocess.run(npm, cwd=folder, check=True)

    folder = _installed("node", wanted, install)
    shutil.copy(HERE / "verify.js", folder)
    return _serve(house, "node", str(folder / "verify.js"))


def _installed(name: str, wanted: Path, install: Callable[[Path], None]) -> Path:
    """Return the folder with what a file of pins wants; made if it is not there."""
    digest = hashlib.sha256(wanted.read_bytes()).hexdigest()[:12]
    folder = INSTALLED / f"{name}-{digest}"
    if not (folder / "whole").exists():
        shutil.rmtree(folder, ignore_errors=True)
        install(folder)
        (folder / "whole").touch()
    return folder


def _serve(house: House, *command: str) -> int:
    port = free_port()
    house.start(*command, str(port), log="verifiers.log")
    until(lambda: listens(port), f"no verifier: {house.said('verifiers.log')}")
    return port


def _taken(port: int, package: str, message: Message) -> bool:
    headers = {**message.headers, "x-secret": message.secret}
    return call(port, "POST", f"/{package}", message.body, headers)[0] == 204


def _messages() -> Iterator[Message]:
    body = '{"type": "part.ready", "data": {"XM": "王小明"}}'.encode()
    long = ('{"text": "' + "长" * 400_000 + '"}').encode()
    ours, older, other = (_secret(32) for _ in range(3))
    signed = _signed(body, ours)
    signature = signed["webhook-signature"]
    take, refuse = partial(Message, good=True), partial(Message, good=False)
    ed25519 = "v1a,Z29vZCBmb3Igbm90aGluZw=="

    def resigned(text: str) -> dict[str, str]:
        return {**signed, "webhook-signature": text}

    yield take("good", body, signed, ours)
    for size in (24, 32, 64):
        secret = _secret(size)
        yield take(f"{size} bytes", body, _signed(body, secret), secret)
    yield take("1.2 MB", long, _signed(long, ours), ours)
    yield take("v1a before", body, resigned(f"{ed25519} {signature}"), ours)
    yield take("v2 before", body, resigned(f"v2,abc= {signature}"), ours)
    yield refuse("wrong secret", body, signed, other)
    yield refuse("body changed", body.replace(b"data", b"dato"), signed, ours)
    yield refuse("id changed", body, {**signed, "webhook-id": "m_2"}, ours)
    bare = {k: v for k, v in signed.items() if k != "webhook-signature"}
    yield refuse("no signature", body, bare, ours)
    yield refuse("only v1a", body, resigned(ed25519), ours)
    for off in (-290, 290, -310, 310):
        sent = _signed(body, ours, off=off)
        known = take if abs(off) < webhook.TOLERANCE else refuse
        yield known(f"{off} s", body, sent, ours)
    both = _signed(body, ours, older=(older,))
    for name, secret in (("old", older), ("new", ours)):
        yield take(f"rotation, {name}", body, both, secret)
    yield refuse("rotation, third", body, both, other)


def _secret(size: int) -> str:
    return webhook.new_secret(lambda _: os.urandom(size))


def _signed(
    body: bytes, secret: str, *, off: int = 0, older: tuple[str, ...] = ()
) -> dict[str, str]:
    at = int(time.time()) + off
    named = {"message_id": "m_1", "sent_at": at, "secret": secret}
    return webhook.headers(body, **named, older=older)


def _rotate(found: Found, house: House) -> None:
    """Change a secret while a thousand deliveries are on their way."""
    house.receiver()
    [id_] = house.connect(["office0"], house.where)
    house.hurried(house.where)
    house.verified([id_])
    for number in range(STREAM):
        house.apply(f"key-{number}", affair.visit("office0"), of="visit")
    old, new = house.secrets["office0"], _secret(32)
    until(lambda: len(house.taken()) > ROTATED, "not sent")
    endpoints.rotate(house.store, id_, new, now=now(), days=1)
    until(lambda: len(house.taken()) > SWITCHED, "not sent")
    house.tell_receiver(office0=new)
    found.true("drained", so=house.drained())
    found.must("sent during the overlap", len(house.taken()), STREAM)
    found.must("refused during the overlap", house.refused(), 0)
    endpoints.rotate(house.store, id_, new, now=now(), days=0)
    house.tell_receiver(office0=old)
    house.apply("late", affair.visit("office0"), of="visit")
    until(lambda: house.refused() > 0, "the old secret is still good")
    house.tell_receiver(office0=new)
    found.true("drained with the new one", so=house.drained())
