"""The transported schema: each keyword, each lens, and why some forms have none.

Forms are made by hand here; V is written out anew, by projection and the forms' own
schemas, so that it shares nothing with what it is compared with.
"""

from dataclasses import replace
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builder import bindings, pointer
from builder.documents import decompose, project
from builder.json_schema import Validator
from builder.model import Fact, Field, Issue, Lens, Limit, Matter
from builder.situations import awaited
from builder.transport import transport

WORDS = {"zh-CN": "词", "en": "word"}
DAY = "^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$"
COMPACT = Lens(kind="date", template="YYYYMMDD", normalizes=True)


def matter(id_, schema, bound, **more):
    limit = Limit(workdays=1, text=WORDS)
    told = {
        path: (fact if isinstance(fact, tuple) else (fact,))
        for path, fact in bound.items()
    }
    fields = {
        path: Field(label=WORDS, fact=fact, lens=lens[0] if lens else Lens())
        for path, (fact, *lens) in told.items()
    }
    return Matter(
        id=id_,
        label=WORDS,
        department="d",
        form=WORDS,
        legal_basis=WORDS,
        result=WORDS,
        legal_limit=limit,
        promised_limit=limit,
        schema=schema,
        fields=fields,
        **more,
    )


def form_of(*matters, domains=None, stand_ins=None):
    named = {
        fact for m in matters for field in m.fields.values() for fact in field.held
    }
    named |= {issue.fact for m in matters for issue in m.issues}
    named |= set(domains or {})
    facts = {
        id_: Fact(
            id=id_,
            element=id_,
            role="r",
            schema=(domains or {}).get(id_, True),
            sensitivity="general",
            stand_in=(stand_ins or {}).get(id_),
        )
        for id_ in sorted(named)
    }
    return SimpleNamespace(matters=matters, facts=facts, situations=(), questions=())


def has_layout(form, answers):
    facts = answers.get("facts", {})
    if not facts.keys() <= form.facts.keys():
        return False
    if not all(Validator(form.facts[f].schema).accepts(v) for f, v in facts.items()):
        return False
    for m in form.matters:
        for path, field in m.fields.items():
            names = pointer.parts(path)
            remainder = answers.get("matters", {}).get(m.id, {})
            if field.held and pointer.get(remainder, names) is not pointer.ABSENT:
                return False
            outer = (pointer.get(remainder, names[:n]) for n in range(len(names)))
            if not all(o is pointer.ABSENT or isinstance(o, dict) for o in outer):
                return False
    return True


def judged(form, answers):
    """Return V: what every applicable form says of its own document."""
    if not has_layout(form, answers):
        return False
    facts = answers.get("facts", {})
    applicable = [
        m for m in form.matters if not m.when or Validator(m.when).accepts(facts)
    ]
    if {m.id for m in applicable} < answers.get("matters", {}).keys():
        return False
    held = {f: form.facts[f].stand_in for f in awaited(applicable)} | facts
    for m in applicable:
        if any(bindings.unwritable(field, held) for field in m.fields.values()):
            return False
        if not Validator(m.schema).accepts(project(m, answers | {"facts": held})):
            return False
    return all(m in [a.id for a in applicable] for m in answers.get("matters", {}))


def agree(form, answers):
    """Return what both T and V say of the answers."""
    said = Validator(transport(form).schema).accepts(answers)
    assert said == judged(form, answers), answers
    return said


A = matter(
    "A",
    {
        "type": "object",
        "required": ["idNo", "born"],
        "additionalProperties": False,
        "properties": {
            "idNo": {"type": "string", "pattern": "^[0-9]{17}[0-9X]$"},
            "born": {"type": "string", "pattern": "^[0-9]{8}$"},
            "household": {"type": "string", "maxLength": 20},
        },
    },
    {"/idNo": "id", "/born": ("born", COMPACT)},
)
B = matter(
    "B",
    {
        "type": "object",
        "required": ["person"],
        "properties": {
            "person": {
                "type": "object",
                "required": ["idNumber"],
                "additionalProperties": False,
                "properties": {
                    "idNumber": {"type": "string", "maxLength": 18},
                    "birthDate": {
                        "type": "string",
                        "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
                    },
                },
            },
            "account": {"type": "string"},
        },
    },
    {"/person/idNumber": "id", "/person/birthDate": "born"},
)
DOMAINS = {
    "id": {"type": "string", "minLength": 18, "maxLength": 18},
    "born": {"type": "string", "pattern": DAY},
}
WORKED = form_of(A, B, domains=DOMAINS)
DOCUMENTS = {
    "A": {"idNo": "11010519491231002X", "born": "19491231", "household": "示例街1号"},
    "B": {
        "person": {"idNumber": "11010519491231002X", "birthDate": "1949-12-31"},
        "account": "6222",
    },
}
MERGED = {
    "facts": {"id": "11010519491231002X", "born": "1949-12-31"},
    "matters": {
        "A": {"household": "示例街1号"},
        "B": {"person": {}, "account": "6222"},
    },
}


