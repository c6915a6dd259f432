"""What differs between two merged forms is told in words, and nothing else is."""

import copy
import json

import pytest
from hypothesis import HealthCheck, given, reject, settings
from hypothesis import strategies as st

from builder import pack
from builder.diff import diff, lines
from builder.diff.facets import facets
from builder.errors import DefinitionErrors
from builder.json_schema import Validator

FORM = "matters/{}/schema.json"
MATTER = "matters/{}/matter.json"
AFFAIR = "affairs/moving.json"


def words(text):
    return {"zh-CN": text, "en": text}


def change(file, *steps, value):
    """Return an edit: put a value there; None takes it out."""

    def edit(documents):
        here = documents[file]
        for step in steps[:-1]:
            here = here[step]
        if value is None:
            del here[steps[-1]]
        elif isinstance(here, list) and steps[-1] == len(here):
            here.append(value)
        else:
            here[steps[-1]] = value

    return edit


def several(*edits):
    def edit(documents):
        for each in edits:
            each(documents)

    return edit


def move_sex(documents):
    pages = documents[AFFAIR]["pages"]
    pages[0]["questions"].remove("/facts/mover:person.sex")
    pages[1]["questions"].append("/facts/mover:person.sex")


def swap_pages(documents):
    documents[AFFAIR]["pages"].reverse()


def drop_parking(documents):
    affair = documents[AFFAIR]
    affair["matters"].pop()
    affair["pages"][1]["questions"].pop()


def men_only(documents):
    person = documents[FORM.format("pension")]["properties"]["person"]
    person["properties"]["sex"] = {"enum": ["m"]}
    codelist = documents["codelists.json"]["codelists"]["sex_words"]
    codelist["crosswalk"]["pairs"].pop()


