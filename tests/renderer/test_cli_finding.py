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
    assert NUMBER not in done.output
    shown = yibiao("audit", "show").stdout.splitlines()[1].split()
    assert shown[1:] == ["fang", "submissions.found", "s_1", "she", "asked"]


def test_without_a_reason_nobody_looks(yibiao):
    assert yibiao("find", says=NUMBER + "\n").exit_code == 2
    assert len(yibiao("audit", "show").stdout.splitlines()) == 1


def test_a_number_nobody_has_is_said(yibiao):
    assert "There is none." in yibiao("find", "--reason", "x", says="1\n").stdout
