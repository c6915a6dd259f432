"""Lint: each finding provoked in the small affair, and none cried in vain."""

import pytest

from builder.lint import lint
from builder.lint.lint_texts import JARGON

AFFAIR = "affairs/moving.json"
REGISTER = "matters/register/matter.json"
PENSION = "matters/pension/matter.json"


def text(chinese, english):
    return {"zh-CN": chinese, "en": english}


def translated(node):
    """Give every text a Chinese of its own: those of the small affair have none."""
    if isinstance(node, dict) and "zh-CN" in node:
        node["zh-CN"] = "某" + "".join(chr(0x4E00 + ord(char)) for char in node["en"])
    elif isinstance(node, dict):
        for name, below in node.items():
            if name != "schema":
                translated(below)
    elif isinstance(node, list):
        for below in node:
            translated(below)


@pytest.fixture
def clean(definitions):
    for file, document in definitions.items():
        if not file.endswith("schema.json"):
            translated(document)
    affair = definitions[AFFAIR]
    affair["sources"]["id_card"]["label"] = text("身份证", "identity card")
    return definitions


def found(definitions, kind):
    return [each for each in lint(definitions.load()) if each.kind == kind]


def places(definitions, kind):
    return [each.place for each in found(definitions, kind)]


def test_clean_definitions_have_no_findings_but_a_choice_nobody_knows(clean):
    assert [(each.kind, each.place) for each in lint(clean.load())] == [
        ("unreachable", "elements.json#/elements/person.sex/schema")
    ]


def test_an_affair_says_how_long_it_is_kept(clean):
    del clean[AFFAIR]["retention_days"]

    assert places(clean, "no-retention") == [f"{AFFAIR}#/retention_days"]


def test_the_same_definitions_give_the_same_findings(definitions):
    assert lint(definitions.load()) == lint(definitions.load())


def test_the_small_affair_as_it_is_has_no_translation(definitions):
    kinds = {each.kind for each in lint(definitions.load())}

    assert "missing-translation" in kinds


def place_question(clean, *questions):
    clean[AFFAIR]["pages"][1]["questions"] += questions


def test_two_own_fields_of_one_name_and_constraint_are_asked_twice(clean):
    clean["matters/parking/schema.json"]["properties"]["home"] = {
        "type": "string",
        "maxLength": 20,
        "title": "Home",
    }
    label = clean[REGISTER]["fields"]["/household"]["label"]
    clean["matters/parking/matter.json"]["fields"]["/home"] = {"label": label}
    place_question(clean, "/matters/parking/home")

    (finding,) = found(clean, "asked-twice")

    assert "/matters/register/household and /matters/parking/home" in finding.text
    assert finding.place == "affairs/moving.json#/pages"

    clean["matters/parking/schema.json"]["properties"]["home"]["maxLength"] = 21
    assert not found(clean, "asked-twice")


def test_two_facts_of_one_name_and_domain_are_asked_twice_unless_one_form_has_both(
    clean,
):
    elements = clean["elements.json"]["elements"]
    elements["person.no"] = {**elements["person.number"]}
    clean["matters/card/matter.json"]["fields"]["/idNo"]["fact"] = "mover:person.no"
    place_question(clean, "/facts/mover:person.no")
    assert len(found(clean, "asked-twice")) == 1

    schema = clean["matters/register/schema.json"]
    schema["properties"]["second"] = {"type": "string"}
    label = text("另一个", "another")
    clean[REGISTER]["fields"]["/second"] = {"label": label, "fact": "mover:person.no"}
    assert not found(clean, "asked-twice")


def test_what_nothing_uses_is_found(clean):
    label = text("某物", "thing")
    clean["elements.json"]["elements"]["a.b"] = {
        "label": label,
        "schema": {"type": "string"},
        "sensitivity": "general",
    }
    clean["codelists.json"]["codelists"]["spare"] = {
        "label": label,
        "values": [{"code": "1", "label": label}],
    }
    clean["departments.json"]["departments"]["spare"] = {
        "label": label,
        "kind": "authority",
    }
    affair = clean[AFFAIR]
    affair["sources"]["spare"] = {"label": label, "kind": "registry"}
    affair["roles"]["spare"] = label
    affair["situations"].append(
        {"fact": "situation:pet", "label": label, "schema": {"type": "boolean"}}
    )

    assert set(places(clean, "never-used")) == {
        "elements.json#/elements/a.b",
        "codelists.json#/codelists/spare",
        "departments.json#/departments/spare",
        "affairs/moving.json#/sources/spare",
        "affairs/moving.json#/roles/spare",
        "affairs/moving.json#/situations/3",
    }


