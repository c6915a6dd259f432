"""Commands for operators: what is published, and where departments receive it."""

import base64
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from builder import merge as merging
from builder import pack
from renderer.commands.definitions import defs, known, read
from renderer.config import from_environment
from submissions import packs, routing
from submissions.clock import utc_now, utc_text
from submissions.store import open_store
from submissions.store.contract import Store

#: Standard Webhooks asks for 24 to 64.
SECRET_BYTES = 32


@contextmanager
def opened() -> Iterator[Store]:
    """Open the store that the environment names; create it if it is not there.

    Raises:
        StoreUnavailableError: it cannot be used.
    """
    settings = from_environment()
    if not settings.store:
        settings.data.mkdir(parents=True, exist_ok=True)
    store = open_store(settings.store_url)
    try:
        yield store
    finally:
        store.close()


@click.command()
@click.argument("affairs", nargs=-1)
@click.option("--shipped", is_flag=True, help="Publish every affair there is.")
@defs
def publish(affairs: tuple[str, ...], defs: Path | None, *, shipped: bool) -> None:
    """Publish AFFAIRS for applicants.

    What has not changed stays as it is.
    """
    if shipped == bool(affairs):
        raise click.UsageError("Name the affairs to publish, or say --shipped.")
    catalogue = read(defs)
    chosen = [known(catalogue, each) for each in affairs or catalogue.affairs]
    # All are merged before the first is published: all or nothing.
    made = [pack.dump(merging.merge(catalogue, each)) for each in chosen]
    with opened() as store:
        for each in made:
            now = utc_text(utc_now())
            id_, created = packs.publish(store, each, now=now, by="yibiao publish")
            click.echo(f"{id_} {'published' if created else 'unchanged'}")


@click.group()
def endpoint() -> None:
    """Say where departments receive."""


@endpoint.command("add")
@click.argument("department")
@click.argument("url")
@click.option("--area", default="", help="Only for this area.  [default: everywhere]")
def add(department: str, url: str, area: str) -> None:
    """Send the documents of DEPARTMENT to URL.

    The secret that signs them is shown this once.
    """
    secret, now = new_secret(), utc_text(utc_now())
    with opened() as store:
        require_department(store, department)
        id_ = routing.add_endpoint(
            store, department=department, area=area, url=url, secret=secret, now=now
        )
    click.echo(f"{id_} {department} {url}", err=True)
    click.echo(secret)


@endpoint.command("list")
def list_() -> None:
    """Show every endpoint but no secret."""
    with opened() as store:
        for each in routing.endpoints(store):
            area = each.area or "*"
            click.echo(f"{each.id} {each.department} {area} {each.url} {each.state}")


def require_department(store: Store, department: str) -> None:
    """Refuse a department that no published affair knows.

    Raises:
        click.UsageError: there is no such department; names those that are.
    """
    known = {each for found in packs.affairs(store) for each in found.form.departments}
    if department not in known:
        raise click.UsageError(
            f"There is no department {department!r} in what is published. "
            f"Known: {', '.join(sorted(known)) or 'none; publish first'}."
        )


def new_secret() -> str:
    """Return a new secret as Standard Webhooks writes it."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()
