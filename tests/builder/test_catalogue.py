"""Definitions: each mistake is found, at its place, with its repair."""

import pytest

from builder.catalogue import load, read_folder
from builder.errors import DefinitionErrors


def broken(definitions):
    with pytest.raises(DefinitionErrors) as caught:
        definitions.merge()
    return [(error.code, error.place) for error in caught.value.errors]


def field(definitions, matter, path):
    return definitions[f"matters/{matter}/matter.json"]["fields"][path]


def test_right_definitions_load(definitions):
    catalogue = definitions.load()

    assert list(catalogue.affairs) == ["moving"]
    assert catalogue.matters["register"].schema["required"] == ["idNo", "born"]


def test_a_folder_gives_its_documents_and_leaves_the_schemas_aside(tmp_path):
    (tmp_path / "affairs").mkdir()
    (tmp_path / "schemas").mkdir()
    (tmp_path / "affairs" / "a.json").write_bytes(b"{}")
    (tmp_path / "schemas" / "affair.json").write_bytes(b"{}")
    (tmp_path / "notes.txt").write_bytes(b"no definition")

    assert read_folder(tmp_path) == {"affairs/a.json": b"{}"}


@pytest.mark.parametrize("text", [b"{", b'{"a": 1, "a": 2}', b"\xff"])
def test_a_file_that_is_no_json_is_named(definitions, text):
    documents = definitions.documents() | {"affairs/moving.json": text}

    with pytest.raises(DefinitionErrors, match=r"affairs/moving.json.*E_JSON"):
        load(documents)


def test_all_mistakes_of_shape_are_told_at_once_with_their_places(definitions):
    del definitions["affairs/moving.json"]["fee"]
    field(definitions, "card", "/idNo")["fact"] = "no role"

    assert broken(definitions) == [
        ("E_SHAPE", "affairs/moving.json#"),
        ("E_SHAPE", "matters/card/matter.json#/fields/~1idNo/fact"),
    ]


def test_a_stray_file_and_a_missing_form_are_named(definitions):
    definitions["affair/moving.json"] = {}
    del definitions["matters/card/schema.json"]
    definitions["matters/lost/schema.json"] = {}

    assert broken(definitions) == [
        ("E_UNKNOWN_NAME", "affair/moving.json"),
        ("E_UNKNOWN_NAME", "matters/card/matter.json"),
        ("E_UNKNOWN_NAME", "matters/lost/schema.json"),
    ]


def test_an_id_is_the_name_of_its_file(definitions):
    definitions["affairs/moving.json"]["id"] = "removal"

    assert broken(definitions)[0] == ("E_FILE_NAME", "affairs/moving.json#/id")


def test_an_unknown_department_is_named_with_the_known_ones(definitions):
    definitions["matters/card/matter.json"]["department"] = "polis"
    definitions["affairs/moving.json"]["lead_department"] = "nobody"

    with pytest.raises(DefinitionErrors, match=r"'polis'.*Known: police, insurance"):
        definitions.load()


