"""Every code of the merge algebra (§2.12), each provoked by a small definition.

A code without a way to provoke it fails here, and so does a way whose code is not in
the list.
"""

import re
from dataclasses import fields, replace
from random import Random

import pytest

from builder import conflicts
from builder.checks import warnings
from builder.documents import decompose
from builder.errors import BuilderError, DefinitionErrors
from builder.json_schema import Validator
from builder.model import Field
from builder.proof import figures, prove
from builder.situations import applicability_sets
from builder.transport import transport

CODES = {
    *("E_UNRESOLVED_PATH", "E_NESTED_BINDING", "E_SLOT_IN_RECURSION", "E_DUP_SLOT"),
    *("E_WHOLE_OBJECT", "E_LIST_KEYWORD", "E_RECURSION", "E_RESIDUAL_NEGATIVE"),
    *("E_CONFLICT", "E_DEAD_ELEMENT", "E_PRESENCE", "E_UNDECIDED"),
    *("E_LENS_LAW", "W_LENS_NOT_ONTO", "E_SLOT_VALUE"),
    *("E_CYCLE", "E_VACUOUS_PREDICATE", "E_CARDINALITY"),
    *("E_SCHEMA", "E_REF", "E_DIALECT", "E_REGEX", "W_REGEX"),
    *("E_TV_MISMATCH", "E_INTERNAL"),
}
PROVOKED = {}


def provokes(code):
    """Register what makes the errors of a small definition with this code."""
    return lambda made: PROVOKED.setdefault(code, made)


def properties(definitions, matter):
    return definitions[f"matters/{matter}/schema.json"]["properties"]


def described(definitions, matter):
    return definitions[f"matters/{matter}/matter.json"]["fields"]


def bind(definitions, matter, path, fact):
    """Bind a field, known or not, to a fact."""
    label = {"zh-CN": "x", "en": "x"}
    described(definitions, matter)[path] = {"label": label, "fact": fact}


def refused(definitions):
    with pytest.raises(DefinitionErrors) as caught:
        definitions.merge()
    return caught.value.errors


def warned(definitions):
    return list(warnings(definitions.load()))


def left_to_the_judge(form):
    """Return why matters are judged by the server only."""
    standings = transport(form).matters.values()
    return [standing.reason for standing in standings if standing.reason is not None]


def findings(form, **more):
    facts = {id_: fact.schema for id_, fact in form.facts.items()}
    sets = applicability_sets(form.matters, facts, place="p")
    return conflicts.analyse(form, sets, **more).findings


def changed(form, matter, **more):
    """Return a merged form with one matter changed, past all checks."""
    matters = tuple(replace(m, **more) if m.id == matter else m for m in form.matters)
    return replace(form, matters=matters)


@provokes("E_UNRESOLVED_PATH")
def a_field_the_form_has_not(definitions):
    bind(definitions, "card", "/nowhere", "mover:person.number")
    return refused(definitions)


@provokes("E_NESTED_BINDING")
def a_fact_inside_a_fact(definitions):
    bind(definitions, "pension", "/person", "mover:person.number")
    return refused(definitions)


@provokes("E_SLOT_IN_RECURSION")
def a_fact_where_the_form_begins_again(definitions):
    properties(definitions, "card")["holder"] = {"$ref": "#"}
    bind(definitions, "card", "/holder/idNo", "mover:person.number")
    return refused(definitions)


@provokes("E_DUP_SLOT")
def one_fact_in_two_fields(definitions):
    definitions["elements.json"]["elements"]["person.number"]["schema"] = {
        "enum": ["11010519491231002X", "110105194912310038"]
    }
    properties(definitions, "card")["again"] = {"type": "string"}
    bind(definitions, "card", "/again", "mover:person.number")
    return warned(definitions)


@provokes("E_WHOLE_OBJECT")
def an_object_that_counts_its_fields(definitions):
    properties(definitions, "pension")["person"]["minProperties"] = 2
    return left_to_the_judge(definitions.merge())


@provokes("E_LIST_KEYWORD")
def a_shared_list_whose_rows_must_differ(definitions):
    properties(definitions, "pension")["accounts"]["uniqueItems"] = True
    form = definitions.merge()
    told = next(matter for matter in form.matters if matter.id == "pension").fields
    column = Field(label={"zh-CN": "x", "en": "x"}, fact="mover:person.number")
    rows = {**told, "/accounts/*/no": column}
    return left_to_the_judge(changed(form, "pension", fields=rows))


