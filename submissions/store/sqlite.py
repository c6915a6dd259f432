"""The store in one SQLite file, for one host; nothing to install.

The files of its documents are in the folder of the same name with "-files": back up
both, the SQLite file first.

Each write is one transaction that is on the disk when the call returns. Where the
SQLite this Python links can corrupt a write-ahead log that two processes reset at once
(before 3.51.3, 3.50.7 or 3.44.6), the rollback journal is used instead.
"""

import json
import os
import sqlite3
import threading
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeAlias

from submissions.errors import Conflict, Duplicate, StoreUnavailableError
from submissions.store.contract import COLLECTIONS, Condition, Document, Store
from submissions.store.folder import FolderFiles
from submissions.store.portable import (
    check_conditions,
    check_field,
    check_portable,
    on_tags,
)

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

#: Kept from being closed: a child must not close what its parent still uses.
_inherited: list[sqlite3.Connection] = []


def journal_mode(version: tuple[int, ...]) -> str:
    """Return the journal that is safe with this SQLite.

    >>> journal_mode((3, 40, 1)), journal_mode((3, 44, 6)), journal_mode((3, 52, 0))
    ('TRUNCATE', 'WAL', 'WAL')
    """
    safe = version >= _SAFE_RESET[-1] or any(
        fixed <= version < (*fixed[:1], fixed[1] + 1) for fixed in _SAFE_RESET
    )
    return "WAL" if safe else "TRUNCATE"


def files_beside(path: Path) -> Path:
    """Return the folder of the files that belong to the SQLite file at a path."""
    return path.with_name(f"{path.name}-files")


def connect_file(path: Path) -> sqlite3.Connection:
    """Open the file as it is meant to be opened."""
    return sqlite3.connect(
        path, timeout=BUSY_TIMEOUT, isolation_level=None, check_same_thread=False
    )


