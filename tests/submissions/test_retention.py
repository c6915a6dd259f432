"""What is erased is gone for good, by request or by the clock, and its line stays."""

import json

import pytest

from submissions import anchors, audit, intake, retention
from submissions.errors import KeyReusedError, Missing, StillOpenError
from submissions.store import sqlite_file
from submissions.vault import open_sealed

WHY = {"who": "fang", "why": "asked for by 11010119900101123X"}


@pytest.fixture
def applied(city, office):
    city.connect_all("https://example.org")
    city.apply("s_one")
    city.apply("s_two")
    city.worker(office).run_once()
    return city


def complete(city, id_):
    done = {"status": "completed", "updated_at": city.clock.text}
    city.store.update("submissions", id_, lambda found: found | done)


def erase(city, id_, **more):
    retention.erase(city.store, id_, now=city.clock.text, **WHY, **more)


def test_what_departments_work_on_is_not_erased_unasked(applied):
    with pytest.raises(StillOpenError, match=r"still work on s_one.*--anyway"):
        erase(applied, "s_one")

    assert applied.submission("s_one")
    assert audit.lines(applied.store) == []
    erase(applied, "s_one", anyway=True)
    assert applied.submission("s_one") is None


def test_who_erased_what_and_why_is_written_down_and_the_logs_are_whole(applied):
    complete(applied, "s_one")
    anchors.anchor(applied.store, now=applied.clock.text)

    erase(applied, "s_one")

    (line,) = audit.lines(applied.store)
    assert (line["who"], line["what"]) == ("fang", "submission.erased")
    assert line["detail"]["about"] == "s_one"
    assert "asked for by 1101****" in line["detail"]["why"]
    assert list(anchors.findings(applied.store)) == []
    assert [d["_id"] for d in applied.store.find("submissions")] == ["s_two"]
    with pytest.raises(Missing):
        erase(applied, "s_one")


def test_a_submission_that_just_disappears_is_found_out(applied):
    anchors.anchor(applied.store, now=applied.clock.text)
    applied.store.erase("s_one", now=applied.clock.text)

    found = [str(each) for each in anchors.findings(applied.store)]

    assert found == ["s_one: entry 0: the submission is gone, its log with it"]


def test_the_affair_says_how_long_after_the_last_decision(applied):
    complete(applied, "s_one")
    applied.clock.pass_(days=364)
    assert retention.sweep(applied.store, now=applied.clock.text) == 0
    applied.clock.pass_(days=1)

    assert retention.sweep(applied.store, now=applied.clock.text) == 1

    assert applied.submission("s_one") is None
    assert applied.submission("s_two")
    (line,) = audit.lines(applied.store)
    assert (line["who"], line["detail"]["why"]) == ("yibiao", "kept for 365 days")


def test_where_the_affair_does_not_say_nothing_is_erased(applied):
    complete(applied, "s_one")
    version = applied.store.get("versions", "founding@1")
    pack = json.loads(version["pack_text"])
    del pack["retention_days"]
    applied.store.put("versions", version | {"pack_text": json.dumps(pack)})
    applied.clock.pass_(days=10_000)

    assert retention.sweep(applied.store, now=applied.clock.text) == 0


def test_what_was_erased_is_not_accepted_again(applied):
    draft = applied.draft("s_three")
    applied.accept(draft)
    erase(applied, "s_three", anyway=True)

    with pytest.raises(KeyReusedError):
        intake.accept(
            applied.store, applied.published, draft=draft, now=applied.clock.text
        )


def test_a_write_ahead_log_keeps_nothing_of_a_destroyed_key(tmp_path, monkeypatch):
    monkeypatch.setattr(sqlite_file, "journal_mode", lambda _: "WAL")
    store = open_sealed(f"sqlite:///{tmp_path}/a.db", key_file=tmp_path / "vault.key")
    store.insert("drafts", {"_id": "s_1", "answers": "x"})
    wrapped = store.keyring.store.get("keys", "s_1")["wrapped"].encode()

    def holding():
        return [f.name for f in tmp_path.iterdir() if wrapped in f.read_bytes()]

    assert holding() == ["a.db-keys-wal"]
    store.erase("s_1", now="2026-11-22T03:04:05.678Z")

    assert holding() == []
    store.close()
