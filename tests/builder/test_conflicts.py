"""Conflicts: proved with witnesses, or satisfied by a witness, or undecided."""

from dataclasses import replace

import pytest
from small import WORDS, bound
from small import slot_matter as matter
from small import slot_matters as forms

from builder.conflicts import (
    Empty,
    Satisfied,
    Undecided,
    difference,
    judge,
)
from builder.conflicts.candidates import candidates
from builder.conflicts.conflict_errors import (
    ConflictError,
    ContradictionError,
)
from builder.conflicts.demands import Demands
from builder.json_schema import canonical, satisfiability
from builder.model import ByteLimit, Fact, Field, Lens, Part

DRAFT_04 = "http://json-schema.org/draft-04/schema#"


def demanded(*slots, domain=None):
    facts = {}
    if domain is not None:
        facts["f"] = Fact(
            id="f", element="f", role="r", schema=domain, sensitivity="general"
        )
    return Demands(forms(*slots), facts).of("f")


def verdict(*slots, domain=None, given=(), **more):
    return judge("f", demanded(*slots, domain=domain), given=given, **more)


def core(found):
    """Return who is in the core, each with its witness."""
    assert isinstance(found, Empty)
    return {member.matters: member.witness for member in found.core}


DATE = Lens(kind="date", template="YYYYMMDD")


@pytest.mark.parametrize(
    ("slots", "expected"),
    [
        (
            ({"enum": [1, 2]}, {"enum": [2, 3]}, {"enum": [1, 3]}),
            {("A",): (3,), ("B",): (1,), ("C",): (2,)},
        ),
        (
            ({"pattern": "^a", "type": "string"}, {"type": "string", "pattern": "^b"}),
            {("A",): ("b",), ("B",): ("a@example.org",)},
        ),
        (
            (
                {"type": "string", "pattern": "^[0-9]{8}$"},
                {"type": "string", "maxLength": 7},
                {"type": "string", "pattern": "^[0-9]"},
            ),
            {("A",): ("1",), ("B",): ("11111111",)},
        ),
        (
            ({"type": "string", "format": "date"}, {"pattern": "^[0-9]{8}$"}),
            {("A",): ("11111111",), ("B",): ("2000-01-31",)},
        ),
        (
            ({"type": "integer", "minimum": 5}, {"maximum": 4, "type": "number"}),
            {("A",): (4,), ("B",): (5,)},
        ),
    ],
)
def test_a_contradiction_is_shrunk_and_each_member_has_a_witness(slots, expected):
    found = verdict(*slots)

    assert core(found) == expected
    for member in found.core:
        refusing, *_ = (d for d in demanded(*slots) if d.matters == member.matters)
        assert refusing.refusal(member.witness[0]) == member.refusal != ""


