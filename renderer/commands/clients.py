"""Commands for operators: which programs may call, and what they may."""

import secrets

import click

from renderer.commands.endpoints import require_affairs, table
from renderer.commands.store import opened
from submissions import clients
from submissions.clients import EVERY_AFFAIR
from submissions.clock import utc_now, utc_text
from submissions.errors import Missing

HEADINGS = ("ID", "NAME", "AFFAIRS", "MAY", "SINCE", "STATE")


@click.group()
def client() -> None:
    """Say which programs may call."""


@client.command("add")
@click.argument("name")
@click.argument("affairs", nargs=-1)
@click.option("--every-affair", is_flag=True, help="Also those that are still to come.")
@click.option(
    "--may",
    "scopes",
    type=click.Choice(["send", "observe"]),
    multiple=True,
    default=["send"],
    show_default=True,
    help="send: submissions, and see what happens to them. observe: see what happens "
    "to those of others too. May be repeated.",
)
def add(
    name: str,
    affairs: tuple[str, ...],
    *,
    every_affair: bool,
    scopes: tuple[clients.Scope, ...],
) -> None:
    """Let the program NAME send submissions for AFFAIRS, or observe them.

    The token it calls with is shown this once.
    """
    if every_affair == bool(affairs):
        raise click.UsageError("Name the affairs it may use, or say --every-affair.")
    with opened() as store:
        require_affairs(store, affairs)
        added, token = clients.add(
            store,
            name=name,
            affairs=affairs or (EVERY_AFFAIR,),
            scopes=scopes,
            now=utc_text(utc_now()),
            new_secret=secrets.token_urlsafe,
        )
    click.echo(f"{added.id} {added.name} {' '.join(added.affairs)}", err=True)
    click.echo(token)


@client.command("list")
def list_() -> None:
    """Show every client but no token."""
    with opened(create=False) as store:
        every = clients.every(store)
    rows = [
        (
            each.id,
            each.name,
            " ".join(each.affairs),
            " ".join(each.scopes),
            each.created_at,
            f"revoked {each.revoked_at}" if each.revoked_at else "active",
        )
        for each in every
    ]
    click.echo(table(HEADINGS, rows))


@client.command("revoke")
@click.argument("id_", metavar="ID")
def revoke(id_: str) -> None:
    """Refuse the token of a client from now on; what it sent stays."""
    with opened(create=False) as store:
        try:
            clients.revoke(store, id_, now=utc_text(utc_now()))
        except Missing as error:
            raise click.UsageError(
                f"There is no client {id_!r}. `yibiao client list` shows all."
            ) from error
    click.echo(f"{id_} is revoked")
