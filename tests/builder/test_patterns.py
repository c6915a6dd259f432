"""Patterns and lengths as automata: never a wrong proof, never a hang."""

import itertools
import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from builder.json_schema import SchemaError, Validator
from builder.model import Lens
from builder.patterns import Budget, BudgetError, Pattern, ecma, letters, matches
from builder.patterns.ecma import UnsupportedPatternError
from builder.patterns.texts import both, opposite, search, texts_of
from builder.patterns.written import written_texts

ALPHABET = "ab1\n一é\u00a0-"

ATOMS = st.sampled_from(
    ["a", "b", "1", ".", "[ab]", "[^a]", "[0-9]", "^", "$", "(?=a)", "(?!b)", "[^\\n-]"]
)
SETS = st.sampled_from(["\\d", "\\w", "\\s", "\\D", "\\W", "\\S", "[\\W\\d]", "a", "^"])


def patterns(atoms):
    return st.recursive(
        atoms,
        lambda inner: st.one_of(
            st.tuples(inner, inner).map("".join),
            st.tuples(inner, inner).map("(?:{0[0]}|{0[1]})".format),
            st.tuples(
                inner, st.sampled_from(["*", "+", "?", "{2}", "{1,2}", "{0}", "*?"])
            ).map("({0[0]}){0[1]}".format),
        ),
        max_leaves=8,
    )


LOOKING = st.tuples(
    patterns(ATOMS), st.sampled_from(["(?={})", "(?!{})", "{}"]), patterns(ATOMS)
).map(lambda told: told[1].format(told[0]) + told[2])

HOSTILE = [
    "(x+x+)+y$",
    "^(a+)+$",
    "^(a|aa)+$",
    "^(a|b)*a(a|b){25}$",
    "^((a{1,30}){1,30}){1,30}$",
    "^(.*a){40}$",
    "(" * 300 + "a" + ")" * 300,
    "a{1000000}",
    "(a{9}){9}" * 400,
    "a" * 5_000,
    "^(?!.*(a|b)*a(a|b){20}).*$",
    "(((((((((a*)*)*)*)*)*)*)*)*)*$",
    "[" + "".join(map(chr, range(0x4E00, 0x5200, 2))) + "]+$",
    "^(([a-z])+.)+[A-Z]([a-z])+$",
    "(?=(a|b)*a(a|b){15})(?!(a|b)*b(a|b){15})[ab]*$",
]


def shortest(*schemas, accepted=lambda _: True):
    return search(both(*map(texts_of, schemas)), accepted)


@settings.get_profile("many")
@given(
    pattern=st.one_of(patterns(ATOMS), patterns(SETS), LOOKING),
    text=st.text(alphabet=ALPHABET, max_size=6),
)
@example("^(?:(?=.*a)b)[ab]$", "ba")
@example("[\\W\\D]", "a")
@example("(^|b)a($|b)", "ab")
@example("^(?:(?!a$)[ab1])+$", "ba")
def test_an_automaton_takes_what_the_judge_takes(pattern, text):
    try:
        judge = Validator({"pattern": pattern})
        automaton = Pattern(pattern)
    except (SchemaError, UnsupportedPatternError):
        return
    assert matches(automaton, text) is judge.accepts(text)


@pytest.mark.parametrize("char", "!\"#$%&'()*+,-./:;=?@[\\]^_`{|}~ dDwWsSnrtvf")
def test_an_escape_means_what_the_judge_takes_it_for(char):
    for pattern in (f"^\\{char}$", f"^[\\{char}]$", f"^[^\\{char}]$"):
        judge = Validator({"pattern": pattern})
        automaton = Pattern(pattern)
        for text in map(chr, (*range(128), 0xA0, 0x2028, 0x3000, 0xFEFF, 0x4E00)):
            assert matches(automaton, text) is judge.accepts(text), (pattern, text)