@provokes("E_RECURSION")
def a_form_that_is_its_own_part(definitions):
    definitions["matters/card/schema.json"]["allOf"] = [{"$ref": "#"}]
    return left_to_the_judge(definitions.merge())


@provokes("E_RESIDUAL_NEGATIVE")
def a_written_value_that_is_judged_by_not(definitions):
    before = {"properties": {"born": {"pattern": "^18"}}}
    definitions["matters/register/schema.json"]["not"] = before
    return left_to_the_judge(definitions.merge())


def two_sexes(definitions, *, required):
    for matter, sex in (("register", "1"), ("card", "2")):
        properties(definitions, matter)["sex"] = {"enum": [sex]}
        bind(definitions, matter, "/sex", "mover:person.sex")
        if required:
            definitions[f"matters/{matter}/schema.json"]["required"].append("sex")
    return findings(definitions.merge())


@provokes("E_CONFLICT")
def forms_that_require_what_no_value_gives(definitions):
    return two_sexes(definitions, required=True)


@provokes("E_DEAD_ELEMENT")
def forms_that_agree_only_on_no_answer(definitions):
    return two_sexes(definitions, required=False)


@provokes("E_UNDECIDED")
def an_awaited_fact_without_example(definitions):
    del definitions["elements.json"]["elements"]["card.number"]["example"]
    return refused(definitions)


@provokes("E_LENS_LAW")
def two_codes_written_alike(definitions):
    walk = definitions["codelists.json"]["codelists"]["sex_words"]["crosswalk"]
    walk["pairs"] = [["1", "m"], ["2", "m"]]
    return refused(definitions)


@provokes("W_LENS_NOT_ONTO")
def a_date_field_that_takes_more_than_dates(definitions):
    return warned(definitions)


@provokes("E_SLOT_VALUE")
def a_document_with_no_date_in_its_date(definitions):
    register = definitions.merge().matters[0]
    with pytest.raises(BuilderError) as caught:
        decompose(register, {"born": "20249999"})
    return [caught.value]


@provokes("E_CYCLE")
def a_matter_that_waits_for_itself(definitions):
    bind(definitions, "card", "/idNo", "mover:card.number")
    return refused(definitions)


@provokes("E_VACUOUS_PREDICATE")
def a_condition_that_holds_unanswered(definitions):
    when = {"properties": {"situation:retired": {"const": True}}}
    definitions["affairs/moving.json"]["matters"][1]["when"] = when
    return refused(definitions)


@provokes("E_SCHEMA")
def a_form_that_is_no_schema(definitions):
    properties(definitions, "card")["idNo"]["type"] = "strung"
    return refused(definitions)


@provokes("E_REF")
def a_reference_to_nothing(definitions):
    properties(definitions, "card")["idNo"] = {"$ref": "#/$defs/nothing"}
    return refused(definitions)


@provokes("E_DIALECT")
def a_form_in_no_known_dialect(definitions):
    definitions["matters/card/schema.json"]["$schema"] = "urn:moon"
    return refused(definitions)


@provokes("E_REGEX")
def a_pattern_of_another_language(definitions):
    properties(definitions, "card")["idNo"]["pattern"] = r"^[0-9]+\Z"
    return refused(definitions)


@provokes("W_REGEX")
def a_class_beside_a_look_ahead(definitions):
    properties(definitions, "card")["idNo"]["pattern"] = r"^(?=.{18}$)\d{17}[\dX]$"
    return warned(definitions)


@provokes("E_TV_MISMATCH")
def a_transport_that_lies(definitions):
    form = definitions.merge()
    lying = replace(transport(form), schema={"type": "object"})
    random = Random(7)
    proof = prove(
        form, documents={}, samples=20, random=random, enough=5, transported=lying
    )
    assert not proof.ok
    return [proof.mismatch]


@provokes("E_CARDINALITY")
def single_rows_that_are_numbered_with_a_gap(definitions):
    elements = definitions["elements.json"]["elements"]
    elements["people"] = elements["person.number"] | {"schema": {"type": "array"}}
    del elements["people"]["example"]
    for number, name in ((1, "one"), (3, "other")):
        row = {"type": "object", "properties": {"no": {"type": "string"}}}
        properties(definitions, "card")[name] = row
        bind(definitions, "card", f"/{name}", "mover:people")
        described(definitions, "card")[f"/{name}"]["rows"] = {"number": number}
        bind(definitions, "card", f"/{name}/no", "mover:person.number")
    return refused(definitions)


