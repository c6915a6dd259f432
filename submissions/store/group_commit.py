"""Writes of many threads in one commit: a commit waits for the disk, writes do not.

Whoever asks while nobody commits does so, for all who are waiting: no thread of its own
is needed, and one that is alone waits for nobody. Between processes files are locked in
two steps: who has the turn waits for the commit of another, so that none comes twice
while another waits once. SQLite itself would look ever more seldom for its lock.
"""

import fcntl
import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Condition
from typing import Any, Generic, TypeVar

T = TypeVar("T")

#: Writes of one commit.
MOST = 64
#: Between two looks at a lock another process has, seconds; a commit takes some 2 ms.
LOOK = 0.0002


@dataclass(slots=True, eq=False)
class _Write(Generic[T]):
    """What somebody waits for."""

    work: Callable[[sqlite3.Connection], T]
    done: bool = False
    results: list[T] = field(default_factory=list)
    error: BaseException | None = None


class GroupCommit:
    """Commits for all threads of one process to one file."""

    def __init__(self, path: Path, *, patience: float) -> None:
        """Take the file, and how long to wait for other processes, seconds."""
        self._file = path
        self._turn = path.with_name(f"{path.name}-turn")
        self._lock = path.with_name(f"{path.name}-lock")
        self._patience = patience
        self._changed = Condition()
        self._waiting: list[_Write[Any]] = []
        self._committing = False

    def write(
        self, connection: sqlite3.Connection, work: Callable[[sqlite3.Connection], T]
    ) -> T:
        """Do some work in a transaction; return its result when it is on the disk.

        Args:
            connection: of this thread; what others wait for is done on it too.
            work: is given a connection, perhaps more than once, and changes nothing
                else; what it raises undoes it, and the others are done without it.

        Raises:
            TimeoutError: another process held the file all the time.
        """
        mine = _Write(work)
        with self._changed:
            self._waiting.append(mine)
        while self._must_commit(mine):
            self._commit(connection)
        if mine.error is not None:
            raise mine.error
        return mine.results[0]

    def _must_commit(self, mine: _Write[Any]) -> bool:
        """Wait until this thread must commit; False: its own is done."""
        with self._changed:
            self._changed.wait_for(lambda: mine.done or not self._committing)
            self._committing = self._committing or not mine.done
            return not mine.done

    def _gathered(self) -> list[_Write[Any]]:
        with self._changed:
            group, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
            return group

    def _commit(self, connection: sqlite3.Connection) -> None:
        group: list[_Write[Any]] = []
        left = group
        try:
            with self._alone():
                # Now, not before: what came while another process had the file is in.
                group = left = self._gathered()
                while left:
                    broken = _together(connection, left)
                    left = [each for each in left if broken and each is not broken]
        except BaseException as error:
            if not group:
                group = left = self._gathered()
            for each in left:
                each.error = error
            if not isinstance(error, Exception):
                raise
        finally:
            with self._changed:
                for each in group:
                    each.done = True
                self._committing = False
                self._changed.notify_all()

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Keep other processes from writing."""
        until = time.monotonic() + self._patience
        turn = self._taken(self._turn, until)
        try:
            lock = self._taken(self._lock, until)
        finally:
            os.close(turn)
        try:
            yield
        finally:
            os.close(lock)

    def _taken(self, path: Path, until: float) -> int:
        """Lock a file; closing the handle returned gives it back.

        The system would wait without end for a process that is stopped, so we look.
        """
        handle = os.open(path, os.O_RDONLY | os.O_CREAT, 0o600)
        try:
            _give_to_owner(handle, self._file)
            while True:
                try:
                    fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    if time.monotonic() > until:
                        raise TimeoutError("another process holds it") from None
                    time.sleep(LOOK)
                else:
                    return handle
        except BaseException:
            os.close(handle)
            raise


def _together(
    connection: sqlite3.Connection, group: list[_Write[Any]]
) -> _Write[Any] | None:
    """Commit a group; or commit nothing, and return the one whose fault that is."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        for each in group:
            try:
                each.results = [each.work(connection)]
            except Exception as error:  # noqa: BLE001 - it is raised to who asked
                each.error = error
                return each
        connection.execute("COMMIT")
    finally:
        # SQLite ends the transaction itself on some errors, not on others.
        if connection.in_transaction:
            connection.execute("ROLLBACK")
    return None


def _give_to_owner(handle: int, store: Path) -> None:
    """Let who owns the store open what root made, as SQLite does with what it makes."""
    mine, theirs = os.fstat(handle), store.stat()
    if mine.st_uid != theirs.st_uid and os.geteuid() == 0:
        os.fchown(handle, theirs.st_uid, theirs.st_gid)
