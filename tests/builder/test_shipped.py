"""The shipped affairs obey the laws, with Python's jsonschema as second opinion."""

import json
from copy import deepcopy
from importlib.resources import files
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from builder import pointer
from builder.documents import decompose, project
from builder.validity import Judge

#: How many matters apply to the sample answers: all, where they do not exclude others.
AFFAIRS = {
    "newborn_birth": 7,
    "enterprise_setup": 7,
    "property_transfer": 6,
    "employee_onboarding": 6,
    "citizen_death": 8,
    "restaurant_opening": 5,
}

#: What a document alone does not show: it cannot be written, or is judged in bytes.
UNSEEN = {"lens", "maxBytes", "encoding"}
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
def test_the_sample_answers_are_right_and_all_matters_apply(judges, affair):
    judge = judges[affair]

    assert judge.faults(sample(affair)) == ()
    assert len(documents(judge, sample(affair))) == AFFAIRS[affair]


@pytest.mark.parametrize("affair", AFFAIRS)
def test_a_fifth_of_the_fields_and_more_is_not_asked_again(forms, affair):
    counts = forms[affair].counts

    assert counts.questions < counts.fields * 4 / 5


@pytest.mark.parametrize("affair", AFFAIRS)
@settings.get_profile("many")
@given(data=st.data())
def test_valid_once_is_valid_everywhere_and_a_fault_is_somebodys(judges, affair, data):
    judge = judges[affair]
    answers = sample(affair)
    for question in data.draw(
        st.lists(st.sampled_from(judge.form.questions), min_size=1, max_size=3)
    ):
        pointer.put(answers, pointer.parts(question.pointer), data.draw(VALUES))

    faults = judge.faults(answers)

    if any(fault.keyword in UNSEEN or not fault.matters for fault in faults):
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
                known = held(judge, affair)
                answers["facts"] |= {
                    fact: known[fact] for fact in field.held if known[fact] is not None
                }
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


@pytest.mark.parametrize("affair", AFFAIRS)
def test_in_every_situation_nothing_is_wrong_but_missing_answers(judges, affair):
    judge = judges[affair]
    questions = judge.form.situations
    choices = [[c.value for c in q.choices] or [True, False] for q in questions]
    for told in product(*choices):
        answers = sample(affair)
        for question, value in zip(questions, told, strict=True):
            pointer.put(answers, pointer.parts(question.pointer), value)

        faults = judge.faults(answers)

        # Whose answers these are is told in the situations, too.
        assert {fault.keyword for fault in faults} <= {"required", "check"}, told
        asked = {question.pointer for question in judge.asked(answers)}
        assert {fault.pointer for fault in faults} <= asked, told


def test_after_an_accident_the_police_issue_the_certificate(judges):
    judge = judges["citizen_death"]
    answers = sample("citizen_death")
    answers["facts"]["situation:death_kind"] = "unnatural"

    assert [fault.pointer for fault in judge.faults(answers)] == [
        "/facts/deceased:death.cause_kind"
    ]
    answers["facts"]["deceased:death.cause_kind"] = "2"
    assert judge.faults(answers) == ()
    told = {matter.id for matter, _ in documents(judge, answers)}
    assert "ps.death_cert_unnatural" in told
    assert "nhc.death_cert" not in told
    assert judge.awaited(answers["facts"])["deceased:death.cert_no"] == (
        "ps.death_cert_unnatural",
    )


def written(judges, affair, matter, path):
    """Return what one department receives in one field."""
    told = {m.id: d for m, d in documents(judges[affair], sample(affair))}
    return pointer.get(told[matter], pointer.parts(path))


