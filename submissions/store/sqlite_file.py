"""One SQLite file: how it is opened, and what is said when it cannot be used."""

import sqlite3
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeAlias

from submissions.errors import StoreUnavailableError
from submissions.store.statements import tables

#: Opens the file; an argument so that a test can hand in a disk that is full.
Connect: TypeAlias = Callable[[Path], sqlite3.Connection]

#: How long a writer waits for another, seconds.
BUSY_TIMEOUT = 30.0
#: `PRAGMA synchronous`: FULL. Below it an acknowledged write can be lost.
_FULL = 2
#: The first release of each branch whose write-ahead log is safe to reset.
_SAFE_RESET = ((3, 44, 6), (3, 50, 7), (3, 51, 3))

_REPAIRS = {
    "SQLITE_FULL": "Free space on its disk, then try again.",
    "SQLITE_READONLY": "Make the file and its folder writable for this user.",
    "SQLITE_CANTOPEN": "Check that the path exists and this user may read and write.",
    "SQLITE_PERM": "Check that this user may read and write the file.",
    "SQLITE_BUSY": "Another program holds the file; try again in a moment.",
    "SQLITE_LOCKED": "Another program holds the file; try again in a moment.",
    "SQLITE_IOERR": "Check the disk, then try again.",
    "SQLITE_NOTADB": "The path leads to another kind of file: check it.",
    "SQLITE_CORRUPT": "Stop all processes and restore the file from a backup.",
}


def journal_mode(version: tuple[int, ...]) -> str:
    """Return the journal that is safe with this SQLite.

    >>> journal_mode((3, 40, 1)), journal_mode((3, 44, 6)), journal_mode((3, 52, 0))
    ('TRUNCATE', 'WAL', 'WAL')
    """
    safe = version >= _SAFE_RESET[-1] or any(
        fixed <= version < (*fixed[:1], fixed[1] + 1) for fixed in _SAFE_RESET
    )
    return "WAL" if safe else "TRUNCATE"


def connect_file(path: Path) -> sqlite3.Connection:
    """Open the file as it is meant to be opened."""
    return sqlite3.connect(
        path, timeout=BUSY_TIMEOUT, isolation_level=None, check_same_thread=False
    )


def prepare(connection: sqlite3.Connection, path: Path) -> None:
    """Make a connection safe, and the tables if they are missing.

    Raises:
        StoreUnavailableError: what it acknowledges could be lost.
    """
    mode = journal_mode(sqlite3.sqlite_version_info)
    (found,) = connection.execute(f"PRAGMA journal_mode={mode}").fetchone()
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA secure_delete=ON")
    (synchronous,) = connection.execute("PRAGMA synchronous").fetchone()
    if found.upper() != mode or synchronous < _FULL:
        raise StoreUnavailableError(
            f"{path}: acknowledged writes would not be safe "
            f"(journal_mode={found}, synchronous={synchronous})",
            "Keep the file on a local disk and use an unmodified SQLite.",
        )
    statements = list(tables())
    version = zlib.crc32("".join(statements).encode()) & 0x7FFFFFFF
    if connection.execute("PRAGMA user_version").fetchone() == (version,):
        return
    connection.execute("BEGIN IMMEDIATE")
    for statement in (*statements, f"PRAGMA user_version={version}", "COMMIT"):
        connection.execute(statement)


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Say in words what is wrong with a file.

    Raises:
        StoreUnavailableError: it cannot be used now.
    """
    try:
        yield
    except TimeoutError as error:
        reason = f"{path}: {error}"
        raise StoreUnavailableError(reason, _REPAIRS["SQLITE_BUSY"]) from error
    except OSError as error:
        reason = f"{path}: {error.strerror}"
        raise StoreUnavailableError(reason, _REPAIRS["SQLITE_CANTOPEN"]) from error
    except sqlite3.DatabaseError as error:
        name = getattr(error, "sqlite_errorname", "")
        for code, repair in _REPAIRS.items():
            if name.startswith(code):
                raise StoreUnavailableError(f"{path}: {error}", repair) from error
        raise
