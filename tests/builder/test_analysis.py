"""The analysis of whole affairs: what is found, and how it is told."""

import itertools
import json
from collections import Counter
from dataclasses import replace

import jsonschema
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from small import WORDS, bound
from small import slot_matter as matter
from small import slot_matters as forms

from builder.conflicts import Empty, Satisfied, analyse, analyse_demands, judge
from builder.conflicts.conflict_errors import (
    ConflictError,
    DeadElementError,
    UndecidedConflictError,
)
from builder.conflicts.demands import Demands
from builder.json_schema import Validator
from builder.model import Fact, Field, Lens
from builder.situations import applicability_sets


def analysed(matters, sets=None, **more):
    return analyse_demands(
        matters, Demands(matters, {}), sets or [matters], place="p", **more
    )


@pytest.mark.parametrize(
    ("required", "error"), [(True, ConflictError), (False, DeadElementError)]
)
def test_a_contradiction_is_an_error_where_a_form_requires_the_fact(required, error):
    matters = forms({"enum": ["x"]}, {"enum": ["y"]}, required=required)

    (found,) = analysed(matters).findings

    assert type(found) is error
    assert [member.matters for member in found.core] == [("A",), ("B",)]
    assert "A refuses 'y' (enum ['x']); B refuses 'x' (enum ['y'])" in str(found)
    assert "lens" in str(found)


def test_forms_that_never_apply_together_do_not_contradict_each_other():
    one, other = forms({"enum": ["x"]}, {"enum": ["y"]}, required=True)

    apart = analysed([one, other], [[one], [other], []])

    assert apart.findings == ()
    assert apart.differences == ()
    assert [type(each.verdict) for each in apart.judgements] == [Satisfied, Satisfied]


def test_what_fits_one_situation_is_no_excuse_for_another():
    one, other, third = matters = forms(
        {"type": "string"}, {"enum": ["x"]}, {"enum": ["y"]}, required=True
    )

    (found,) = analysed(matters, [[one, other], [other, third]]).findings

    assert [member.matters for member in found.core] == [("B",), ("C",)]


def test_one_contradiction_is_told_once_however_many_situations_show_it():
    one, other, third = matters = forms(
        {"enum": ["x"]}, {"enum": ["y"]}, {"type": "string"}, required=True
    )

    found = analysed(matters, [matters, [one, other], [one, third], [third]])

    assert [type(each) for each in found.findings] == [ConflictError]
    kinds = [type(each.verdict).__name__ for each in found.judgements]
    assert kinds == ["Empty", "Empty", "Satisfied"]


def test_what_is_undecided_asks_for_an_example():
    matters = forms({"type": "string", "pattern": "^\\p{Lu}{9}$"})

    (found,) = analysed(matters, [matters, []]).findings

    assert isinstance(found, UndecidedConflictError)
    assert found.code == "E_UNDECIDED"
    assert "`example`" in str(found)
    assert analysed(matters, given={"f": ["A" * 9]}).findings == ()


def test_the_small_affair_has_no_conflict(moving):
    form = moving.form
    domains = {id_: fact.schema for id_, fact in form.facts.items()}
    sets = applicability_sets(form.matters, domains, place="affairs")

    found = analyse(form, sets, examples={"mover:card.number": ["C0001"]})

    assert found.findings == ()
    assert {type(each.verdict) for each in found.judgements} == {Satisfied}
    told = [str(each) for each in found.differences if each.kind == "differs"]
    assert any("parking" in each or "register" in each for each in told)


@pytest.mark.parametrize("affair", ["newborn_birth", "enterprise_setup"])
def test_the_shipped_affairs_have_a_witness_for_every_fact(forms, affair):
    form = forms[affair]
    domains = {id_: fact.schema for id_, fact in form.facts.items()}
    sets = applicability_sets(form.matters, domains, place="affairs")

    found = analyse(form, sets)

    assert found.findings == ()
    assert {type(each.verdict) for each in found.judgements} == {Satisfied}
    for each in found.judgements:
        for held in form.matters:
            schema = held.schema
            for path, field in held.fields.items():
                if field.fact == each.fact and field.lens.kind == "identity":
                    assert second(schema, path, each.verdict.witness)
    kinds = Counter(each.kind for each in found.differences)
    assert kinds["undecided"] < 3 < kinds["differs"]


def second(schema, path, value):
    """Judge a top-level field by Python's jsonschema alone."""
    name = path.removeprefix("/")
    if name not in schema.get("properties", {}):
        return True
    checker = jsonschema.Draft202012Validator.FORMAT_CHECKER
    place = {**schema, "required": [], "type": "object"}
    judge_ = jsonschema.Draft202012Validator(place, format_checker=checker)
    return not [e for e in judge_.iter_errors({name: value}) if list(e.path) == [name]]


@pytest.fixture(scope="module")
def real(reference_data):
    """The six real forms of elements.json as matters."""
    folder = reference_data / "real-forms" / "va"
    made = []
    for name, aligned in json.loads((folder / "elements.json").read_bytes()).items():
        schema = json.loads((folder / "schemas" / f"{name}.json").read_bytes())
        fields = {p: Field(label=WORDS, fact=fact) for p, fact in aligned.items()}
        made.append(bound(replace(matter(name, {}), schema=schema), fields))
    return made


