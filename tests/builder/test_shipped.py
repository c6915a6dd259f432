"""The shipped affairs obey the laws, with Python's jsonschema as second opinion."""

import json
from copy import deepcopy
from importlib.resources import files

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from builder import pointer
from builder.documents import decompose, project
from builder.validity import Judge

AFFAIRS = ["newborn_birth", "enterprise_setup"]

#: Values that some question accepts and others refuse.
VALUES = st.one_of(
    st.text(max_size=40),
    st.integers(-1, 10**6),
    st.booleans(),
    st.just([]),
    st.sampled_from(
        ["1", "01", "男", "2026-11-03", "2026-02-30", "11010519491231002X", "一" * 31]
    ),
    st.text(alphabet="一二三", min_size=25, max_size=220),
)


def sample(affair):
    file = files("renderer") / "demo" / "answers" / f"{affair}.json"
    told = json.loads(file.read_bytes())
    answers = told["answers"]
    answers["facts"] = told["situations"] | answers["facts"]
    return answers


@pytest.fixture(scope="session")
def judges(forms):
    return {affair: Judge(form) for affair, form in forms.items()}


def documents(judge, answers):
    """Return every applicable matter's document, stand-ins for what is awaited."""
    kept = judge.prune(answers)
    facts = {f: judge.form.facts[f].stand_in for f in judge.awaited(kept["facts"])}
    return [
        (matter, project(matter, kept | {"facts": facts | kept["facts"]}))
        for matter in judge.applicable(kept["facts"])
    ]


def held(judge, affair):
    """Return every fact: what is answered, and a stand-in for what is awaited."""
    facts = {id_: fact.stand_in for id_, fact in judge.form.facts.items()}
    return facts | sample(affair)["facts"]


@pytest.mark.parametrize("affair", AFFAIRS)
def test_the_sample_answers_are_right_and_all_seven_matters_apply(judges, affair):
    judge = judges[affair]

    assert judge.faults(sample(affair)) == ()
    assert len(documents(judge, sample(affair))) == 7


@pytest.mark.parametrize("affair", AFFAIRS)
def test_a_third_of_the_fields_is_asked_once_less(forms, affair):
    counts = forms[affair].counts

    assert counts.questions < counts.fields * 2 / 3


@pytest.mark.parametrize("affair", AFFAIRS)
@settings(max_examples=150)
@given(data=st.data())
def test_valid_once_is_valid_everywhere_and_a_fault_is_somebodys(judges, affair, data):
    judge = judges[affair]
    answers = sample(affair)
    for question in data.draw(
        st.lists(st.sampled_from(judge.form.questions), min_size=1, max_size=3)
    ):
        pointer.put(answers, pointer.parts(question.pointer), data.draw(VALUES))

    faults = judge.faults(answers)

    if any(fault.keyword == "lens" or not fault.matters for fault in faults):
        return
    refused = {
        matter.id
        for matter, document in documents(judge, answers)
        if not Draft202012Validator(matter.schema).is_valid(document)
    }
    assert refused == {matter for fault in faults for matter in fault.matters}


@pytest.mark.parametrize("affair", AFFAIRS)
def test_each_document_holds_its_own_form_and_nothing_else(judges, affair):
    judge = judges[affair]
    for matter, document in documents(judge, sample(affair)):
        told = {path.split("/")[1] for path in matter.fields}
        assert set(document) <= told


@pytest.mark.parametrize("affair", AFFAIRS)
def test_each_document_comes_back_from_the_answers_it_gives(judges, affair):
    judge = judges[affair]
    for matter, document in documents(judge, sample(affair)):
        answers = decompose(matter, deepcopy(document))
        for field in matter.fields.values():
            if field.lens.one_way:
                answers["facts"][field.fact] = held(judge, affair)[field.fact]
        assert project(matter, answers) == document


def test_each_department_gets_the_birth_date_in_its_own_writing(judges):
    found = {
        matter.id: value
        for matter, document in documents(
            judges["newborn_birth"], sample("newborn_birth")
        )
        for path, field in matter.fields.items()
        if field.fact == "newborn:birth.datetime"
        and (value := pointer.get(document, pointer.parts(path))) is not pointer.ABSENT
    }
    born = sample("newborn_birth")["facts"]["newborn:birth.datetime"]

    assert found["nhc.birth_cert"] == born.replace("T", " ")
    assert found["nhc.vaccine"] == born[:10]
    assert found["ps.birth_register"] == born[:10].replace("-", "")
