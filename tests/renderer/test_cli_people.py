"""Operators say who works here."""

import pytest

from renderer.config import Settings, open_configured
from submissions import signing_in
from submissions import staff as accounts
from submissions.clock import utc_now, utc_text
from submissions.signing_in import Try


@pytest.fixture
def opens(tmp_path):
    """Tell whether a password opens an account."""

    def tried(id_, password):
        store = open_configured(Settings(data=tmp_path / "data"))
        typed = Try(id=id_, password=password, now=utc_text(utc_now()))
        found = signing_in.sign_in(store, typed)
        store.close()
        return found is not None

    return tried


def test_the_first_administrator_comes_from_the_command_line(yibiao, opens):
    added = yibiao("staff", "add", "boss", "郑 海宁", "administrator")
    code = added.stdout.strip()
    listed = yibiao("staff", "list").stdout

    assert len(code) == 20
    assert added.stderr == "boss administrator\n"
    assert "nothing yet" in listed
    assert code not in listed
    assert not opens("boss", code)
    typed = yibiao("staff", "password", "boss", "--typed", input="a password of mine\n")
    assert typed.exit_code == 0
    assert opens("boss", "a password of mine")
    assert yibiao("staff", "password", "boss").stdout.strip() != code


def test_what_somebody_may_do_is_changed_and_taken_away(yibiao, tmp_path):
    yibiao("staff", "add", "li", "李", "reviewer", "publisher", "--subject", "sso-7")
    changed = yibiao("staff", "roles", "li", "auditor")
    closed = yibiao("staff", "deactivate", "li")
    listed = yibiao("staff", "list").stdout

    assert changed.stdout == "li auditor\n"
    assert closed.stdout == "li is closed\n"
    row = "li 李 - auditor provider closed"
    assert listed.splitlines()[-1].split() == row.split()
    store = open_configured(Settings(data=tmp_path / "data"))
    assert not accounts.get(store, "li").active
    store.close()
    assert yibiao("staff", "roles", "li", "auditor").exit_code == 0
    assert "auditor provider open" in " ".join(yibiao("staff", "list").stdout.split())
    yibiao("staff", "roles", "li", "auditor", "--subject", "")
    assert "provider" not in yibiao("staff", "list").stdout
    yibiao("staff", "roles", "li", "auditor", "--subject", "sso-8")
    assert "provider" in yibiao("staff", "list").stdout


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("add", "Boss", "郑", "administrator"), "2 to 32 small letters"),
        (("add", "boss", "郑", "king"), "'king' is not one of"),
        (("add", "boss", "郑", "clerk", "--department", "moon"), "no department"),
        (("roles", "boss", "clerk"), "`yibiao staff list` shows all"),
        (("password", "boss"), "`yibiao staff list` shows all"),
        (("deactivate", "boss"), "`yibiao staff list` shows all"),
    ],
)
def test_a_mistake_is_told_with_its_cure(yibiao, arguments, said):
    yibiao("staff", "add", "li", "李", "auditor")

    done = yibiao("staff", *arguments)

    assert done.exit_code in (1, 2)
    assert said in done.stderr
    assert "Traceback" not in done.output
