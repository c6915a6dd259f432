"""The store in one SQLite file, for one host; nothing to install.

The files of its documents are in the folder of the same name with "-files": back up
both, the SQLite file first.

Each write is one transaction that is on the disk when the call returns. Where the
SQLite this Python links can corrupt a write-ahead log that two processes reset at once
(before 3.51.3, 3.50.7 or 3.44.6), the rollback journal is used instead.
"""

import os
import sqlite3
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import orjson

from submissions.errors import Conflict, Duplicate
from submissions.store.contract import COLLECTIONS, Condition, Document, Store
from submissions.store.folder import FolderFiles
from submissions.store.group_commit import GroupCommit
from submissions.store.portable import after_prefix, check_portable
from submissions.store.sqlite_file import (
    BUSY_TIMEOUT,
    Connect,
    connect_file,
    explained,
    prepare,
)
from submissions.store.statements import column, filtered, ordered

T = TypeVar("T")

#: Kept from being closed: a child must not close what its parent still uses.
_inherited: list[sqlite3.Connection] = []


def files_beside(path: Path) -> Path:
    """Return the folder of the files that belong to the SQLite file at a path."""
    return path.with_name(f"{path.name}-files")


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
        self._writes = GroupCommit(path, patience=BUSY_TIMEOUT)
        with explained(path):
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
        self.files = FolderFiles(files_beside(path))
        self._connection()

    def adopt(self, collection: str, document: Mapping[str, Any]) -> None:
        """Store a new document with its `rev`; see the contract."""
        id_, text = _written(document, collection)

        def insert(connection: sqlite3.Connection) -> None:
            try:
                connection.execute(
                    f"INSERT INTO {collection} VALUES (?, ?, ?)",  # noqa: S608 - declared
                    (id_, document["rev"], text),
                )
            except sqlite3.IntegrityError as error:
                raise Duplicate(collection, id_) from error
            _add_tags(connection, collection, document)

        self._write(insert)

    def get(self, collection: str, id_: str) -> Document | None:
        """Return the document, or None."""
        conditions, values = filtered(collection, [("_id", "=", id_)])
        query = f"SELECT doc FROM {collection}{conditions}"  # noqa: S608 - declared
        rows = self._read(query, values)
        return _parsed(rows[0][0]) if rows else None

    def put(self, collection: str, document: Mapping[str, Any]) -> Document:
        """Replace a document that nobody changed since; see the contract."""
        rev = document["rev"]
        id_, text = _written({**document, "rev": rev + 1}, collection)

        def replace(connection: sqlite3.Connection) -> None:
            _replace(connection, collection, id_, rev, text)
            _drop_tags(connection, collection, document)
            _add_tags(connection, collection, document)

        self._write(replace)
        return {**document, "rev": rev + 1}

    def find(
        self,
        collection: str,
        where: Sequence[Condition] = (),
        *,
        order: str | None = None,
        limit: int | None = None,
    ) -> list[Document]:
        """Return documents by declared fields and tags; see the contract."""
        conditions, values = filtered(collection, where)
        ending = ordered(collection, order)
        if limit is not None:
            ending += " LIMIT ?"
            values.append(limit)
        query = f"SELECT doc FROM {collection}{conditions}{ending}"  # noqa: S608 - declared
        return [_parsed(row[0]) for row in self._read(query, values)]

    def tally(
        self, collection: str, field: str, where: Sequence[Condition] = ()
    ) -> dict[Any, int]:
        """Count documents by one declared field; see the contract."""
        conditions, values = filtered(collection, where)
        counted = column(collection, field)
        query = (
            f"SELECT {counted}, COUNT(*) FROM {collection}{conditions} "  # noqa: S608 - declared
            f"GROUP BY {counted}"
        )
        return dict(self._read(query, values))

    def tags(self, collection: str, prefix: str) -> list[tuple[str, str]]:
        """Return the tags that begin so; see the contract."""
        after = after_prefix(collection, prefix)
        query = (
            f"SELECT tag, id FROM {collection}_tags "  # noqa: S608 - declared
            f"WHERE tag >= ? AND tag < ? ORDER BY tag, id"
        )
        return self._read(query, (prefix, after))

    def claim(
        self, collection: str, *, now: str, until: str, owner: str, token: str
    ) -> Document | None:
        """Take one due document in one transaction; see the contract."""
        due = column(collection, "wake_at")
        query = (
            f"SELECT doc FROM {collection} WHERE {due} <= ? "  # noqa: S608 - declared
            f"ORDER BY {due} LIMIT 1"
        )
        # An idle worker asks often: it must not stop the writers to hear "nothing".
        if not self._read(query, (now,)):
            return None

        def take(connection: sqlite3.Connection) -> Document | None:
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

        return self._write(take)

    def delete(self, collection: str, id_: str) -> None:
        """Remove the document; nothing happens if there is none."""
        conditions, values = filtered(collection, [("_id", "=", id_)])

        def remove(connection: sqlite3.Connection) -> None:
            connection.execute(
                f"DELETE FROM {collection}{conditions}",  # noqa: S608 - declared
                values,
            )
            _drop_tags(connection, collection, {"_id": id_})

        self._write(remove)

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
        with explained(self._path):
            return self._connection().execute(query, values).fetchall()

    def _write(self, work: Callable[[sqlite3.Connection], T]) -> T:
        with explained(self._path):
            # Asked for first: after a fork it makes everything anew.
            connection = self._connection()
            return self._writes.write(connection, work)

    def _connection(self) -> sqlite3.Connection:
        if self._pid != os.getpid():
            self._leave_to_parent()
        held: sqlite3.Connection | None = getattr(self._local, "held", None)
        if held is not None:
            return held
        with explained(self._path):
            connection = self._connect(self._path)
            try:
                prepare(connection, self._path)
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
        self._writes = GroupCommit(self._path, patience=BUSY_TIMEOUT)


def _written(document: Mapping[str, Any], collection: str) -> tuple[str, str]:
    check_portable(collection, document)
    return document["_id"], orjson.dumps(document).decode()


def _parsed(text: str) -> Document:
    document: Document = orjson.loads(text)
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


def _add_tags(
    connection: sqlite3.Connection, collection: str, document: Mapping[str, Any]
) -> None:
    """Add the tags that are missing; what is there already is not written again."""
    if COLLECTIONS[collection].tagged:
        connection.execute(
            f"INSERT OR IGNORE INTO {collection}_tags "  # noqa: S608 - declared
            f"SELECT value, ? FROM json_each(?)",
            (document["_id"], _listed(document)),
        )


def _drop_tags(
    connection: sqlite3.Connection, collection: str, document: Mapping[str, Any]
) -> None:
    """Remove the tags that the document has no more."""
    if COLLECTIONS[collection].tagged:
        connection.execute(
            f"DELETE FROM {collection}_tags WHERE id = ? "  # noqa: S608 - declared
            f"AND tag NOT IN (SELECT value FROM json_each(?))",
            (document["_id"], _listed(document)),
        )


def _listed(document: Mapping[str, Any]) -> str:
    return orjson.dumps(document.get("tags", ())).decode()
