"""What people typed is not in the store, and after it was erased in no copy of it."""

import json
import os
import shutil
import threading
from pathlib import Path

import pytest

from submissions.errors import (
    Conflict,
    Duplicate,
    ErasedError,
    StoreUnavailableError,
    UnreadableError,
)
from submissions.files.errors import CorruptFileError
from submissions.store.backup import back_up, copy_file, restore
from submissions.vault import open_sealed
from submissions.vault.key_file import KeyFile
from submissions.vault.keyring import Keyring

NOON, EVENING = "2026-11-22T12:00:00.000Z", "2026-11-22T18:00:00.000Z"
MARK = "110101199001011237"


@pytest.fixture
def data(tmp_path):
    return tmp_path / "data"


@pytest.fixture
def reopen(data):
    """Return a function that opens the store again, as another process would."""
    opened = []

    def again():
        url = f"sqlite:///{data}/yibiao.db"
        opened.append(open_sealed(url, key_file=data / "vault.key"))
        return opened[-1]

    yield again
    for each in opened:
        each.close()


@pytest.fixture
def store(reopen):
    made = reopen()
    made.insert("drafts", {"_id": "s_1", "owner": "demo:li", "answers": MARK})
    made.insert("submissions", submission("s_1"))
    made.files.keep("s_1", MARK.encode(), now=NOON)
    made.insert("endpoints", {"_id": "e_1", "department": "tax", "secrets": [MARK]})
    return made


def submission(id_):
    tags = ["part:p_1", f"secret:id:{MARK}"]
    return {"_id": id_, "affair": "a", "created_at": NOON, "tags": tags, "body": MARK}


def holding(folder, mark=MARK):
    """The files of a folder that have a mark in them, plain."""
    paths = (path for path in Path(folder).rglob("*") if path.is_file())
    return [path.name for path in paths if mark.encode() in path.read_bytes()]


def test_nothing_that_was_typed_is_in_the_files(store, data):
    changed = store.update("submissions", "s_1", lambda d: d | {"more": [MARK]})

    assert (changed["body"], changed["more"], changed["rev"]) == (MARK, [MARK], 2)
    assert holding(data) == []
    assert holding(data, "part:p_1") == ["yibiao.db"]


def test_a_number_is_found_by_its_hash_alone(store, reopen):
    found = reopen().find("submissions", [("tags", "=", f"secret:id:{MARK}")])

    assert [document["_id"] for document in found] == ["s_1"]
    assert MARK not in str(found[0]["tags"])
    store.put("submissions", found[0])
    assert store.find("submissions", [("tags", "=", f"secret:id:{MARK}")])
    assert store.find("submissions", [("tags", "=", "secret:id:1")]) == []


def test_whose_a_draft_is_is_found_by_its_hash_alone(store, data):
    (found,) = store.find("drafts", [("owner", "=", "demo:li")])

    assert found["owner"] == "demo:li"
    assert store.find("drafts", [("owner", "=", None)]) == []
    assert holding(data, "demo:li") == []
    kept = store.inner.get("drafts", "s_1")["owner"]
    assert store.find("drafts", [("owner", "=", kept)]) == []


def test_what_was_swapped_between_submissions_cannot_be_read(store):
    store.insert("submissions", submission("s_2"))
    one, two = (store.inner.get("submissions", id_) for id_ in ("s_1", "s_2"))
    store.inner.put("submissions", two | {"sealed": one["sealed"]})

    with pytest.raises(UnreadableError, match=r"s_2 cannot be read.*another key"):
        store.get("submissions", "s_2")


def test_a_file_that_was_changed_is_not_given_out(store):
    (address,) = [address for _, address in store.files.kept_before(EVENING)]
    store.files._inner.write("s_1", address, b"A256GCM.changed", now=NOON)

    with pytest.raises(CorruptFileError):
        store.files.read("s_1", address)


