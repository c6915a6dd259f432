"""Merging: facts asked once, in a chosen order; what cannot be right is refused."""

import json
import os
import subprocess
import sys

import pytest

from builder import pack
from builder.errors import DefinitionErrors, UnknownNameError
from builder.merge import merge


def codes(definitions):
    with pytest.raises(DefinitionErrors) as caught:
        definitions.merge()
    return [(error.code, error.place) for error in caught.value.errors]


def answered(fact, *, value):
    return {"required": [fact], "properties": {fact: {"const": value}}}


def affair(definitions):
    return definitions["affairs/moving.json"]


def test_a_fact_is_asked_once_for_every_matter_that_needs_it(definitions):
    form = definitions.merge()

    number = form.questions[0]

    assert number.pointer == "/facts/mover:person.number"
    assert [(a.matter, a.path) for a in number.asked_by] == [
        ("register", "/idNo"),
        ("pension", "/person/idNumber"),
        ("card", "/idNo"),
    ]


def test_the_order_of_the_questions_is_that_of_the_pages(definitions):
    affair(definitions)["pages"].reverse()
    form = definitions.merge()

    assert next(q.pointer for q in form.questions) == "/matters/pension/accounts"
    assert [q.name for q in form.questions] == [f"f{n}" for n in range(1, 7)]


def test_a_question_knows_how_it_is_put_in(definitions):
    form = definitions.merge()

    assert {q.pointer.rpartition("/")[2]: q.input for q in form.questions} == {
        "mover:person.number": "text",
        "mover:person.born": "date",
        "mover:person.sex": "choice",
        "household": "text",
        "accounts": "rows",
        "plate": "text",
    }
    rows = form.questions[4]
    assert [(c.name, c.pointer, c.input) for c in rows.columns] == [
        ("c1", "/no", "text"),
        ("c2", "/main", "yes_no"),
    ]


def test_a_choice_names_the_matters_that_refuse_it(definitions):
    sex = definitions.merge().questions[2]

    assert {c.value: c.refused_by for c in sex.choices} == {
        "0": ("pension",),
        "1": (),
        "2": (),
    }


def test_a_fact_that_a_result_brings_is_no_question(definitions):
    form = definitions.merge()

    assert not any("card.number" in q.pointer for q in form.questions)
    assert form.facts["mover:card.number"].stand_in == "C0001"


def test_a_fact_is_asked_where_its_issuer_may_not_apply(definitions):
    affair(definitions)["matters"][2]["when"] = answered(
        "situation:retired", value=True
    )

    assert codes(definitions) == [("E_UNPLACED_QUESTION", "affairs/moving.json#/pages")]


def test_the_matters_own_schemas_stay_untouched(definitions):
    form = definitions.merge()

    for matter in form.matters:
        assert matter.schema == definitions[f"matters/{matter.id}/schema.json"]


def test_fields_and_questions_are_counted(definitions):
    form = definitions.merge()

    assert (form.counts.fields, form.counts.questions) == (12, 6)


def test_an_unknown_affair_is_named_with_the_known_ones(definitions):
    with pytest.raises(UnknownNameError, match=r"'removal'.*Known: moving"):
        merge(definitions.load(), "removal")


