"""What every engine must do with files: written once, run on each."""

import errno
import os
import signal
import stat
import subprocess
import sys
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from submissions.errors import StoreUnavailableError
from submissions.store.folder import FolderFiles

NOON = "2026-11-22T12:00:00.000Z"
LATER = "2026-11-22T12:00:00.001Z"
EVENING = "2026-11-22T18:00:00.000Z"


@pytest.fixture
def files(engine):
    return engine().files


def test_a_file_is_found_by_its_digest_after_the_store_was_opened_again(engine):
    address = engine().files.keep("s_1", b"lease", now=NOON)

    assert address == sha256(b"lease").hexdigest()
    assert engine().files.read("s_1", address) == b"lease"


def test_a_file_belongs_to_its_holder_alone(files):
    address = files.keep("s_1", b"lease", now=NOON)
    files.keep("s_2", b"lease", now=NOON)

    files.drop("s_1", address)

    assert files.read("s_1", address) is None
    assert files.read("s_2", address) == b"lease"


def test_what_is_not_there_is_none_and_can_be_dropped(files):
    address = sha256(b"").hexdigest()

    files.drop("s_1", address)
    files.drop_all("s_1")

    assert files.read("s_1", address) is None
    assert list(files.kept_before(EVENING)) == []


def test_all_files_of_a_holder_go_together(files):
    kept = [files.keep("s_1", content, now=NOON) for content in (b"a", b"b")]
    other = files.keep("s_2", b"a", now=NOON)

    files.drop_all("s_1")

    assert [files.read("s_1", address) for address in kept] == [None, None]
    assert list(files.kept_before(EVENING)) == [("s_2", other)]


def test_files_are_as_old_as_when_they_were_last_kept(files):
    first = files.keep("s_1", b"a", now=NOON)
    again = files.keep("s_1", b"b", now=NOON)
    files.keep("s_1", b"b", now=EVENING)

    assert list(files.kept_before(NOON)) == []
    assert list(files.kept_before(LATER)) == [("s_1", first)]
    assert again != first


@pytest.mark.parametrize("name", ["", ".", "..", "../s_1", "s_1/x", "s_1\0", "s-1"])
def test_no_name_leads_out_of_the_folder(files, name):
    address = files.keep("s_1", b"a", now=NOON)

    for ask in (
        lambda: files.keep(name, b"a", now=NOON),
        lambda: files.read(name, address),
        lambda: files.read("s_1", name),
        lambda: files.drop("s_1", name),
        lambda: files.drop_all(name),
    ):
        with pytest.raises(ValueError, match="names no holder"):
            ask()


def test_any_bytes_come_back_as_they_were(files):
    @settings(max_examples=20)
    @given(st.binary(max_size=5000))
    def law(content):
        assert files.read("s_1", files.keep("s_1", content, now=NOON)) == content

    law()


def test_a_file_of_many_pieces_comes_back_as_it_was(files):
    content = bytes(range(256)) * 4 * 1024

    assert files.read("s_1", files.keep("s_1", content, now=NOON)) == content


class LikeADictionary(RuleBasedStateMachine):
    """Law: files behave like a dictionary from holder and digest to bytes."""

    files = None
    holders = st.sampled_from(["s_1", "s_2"])
    contents = st.sampled_from([b"", b"a", b"b"])

    def __init__(self):
        super().__init__()
        self.expected = {}
        for holder in ("s_1", "s_2"):
            self.files.drop_all(holder)

    @rule(holder=holders, content=contents)
    def keep(self, holder, content):
        address = self.files.keep(holder, content, now=NOON)
        self.expected[holder, address] = content

    @rule(holder=holders, content=contents)
    def drop(self, holder, content):
        address = sha256(content).hexdigest()
        self.files.drop(holder, address)
        self.expected.pop((holder, address), None)

    @rule(holder=holders)
    def drop_all(self, holder):
        self.files.drop_all(holder)
        self.expected = {k: v for k, v in self.expected.items() if k[0] != holder}

    def teardown(self):
        found = list(self.files.kept_before(LATER))
        assert sorted(found) == sorted(self.expected)
        assert {each: self.files.read(*each) for each in found} == self.expected


def test_files_behave_like_a_dictionary(files):
    class Here(LikeADictionary):
        pass

    Here.files = files
    run_state_machine_as_test(Here, settings=settings(max_examples=20))


KEEPING = """
import sys
n = 0
while True:
    address = store.files.keep("s_1", str(n).encode() * 20_000, now=sys.argv[1])
    print(address, flush=True)
    n += 1
"""


def test_what_was_acknowledged_is_whole_after_a_kill(engine):
    writer = subprocess.Popen(
        [sys.executable, "-c", engine.code + KEEPING, NOON],
        stdout=subprocess.PIPE,
        text=True,
    )
    kept = [writer.stdout.readline().strip() for _ in range(20)]
    writer.send_signal(signal.SIGKILL)
    kept += writer.stdout.read().split("\n")[:-1]
    writer.stdout.close()
    writer.wait()
    files = engine().files

    for address in kept:
        assert sha256(files.read("s_1", address)).hexdigest() == address
    for holder, address in files.kept_before(LATER):
        files.drop(holder, address)
    assert list(files.kept_before(LATER)) == []


def test_only_its_owner_can_read_a_file(tmp_path):
    files = FolderFiles(tmp_path / "files")
    address = files.keep("s_1", b"a", now=NOON)
    kept = tmp_path / "files" / "s_1" / address

    assert stat.S_IMODE(kept.parent.stat().st_mode) == 0o700
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600


def test_a_file_is_synced_with_the_names_that_lead_to_it(tmp_path, monkeypatch):
    synced = []
    sync = os.fsync

    def noting(handle):
        synced.append(Path(f"/proc/self/fd/{handle}").resolve().name.split(".")[0])
        sync(handle)

    monkeypatch.setattr(os, "fsync", noting)
    address = FolderFiles(tmp_path / "files").keep("s_1", b"a", now=NOON)

    assert synced == [tmp_path.name, "files", address, "s_1"]


def test_a_full_disk_is_told_and_leaves_nothing(tmp_path, monkeypatch):
    files = FolderFiles(tmp_path / "files")
    files.keep("s_1", b"a", now=NOON)

    def full(_handle):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        with pytest.raises(StoreUnavailableError, match=r"No space.*Free space"):
            files.keep("s_1", b"b", now=EVENING)

    assert len(list((tmp_path / "files" / "s_1").iterdir())) == 1


def test_what_a_crash_left_half_written_is_found_and_dropped(tmp_path):
    files = FolderFiles(tmp_path / "files")
    address = files.keep("s_1", b"a", now=NOON)
    left = tmp_path / "files" / "s_1" / f"{sha256(b'b').hexdigest()}.x7"
    left.write_bytes(b"b")
    os.utime(left, (0, 0))

    for holder, old in list(files.kept_before(NOON)):
        files.drop(holder, old)

    assert not left.exists()
    assert files.read("s_1", address) == b"a"
