"""Packs: one JSON document that says all the merged form says."""

from dataclasses import replace
from random import Random

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from builder import pack
from builder.errors import PackError
from builder.samples import Samples
from builder.transport import layout
from builder.validity import Judge
from submissions.packs import freeze

AFFAIRS = (
    *("citizen_death", "employee_onboarding", "enterprise_setup"),
    *("newborn_birth", "property_transfer", "restaurant_opening"),
)


def test_a_form_survives_being_a_pack(definitions):
    form = definitions.merge()

    assert pack.load(pack.dump(form)) == form
    assert pack.dump(pack.load(pack.dump(form))) == pack.dump(form)


def test_a_form_survives_in_a_pack_that_has_a_certificate(definitions):
    form = definitions.merge()
    certified = freeze(form, samples=4)

    assert pack.load(certified) == form
    assert pack.parted(certified)[0] == pack.dump(form)
    assert pack.parted(pack.dump(form)) == (pack.dump(form), None)


def test_a_certificate_names_the_pack_without_it(definitions):
    bare = pack.dump(definitions.merge())

    again, certificate = pack.parted(pack.certify(bare, {"ok": True}))

    assert again == bare
    assert certificate == {"pack": pack.digest(bare), "ok": True}


@given(
    st.dictionaries(
        st.text(),
        st.recursive(
            st.none()
            | st.booleans()
            | st.floats(allow_nan=False, allow_infinity=False)
            | st.integers(-(2**63), 2**64 - 1)
            | st.text(),
            lambda inside: st.lists(inside) | st.dictionaries(st.text(), inside),
            max_leaves=8,
        ),
    )
)
def test_taking_the_certificate_off_gives_the_very_bytes_back(members):
    """Whatever a pack holds: a digest is of bytes, so each of them must come back."""
    members.pop("certificate", None)
    bare = orjson.dumps({**members, "format": pack.FORMAT})

    assert pack.parted(pack.certify(bare, {}))[0] == bare


@pytest.mark.parametrize("affair", ["newborn_birth", "enterprise_setup"])
def test_a_shipped_pack_follows_its_schema(forms, checkout, affair):
    folder = checkout / "form_defs" / "schemas"
    schemas = [orjson.loads(file.read_bytes()) for file in folder.glob("*.json")]
    registry = Registry().with_resources(
        (schema["$id"], Resource.from_contents(schema)) for schema in schemas
    )
    own = next(s for s in schemas if s["$id"].endswith("/pack.json"))
    frozen = orjson.loads(freeze(forms[affair], samples=4))

    Draft202012Validator(own, registry=registry).validate(frozen)


@pytest.mark.parametrize("affair", AFFAIRS)
def test_any_validator_judges_answers_by_the_pack_alone(packs, forms, affair):
    """An integrator takes the schema out; no matter is beyond it in these affairs."""
    told = orjson.loads(packs[affair])
    checker = Draft202012Validator.FORMAT_CHECKER
    other = Draft202012Validator(told["schema"], format_checker=checker)
    judge = Judge(replace(forms[affair], checks=()))  # T is what the forms say
    drawn = Samples(judge, Random(5), {})
    verdicts = set()

    for _ in range(12):
        right = drawn.answers()
        for answers in (right, drawn.changed(right)):
            pruned = judge.prune(answers)
            refusing = {m for f in judge.faults(pruned) for m in f.matters or ("",)}
            accepted = other.is_valid(pruned)
            verdicts.add(accepted)
            if accepted:
                assert refusing <= told["left_to_judge"].keys()
            else:
                assert refusing

    assert verdicts == {True, False}


def test_what_the_schema_cannot_say_is_named_with_the_reason(definitions):
    person = definitions["matters/pension/schema.json"]["properties"]["person"]
    person["minProperties"] = 1
    person["maxProperties"] = 2

    left = orjson.loads(pack.dump(definitions.merge()))["left_to_judge"]

    assert left.keys() == {"pension"}
    assert (left["pension"]["mode"], left["pension"]["code"]) == (
        "v-only",
        "E_WHOLE_OBJECT",
    )
    assert "Only the server can check this form" in left["pension"]["reason"]


def test_the_rules_make_a_pack_a_third_larger_at_most(packs):
    for data in packs.values():
        rules = len(orjson.dumps(orjson.loads(data)["schema"]))

        assert len(data) < 256 * 1024
        assert rules < len(data) / 3


@pytest.mark.parametrize("written", [1, 2])
def test_a_pack_of_an_earlier_format_is_read_as_it_was_meant(definitions, written):
    """The schema of the first was the layout alone, and it had no certificate."""
    definitions["affairs/moving.json"]["sources"]["id_card"]["kind"] = "registry"
    form = definitions.merge()
    told = orjson.loads(pack.dump(form))
    told["sources"] = {"id_card": told["sources"]["id_card"]["label"]}
    for question in told["questions"]:
        for rule in question.get("prefill", ()):
            rule["value"] = f"/{rule.pop('path')}"
    if written == 1:
        del told["left_to_judge"]
        told["schema"] = layout(form.matters, form.facts)

    assert pack.load(orjson.dumps({**told, "format": written})) == form


@pytest.mark.parametrize(
    "data", [b"{", b"[]", b'{"format": 4}', b'{"format": 1}', b'{"format": 2, "x": 1}']
)
def test_what_is_no_pack_is_refused_with_the_repair(data):
    with pytest.raises(PackError, match=r"Publish the affair again.*E_PACK"):
        pack.load(data)


def test_a_digest_is_that_of_the_bytes():
    assert pack.digest(b"").startswith("e3b0c44298fc1c14")


def test_equal_values_have_equal_canonical_bytes():
    assert pack.canonical({"b": 1, "a": "一"}) == '{"a":"一","b":1}'.encode()