@pytest.mark.parametrize(
    ("slots", "witness"),
    [
        (({"type": "string", "maxLength": 30}, {"maxLength": 50}), "1"),
        (({"pattern": "^a", "type": "string"}, {"pattern": "b$"}), "ab"),
        (({"type": "string", "minLength": 30}, {"maxLength": 30}), "1" * 30),
        (({"type": "integer", "minimum": 5}, {"maximum": 5}), 5),
        (({"type": "number", "multipleOf": 0.01}, {"minimum": 19.99}), 19.99),
        (({"type": "string", "format": "date"}, {}), "2000-01-31"),
        (
            (matter("A", {"pattern": "^2024"}, lens=DATE), {"format": "date"}),
            "2024-02-29",
        ),
        (
            (matter("A", {"pattern": "^1949(10|11)"}, lens=DATE), {"type": "string"}),
            "1949-11-11",
        ),
        (
            (
                matter(
                    "A", {"enum": ["m"]}, lens=Lens(kind="table", pairs=(("1", "m"),))
                ),
                {"enum": ["1", "2"]},
            ),
            "1",
        ),
        (
            (
                {"type": "array", "items": {"enum": ["a", "b"]}, "minItems": 2},
                {"uniqueItems": True},
            ),
            ["a", "b"],
        ),
        (
            (
                {
                    "type": "object",
                    "required": ["n"],
                    "properties": {"n": {"type": "null"}},
                },
                {"minProperties": 1},
            ),
            {"n": None},
        ),
        (
            (
                matter(
                    "A",
                    {"type": "number", "minimum": 2},
                    lens=Lens(kind="scale", factor="0.0001"),
                ),
                {"type": "integer"},
            ),
            20000,
        ),
    ],
)
def test_what_fits_everybody_has_a_witness(slots, witness):
    assert verdict(*slots) == Satisfied(witness)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (matter("A", {"pattern": "^2024"}, lens=DATE), {"pattern": "^2023"}),
        (
            matter("A", {"pattern": "^x"}, lens=Lens(kind="affix", prefix="x")),
            matter("B", {"pattern": "^z"}, lens=Lens(kind="affix", prefix="y")),
        ),
        (matter("A", {}, lens=Lens(kind="upper")), {"enum": ["a", "b"]}),
        (
            matter("A", {"enum": ["m"]}, lens=Lens(kind="table", pairs=(("1", "m"),))),
            {"enum": ["2"]},
        ),
        (matter("A", {"maximum": 1}, lens=Lens(kind="scale", factor="0.0001")),
         {"type": "integer", "minimum": 10001}),
        (
            matter("A", {}, field=Field(label=WORDS, fact="f",
                                        bytes=ByteLimit(max=3, encoding="utf-8"))),
            {"type": "string", "minLength": 4},
        ),
    ],
)  # fmt: skip
def test_a_contradiction_behind_a_lens_is_proved(first, second):
    assert isinstance(
        verdict(first, second, domain={"type": ["string", "integer"]}), Empty
    )


def test_the_dictionary_can_be_a_member_of_the_core():
    found = verdict(
        {"type": "string", "maxLength": 3}, domain={"pattern": "^[0-9]{4}$"}
    )

    assert set(core(found)) == {("A",), ()}
    assert "the data element refuses" in str(found.core[1])


def test_a_form_that_admits_nothing_is_a_core_of_its_own():
    found = verdict(
        {"enum": ["a", "b"]}, {"type": "string", "minLength": 2, "maxLength": 1}
    )

    assert list(core(found)) == [("B",)]
    assert "by itself" in ConflictError("p", "f", found.core).explain()


@pytest.mark.parametrize(
    "slot",
    [
        {"type": "string", "pattern": "^\\p{Lu}{3}[0-9]{3}$"},
        {"type": "string", "pattern": "^(?=.)\\d{3}x$"},
        {"type": "string", "pattern": "^(a|b)*a(a|b){30}$"},
        {"type": "object", "minProperties": 40, "propertyNames": {"pattern": "^.{9}$"}},
    ],
)
def test_what_nobody_knows_is_undecided_until_an_example_is_given(slot):
    assert verdict(slot) == Undecided()


def test_an_example_decides_and_is_verified():
    slot = {"type": "string", "pattern": "^\\p{Lu}{3}[0-9]{3}$"}

    assert verdict(slot, given=["nothing", "ABC123"]) == Satisfied("ABC123")


def test_a_lying_oracle_is_caught():
    with pytest.raises(ContradictionError) as caught:
        verdict({"type": "string"}, oracle=lambda _: "no")

    assert caught.value.code == "E_INTERNAL"
    assert "'1'" in str(caught.value)


def test_an_oracle_that_says_yes_proves_nothing():
    found = verdict({"enum": [1]}, {"enum": [2]}, oracle=lambda _: "yes")

    assert found == Undecided()


def test_what_the_library_cannot_take_is_unknown_and_comes_back_as_it_is():
    broken = {"type": "string", "pattern": "("}

    assert satisfiability(broken) == "unknown"
    assert canonical(broken) is broken
    assert canonical({"allOf": [{"minLength": 2}, {"type": "string"}]}) == {
        "minLength": 2,
        "type": "string",
    }