def proof_of_presence(definitions):
    card = definitions["matters/card/schema.json"]
    card |= {"required": [], "not": {"required": ["idNo"]}}
    random = Random(7)
    return prove(definitions.merge(), documents={}, samples=20, random=random)


@provokes("E_PRESENCE")
def a_form_that_refuses_to_be_sent_what_others_need(definitions):
    proof = proof_of_presence(definitions)
    assert not proof.ok
    return proof.conflicts


def test_the_figures_of_a_proof_say_which_fact_a_form_refuses_and_where(definitions):
    proof = proof_of_presence(definitions)

    (told,) = figures(proof)["conflicts"]

    (error,) = proof.conflicts
    assert told["fact"] == error.fact
    assert told["core"] == [[["card", "/idNo"]]]
    assert told["witnesses"] == [error.value]


@provokes("E_INTERNAL")
def a_validator_that_lies(definitions):
    with pytest.raises(BuilderError) as caught:
        findings(definitions.merge(), oracle=lambda _: "no")
    return [caught.value]


def classes(above=BuilderError):
    """Yield every class of errors there is."""
    for each in above.__subclasses__():
        yield each
        yield from classes(each)


def test_every_code_that_exists_is_provoked():
    existing = {each.code for each in classes()}

    assert existing >= CODES
    assert set(PROVOKED) == CODES


@pytest.mark.parametrize("code", sorted(PROVOKED))
def test_a_small_definition_provokes_the_code_with_data_and_repair(definitions, code):
    errors = [each for each in PROVOKED[code](definitions) if each.code == code]

    assert errors
    for error in errors:
        assert {each.name for each in fields(error)} > {"place"}
        assert str(error) == f"{error.place}: {error.explain()} [{code}]"
        assert re.search(r"[.;] \S", error.explain()), "it names no repair"


def test_what_two_fields_of_one_fact_can_hold_apart_is_shown(definitions):
    (error,) = [
        e for e in one_fact_in_two_fields(definitions) if e.code == "E_DUP_SLOT"
    ]

    assert error.paths == ("/idNo", "/again")
    assert error.witness == ("11010519491231002X", "110105194912310038")
    described(definitions, "card")["/again"]["lens"] = {
        "identity": True,
        "one_way": True,
    }
    assert "E_DUP_SLOT" not in {each.code for each in warned(definitions)}


@pytest.mark.parametrize(
    "pattern", [r"a\Z", r"\Aa", "(?P<n>a)", "(?i)a", "(?>a)", "(a", r"\h", "(?#x)a"]
)
def test_a_pattern_only_other_languages_know_is_refused_at_its_place(
    definitions, pattern
):
    card = definitions["matters/card/schema.json"]
    card["properties"]["idNo"]["pattern"] = pattern
    card["patternProperties"] = {pattern: True}
    card["examples"] = [{"pattern": "(("}]

    form = "matters/card/schema.json#"
    assert {(error.code, error.place) for error in refused(definitions)} == {
        ("E_REGEX", f"{form}/properties/idNo/pattern"),
        ("E_REGEX", f"{form}/patternProperties/{pattern}"),
    }


@pytest.mark.parametrize(
    ("pattern", "classes_", "every_script"),
    [
        (r"^\d+$", (r"\d",), False),
        (r"^[\w\s-]+\d$", (r"\w", r"\s", r"\d"), False),
        (r"^(?!0)\d+$", (r"\d",), True),
        (r"^(\d)\1$", (r"\d",), True),
        (r"^(?:\d)+$", (r"\d",), False),
    ],
)
def test_a_class_of_characters_is_warned_of_as_it_is_read(
    definitions, pattern, classes_, every_script
):
    properties(definitions, "card")["idNo"]["pattern"] = pattern

    (error,) = [each for each in warned(definitions) if each.code == "W_REGEX"]

    assert (error.classes, error.every_script) == (classes_, every_script)
    assert ("of every script" in str(error)) == every_script
    takes = Validator({"pattern": pattern}).accepts("１１" if every_script else "1")
    assert takes or not every_script


@pytest.mark.parametrize("pattern", [r"^\\d$", "^[0-9]+$", r"^\.$"])
def test_a_pattern_that_is_read_alike_everywhere_gives_no_warning(definitions, pattern):
    properties(definitions, "card")["idNo"]["pattern"] = pattern

    assert "W_REGEX" not in {each.code for each in warned(definitions)}
