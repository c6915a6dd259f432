"""The command `yibiao`: what it says to people, and with which exit code it ends."""

import json
import shutil

import pytest
from click.testing import CliRunner

from builder import pack
from builder.model import AffairId
from renderer.cli import main


@pytest.fixture
def yibiao(tmp_path, monkeypatch):
    """Run one command line in an empty folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("YIBIAO_DATA", str(tmp_path / "data"))
    runner = CliRunner()
    return lambda *arguments: runner.invoke(main, [str(each) for each in arguments])


@pytest.fixture
def defs(checkout, tmp_path):
    """A copy of the shipped definitions that a test may break."""
    ignore = shutil.ignore_patterns("__pycache__", "*.py")
    return shutil.copytree(checkout / "form_defs", tmp_path / "defs", ignore=ignore)


def edit(file, change):
    document = json.loads(file.read_text())
    change(document)
    file.write_text(json.dumps(document))


def test_check_says_of_each_affair_what_it_holds(yibiao, catalogue):
    done = yibiao("check")

    assert done.exit_code == 0
    assert len(done.stdout.splitlines()) == len(catalogue.affairs)
    assert "newborn_birth: 7 matters, 109 fields" in done.stdout


def test_check_names_the_place_of_a_mistake_and_how_to_mend_it(yibiao, defs):
    edit(
        defs / "matters/ps.seal/matter.json",
        lambda matter: matter.update(department="moon"),
    )

    done = yibiao("check", "--defs", defs)

    assert done.exit_code == 2
    assert done.stdout == ""
    assert done.stderr.startswith("matters/ps.seal/matter.json#/department: ")
    assert "There is no department 'moon'. Define it or mend the name." in done.stderr


def test_check_tells_all_mistakes_of_a_run(yibiao, defs):
    for matter in ("ps.seal", "tax.confirm"):
        edit(
            defs / f"matters/{matter}/matter.json",
            lambda document: document.update(department="moon"),
        )

    done = yibiao("check", "--defs", defs)

    assert [line.split("#")[0] for line in done.stderr.splitlines()] == [
        "matters/ps.seal/matter.json",
        "matters/tax.confirm/matter.json",
    ]


def test_a_file_that_is_no_json_is_told_without_a_stack_trace(yibiao, defs):
    (defs / "elements.json").write_text("{")

    done = yibiao("merge", "newborn_birth", "--defs", defs)

    assert done.exit_code == 2
    assert done.stderr.startswith("elements.json: ")
    assert "Traceback" not in done.output


def test_a_predicate_on_a_question_nobody_is_asked_is_refused(yibiao, defs):
    moon = {
        "properties": {"situation:moon": {"const": 1}},
        "required": ["situation:moon"],
    }
    edit(
        defs / "affairs/newborn_birth.json",
        lambda affair: affair["prefill"]["/facts/newborn:person.sex"][0].update(
            when=moon
        ),
    )

    done = yibiao("check", "--defs", defs)

    assert done.exit_code == 2
    assert done.stderr.startswith(
        "affairs/newborn_birth.json#/prefill/~1facts~1newborn"
    )
    assert "'situation:moon'" in done.stderr
    assert "[E_UNASKED_PREDICATE]" in done.stderr


def test_merge_writes_the_pack_and_sums_up_beside_it(yibiao, packs):
    done = yibiao("merge", "enterprise_setup")

    assert done.exit_code == 0
    assert done.stdout_bytes.strip() == packs[AffairId("enterprise_setup")]
    assert pack.load(done.stdout_bytes).affair == "enterprise_setup"
    assert "questions after" in done.stderr


def test_merge_sums_up_what_was_shared(yibiao, forms):
    done = yibiao("merge", "newborn_birth", "--summary")
    counts = forms[AffairId("newborn_birth")].counts

    assert f"fields before     {counts.fields}" in done.stdout
    assert f"questions after    {counts.questions}" in done.stdout
    assert "孩子的姓名  5: hrss.ssc_apply" in done.stdout


def test_an_unknown_affair_is_answered_with_those_that_are_known(yibiao):
    done = yibiao("merge", "moving_house")

    assert done.exit_code == 2
    assert "There is no affair 'moving_house'" in done.stderr
    assert "enterprise_setup, newborn_birth" in done.stderr


def test_publishing_twice_changes_nothing(yibiao):
    first, second = yibiao("publish", "--shipped"), yibiao("publish", "--shipped")

    assert first.stdout.splitlines() == [
        "enterprise_setup@1 published",
        "newborn_birth@1 published",
    ]
    assert second.stdout.count("@1 unchanged") == 2


def test_publishing_one_affair_publishes_no_other(yibiao):
    done = yibiao("publish", "newborn_birth")

    assert done.stdout == "newborn_birth@1 published\n"


def test_publishing_changed_definitions_makes_a_new_version(yibiao, defs):
    yibiao("publish", "--shipped")
    edit(defs / "affairs/newborn_birth.json", lambda affair: affair.update(minutes=99))

    done = yibiao("publish", "--shipped", "--defs", defs)

    assert done.stdout.splitlines() == [
        "enterprise_setup@1 unchanged",
        "newborn_birth@2 published",
    ]


@pytest.mark.parametrize("arguments", [[], ["--shipped", "newborn_birth"]])
def test_publish_wants_either_names_or_all(yibiao, arguments):
    done = yibiao("publish", *arguments)

    assert done.exit_code == 2
    assert "say --shipped" in done.stderr


def test_nothing_is_published_when_one_definition_is_broken(yibiao, defs, tmp_path):
    (defs / "departments.json").write_text("[]")

    done = yibiao("publish", "--shipped", "--defs", defs)

    assert done.exit_code == 2
    assert not (tmp_path / "data").exists()


def test_a_store_that_cannot_be_used_is_told_in_words(yibiao, tmp_path):
    (tmp_path / "data").write_text("a file where the folder should be")

    done = yibiao("publish", "--shipped")

    assert done.exit_code == 1
    assert str(tmp_path / "data") in done.stderr
    assert "Traceback" not in done.output


def test_the_secret_of_an_endpoint_is_shown_once(yibiao):
    yibiao("publish", "--shipped")
    added = yibiao("endpoint", "add", "tax", "https://tax.example/in", "--area", "4201")
    listed = yibiao("endpoint", "list")

    secret = added.stdout.strip()
    assert secret.startswith("whsec_")
    assert "tax 4201 https://tax.example/in active" in listed.stdout
    assert secret not in listed.output


def test_an_endpoint_that_is_no_url_is_refused(yibiao):
    yibiao("publish", "--shipped")
    done = yibiao("endpoint", "add", "tax", "tax.example")

    assert done.exit_code == 1
    assert "tax.example" in done.stderr


def test_an_unknown_department_is_answered_with_those_that_are_known(yibiao):
    before = yibiao("endpoint", "add", "moon", "https://moon.example/in")
    yibiao("publish", "--shipped")
    after = yibiao("endpoint", "add", "moon", "https://moon.example/in")

    assert (before.exit_code, after.exit_code) == (2, 2)
    assert "Known: none; publish first." in before.stderr
    assert "Known: bank, disease_control, health_commission" in after.stderr


def test_json_without_once_is_refused(yibiao):
    assert yibiao("demo", "--json").exit_code == 2
