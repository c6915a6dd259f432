"""Six real forms come in as they are, with everything that is known of them."""

import copy
import json

import pytest

from builder import pack, pointer
from builder.catalogue import load
from builder.documents import decompose, project
from builder.importers.json_schema import import_schemas
from builder.json_schema import Validator
from builder.merge import merge
from builder.validity import Judge


@pytest.fixture(scope="module")
def va(reference_data):
    return reference_data / "real-forms" / "va"


@pytest.fixture(scope="module")
def foreign(va):
    alignment = (va / "elements.json").read_bytes()
    schemas = {
        stem: (va / "schemas" / f"{stem}.json").read_bytes()
        for stem in json.loads(alignment)
    }
    return import_schemas(schemas, alignment)


@pytest.fixture(scope="module")
def foreign_form(foreign):
    return merge(load(foreign.documents), "imported")


def test_the_six_real_forms_come_in_with_their_bytes(va, foreign, foreign_form):
    assert len(foreign.matters) == 6
    assert len(foreign.facts) == 85
    assert foreign_form.counts.questions < foreign_form.counts.fields * 3 / 4
    for matter in foreign.matters:
        source = (va / "schemas" / f"{matter}.json").read_bytes()
        assert foreign.documents[f"matters/{matter}/schema.json"] == source


def test_every_pointer_of_the_real_alignment_is_accounted_for(va, foreign):
    alignment = json.loads((va / "elements.json").read_bytes())
    pointers = {
        (f, p, fact) for f, told in alignment.items() for p, fact in told.items()
    }
    bound = {
        (matter, path, field["fact"])
        for matter in foreign.matters
        for path, field in json.loads(
            foreign.documents[f"matters/{matter}/matter.json"]
        )["fields"].items()
        if "fact" in field
    }
    left = {(one.form, one.path, one.fact) for one in foreign.unbound}

    assert len(pointers) == 190
    assert bound | left == pointers
    assert not bound & left
    assert left == set()


def test_all_real_documents_come_back_as_they_were(va, foreign_form):
    matters = {matter.id: matter for matter in foreign_form.matters}
    layout = Validator(foreign_form.schema)
    judge = Judge(foreign_form)
    files = sorted((va / "instances").iterdir())
    for file in files:
        document = json.loads(file.read_bytes())
        matter = matters[file.name.split(".")[0]]
        answers = decompose(matter, copy.deepcopy(document))

        returned = project(matter, answers)
        assert pack.canonical(returned) == pack.canonical(document), file.name
        assert layout.accepts(answers), file.name
        assert judge.document_faults(matter.id, document) == (), file.name
    assert len(files) == 44


def test_all_real_cases_that_are_wrong_are_refused(va, foreign_form):
    judge = Judge(foreign_form)
    count = 0
    for file in sorted((va / "invalid").iterdir()):
        for case in json.loads(file.read_bytes()):
            base = va / "instances" / f"{file.stem}.{case['base']}.json"
            document = json.loads(base.read_bytes())
            names = pointer.parts(case["pointer"])
            holder = pointer.get(document, names[:-1])
            if isinstance(holder, list):
                holder[int(names[-1])] = case["value"]
            else:
                pointer.put(document, names, case["value"])

            assert judge.document_faults(file.stem, document), case
            count += 1
    assert count == 376
