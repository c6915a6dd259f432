"""Fields that hold several facts: one line or one object, judged and asked as one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small import matter_of

from builder import pack
from builder.documents import decompose, project
from builder.errors import SlotValueError
from builder.model import IDENTITY, Field, Lens, Part
from builder.validity import Judge

TEXT = {"zh-CN": "x", "en": "x"}
PROVINCES = Lens(kind="table", pairs=(("420000", "湖北省"), ("110000", "北京市")))
PROVINCE, CITY, COUNTY, DETAIL = (
    f"company:address.{part}" for part in ("province", "city", "county", "detail")
)


def matter(**fields):
    return matter_of("tax", {f"/{name}": field for name, field in fields.items()}, {})


def line(separator="", **more):
    parts = (
        Part(fact=PROVINCE, lens=PROVINCES),
        Part(fact=CITY),
        Part(fact=DETAIL),
    )
    lens = Lens(kind="join", separator=separator, **more)
    return Field(label=TEXT, lens=lens, parts=parts)


def record():
    parts = (
        Part(fact=PROVINCE, lens=PROVINCES, name="prov"),
        Part(fact=CITY, name="city"),
        Part(fact=DETAIL, name="detail"),
    )
    return Field(label=TEXT, lens=Lens(kind="record"), parts=parts)


HOME = {PROVINCE: "420000", CITY: "武汉市", DETAIL: "示例街1号"}


def test_t30_an_address_is_kept_in_parts_and_sent_as_one_line():
    county = Part(fact=COUNTY, optional=True)
    told = line(one_way=True)
    zcdz = Field(
        label=TEXT, lens=told.lens, parts=(*told.parts[:2], county, told.parts[2])
    )
    tax = matter(ZCDZ=zcdz)

    assert project(tax, {"facts": HOME}) == {"ZCDZ": "湖北省武汉市示例街1号"}
    assert project(tax, {"facts": HOME | {COUNTY: "汉阳区"}}) == {
        "ZCDZ": "湖北省武汉市汉阳区示例街1号"
    }
    assert decompose(tax, {"ZCDZ": "朝阳区建国路88号"})["facts"] == {}


def test_a_line_without_a_part_it_needs_is_not_written():
    tax = matter(ZCDZ=line(one_way=True))

    assert project(tax, {"facts": {PROVINCE: "420000", DETAIL: "x"}}) == {}
    assert project(tax, {"facts": {}}) == {}


def test_a_line_of_optional_parts_only_is_written_when_one_has_a_value():
    parts = (Part(fact=CITY, optional=True), Part(fact=DETAIL, optional=True))
    lens = Lens(kind="join", separator=" ", one_way=True)
    tax = matter(ZCDZ=Field(label=TEXT, lens=lens, parts=parts))

    assert project(tax, {"facts": {}}) == {}
    assert project(tax, {"facts": {DETAIL: "x"}}) == {"ZCDZ": "x"}


LINES = st.lists(st.text("省市|", max_size=3), min_size=1, max_size=4).map("|".join)
RECORDS = st.fixed_dictionaries(
    {},
    optional={
        "prov": st.sampled_from(["湖北省", "北京市", "吉林省"]),
        "city": st.text(),
        "detail": st.one_of(st.text(), st.integers()),
        "zip": st.text(),
    },
)


@given(
    document=st.fixed_dictionaries(
        {"other": st.integers()},
        optional={
            "whole": LINES,
            "addr": st.one_of(RECORDS, st.text()),
        },
    )
)
def test_what_is_read_into_its_parts_is_written_back_unchanged(document):
    plain = Field(
        label=TEXT,
        lens=Lens(kind="join", separator="|"),
        parts=(Part(fact="home:city"), Part(fact="home:detail")),
    )
    tax = matter(whole=plain, addr=record(), other=Field(label=TEXT))
    try:
        answers = decompose(tax, document)
    except SlotValueError:
        return

    assert project(tax, answers) == document


@pytest.mark.parametrize(
    ("field", "value"),
    [
        (line("|"), "湖北省|武汉市"),
        (line("|"), "吉林省|长春市|x"),
        (line("|"), 5),
        (record(), {}),
        (record(), "湖北省"),
        (record(), {"prov": "湖北省", "zip": "430000"}),
        (record(), {"prov": "吉林省"}),
    ],
)
def test_a_value_that_is_not_its_parts_is_named(field, value):
    with pytest.raises(SlotValueError, match="'/addr' cannot read"):
        decompose(matter(addr=field), {"addr": value})


def test_a_part_that_is_written_one_way_is_left_to_another_matter():
    coarse = Lens(kind="table", pairs=(("1", "x"), ("2", "x")), one_way=True)
    parts = (
        Part(fact=PROVINCE, lens=coarse, name="a"),
        Part(fact=CITY, name="b"),
    )
    tax = matter(addr=Field(label=TEXT, lens=Lens(kind="record"), parts=parts))

    assert decompose(tax, {"addr": {"a": "x", "b": "y"}})["facts"] == {CITY: "y"}


def test_a_record_holds_only_the_parts_that_have_a_value():
    tax = matter(addr=record())

    assert project(tax, {"facts": {CITY: "武汉市"}}) == {"addr": {"city": "武汉市"}}
    assert project(tax, {"facts": {}}) == {}


def test_a_field_says_which_facts_it_holds():
    assert line().held == (PROVINCE, CITY, DETAIL)
    assert Field(label=TEXT, fact=CITY).held == (CITY,)
    assert Field(label=TEXT).held == ()
    assert Field(label=TEXT).lens == IDENTITY


# In the small affair: the card office wants one line, the register one object.


def words(text):
    return {"zh-CN": text, "en": text}


@pytest.fixture
def homes(definitions):
    """Return the small affair with an address: one line and one record."""
    texts = {"type": "string", "pattern": "^[^|]+$"}
    elements = definitions["elements.json"]["elements"]
    for name in ("city", "county", "detail"):
        elements[f"address.{name}"] = {
            "label": words(name),
            "schema": texts,
            "sensitivity": "personal",
        }
    elements["address.province"] = {
        "label": words("province"),
        "schema": {"enum": ["42", "11", "31"]},
        "sensitivity": "personal",
    }
    provinces = {"table": [["42", "湖北省"], ["11", "北京市"]]}
    card = definitions["matters/card/schema.json"]
    card["properties"]["home"] = {"type": "string", "maxLength": 12, "minLength": 4}
    card["required"] = ["idNo", "home"]
    definitions["matters/card/matter.json"]["fields"]["/home"] = {
        "label": words("home"),
        "lens": {"join": "|"},
        "parts": [
            {"fact": "mover:address.province", "lens": provinces},
            {"fact": "mover:address.city"},
            {"fact": "mover:address.detail"},
        ],
    }
    register = definitions["matters/register/schema.json"]
    register["properties"]["addr"] = {
        "type": "object",
        "additionalProperties": False,
        "required": ["street"],
        "properties": {
            "city": {"type": "string", "maxLength": 3},
            "street": {"type": "string"},
            "county": {"type": "string"},
        },
    }
    definitions["matters/register/matter.json"]["fields"]["/addr"] = {
        "label": words("address"),
        "lens": {"record": True},
        "parts": [
            {"fact": "mover:address.city", "name": "city"},
            {"fact": "mover:address.county", "name": "county"},
            {"fact": "mover:address.detail", "name": "street"},
        ],
    }
    definitions["affairs/moving.json"]["pages"][0]["questions"] += [
        f"/facts/mover:address.{name}"
        for name in ("province", "city", "county", "detail")
    ]
    return definitions


@pytest.fixture
def judge(homes):
    return Judge(homes.merge())


RIGHT = {
    "situation:retired": False,
    "situation:car": False,
    "mover:person.number": "11010519491231002X",
    "mover:person.born": "1949-12-31",
    "mover:address.province": "42",
    "mover:address.city": "武汉市",
    "mover:address.detail": "长街1号",
}


def faults(judge, **changed):
    facts = RIGHT | {f"mover:address.{name}": value for name, value in changed.items()}
    facts = {fact: value for fact, value in facts.items() if value is not None}
    return [
        (
            fault.pointer.removeprefix("/facts/mover:address."),
            fault.keyword,
            *fault.matters,
        )
        for fault in judge.faults({"facts": facts})
    ]


def test_each_part_is_asked_once_for_all_that_hold_it(judge):
    city = next(q for q in judge.form.questions if q.pointer.endswith("city"))

    assert [(a.matter, a.path, a.required) for a in city.asked_by] == [
        ("register", "/addr/city", False),
        ("card", "/home", True),
    ]
    assert city.max_length == 12
    assert pack.load(pack.dump(judge.form)) == judge.form


def test_a_part_keeps_its_own_lens_and_its_refusals(judge):
    province = next(q for q in judge.form.questions if q.pointer.endswith("province"))

    assert province.asked_by[0].lens.pairs == (("42", "湖北省"), ("11", "北京市"))
    assert {c.value: c.refused_by for c in province.choices} == {
        "42": (),
        "11": (),
        "31": ("card",),
    }


def test_right_answers_reach_both_forms_each_in_its_way(judge):
    assert faults(judge) == []
    documents = {m.id: project(m, {"facts": RIGHT}) for m in judge.form.matters}
    assert documents["card"]["home"] == "湖北省|武汉市|长街1号"
    assert documents["register"]["addr"] == {"city": "武汉市", "street": "长街1号"}


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"province": "31"}, [("province", "lens", "card")]),
        (
            {"city": None, "province": None},
            [("province", "required", "card"), ("city", "required", "card")],
        ),
        ({"detail": None}, [("detail", "required", "register", "card")]),
        ({"detail": "长街一百零一号"}, [("detail", "maxLength", "card")]),
        (
            {"city": "呼和浩特市", "detail": "长街2号"},
            [("city", "maxLength", "register"), ("detail", "maxLength", "card")],
        ),
        ({"county": "A|B"}, [("county", "pattern")]),
    ],
)
def test_a_fault_is_found_at_the_part_it_comes_from(judge, changed, expected):
    assert faults(judge, **changed) == expected


def test_a_fault_of_a_line_is_told_at_a_part_that_must_be_there(homes):
    fields = homes["matters/card/matter.json"]["fields"]
    fields["/home"]["lens"]["one_way"] = True
    fields["/home"]["parts"][2]["optional"] = True

    judge = Judge(homes.merge())

    assert faults(judge, detail="长街一百零一号") == [("city", "maxLength", "card")]
    assert faults(judge, detail=None) == [("detail", "required", "register")]


def test_a_separator_inside_a_part_is_that_part_s_fault(judge):
    assert ("city", "lens", "card") in faults(judge, city="武|市")


def test_a_form_never_holds_bound_parts_in_the_remainder(judge):
    answers = {"facts": RIGHT, "matters": {"register": {"addr": {"street": "x"}}}}

    found = [(v.path, v.keyword) for v in judge._layout.violations(answers)]

    assert found == [(("matters", "register", "addr"), "falseSchema")]