MISTAKES = {
    "unknown element": (
        lambda d: field(d, "card", "/idNo").update(fact="mover:person.nummer"),
        "E_UNKNOWN_NAME",
        "matters/card/matter.json#/fields/~1idNo/fact",
    ),
    "unknown code list of a field": (
        lambda d: field(d, "card", "/idNo").update(codelist="colours"),
        "E_UNKNOWN_NAME",
        "matters/card/matter.json#/fields/~1idNo/codelist",
    ),
    "unknown code list of a lens": (
        lambda d: field(d, "pension", "/person/sex").update(lens={"table": "colours"}),
        "E_UNKNOWN_NAME",
        "matters/pension/matter.json#/fields/~1person~1sex/lens/table",
    ),
    "unknown element of an issue": (
        lambda d: d["matters/card/matter.json"].update(
            issues=[{"fact": "mover:badge"}]
        ),
        "E_UNKNOWN_NAME",
        "matters/card/matter.json#/issues/0/fact",
    ),
    "unknown matter": (
        lambda d: d["affairs/moving.json"]["matters"].append({"matter": "bank"}),
        "E_UNKNOWN_NAME",
        "affairs/moving.json#/matters/4/matter",
    ),
    "missing role": (
        lambda d: d["affairs/moving.json"]["roles"].pop("mover"),
        "E_UNKNOWN_NAME",
        "affairs/moving.json#/roles",
    ),
    "missing source": (
        lambda d: d["affairs/moving.json"]["sources"].pop("id_card"),
        "E_UNKNOWN_NAME",
        "affairs/moving.json#/prefill/~1facts~1mover:person.number/0/source",
    ),
    "unknown code list of an element": (
        lambda d: d["elements.json"]["elements"]["person.sex"].update(
            codelist="colours"
        ),
        "E_UNKNOWN_NAME",
        "elements.json#/elements/person.sex/codelist",
    ),
    "element schema": (
        lambda d: d["elements.json"]["elements"]["person.sex"].update(
            schema={"type": "strung"}
        ),
        "E_SCHEMA",
        "elements.json#/elements/person.sex/schema/type",
    ),
    "element example": (
        lambda d: d["elements.json"]["elements"]["card.number"].update(example="X"),
        "E_EXAMPLE",
        "elements.json#/elements/card.number/example",
    ),
    "form schema": (
        lambda d: d["matters/card/schema.json"].update(required="idNo"),
        "E_SCHEMA",
        "matters/card/schema.json#/required",
    ),
    "path": (
        lambda d: d["matters/card/schema.json"]["properties"].pop("idNo"),
        "E_UNRESOLVED_PATH",
        "matters/card/matter.json#/fields/~1idNo",
    ),
    "field left out": (
        lambda d: d["matters/card/matter.json"]["fields"].pop("/photo"),
        "E_UNDESCRIBED_FIELD",
        "matters/card/matter.json#/fields",
    ),
    "fact in a list": (
        lambda d: field(d, "pension", "/accounts/*/no").update(
            fact="mover:person.number"
        ),
        "E_NESTED_BINDING",
        "matters/pension/matter.json#/fields/~1accounts~1*~1no",
    ),
    "fact around a list": (
        lambda d: field(d, "pension", "/accounts").update(fact="mover:person.number"),
        "E_LIST_BINDING",
        "matters/pension/matter.json#/fields/~1accounts",
    ),
    "time from a date": (
        lambda d: field(d, "register", "/born").update(lens={"date": "YYYYMMDDHHmm"}),
        "E_LENS_LAW",
        "matters/register/matter.json#/fields/~1born/lens",
    ),
    "day dropped": (
        lambda d: field(d, "register", "/born").update(lens={"date": "YYYYMM"}),
        "E_LENS_LAW",
        "matters/register/matter.json#/fields/~1born/lens",
    ),
    "table not injective": (
        lambda d: field(d, "pension", "/person/sex").update(
            lens={"table": [["1", "m"], ["2", "m"]]}
        ),
        "E_LENS_LAW",
        "matters/pension/matter.json#/fields/~1person~1sex/lens",
    ),
    "table beyond the form": (
        lambda d: field(d, "pension", "/person/sex").update(
            lens={"table": [["1", "male"], ["7", "f"]]}
        ),
        "E_LENS_LAW",
        "matters/pension/matter.json#/fields/~1person~1sex/lens",
    ),
}


@pytest.mark.parametrize(("change", "code", "place"), MISTAKES.values(), ids=MISTAKES)
def test_each_mistake_is_found_at_its_place(definitions, change, code, place):
    change(definitions)

    assert (code, place) in broken(definitions)


def test_a_table_may_send_two_codes_to_one_when_it_says_so(definitions):
    field(definitions, "pension", "/person/sex")["lens"] = {
        "table": [["1", "m"], ["2", "m"]],
        "one_way": True,
    }

    definitions.load()


def test_an_error_says_where_what_and_how_to_mend_it(definitions):
    definitions["matters/card/schema.json"]["properties"].pop("idNo")

    with pytest.raises(DefinitionErrors) as caught:
        definitions.load()

    assert str(caught.value).splitlines()[0] == (
        "matters/card/matter.json#/fields/~1idNo: The form beside this file has no "
        "'/idNo'. Write the path as the property names of schema.json, from its root. "
        "[E_UNRESOLVED_PATH]"
    )
