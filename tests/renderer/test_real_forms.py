"""Six real forms, brought in as they are: proven by the command itself, in full.

Minutes long, so it runs in `make test` and not in `make check`, where the same laws are
tried on fewer samples in tests/builder.
"""

import json

import pytest
from click.testing import CliRunner

from builder import pack, pointer
from builder.validity import Judge
from renderer.cli import main

pytestmark = pytest.mark.slow

STATUS = ("Married", "Never Married", "Separated", "Widowed", "Divorced")
PAIRS = [[word, word.upper().replace(" ", "_")] for word in STATUS]
#: Of each of two proofs, so that they can run side by side: 10,000 together.
SAMPLES = 5000


@pytest.fixture(scope="module")
def va(reference_data):
    return reference_data / "real-forms" / "va"


def run(*arguments):
    return CliRunner().invoke(main, [str(each) for each in arguments])


@pytest.fixture(scope="module")
def imported(va, tmp_path_factory):
    """The definition folder that the command makes of them; it is only read."""
    folder = tmp_path_factory.mktemp("va") / "defs"
    schemas = sorted((va / "schemas").iterdir())
    elements = ("--elements", va / "elements.json", "--into", folder)
    done = run("import", "json-schema", *schemas, *elements)
    assert done.exit_code == 0, done.output
    return folder


@pytest.fixture(scope="module")
def decided(imported):
    """The same, one form's words for the marital status written by a table."""
    file = imported / "matters" / "21P-527EZ" / "matter.json"
    before = file.read_bytes()
    matter = json.loads(before)
    matter["fields"]["/maritalStatus"]["lens"] = {"table": PAIRS}
    file.write_text(json.dumps(matter))
    yield imported
    file.write_bytes(before)


def proof(va, folder, samples, seed=0):
    """Return the exit code of a proof, and what it says of the one affair."""
    drawn = ("--samples", samples, "--seed", seed, "--instances", va / "instances")
    done = run("prove", "imported", "--defs", folder, *drawn, "--json")
    assert done.stderr == ""
    told = json.loads(done.stdout)
    (affair,) = told["affairs"]
    assert told["ok"] == affair["ok"]
    return done.exit_code, affair


def contradictions(told):
    """Return what stands in the way; one fact that forms refuse at times does not."""
    warned = [each for each in told["conflicts"] if each["code"].startswith("W_")]
    assert {(each["code"], each["fact"]) for each in warned} <= {
        ("W_PRESENCE", "veteran.address.state")
    }
    return [each for each in told["conflicts"] if each not in warned]


def test_the_one_conflict_is_found_with_a_value_of_each_form(va, imported):
    code, told = proof(va, imported, samples=1)

    assert (code, told["ok"]) == (1, False)
    (conflict,) = contradictions(told)
    assert conflict["fact"] == "veteran.maritalStatus"
    assert conflict["decided"] is True
    core = [["10-10EZ", "/maritalStatus"]], [["21P-527EZ", "/maritalStatus"]]
    assert conflict["core"] == list(core)
    # What one form refuses, the other takes.
    refused_by_first, refused_by_second = conflict["witnesses"]
    assert refused_by_first in {to for _, to in PAIRS}
    assert refused_by_second in STATUS
    assert told["round_trip"]["failed"] == told["t_equals_v"]["mismatched"] == 0


@pytest.mark.parametrize("seed", [0, 1])
def test_once_it_is_decided_the_merge_is_proven(va, decided, seed):
    code, told = proof(va, decided, SAMPLES, seed)

    assert (code, told["ok"], contradictions(told)) == (0, True, [])
    agreed = told["t_equals_v"]
    assert agreed["mismatched"] == 0
    assert agreed["valid"] + agreed["invalid"] >= SAMPLES
    assert min(agreed["valid"], agreed["invalid"]) >= SAMPLES / 4
    assert told["round_trip"]["failed"] == told["completeness"]["failed"] == 0
    assert told["round_trip"]["checked"] >= 44 + agreed["valid"]
    assert told["uncertified"] == []


def test_every_real_document_is_taken_and_every_wrong_one_refused(va, decided):
    judge = Judge(pack.load(run("merge", "imported", "--defs", decided).stdout_bytes))
    documents = {
        file.stem: json.loads(file.read_bytes())
        for file in (va / "instances").iterdir()
    }
    refused = 0

    for name, document in documents.items():
        assert judge.document_faults(name.split(".")[0], document) == (), name
    for file in (va / "invalid").iterdir():
        for case in json.loads(file.read_bytes()):
            wrong = json.loads(json.dumps(documents[f"{file.stem}.{case['base']}"]))
            names = pointer.parts(case["pointer"])
            holder = pointer.get(wrong, names[:-1])
            if isinstance(holder, list):
                holder[int(names[-1])] = case["value"]
            else:
                pointer.put(wrong, names, case["value"])
            assert judge.document_faults(file.stem, wrong), case
            refused += 1

    assert (len(documents), refused) == (44, 376)