@pytest.mark.parametrize(
    "pattern",
    [
        *("\\p{L}", "(?<=a)b", "(a)\\1", "a\\Z", "\\A", "(?i)a", "(?P<x>a)", "\\b"),
        *("(", ")", "[", "a**", "*", "a{2", "a{3,2}", "[b-a]", "\\", "\\ud800", "[]"),
        *("a++", "(?", "\\u{110000}", "\\u{}", "\\xg1", "a{,3}", "\\<", "(?=a)*"),
        "(?=.)\\d",  # the judge takes \d for all scripts there
        "a" * 4_001,
    ],
)
def test_what_is_no_automaton_is_refused_and_never_guessed(pattern):
    with pytest.raises(UnsupportedPatternError):
        ecma.parse(pattern)


@pytest.mark.parametrize(
    ("schemas", "text"),
    [
        (({"pattern": "^[0-9]{8}$"},), "11111111"),
        (({"pattern": "^a"}, {"pattern": "b$"}, {"minLength": 4}), "a11b"),
        (({"pattern": "^[A-Z]", "maxLength": 30}, {"minLength": 30}), "A" + "1" * 29),
        (({"pattern": "^[一-龥]{2,4}$"},), "一一"),
        (({"enum": ["a", "bb"]}, {"enum": ["bb", "c"]}), "bb"),
        (({"format": "email", "pattern": "\\.cn$"},), "@.cn"),
        (({"type": ["string", "null"], "const": "x"},), "x"),
        (({"anyOf": [{"maxLength": 0}, {"pattern": "^z$"}]}, {"minLength": 1}), "z"),
        (({"oneOf": [{"pattern": "a"}, {"pattern": "b"}]}, {"pattern": "b"}), "b"),
        (({"if": {"pattern": "^a"}, "then": False}, {"pattern": "^[ac]$"}), "c"),
        (({"pattern": "^(?=.*[0-9])(?=.*[a-z])(?=.*[A-Z]).{4,}$"},), "11aA"),
    ],
)
def test_the_shortest_text_is_found_and_is_always_the_same(schemas, text):
    assert shortest(*schemas).text == text
    assert shortest(*schemas) == shortest(*schemas)


