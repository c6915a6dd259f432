"""A copy made while the store is in use puts everything back that was in it."""

import shutil
import sqlite3
import threading

import pytest

from submissions.errors import StoreUnavailableError
from submissions.store import open_store
from submissions.store.backup import back_up, restore

NOON, EVENING = "2026-11-22T12:00:00.000Z", "2026-11-22T18:00:00.000Z"


@pytest.fixture
def path(tmp_path):
    return tmp_path / "data" / "yibiao.db"


@pytest.fixture
def store(path):
    opened = open_store(f"sqlite:///{path}")
    yield opened
    opened.close()


def lose(path):
    shutil.rmtree(path.parent)


def test_the_drill_brings_back_all_that_was_acknowledged_before(store, path, tmp_path):
    written, stop = [], threading.Event()

    def write():
        while not stop.is_set():
            id_ = f"s_{len(written)}"
            store.files.keep(id_, id_.encode(), now=NOON)
            store.insert("submissions", {"_id": id_, "tags": [id_], "body": "x" * 9000})
            written.append(id_)

    writer = threading.Thread(target=write)
    writer.start()
    while len(written) < 20:
        pass
    before = list(written)
    back_up(path, tmp_path / "copy")
    stop.set()
    writer.join()
    store.close()
    lose(path)

    restore(tmp_path / "copy", path)

    again = open_store(f"sqlite:///{path}")
    kept = {document["_id"] for document in again.find("submissions")}
    assert set(before) <= kept <= set(written)
    for id_ in kept:
        assert again.find("submissions", [("tags", "=", id_)])[0]["_id"] == id_
    assert {h for h, _ in again.files.kept_before(EVENING)} >= kept
    again.insert("submissions", {"_id": "s_new", "tags": []})
    again.close()


def test_who_is_erased_while_files_are_copied_does_not_stop_it(
    store, path, tmp_path, monkeypatch
):
    for id_ in ("s_1", "s_2", "s_3"):
        store.files.keep(id_, id_.encode(), now=NOON)
    copying = shutil.copy2

    def erasing(source, target):
        store.erase("s_2", now=NOON)
        copying(source, target)

    with monkeypatch.context() as patched:
        patched.setattr(shutil, "copy2", erasing)
        back_up(path, tmp_path / "copy")

    lose(path)
    restore(tmp_path / "copy", path)
    assert {holder for holder, _ in store.files.kept_before(EVENING)} == {"s_1", "s_3"}


def test_a_copy_is_readable_by_its_owner_only(store, path, tmp_path):
    store.files.keep("s_1", b"lease", now=NOON)
    back_up(path, tmp_path / "copy")

    for made in (tmp_path / "copy").rglob("*"):
        assert made.stat().st_mode & 0o077 == 0


def test_a_folder_that_is_there_is_not_written_into(store, path, tmp_path):
    store.insert("affairs", {"_id": "founding"})
    (tmp_path / "copy").mkdir()

    with pytest.raises(StoreUnavailableError, match="exists"):
        back_up(path, tmp_path / "copy")

    assert list((tmp_path / "copy").iterdir()) == []


def test_where_there_is_no_store_nothing_is_copied(path, tmp_path):
    with pytest.raises(StoreUnavailableError, match="there is no store"):
        back_up(path, tmp_path / "copy")

    assert not (tmp_path / "copy").exists()


@pytest.mark.parametrize("left", ["yibiao.db", "yibiao.db-files"])
def test_a_store_is_not_written_over(store, path, tmp_path, left):
    store.files.keep("s_1", b"lease", now=NOON)
    back_up(path, tmp_path / "copy")
    for other in path.parent.iterdir():
        if other.name != left:
            other.unlink() if other.is_file() else shutil.rmtree(other)

    with pytest.raises(StoreUnavailableError, match="move it away first"):
        restore(tmp_path / "copy", path)

    assert [each.name for each in path.parent.iterdir()] == [left]


def test_a_damaged_copy_is_refused(store, path, tmp_path):
    for number in range(50):
        store.insert("affairs", {"_id": f"a_{number}", "text": "x" * 2000})
    back_up(path, tmp_path / "copy")
    lose(path)
    copy = tmp_path / "copy" / "yibiao.db"
    torn = bytearray(copy.read_bytes())
    torn[40_000:60_000] = bytes(20_000)
    copy.write_bytes(torn)

    with pytest.raises(StoreUnavailableError, match=r"damaged|malformed"):
        restore(tmp_path / "copy", path)

    assert not path.exists()


def test_what_is_no_copy_is_said(path, tmp_path):
    with pytest.raises(StoreUnavailableError, match="no copy of a store"):
        restore(tmp_path, path)


def test_what_a_crash_left_beside_a_store_is_not_rolled_into_a_copy(
    store, path, tmp_path
):
    store.insert("affairs", {"_id": "founding"})
    back_up(path, tmp_path / "copy")
    lose(path)
    left = path.with_name(f"{path.name}-journal")
    left.parent.mkdir()
    left.write_bytes(b"half a change")

    with pytest.raises(StoreUnavailableError, match="journal is there"):
        restore(tmp_path / "copy", path)


def test_a_restore_that_stops_leaves_no_store(store, path, tmp_path, monkeypatch):
    store.insert("affairs", {"_id": "founding"})
    back_up(path, tmp_path / "copy")
    lose(path)
    copying = shutil.copy2

    def failing(source, target):
        copying(source, target)
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(shutil, "copy2", failing)
        with pytest.raises(StoreUnavailableError, match="No space"):
            restore(tmp_path / "copy", path)

    assert not path.exists()
    restore(tmp_path / "copy", path)
    with sqlite3.connect(path) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()
