"""Explained: who asks what, from the merged form alone."""

import pytest

from builder import pack
from builder.errors import UnknownNameError
from builder.explain import explain, in_words, lines
from builder.model import Lens


@pytest.fixture
def form(definitions):
    return definitions.merge()


def words(text):
    return {"zh-CN": text, "en": text}


def asked(told, matter):
    (found,) = (each for each in told.asked_by if each.matter == matter)
    return found


def test_the_affair_says_its_counters_and_what_is_shared(form):
    told = explain(form)

    assert (told.affair, told.situations) == ("moving", 3)
    assert (told.fields, told.questions) == (
        form.counts.fields,
        form.counts.questions,
    )
    assert {shared.fact: shared.places for shared in told.shared} == {
        "mover:person.number": (
            ("register", "/idNo"),
            ("pension", "/person/idNumber"),
            ("card", "/idNo"),
        ),
        "mover:person.born": (("register", "/born"), ("pension", "/person/birthDate")),
    }


def test_each_matter_says_how_far_its_rules_can_be_published(definitions):
    definitions["matters/card/schema.json"]["minProperties"] = 2
    told = {each.id: each for each in explain(definitions.merge()).matters}

    assert told["card"].mode == "v-only"
    assert "E_WHOLE_OBJECT" in told["card"].reason
    assert told["parking"].mode == "exact"
    assert told["parking"].reason == ""
    assert told["pension"].applies == "situation:retired is true"
    assert told["register"].applies == "always"


def test_a_fact_names_every_form_that_asks_it_with_its_own_demands(form):
    told = explain(form, "mover:person.number")

    register, pension = asked(told, "register"), asked(told, "pension")
    assert told.page == "you"
    assert (register.path, pension.path) == ("/idNo", "/person/idNumber")
    assert (register.label, pension.label) == (words("ID"), words("no."))
    assert register.constraints == ("text", "written like ^[0-9]{17}[0-9X]$")
    assert pension.constraints == ("text", "18 characters or less")
    assert register.required
    assert pension.required
    assert told.domain == ("text", "18 characters or more", "18 characters or less")
    assert told.sources == ("id_card at number",)


def test_the_bounds_name_who_imposes_them(form):
    told = explain(form, "mover:person.number")

    bounds = {(each.keyword, each.limit): each.matters for each in told.bounds}
    assert bounds["maxLength", 18] == ("pension",)
    assert bounds["pattern", "^[0-9]{17}[0-9X]$"] == ("register",)


def test_a_question_can_be_named_by_fact_or_by_pointer(form):
    fact, where = "mover:person.born", "/facts/mover:person.born"

    assert explain(form, fact) == explain(form, where)
    assert explain(form, fact).pointer == where


def test_a_lens_says_how_it_writes_and_what_it_loses(form):
    born = asked(explain(form, "mover:person.born"), "register")
    sex = asked(explain(form, "mover:person.sex"), "pension")

    assert born.lens == "as a date written YYYYMMDD"
    assert sex.lens == "by a table of 2 pairs"
    assert not sex.required


def test_a_choice_names_who_refuses_it_and_the_affair_what_it_requires(form):
    told = explain(form, "mover:person.sex")

    assert [(each.choice.value, each.matters) for each in told.refusals] == [
        ("0", ("pension",))
    ]
    assert told.required
    assert told.when == "situation:retired is true"


def test_an_awaited_fact_names_who_brings_it_and_who_waits(form):
    told = explain(form, "mover:card.number")

    assert told.label is None
    assert told.page is None
    assert told.issued_by == ("card",)
    assert told.awaited_by == ("parking",)


def test_a_situation_says_what_it_decides(form):
    told = explain(form, "situation:retired")

    assert told.decides == (
        "the matter pension applies when situation:retired is true",
        "/facts/mover:person.sex is asked when situation:retired is true",
        "bank letter is needed for pension when situation:retired is true",
    )


def test_a_question_of_one_matter_and_a_column_are_explained_too(definitions):
    fields = definitions["matters/register/matter.json"]["fields"]
    fields["/household"]["bytes"] = {"max": 30, "encoding": "gbk"}
    form = definitions.merge()

    own = explain(form, "/matters/register/household")
    column = explain(form, "/matters/pension/accounts/*/no")
    left_out = explain(form, "/matters/card/photo")

    assert own.fact is None
    assert own.asked_by[0].constraints == (
        "text",
        "20 characters or less",
        "at most 30 bytes in gbk",
    )
    assert column.label == words("account number")
    assert column.asked_by[0].required
    assert left_out.left_out == words("the office takes it")