@pytest.mark.parametrize(
    "schemas",
    [
        ({"pattern": "^[0-9]{8}$"}, {"format": "date"}),
        ({"pattern": "^[0-9]{8}$"}, {"pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}),
        ({"minLength": 30}, {"maxLength": 29}),
        ({"pattern": "^[a-z]{3}$"}, {"maxLength": 2}),
        ({"pattern": "^[a-z]+$", "minLength": 1}, {"pattern": "^[0-9]*$"}),
        ({"enum": ["a", "b"]}, {"enum": ["b", "c"]}, {"enum": ["a", "c"]}),
        ({"format": "uuid"}, {"maxLength": 35}),
        ({"not": {"minLength": 1}}, {"minLength": 1}),
        ({"pattern": "^(.*a){12}$"}, {"pattern": "^(.*b){12}$"}, {"maxLength": 23}),
        ({"type": "integer"},),
        (False,),
    ],
)
def test_that_there_is_no_text_is_proved(schemas):
    assert shortest(*schemas).none


@pytest.mark.parametrize(
    "schema",
    [
        {"pattern": "\\p{L}", "maxLength": 0},
        {"$ref": "#/nowhere"},
        {"format": "iri"},
        {"pattern": "^(a|b)*a(a|b){25}$", "maxLength": 25},
    ],
)
def test_what_is_not_known_is_no_proof(schema):
    refused = search(texts_of(schema), lambda _: False)
    opposite_ = search(opposite(texts_of(schema)), lambda _: False)

    assert (refused.text, refused.none) == (None, False)
    assert (opposite_.text, opposite_.none) == (None, False)


@pytest.mark.slow
@pytest.mark.parametrize("pattern", HOSTILE, ids=range(len(HOSTILE)))
def test_a_hostile_pattern_ends_within_its_budget(pattern):
    for other in (
        {"pattern": "^[^a]*c$"},
        {"maxLength": 12},
        {"not": {"maxLength": 9}},
    ):
        found = shortest({"pattern": pattern}, other)
        if found.text is not None:
            assert Validator(other).accepts(found.text)


def test_a_match_ends_within_its_budget():
    with pytest.raises(BudgetError):
        matches(Pattern("^(a|b)*a(a|b){25}$"), "ab" * 500, steps=1_000)
    with pytest.raises(BudgetError):
        Budget(1).spend(2)


FACETS = st.fixed_dictionaries(
    {},
    optional={
        "minLength": st.integers(0, 3),
        "maxLength": st.integers(0, 3),
        "pattern": patterns(
            st.sampled_from(["a", "b", ".", "[ab]", "[^a]", "^", "$", "(?!b)"])
        ),
        "enum": st.lists(st.sampled_from(["", "a", "b", "ab", "ba", 1]), max_size=3),
    },
)
SCHEMAS = st.recursive(
    FACETS,
    lambda inner: st.one_of(
        st.builds(lambda one: {"not": one}, inner),
        st.builds(
            lambda kind, many: {kind: many},
            st.sampled_from(["allOf", "anyOf", "oneOf"]),
            st.lists(inner, min_size=1, max_size=3),
        ),
    ),
    max_leaves=4,
)
SMALL = [
    "".join(chars)
    for length in range(4)
    for chars in itertools.product("ab", repeat=length)
]


@settings.get_profile("many")
@given(schemas=st.lists(SCHEMAS, min_size=1, max_size=3))
def test_the_search_agrees_with_trying_every_text(schemas):
    inside = {"pattern": "^[ab]{0,3}$"}
    try:
        judges = [Validator(schema) for schema in schemas]
    except SchemaError:
        return
    accepted = [text for text in SMALL if all(j.accepts(text) for j in judges)]

    found = shortest(*schemas, inside)

    assert found.none == (not accepted)
    assert found.text is None or found.text in accepted
    assert found.text is None or len(found.text) == len(accepted[0])


@pytest.mark.parametrize(
    ("lens", "slot", "canonical"),
    [
        (Lens(kind="date", template="YYYYMMDD"), "^2024[0-9]{4}$", "2024-11-11"),
        (Lens(kind="date", template="YYYY年M月D日"), "年[1-9]月[1-9]日$", "1111-01-01"),
        (Lens(kind="date", template="YYYY-MM"), "^[0-9]{4}-12$", "1111-12"),
        (Lens(kind="affix", prefix="C-", suffix="X"), "^C-[0-9]{2}X$", "11"),
        (Lens(kind="upper"), "^[a-zA-Z]{2}$", "AA"),
        (Lens(), "^x$", "x"),
    ],
)
def test_a_lens_writes_the_text_that_is_judged(lens, slot, canonical):
    assert search(written_texts(lens, {"pattern": slot}), lambda _: True).text == (
        canonical
    )


def test_a_lens_that_can_write_nothing_of_this_kind_is_proved():
    month = Lens(kind="date", template="YYYYMMDD")
    formula = written_texts(month, {"pattern": "^[0-9]{4}13"})
    assert not search(formula, lambda text: text[5:7] == "13").none
    assert search(written_texts(month, {"maxLength": 7}), lambda _: True).none


def test_a_date_out_of_order_is_open_not_guessed():
    lens = Lens(kind="date", template="DD/MM/YYYY")
    found = search(written_texts(lens, {"maxLength": 0}), lambda _: False)
    assert not found.none


def test_letters_are_one_of_each_kind_and_plain_ones_come_first():
    kinds = [((48, 57),), ((97, 122),), ((48, 48),)]

    assert letters(kinds)[:3] == ("1", "0", "a")
    assert len(letters(kinds)) == 4
    assert not re.search("[\ud800-\udfff]", "".join(letters(kinds)))