class SqliteStore(Store):
    """Documents as JSON text, one table per collection, in one file."""

    def __init__(self, path: Path, *, connect: Connect = connect_file) -> None:
        """Open the file, making it, its folder and its tables if they are missing.

        Raises:
            StoreUnavailableError: it cannot be opened, or not made durable.
        """
        self._path = path
        self._connect = connect
        self._pid = os.getpid()
        self._local = threading.local()
        self._lock = threading.Lock()
        self._open: dict[threading.Thread, sqlite3.Connection] = {}
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
        except OSError as error:
            raise StoreUnavailableError(
                f"{path}: {error.strerror}", _REPAIRS["SQLITE_CANTOPEN"]
            ) from error
        self.files = FolderFiles(files_beside(path))
        self._connection()

    def adopt(self, collection: str, document: Mapping[str, Any]) -> None:
        """Store a new document with its `rev`; see the contract."""
        id_, text = _written(document, collection)
        with self._writing() as connection:
            try:
                connection.execute(
                    f"INSERT INTO {collection} VALUES (?, ?, ?)",  # noqa: S608 - declared
                    (id_, document["rev"], text),
                )
            except sqlite3.IntegrityError as error:
                raise Duplicate(collection, id_) from error
            _write_tags(connection, collection, id_, document)

    def get(self, collection: str, id_: str) -> Document | None:
        """Return the document, or None."""
        conditions, values = _conditions(collection, [("_id", "=", id_)])
        query = f"SELECT doc FROM {collection}{conditions}"  # noqa: S608 - declared
        rows = self._read(query, values)
        return _parsed(rows[0][0]) if rows else None

    def put(self, collection: str, document: Mapping[str, Any]) -> Document:
        """Replace a document that nobody changed since; see the contract."""
        rev = document["rev"]
        id_, text = _written({**document, "rev": rev + 1}, collection)
        with self._writing() as connection:
            _replace(connection, collection, id_, rev, text)
            _write_tags(connection, collection, id_, document)
        return _parsed(text)

    def find(
        self,
        collection: str,
        where: Sequence[Condition] = (),
        *,
        order: str | None = None,
        limit: int | None = None,
    ) -> list[Document]:
        """Return documents by declared fields and tags; see the contract."""
        conditions, values = _conditions(collection, where)
        ending = _ordering(collection, order)
        if limit is not None:
            ending += " LIMIT ?"
            values.append(limit)
        query = f"SELECT doc FROM {collection}{conditions}{ending}"  # noqa: S608 - declared
        return [_parsed(row[0]) for row in self._read(query, values)]

    def tally(
        self, collection: str, field: str, where: Sequence[Condition] = ()
    ) -> dict[Any, int]:
        """Count documents by one declared field; see the contract."""
        conditions, values = _conditions(collection, where)
        column = _field(collection, field)
        query = (
            f"SELECT {column}, COUNT(*) FROM {collection}{conditions} "  # noqa: S608 - declared
            f"GROUP BY {column}"
        )
        return dict(self._read(query, values))

    def claim(
        self, collection: str, *, now: str, until: str, owner: str, token: str
    ) -> Document | None:
        """Take one due document in one transaction; see the contract."""
        due = _field(collection, "wake_at")
        query = (
            f"SELECT doc FROM {collection} WHERE {due} <= ? "  # noqa: S608 - declared
            f"ORDER BY {due} LIMIT 1"
        )
        # An idle worker asks often: it must not stop the writers to hear "nothing".
        if not self._read(query, (now,)):
            return None
        with self._writing() as connection:
            row = connection.execute(query, (now,)).fetchone()
            if row is None:
                return None
            found = _parsed(row[0])
            rev = found["rev"]
            found |= {
                "rev": rev + 1,
                "wake_at": until,
                "lease": {"owner": owner, "token": token},
                "claims": found.get("claims", 0) + 1,
            }
            id_, text = _written(found, collection)
            _replace(connection, collection, id_, rev, text)
        return found

    def delete(self, collection: str, id_: str) -> None:
        """Remove the document; nothing happens if there is none."""
        conditions, values = _conditions(collection, [("_id", "=", id_)])
        with self._writing() as connection:
            connection.execute(
                f"DELETE FROM {collection}{conditions}",  # noqa: S608 - declared
                values,
            )
            _write_tags(connection, collection, id_, {})

    def scrub(self) -> None:
        """Empty the write-ahead log, if there is one; see the contract.

        A rollback journal is empty already. What another connection still reads goes
        with the next.
        """
        self._read("PRAGMA wal_checkpoint(TRUNCATE)", ())

    def close(self) -> None:
        """Close the connections of this process."""
        with self._lock:
            for connection in self._open.values():
                connection.close()
            self._open.clear()
            self._local = threading.local()

    def _read(self, query: str, values: Sequence[Any]) -> list[Any]:
        with self._explained():
            return self._connection().execute(query, values).fetchall()

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._explained():
            connection = self._connection()
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            finally:
                # SQLite ends the transaction itself on some errors, not on others.
                if connection.in_transaction:
                    connection.execute("ROLLBACK")

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.DatabaseError as error:
            name = getattr(error, "sqlite_errorname", "")
            for code, repair in _REPAIRS.items():
                if name.startswith(code):
                    reason = f"{self._path}: {error}"
                    raise StoreUnavailableError(reason, repair) from error
            raise

    def _connection(self) -> sqlite3.Connection:
        if self._pid != os.getpid():
            self._leave_to_parent()
        held: sqlite3.Connection | None = getattr(self._local, "held", None)
        if held is not None:
            return held
        with self._explained():
            connection = self._connect(self._path)
            try:
                _prepare(connection, self._path)
            except BaseException:
                connection.close()
                raise
        with self._lock:
            for thread in [t for t in self._open if not t.is_alive()]:
                self._open.pop(thread).close()
            self._open[threading.current_thread()] = connection
        self._local.held = connection
        return connection

    def _leave_to_parent(self) -> None:
        _inherited.extend(self._open.values())
        self._pid = os.getpid()
        self._local = threading.local()
        self._lock = threading.Lock()
        self._open = {}


