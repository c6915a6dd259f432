"""Commands for operators: the store, and what is published in it."""

from collections.abc import Iterator
from contextlib import contextmanager
from getpass import getuser
from pathlib import Path

import click

from builder import merge as merging
from builder import plan
from builder.errors import DefinitionErrors
from builder.proof import FEW, SAMPLES
from renderer.commands.definitions import defs, known, read
from renderer.config import from_environment, open_configured
from submissions import packs
from submissions.clock import utc_now, utc_text
from submissions.vault.store import SealedStore


@contextmanager
def opened(*, create: bool = True) -> Iterator[SealedStore]:
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


def operator() -> str:
    """Return who runs this command, as the system names them."""
    try:
        return getuser()
    except (KeyError, OSError) as error:  # an account without a name
        raise click.UsageError("Say who you are: --by NAME.") from error


@click.command()
@click.argument("affairs", nargs=-1)
@click.option("--shipped", is_flag=True, help="Publish every affair there is.")
@click.option("--by", default=operator, help="Who publishes.  [default: your account]")
@click.option(
    "--samples",
    type=click.IntRange(1),
    help=f"Samples of each proof.  [default: {FEW} of what is shipped, else {SAMPLES}]",
)
@defs
def publish(
    affairs: tuple[str, ...],
    defs: Path | None,
    by: str,
    samples: int | None,
    *,
    shipped: bool,
) -> None:
    """Prove AFFAIRS and publish them for applicants, without a review.

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
    drawn = samples or (FEW if defs is None else SAMPLES)
    with opened() as store:
        frozen = [
            packs.freeze(
                form, samples=drawn, current=packs.current_pack(store, form.affair)
            )
            for form in forms
        ]
        for each in frozen:
            now = utc_text(utc_now())
            id_, created = packs.publish(store, each, now=now, by=by)
            click.echo(f"{id_} {'published' if created else 'unchanged'}")
