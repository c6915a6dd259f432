import threading

import orjson
import pytest

from builder import pack
from submissions import log, packs
from submissions.errors import (
    Conflict,
    CorruptPackError,
    Duplicate,
    Missing,
    UnprovenPackError,
)
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
    assert pack.dump(current.form) == pack.parted(packed)[0]
    assert current.judge.faults({}) != ()
    assert packs.affairs(store) == [current]


def test_publishing_the_same_bytes_again_changes_nothing(store, packed, repacked):
    publish(store, packed)

    assert publish(store, packed) == ("founding@1", False)
    assert publish(store, repacked) == ("founding@2", True)
    assert publish(store, packed) == ("founding@3", True)
    assert len(store.find("versions")) == 3


def test_a_pack_that_was_proven_another_time_is_the_same_version(store, packed):
    bare, certificate = pack.parted(packed)
    publish(store, packed)

    other = pack.certify(bare, certificate | {"seed": 1})

    assert other != packed
    assert publish(store, other) == ("founding@1", False)


def test_a_candidate_is_proven_and_says_over_how_many_samples(packed):
    bare, certificate = pack.parted(packed)

    assert certificate["pack"] == pack.digest(bare)
    assert (certificate["samples"], certificate["seed"]) == (4, 0)
    agreed = certificate["t_equals_v"]
    assert agreed["valid"] + agreed["invalid"] >= 4
    assert agreed["mismatched"] == 0
    assert certificate["ok"] is True


def test_what_is_published_is_not_proven_again(packed):
    form = pack.load(packed)

    # A proof over other samples would give another certificate.
    assert packs.freeze(form, samples=8, current=packed) == packed
    assert packs.freeze(form, samples=8) != packed


def test_a_form_that_changed_is_proven_again(packed, repacked):
    frozen = packs.freeze(pack.load(repacked), samples=4, current=packed)

    assert frozen == repacked


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda told: told.pop("certificate"), "it has no certificate"),
        (lambda told: told["guide"].update(minutes=99), "its certificate is of"),
        (lambda told: told["certificate"].update(ok=False), "its proof failed"),
        (lambda told: told["certificate"].update(ok=None), "its proof failed"),
    ],
    ids=["none", "another's", "failed", "says nothing"],
)
def test_a_pack_that_was_not_proven_is_not_published(store, packed, change, reason):
    told = orjson.loads(packed)
    change(told)

    with pytest.raises(UnprovenPackError, match=rf"{reason}.*yibiao prove founding"):
        publish(store, orjson.dumps(told))

    assert store.find("versions") == []
    assert packs.current(store, "founding") is None


def test_a_version_of_the_first_format_stays_readable(store, packed):
    """It had no certificate; the next publishing makes a proven version beside it."""
    bare, _ = pack.parted(packed)
    told = orjson.loads(bare)
    del told["left_to_judge"]
    rules = told["schema"]
    layout = {k: rules[k] for k in rules if k not in ("allOf", "$defs")}
    old = orjson.dumps(told | {"format": 1, "schema": layout})
    version = {"_id": "founding@1", "slug": "founding", "version": 1}
    version |= {"pack_text": old.decode(), "sha256": pack.digest(old)}
    store.insert("versions", version | {"published_at": NOW, "by": "an older yibiao"})
    store.insert("affairs", {"_id": "founding", "current": 1})

    assert packs.current(store, "founding").form == pack.load(packed)
    (shown,) = packs.published(store)
    assert (shown.by, shown.review, shown.certificate) == (
        "an older yibiao",
        "none",
        None,
    )
    assert publish(store, packed) == ("founding@2", True)
    assert packs.load(store, "founding@1").judge.faults({}) != ()


def test_publishing_is_recorded_with_who_did_it_and_that_nobody_reviewed_it(
    store, packed
):
    publish(store, packed)

    (shown,) = packs.published(store)
    assert (shown.id, shown.by, shown.review) == ("founding@1", "test", "none")
    assert shown.certificate == pack.parted(packed)[1]
    entries = store.get("versions", "founding@1")["log"]
    assert log.first_broken(entries) is None
    (entry,) = entries
    assert (entry["who"], entry["what"], entry["at"]) == (
        "test",
        "pack.published",
        NOW,
    )
    assert entry["detail"]["review"] == "none"
    assert entry["detail"]["form"] == shown.certificate["pack"]


def test_an_older_version_stays_as_it_was(store, packed, repacked):
    publish(store, packed)
    publish(store, repacked)

    assert packs.current(store, "founding").id == "founding@2"
    assert packs.load(store, "founding@1").form == pack.load(packed)
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
