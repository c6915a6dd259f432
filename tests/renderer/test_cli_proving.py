"""Commands that prove, explain, compare and bring in forms."""

import json

import pytest

FORM = {
    "$schema": "http://json-schema.org/draft-07/schema#",
    "type": "object",
    "properties": {"married": {"enum": ["yes", "no"]}, "name": {"type": "string"}},
}
OTHER = {"type": "object", "properties": {"status": {"enum": ["YES", "NO"]}}}
ALIGNMENT = {"a": {"/married": "person.married"}, "b": {"/status": "person.married"}}


@pytest.fixture
def imported(yibiao, tmp_path):
    """A definition folder of two foreign forms that contradict each other."""
    for name, document in (("a", FORM), ("b", OTHER), ("elements", ALIGNMENT)):
        (tmp_path / f"{name}.json").write_text(json.dumps(document))
    files = [tmp_path / "a.json", tmp_path / "b.json"]
    options = ("--elements", tmp_path / "elements.json", "--into", tmp_path / "defs")
    return yibiao("import", "json-schema", *files, *options)


@pytest.mark.slow
def test_a_proof_is_told_as_one_json_object(yibiao):
    done = yibiao("prove", "restaurant_opening", "--samples", 1, "--json")

    told = json.loads(done.stdout)
    assert (done.exit_code, told["ok"]) == (0, True)
    (proof,) = told["affairs"]
    assert proof["affair"] == "restaurant_opening"
    assert proof["t_equals_v"]["valid"] >= 500
    assert proof["t_equals_v"]["invalid"] >= 500
    assert proof["t_equals_v"]["mismatched"] == 0
    assert proof["round_trip"]["failed"] == proof["completeness"]["failed"] == 0
    assert proof["conflicts"] == proof["uncertified"] == []


def test_foreign_forms_come_in_byte_for_byte(imported, tmp_path):
    assert imported.exit_code == 0
    assert "matters: a, b" in imported.stdout
    assert "person.married" in imported.stdout
    made = tmp_path / "defs" / "matters" / "a" / "schema.json"
    assert made.read_bytes() == (tmp_path / "a.json").read_bytes()


def test_a_folder_that_holds_something_is_not_written_into(imported, yibiao, tmp_path):
    again = yibiao(
        *("import", "json-schema", tmp_path / "a.json"),
        *("--elements", tmp_path / "elements.json", "--into", tmp_path / "defs"),
    )

    assert imported.exit_code == 0
    assert again.exit_code == 2
    assert "is not empty" in again.stderr


def test_forms_that_contradict_each_other_are_not_proven_until_decided(
    imported, yibiao, tmp_path
):
    assert imported.exit_code == 0
    options = ("--defs", tmp_path / "defs", "--samples", 1, "--json")

    before = yibiao("prove", *options)

    assert before.exit_code == 1
    (conflict,) = json.loads(before.stdout)["affairs"][0]["conflicts"]
    assert conflict["fact"] == "person.married"
    assert {"yes", "YES"} & set(conflict["witnesses"])

    file = tmp_path / "defs" / "matters" / "b" / "matter.json"
    matter = json.loads(file.read_text())
    pairs = [["yes", "YES"], ["no", "NO"]]
    matter["fields"]["/status"]["lens"] = {"table": pairs}
    file.write_text(json.dumps(matter))

    after = yibiao("prove", *options)

    assert after.stderr == ""
    assert json.loads(after.stdout)["affairs"][0]["conflicts"] == []


def test_real_documents_are_found_by_their_matter(imported, yibiao, tmp_path):
    folder = tmp_path / "documents"
    folder.mkdir()
    (folder / "a.first.json").write_text('{"name": "Ada"}')
    (folder / "c.other.json").write_text("{")

    done = yibiao(
        *("prove", "--defs", tmp_path / "defs", "--instances", folder),
        *("--samples", 1),
    )

    assert imported.exit_code == 0
    assert "NOT proven" in done.stdout

    (folder / "a.second.json").write_text("{")

    assert (
        yibiao(*("prove", "--defs", tmp_path / "defs", "--instances", folder)).exit_code
        == 2
    )


@pytest.mark.slow
def test_a_fact_is_explained_form_by_form(yibiao):
    done = yibiao("explain", "newborn_birth", "newborn:person.sex")

    assert done.exit_code == 0
    assert "nhc.birth_cert" in done.stdout
    assert yibiao("explain", "newborn_birth").exit_code == 0
    assert yibiao("explain", "newborn_birth", "newborn:shoe").exit_code == 2


@pytest.mark.slow
def test_what_changed_is_told_in_words(yibiao, tmp_path):
    pack = tmp_path / "pack.json"
    pack.write_bytes(yibiao("merge", "newborn_birth").stdout_bytes)
    other = tmp_path / "other.json"
    other.write_bytes(yibiao("merge", "restaurant_opening").stdout_bytes)

    assert yibiao("diff", pack, pack).stdout == "Nothing differs.\n"
    assert "removed" in yibiao("diff", pack, other).stdout
    assert yibiao("diff", pack, "nothing").exit_code == 2


@pytest.mark.parametrize("data", [b"", b"\0", b"[" * 10**5, b"{}", b'{"a": NaN}'])
def test_a_file_that_is_no_pack_is_named(yibiao, tmp_path, data):
    (tmp_path / "bad.json").write_bytes(data)

    done = yibiao("diff", "bad.json", "bad.json")

    assert done.exit_code == 2
    assert done.stderr.startswith("bad.json")
    assert "Publish the affair again. [E_PACK]" in done.stderr


@pytest.mark.slow
def test_lint_ends_with_one_when_there_is_something_to_say(yibiao, imported):
    assert imported.exit_code == 0
    clean, dirty = yibiao("lint"), yibiao("lint", "--defs", "defs")

    assert (clean.exit_code, clean.stdout) == (0, "")
    assert dirty.exit_code == 1
    assert "missing-translation" in dirty.stdout
