"""Commands for operators: copies of the store, moving to another, its keys."""

from collections import Counter
from contextlib import closing
from pathlib import Path

import click

from renderer.commands.store import opened
from renderer.config import from_environment
from submissions.clock import utc_now, utc_text
from submissions.errors import StoreUnavailableError
from submissions.store import open_store, sqlite_path
from submissions.store.backup import back_up, copy_file
from submissions.store.backup import restore as put_back
from submissions.store.moving import move
from submissions.vault import beside

FOLDER = click.Path(file_okay=False, path_type=Path)


@click.group()
def store() -> None:
    """Copy the store, restore a copy, or move to another store."""


@store.command()
@click.argument("folder", type=FOLDER)
@click.option(
    "--keys",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Copy the wrapped keys too, into this new file.",
)
def backup(folder: Path, keys: Path | None) -> None:
    """Copy the store into the new FOLDER, while it is in use.

    Keys are not in it: without --keys they are not copied. Keep their copies in another
    place, and only for some days: what was erased can be read until they are gone.
    """
    settings = from_environment()
    path = _path(settings.store_url)
    back_up(path, folder)
    if keys is not None:
        # After the store: every document has its key in the copy.
        copy_file(_path(settings.keys or beside(settings.store_url)), keys)
    click.echo(f"{folder} is a sound copy")


@store.command()
@click.argument("folder", type=FOLDER)
def restore(folder: Path) -> None:
    """Put the copy in FOLDER in the place of a store that is gone.

    What was erased since the copy was made is erased again.
    """
    path = _path(from_environment().store_url)
    put_back(folder, path)
    click.echo(f"{path} is as it was in {folder}")
    with opened(create=False) as restored:
        erased = restored.purge(now=utc_text(utc_now()))
    if erased:
        click.echo(f"erased again: {erased}")


@store.command()
@click.argument("to", metavar="URL")
def copy(to: str) -> None:
    """Copy what is in the store, and its keys, to the one at URL.

    Stop the web server and the workers first.
    """
    settings = from_environment()
    places = [(settings.store_url, to)]
    if not settings.keys:
        places.append((beside(settings.store_url), beside(to)))
    moved: Counter[str] = Counter()
    for source_url, target_url in places:
        with (
            closing(open_store(source_url, create=False)) as source,
            closing(open_store(target_url)) as target,
        ):
            moved += Counter(move(source, target, now=utc_text(utc_now())))
    for name, count in moved.items():
        click.echo(f"{name} {count}")


@click.group()
def keys() -> None:
    """Look after the keys that make the store readable."""


@keys.command()
def rotate() -> None:
    """Wrap every key by a new one in the file of keys.

    While everything runs; nothing is encrypted anew. Then copy the file of keys to
    where you keep its copy. The one before stays in it until the next time.
    """
    with opened(create=False) as store:
        count = store.keyring.rotate()
    click.echo(f"wrapped again: {count}")


def _path(url: str) -> Path:
    path = sqlite_path(url)
    if path is None:
        raise StoreUnavailableError(
            "only an SQLite store is copied by this command",
            "For MongoDB use the tools of the cluster: see docs/operations.md.",
        )
    return path
