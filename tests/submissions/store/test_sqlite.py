"""What only the SQLite engine has to care about."""

import os
import sqlite3
import stat
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from submissions.errors import StoreUnavailableError
from submissions.store import open_store
from submissions.store.sqlite import SqliteStore
from submissions.store.sqlite_file import connect_file, journal_mode


@pytest.mark.parametrize(
    ("version", "mode"),
    [
        ((3, 40, 1), "TRUNCATE"),
        ((3, 44, 5), "TRUNCATE"),
        ((3, 44, 6), "WAL"),
        ((3, 45, 0), "TRUNCATE"),
        ((3, 50, 6), "TRUNCATE"),
        ((3, 50, 7), "WAL"),
        ((3, 51, 2), "TRUNCATE"),
        ((3, 51, 3), "WAL"),
        ((3, 54, 0), "WAL"),
        ((4, 0, 0), "WAL"),
    ],
)
def test_the_write_ahead_log_is_used_only_where_it_is_safe(version, mode):
    assert journal_mode(version) == mode


@given(st.tuples(st.just(3), st.integers(0, 43), st.integers(0, 20)))
def test_no_old_sqlite_uses_the_write_ahead_log(version):
    assert journal_mode(version) == "TRUNCATE"


def test_what_is_acknowledged_is_synced_and_what_is_deleted_is_wiped(tmp_path):
    seen = []

    def connect(path):
        seen.append(connect_file(path))
        return seen[-1]

    store = SqliteStore(tmp_path / "yibiao.db", connect=connect)

    def setting(name):
        return seen[0].execute(f"PRAGMA {name}").fetchone()[0]

    assert setting("synchronous") == 2
    assert setting("secure_delete") == 1
    assert setting("journal_mode").upper() == journal_mode(sqlite3.sqlite_version_info)
    store.close()


class Sloppy(sqlite3.Connection):
    """An SQLite that was told elsewhere not to sync."""

    def execute(self, sql):
        return super().execute(sql.replace("synchronous=FULL", "synchronous=OFF"))


def test_a_store_that_would_not_sync_is_refused(tmp_path):
    with pytest.raises(StoreUnavailableError, match=r"synchronous=0.*local disk"):
        SqliteStore(
            tmp_path / "yibiao.db",
            connect=lambda path: sqlite3.connect(path, factory=Sloppy),
        )


def test_only_its_owner_can_read_a_new_store(tmp_path):
    open_store(f"sqlite:///{tmp_path}/new/yibiao.db").close()

    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / "new" / "yibiao.db").stat().st_mode) == 0o600


def test_queries_of_the_worker_and_the_desk_use_an_index(tmp_path):
    seen = []

    def connect(path):
        seen.append(connect_file(path))
        return seen[-1]

    store = SqliteStore(tmp_path / "yibiao.db", connect=connect)
    asked = []
    seen[0].set_trace_callback(asked.append)
    store.claim("submissions", now="2", until="3", owner="w", token="t")
    store.find("submissions", [("affair", "=", "a")], order="-created_at")
    store.find("submissions", [("tags", "=", "x")])
    store.find("drafts", [("resume_hash", "=", "x")])
    seen[0].set_trace_callback(None)

    for query in asked:
        plan = seen[0].execute(f"EXPLAIN QUERY PLAN {query}").fetchall()
        assert any("SEARCH" in step[3] for step in plan), plan
    assert len(asked) == 4
    store.close()


def limited(pages):
    def connect(path):
        connection = connect_file(path)
        connection.execute(f"PRAGMA max_page_count={pages}")
        return connection

    return connect


def test_a_full_disk_is_said_and_nothing_is_half_written(tmp_path):
    path = tmp_path / "yibiao.db"
    SqliteStore(path).close()
    store = SqliteStore(path, connect=limited(40))

    with pytest.raises(StoreUnavailableError, match=r"full.*Free space") as caught:
        store.insert("submissions", {"_id": "s_1", "tags": ["x"], "t": "x" * 200_000})

    assert "yibiao.db" in caught.value.reason
    assert store.get("submissions", "s_1") is None
    assert store.find("submissions", [("tags", "=", "x")]) == []
    store.insert("submissions", {"_id": "s_1", "tags": []})
    store.close()


def test_a_read_only_store_is_said_and_can_be_read(tmp_path):
    path = tmp_path / "yibiao.db"
    first = SqliteStore(path)
    first.insert("affairs", {"_id": "founding", "current": 1})
    first.close()
    read_only = SqliteStore(
        path, connect=lambda p: sqlite3.connect(f"file:{p}?mode=ro", uri=True)
    )

    with pytest.raises(StoreUnavailableError, match=r"readonly.*writable"):
        read_only.insert("affairs", {"_id": "moving", "current": 1})

    assert read_only.get("affairs", "founding")["current"] == 1
    read_only.close()


def test_a_locked_store_is_said(tmp_path):
    path = tmp_path / "yibiao.db"
    store = SqliteStore(path, connect=lambda p: sqlite3.connect(p, timeout=0))
    other = sqlite3.connect(path)
    other.execute("BEGIN EXCLUSIVE")

    with pytest.raises(StoreUnavailableError, match="try again"):
        store.insert("affairs", {"_id": "founding"})

    other.close()
    store.close()


def test_a_file_that_is_no_store_is_said(tmp_path):
    path = tmp_path / "letter.txt"
    path.write_text("Dear reader, this is a letter. " * 40)

    with pytest.raises(StoreUnavailableError, match="another kind of file"):
        SqliteStore(path)


def test_a_path_that_cannot_be_is_said(tmp_path):
    (tmp_path / "file").write_text("x")

    with pytest.raises(StoreUnavailableError, match="Check that the path exists"):
        open_store(f"sqlite:///{tmp_path}/file/yibiao.db")


@pytest.mark.parametrize("url", ["postgres://u:secret@here", "sqlite:///", "yibiao.db"])
def test_an_address_of_no_store_is_said(url):
    with pytest.raises(StoreUnavailableError, match=r"sqlite:///") as caught:
        open_store(url)

    assert "secret" not in str(caught.value)


def test_a_mistake_of_ours_is_not_called_a_broken_store(tmp_path):
    seen = []

    def connect(path):
        seen.append(connect_file(path))
        return seen[-1]

    store = SqliteStore(tmp_path / "yibiao.db", connect=connect)
    seen[0].close()

    with pytest.raises(sqlite3.ProgrammingError):
        store.get("affairs", "founding")


def test_a_child_process_opens_its_own_connection(tmp_path):
    seen = []

    def connect(path):
        seen.append(os.getpid())
        return connect_file(path)

    store = SqliteStore(tmp_path / "yibiao.db", connect=connect)
    child = os.fork()
    if child == 0:
        store.insert("affairs", {"_id": "founding", "current": 1})
        os._exit(0 if seen[-1] == os.getpid() else 1)

    assert os.waitpid(child, 0)[1] == 0
    assert store.get("affairs", "founding")["current"] == 1
    assert seen == [os.getpid()]
    store.close()


def test_a_thread_has_its_own_connection_and_gives_it_back(tmp_path):
    seen = []

    def connect(path):
        seen.append(connect_file(path))
        return seen[-1]

    store = SqliteStore(tmp_path / "yibiao.db", connect=connect)
    for _ in range(2):
        thread = threading.Thread(target=store.get, args=("affairs", "x"))
        thread.start()
        thread.join()

    assert len(seen) == 3
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        seen[1].execute("SELECT 1")
    store.close()