CAR = {"required": ["situation:car"], "properties": {"situation:car": {"const": True}}}
REGISTER = FORM.format("register")
HOUSEHOLD = (REGISTER, "properties", "household")
LIMITS = (MATTER.format("register"), "limits")
LETTER = (MATTER.format("pension"), "materials", 0)
SEX = "/facts/mover:person.sex"
#: Each edit with the kind of change it must be told as, its subject and its place.
EDITS = {
    "tighter length": (
        change(*HOUSEHOLD, "maxLength", value=10), "tightened", "field", "household",
    ),
    "looser length": (
        change(*HOUSEHOLD, "maxLength", value=30), "widened", "field", "household",
    ),
    "no length": (
        change(*HOUSEHOLD, "maxLength", value=None), "widened", "field", "household",
    ),
    "new minimum": (
        change(*HOUSEHOLD, "minLength", value=2), "tightened", "field", "household",
    ),
    "tighter pattern": (
        change(REGISTER, "properties", "idNo", "pattern", value="^[0-9]{18}$"),
        "tightened", "field", "idNo",
    ),
    "other pattern": (
        change(REGISTER, "properties", "idNo", "pattern", value="^1[0-9]{16}[0-9XY]$"),
        "changed", "field", "idNo",
    ),
    "a value less": (
        men_only,
        "tightened", "field", "sex",
    ),
    "a choice refused": (
        men_only,
        "tightened", "choice", "person.sex",
    ),
    "now required": (
        change(REGISTER, "required", 2, value="household"),
        "tightened", "field", "household",
    ),
    "no longer required": (
        change(REGISTER, "required", 1, value=None), "widened", "field", "born",
    ),
    "a rule of the whole form": (
        change(REGISTER, "minProperties", value=2), "changed", "form", "minProperties",
    ),
    "a remark in the form": (
        change(*HOUSEHOLD, "title", value="Home"), "changed", "form", "household",
    ),
    "a column tighter": (
        change(FORM.format("pension"), "properties", "accounts", "items", "properties",
               "no", "maxLength", value=7),
        "tightened", "field", "no",
    ),
    "more rows": (
        change(FORM.format("pension"), "properties", "accounts", "minItems", value=2),
        "tightened", "field", "accounts",
    ),
    "bytes counted": (
        change(MATTER.format("register"), "fields", "/household", "bytes",
               value={"max": 30, "encoding": "gbk"}),
        "tightened", "field", "household",
    ),
    "label of a field": (
        change(MATTER.format("register"), "fields", "/idNo", "label", value=words("N")),
        "renamed", "field", "idNo",
    ),
    "label of a question": (
        change("elements.json", "elements", "person.sex", "label", value=words("X")),
        "renamed", "question", "person.sex",
    ),
    "label of a matter": (
        change(MATTER.format("register"), "label", value=words("R")),
        "renamed", "matter", "register",
    ),
    "another lens": (
        several(
            change(MATTER.format("register"), "fields", "/born", "lens",
                   value={"date": "YYYY-MM-DD", "normalizes": True}),
            change(REGISTER, "properties", "born", value={"type": "string"}),
        ),
        "changed", "field", "born",
    ),
    "another department": (
        change(MATTER.format("parking"), "department", value="police"),
        "re-routed", "matter", "parking",
    ),
    "another area": (
        change(AFFAIR, "area", value="420100"), "re-routed", "affair", "area",
    ),
    "kept for another time": (
        change(AFFAIR, "retention_days", value=30), "changed", "affair",
        "retention_days",
    ),
    "another leader": (
        change(AFFAIR, "lead_department", value="roads"),
        "re-routed", "affair", "lead_department",
    ),
    "promised sooner": (
        change(*LIMITS, "promised", value={"workdays": 3, "text": words("three")}),
        "tightened", "promised limit", "promised",
    ),
    "legally later": (
        change(*LIMITS, "legal", value={"workdays": 9, "text": words("nine")}),
        "widened", "legal limit", "legal",
    ),
    "limit in words": (
        change(*LIMITS, "legal", value={"workdays": None, "text": words("soon")}),
        "changed", "legal limit", "legal",
    ),
    "material gone": (
        change(MATTER.format("pension"), "materials", value=[]),
        "removed", "material", "m1",
    ),
    "material optional": (
        change(*LETTER, "necessity", value="optional"), "widened", "material", "m1",
    ),
    "material always": (
        change(*LETTER, "when", value=None), "changed", "material", "m1",
    ),
    "material renamed": (
        change(*LETTER, "label", value=words("paper")), "renamed", "material", "m1",
    ),
    "matter gone": (drop_parking, "removed", "matter", "parking"),
    "question gone": (drop_parking, "removed", "question", "plate"),
    "matter narrower": (
        change(AFFAIR, "matters", 0, "when", value=CAR),
        "changed", "matter", "register",
    ),
    "question moved": (move_sex, "moved", "question", "person.sex"),
    "pages swapped": (swap_pages, "moved", "page", "pages"),
    "page renamed": (
        change(AFFAIR, "pages", 0, "label", value=words("Me")),
        "renamed", "page", "you",
    ),
    "prefill gone": (
        change(AFFAIR, "prefill", SEX, value=None), "removed", "prefill", "person.sex",
    ),
    "prefill new": (
        change(AFFAIR, "prefill", "/facts/mover:person.born",
               value=[{"source": "id_card", "path": "born"}]),
        "added", "prefill", "person.born",
    ),
    "not required": (
        change(AFFAIR, "questions", SEX, "required", value=None),
        "widened", "question", "person.sex",
    ),
    "always asked": (
        change(AFFAIR, "questions", SEX, "when", value=None),
        "changed", "question", "person.sex",
    ),
    "a hint": (
        change(AFFAIR, "questions", SEX, "hint", value=words("as in your card")),
        "changed", "question", "person.sex",
    ),
    "situation new": (
        change(AFFAIR, "situations", 3,
               value={"fact": "situation:pet", "label": words("A pet?"),
                      "schema": {"type": "boolean"}}),
        "added", "situation", "situation:pet",
    ),
    "situation renamed": (
        change(AFFAIR, "situations", 0, "label", value=words("Old?")),
        "renamed", "situation", "situation:retired",
    ),
    "choice renamed": (
        change("codelists.json", "codelists", "sex", "values", 1, "label",
               value=words("man")),
        "renamed", "choice", "person.sex",
    ),
    "choice gone": (
        change("elements.json", "elements", "person.sex", "schema",
               value={"enum": ["1", "2"]}),
        "removed", "choice", "person.sex",
    ),
    "domain tighter": (
        change("elements.json", "elements", "person.sex", "schema",
               value={"enum": ["1", "2"]}),
        "tightened", "shared domain", "person.sex",
    ),
    "decision": (
        change(AFFAIR, "decisions", value=[{"about": "x", "text": words("so")}]),
        "added", "decision", "x",
    ),
    "guide": (change(AFFAIR, "fee", value=words("5")), "changed", "affair", "fee"),
}  # fmt: skip


