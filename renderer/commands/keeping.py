"""Commands for operators: copies of the store, and moving to another."""

from pathlib import Path

import click

from renderer.commands.store import opened
from renderer.config import from_environment
from submissions.clock import utc_now, utc_text
from submissions.errors import StoreUnavailableError
from submissions.store import open_store, sqlite_path
from submissions.store.backup import back_up
from submissions.store.backup import restore as put_back
from submissions.store.moving import move

FOLDER = click.Path(file_okay=False, path_type=Path)


@click.group()
def store() -> None:
    """Copy the store, restore a copy, or move to another store."""


@store.command()
@click.argument("folder", type=FOLDER)
def backup(folder: Path) -> None:
    """Copy the store into the new FOLDER, while it is in use.

    Keys are not copied; keep those in another place.
    """
    back_up(_path(), folder)
    click.echo(f"{folder} is a sound copy")


@store.command()
@click.argument("folder", type=FOLDER)
def restore(folder: Path) -> None:
    """Put the copy in FOLDER in the place of a store that is gone."""
    path = _path()
    put_back(folder, path)
    click.echo(f"{path} is as it was in {folder}")


@store.command()
@click.argument("to", metavar="URL")
def copy(to: str) -> None:
    """Copy what is in the store to the one at URL.

    Stop the web server and the workers first.
    """
    with opened(create=False) as source:
        target = open_store(to)
        try:
            moved = move(source, target, now=utc_text(utc_now()))
        finally:
            target.close()
    for name, count in moved.items():
        click.echo(f"{name} {count}")


def _path() -> Path:
    settings = from_environment()
    path = sqlite_path(settings.store_url)
    if path is None:
        raise StoreUnavailableError(
            "only an SQLite store is copied by this command",
            "For MongoDB use the tools of the cluster: see docs/operations.md.",
        )
    return path
