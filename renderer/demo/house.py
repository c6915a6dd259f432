"""The whole product in one process: portal, worker and sample receiver."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from functools import partial
from importlib.resources import as_file, files
from pathlib import Path
from threading import Event, Thread
from typing import Any, TypeAlias

from builder import merge as merging
from builder import pack
from builder.catalogue import load, read_folder
from builder.model import MergedForm
from renderer import create_app
from renderer.config import Settings
from renderer.receiver import Answers, create_receiver
from renderer.servers import address, listen, serving
from submissions import outbound, packs, routing
from submissions.clock import utc_now, utc_text
from submissions.delivery.worker import Worker
from submissions.store import open_store
from submissions.store.contract import Document, Store

#: Makes the secret of one department.
NewSecret: TypeAlias = Callable[[], str]


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
    for form in forms.values():
        packs.publish(store, pack.dump(form), now=_now(), by="yibiao demo")
    return {str(affair): form for affair, form in forms.items()}


@contextmanager
def running(
    data: Path,
    *,
    port: int,
    receiver_port: int,
    new_secret: NewSecret,
) -> Iterator[House]:
    """Start everything, and stop everything at the end.

    Args:
        data: the folder of the store; what is in it is kept.
        port: where the portal should listen; if it is taken, the next free one. 0:
            any free one.
        receiver_port: the same for the receiver.

    Raises:
        StoreUnavailableError: the data folder cannot be used.
        OSError: no port is free, or the data folder cannot be written.
    """
    data.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        people = stack.enter_context(as_file(files("renderer.demo") / "people.json"))
        settings = Settings(data=data, demo_people=people)
        store = open_store(settings.store_url)
        stack.callback(store.close)
        forms = publish_shipped(store)
        matters = {m.id: m for form in forms.values() for m in form.matters}
        portal_socket = stack.enter_context(listen(port))
        receiver_socket = stack.enter_context(listen(receiver_port))
        portal, receiver = address(portal_socket), address(receiver_socket)
        departments = sorted({each.department for each in matters.values()})
        secrets = connect(store, receiver, departments, new_secret)
        answers = stack.enter_context(closing(Answers(portal, results(), secrets.get)))
        stack.enter_context(_working(store, receiver.removeprefix("http://")))
        stack.enter_context(serving(create_app(settings, store=store), portal_socket))
        sample = create_receiver(
            secret_of=secrets.get, matters=matters, answers=answers
        )
        stack.enter_context(serving(sample, receiver_socket))
        yield House(portal=portal, receiver=receiver, store=store, forms=forms)


def connect(
    store: Store, receiver: str, departments: Iterable[str], new_secret: NewSecret
) -> dict[str, str]:
    """Send the documents of these departments to the receiver; return their secrets.

    An endpoint that is there already keeps its secret, and moves along when the
    receiver has another port.
    """
    known = {each.department: each for each in routing.endpoints(store)}
    secrets: dict[str, str] = {}
    for department in departments:
        url, here = f"{receiver}/{department}", known.get(department)
        secrets[department] = here.secret if here else new_secret()
        if here is None:
            routing.add_endpoint(
                store,
                department=department,
                area="",
                url=url,
                secret=secrets[department],
                now=_now(),
            )
        elif here.url != url:
            store.update("endpoints", here.id, partial(_move, url))
    return secrets


def _move(url: str, endpoint: Document) -> Document:
    return {**endpoint, "url": url}


def results() -> dict[str, dict[str, Any]]:
    """Return what the sample departments decide: values by matter and fact."""
    text = (files("renderer.demo") / "results.json").read_text(encoding="utf-8")
    told: dict[str, dict[str, Any]] = json.loads(text)
    return told


@contextmanager
def _working(store: Store, allowed: str) -> Iterator[None]:
    stop = Event()
    post = partial(outbound.post, allowed=(allowed,))
    worker = Worker(store, clock=utc_now, owner="demo", post=post)
    thread = Thread(target=worker.run, args=(stop,), name="worker")
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def _now() -> str:
    return utc_text(utc_now())