def test_a_matter_of_no_affair_is_found(clean):
    clean[AFFAIR]["matters"].pop()
    clean[AFFAIR]["pages"][1]["questions"].pop()

    assert "matters/parking/matter.json" in places(clean, "never-used")


def test_an_element_that_is_bound_but_left_out_everywhere_is_found(clean):
    affair = clean[AFFAIR]
    sex = "/facts/mover:person.sex"
    affair["pages"][0]["questions"].remove(sex)
    del affair["questions"][sex], affair["prefill"][sex]
    affair["leave_out"][sex] = text("不需要", "not needed")

    assert places(clean, "never-used") == ["elements.json#/elements/person.sex"]


@pytest.mark.parametrize("basis", ["无", "待定。", "—", "TBD", "来表未说明"])
def test_materials_need_a_legal_basis(clean, basis):
    clean[PENSION]["legal_basis"] = text(basis, "an act")

    assert places(clean, "no-legal-basis") == [
        "matters/pension/matter.json#/legal_basis"
    ]


def test_without_materials_no_legal_basis_is_missed(clean):
    clean[REGISTER]["legal_basis"] = text("无", "none")

    assert not found(clean, "no-legal-basis")


def test_a_promise_above_the_legal_limit_is_found(clean):
    limits = clean[REGISTER]["limits"]
    limits["promised"] = {"workdays": 6, "text": text("六天", "six days")}
    assert places(clean, "late-promise") == [
        "matters/register/matter.json#/limits/promised/workdays"
    ]

    limits["legal"] = {"workdays": None, "text": text("及时", "soon")}
    assert not found(clean, "late-promise")


def test_a_choice_that_one_asking_form_knows_can_be_reached(clean):
    schema = clean["matters/register/schema.json"]
    schema["properties"]["sex"] = {"enum": ["0", "1", "2"]}
    clean[REGISTER]["fields"]["/sex"] = {
        "label": text("性别", "sex"),
        "fact": "mover:person.sex",
    }
    assert not found(clean, "unreachable")


SPECIES = {
    "fact": "situation:pet",
    "label": text("养什么？", "Which pet?"),
    "schema": {"enum": ["cat", "dog"]},
    "choices": [
        {"value": "cat", "label": text("猫", "Cat")},
        {"value": "dog", "label": text("狗", "Dog")},
    ],
}


def when(fact, value):
    return {"required": [fact], "properties": {fact: {"const": value}}}


def test_a_choice_of_a_situation_that_is_refused_or_missing_is_found(clean):
    choices = [SPECIES["choices"][0], {"value": "cow", "label": text("牛", "Cow")}]
    clean[AFFAIR]["situations"].append(SPECIES | {"choices": choices})

    assert places(clean, "unreachable")[:2] == [
        "affairs/moving.json#/situations/3/choices/1",
        "affairs/moving.json#/situations/3/choices",
    ]


def test_a_condition_that_never_holds_is_found_wherever_it_stands(clean):
    never = {"allOf": [when("situation:retired", value) for value in (True, False)]}
    affair = clean[AFFAIR]
    affair["situations"] += [SPECIES, SPECIES | {"fact": "situation:b", "when": never}]
    affair["matters"][3]["when"] = never
    affair["questions"]["/matters/parking/plate"] = {"when": never}
    affair["prefill"]["/facts/mover:person.sex"][0]["when"] = never
    clean[PENSION]["materials"][0]["when"] = never

    assert set(places(clean, "unreachable")) == {
        "elements.json#/elements/person.sex/schema",
        "affairs/moving.json#/situations/4/when",
        "affairs/moving.json#/matters/3/when",
        "affairs/moving.json#/questions/~1matters~1parking~1plate/when",
        "affairs/moving.json#/prefill/~1facts~1mover:person.sex/0/when",
        "matters/pension/matter.json#/materials/0/when",
    }