def test_the_two_documents_of_the_worked_example_are_one_valid_set_of_answers():
    parts = [decompose(m, DOCUMENTS[m.id]) for m in (A, B)]

    assert {k: v for part in parts for k, v in part["facts"].items()} == MERGED["facts"]
    assert parts[0]["matters"] | parts[1]["matters"] == MERGED["matters"]
    assert agree(WORKED, MERGED)


def test_the_worked_example_says_of_each_leaf_only_where_its_own_form_judges_it():
    told = transport(form_of(A, domains=DOMAINS))

    assert told.exact
    assert told.schema["allOf"] == [
        {
            "required": ["facts"],
            "properties": {
                "facts": {
                    "required": ["id", "born"],
                    "properties": {"id": {"$ref": "#/$defs/A/properties/idNo"}},
                },
                "matters": {
                    "properties": {
                        "A": {
                            "additionalProperties": False,
                            "properties": {
                                "idNo": True,
                                "born": True,
                                "household": {"$ref": "#/$defs/A/properties/household"},
                            },
                        }
                    }
                },
            },
        }
    ]


VALUES = st.sampled_from(
    ["11010519491231002X", "1949-12-31", "2024-99-99", "x", "", 5, None, {}, "6222"]
)


@settings.get_profile("many")
@given(
    facts=st.fixed_dictionaries(
        {}, optional={"id": VALUES, "born": VALUES, "no": VALUES}
    ),
    household=VALUES,
    remainder=st.sampled_from(
        [
            {},
            {"person": {}},
            {"person": {"idNumber": "x"}},
            {"person": 1},
            {"account": 5},
        ]
    ),
    swap=st.booleans(),
)
def test_t_is_v_on_changed_answers_of_the_worked_example(
    facts, household, remainder, swap
):
    base = dict(MERGED["facts"]) | (facts if swap else {})
    agree(
        WORKED,
        {
            "facts": base if swap else facts,
            "matters": {"A": {"household": household}, "B": remainder},
        },
    )


def test_what_does_not_apply_demands_nothing_and_leaves_nothing_behind():
    when = {"required": ["s"], "properties": {"s": {"const": True}}}
    form = form_of(
        replace(A, when=when),
        replace(B, when={"not": when}),
        domains={"s": {"type": "boolean"}},
    )
    facts = MERGED["facts"]

    assert agree(form, {"facts": {"s": True, **facts}, "matters": {"A": {}}})
    assert not agree(form, {"facts": {"s": True}, "matters": {"A": {}}})
    assert not agree(form, {"facts": {"s": True, **facts}, "matters": {"B": {}}})
    assert agree(form, {"facts": facts})
    assert not agree(form, {})


def test_a_matter_does_not_apply_before_anything_is_answered():
    when = {"required": ["s"], "properties": {"s": {"const": True}}}
    form = form_of(replace(A, when=when), domains={"s": {"type": "boolean"}})

    assert agree(form, {})
    assert agree(form, {"facts": {}})
    assert not agree(form, {"matters": {"A": {}}})


def issuing(condition):
    """Return a form whose second matter waits for what the first one issues."""
    return form_of(
        matter("issuer", {"type": "object"}, {}, issues=(Issue(fact="card"),)),
        matter("waiter", condition, {"/card": "card"}),
        stand_ins={"card": "C0001"},
    )


@pytest.mark.parametrize(
    ("condition", "valid"),
    [
        ({"required": ["card"]}, True),
        ({"not": {"required": ["card"]}}, False),
        ({"properties": {"card": {"maxLength": 5}}}, True),
        ({"properties": {"card": {"maxLength": 4}}}, False),
        ({"properties": {"card": False}}, False),
        ({"if": {"properties": {"card": {"const": "C0001"}}}, "then": False}, False),
        ({"not": {"properties": {"card": {"const": "x"}}}}, True),
    ],
)
def test_a_fact_that_is_awaited_may_be_absent_and_is_taken_for_its_stand_in(
    condition, valid
):
    assert agree(issuing(condition), {}) is valid
    agree(issuing(condition), {"facts": {"card": "C99999"}})


TABLE = Lens(kind="table", pairs=(("1", "m"), ("2", "f"), ("9", "x")))