@pytest.mark.slow
def test_the_real_forms_have_one_contradiction_and_a_witness_for_all_else(real):
    demands = Demands(real, {})
    shared = [
        fact
        for fact in demands.facts()
        if sum(len(demand.matters) for demand in demands.of(fact)) > 1
    ]

    found = analysed(real)

    assert (len(demands.facts()), len(shared)) == (85, 44)
    assert sum(len(demands.of(fact)) > 1 for fact in shared) == 29
    kinds = Counter(type(each.verdict).__name__ for each in found.judgements)
    assert kinds == {"Satisfied": 84, "Empty": 1}
    (marital,) = found.findings
    assert marital.fact == "veteran.maritalStatus"
    assert [(m.matters, m.witness) for m in marital.core] == [
        (("10-10EZ",), ("MARRIED",)),
        (("21P-527EZ",), ("Married",)),
    ]
    assert Counter(each.kind for each in found.differences)["undecided"] < 40
    for each in found.differences:
        if each.kind == "differs":
            assert each.accepting.accepts(each.witness)
            assert not each.refusing.accepts(each.witness)


def test_a_table_lens_ends_the_contradiction_of_the_real_forms(real):
    codes = {"Married", "Never Married", "Separated", "Widowed", "Divorced"}
    lens = Lens(
        kind="table",
        pairs=tuple((c, c.upper().replace(" ", "_")) for c in sorted(codes)),
    )
    mended = []
    for form in real:
        fields = {
            path: Field(label=WORDS, fact=field.fact, lens=lens)
            if form.id == "21P-527EZ" and field.fact == "veteran.maritalStatus"
            else field
            for path, field in form.fields.items()
        }
        mended.append(replace(form, fields=fields))

    found = analysed(mended)

    assert found.findings == ()
    witness = {each.fact: each.verdict for each in found.judgements}
    assert witness["veteran.maritalStatus"].witness in codes


def core(found):
    """Return who is in the core, each with its witness."""
    assert isinstance(found, Empty)
    return {member.matters: member.witness for member in found.core}


NUMBERS = st.fixed_dictionaries(
    {},
    optional={
        "type": st.sampled_from(["integer", "number"]),
        "minimum": st.integers(-1, 7),
        "maximum": st.integers(-1, 7),
        "exclusiveMinimum": st.integers(-1, 7),
        "multipleOf": st.integers(1, 4),
        "enum": st.lists(st.integers(0, 6), min_size=1, max_size=4),
        "not": st.fixed_dictionaries({"minimum": st.integers(0, 6)}),
    },
)
TEXTS = st.fixed_dictionaries(
    {},
    optional={
        "minLength": st.integers(0, 3),
        "maxLength": st.integers(0, 3),
        "pattern": st.sampled_from(
            [
                "^a",
                "b$",
                "^[ab]*$",
                "aa",
                "^(?!a)",
                "^b*$",
                "^.?$",
                "ab|ba",
                "^(a|bb)*$",
            ]
        ),
        "enum": st.lists(
            st.sampled_from(["", "a", "b", "ab", "bba"]), min_size=1, max_size=4
        ),
        "not": st.fixed_dictionaries({"pattern": st.sampled_from(["a", "b$", "^$"])}),
    },
)
WHOLE = list(range(7))
WORDS_AB = [
    "".join(chars)
    for length in range(4)
    for chars in itertools.product("ab", repeat=length)
]
SMALL = [
    ({"type": "integer", "minimum": 0, "maximum": 6}, NUMBERS, WHOLE),
    ({"type": "string", "pattern": "^[ab]{0,3}$"}, TEXTS, WORDS_AB),
]


@pytest.mark.parametrize(("domain", "facets", "values"), SMALL, ids=["number", "text"])
@settings.get_profile("many")
@given(data=st.data())
@example(data=None)
def test_the_verdict_agrees_with_trying_every_value(domain, facets, values, data):
    slots = [{"enum": ["a"]}, {"enum": ["b"]}] if data is None else data.draw(
        st.lists(facets, min_size=1, max_size=4)
    )  # fmt: skip
    judges = {name: Validator(slot) for name, slot in zip("ABCD", slots, strict=False)}
    judges[""] = Validator(domain)
    fit = [v for v in values if all(judge_.accepts(v) for judge_ in judges.values())]

    whole = Fact(id="f", element="f", role="r", schema=domain, sensitivity="general")
    found = judge("f", Demands(forms(*slots), {"f": whole}).of("f"))

    if fit:
        assert isinstance(found, Satisfied)
        assert found.witness in fit
        return
    for member in core(found):
        rest = [
            each
            for others in core(found)
            if others != member
            for each in (others[:1] or ("",))
        ]
        (witness,) = core(found)[member]
        assert all(judges[name].accepts(witness) for name in rest)
        assert not any(judges[name].accepts(witness) for name in (member or ("",)))
