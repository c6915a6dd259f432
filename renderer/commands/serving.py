"""Commands that run until they are stopped: worker, sample receiver, demo."""

import json
import logging
import os
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event, Thread
from types import FrameType

import click
from click.core import ParameterSource

from renderer.commands.definitions import defs, read
from renderer.commands.store import opened
from renderer.config import from_environment, links_of
from renderer.demo import once as applying
from renderer.demo.house import results, running
from renderer.inbox import Inbox
from renderer.receiver import Answers, Behaviour, create_receiver
from renderer.servers import NEARBY, address, listen, serving
from submissions import anchors, inbox, outbound, retention
from submissions.clock import utc_now, utc_text
from submissions.delivery import far_off, webhook
from submissions.delivery.worker import Worker
from submissions.errors import ForbiddenAddressError, SubmissionsError
from submissions.store.contract import Store

_logger = logging.getLogger(__name__)

PORTAL_PORT = 8000
#: The receiver listens this far above the portal.
BETWEEN = 1000
PORTS = click.IntRange(0, 64_000)
#: Seconds between two looks for drafts nobody came back for, and between anchors.
SWEEP_EVERY = 3600


@contextmanager
def until_stopped() -> Iterator[Event]:
    """Give an event that is set when somebody stops this program."""
    stop = Event()
    told, tell = os.pipe()
    os.set_blocking(tell, False)

    def wait() -> None:
        os.read(told, 1)
        stop.set()

    waiting = Thread(target=wait, name="until stopped")
    waiting.start()
    # The handler in C writes at once. One in Python runs when the main thread comes
    # round to it: never, if the signal came just before that waits for a lock.
    woken = signal.set_wakeup_fd(tell)
    signals = (signal.SIGINT, signal.SIGTERM)
    before = {each: signal.signal(each, _noticed) for each in signals}
    try:
        yield stop
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)
        signal.set_wakeup_fd(woken)
        os.write(tell, b".")
        waiting.join()
        os.close(told)
        os.close(tell)


def _noticed(_signal: int, _frame: FrameType | None) -> None:
    """Do nothing: that it came has been written already."""


def hosts_and_ports(
    _context: click.Context, _option: click.Parameter, allowed: tuple[str, ...]
) -> tuple[str, ...]:
    """Let receivers such as "127.0.0.1:9100" pass, as requests name them.

    Raises:
        click.BadParameter: one of them is no host with a port.
    """
    try:
        return tuple(outbound.allowance(each) for each in allowed)
    except ForbiddenAddressError as error:
        raise click.BadParameter(
            f"{error.url!r} is no HOST:PORT such as 127.0.0.1:9100."
        ) from error


def signing_secret(
    _context: click.Context, _option: click.Parameter, secret: str
) -> str:
    """Let a secret pass.

    Raises:
        click.BadParameter: it is none.
    """
    try:
        webhook.key_of(secret)
    except ValueError as error:
        raise click.BadParameter(f"{error}.") from error
    return secret


@click.command()
@click.option(
    "--allow",
    multiple=True,
    metavar="HOST:PORT",
    callback=hosts_and_ports,
    help="A receiver that may be private and without TLS; may be repeated.",
)
def worker(allow: tuple[str, ...]) -> None:
    """Deliver what is due, until stopped."""
    # Events with ids, for whoever watches; never what was filled in.
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    owner = f"{socket.gethostname()}:{os.getpid()}"
    post = partial(outbound.post, allowed=allow)
    settings = from_environment()
    with opened() as store, until_stopped() as stop, sweeping(store, stop):
        _logger.info("worker.started owner=%s", owner)
        links = links_of(settings)
        Worker(store, clock=utc_now, owner=owner, links=links, post=post).run(stop)


@contextmanager
def sweeping(store: Store, stop: Event) -> Iterator[None]:
    """Sweep beside what runs; however that ends, stop and wait for the sweeping."""
    sweeper = Thread(target=_sweep, args=(store, stop), name="sweeper")
    sweeper.start()
    try:
        yield
    finally:
        stop.set()
        sweeper.join()


#: What is done every hour; none waits for another to succeed.
SWEEPS: tuple[Callable[..., object], ...] = (
    *retention.SWEEPS.values(),
    *(inbox.index, far_off.make_due, anchors.anchor),
)


