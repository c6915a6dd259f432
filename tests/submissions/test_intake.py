import json
import sqlite3
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from submissions import canonical, drafts, intake, log, packs
from submissions.errors import (
    Duplicate,
    KeyReusedError,
    Refused,
    StoreUnavailableError,
)
from submissions.store.sqlite import SqliteStore
from submissions.store.sqlite_file import connect_file


def test_accepting_makes_one_part_per_applicable_matter(city):
    city.connect_all("https://example.org")

    submission = city.apply()

    parts = {part["matter"]: part for part in submission["parts"]}
    assert city.states() == {
        "licence": "ready",
        "tax": "waiting",
        "fund": "waiting",
        "seal": "ready",
    }
    assert json.loads(parts["licence"]["body"]) == {
        "MC": "青山商贸",
        "RQ": "2026-11-20",
        "JYFW": "茶叶",
    }
    assert parts["licence"]["digest"] == canonical.digest(parts["licence"]["body"])
    assert (parts["licence"]["department"], parts["licence"]["area"]) == (
        "market",
        "420116",
    )
    assert parts["tax"]["awaits"] == ["company:code"]
    assert not {"body", "digest"} & parts["tax"].keys()
    assert [d["part"] for d in submission["deliveries"]] == [
        parts["licence"]["id"],
        parts["seal"]["id"],
    ]
    assert submission["wake_at"] == city.clock.text


def test_a_matter_that_does_not_apply_has_no_part(city):
    city.apply(answers={"facts": {"situation:staff": False, "company:name": "青山"}})

    assert city.states() == {"licence": "ready", "tax": "waiting", "seal": "ready"}


def test_a_document_holds_what_its_department_asks_and_nothing_else(city):
    city.apply()

    assert json.loads(city.part("seal")["body"]) == {"name": "青山商贸"}


def test_what_is_not_asked_now_is_not_kept(city):
    answers = {
        "facts": {"situation:staff": False, "company:name": "青山"},
        "matters": {"fund": {"staff": 3}},
    }

    submission = city.apply(answers=answers)

    assert json.loads(submission["answers"]) == {
        "facts": {"situation:staff": False, "company:name": "青山"},
        "matters": {},
    }


def test_what_is_accepted_can_be_traced(city):
    submission = city.apply(owner="person:1")

    assert submission["pack_version"] == "founding@1"
    assert submission["pack_sha256"] == city.published.sha256
    assert submission["body_sha256"] == canonical.digest(submission["answers"])
    assert submission["owner"] == "person:1"
    assert log.first_broken(submission["log"]) is None
    assert [(e["who"], e["what"]) for e in submission["log"]][:2] == [
        ("applicant", "accepted"),
        ("yibiao", "part.ready"),
    ]


def test_the_log_and_the_tags_hold_no_value(city):
    submission = city.apply()

    assert "青山商贸" not in json.dumps(
        [submission["log"], submission["tags"]], ensure_ascii=False
    )


def test_submitting_twice_gives_the_same_receipt(city):
    draft = city.draft()

    first = city.accept(draft)
    again = city.accept(draft)

    assert first.created
    assert again == replace(first, created=False)
    assert len(city.store.find("submissions")) == 1
    assert drafts.get(city.store, "s_one", now=city.clock.text) is None


def test_submitting_twice_at_the_same_moment_gives_the_same_receipt(city):
    draft = city.draft()

    class Late:
        """A store that sees the other submission only when it inserts its own."""

        def __getattr__(self, name):
            return getattr(city.store, name)

        def insert(self, collection, document):
            city.accept(draft)
            raise Duplicate(collection, document["_id"])

    receipt = intake.accept(
        Late(), city.published, draft=draft, now=city.clock.text, new_id=city.new_id
    )

    assert receipt.submission == "s_one"
    assert len(city.store.find("submissions")) == 1
    assert not receipt.created


def test_faults_are_said_and_the_draft_is_kept(city):
    draft = city.draft(answers={"facts": {"situation:staff": True}})

    with pytest.raises(Refused, match="/facts/company:name") as caught:
        city.accept(draft)

    assert "/facts/company:name" in {fault.pointer for fault in caught.value.faults}
    assert drafts.get(city.store, "s_one", now=city.clock.text) == draft
    assert city.submission() is None


def test_a_draft_of_another_version_is_our_mistake(city):
    draft = replace(city.draft(), pack="founding@9")

    with pytest.raises(ValueError, match="founding@9"):
        city.accept(draft)


def full(path):
    connection = connect_file(path)
    (pages,) = connection.execute("PRAGMA page_count").fetchone()
    connection.execute(f"PRAGMA max_page_count={pages}")
    return connection


def read_only(path):
    return sqlite3.connect(f"file:{path}?mode=ro", uri=True)


@pytest.mark.parametrize("broken", [full, read_only])
def test_with_a_broken_disk_nothing_is_accepted_and_nothing_lost(
    tmp_path, city, broken
):
    draft = city.draft(answers=city_sized_answers())
    store = SqliteStore(tmp_path / "data" / "yibiao.db", connect=broken)
    published = packs.load(store, "founding@1")

    with pytest.raises(StoreUnavailableError):
        intake.accept(store, published, draft=draft, now=city.clock.text)
    store.close()

    assert city.submission() is None
    assert drafts.get(city.store, "s_one", now=city.clock.text) == draft
    assert city.accept(draft).created


def city_sized_answers():
    return {
        "facts": {"situation:staff": False, "company:name": "青山"},
        "matters": {"licence": {"JYFW": "茶" * 20_000}},
    }


def test_a_draft_that_cannot_be_deleted_does_not_undo_the_receipt(city):
    draft = city.draft()

    class Filling:
        """A store whose disk is full once the submission is in."""

        def __getattr__(self, name):
            return getattr(city.store, name)

        def delete(self, *_):
            raise StoreUnavailableError("full", "Free space.")

    receipt = intake.accept(Filling(), city.published, draft=draft, now=city.clock.text)

    assert receipt.created
    assert city.accept(draft).ref == receipt.ref
    assert drafts.get(city.store, "s_one", now=city.clock.text) is None


@given(st.text(min_size=1, max_size=30))
def test_a_reference_is_short_and_hard_to_misread(id_):
    ref = intake.reference(id_, at="2026-11-22T15:59:59.999Z")

    assert ref.startswith("YB20261122")
    assert len(ref) == 16
    assert set(ref[10:]) <= set("0123456789ABCDEFGHJKMNPQRSTVWXYZ")


def test_the_day_of_a_reference_is_the_day_in_china():
    assert "YB20261123" in intake.reference("s_1", at="2026-11-22T16:00:00.000Z")


def test_a_draft_that_was_accepted_with_other_answers_is_said(city):
    draft = city.draft()
    city.accept(draft)
    other = {"facts": {**city.answers["facts"], "company:name": "别的"}}

    with pytest.raises(KeyReusedError):
        city.accept(replace(draft, answers=other))