def test_what_is_erased_is_in_no_file_and_in_no_copy(store, data, tmp_path):
    back_up(data / "yibiao.db", tmp_path / "copy")
    store.insert("submissions", submission("s_2"))
    wrapped = store.keyring.store.get("keys", "s_1")["wrapped"]

    store.erase("s_1", now=EVENING)

    for collection in ("drafts", "submissions"):
        assert store.get(collection, "s_1") is None
    assert list(store.files.kept_before(EVENING)) == []
    assert holding(data, wrapped) == holding(tmp_path / "copy") == []
    assert store.get("submissions", "s_2")["body"] == MARK
    kept = store.keyring.store.get("keys", "s_1")
    assert kept == {"_id": "s_1", "rev": 3, "erased_at": EVENING}
    with pytest.raises(Duplicate):
        store.insert("submissions", submission("s_1"))
    with pytest.raises(Conflict):
        store.put("submissions", submission("s_1") | {"rev": 1})


def test_a_copy_from_before_brings_back_only_what_nobody_can_read(
    store, data, tmp_path, reopen
):
    back_up(data / "yibiao.db", tmp_path / "copy")
    store.erase("s_1", now=EVENING)
    store.close()
    (data / "yibiao.db").unlink()
    shutil.rmtree(data / "yibiao.db-files")
    restore(tmp_path / "copy", data / "yibiao.db")

    back = reopen()
    with pytest.raises(ErasedError, match=r"s_1 was erased at .*`yibiao retain`"):
        back.get("submissions", "s_1")
    with pytest.raises(ErasedError):
        back.files.read("s_1", next(back.files.kept_before(EVENING))[1])
    assert back.purge(now=EVENING) == 1
    assert back.purge(now=EVENING) == 0

    assert back.get("submissions", "s_1") is None
    assert list(back.files.kept_before(EVENING)) == []


def test_an_erasure_that_a_crash_stopped_is_ended(store, reopen, monkeypatch):
    def stop(_holder):
        raise StoreUnavailableError("the power is gone", "wait")

    with monkeypatch.context() as patched:
        patched.setattr(store.inner.files, "drop_all", stop)
        with pytest.raises(StoreUnavailableError):
            store.erase("s_1", now=NOON)

    assert reopen().finish(now=EVENING) == 1
    assert reopen().finish(now=EVENING) == 0
    with pytest.raises(ErasedError):
        reopen().keyring.key("s_1")
    assert list(store.files.kept_before(EVENING)) == []


def overtaken(monkeypatch, holder, verb, by):
    """Let something happen right after what a verb of a store reads first."""
    real, todo = getattr(holder, verb), [by]

    def reading(*arguments, **more):
        found = real(*arguments, **more)
        while todo:
            todo.pop()()
        return found

    monkeypatch.setattr(holder, verb, reading)


def test_who_reads_what_is_erased_that_moment_is_told_that_it_is_gone(
    store, reopen, monkeypatch
):
    (address,) = [address for _, address in store.files.kept_before(EVENING)]
    due = {"wake_at": NOON}
    lease = {"until": EVENING, "owner": "w", "token": "t"}
    reads = {
        "get": lambda id_: store.get("submissions", id_),
        "find": lambda _: store.find("submissions", [("affair", "=", "a")], limit=2),
        "claim": lambda _: store.claim("submissions", now=NOON, **lease),
        "read": lambda id_: store.files.read(id_, address),
    }
    said = {}

    for verb, read in reads.items():
        id_ = f"s_{verb}"
        reopen().insert("submissions", submission(id_) | due)
        reopen().files.keep(id_, MARK.encode(), now=NOON)
        holder = store.inner.files if verb == "read" else store.inner
        with monkeypatch.context() as patched:
            overtaken(patched, holder, verb, lambda i=id_: reopen().erase(i, now=NOON))
            said[verb] = read(id_)

    assert said["get"] is said["claim"] is said["read"] is None
    assert [each["_id"] for each in said["find"]] == ["s_1"]