def test_two_validators_must_accept_a_witness():
    demands = demanded({"type": "string", "maxLength": 2})
    assert all(demand.confirms("ab") for demand in demands)
    assert not any(demand.confirms("abc") for demand in demands)
    # Its names would be judged by `re`, so there is no second opinion.
    (opaque,) = demanded(
        {"patternProperties": {"^(a+)+$": {}}, "unevaluatedProperties": False}
    )
    assert opaque.accepts({})
    assert not opaque.confirms({})


def test_the_second_validator_reads_patterns_and_decimals_as_the_first():
    (number,) = demanded({"type": "number", "multipleOf": 0.01})
    (digits,) = demanded({"pattern": "^\\d+$"})
    (names,) = demanded({"pattern": "^\\p{L}$"})
    (named,) = demanded(
        {
            "patternProperties": {"^(a+)+$": {"type": "null"}},
            "additionalProperties": False,
            "properties": {"b": {}},
        }
    )

    assert number.confirms(19.99)
    assert not number.confirms(0.005)
    for whole in (True, False):
        assert not number.confirms(whole)
        assert not number.accepts(whole)
    assert not digits.confirms("123\n")
    assert not digits.confirms("１２")
    assert names.confirms("国")
    for value in (
        {"aa": None, "b": 1},
        {"aa": 1},
        {"c": None},
        {"a" * 40 + "!": 1},
        [],
    ):
        assert named.confirms(value) is named.accepts(value)


def test_equal_constraints_are_one_demand_whatever_the_words():
    found = demanded(
        {"type": "string", "maxLength": 3, "title": "a"},
        matter(
            "B",
            {"$ref": "#/definitions/short"},
            **{
                "$schema": DRAFT_04,
                "definitions": {
                    "short": {"maxLength": 3, "type": "string", "description": "b"}
                },
            },
        ),
        {"type": "string", "maxLength": 4},
    )
    assert [demand.matters for demand in found] == [("A", "B"), ("C",)]


@pytest.mark.parametrize(
    "slot",
    [
        {"$ref": "#/$defs/tree"},
        {"$dynamicRef": "#"},
        {"allOf": [{"$ref": "#/$defs/tree"}, {"type": "object"}]},
    ],
)
def test_a_form_without_end_is_judged_but_proves_nothing(slot):
    tree = {"type": "object", "properties": {"t": {"$ref": "#/$defs/tree"}}}
    form = matter("A", slot, **{"$defs": {"tree": tree}})

    assert not isinstance(verdict(form), Empty)
    assert isinstance(verdict(form, given=[{"t": {}}]), Satisfied | Undecided)


def test_a_field_in_branches_only_takes_what_some_branch_takes():
    form = matter(
        "A",
        {},
        oneOf=[
            {"properties": {"c": {"const": "USA"}, "y": {"enum": ["AL", "AK"]}}},
            {"properties": {"c": {"const": "CAN"}, "y": {"enum": ["ON", "QC"]}}},
        ],
    )
    form = bound(form, {"/y": Field(label=WORDS, fact="f", branch=True)})

    assert verdict(form, {"enum": ["QC", "XX"]}) == Satisfied("QC")
    assert verdict(form, {"enum": ["XX"]}) == Undecided()


def test_all_that_a_form_says_of_a_field_in_several_places_counts():
    also = {"properties": {"x": {"type": "string", "minLength": 5}}}
    form = matter("A", {"maxLength": 4, "type": "string"}, allOf=[also])

    assert list(core(verdict(form))) == [("A",)]
    (demand,) = demanded(form)
    for value in ("abcd", "abcde"):
        assert not demand.accepts(value)
        assert not demand.confirms(value)


def test_a_table_in_branches_only_proves_nothing():
    lens = Lens(kind="table", pairs=(("1", "m"), ("2", "f")))
    some = {"properties": {"y": {"enum": ["m"]}}}
    form = bound(
        matter("A", {}, anyOf=[some, {"properties": {"z": True}}]),
        {"/y": Field(label=WORDS, fact="f", lens=lens, branch=True)},
    )
    assert verdict(form, {"enum": ["2"]}) == Undecided()
    assert isinstance(verdict(form, {"enum": ["3"]}), Empty)


