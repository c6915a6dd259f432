"""Answers to documents and back: nothing is lost, nothing is invented."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small import WORDS as TEXT
from small import matter_of

from builder import pointer
from builder.documents import decompose, places, project
from builder.errors import SlotValueError
from builder.json_schema import Validator
from builder.lenses import UndefinedError
from builder.model import Field, Lens
from builder.transport import transport
from builder.validity import Judge

SEX = Lens(kind="table", pairs=(("1", "m"), ("2", "f")))


PENSION = matter_of(
    "pension",
    {
        "/person/idNumber": Field(label=TEXT, fact="mover:person.number"),
        "/person/birthDate": Field(
            label=TEXT,
            fact="mover:person.born",
            lens=Lens(kind="date", template="YYYYMMDD"),
        ),
        "/sex": Field(label=TEXT, fact="mover:person.sex", lens=SEX),
        "/account": Field(label=TEXT),
    },
    {},
)

VALUES = {
    "/person/idNumber": st.text(),
    "/person/birthDate": st.dates().map(lambda day: day.strftime("%Y%m%d").zfill(8)),
    "/sex": st.sampled_from(["m", "f"]),
    "/account": st.one_of(st.none(), st.text(), st.lists(st.integers())),
}


@st.composite
def documents(draw):
    document = draw(st.sampled_from([{}, {"person": {}}, {"person": {"other": 1}}]))
    document = json.loads(json.dumps(document))
    for path, values in VALUES.items():
        if draw(st.booleans()):
            pointer.put(document, pointer.parts(path), draw(values))
    return document


@given(documents())
def test_a_document_comes_back_unchanged(document):
    before = json.dumps(document)

    answers = decompose(PENSION, document)

    assert project(PENSION, answers) == document
    assert json.dumps(document) == before


@given(documents())
def test_no_bound_field_stays_in_the_remainder(document):
    remainder = decompose(PENSION, document)["matters"]["pension"]

    for path, field in PENSION.fields.items():
        if field.fact is not None:
            assert pointer.get(remainder, pointer.parts(path)) is pointer.ABSENT


def test_a_family_of_agreeing_documents_gives_one_set_of_answers():
    document = {
        "person": {"idNumber": "11010519491231002X", "birthDate": "19491231"},
        "account": "6222",
    }

    assert decompose(PENSION, document) == {
        "facts": {
            "mover:person.number": "11010519491231002X",
            "mover:person.born": "1949-12-31",
        },
        "matters": {"pension": {"person": {}, "account": "6222"}},
    }


def test_what_was_not_answered_is_absent_and_never_null():
    assert project(PENSION, {"facts": {"mover:person.sex": "2"}}) == {"sex": "f"}


def test_projecting_changes_nothing_it_was_given():
    answers = {
        "facts": {"mover:person.number": "1"},
        "matters": {"pension": {"person": {}}},
    }
    before = json.dumps(answers)

    project(PENSION, answers)["person"]["idNumber"] = "2"

    assert json.dumps(answers) == before


def test_a_value_no_lens_can_read_is_named():
    with pytest.raises(SlotValueError, match=r"'/sex' cannot read \"x\""):
        decompose(PENSION, {"sex": "x"})


def test_a_value_no_lens_can_write_is_never_replaced():
    with pytest.raises(UndefinedError):
        project(PENSION, {"facts": {"mover:person.sex": "0"}})


def test_what_a_one_way_lens_wrote_is_left_to_another_matter():
    one_way = Lens(kind="date", template="YYYYMMDD", one_way=True)
    day = Field(label=TEXT, fact="child:birth.time", lens=one_way)
    vaccine = matter_of("pension", {"/day": day}, {})

    document = project(vaccine, {"facts": {"child:birth.time": "2026-11-03T08:26"}})

    assert document == {"day": "20261103"}
    assert decompose(vaccine, document) == {"facts": {}, "matters": {"pension": {}}}


def test_a_whole_number_is_written_without_a_fraction_wherever_it_stands(definitions):
    definitions["elements.json"]["elements"]["person.rooms"] = {
        "label": {"zh-CN": "rooms", "en": "rooms"},
        "schema": {"type": "number"},
        "sensitivity": "general",
    }
    form = definitions["matters/card/schema.json"]
    form["$schema"] = "http://json-schema.org/draft-04/schema#"
    number = {"type": "integer"}
    row = {"type": "object", "properties": {"floor": number, "width": {}}}
    form["properties"] |= {"rooms": number, "list": {"type": "array", "items": row}}
    fields = definitions["matters/card/matter.json"]["fields"]
    label = {"zh-CN": "x", "en": "x"}
    fields["/rooms"] = {"label": label, "fact": "mover:person.rooms"}
    for path in ("/list", "/list/*/floor", "/list/*/width"):
        fields[path] = {"label": label, "input": "number"}
    fields["/list"]["input"] = "rows"
    affair = definitions["affairs/moving.json"]
    affair["pages"][1]["questions"] += [
        "/facts/mover:person.rooms",
        "/matters/card/list",
    ]
    merged = definitions.merge()
    rows = [{"floor": 2.0, "width": 2.5}, {"floor": 1e300, "width": True}]
    facts = {
        "situation:retired": False,
        "situation:car": False,
        "mover:person.number": "11010519491231002X",
        "mover:person.born": "1949-12-31",
        "mover:person.rooms": 3.0,
    }
    answers = {"facts": facts, "matters": {"card": {"list": rows[:1]}}}
    card = next(matter for matter in merged.matters if matter.id == "card")

    document = project(card, answers)

    assert repr(document["rooms"]) == "3"
    assert repr(document["list"]) == "[{'floor': 2, 'width': 2.5}]"
    assert not Judge(merged).faults(answers)
    assert Validator(transport(merged).schema).accepts(answers)
    # What has more digits than a whole number can keep stays as it is.
    answers["matters"]["card"]["list"] = rows
    assert project(card, answers)["list"][1] == {"floor": 1e300, "width": True}


@pytest.mark.parametrize(
    ("where", "answers"),
    [
        ("/person/idNumber", ["/facts/mover:person.number"]),
        (
            "/person",
            [
                "/facts/mover:person.number",
                "/facts/mover:person.born",
                "/facts/mover:person.sex",
            ],
        ),
        ("/accounts/1/no", ["/matters/pension/accounts"]),
        ("/accounts", ["/matters/pension/accounts"]),
        ("/person/id", []),
        ("/acc", []),
    ],
)
def test_a_place_of_a_document_is_found_in_the_answers(moving, where, answers):
    pension = next(m for m in moving.form.matters if m.id == "pension")

    assert list(places(pension, where)) == answers
    assert len(places(pension, "")) == 4
