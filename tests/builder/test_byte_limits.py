"""Limits in bytes: a department's store counts otherwise than a JSON Schema."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder import pack
from builder.errors import DefinitionErrors
from builder.lenses.byte_limits import refusal
from builder.model import ByteLimit
from builder.validity import Judge

FACTS = {
    "situation:retired": True,
    "situation:car": False,
    "mover:person.number": "11010519491231002X",
    "mover:person.born": "1949-12-31",
    "mover:person.sex": "1",
}


def limited(definitions, matter, path, **limit):
    fields = definitions[f"matters/{matter}/matter.json"]["fields"]
    fields[path]["bytes"] = limit
    return definitions


def faults(judge, *, household="长街", account="6222"):
    remainders = {
        "register": {"household": household},
        "pension": {"accounts": [{"no": "1"}, {"no": account}]},
    }
    found = judge.faults({"facts": FACTS, "matters": remainders})
    return [(f.pointer, f.keyword, f.limit, *f.matters) for f in found]


def test_t36_characters_that_fit_can_be_bytes_that_do_not(definitions):
    definitions["matters/register/schema.json"]["properties"]["household"] = {
        "type": "string",
        "maxLength": 200,
    }
    limited(definitions, "register", "/household", max=300, encoding="utf-8")
    judge = Judge(definitions.merge())
    household = "/matters/register/household"

    assert faults(judge, household="汉" * 80) == []  # 240 bytes
    assert faults(judge, household="汉" * 100) == []
    assert faults(judge, household="汉" * 101) == [
        (household, "maxBytes", 300, "register")
    ]
    assert faults(judge, household="a" * 201) == [
        (household, "maxLength", 200, "register")
    ]


def test_the_same_text_is_shorter_in_gbk_than_in_utf_8():
    text = "汉" * 150

    assert refusal(ByteLimit(max=300, encoding="gbk"), text) is None
    assert refusal(ByteLimit(max=300, encoding="utf-8"), text).keyword == "maxBytes"


@given(text=st.text(), limit=st.integers(1, 12))
def test_a_text_is_kept_exactly_when_its_bytes_fit(text, limit):
    found = refusal(ByteLimit(max=limit, encoding="utf-8"), text)

    assert (found is None) == (len(text.encode()) <= limit)


def test_a_rare_character_the_department_cannot_store_is_told_and_not_lost(definitions):
    limited(definitions, "register", "/household", max=300, encoding="gbk")
    judge = Judge(definitions.merge())

    assert faults(judge, household="𠮷村") == [
        ("/matters/register/household", "encoding", "gbk", "register")
    ]


def test_a_broken_character_is_no_crash(definitions):
    limited(definitions, "register", "/household", max=300, encoding="utf-8")
    document = {"idNo": "11010519491231002X", "born": "19491231"}

    judge = Judge(definitions.merge())
    found = refusal(ByteLimit(max=9, encoding="utf-8"), "\ud800")

    assert found.keyword == "encoding"
    assert judge.document_faults("register", document) == ()


def test_a_pack_says_of_its_columns_only_what_is_said(definitions):
    limited(definitions, "pension", "/accounts/*/no", max=8, encoding="utf-8")

    form = definitions.merge()

    assert b'"bytes":null' not in pack.dump(form)
    assert pack.load(pack.dump(form)) == form


def test_t03_a_long_name_is_stopped_only_by_the_office_that_cannot_take_it(definitions):
    definitions["elements.json"]["elements"]["person.name"] = {
        "label": {"zh-CN": "name", "en": "name"},
        "schema": {"type": "string", "maxLength": 120},
        "sensitivity": "personal",
    }
    forms = (("register", 120, "XINGMING"), ("pension", 30, "AAC003"))
    for matter, length, name in forms:
        schema = definitions[f"matters/{matter}/schema.json"]
        schema["properties"][name] = {"type": "string", "maxLength": length}
        definitions[f"matters/{matter}/matter.json"]["fields"][f"/{name}"] = {
            "label": {"zh-CN": "name", "en": "name"},
            "fact": "mover:person.name",
        }
    where = "/facts/mover:person.name"
    definitions["affairs/moving.json"]["pages"][0]["questions"].append(where)
    judge = Judge(definitions.merge())
    long = FACTS | {"mover:person.name": "阿" * 31}

    retired = judge.faults({"facts": long})
    working = judge.faults({"facts": long | {"situation:retired": False}})

    assert [(f.pointer, f.limit, f.matters) for f in retired] == [
        (where, 30, ("pension",))
    ]
    assert working == ()
    (asked,) = (q for q in judge.form.questions if q.pointer == where)
    assert asked.max_length == 120


def test_a_column_is_judged_in_each_row(definitions):
    limited(definitions, "pension", "/accounts/*/no", max=8, encoding="utf-8")

    judge = Judge(definitions.merge())

    assert faults(judge, account="账号一") == [
        ("/matters/pension/accounts/1/no", "maxBytes", 8, "pension")
    ]


def test_a_fact_is_judged_as_the_department_would_store_it(definitions):
    limited(definitions, "pension", "/person/sex", max=2, encoding="utf-8")
    fields = definitions["matters/pension/matter.json"]["fields"]
    fields["/person/sex"]["lens"] = {"table": [["1", "男"], ["2", "f"]]}
    sexes = {"enum": ["男", "f"]}
    pension = definitions["matters/pension/schema.json"]["properties"]
    pension["person"]["properties"]["sex"] = sexes

    judge = Judge(definitions.merge())

    assert faults(judge) == [("/facts/mover:person.sex", "maxBytes", 2, "pension")]
    document = {"person": {"idNumber": "1", "sex": "男"}}
    assert [
        (f.pointer, f.keyword, f.limit, f.matters)
        for f in judge.document_faults("pension", document)
    ] == [("/person/sex", "maxBytes", 2, ("pension",))]


def test_what_is_no_text_or_not_there_has_no_bytes(definitions):
    limited(definitions, "pension", "/accounts/*/no", max=1, encoding="utf-8")
    limited(definitions, "pension", "/accounts/*/main", max=1, encoding="utf-8")
    judge = Judge(definitions.merge())

    def keywords(accounts):
        document = {"person": {"idNumber": "1"}, "accounts": accounts}
        return [f.keyword for f in judge.document_faults("pension", document)]

    assert keywords([{"no": "1", "main": True}]) == []
    assert keywords(5) == ["type"]
    assert keywords([5]) == ["type"]


def test_the_question_knows_the_limit_and_who_sets_it(definitions):
    limited(definitions, "register", "/household", max=12, encoding="gbk")

    form = definitions.merge()

    asked = next(q for q in form.questions if q.pointer.endswith("household"))
    assert asked.asked_by[0].bytes == ByteLimit(max=12, encoding="gbk")
    assert asked.max_length == 12  # of 20 characters, each at least one byte
    assert pack.load(pack.dump(form)) == form


def test_a_stand_in_too_long_for_a_store_is_refused_when_merging(definitions):
    limited(definitions, "parking", "/card", max=4, encoding="gbk")

    with pytest.raises(DefinitionErrors, match=r"parking: maxBytes 4.*E_UNDECIDED"):
        definitions.merge()


@pytest.mark.parametrize(
    "limit",
    [{"max": 0, "encoding": "gbk"}, {"max": 9}, {"max": 9, "encoding": "latin-1"}],
)
def test_a_limit_has_a_size_and_an_encoding(definitions, limit):
    limited(definitions, "register", "/household", **limit)

    with pytest.raises(DefinitionErrors, match=r"household/bytes.*E_SHAPE"):
        definitions.load()
