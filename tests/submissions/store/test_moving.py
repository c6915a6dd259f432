"""Moving to another engine, and back: the same documents, the same files."""

import pytest

from submissions.store import contract, open_store
from submissions.store.contract import COLLECTIONS
from submissions.store.moving import move

NOON, EVENING = "2026-11-22T12:00:00.000Z", "2026-11-22T18:00:00.000Z"


@pytest.fixture
def old(tmp_path, monkeypatch):
    monkeypatch.setattr(contract, "PAGE", 10)
    opened = open_store(f"sqlite:///{tmp_path}/old/yibiao.db")
    for number in range(23):
        id_ = f"s_{number:02}"
        opened.insert("submissions", {"_id": id_, "tags": [f"part:p_{number}"]})
    document = opened.get("submissions", "s_07")
    opened.put("submissions", {**document, "tags": ["x"], "wake_at": NOON})
    opened.insert("drafts", {"_id": "s_90", "owner": "person:1"})
    opened.files.keep("s_07", b"lease", now=NOON)
    yield opened
    opened.close()


def everything(store):
    documents = {name: store.find(name) for name in COLLECTIONS}
    files = {file: store.files.read(*file) for file in store.files.kept_before(EVENING)}
    return documents, files


def test_everything_is_the_same_in_the_other_store(old, store):
    moved = move(old, store, now=NOON)

    assert everything(store) == everything(old)
    assert (moved["submissions"], moved["drafts"], moved["files"]) == (23, 1, 1)
    assert store.get("submissions", "s_07")["rev"] == 2
    assert store.find("submissions", [("tags", "=", "x")])[0]["_id"] == "s_07"


def test_a_move_that_was_stopped_goes_on(old, store):
    for document in old.find("submissions", limit=15):
        store.adopt("submissions", document)

    moved = move(old, store, now=NOON)

    assert moved["submissions"] == 8
    assert everything(store) == everything(old)
    assert move(old, store, now=NOON)["submissions"] == 0