@pytest.mark.parametrize(
    ("affair", "matter", "path", "value"),
    [
        ("enterprise_setup", "amr.establish", "/REGCAP", 100),
        ("enterprise_setup", "tax.confirm", "/ZCZB", 1000000),
        (
            "enterprise_setup",
            "tax.confirm",
            "/ZCDZ",
            "湖北省武汉市黄陂区前川街道示例大道66号创业楼5层508室",
        ),
        (
            "property_transfer",
            "tax.property",
            "/BDCDYH",
            "420116001001GB00001F00010501",
        ),
        (
            "property_transfer",
            "bdc.transfer",
            "/BDCDYH",
            "420116 001001 GB00001 F00010501",
        ),
        ("property_transfer", "tax.property", "/QSZYFS", "2"),
        ("property_transfer", "bdc.transfer", "/DJYY", "买卖"),
        ("property_transfer", "hc.deal", "/QDRQ", "2026年11月18日"),
        ("property_transfer", "tax.property", "/HTQDRQ", "2026-11-18"),
        ("property_transfer", "power.transfer", "/ZJLX", "居民身份证"),
        ("property_transfer", "gas.transfer", "/FYJQ", "是"),
        ("employee_onboarding", "hrss.employment", "/AAC005", "汉族"),
        ("employee_onboarding", "hrss.ssc_card_employee", "/AAC005", "01"),
        ("employee_onboarding", "si.employee_join", "/AAC006", "20030416"),
        ("employee_onboarding", "nhsa.employee_join", "/brdy", "2003-04-16"),
        ("citizen_death", "nhc.death_cert", "/SWSJ", "2026-11-19 05:20"),
        ("citizen_death", "nhc.death_cert", "/XB", "男"),
        ("citizen_death", "mca.cremation", "/SWRQ", "2026-11-19"),
        ("citizen_death", "mca.cremation", "/JBRGX", "子女"),
        ("citizen_death", "ps.hukou_cancel", "/SWRQ", "20261119"),
        ("citizen_death", "hrss.survivor_benefit", "/SWSJ", "2026年11月19日"),
        ("restaurant_opening", "food.permit", "/NET", "是"),
    ],
)
def test_each_department_gets_its_own_writing(judges, affair, matter, path, value):
    assert written(judges, affair, matter, path) == value


REFUSED = [
    ("employee_onboarding", "employee:person.name", "一" * 31, "maxLength"),
    ("property_transfer", "buyer:person.name", "一" * 51, "maxLength"),
    ("citizen_death", "deceased:person.id_number", "E12345678", "pattern"),
    ("enterprise_setup", "org:org.business_address", "一" * 101, "maxBytes"),
    ("enterprise_setup", "org:org.short_name", "一" * 9, "maxBytes"),
]
REFUSING = {
    "employee:person.name": ["hrss.employment"],
    "buyer:person.name": ["water.transfer", "power.transfer", "gas.transfer"],
    "deceased:person.id_number": ["ps.hukou_cancel"],
    "org:org.business_address": ["tax.confirm"],
    "org:org.short_name": ["si.employee_enroll"],
}


@pytest.mark.parametrize(("affair", "fact", "value", "keyword"), REFUSED)
def test_what_one_department_cannot_take_is_refused_in_its_name(
    judges, affair, fact, value, keyword
):
    answers = sample(affair)
    answers["facts"][fact] = value

    faults = [fault for fault in judges[affair].faults(answers) if fault.matters]

    assert [(f.pointer, f.keyword, list(f.matters)) for f in faults] == [
        (f"/facts/{fact}", keyword, REFUSING[fact])
    ]


def test_an_address_joined_from_its_parts_is_judged_where_it_goes(judges):
    answers = sample("enterprise_setup")
    fact = "org:address.detail@org.registered_address"
    answers["facts"][fact] = "一" * 95

    faults = judges["enterprise_setup"].faults(answers)

    assert {f.keyword for f in faults} == {"maxBytes"}
    assert {matter for f in faults for matter in f.matters} == {"tax.confirm"}
    assert fact in {f.pointer.removeprefix("/facts/") for f in faults}


def test_no_two_matters_of_a_shipped_affair_ask_for_the_same_list(judges):
    """Whoever adds a list to an affair says here whether it is one they share."""
    lists = {
        affair: {
            matter.id: sorted(
                {p.partition("/*/")[0] for p in matter.fields if "/*/" in p}
            )
            for matter in judge.form.matters
            if any("/*/" in path for path in matter.fields)
        }
        for affair, judge in judges.items()
    }

    assert {affair: told for affair, told in lists.items() if told} == {
        "enterprise_setup": {
            "amr.establish": ["/BENEOWN", "/DIRECTOR", "/INV"],
            "si.employee_enroll": ["/EMP"],
        },
        "citizen_death": {"hrss.survivor_benefit": ["/GYQS"]},
    }
