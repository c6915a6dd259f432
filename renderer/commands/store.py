"""Commands for operators: the store, and what is published in it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from builder import merge as merging
from builder import pack, plan
from builder.errors import DefinitionErrors
from renderer.commands.definitions import defs, known, read
from renderer.config import from_environment, open_configured
from submissions import packs
from submissions.clock import utc_now, utc_text
from submissions.store.contract import Store


@contextmanager
def opened(*, create: bool = True) -> Iterator[Store]:
    """Open the store that the environment names.

    Args:
        create: make it if it is not there.

    Raises:
        StoreUnavailableError: it cannot be used.
    """
    store = open_configured(from_environment(), create=create)
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
    forms = [merging.merge(catalogue, each) for each in chosen]
    unserved = [error for form in forms for error in plan.unserved(form)]
    if unserved:
        raise DefinitionErrors(tuple(unserved))
    made = [pack.dump(form) for form in forms]
    with opened() as store:
        for each in made:
            now = utc_text(utc_now())
            id_, created = packs.publish(store, each, now=now, by="yibiao publish")
            click.echo(f"{id_} {'published' if created else 'unchanged'}")
