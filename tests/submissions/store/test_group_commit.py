"""Many writes share a commit, and none shares the fault of another."""

import os
import sqlite3
import threading
from contextlib import closing

import pytest

from submissions.errors import StoreUnavailableError
from submissions.store.group_commit import GroupCommit
from submissions.store.sqlite import SqliteStore
from tests.waiting import LONG


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "a.db"
    with closing(opened(path)) as connection:
        connection.execute("CREATE TABLE t (n INTEGER)")
    return path


def opened(path):
    return sqlite3.connect(path, isolation_level=None, check_same_thread=False)


def numbers(path):
    with closing(opened(path)) as connection:
        return sorted(n for (n,) in connection.execute("SELECT n FROM t"))


def insert(number):
    return lambda connection: connection.execute("INSERT INTO t VALUES (?)", (number,))


def write_all(file, works):
    """Write from many threads while the first of them holds up the others."""
    commits, go, said = GroupCommit(file, patience=LONG), threading.Event(), []
    begun = threading.Event()

    def first(connection):
        begun.set()
        go.wait(LONG)
        insert(0)(connection)

    def ask(work):
        with closing(opened(file)) as connection:
            connection.set_trace_callback(said.append)
            try:
                commits.write(connection, work)
            except (LookupError, sqlite3.Error) as error:
                said.append(type(error).__name__)

    threads = [threading.Thread(target=ask, args=(work,)) for work in (first, *works)]
    threads[0].start()
    begun.wait(LONG)
    for thread in threads[1:]:
        thread.start()
    while len(commits._waiting) < len(works):
        pass
    go.set()
    for thread in threads:
        thread.join()
    return said


def test_all_that_wait_while_one_commits_share_the_next_commit(file):
    said = write_all(file, [insert(number) for number in range(1, 9)])

    assert numbers(file) == list(range(9))
    assert said.count("COMMIT") == 2


def test_what_one_work_raises_undoes_that_one_only(file):
    def fails(connection):
        insert(77)(connection)
        raise LookupError

    def breaks(connection):
        insert(78)(connection)
        connection.execute("INSERT INTO nowhere VALUES (1)")

    said = write_all(file, [insert(1), fails, insert(2), breaks, insert(3)])

    assert numbers(file) == [0, 1, 2, 3]
    assert [said.count(e) for e in ("LookupError", "OperationalError")] == [1, 1]


def test_a_process_that_holds_the_file_all_the_time_is_said(file):
    pid = os.fork()
    if pid == 0:
        held = GroupCommit(file, patience=LONG)
        with held._alone():
            threading.Event().wait()
        os._exit(0)
    try:
        commits = GroupCommit(file, patience=0.2)
        with closing(opened(file)) as connection:
            while True:
                try:
                    commits.write(connection, insert(1))
                except TimeoutError:
                    break
    finally:
        os.kill(pid, 9)
        os.waitpid(pid, 0)

    with closing(opened(file)) as connection:
        commits.write(connection, insert(2))
    assert 2 in numbers(file)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files away")
def test_who_owns_the_store_may_lock_it_also_after_root_has(file):
    """A lock nobody else could open would keep the service from all its writes."""
    write_all(file, [insert(1)])
    os.chown(file, 12345, 12345)

    write_all(file, [insert(2)])

    for name in ("a.db-turn", "a.db-lock"):
        assert file.with_name(name).stat().st_uid == 12345


def test_a_lock_that_cannot_be_taken_is_no_crash(tmp_path):
    store = SqliteStore(tmp_path / "a.db")
    (tmp_path / "a.db-turn").unlink(missing_ok=True)
    (tmp_path / "a.db-turn").mkdir(mode=0o700)

    with pytest.raises(StoreUnavailableError, match=r"a\.db"):
        store.insert("affairs", {"_id": "a", "current": 1})
    store.close()