MISTAKES = {
    "on no page": (
        lambda a: a["pages"][1]["questions"].pop(),
        "E_UNPLACED_QUESTION",
        "affairs/moving.json#/pages",
    ),
    "awaited fact on a page": (
        lambda a: a["pages"][1]["questions"].append("/facts/mover:card.number"),
        "E_MISPLACED_QUESTION",
        "affairs/moving.json#/pages/1/questions/2",
    ),
    "twice on pages": (
        lambda a: a["pages"][1]["questions"].append("/facts/mover:person.number"),
        "E_MISPLACED_QUESTION",
        "affairs/moving.json#/pages/1/questions/2",
    ),
    "left out and on a page": (
        lambda a: a["pages"][1]["questions"].append("/matters/card/photo"),
        "E_MISPLACED_QUESTION",
        "affairs/moving.json#/pages/1/questions/2",
    ),
    "rule for no question": (
        lambda a: a["questions"].update({"/facts/mover:shoe": {"required": True}}),
        "E_MISPLACED_QUESTION",
        "affairs/moving.json#/questions/~1facts~1mover:shoe",
    ),
    "left out though required": (
        lambda a: a["leave_out"].update(
            {a["pages"][1]["questions"].pop(): {"zh-CN": "x", "en": "x"}}
        ),
        "E_LEFT_OUT_REQUIRED",
        "affairs/moving.json#/leave_out/~1matters~1parking~1plate",
    ),
    "condition without required": (
        lambda a: a["matters"][1]["when"].pop("required"),
        "E_VACUOUS_PREDICATE",
        "affairs/moving.json#/matters/1/when",
    ),
    "condition on nothing asked": (
        lambda a: a["situations"].pop(1),
        "E_UNASKED_PREDICATE",
        "affairs/moving.json#/situations/1/when",
    ),
    "condition on a later question": (
        lambda a: a["situations"].reverse(),
        "E_UNASKED_PREDICATE",
        "affairs/moving.json#/situations/0/when",
    ),
    "question on itself": (
        lambda a: a["questions"]["/facts/mover:person.sex"].update(
            when=answered("mover:person.sex", value="1")
        ),
        "E_UNASKED_PREDICATE",
        "affairs/moving.json#/questions/~1facts~1mover:person.sex/when",
    ),
    "prefill on nothing asked": (
        lambda a: a["prefill"]["/facts/mover:person.sex"][0].update(
            when=answered("situation:tall", value=True)
        ),
        "E_UNASKED_PREDICATE",
        "affairs/moving.json#/prefill/~1facts~1mover:person.sex/0/when",
    ),
    "matter on its own question": (
        # Only the pension asks for the sex, so it cannot decide about the pension.
        lambda a: a["matters"][1].update(when=answered("mover:person.sex", value="1")),
        "E_UNASKED_PREDICATE",
        "affairs/moving.json#/matters/1/when",
    ),
    "matter on an open question": (
        lambda a: a["matters"][1].update(
            when=answered("mover:person.number", value="11010519491231002X")
        ),
        "E_SITUATIONS",
        "affairs/moving.json#/matters/1/when",
    ),
}


@pytest.mark.parametrize(("change", "code", "place"), MISTAKES.values(), ids=MISTAKES)
def test_what_cannot_be_right_is_refused_at_its_place(definitions, change, code, place):
    change(affair(definitions))

    assert (code, place) in codes(definitions)


def test_a_condition_is_looked_into_whole(definitions):
    condition = {
        "anyOf": [
            {"not": {"properties": {"situation:car": {"const": True}}}},
            answered("situation:retired", value=True),
        ]
    }
    affair(definitions)["matters"][3]["when"] = condition

    assert codes(definitions) == [
        ("E_VACUOUS_PREDICATE", "affairs/moving.json#/matters/3/when")
    ]


def test_too_many_situations_are_refused_and_not_gone_through(definitions):
    names = [f"situation:s{n}" for n in range(13)]
    for name in names:
        affair(definitions)["situations"].append(
            {
                "fact": name,
                "label": {"zh-CN": name, "en": name},
                "schema": {"type": "boolean"},
            }
        )
    affair(definitions)["matters"][1]["when"] = {
        "required": names,
        "properties": dict.fromkeys(names, True),
    }

    assert codes(definitions) == [("E_SITUATIONS", "affairs/moving.json#/matters")]


def test_matters_that_would_wait_for_each_other_are_named(definitions):
    # The parking office issues the number that the card office asks for.
    parking = definitions["matters/parking/matter.json"]
    parking["issues"] = [{"fact": "mover:person.number"}]
    affair(definitions)["matters"][3].pop("when")

    with pytest.raises(DefinitionErrors, match=r"card → parking → card.*E_CYCLE"):
        definitions.merge()


