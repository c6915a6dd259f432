"""The shipped definitions agree with their schemas and with each other.

Read as plain JSON, judged by a second validator: the builder has no say here.
"""

import json

import pytest
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from form_defs import shipped

EVERYTHING = {
    path: json.loads(text)
    for path, text in (
        (f"{folder}{entry.name}", entry.read_text(encoding="utf-8"))
        for folder, entries in [
            ("", shipped().iterdir()),
            ("affairs/", (shipped() / "affairs").iterdir()),
            ("schemas/", (shipped() / "schemas").iterdir()),
            *(
                (f"matters/{matter.name}/", matter.iterdir())
                for matter in (shipped() / "matters").iterdir()
            ),
        ]
        for entry in entries
        if entry.name.endswith(".json")
    )
}
SCHEMAS = {p[8:]: d for p, d in EVERYTHING.items() if p.startswith("schemas/")}
DEFINITIONS = {p: d for p, d in EVERYTHING.items() if not p.startswith("schemas/")}
ELEMENTS = DEFINITIONS["elements.json"]["elements"]
CODELISTS = DEFINITIONS["codelists.json"]["codelists"]
DEPARTMENTS = DEFINITIONS["departments.json"]["departments"]
MATTERS = {d["id"]: d for p, d in DEFINITIONS.items() if p.endswith("/matter.json")}
FORMS = {
    path.split("/")[1]: document
    for path, document in DEFINITIONS.items()
    if path.endswith("/schema.json")
}
AFFAIRS = {d["id"]: d for p, d in DEFINITIONS.items() if p.startswith("affairs/")}

each_matter = pytest.mark.parametrize("matter", sorted(MATTERS))
each_affair = pytest.mark.parametrize("affair", sorted(AFFAIRS))


def kind_of(path):
    singles = {"elements": "element", "codelists": "codelist"}
    name = path.split("/")[-1].removesuffix(".json")
    if path.startswith("affairs/"):
        return "affair"
    return {**singles, "departments": "department"}.get(name, name)


def validator(kind):
    registry = Registry().with_resources(
        (schema["$id"], Resource.from_contents(schema)) for schema in SCHEMAS.values()
    )
    return Draft202012Validator(SCHEMAS[f"{kind}.json"], registry=registry)


def element_of(fact):
    return fact.split(":", 1)[1].split("@")[0]


def codes(codelist):
    return [value["code"] for value in CODELISTS[codelist]["values"]]


def complete(codelist):
    return CODELISTS[codelist].get("values_complete", True)


def slot(form, path):
    """Return the schema of a field: /FIELD, or /LIST/*/COLUMN."""
    here = form
    for step in path.split("/")[1:]:
        here = here["items"] if step == "*" else here["properties"][step]
    return here


def enum_of(schema):
    return schema.get("enum") or schema.get("items", {}).get("enum")


def paths(form, above=""):
    for name, schema in form["properties"].items():
        yield f"{above}/{name}"
        if schema.get("items", {}).get("type") == "object":
            yield from paths(schema["items"], f"{above}/{name}/*")


def nodes(document):
    yield document
    below = document.values() if isinstance(document, dict) else document
    for value in below if isinstance(document, dict | list) else ():
        yield from nodes(value)


def conditions(document):
    return [n["when"] for n in nodes(document) if isinstance(n, dict) and "when" in n]


def facts_read(condition):
    read = [n.get("properties", {}) for n in nodes(condition) if isinstance(n, dict)]
    return {fact for properties in read for fact in properties}


def held(field):
    """Return the entries of a field that name a fact: itself, or its parts."""
    return field.get("parts") or [field] * ("fact" in field)


def bound_facts(affair):
    return {
        part["fact"]
        for entry in AFFAIRS[affair]["matters"]
        for field in MATTERS[entry["matter"]]["fields"].values()
        for part in held(field)
    }


def issued_facts(affair):
    return {
        issue["fact"]
        for entry in AFFAIRS[affair]["matters"]
        for issue in MATTERS[entry["matter"]].get("issues", ())
    }


def placed(affair):
    return [q for page in AFFAIRS[affair]["pages"] for q in page["questions"]]


