"""The view: what may be said beside a question, never tighter than the forms."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small import slot_matter

from builder.conflicts.demands import Demands
from builder.json_schema import Validator
from builder.model import Fact, Lens
from builder.view import Bound, View, Views, view


def demanded(*slots, domain=None):
    """Return the demands on a fact of forms A, B, ...; a slot may bring its lens."""
    matters = []
    for name, told in zip("ABCDEFGH", slots, strict=False):
        slot, lens = told if isinstance(told, tuple) else (told, Lens())
        matters.append(slot_matter(name, slot, lens=lens))
    facts = {}
    if domain is not None:
        facts["f"] = Fact(
            id="f", element="f", role="r", schema=domain, sensitivity="general"
        )
    return Demands(matters, facts).of("f")


def bounds(*slots, **more):
    return {
        (each.keyword, each.limit): each.matters
        for each in view(demanded(*slots, **more)).bounds
    }


TABLE = Lens(kind="table", pairs=(("1", "m"), ("2", "f"), ("9", "x")))
DATE = Lens(kind="date", template="YYYYMMDD")


def test_the_tightest_bound_names_who_imposes_it():
    found = bounds(
        {"type": "string", "maxLength": 30},
        {"type": "string", "maxLength": 50, "minLength": 2},
        {"type": "string", "maxLength": 30, "title": "again"},
        domain={"type": "string", "minLength": 1},
    )
    assert found == {("minLength", 2): ("B",), ("maxLength", 30): ("A", "C")}


def test_several_patterns_are_kept_side_by_side():
    found = bounds({"type": "string", "pattern": "^a"}, {"pattern": "b$"})

    assert found == {("pattern", "^a"): ("A",), ("pattern", "b$"): ("B",)}


def test_bounds_of_numbers_are_those_of_the_strictest_form():
    found = bounds(
        {"type": "integer", "minimum": 1, "maximum": 10},
        {"type": "integer", "exclusiveMinimum": 4},
    )
    assert found == {("minimum", 5): ("B",), ("maximum", 10): ("A",)}


def test_what_only_the_dictionary_demands_is_nobodys():
    assert view(demanded({}, domain={"type": "string", "maxLength": 9})).bounds == (
        Bound(keyword="maxLength", limit=9, matters=()),
    )


def test_choices_are_crossed_and_it_is_said_who_leaves_some_out():
    first, third = {"enum": ["1", "2"]}, {"enum": ["1", "2", "3"]}

    found = view(demanded(first, ({"enum": ["m", "f", "x"]}, TABLE), third))

    assert found.choices == ("1", "2")
    assert found.narrowed_by == ("A", "B", "C")


@pytest.mark.parametrize(
    ("slots", "choices"),
    [
        (({"enum": ["a"]}, {"enum": ["a", "b"]}), ("a",)),
        (({"enum": ["a"]}, {"enum": ["b"]}), ()),
        (({"const": 3}, {"type": "integer"}), (3,)),
        (({"type": "string"}, {}), None),
        ((False,), ()),
        ((True,), None),
    ],
)
def test_choices_are_listed_only_where_there_is_a_list(slots, choices):
    assert view(demanded(*slots)).choices == choices


def test_a_date_lens_leaves_the_view_looser_than_the_form():
    found = view(demanded(({"pattern": "^2024"}, DATE), {"format": "date"}))

    assert Validator(found.schema).accepts("2024-01-31")
    assert Validator(found.schema).accepts("1999-01-31")


SLOTS = st.fixed_dictionaries(
    {},
    optional={
        "type": st.sampled_from(["string", "integer", "number", ["string", "null"]]),
        "minLength": st.integers(0, 3),
        "maxLength": st.integers(0, 4),
        "pattern": st.sampled_from(["^a", "b$", "^[ab]*$", "^(?!a)", "^[0-9]{8}$"]),
        "minimum": st.integers(-2, 5),
        "exclusiveMaximum": st.integers(0, 8),
        "multipleOf": st.sampled_from([1, 2, 0.5]),
        "enum": st.lists(
            st.sampled_from(["a", "ab", "1", 1, 2.5, None]), min_size=1, max_size=4
        ),
        "format": st.sampled_from(["date", "email"]),
        "not": st.sampled_from([{"const": "a"}, {"type": "integer"}, {"minLength": 3}]),
        "anyOf": st.just([{"type": "string"}, {"minimum": 3}]),
    },
)
LENSES = st.sampled_from(
    [Lens(), Lens(), TABLE, DATE, Lens(kind="upper"), Lens(kind="affix", prefix="a"),
     Lens(kind="scale", factor="0.5")]
)  # fmt: skip
VALUES = st.one_of(
    st.text(alphabet="abAB1", max_size=5),
    st.sampled_from(["1", "2", "2000-01-31", "2024-02-29", "a@example.org", None, []]),
    st.integers(-4, 9),
    st.sampled_from([0.5, 1.0, 2.5]),
)


@settings.get_profile("many")
@given(
    slots=st.lists(st.tuples(SLOTS, LENSES), min_size=1, max_size=3),
    values=st.lists(VALUES, min_size=1, max_size=25),
)
def test_the_view_is_never_tighter_than_the_forms(slots, values):
    demands = demanded(*slots)
    shown = view(demands)
    told = Validator(shown.schema)
    limits = Validator(
        {"allOf": [{b.keyword: b.limit} for b in shown.bounds] or [True]}
    )
    for value in values:
        if all(demand.accepts(value) for demand in demands):
            assert told.accepts(value)
            assert limits.accepts(value)
            assert shown.choices is None or value in shown.choices


@pytest.mark.parametrize("affair", ["newborn_birth", "enterprise_setup"])
def test_the_view_of_every_shipped_fact_takes_what_the_forms_take(forms, affair):
    form = forms[affair]
    demands = Demands(form.matters, form.facts)
    questions = {question.pointer: question for question in form.questions}
    for fact in demands.facts():
        made = demands.of(fact)
        shown = view(made)
        told = Validator(shown.schema)
        asked = questions.get(f"/facts/{fact}")
        choices = [choice.value for choice in asked.choices] if asked else []
        for value in (*choices, "1", "一" * 30, "2026-11-03", 1, True):
            if all(demand.accepts(value) for demand in made):
                assert told.accepts(value)
        for bound in shown.bounds:
            assert set(bound.matters) <= {m for each in made for m in each.matters}


@pytest.mark.parametrize(
    ("choices", "offered", "beyond"),
    [
        (None, ["a"], True),
        (("a", "b"), ["a"], True),
        (("a",), ["a", "b"], False),
        ((1, True), [True, 1], False),
        ((1,), [True], True),
        (("a", None), ["a"], False),
        ((), [], False),
    ],
)
def test_what_is_offered_may_leave_something_out(choices, offered, beyond):
    shown = View(schema=True, bounds=(), choices=choices)

    assert shown.beyond(offered) is beyond


@pytest.mark.parametrize(
    ("slots", "choices"),
    [
        (({"type": "boolean"},), (True, False)),
        (({"type": "array", "items": {"enum": ["a", "b"]}},), ("a", "b")),
        # What no schema crosses: the forms themselves are asked.
        (({"enum": ["a", "bb", "xx"]}, {"pattern": "^(?!a)"}), ("bb", "xx")),
    ],
)
def test_choices_are_found_wherever_the_forms_leave_only_some(slots, choices):
    assert view(demanded(*slots)).choices == choices


def limited(definitions):
    """The small affair, one of its forms taking a shorter number than the other."""
    register = definitions["matters/register/schema.json"]["properties"]
    register["idNo"] = {"type": "string", "maxLength": 18}
    pension = definitions["matters/pension/schema.json"]["properties"]
    pension["person"]["properties"]["idNumber"] = {"type": "string", "maxLength": 9}
    definitions["elements.json"]["elements"]["person.number"] |= {
        "schema": {"type": "string"},
        "example": "1",
    }
    return definitions.merge()


def test_only_the_matters_that_apply_have_a_say(definitions):
    form = limited(definitions)
    views = Views(form)
    number = next(q for q in form.questions if q.pointer.endswith("person.number"))

    def longest(*applicable):
        bounds = views.of(number, applicable).bounds
        return {b.limit: b.matters for b in bounds if b.keyword == "maxLength"}

    assert longest("register", "pension", "card") == {9: ("pension",)}
    assert longest("register", "card") == {18: ("register",)}
    assert longest("card") == {}
    assert longest() == longest("parking") == {}


def test_a_column_of_a_list_has_a_view_of_its_own(definitions):
    form = definitions.merge()
    rows = next(q for q in form.questions if q.pointer == "/matters/pension/accounts")
    number, main = rows.columns
    views = Views(form)

    shown = views.of(number, ["pension"], rows=rows.pointer)

    assert Bound(keyword="maxLength", limit=8, matters=("pension",)) in shown.bounds
    assert views.of(main, ["pension"], rows=rows.pointer).choices == (True, False)
    assert views.of(rows, ["pension"]).choices is None
    assert views.of(number, ["pension"], rows=rows.pointer) is shown
