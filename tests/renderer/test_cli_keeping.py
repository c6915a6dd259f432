"""Operators copy the store, restore it and move it, as docs/operations.md says."""

import os
import re
import shutil
import subprocess
from contextlib import closing

import pytest
from click.testing import CliRunner

from renderer.cli import main
from renderer.config import from_environment, open_configured
from submissions.store.contract import COLLECTIONS


@pytest.fixture
def yibiao(tmp_path, monkeypatch):
    """Run one command line in a folder with a store."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("YIBIAO_DATA", "data")

    def run(*arguments):
        return CliRunner().invoke(main, arguments)

    run("client", "add", "City app", "--every-affair")
    return run


@pytest.fixture
def operations(checkout):
    return (checkout / "docs/operations.md").read_text("utf-8")


def blocks(text, kind):
    return re.findall(rf"^```{kind}\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


@pytest.mark.slow
def test_the_drill_of_the_document_runs_as_it_stands_there(
    yibiao, operations, checkout, tmp_path
):
    (drill,) = [each for each in blocks(operations, "sh") if "store restore" in each]
    yibiao("publish", "newborn_birth")
    before = yibiao("client", "list").stdout

    done = subprocess.run(
        ["sh", "-eu", "-c", drill],
        cwd=tmp_path,
        env={"PATH": f"{checkout / '.venv/bin'}:/usr/bin:/bin", "YIBIAO_DATA": "data"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert "is a sound copy" in done.stdout
    assert "is as it was in" in done.stdout
    assert yibiao("client", "list").stdout == before


def test_a_store_that_is_there_is_not_written_over(yibiao):
    yibiao("store", "backup", "copy")

    done = yibiao("store", "restore", "copy")

    assert done.exit_code == 1
    assert "move it away first" in done.stderr


@pytest.fixture
def kept(yibiao):
    """What a submission says when the store is opened anew."""
    del yibiao
    submission = {"_id": "s_1", "tags": [], "log": [], "body": "110101199001011237"}
    with closing(open_configured(from_environment())) as store:
        store.insert("submissions", submission)

    def said():
        with closing(open_configured(from_environment())) as store:
            return store.get("submissions", "s_1")["body"]

    return said


def test_keys_are_copied_apart_and_put_back(yibiao, kept, tmp_path):
    yibiao("store", "backup", "copy", "--keys", "keys-copy")

    assert [path.name for path in (tmp_path / "copy").iterdir()] == ["yibiao.db"]
    (tmp_path / "data" / "yibiao.db-keys").unlink()
    assert "no key at all" in yibiao("status").stderr
    shutil.copy("keys-copy", tmp_path / "data" / "yibiao.db-keys")
    assert kept() == "110101199001011237"


def test_keys_are_wrapped_by_a_new_one(yibiao, kept, tmp_path):
    before = (tmp_path / "data" / "vault.key").read_text()

    assert yibiao("keys", "rotate").stdout == "wrapped again: 1\n"

    assert (tmp_path / "data" / "vault.key").read_text() != before
    assert kept() == "110101199001011237"


def test_a_store_moves_to_mongodb_and_is_used_there(yibiao, store_url, monkeypatch):
    listed = yibiao("client", "list").stdout

    done = yibiao("store", "copy", store_url)

    assert "clients 1\n" in done.stdout
    shutil.rmtree("data")
    monkeypatch.setenv("YIBIAO_STORE", store_url)
    assert yibiao("client", "list").stdout == listed


def test_mongodb_has_tools_of_its_own(yibiao, monkeypatch):
    monkeypatch.setenv("YIBIAO_STORE", "mongodb://127.0.0.1:1/yibiao")

    done = yibiao("store", "backup", "copy")

    assert done.exit_code == 1
    assert "docs/operations.md" in done.stderr


def test_the_document_shards_what_is_declared_to_grow(operations):
    sharded = set(re.findall(r'shardCollection\("yibiao(?:_keys)?\.(\w+)"', operations))

    assert sharded == {n for n, c in COLLECTIONS.items() if c.sharded} | {"files"}


def test_the_document_names_every_setting_and_its_default(operations, checkout):
    read = (checkout / "renderer/config.py").read_text()
    known = set(re.findall(r'"(YIBIAO_[A-Z_]+)"', read))
    row = r"^\| `(YIBIAO_[A-Z_]+)` \| `?([^`|]*)`? \|"
    rows = dict(re.findall(row, operations, re.MULTILINE))

    assert rows.keys() == known
    assert int(rows["YIBIAO_API_RATE"]) == from_environment({}).api_rate
    assert rows["YIBIAO_DATA"] == str(from_environment({}).data)


def test_the_commands_of_the_document_exist(operations):
    named = re.findall(r"\byibiao ([a-z]+)(?: ([a-z]+))?", operations)

    assert named
    for name, inside in named:
        command = main.commands[name]
        if inside in ("backup", "restore", "copy", "list", "add", "rotate"):
            assert inside in command.commands


@pytest.mark.slow
def test_the_demo_delivers_everything_from_mongodb_too(stand_in):
    store = f"{stand_in}/demo_{os.getpid()}"

    done = CliRunner().invoke(main, ["demo", "--once", "--json", "--store", store])

    assert done.exit_code == 0, done.stderr
    assert '"ok": true' in done.stdout