@pytest.mark.parametrize(
    ("chinese", "english", "kinds"),
    [
        ("住址", "Address", []),
        ("WGS84", "WGS84", []),
        ("A", "A", []),
        ("A型", "Type A", []),
        ("POS 机", "Card reader", []),
        ("%", "%", []),
        ("如：中国", "Such as 中国", []),
        ("Address", "Address", ["missing-translation"]),
        ("住址", "住址", ["missing-translation"]),
        ("Home", "Address", ["missing-translation"]),
        ("住址", "地址", ["missing-translation"]),
        ("住址", " ", ["missing-translation"]),
        ("住址AAC003", "Address", ["code-in-label"]),
        ("住址", "person.address", ["code-in-label"]),
        ("住址", "home_address", ["code-in-label"]),
        ("住址", "homeAddress", ["code-in-label"]),
        ("住址字段", "Address", ["jargon"]),
        ("住址", "Payload", ["jargon"]),
        ("网址", "Address, such as www.example.org", []),
        ("邮箱", "E-mail, such as name@example.org", []),
    ],
)
def test_a_label_is_read_as_a_stranger_would(clean, chinese, english, kinds):
    clean[REGISTER]["fields"]["/household"]["label"] = text(chinese, english)
    place = "matters/register/matter.json#/fields/~1household/label"

    assert [each.kind for each in lint(clean.load()) if each.place == place] == kinds


def test_a_field_or_choice_called_by_its_own_code_is_found(clean):
    schema = clean["matters/register/schema.json"]["properties"]
    schema["XSEXB"] = {"enum": ["0", "1", "2"]}
    clean[REGISTER]["fields"]["/XSEXB"] = {
        "label": text("性别XSEXB", "sex"),
        "fact": "mover:person.sex",
    }
    values = clean["codelists.json"]["codelists"]["sex"]["values"]
    values[0]["label"] = text("0 不详", "not known")
    values[1]["label"] = text("1室", "one room")

    assert places(clean, "code-in-label") == [
        "codelists.json#/codelists/sex/values/0/label",
        "matters/register/matter.json#/fields/~1XSEXB/label",
    ]


def test_jargon_is_looked_for_in_our_own_words_only(clean):
    words = text("报文", "an ordinary word")
    clean[REGISTER]["form"] = words
    clean[REGISTER]["label"] = words
    clean[REGISTER]["fields"]["/idNo"]["label"] = words
    clean[PENSION]["materials"][0]["note"] = words
    affair = clean[AFFAIR]
    affair["decisions"] = [{"about": "x", "text": words}]
    affair["summary"] = words
    affair["situations"][0]["hint"] = words

    assert set(places(clean, "jargon")) == {
        "matters/pension/matter.json#/materials/0/note",
        "affairs/moving.json#/summary",
        "affairs/moving.json#/situations/0/hint",
    }
    assert all(JARGON["报文"] in each.repair for each in found(clean, "jargon"))


def test_a_long_sentence_in_a_hint_is_found_and_two_short_ones_are_not(clean):
    field = clean[REGISTER]["fields"]["/household"]
    field["hint"] = text("字" * 40 + "。" + "字" * 40, "short")
    assert not found(clean, "long-sentence")

    field["hint"] = text("字" * 41, "short")
    assert places(clean, "long-sentence") == [
        "matters/register/matter.json#/fields/~1household/hint"
    ]


def test_an_affair_that_cannot_be_merged_is_said_and_the_rest_is_linted(clean):
    clean[AFFAIR]["pages"][1]["questions"].pop()
    clean[PENSION]["legal_basis"] = text("无", "none")

    kinds = [each.kind for each in lint(clean.load())]

    assert kinds[0] == "not-merged"
    assert "no-legal-basis" in kinds


def test_each_finding_says_place_and_repair(definitions):
    for each in lint(definitions.load()):
        assert str(each) == f"{each.place}: {each.text} {each.repair} [{each.kind}]"
        assert each.text.endswith((".", "?"))
        assert each.repair.endswith(".")


def test_the_shipped_definitions_have_nothing_to_mend(catalogue):
    assert [str(finding) for finding in lint(catalogue)] == []
