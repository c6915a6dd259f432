"""Code lists of which only a part is known: no form is closed by one."""

import json

import pytest

from builder import json_schema
from builder.catalogue import load, read_folder
from builder.errors import DefinitionErrors
from builder.merge import merge
from builder.plan import unserved

EXCERPT = "节选"


@pytest.fixture(scope="module")
def lists(checkout):
    """The code lists as they are written."""
    file = checkout / "form_defs" / "codelists.json"
    return json.loads(file.read_text())["codelists"]


def known_in_part(lists):
    return {id_ for id_, told in lists.items() if not told.get("values_complete", True)}


def test_what_the_facts_call_an_excerpt_is_marked_as_one(lists, reference_data):
    told = json.loads((reference_data / "domain" / "codelists.json").read_text())
    excerpts = {each["id"] for each in told["codelists"] if EXCERPT in each["zh"]}
    excerpts |= {id_ for id_, own in lists.items() if EXCERPT in own["label"]["zh-CN"]}
    # Of a list with fewer values here than in the facts, a part is known at most.
    values = {each["id"]: each["values"] for each in told["codelists"]}
    excerpts |= {
        id_
        for id_, own in lists.items()
        if id_ in values and len(own["values"]) < len(values[id_])
    }

    assert excerpts & lists.keys() <= known_in_part(lists)
    assert {"bdc.use", "amr.enttype", "amr.post"} <= excerpts


def test_a_list_that_is_known_in_part_says_how_to_write_the_rest(lists):
    for id_ in known_in_part(lists):
        assert lists[id_]["other"]["zh-CN"], id_


def test_no_form_is_closed_by_a_list_that_is_known_in_part(lists, catalogue):
    parts = known_in_part(lists)
    used = set()
    for matter in catalogue.matters.values():
        for path, field in matter.fields.items():
            if field.codelist in parts:
                used.add(field.codelist)
                assert "enum" not in json_schema.subschema(matter.schema, path), path
    for id_, element in catalogue.elements.items():
        if element.codelist in parts:
            used.add(element.codelist)
            assert "enum" not in element.schema, id_
    assert used == parts


def documents(checkout, change):
    """The shipped definitions, with a change to the code lists."""
    made = dict(read_folder(checkout / "form_defs"))
    told = json.loads(made["codelists.json"])
    change(told["codelists"])
    made["codelists.json"] = json.dumps(told).encode()
    return made


def test_only_a_list_that_is_known_in_part_says_how_to_write_the_rest(checkout):
    words = {"zh-CN": "其他", "en": "Other"}
    wrong = documents(checkout, lambda lists: lists["bdc.coown"].update(other=words))

    with pytest.raises(DefinitionErrors, match=r"codelists.json#/codelists/bdc.coown"):
        load(wrong)


def test_several_values_of_a_list_known_in_part_cannot_be_published(checkout):
    """A page has one box for what is not listed, so such a form waits."""
    made = documents(checkout, lambda _lists: None)
    form = json.loads(made["matters/food.permit/schema.json"])
    elements = json.loads(made["elements.json"])
    opened = {"type": "string", "minLength": 1}
    elements["elements"]["food.items"]["schema"]["items"] = opened
    for field in form["properties"].values():
        if field.get("type") == "array" and "enum" in field["items"]:
            field["items"] = opened
    made["matters/food.permit/schema.json"] = json.dumps(form).encode()
    made["elements.json"] = json.dumps(elements).encode()

    (error,) = unserved(merge(load(made), "restaurant_opening"))

    assert "/facts/org:food.items" in str(error)
    assert "others than those listed" in str(error)