@pytest.mark.parametrize("one_way", [True, False])
@pytest.mark.parametrize(
    "schema",
    [
        {"properties": {"sex": {"enum": ["m", "f"]}}},
        {"properties": {"sex": {"not": {"const": "m"}}}},
        {"not": {"properties": {"sex": {"const": "f"}}}},
        {"properties": {"sex": {"type": "integer"}}},
        {"oneOf": [{"required": ["sex"]}, {"properties": {"sex": {"const": "f"}}}]},
    ],
)
def test_a_table_is_judged_by_the_codes_its_form_accepts(schema, one_way):
    lens = replace(TABLE, one_way=one_way)
    form = form_of(matter("m", schema, {"/sex": ("sex", lens)}))

    assert transport(form).exact
    for facts in ({}, *({"sex": value} for value in ("1", "2", "9", "0", 1))):
        agree(form, {"facts": facts})


def date_form(slot, domain, template="YYYYMMDD", around=None):
    schema = {"properties": {"born": slot}, "$defs": {"d": {"pattern": "^[0-9]+$"}}}
    held = matter(
        "m",
        (around or (lambda s: s))(schema),
        {"/born": ("born", Lens(kind="date", template=template, one_way=True))},
    )
    return form_of(held, domains={"born": domain})


DATE = {"type": "string", "format": "date"}
TIME = {"type": "string", "pattern": DAY[:-1] + "T([01][0-9]|2[0-3]):[0-5][0-9]$"}


@pytest.mark.parametrize(
    ("slot", "domain", "template"),
    [
        ({"pattern": "^[0-9]{8}$"}, DATE, "YYYYMMDD"),
        ({"type": "string", "pattern": "^\\d{8}$", "maxLength": 8}, TIME, "YYYYMMDD"),
        ({"pattern": "^[0-9]{4}(0[1-9]|1[0-2])"}, TIME, "YYYYMMDD"),
        ({"$ref": "#/$defs/d"}, DATE, "YYYYMMDD"),
        ({"format": "date"}, DATE, "YYYY-MM-DD"),
        ({"pattern": "^20"}, DATE, "YYYY-MM-DD"),
        ({"pattern": "年"}, DATE, "YYYY年M月D日"),
        ({"pattern": "^[A-Z]"}, DATE, "YYYYMMDD"),
        ({"type": "integer"}, DATE, "YYYYMMDD"),
    ],
)
def test_a_date_is_exact_where_its_form_takes_all_that_is_written(
    slot, domain, template
):
    form = date_form(slot, domain, template, around=lambda s: {"not": {"not": s}, **s})

    assert transport(form).exact
    for day in ("1949-12-31", "2024-02-29", "2024-13-01", "2024-02-29T10:30", "x", 1):
        agree(form, {"facts": {"born": day}})


def test_a_date_that_is_taken_in_part_is_a_residual_and_never_refused_too_much():
    form = date_form({"pattern": "^(19|20)"}, DATE)
    told = transport(form)
    schema = Validator(told.schema)

    assert told.matters["m"].mode == "residual"
    assert told.matters["m"].residuals == ("/born",)
    assert "x-residual" in str(told.schema)
    assert schema.accepts({"facts": {"born": "1949-12-31"}})
    assert schema.accepts({"facts": {"born": "1849-12-31"}})
    assert not schema.accepts({"facts": {"born": "1849-12"}})


def reason(schema, bound, domains=None):
    told = transport(form_of(matter("m", schema, bound), domains=domains))
    standing = told.matters["m"]
    assert standing.mode == "v-only"
    assert "m" not in told.schema["$defs"]
    assert Validator(told.schema).accepts({"facts": {}})
    assert str(standing.reason).startswith("matters/m")
    return standing.reason.code


@pytest.mark.parametrize("turned", ["not", "if", "oneOf"])
def test_a_residual_where_it_would_be_turned_round_leaves_the_form_to_the_judge(turned):
    slot = {"properties": {"born": {"pattern": "^(19|20)"}}}
    schema = {turned: [slot, {"required": ["x"]}] if turned == "oneOf" else slot}
    bound = {"/born": ("born", COMPACT)}

    code = reason(schema | {"then": False}, bound, {"born": DATE})

    assert code == "E_RESIDUAL_NEGATIVE"