def test_who_writes_what_is_made_that_moment_came_too_early(store, reopen, monkeypatch):
    made = submission("s_2")
    overtaken(
        monkeypatch,
        store.keyring.store,
        "get",
        lambda: reopen().insert("submissions", made),
    )

    with pytest.raises(Conflict):
        store.put("submissions", made | {"rev": 7})


def test_to_delete_a_draft_is_not_to_erase_its_submission(store):
    store.delete("drafts", "s_1")

    assert store.get("submissions", "s_1")["body"] == MARK


@pytest.mark.usefixtures("store")
def test_the_key_file_is_its_owners_alone(data):
    assert (data / "vault.key").stat().st_mode & 0o077 == 0


@pytest.mark.usefixtures("store")
def test_a_lost_key_file_is_not_made_anew(data, reopen):
    (data / "vault.key").rename(data / "elsewhere")

    with pytest.raises(StoreUnavailableError, match="Put back the file of keys"):
        reopen()

    assert not (data / "vault.key").exists()


@pytest.mark.usefixtures("store")
def test_the_key_file_of_another_store_is_refused(tmp_path, data, reopen):
    url = f"sqlite:///{tmp_path}/other/yibiao.db"
    open_sealed(url, key_file=tmp_path / "other.key").close()
    shutil.copy(tmp_path / "other.key", data / "vault.key")

    with pytest.raises(StoreUnavailableError, match="belongs to this store"):
        reopen().get("submissions", "s_1")


def test_lost_keys_are_said_and_put_back(store, data, tmp_path, reopen):
    copy_file(data / "yibiao.db-keys", tmp_path / "keys")
    store.close()
    (data / "yibiao.db-keys").unlink()
    with pytest.raises(UnreadableError, match=r"no key at all.*Put back the keys"):
        reopen()

    shutil.copy(tmp_path / "keys", data / "yibiao.db-keys")

    assert reopen().get("submissions", "s_1")["body"] == MARK


@pytest.mark.usefixtures("store")
@pytest.mark.parametrize("written", ["", "{}", '{"current": "k", "wrapping": {}}'])
def test_what_is_no_file_of_keys_is_said(data, reopen, written):
    (data / "vault.key").write_text(written)

    with pytest.raises(StoreUnavailableError, match="no file of keys"):
        reopen()


def test_keys_are_wrapped_anew_while_others_work(store, data, reopen):
    other = reopen()
    before = json.loads((data / "vault.key").read_text())["current"]

    assert store.keyring.rotate() == 2

    other.insert("submissions", submission("s_3"))
    for each in (other, reopen()):
        assert each.get("submissions", "s_1")["body"] == MARK
        assert each.get("submissions", "s_3")["body"] == MARK
    kept = json.loads((data / "vault.key").read_text())
    assert list(kept["wrapping"]) == [before, kept["current"]]
    found = {d["kek"] for d in store.keyring.store.find("keys")}
    assert found == {kept["current"]}
    store.keyring.rotate()
    assert before not in json.loads((data / "vault.key").read_text())["wrapping"]
    assert reopen().get("submissions", "s_3")["body"] == MARK


def test_two_who_wrap_anew_at_once_lose_no_key(store, data, reopen):
    other = threading.Thread(target=reopen().keyring.rotate)

    def slow(count):
        if not other.ident:
            other.start()
            other.join(0.5)
        return os.urandom(count)

    keyring = Keyring(store.keyring.store, KeyFile(data / "vault.key"), slow)

    assert keyring.rotate() == 2

    other.join()
    assert reopen().get("submissions", "s_1")["body"] == MARK


def test_what_was_stored_before_there_were_keys_is_read_and_sealed(store, data):
    store.inner.insert("submissions", submission("s_9") | {"tags": []})
    assert holding(data) == ["yibiao.db"]

    changed = store.update("submissions", "s_9", lambda document: document)

    assert changed["body"] == store.get("submissions", "s_9")["body"] == MARK
    assert holding(data) == []
