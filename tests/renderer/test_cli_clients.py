"""Operators say which programs may send submissions."""

import pytest
from click.testing import CliRunner

from renderer.cli import main
from renderer.config import Settings, open_configured
from submissions import clients
from submissions import packs as publishing


@pytest.fixture
def yibiao(tmp_path, monkeypatch, packs):
    """Run one command line in an empty folder, with something published."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("YIBIAO_DATA", str(tmp_path / "data"))

    def run(*arguments):
        return CliRunner().invoke(main, arguments)

    store = open_configured(Settings(data=tmp_path / "data"))
    for affair in ("newborn_birth", "enterprise_setup"):
        publishing.publish(store, packs[affair], now="2026", by="tests")
    store.close()
    return run


def test_a_token_is_shown_once_and_opens(yibiao, tmp_path):
    added = yibiao("client", "add", "City app", "newborn_birth")
    listed = yibiao("client", "list")

    token = added.stdout.strip()
    store = open_configured(Settings(data=tmp_path / "data"))
    client = clients.of_token(store, token)
    store.close()
    assert client.may_send("newborn_birth")
    assert not client.may_send("enterprise_setup")
    assert token.partition(".")[2] not in listed.output + added.stderr
    assert client.id in listed.stdout
    assert "City app" in listed.stdout
    assert "active" in listed.stdout


def test_a_client_may_observe_instead_of_sending(yibiao, tmp_path):
    add = ("client", "add", "Data bureau", "newborn_birth", "--may", "observe")
    token = yibiao(*add).stdout.strip()

    store = open_configured(Settings(data=tmp_path / "data"))
    client = clients.of_token(store, token)
    store.close()
    assert client.may_observe("newborn_birth")
    assert not client.may_send("newborn_birth")
    assert not client.may_observe("enterprise_setup")
    assert " observe " in yibiao("client", "list").stdout


def test_a_client_may_be_let_in_everywhere(yibiao):
    yibiao("client", "add", "City app", "--every-affair")

    assert " *  " in yibiao("client", "list").stdout


def test_a_revoked_client_is_listed_as_such(yibiao):
    id_ = yibiao("client", "add", "City app", "newborn_birth").stdout.partition(".")[0]

    done = yibiao("client", "revoke", id_)

    assert done.stdout == f"{id_} is revoked\n"
    assert "revoked 20" in yibiao("client", "list").stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["add", "app"], "say --every-affair"),
        (["add", "app", "newborn_birth", "--every-affair"], "say --every-affair"),
        (["add", "app", "moon_landing"], "Known: enterprise_setup, newborn_birth"),
        (["revoke", "c_9"], "`yibiao client list` shows all"),
    ],
)
def test_a_mistake_is_told_with_its_cure(yibiao, arguments, said):
    done = yibiao("client", *arguments)

    assert done.exit_code == 2
    assert said in done.stderr


def test_a_setting_that_cannot_be_read_is_told_in_words(yibiao, monkeypatch):
    monkeypatch.setenv("YIBIAO_API_RATE", "many")

    done = yibiao("client", "list")

    assert done.exit_code == 1
    assert done.stderr == (
        "YIBIAO_API_RATE is 'many'; it must be a whole number above 0.\n"
    )
