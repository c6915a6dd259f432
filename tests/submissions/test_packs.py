import threading

import pytest

from builder import pack
from submissions import packs
from submissions.errors import Conflict, CorruptPackError, Duplicate, Missing
from submissions.store import open_store

NOW = "2026-11-22T03:04:05.678Z"


def publish(store, packed):
    return packs.publish(store, packed, now=NOW, by="test")


def test_a_published_pack_is_the_current_one_and_ready_to_judge(store, packed):
    assert packs.current(store, "founding") is None

    assert publish(store, packed) == ("founding@1", True)

    current = packs.current(store, "founding")
    assert (current.id, current.affair, current.version) == (
        "founding@1",
        "founding",
        1,
    )
    assert current.sha256 == pack.digest(packed)
    assert pack.dump(current.form) == packed
    assert current.judge.faults({}) != ()
    assert packs.affairs(store) == [current]


def test_publishing_the_same_bytes_again_changes_nothing(store, packed, repacked):
    publish(store, packed)

    assert publish(store, packed) == ("founding@1", False)
    assert publish(store, repacked) == ("founding@2", True)
    assert publish(store, packed) == ("founding@3", True)
    assert len(store.find("versions")) == 3


def test_an_older_version_stays_as_it_was(store, packed, repacked):
    publish(store, packed)
    publish(store, repacked)

    assert packs.current(store, "founding").id == "founding@2"
    assert pack.dump(packs.load(store, "founding@1").form) == packed
    assert packs.load(store, "founding@1") is packs.load(store, "founding@1")


def test_a_version_that_is_not_there_is_missing(store):
    with pytest.raises(Missing, match="founding@1"):
        packs.load(store, "founding@1")


def test_a_publisher_that_was_stopped_half_way_is_finished_by_the_next(store, packed):
    publish(store, packed)
    store.delete("affairs", "founding")

    assert publish(store, packed) == ("founding@1", False)
    assert packs.current(store, "founding").id == "founding@1"


def test_the_pointer_never_goes_back(store, packed, repacked):
    publish(store, packed)
    publish(store, repacked)
    packs._point(store, "founding", 1)

    assert packs.current(store, "founding").id == "founding@2"


@pytest.mark.parametrize("same", [True, False])
def test_a_publisher_that_comes_second_to_a_version(store, packed, repacked, same):
    """Between looking and inserting, another one published."""

    class Late:
        others = iter([packed if same else repacked])

        def __getattr__(self, name):
            return getattr(store, name)

        def insert(self, collection, document):
            for other in self.others:
                publish(store, other)
            store.insert(collection, document)

    assert publish(Late(), packed) == (
        ("founding@1", False) if same else ("founding@2", True)
    )


def test_a_publisher_that_is_always_second_gives_up(store, packed):
    class Hopeless:
        def __getattr__(self, name):
            return getattr(store, name)

        def insert(self, collection, document):
            raise Duplicate(collection, document["_id"])

    with pytest.raises(Conflict):
        publish(Hopeless(), packed)


@pytest.mark.parametrize("same", [True, False])
def test_publishers_at_once_get_a_version_each_or_the_same(
    url, store, packed, repacked, same
):
    texts = [packed, packed if same else repacked]
    barrier, ids = threading.Barrier(2), []

    def run(text):
        barrier.wait()
        mine = open_store(url)
        ids.append(publish(mine, text)[0])
        mine.close()

    threads = [threading.Thread(target=run, args=(text,)) for text in texts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(set(ids)) == ["founding@1", "founding@2"][: 1 if same else 2]
    assert packs.current(store, "founding").id == max(ids)


def test_a_pack_that_was_changed_is_refused_by_name(store, packed):
    publish(store, packed)
    version = store.get("versions", "founding@1")
    changed = version["pack_text"].replace("founding a company", "founding a bank")
    assert changed != version["pack_text"]
    store.put("versions", version | {"pack_text": changed})

    with pytest.raises(CorruptPackError, match=r"founding@1.*backup") as caught:
        packs.load(store, "founding@1")

    assert caught.value.expected == pack.digest(packed)