@pytest.mark.parametrize(
    ("about", "name"),
    [
        ("mover:person.sex", "mover:person.sex"),
        ("person.sex", "mover:person.sex"),
        ("pension/person/sex", "mover:person.sex"),
        ("register/household", "/matters/register/household"),
    ],
)
def test_a_decision_is_told_where_it_was_taken(definitions, about, name):
    definitions["affairs/moving.json"]["decisions"] = [
        {"about": about, "text": words("so it is")},
        {"about": "something else", "text": words("not here")},
    ]
    form = definitions.merge()

    told = explain(form, name)

    assert [decision.about for decision in told.decisions] == [about]
    assert any("so it is" in line for line in lines(told))
    assert len(explain(form).decisions) == 2


@pytest.mark.parametrize("name", ["", "/", "mover:person.nose", "/facts/", "a/b~c"])
def test_an_unknown_name_is_refused_with_its_place(form, name):
    with pytest.raises(UnknownNameError) as caught:
        explain(form, name)

    assert caught.value.place == "affairs/moving.json"


def test_the_lines_are_plain_text(form):
    said = lines(explain(form, "mover:person.born"))

    assert said[:4] == (
        "mover:person.born: you: birth date (youbirth date)",
        "Asked on the page you: always.",
        "The shared dictionary: text; a valid date.",
        "register/born of police: born",
    )
    assert "  written: as a date written YYYYMMDD" in said


@pytest.mark.slow
def test_everything_of_the_shipped_affairs_can_be_explained(forms):
    for form in forms.values():
        loaded = pack.load(pack.dump(form))
        assert lines(explain(form)) == lines(explain(loaded))
        named = [question.pointer for question in (*form.situations, *form.questions)]
        for name in (*form.facts, *named):
            told = explain(form, name)
            assert all(line.isprintable() for line in lines(told))


@pytest.mark.parametrize(
    ("lens", "said", "lost"),
    [
        (Lens(), "as it is", ()),
        (
            Lens(kind="table", pairs=(("1", "m"), ("3", "m")), one_way=True),
            "by a table of 2 pairs",
            (
                "it cannot be read back from a document",
                '"1", "3" all become "m"',
            ),
        ),
        (
            Lens(kind="date", template="YYYY-MM", one_way=True),
            "as a date written YYYY-MM",
            (
                "it cannot be read back from a document",
                "the day, if there is one, is left out",
                "the time of day, if there is one, is left out",
            ),
        ),
        (Lens(kind="affix", prefix="No. "), 'between "No. " and ""', ()),
        (
            Lens(kind="strip", groups=(3, 4), separator="-"),
            'in groups of 3, 4 with "-" between',
            (),
        ),
        (
            Lens(kind="upper", normalizes=True),
            "in capital letters",
            (
                "other ways of writing are read, and written back in this one",
                "a value with small letters cannot be written",
            ),
        ),
        (Lens(kind="scale", factor="0.0001"), "multiplied by 0.0001", ()),
        (Lens(kind="join", separator=" "), 'in one line with others, " " between', ()),
        (Lens(kind="record"), "as a property of a group", ()),
    ],
)
def test_each_lens_has_words(lens, said, lost):
    assert (in_words.lens(lens), in_words.losses(lens)) == (said, lost)


@pytest.mark.parametrize(
    ("predicate", "said"),
    [
        (None, "always"),
        ({}, "always"),
        ({"required": ["a"], "properties": {"a": {"const": 1}}}, "a is 1"),
        (
            {"required": ["a"], "properties": {"a": {"not": {"const": 1}}}},
            "a is not 1",
        ),
        (
            {"required": ["a"], "properties": {"a": {"enum": [1, 2]}}},
            "a is one of 1, 2",
        ),
        ({"anyOf": [{"required": ["a"]}, False]}, "(a has an answer or never)"),
        ({"not": {"required": ["a"]}}, "not (a has an answer)"),
        ({"minProperties": 1}, "`minProperties`: 1"),
    ],
)
def test_each_condition_has_words(predicate, said):
    assert in_words.condition(predicate) == said


@pytest.mark.parametrize(
    ("schema", "said"),
    [
        (True, ()),
        (False, ("nothing is accepted",)),
        (None, ("more than can be said in words",)),
        ({"type": ["string", "null"]}, ("text or nothing",)),
        ({"enum": list(range(10))}, ("one of 0, 1, 2, 3, 4, 5, 6, 7 and 2 more",)),
        ({"allOf": [{"minimum": 1}, {"minimum": 1}]}, ("1 or more",)),
        ({"uniqueItems": True}, ("no row twice",)),
        ({"not": {"const": 1}}, ('`not`: {"const": 1}',)),
    ],
)
def test_each_constraint_has_words(schema, said):
    assert in_words.constraints(schema) == said