@pytest.mark.slow
@pytest.mark.parametrize(
    "pattern",
    [
        *("(x+x+)+y$", "^(a|aa)+$", "^(a|b)*a(a|b){25}$", "^(?=(a+)+$)b"),
        *("^((a{1,9}){1,9}){1,9}$", "(a{9}){9}" * 20, "^(.*a){20}$"),
    ],
)
def test_hostile_patterns_end_in_a_verdict(pattern):
    found = verdict(
        {"type": "string", "pattern": pattern}, {"type": "string", "maxLength": 3}
    )
    assert isinstance(found, Satisfied | Empty | Undecided)


def replace_line(form, *, one_way):
    field = form.fields["/x"]
    return bound(
        form, {"/x": replace(field, lens=replace(field.lens, one_way=one_way))}
    )


def test_a_line_of_several_facts_judges_none_of_them_alone():
    parts = (Part(fact="f"), Part(fact="g"))
    lens = Lens(kind="join", separator="|")
    form = matter("A", {}, field=Field(label=WORDS, lens=lens, parts=parts))

    assert verdict(form, {"enum": ["a|b", "c"]}) == Satisfied("c")
    assert isinstance(verdict(form, {"enum": ["a|b"]}), Empty)
    assert verdict(replace_line(form, one_way=True), {"enum": ["a|b"]}) == (
        Satisfied("a|b")
    )


@pytest.mark.parametrize(
    ("one", "other", "told"),
    [
        ({"type": "string", "maxLength": 50}, {"maxLength": 30, "type": "string"}, 31),
        (
            {"type": "string", "pattern": "^\\d{3}$"},
            {"pattern": "^[0-9]{3}$"},
            "within",
        ),
        ({"type": "string", "maxLength": 3}, {"maxLength": 5}, "within"),
        ({"type": "integer"}, {"maximum": 5}, "differs"),
        (  # no month has a 30th of February, which only validators know
            {"type": "string", "pattern": "^2023-02-30$"},
            {"type": "string", "format": "date"},
            "differs",
        ),
        ({"type": "string"}, {"pattern": "^\\p{L}{3}[0-9]{3}"}, "differs"),
        (
            {"type": "string", "pattern": "^\\p{Lu}$"},
            {"pattern": "^\\p{L}$"},
            "undecided",
        ),
    ],
)
def test_how_one_demand_differs_from_another_is_told(one, other, told):
    accepting, refusing = demanded(one, other)

    found = difference("f", accepting, refusing)

    if isinstance(told, int):
        assert len(found.witness) == told
        told = "differs"
    assert found.kind == told
    if told == "differs":
        assert accepting.accepts(found.witness)
        assert refusing.refusal(found.witness) == found.refusal
        assert f"B refuses {found.witness!r}" in str(found)
    else:
        assert "A accepts" in str(found)


def test_what_only_the_form_knows_is_never_called_within():
    capitals = {"type": "string", "pattern": "^\\p{Lu}{3}[0-9]{3}$"}
    accepting, refusing = demanded(capitals, matter("B", {"type": "string"}, lens=DATE))

    assert difference("f", accepting, refusing).kind == "undecided"


def test_a_limit_of_bytes_leaves_room_for_as_many_plain_characters():
    field = Field(label=WORDS, fact="f", bytes=ByteLimit(max=3, encoding="utf-8"))
    form = matter("A", {"type": "string", "pattern": "^z[b-y]z$"}, field=field)

    assert verdict(form) == Satisfied("zbz")
    short, room = demanded(
        {"type": "string", "maxLength": 2},
        replace(form, schema={"properties": {"x": {"type": "string"}}}, fields={
            "/x": replace(field, bytes=ByteLimit(max=8, encoding="utf-8"))}),
    )  # fmt: skip
    assert difference("f", short, room).kind == "within"


def test_a_number_no_json_file_here_can_hold_is_never_tried():
    beyond = {"type": "number", "minimum": 1e300, "multipleOf": 1e-300}

    tried = list(candidates([beyond]))

    assert tried
    assert all(abs(each) < 2**64 for each in tried if isinstance(each, int))
