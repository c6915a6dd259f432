"""Materials into a draft and out of it."""

from dataclasses import replace
from hashlib import sha256

import pytest

from submissions import drafts, files, handing_in
from submissions.drafts import LIFETIME
from submissions.errors import Missing
from submissions.files.errors import CorruptFileError, UnusableFileError
from submissions.materials import MOST_PER_CASE, MOST_PER_MATERIAL

LEASE = "licence:lease"
DAY = 24 * 3600


def kept(city, id_="s_one"):
    return drafts.get(city.store, id_, now=city.clock.text)


def address(content):
    return sha256(content).hexdigest()


def remaining(city):
    return list(city.store.files.kept_before("9999-12-31T00:00:00.000Z"))


def test_the_same_file_twice_is_kept_once(city):
    city.draft()

    city.hand_in(LEASE, b"%PDF-1 again")
    city.hand_in(LEASE, b"%PDF-1 again", name="other.pdf")

    assert [file.name for file in kept(city).files] == ["lease.pdf", "lease.pdf"]


def test_a_file_that_was_removed_is_gone_from_the_store(city):
    draft = city.draft()
    (file,) = draft.files

    handing_in.take_back(city.store, "s_one", LEASE, file.sha256, now=city.clock.text)

    assert kept(city).files == ()
    assert remaining(city) == []


def test_a_file_used_for_two_materials_stays_for_the_other(city):
    (file,) = city.draft().files
    content = files.read(city.store, "s_one", file.sha256)
    city.hand_in("tax:ledger", content)

    handing_in.take_back(city.store, "s_one", LEASE, file.sha256, now=city.clock.text)

    assert [file.material for file in kept(city).files] == ["tax:ledger"]
    assert files.read(city.store, "s_one", file.sha256) == content


def test_what_another_window_does_meanwhile_is_not_lost(city, monkeypatch):
    city.draft()
    save = drafts.save

    def meanwhile(store, draft, *, now):
        monkeypatch.setattr(drafts, "save", save)
        city.hand_in(LEASE, b"%PDF-1 theirs", name="theirs.pdf")
        return save(store, draft, now=now)

    monkeypatch.setattr(drafts, "save", meanwhile)
    city.hand_in(LEASE, b"%PDF-1 mine", name="mine.pdf")

    names = [file.name for file in kept(city).files]
    assert names == ["lease.pdf", "theirs.pdf", "mine.pdf"]


def test_a_page_that_is_saved_keeps_the_files(city):
    page = city.draft()

    drafts.save(city.store, replace(page, answers={"facts": {}}), now=city.clock.text)

    assert kept(city).files == page.files


def test_handing_in_ends_a_promise_and_a_promise_can_be_taken_back(city):
    city.draft(promised=())
    store, now = city.store, city.clock.text

    handing_in.promise(store, "s_one", "tax:ledger", given=True, now=now)
    handing_in.promise(store, "s_one", "tax:ledger", given=True, now=now)
    assert kept(city).promised == ("tax:ledger",)
    handing_in.promise(store, "s_one", "tax:ledger", given=False, now=now)
    assert kept(city).promised == ()
    handing_in.promise(store, "s_one", "tax:ledger", given=True, now=now)
    city.hand_in("tax:ledger")
    assert kept(city).promised == ()


def test_no_more_files_are_taken_than_was_said(city):
    city.draft()
    for n in range(MOST_PER_MATERIAL - 1):
        city.hand_in(LEASE, f"%PDF-1 {n}".encode())

    with pytest.raises(UnusableFileError, match="as many files as may be"):
        city.hand_in(LEASE, b"%PDF-1 one more")

    assert len(kept(city).files) == MOST_PER_MATERIAL
    assert handing_in.room(kept(city).files, LEASE) == 0
    full = kept(city).files * (MOST_PER_CASE // MOST_PER_MATERIAL)
    assert handing_in.room(full, "tax:ledger") == 0


def test_nothing_is_handed_in_to_a_draft_that_is_gone(city):
    city.apply()

    with pytest.raises(Missing):
        city.hand_in(LEASE)


def test_a_case_has_its_files_after_the_draft_is_gone(city):
    (file,) = city.apply()["files"]
    city.clock.pass_(seconds=LIFETIME + DAY)

    drafts.sweep(city.store, now=city.clock.text)
    assert files.sweep(city.store, now=city.clock.text) == 0

    assert files.read(city.store, "s_one", file["sha256"])


def test_drafts_expire_with_their_files(city):
    city.draft()
    city.clock.pass_(seconds=LIFETIME + drafts.GRACE)

    drafts.sweep(city.store, now=city.clock.text)

    assert remaining(city) == []


def test_what_no_document_names_is_swept_after_a_day_and_not_before(city):
    (file,) = city.draft().files
    orphan = city.store.files.keep("s_one", b"left by a crash", now=city.clock.text)
    city.clock.pass_(seconds=DAY - 1)
    assert files.sweep(city.store, now=city.clock.text) == 0
    city.clock.pass_(seconds=2)
    before = kept(city).rev

    assert files.sweep(city.store, now=city.clock.text) == 1

    assert remaining(city) == [("s_one", file.sha256)]
    assert orphan != file.sha256
    # Who keeps the same again at this moment is told, and keeps it once more.
    assert kept(city).rev == before + 1


def test_files_of_what_is_not_asked_any_more_do_not_go_along(city):
    city.draft()
    city.hand_in("nobody:asks", b"%PDF-1 other")

    city.accept(kept(city))

    assert [f["material"] for f in city.submission()["files"]] == [LEASE]
    city.clock.pass_(seconds=DAY + 1)
    assert files.sweep(city.store, now=city.clock.text) == 1


def test_a_file_that_was_changed_behind_our_back_is_not_given_out(city, tmp_path):
    (file,) = city.draft().files
    (path,) = tmp_path.glob(f"data/*-files/s_one/{file.sha256}")
    path.write_bytes(b"%PDF-1 forged")

    with pytest.raises(CorruptFileError, match="Restore it from a backup"):
        files.read(city.store, "s_one", file.sha256)

    path.unlink()
    with pytest.raises(CorruptFileError):
        files.read(city.store, "s_one", file.sha256)
