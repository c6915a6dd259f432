"""Operators find and erase what belongs to a person, and give their reasons."""

import json

import pytest
from click.testing import CliRunner

from renderer.cli import main
from renderer.config import Settings, open_configured

NUMBER = "11010119900101123X"


@pytest.fixture
def store(tmp_path):
    opened = open_configured(Settings(data=tmp_path / "data"))
    yield opened
    opened.close()


@pytest.fixture
def yibiao(tmp_path, monkeypatch, store):
    """Run one command line on a store with a submission, and answer what it asks."""
    monkeypatch.setenv("YIBIAO_DATA", str(tmp_path / "data"))
    submission = {
        "_id": "s_1",
        "ref": "YB20261122ABCDEF",
        "affair": "newborn_birth",
        "status": "open",
        "created_at": "2026-11-22T03:04:05.678Z",
        "answers": json.dumps({"facts": {"mother:id": NUMBER}}),
        "tags": [f"secret:id:{NUMBER}"],
        "parts": [],
        "log": [],
    }
    store.insert("submissions", submission)

    def run(*arguments, says=""):
        return CliRunner().invoke(main, arguments, input=says)

    return run


def test_a_submission_is_found_by_number_for_a_reason(yibiao):
    done = yibiao("find", "--reason", "she asked", "--by", "fang", says=NUMBER + "\n")

    assert done.exit_code == 0, done.output
    assert "YB20261122ABCDEF" in done.stdout
    typed, shown = done.stdout.splitlines()[0], done.stdout.splitlines()[1:]
    assert NUMBER in typed  # the runner stands in for the terminal
    assert NUMBER not in str(shown)
    line = yibiao("audit", "show").stdout.splitlines()[1].split()
    assert line[1:] == ["fang", "submissions.found", "s_1", "she", "asked"]


def test_without_a_reason_nobody_looks(yibiao):
    assert yibiao("find", says=NUMBER + "\n").exit_code == 2
    assert len(yibiao("audit", "show").stdout.splitlines()) == 1


def test_a_number_nobody_has_is_said(yibiao):
    assert "There is none." in yibiao("find", "--reason", "x", says="1\n").stdout


def test_a_submission_is_erased_for_a_reason(yibiao, store):
    said = ("--reason", "she asked", "--by", "fang")
    assert "still work on s_1" in yibiao("erase", "s_1", *said).stderr

    done = yibiao("erase", "s_1", *said, "--anyway")

    assert done.stdout == "s_1 is erased\n"
    assert store.get("submissions", "s_1") is None
    assert "There is none." in yibiao("find", *said, says=NUMBER + "\n").stdout
    assert "there is no 's_1'" in yibiao("erase", "s_1", *said).stderr
    shown = yibiao("audit", "show").stdout.splitlines()
    assert shown[1].split()[1:4] == ["fang", "submission.erased", "s_1"]
    assert yibiao("audit", "verify").exit_code == 0


def test_what_an_old_copy_brought_back_is_erased_again(yibiao, tmp_path):
    yibiao("store", "backup", str(tmp_path / "copy"))
    yibiao("erase", "s_1", "--reason", "x", "--anyway")
    data = tmp_path / "data"
    (data / "yibiao.db").rename(tmp_path / "lost.db")

    done = yibiao("store", "restore", str(tmp_path / "copy"))

    assert done.stdout.endswith("erased again: 1\n")
    assert yibiao("retain").stdout.split("\n")[-2] == "erased again 0"
    assert "s_1" not in yibiao("find", "--reason", "x", says=NUMBER + "\n").stdout
