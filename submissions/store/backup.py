"""Copies of an SQLite store and its files, made while it is in use, and put back.

A copy is a folder with the same names as in the data folder. Keys are not in it: what
was erased must not be readable from a copy. Their own copy is a file elsewhere.
"""

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from submissions.errors import StoreUnavailableError
from submissions.store.sqlite import files_beside
from submissions.store.sqlite_file import BUSY_TIMEOUT

#: What the SQLite file is called in a copy.
NAME = "yibiao.db"


def back_up(path: Path, to: Path) -> None:
    """Copy the store at a path into a new folder, whole and checked.

    Writers wait while the SQLite file is copied. Its files follow: each was kept before
    a document named it.

    Raises:
        StoreUnavailableError: there is no store, the folder is taken, or the copy is
            not sound.
    """
    if not path.is_file():
        raise StoreUnavailableError(f"there is no store at {path}", "Mend the path.")
    with _explained(to):
        to.mkdir(mode=0o700, parents=True)
        copy_file(path, to / NAME)
        _copy_files(files_beside(path), files_beside(to / NAME))
        os.sync()


def copy_file(path: Path, to: Path) -> None:
    """Copy one SQLite file into a new one, whole and checked.

    Raises:
        StoreUnavailableError: it cannot be copied, there is something, or the copy is
            not sound.
    """
    with _explained(to):
        os.close(os.open(to, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        with _open(path) as source, _open(to) as target:
            source.backup(target)
        _check(to)


def restore(copy: Path, path: Path) -> None:
    """Put a copy in the place of a store that is not there any more.

    The SQLite file comes last: a restore that was stopped leaves no store.

    Raises:
        StoreUnavailableError: the copy is not sound, or there is a store.
    """
    # What SQLite left beside a store that crashed it would roll into this one.
    left = (path.with_name(path.name + each) for each in ("-journal", "-wal"))
    hot = (each for each in left if each.exists() and each.stat().st_size)
    for taken in (path, files_beside(path), *hot):
        if taken.exists():
            raise StoreUnavailableError(
                f"{taken} is there", "Stop all processes and move it away first."
            )
    source = copy / NAME
    if not source.is_file():
        raise StoreUnavailableError(f"{copy} is no copy of a store", "Mend the path.")
    _check(source)
    with _explained(path):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _copy_files(files_beside(source), files_beside(path))
        half = path.with_name(f"{path.name}.restoring")
        shutil.copy2(source, half)
        os.sync()
        half.rename(path)
        os.sync()


def _copy_files(source: Path, target: Path) -> None:
    if not source.exists():
        return
    target.mkdir(mode=0o700)
    for holder in sorted(source.iterdir()):
        folder = target / holder.name
        folder.mkdir(mode=0o700)
        # What was dropped meanwhile no document names: a file, or all of a holder.
        with suppress(FileNotFoundError):
            for file in sorted(holder.iterdir()):
                with suppress(FileNotFoundError):
                    shutil.copy2(file, folder / file.name)


def _check(copy: Path) -> None:
    with _explained(copy), _open(copy) as connection:
        (found,) = connection.execute("PRAGMA integrity_check").fetchone()
    if found != "ok":
        raise StoreUnavailableError(
            f"{copy} is damaged: {found}", "Use another copy, and check the disk."
        )


@contextmanager
def _open(path: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(path, timeout=BUSY_TIMEOUT)) as connection:
        yield connection


@contextmanager
def _explained(place: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, sqlite3.DatabaseError) as error:
        raise StoreUnavailableError(
            f"{place}: {error}", "Check path, disk and rights, then try again."
        ) from error