def _sweep(store: Store, stop: Event) -> None:
    """Erase what was kept long enough, list cases, anchor the logs, until stopped."""
    while True:
        for sweep in (lambda _, now: store.finish(now=now), *SWEEPS):
            try:
                sweep(store, now=utc_text(utc_now()))
            except SubmissionsError as error:
                _logger.warning("sweep.failed reason=%s", error)
        if stop.wait(SWEEP_EVERY):
            return


@click.command()
@click.option("--port", type=PORTS, default=PORTAL_PORT + BETWEEN, show_default=True)
@click.option(
    "--secret",
    required=True,
    callback=signing_secret,
    help="whsec_..., from `yibiao endpoint add`.",
)
@click.option(
    "--product",
    default=f"http://127.0.0.1:{PORTAL_PORT}",
    show_default=True,
    help="Where results are sent back to.",
)
@click.option(
    "--answer",
    "behaviour",
    type=click.Choice(["200", "500", "slow"]),
    default="200",
    show_default=True,
    help="What to answer; slow: later than any sender waits.",
)
@click.option(
    "--inbox",
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path("data/receiver.jsonl"),
    show_default=True,
    help="File that keeps what came between starts.",
)
@defs
@click.pass_context
def receiver(
    context: click.Context,
    *,
    port: int,
    secret: str,
    product: str,
    behaviour: Behaviour,
    inbox: Path,
    defs: Path | None,
) -> None:
    """Receive as a department would.

    Verifies and judges what comes, keeps and shows it, and answers with sample results.
    """
    matters = read(defs).matters
    # A port somebody chose is where messages are sent to; another is of no use.
    chosen = context.get_parameter_source("port") is not ParameterSource.DEFAULT
    nearby = 0 if chosen else NEARBY
    with (
        until_stopped() as stop,
        closing(Answers(product, results(), lambda _: secret)) as answers,
    ):
        app = create_receiver(
            secret_of=lambda _: secret,
            matters=matters,
            answers=answers,
            inbox=Inbox(inbox),
            behaviour=behaviour,
        )
        with listen(port, nearby=nearby) as listening, serving(app, listening):
            click.echo(f"{address(listening)}/DEPARTMENT receives.")
            click.echo(f"{address(listening)}/ shows what came. Ctrl-C stops it.")
            stop.wait()


@click.command()
@click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("data/demo"),
    show_default=True,
    help="Folder that keeps everything between starts.",
)
@click.option("--port", type=PORTS, default=PORTAL_PORT, show_default=True)
@click.option(
    "--store",
    "store_url",
    default="",
    metavar="URL",
    help="A store to use instead of the one in the folder, such as mongodb://...",
)
@click.option("--once", is_flag=True, help="Apply for everything once, then stop.")
@click.option("--json", "as_json", is_flag=True, help="With --once: results as JSON.")
def demo(data: Path, port: int, store_url: str, *, once: bool, as_json: bool) -> None:
    """Start everything, with sample people.

    Runs the portal, the worker and a sample receiver until stopped.
    """
    if as_json and not once:
        raise click.UsageError("--json says what --once found: give both.")
    if once:
        apply_once(store_url, as_json=as_json)
    else:
        keep_running(data, port, store_url)


def keep_running(data: Path, port: int, store_url: str) -> None:
    """Run the demo until somebody stops it, and say where to look."""
    receiver_port = port + BETWEEN
    with (
        until_stopped() as stop,
        running(
            data, port=port, receiver_port=receiver_port, store_url=store_url
        ) as house,
    ):
        click.echo(f"The portal             {house.portal}/")
        click.echo(f"Sample people sign in  {house.portal}/sign-in")
        click.echo(f"What departments got   {house.receiver}/")
        click.echo(f"Departments' people    {house.portal}/desk/")
        if not store_url:
            click.echo(f"The data is kept in    {data.resolve()}")
        click.echo("Ctrl-C stops everything.")
        stop.wait()
        click.echo("Stopping.")


def apply_once(store_url: str, *, as_json: bool) -> None:
    """Apply for every affair over HTTP; end with 1 if anything did not arrive."""
    with (
        TemporaryDirectory(prefix="yibiao-") as folder,
        running(Path(folder), port=0, receiver_port=0, store_url=store_url) as house,
    ):
        found = applying.apply_everywhere(
            house, tell=lambda line: click.echo(line, err=True)
        )
    if as_json:
        click.echo(json.dumps(found))
    if not found["ok"]:
        raise click.exceptions.Exit(1)
