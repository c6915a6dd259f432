"""The whole product in one process: portal, worker and sample receiver."""

import fcntl
import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from importlib.resources import as_file, files
from pathlib import Path
from secrets import token_bytes, token_urlsafe
from threading import Event, Thread
from typing import Any

from builder import merge as merging
from builder.catalogue import load, read_folder
from builder.model import MergedForm
from builder.proof import FEW
from renderer import create_app
from renderer.config import Settings, links_of, open_configured
from renderer.demo.registers import connections, create_registers
from renderer.inbox import Inbox
from renderer.receiver import Answers, create_receiver
from renderer.servers import address, listen, serving
from renderer.sources.connections import Connections
from submissions import endpoints, outbound, packs
from submissions.clock import utc_now, utc_text
from submissions.delivery import webhook
from submissions.delivery.worker import Worker
from submissions.errors import StoreUnavailableError
from submissions.files.links import Links
from submissions.store.contract import Document, Store

#: Marks what the demo puts into the store.
BY = "yibiao demo"


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """What runs, and where it can be reached."""

    portal: str
    receiver: str
    store: Store
    forms: Mapping[str, MergedForm]


def publish_shipped(store: Store) -> dict[str, MergedForm]:
    """Publish every shipped affair; return their merged forms by affair."""
    catalogue = load(read_folder(files("form_defs")))
    forms = {each: merging.merge(catalogue, each) for each in catalogue.affairs}
    for affair, form in forms.items():
        current = packs.current_pack(store, affair)
        frozen = packs.freeze(form, samples=FEW, current=current)
        packs.publish(store, frozen, now=_now(), by=BY)
    return {str(affair): form for affair, form in forms.items()}


@contextmanager
def running(
    data: Path, *, port: int, receiver_port: int, store_url: str = ""
) -> Iterator[House]:
    """Start everything, and stop everything at the end.

    Args:
        data: the folder of the store; what is in it is kept.
        port: where the portal should listen; if it is taken, the next free one. 0:
            any free one.
        receiver_port: the same for the receiver.
        store_url: another store than the one in the folder.

    Raises:
        StoreUnavailableError: the data folder cannot be used.
        OSError: no port is free, or the data folder cannot be written.
    """
    with ExitStack() as stack:
        stack.enter_context(_alone(data))
        people = stack.enter_context(as_file(files("renderer.demo") / "people.json"))
        settings = Settings(data=data, store=store_url, demo_people=people)
        store = open_configured(settings)
        stack.callback(store.close)
        forms = publish_shipped(store)
        matters = {m.id: m for form in forms.values() for m in form.matters}
        portal_socket = stack.enter_context(listen(port))
        receiver_socket = stack.enter_context(listen(receiver_port))
        portal, receiver = address(portal_socket), address(receiver_socket)
        departments = sorted({each.department for each in matters.values()})
        secrets = connect(store, receiver, departments)
        answers = stack.enter_context(closing(Answers(portal, results(), secrets.get)))
        settings = replace(settings, base_url=portal)
        stack.enter_context(_working(store, receiver, links_of(settings)))
        app = create_app(settings, store=store, connections=_registers(stack))
        stack.enter_context(serving(app, portal_socket))
        inbox = Inbox(data / "receiver.jsonl")
        sample = create_receiver(
            secret_of=secrets.get, matters=matters, answers=answers, inbox=inbox
        )
        stack.enter_context(serving(sample, receiver_socket))
        yield House(portal=portal, receiver=receiver, store=store, forms=forms)


def _registers(stack: ExitStack) -> Connections:
    """Serve the sample registers until the end, and tell how they are asked."""
    token, socket = token_urlsafe(), stack.enter_context(listen(0))
    stack.enter_context(serving(create_registers(token), socket))
    return connections(address(socket), token)


def connect(store: Store, receiver: str, departments: Iterable[str]) -> dict[str, str]:
    """Send the documents of these departments to the receiver; return their secrets.

    The demo's own endpoint that is there already keeps its secret, and moves along
    when the receiver has another port. A department that somebody else connected is
    left alone.
    """
    every = endpoints.every(store)
    known = {each.department: each for each in every if each.by == BY}
    others = {each.department for each in every} - known.keys()
    secrets: dict[str, str] = {}
    for department in sorted(set(departments) - others):
        url, here = f"{receiver}/{department}", known.get(department)
        secrets[department] = here.secret if here else webhook.new_secret(token_bytes)
        if here is None:
            endpoints.add(
                store,
                department=department,
                area="",
                url=url,
                secret=secrets[department],
                now=_now(),
                by=BY,
            )
        elif here.url != url:
            store.update("endpoints", here.id, partial(_move, url))
    return secrets


@contextmanager
def _alone(data: Path) -> Iterator[None]:
    """Keep a second demo out of a folder: each would move the other's endpoints."""
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (data / "demo.lock").open("w") as lock:
        try:
            # The lock ends with this process, however it ends.
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise StoreUnavailableError(
                f"another demo uses {data}", "Stop it, or name another folder: --data."
            ) from error
        yield


def _move(url: str, endpoint: Document) -> Document:
    return {**endpoint, "url": url}


def results() -> dict[str, dict[str, Any]]:
    """Return what the sample departments decide: values by matter and fact."""
    text = (files("renderer.demo") / "results.json").read_text(encoding="utf-8")
    told: dict[str, dict[str, Any]] = json.loads(text)
    return told


@contextmanager
def _working(store: Store, receiver: str, links: Links) -> Iterator[None]:
    stop = Event()
    post = partial(outbound.post, allowed=(receiver.removeprefix("http://"),))
    worker = Worker(store, clock=utc_now, owner="demo", links=links, post=post)
    thread = Thread(target=worker.run, args=(stop,), name="worker")
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def _now() -> str:
    return utc_text(utc_now())