def test_there_are_six_affairs_with_forty_matters():
    assert {id_: len(affair["matters"]) for id_, affair in AFFAIRS.items()} == {
        "newborn_birth": 7,
        "enterprise_setup": 7,
        "property_transfer": 6,
        "employee_onboarding": 6,
        "citizen_death": 9,
        "restaurant_opening": 5,
    }
    assert len(MATTERS) == len(FORMS) == 40


@pytest.mark.parametrize("path", sorted(p for p in DEFINITIONS if "/schema." not in p))
def test_every_file_follows_its_schema(path):
    found = [e.message for e in validator(kind_of(path)).iter_errors(DEFINITIONS[path])]

    assert found == []


@each_matter
def test_every_form_is_a_closed_object_in_the_2020_dialect(matter):
    form = FORMS[matter]

    Draft202012Validator.check_schema(form)
    assert form["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert form["additionalProperties"] is False
    assert set(form["required"]) <= set(form["properties"])


@each_matter
def test_every_field_of_a_form_is_described_and_nothing_else(matter):
    assert list(MATTERS[matter]["fields"]) == list(paths(FORMS[matter]))


@each_matter
def test_a_required_text_is_never_empty(matter):
    form = FORMS[matter]
    for name in form["required"]:
        schema = slot(form, f"/{name}")
        if schema["type"] == "string":
            assert {"minLength", "enum", "pattern"} & set(schema), schema


@each_matter
def test_patterns_use_no_classes_that_dialects_read_differently(matter):
    for node in nodes(FORMS[matter]):
        if isinstance(node, dict) and isinstance(node.get("pattern"), str):
            assert "\\" not in node["pattern"]


@each_matter
def test_every_name_a_matter_uses_is_defined(matter):
    definition = MATTERS[matter]

    assert definition["department"] in DEPARTMENTS
    for field in definition["fields"].values():
        assert {element_of(part["fact"]) for part in held(field)} <= set(ELEMENTS)
        assert field.get("codelist", "sex.gbt2261_1") in CODELISTS
    for issue in definition.get("issues", ()):
        assert element_of(issue["fact"]) in ELEMENTS


def test_every_code_list_an_element_or_crosswalk_names_is_defined():
    named = {e["codelist"] for e in ELEMENTS.values() if "codelist" in e}
    named |= {c["crosswalk"]["to"] for c in CODELISTS.values() if "crosswalk" in c}

    assert named <= set(CODELISTS)


@each_matter
def test_a_coded_field_has_the_codes_of_its_list(matter):
    for path, field in MATTERS[matter]["fields"].items():
        schema = slot(FORMS[matter], path)
        if "codelist" not in field:
            assert enum_of(schema) is None, path
        elif enum_of(schema) is not None:
            assert set(enum_of(schema)) == set(codes(field["codelist"])), path
        else:
            assert {"pattern", "maxLength"} & set(schema), path


#: Elements that have fewer codes than their standard: no form that asks knows more.
NARROWER = {"person.education", "person.relation_to_newborn"}


def test_an_element_has_the_codes_of_its_list():
    for id_, element in ELEMENTS.items():
        if "codelist" in element and complete(element["codelist"]):
            own, listed = enum_of(element["schema"]), codes(element["codelist"])
            assert set(own) <= set(listed), id_
            assert (len(own) < len(listed)) == (id_ in NARROWER), id_


def test_a_crosswalk_joins_codes_that_exist_and_can_be_read_back():
    for id_, codelist in CODELISTS.items():
        crosswalk = codelist.get("crosswalk")
        if crosswalk is None:
            continue
        canonical, written = zip(*crosswalk["pairs"], strict=True)
        assert set(canonical) <= set(codes(crosswalk["to"])), id_
        assert set(written) <= set(codes(id_)), id_
        assert len(set(canonical)) == len(canonical), id_
        assert crosswalk.get("one_way") or len(set(written)) == len(written), id_


def pairs_of(table, element):
    """Return the pairs of a table: those of a code list's crosswalk, or its own."""
    if isinstance(table, list):
        return table
    assert element["codelist"] == CODELISTS[table]["crosswalk"]["to"]
    return CODELISTS[table]["crosswalk"]["pairs"]


@each_matter
def test_a_table_writes_only_what_the_form_accepts(matter):
    for path, field in MATTERS[matter]["fields"].items():
        form = Draft202012Validator(slot(FORMS[matter], path))
        for part in held(field):
            table = part.get("lens", {}).get("table")
            element = ELEMENTS[element_of(part["fact"])]
            domain = Draft202012Validator(element["schema"])
            for canonical, written in pairs_of(table, element) if table else ():
                assert domain.is_valid(canonical), path
                assert form.is_valid(written), path


@each_matter
def test_a_table_of_a_required_answer_says_every_yes_and_no(matter):
    for path, field in MATTERS[matter]["fields"].items():
        if field.get("codelist") == "yesno.zh" and held(field):
            table = field["lens"]["table"]
            assert {written for _, written in table} == {"是", "否"}, path


def test_every_issued_fact_has_a_valid_example():
    issued = set.union(*map(issued_facts, AFFAIRS))
    for element in {element_of(fact) for fact in issued}:
        schema = Draft202012Validator(ELEMENTS[element]["schema"])
        assert schema.is_valid(ELEMENTS[element]["example"]), element


@each_matter
def test_a_matter_does_not_issue_what_it_asks(matter):
    fields = MATTERS[matter]["fields"].values()
    asked = {part["fact"] for field in fields for part in held(field)}

    assert not asked & {i["fact"] for i in MATTERS[matter].get("issues", ())}


@pytest.mark.parametrize("path", sorted(p for p in DEFINITIONS if "/schema." not in p))
def test_every_text_is_in_both_languages_with_the_punctuation_of_each(path):
    for node in nodes(DEFINITIONS[path]):
        if isinstance(node, dict) and "zh-CN" in node:
            assert node.keys() == {"zh-CN", "en"}
            assert not set("(),;:?!") & set(node["zh-CN"]), node
            assert not set("（），；：？！。") & set(node["en"]), node


@pytest.mark.parametrize("path", sorted(p for p in DEFINITIONS if "/schema." not in p))
def test_every_condition_requires_the_facts_it_looks_at(path):
    for condition in conditions(DEFINITIONS[path]):
        for node in nodes(condition):
            if isinstance(node, dict) and "properties" in node:
                assert set(node["properties"]) == set(node["required"])


@each_affair
def test_every_name_an_affair_uses_is_defined(affair):
    definition = AFFAIRS[affair]
    situations = {situation["fact"] for situation in definition["situations"]}
    facts = bound_facts(affair) | issued_facts(affair)
    read = set().union(*map(facts_read, conditions(definition)))
    for entry in definition["matters"]:
        read |= set().union(*map(facts_read, conditions(MATTERS[entry["matter"]])))

    assert definition["lead_department"] in DEPARTMENTS
    assert {fact.split(":")[0] for fact in facts} <= set(definition["roles"])
    assert read <= situations | (facts - issued_facts(affair))
    for rules in definition["prefill"].values():
        assert {rule["source"] for rule in rules} <= set(definition["sources"])


@each_affair
def test_every_situation_decides_something(affair):
    definition = AFFAIRS[affair]
    documents = [definition, *(MATTERS[e["matter"]] for e in definition["matters"])]
    read = {
        fact
        for document in documents
        for condition in conditions(document)
        for fact in facts_read(condition)
    }

    assert {situation["fact"] for situation in definition["situations"]} <= read


@each_affair
def test_each_question_stands_on_exactly_one_page(affair):
    own = {
        f"/matters/{entry['matter']}{path}"
        for entry in AFFAIRS[affair]["matters"]
        for path, field in MATTERS[entry["matter"]]["fields"].items()
        if not held(field) and "/*/" not in path
    }
    facts = {f"/facts/{f}" for f in bound_facts(affair) - issued_facts(affair)}
    left_out = set(AFFAIRS[affair].get("leave_out", ()))

    assert left_out <= facts | own
    assert sorted(placed(affair)) == sorted((facts | own) - left_out)


@each_affair
def test_every_question_has_words_of_its_own_and_a_short_hint(affair):
    questions = AFFAIRS[affair]["questions"]

    assert set(questions) == set(placed(affair))
    assert set(AFFAIRS[affair]["prefill"]) <= set(questions)
    for question in questions.values():
        assert len(question["label"]["zh-CN"]) <= 30
        assert len(question.get("hint", {"zh-CN": ""})["zh-CN"]) <= 30