@pytest.mark.parametrize(
    "schema",
    [
        {"minProperties": 2, "required": ["a"]},
        {"maxProperties": 1},
        {"propertyNames": {"maxLength": 3}},
        {"enum": [{"a": 1}]},
        {"const": {}},
        {"allOf": [{"properties": {"a": True}}], "unevaluatedProperties": False},
    ],
)
def test_what_judges_an_object_as_a_whole_leaves_the_form_to_the_judge(schema):
    assert reason(schema, {"/a": "a"}) == "E_WHOLE_OBJECT"
    inner = {"properties": {"g": schema}}
    assert reason(inner, {"/g/a": "a"}) == "E_WHOLE_OBJECT"


@pytest.mark.parametrize(
    "schema",
    [
        {"minProperties": 1, "required": ["a"]},
        {
            "maxProperties": 2,
            "properties": {"a": {}, "b": {}},
            "additionalProperties": False,
        },
        {"propertyNames": True},
        {"enum": [1, "x"]},
        {"const": 1},
        {"properties": {"a": {}}, "unevaluatedProperties": False},
        {"properties": {"b": {}}, "unevaluatedProperties": {"const": 1}},
        {"additionalProperties": {"const": 1}, "unevaluatedProperties": False},
        {"properties": {"b": {"minProperties": 1, "unevaluatedProperties": False}}},
    ],
)
def test_what_the_whole_object_is_bound_to_anyway_can_be_said(schema):
    form = form_of(matter("m", schema, {"/a": "a"}))

    assert transport(form).exact
    for remainder in ({}, {"b": 1}, {"b": {}}, {"b": 1, "c": 1}):
        agree(form, {"facts": {"a": 1}, "matters": {"m": remainder}})
        agree(form, {"matters": {"m": remainder}})


def test_references_without_an_end_leave_the_form_to_the_judge():
    fans = {f"f{n}": {"allOf": [{"$ref": f"#/$defs/f{n + 1}"}] * 2} for n in range(40)}
    steps = {f"f{n}": {"not": {"$ref": f"#/$defs/f{n + 1}"}} for n in range(400)}

    assert reason({"allOf": [{"$ref": "#"}]}, {"/a": "a"}) == "E_RECURSION"
    for defs in (fans, steps):
        last = {f"f{len(defs)}": True}
        schema = {"$ref": "#/$defs/f0", "$defs": defs | last}
        assert reason(schema, {"/a": "a"}) == "E_RECURSION"


def test_a_form_that_holds_its_own_kind_again_is_exact_down_to_its_slots():
    node = {
        "type": "object",
        "required": ["name"],
        "additionalProperties": False,
        "properties": {"name": {"type": "string"}, "child": {"$ref": "#"}},
    }
    form = form_of(matter("m", node, {"/name": "a", "/child/name": "b"}))

    assert agree(form, {"facts": {"a": "x", "b": "y"}})
    assert agree(form, {"facts": {"a": "x"}})
    assert not agree(form, {"facts": {"a": "x"}, "matters": {"m": {"child": {}}}})
    deep = {"child": {"child": {"name": 5}}}
    assert not agree(form, {"facts": {"a": "x", "b": "y"}, "matters": {"m": deep}})


@pytest.mark.parametrize("pattern", ["^g", "g|h", "p$"])
def test_a_pattern_that_hits_a_container_judges_all_of_it_and_not_what_is_left(pattern):
    schema = {"patternProperties": {pattern: {"required": ["a"], "type": "object"}}}
    form = form_of(matter("m", schema, {"/g.p/a": "a"}))

    assert agree(form, {"facts": {"a": 1}, "matters": {"m": {"g.p": {"b": 1}}}})
    assert agree(form, {"facts": {"a": 1}, "matters": {"m": {"gxp": {"a": 1}}}})
    assert not agree(form, {"facts": {"a": 1}, "matters": {"m": {"gxp": {}}}})
    assert not agree(form, {"matters": {"m": {"g.p": {"b": 1}}}})


def test_facts_in_the_rows_of_a_list_or_inside_each_other_are_left_to_the_judge():
    assert reason({}, {"/list/*/name": "a"}) == "E_LIST_KEYWORD"
    assert reason({}, {"/g": "a", "/g/x": "b"}) == "E_NESTED_BINDING"
    assert reason({}, {"/g/x": "b", "/g": "a"}) == "E_NESTED_BINDING"


@pytest.mark.parametrize(
    ("schema", "code"),
    [
        ({"$dynamicRef": "#x", "$dynamicAnchor": "x"}, "E_REF"),
        ({"$schema": "http://json-schema.org/draft-03/schema#"}, "E_DIALECT"),
        ({"required": "a"}, "E_SCHEMA"),
        ({"pattern": "("}, "E_SCHEMA"),
    ],
)
def test_a_form_that_cannot_be_upgraded_is_left_to_the_judge(schema, code):
    assert reason(schema, {"/a": "a"}) == code
