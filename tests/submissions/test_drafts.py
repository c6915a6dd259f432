from dataclasses import replace

import pytest

from submissions import drafts, files
from submissions.drafts import GRACE
from submissions.errors import Conflict, Duplicate, ErasedError


def test_a_draft_keeps_answers_and_where_they_came_from(city):
    saved = city.draft("s_one", owner="person:1")

    assert drafts.get(city.store, "s_one", now=city.clock.text) == saved
    assert saved.answers["facts"]["company:name"] == "青山商贸"
    assert saved.provenance["/facts/company:name"]["source"] == "name_service"
    assert (saved.rev, saved.pack, saved.affair) == (3, "founding@1", "founding")
    assert saved.created_at == city.clock.text


def test_a_page_that_is_older_than_the_draft_is_told(city):
    page = city.draft()
    drafts.save(city.store, replace(page, answers={"facts": {}}), now=city.clock.text)

    with pytest.raises(Conflict):
        drafts.save(city.store, page, now=city.clock.text)

    assert drafts.get(city.store, "s_one", now=city.clock.text).answers == {"facts": {}}


def test_a_draft_has_one_beginning(city):
    city.draft()

    with pytest.raises(Duplicate):
        city.draft()


def test_a_draft_is_found_by_its_person_and_by_its_resume_code(city):
    hers = city.draft("s_hers", owner="person:1")
    city.clock.pass_(hours=1)
    later = city.draft("s_later", owner="person:1")
    nobodys = city.draft("s_nobodys")

    assert drafts.by_owner(city.store, "person:1", now=city.clock.text) == [later, hers]
    assert drafts.by_owner(city.store, "person:2", now=city.clock.text) == []
    assert (
        drafts.by_resume_hash(city.store, "hash of s_nobodys", now=city.clock.text)
        == nobodys
    )
    assert (
        drafts.by_resume_hash(city.store, "hash of s_none", now=city.clock.text) is None
    )


def test_a_draft_lives_for_thirty_days_after_its_last_change(city):
    city.draft("s_old")
    changed = city.draft("s_changed")
    city.clock.pass_(days=20)
    drafts.save(city.store, changed, now=city.clock.text)
    city.clock.pass_(days=10)

    assert drafts.sweep(city.store, now=city.clock.text) == 0
    city.clock.pass_(seconds=GRACE)
    assert drafts.sweep(city.store, now=city.clock.text) == 1
    assert drafts.get(city.store, "s_old", now=city.clock.text) is None
    assert drafts.get(city.store, "s_changed", now=city.clock.text) is not None


def test_an_expired_draft_is_erased_and_what_was_submitted_is_not(city):
    draft = city.apply("s_sent")
    city.draft("s_old")
    city.store.insert("drafts", {"_id": "s_sent", "expires_at": draft["created_at"]})
    city.clock.pass_(days=31)

    assert drafts.sweep(city.store, now=city.clock.text) == 2

    with pytest.raises(ErasedError):
        city.store.keyring.key("s_old")
    assert city.store.get("submissions", "s_sent")["answers"]


def test_a_draft_that_cannot_be_read_keeps_no_other_from_being_swept(city):
    for id_ in ("s_bad", "s_old"):
        city.draft(id_)
    city.store.inner.update("drafts", "s_bad", lambda d: d | {"sealed": "unreadable"})
    city.store.files.keep("s_nobody", b"orphan", now=city.clock.text)

    city.clock.pass_(days=2)
    assert files.sweep(city.store, now=city.clock.text) == 1
    city.clock.pass_(days=29)
    assert drafts.sweep(city.store, now=city.clock.text) == 2

    assert city.store.ids("drafts") == []


def test_an_expired_draft_is_gone_before_anybody_sweeps(city):
    city.draft("s_old", owner="person:1")
    city.clock.pass_(days=30)
    now = city.clock.text

    assert drafts.get(city.store, "s_old", now=now) is None
    assert drafts.by_owner(city.store, "person:1", now=now) == []
    assert drafts.by_resume_hash(city.store, "hash of s_old", now=now) is None


def test_a_draft_of_an_older_release_can_be_read(city):
    city.draft()
    document = city.store.get("drafts", "s_one")
    del document["unread"]
    city.store.put("drafts", document)

    assert drafts.get(city.store, "s_one", now=city.clock.text).unread == {}