def _prepare(connection: sqlite3.Connection, path: Path) -> None:
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
    statements = list(_tables())
    version = zlib.crc32("".join(statements).encode()) & 0x7FFFFFFF
    if connection.execute("PRAGMA user_version").fetchone() == (version,):
        return
    connection.execute("BEGIN IMMEDIATE")
    for statement in (*statements, f"PRAGMA user_version={version}", "COMMIT"):
        connection.execute(statement)


def _tables() -> Iterator[str]:
    for name, collection in COLLECTIONS.items():
        yield (
            f"CREATE TABLE IF NOT EXISTS {name} "
            f"(id TEXT PRIMARY KEY NOT NULL, rev INTEGER NOT NULL, doc TEXT NOT NULL)"
        )
        for fields in collection.indexes:
            columns = ", ".join(_field(name, each) for each in fields)
            yield (
                f"CREATE INDEX IF NOT EXISTS {name}_{'_'.join(fields)} "
                f"ON {name} ({columns})"
            )
        if collection.tagged:
            yield (
                f"CREATE TABLE IF NOT EXISTS {name}_tags (tag TEXT NOT NULL, "
                f"id TEXT NOT NULL, PRIMARY KEY (tag, id)) WITHOUT ROWID"
            )
            yield f"CREATE INDEX IF NOT EXISTS {name}_tags_id ON {name}_tags (id)"


def _field(collection: str, field: str) -> str:
    check_field(collection, field)
    return "id" if field == "_id" else f"json_extract(doc, '$.{field}')"


def _conditions(collection: str, where: Sequence[Condition]) -> tuple[str, list[Any]]:
    check_conditions(collection, where)
    terms, values = [], []
    for field, operator, value in where:
        if on_tags(collection, field, operator):
            terms.append(f"id IN (SELECT id FROM {collection}_tags WHERE tag = ?)")  # noqa: S608 - declared
        else:
            # IS finds what has no such field when asked for None.
            term = "IS" if operator == "=" else operator
            terms.append(f"{_field(collection, field)} {term} ?")
        values.append(value)
    return (f" WHERE {' AND '.join(terms)}" if terms else ""), values


def _ordering(collection: str, order: str | None) -> str:
    if order is None:
        return " ORDER BY id"
    direction = "DESC" if order.startswith("-") else "ASC"
    return f" ORDER BY {_field(collection, order.removeprefix('-'))} {direction}, id"


def _written(document: Mapping[str, Any], collection: str) -> tuple[str, str]:
    check_portable(collection, document)
    text = json.dumps(
        document, ensure_ascii=False, allow_nan=False, separators=(",", ":")
    )
    return document["_id"], text


def _parsed(text: str) -> Document:
    document: Document = json.loads(text)
    return document


def _replace(
    connection: sqlite3.Connection, collection: str, id_: str, rev: int, text: str
) -> None:
    written = connection.execute(
        f"UPDATE {collection} SET rev = ?, doc = ? WHERE id = ? AND rev = ?",  # noqa: S608 - declared
        (rev + 1, text, id_, rev),
    )
    if written.rowcount == 0:
        raise Conflict(collection, id_)


def _write_tags(
    connection: sqlite3.Connection,
    collection: str,
    id_: str,
    document: Mapping[str, Any],
) -> None:
    if not COLLECTIONS[collection].tagged:
        return
    table = f"{collection}_tags"
    connection.execute(f"DELETE FROM {table} WHERE id = ?", (id_,))  # noqa: S608 - declared
    connection.executemany(
        f"INSERT INTO {table} VALUES (?, ?)",  # noqa: S608 - declared
        [(tag, id_) for tag in sorted(set(document.get("tags", ())))],
    )