def edited(definitions, *names):
    fresh = type(definitions)(copy.deepcopy(dict(definitions)))
    for name in names:
        EDITS[name][0](fresh)
    return fresh.merge()


@pytest.mark.parametrize("name", EDITS)
def test_each_edit_is_told_with_its_kind_and_place(definitions, name):
    _, kind, subject, place = EDITS[name]

    found = diff(definitions.merge(), edited(definitions, name))

    assert any(
        (each.kind, each.subject) == (kind, subject) and place in each.place
        for each in found
    ), "\n".join(lines(found))


@pytest.mark.parametrize("name", EDITS)
def test_an_edit_taken_back_is_told_too(definitions, name):
    assert diff(edited(definitions, name), definitions.merge())


def test_a_form_does_not_differ_from_itself(definitions):
    form = definitions.merge()

    assert diff(form, definitions.merge()) == ()
    assert diff(form, pack.load(pack.dump(form))) == ()
    assert lines(()) == ("Nothing differs.",)


def test_no_shipped_form_differs_from_itself(forms):
    for form in forms.values():
        assert diff(form, pack.load(pack.dump(form))) == ()


def test_a_form_compared_with_another_affair_is_told_whole(forms):
    one, *others = forms.values()
    for other in others:
        found = diff(one, other)

        assert {
            c.place for c in found if (c.kind, c.subject) == ("added", "matter")
        } == {f"matters/{m.id}/matter.json" for m in other.matters}
        assert json.dumps(lines(found))


def test_a_change_says_whom_it_concerns_and_what_was(definitions):
    found = diff(definitions.merge(), edited(definitions, "tighter length"))

    (told,) = (str(each) for each in found if each.subject == "field")
    assert told == (
        "field tightened: matters/register/matter.json#/fields/~1household: household: "
        "20 characters or less, now 10 characters or less (for register)"
    )


@pytest.mark.slow
@given(data=st.data())
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_edits_together_are_all_told(definitions, data):
    names = data.draw(st.sets(st.sampled_from(sorted(EDITS)), min_size=2, max_size=4))
    form = definitions.merge()
    try:
        merged = edited(definitions, *sorted(names))
    except (DefinitionErrors, LookupError):  # these edits exclude each other
        reject()

    found = diff(form, merged)

    assert (found == ()) == (pack.dump(form) == pack.dump(merged))


SCHEMAS = st.fixed_dictionaries(
    {},
    optional={
        "type": st.sampled_from(["string", "integer", ["string", "integer"]]),
        "minLength": st.integers(0, 3),
        "maxLength": st.integers(1, 4),
        "pattern": st.sampled_from(["^a", "^a*$", "^[ab]*$", "b$"]),
        "minimum": st.integers(0, 3),
        "maximum": st.integers(1, 4),
        "enum": st.lists(
            st.sampled_from(["a", "ab", 1, 2]), min_size=1, max_size=3, unique=True
        ),
    },
)
VALUES = ["", "a", "b", "ab", "ba", "aaa", "bbbbb", 0, 1, 2, 3, 4, 5, None, True]


@given(old=SCHEMAS, new=SCHEMAS)
def test_a_facet_never_tells_the_wrong_direction(old, new):
    found = facets(old, new)
    before, after = Validator(old), Validator(new)
    lost = [v for v in VALUES if before.accepts(v) and not after.accepts(v)]
    won = [v for v in VALUES if after.accepts(v) and not before.accepts(v)]
    kinds = {facet.direction for facet in found}

    assert (found == ()) == (old == new)
    assert not (lost and kinds == {"widened"})
    assert not (won and kinds == {"tightened"})