def test_an_issued_fact_needs_an_example_that_every_form_accepts(definitions):
    form = definitions["matters/parking/schema.json"]
    form["properties"]["card"]["maxLength"] = 4

    with pytest.raises(DefinitionErrors, match=r"parking: maxLength 4.*E_UNDECIDED"):
        definitions.merge()


def test_an_issued_fact_without_an_example_is_refused(definitions):
    del definitions["elements.json"]["elements"]["card.number"]["example"]

    with pytest.raises(DefinitionErrors, match=r"no example is given.*E_UNDECIDED"):
        definitions.merge()


def test_a_list_without_columns_cannot_be_served(definitions):
    schema = definitions["matters/pension/schema.json"]["properties"]
    schema["accounts"]["items"] = {"type": "object"}
    fields = definitions["matters/pension/matter.json"]["fields"]
    del fields["/accounts/*/no"], fields["/accounts/*/main"]

    with pytest.raises(DefinitionErrors, match=r"/accounts.*no described columns"):
        definitions.merge()


def test_a_list_inside_a_list_cannot_be_served(definitions):
    row = definitions["matters/pension/schema.json"]["properties"]["accounts"]["items"]
    row["properties"]["main"] = {
        "type": "array",
        "items": {"properties": {"deep": {"type": "string"}}},
    }
    fields = definitions["matters/pension/matter.json"]["fields"]
    fields["/accounts/*/main/*/deep"] = fields["/accounts/*/no"]

    with pytest.raises(DefinitionErrors, match=r"a list inside a list"):
        definitions.merge()


def test_a_group_cannot_be_one_question(definitions):
    schema = definitions["matters/card/schema.json"]["properties"]
    schema["photo"] = {"type": "object"}

    with pytest.raises(DefinitionErrors, match=r"describe its fields one by one"):
        definitions.merge()


@pytest.mark.slow
def test_the_same_definitions_give_the_same_bytes_whatever_the_hash_seed(packs):
    program = (
        "import sys; from importlib.resources import files;"
        "from builder import pack; from builder.catalogue import load, read_folder;"
        "from builder.merge import merge;"
        "catalogue = load(read_folder(files('form_defs')));"
        "forms = {a: merge(catalogue, a) for a in catalogue.affairs};"
        "print({a: pack.digest(pack.dump(form)) for a, form in forms.items()})"
    )

    found = {
        subprocess.run(
            [sys.executable, "-c", program],
            env=os.environ | {"PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }

    here = {affair: pack.digest(pack.parted(packs[affair])[0]) for affair in packs}
    assert found == {f"{here}\n".encode()}


def test_merging_changes_nothing_it_was_given(definitions):
    before = json.dumps(definitions)

    definitions.merge()

    assert json.dumps(definitions) == before


def test_an_affair_may_say_which_answer_is_the_area(definitions):
    before = pack.dump(definitions.merge())
    affair(definitions)["area_from"] = "mover:person.number"

    form = definitions.merge()

    assert form.area_from == "mover:person.number"
    assert pack.load(pack.dump(form)).area_from == form.area_from
    assert b"area_from" not in before


def test_a_pack_says_how_long_a_submission_is_kept(definitions):
    assert pack.load(pack.dump(definitions.merge())).retention_days == 365
    del affair(definitions)["retention_days"]

    assert definitions.merge().retention_days is None


@pytest.mark.parametrize("fact", ["mover:person.numbr", "mover:card.number"])
def test_an_area_that_is_never_asked_for_is_refused(definitions, fact):
    affair(definitions)["area_from"] = fact

    assert codes(definitions) == [
        ("E_UNASKED_PREDICATE", "affairs/moving.json#/area_from")
    ]
