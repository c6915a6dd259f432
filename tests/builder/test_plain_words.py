"""What people get wrong first: told at its place, in words that need no Python."""

import copy
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder.catalogue import load
from builder.checks import warnings
from builder.errors import DefinitionErrors, NoAffairsError


def broken(definitions):
    with pytest.raises(DefinitionErrors) as caught:
        definitions.merge()
    return [(error.code, error.place) for error in caught.value.errors]


def field(definitions, matter, path):
    return definitions[f"matters/{matter}/matter.json"]["fields"][path]


def elements(definitions):
    return definitions["elements.json"]["elements"]


def properties(definitions, matter):
    return definitions[f"matters/{matter}/schema.json"]["properties"]


def codelist(definitions, name):
    return definitions["codelists.json"]["codelists"][name]


def affair(definitions):
    return definitions["affairs/moving.json"]


def on_retired(**schema):
    fact = "situation:retired"
    return {"when": {"required": [fact], "properties": {fact: schema}}}


def bind_own_result(definitions):
    properties(definitions, "card")["no"] = {"type": "string"}
    words = {"zh-CN": "no", "en": "no"}
    fields = definitions["matters/card/matter.json"]["fields"]
    fields["/no"] = {"label": words, "fact": "mover:card.number"}


#: The mistakes of people who know JSON and write definitions for the first time.
PLAINLY_TOLD = {
    "codes of another list": (
        lambda d: field(d, "pension", "/person/sex").pop("lens"),
        "matters/pension/matter.json#/fields/~1person~1sex/fact",
        """no value of 'person.sex': it refuses "0" (enum ["m", "f"]) and "1" """,
    ),
    "yes and no for a text": (
        lambda d: properties(d, "card").update(idNo={"type": "boolean"}),
        "matters/card/matter.json#/fields/~1idNo/fact",
        "takes true or false, but 'person.number' is written as a text",
    ),
    "date template the form refuses": (
        lambda d: field(d, "register", "/born").update(lens={"date": "YYYY/MM/DD"}),
        "matters/register/matter.json#/fields/~1born/fact",
        """it refuses "2024/11/01" (pattern "^[0-9]{8}$")""",
    ),
    "date without a template": (
        lambda d: field(d, "register", "/born").pop("lens"),
        "matters/register/matter.json#/fields/~1born/fact",
        "Write it by a `date` lens",
    ),
    "typing error in a condition": (
        lambda d: affair(d)["matters"][1].update(on_retired(cosnt=True)),
        "affairs/moving.json#/matters/1/when/properties/situation:retired/cosnt",
        "'cosnt' is no word of JSON Schema, so nothing reads it. Did you mean 'const'?",
    ),
    "fact beside the words of a condition": (
        lambda d: affair(d)["matters"][1].update(when={"situation:retired": True}),
        "affairs/moving.json#/matters/1/when/situation:retired",
        "is no word of a condition, so nothing reads it. Facts stand under ",
    ),
    "condition that is no schema": (
        lambda d: d["matters/pension/matter.json"]["materials"][0].update(
            when={"anyOf": {"required": ["situation:retired"]}}
        ),
        "matters/pension/matter.json#/materials/0/when/anyOf",
        "A list […] is expected",
    ),
    "typing error in an element": (
        lambda d: elements(d)["person.number"]["schema"].update(maxLenght=18),
        "elements.json#/elements/person.number/schema/maxLenght",
        "Did you mean 'maxLength'?",
    ),
    "typing error in a situation": (
        lambda d: affair(d)["situations"][0]["schema"].update(enmu=[True]),
        "affairs/moving.json#/situations/0/schema/enmu",
        "Did you mean 'enum'?",
    ),
    "situation that is not there": (
        lambda d: affair(d)["matters"][1].update(
            when={"required": ["need_stamp"], "properties": {"need_stamp": True}}
        ),
        "affairs/moving.json#/matters/1/when",
        "There is no situation or question 'need_stamp'. Known: situation:retired, ",
    ),
    "value a situation never has": (
        lambda d: affair(d)["matters"][1].update(on_retired(const="yes")),
        "affairs/moving.json#/matters/1/when/properties/situation:retired/const",
        "so this never holds. Its values: true, false.",
    ),
    "role miswritten": (
        lambda d: field(d, "card", "/idNo").update(fact="movre:person.number"),
        "matters/card/matter.json#/fields/~1idNo/fact",
        "There is no role of 'moving' called 'movre'. Did you mean 'mover'?",
    ),
    "role of another affair": (
        lambda d: field(d, "card", "/idNo").update(fact="applicant:person.number"),
        "matters/card/matter.json#/fields/~1idNo/fact",
        "Known: mover.",
    ),
    "element miswritten": (
        lambda d: field(d, "card", "/idNo").update(fact="mover:person.nunber"),
        "matters/card/matter.json#/fields/~1idNo/fact",
        "There is no data element 'person.nunber'. Did you mean 'person.number'?",
    ),
    "type of a form miswritten": (
        lambda d: properties(d, "card")["idNo"].update(type="strung"),
        "matters/card/schema.json#/properties/idNo/type",
        "\"strung\" is not allowed. Did you mean 'string'? Allowed: array, boolean, ",
    ),
    "one type of several miswritten": (
        lambda d: properties(d, "card")["idNo"].update(type=["string", "nul"]),
        "matters/card/schema.json#/properties/idNo/type/1",
        "Did you mean 'null'?",
    ),
    "pattern of a form": (
        lambda d: properties(d, "card")["idNo"].update(pattern="["),
        "matters/card/schema.json#/properties/idNo/pattern",
        '"[" cannot be read as a regular expression of ECMA-262',
    ),
    "reference to nothing": (
        lambda d: properties(d, "card").update(idNo={"$ref": "#/$defs/id"}),
        "matters/card/schema.json#/properties/idNo/$ref",
        "'#/$defs/id' leads nowhere.",
    ),
    "reference to another file": (
        lambda d: properties(d, "card").update(idNo={"$ref": "id.json"}),
        "matters/card/schema.json#/properties/idNo/$ref",
        "'id.json' leads out of this file.",
    ),
    "dialect of a form": (
        lambda d: d["matters/card/schema.json"].update({"$schema": "draft-07"}),
        "matters/card/schema.json#/$schema",
        "'draft-07' is no known `$schema`.",
    ),
    "language missing": (
        lambda d: affair(d)["label"].pop("en"),
        "affairs/moving.json#/label",
        "The English words (en) are missing. (The rule stands in schemas/common.json.)",
    ),
    "key missing": (
        lambda d: affair(d).pop("fee"),
        "affairs/moving.json#",
        "`fee` is missing. (The rule stands in schemas/affair.json.)",
    ),
    "key miswritten": (
        lambda d: field(d, "card", "/idNo").update(hnt={"zh-CN": "x", "en": "x"}),
        "matters/card/matter.json#/fields/~1idNo/hnt",
        "Unknown key 'hnt'. Did you mean 'hint'?",
    ),
    "what is expected": (
        lambda d: affair(d).update(area="Wuhan"),
        "affairs/moving.json#/area",
        '"Wuhan" does not fit here. Expected: Administrative division',
    ),
    "fact without a role": (
        lambda d: field(d, "card", "/idNo").update(fact="person.number"),
        "matters/card/matter.json#/fields/~1idNo/fact",
        "Expected: role:element, such as applicant:person.name",
    ),
    "path without a slash": (
        lambda d: d["matters/card/matter.json"]["fields"].update(photo={}),
        "matters/card/matter.json#/fields/photo",
        "The key 'photo' does not fit. Expected: A path such as /applicant/name",
    ),
    "word of a closed list": (
        lambda d: field(d, "card", "/idNo").update(input="chioce"),
        "matters/card/matter.json#/fields/~1idNo/input",
        "\"chioce\" is not allowed. Did you mean 'choice'? Allowed: text, paragraph, ",
    ),
    "text for a number": (
        lambda d: affair(d).update(minutes="5"),
        "affairs/moving.json#/minutes",
        'A whole number is expected, not "5".',
    ),
    "number too small": (
        lambda d: affair(d).update(minutes=0),
        "affairs/moving.json#/minutes",
        "0 is less than 1.",
    ),
    "nothing in a list": (
        lambda d: affair(d).update(pages=[]),
        "affairs/moving.json#/pages",
        "It is empty",
    ),
    "too much in a pair": (
        lambda d: codelist(d, "sex_words")["crosswalk"].update(pairs=[["1", "m", ""]]),
        "codelists.json#/codelists/sex_words/crosswalk/pairs/0",
        "It has more entries than fit here.",
    ),
    "too little in a pair": (
        lambda d: field(d, "register", "/born").update(lens={"table": [["1"]]}),
        "matters/register/matter.json#/fields/~1born/lens/table/0",
        "It needs at least 2 entries",
    ),
    "lens miswritten": (
        lambda d: field(d, "register", "/born").update(lens={"dat": "YYYYMMDD"}),
        "matters/register/matter.json#/fields/~1born/lens/dat",
        "Unknown key 'dat'. Did you mean 'date'?",
    ),
    "two lenses": (
        lambda d: field(d, "register", "/born")["lens"].update(upper=True),
        "matters/register/matter.json#/fields/~1born/lens",
        "Exactly one of `identity`, `table`, `date`, ",
    ),
    "parts without a lens": (
        lambda d: field(d, "register", "/idNo").update(
            parts=[{"fact": "mover:person.number"}, {"fact": "mover:person.sex"}]
        ),
        "matters/register/matter.json#/fields/~1idNo",
        "`parts` needs `lens` beside it.",
    ),
    "the same twice": (
        lambda d: d["matters/pension/matter.json"]["materials"][0].update(
            ways=["submit", "submit"]
        ),
        "matters/pension/matter.json#/materials/0/ways",
        "The same entry stands here twice.",
    ),
    "copy of a file": (
        lambda d: d.update({"affairs/moving 副本.json": affair(d)}),
        "affairs/moving 副本.json#/id",
        "It is 'moving', the name is 'moving 副本'.",
    ),
    "table miswritten": (
        lambda d: field(d, "pension", "/person/sex").update(lens={"table": "sexwords"}),
        "matters/pension/matter.json#/fields/~1person~1sex/lens/table",
        "with a crosswalk called 'sexwords'. Did you mean 'sex_words'?",
    ),
    "crosswalk to nothing": (
        lambda d: codelist(d, "sex_words")["crosswalk"].update(to="sexes"),
        "codelists.json#/codelists/sex_words/crosswalk/to",
        "There is no code list 'sexes'. Did you mean 'sex'?",
    ),
    "result that its own matter waits for": (
        bind_own_result,
        "matters/card/matter.json#/issues/0/fact",
        "'card' asks for 'mover:card.number', which its own result brings.",
    ),
    "no departments": (
        lambda d: d.pop("departments.json"),
        "departments.json",
        "This file is missing. Is this the right folder?",
    ),
}


@pytest.mark.parametrize(
    ("change", "place", "words"), PLAINLY_TOLD.values(), ids=PLAINLY_TOLD
)
def test_each_mistake_is_told_once_in_plain_words(definitions, change, place, words):
    change(definitions)

    with pytest.raises(DefinitionErrors) as caught:
        definitions.merge()

    told = [error for error in caught.value.errors if error.place == place]
    assert [words in str(error) for error in told].count(True) == 1, str(caught.value)


def test_one_mistake_in_a_form_gives_one_error(definitions):
    properties(definitions, "card")["idNo"]["type"] = "strung"

    assert len(broken(definitions)) == 1


UNREADABLE = {
    "other encoding": ("搬家".encode("gbk"), "save it as UTF-8"),
    "wide encoding": ("{}".encode("utf-16"), "save it as UTF-8"),
    "no comma": (b'{"a": 1\n "b": 2}', "a comma or a closing bracket is missing"),
    "one comma more": (b'{"a": 1,\n}', "is a comma too much? (line 2, column 1)"),
    "curly quotes": ("{“a”: 1}".encode(), "a key in plain double quotes"),
    "no number": (b'{"a": NaN}', "(line 1, column 7)"),
    "half a character": (b'{"a": "\\ud800"}', "surrogate"),
    "too deep": (b"[" * 100_000, "nested too deep"),
}


@pytest.mark.parametrize(("text", "words"), UNREADABLE.values(), ids=UNREADABLE)
def test_a_file_that_cannot_be_read_says_why(definitions, text, words):
    documents = definitions.documents() | {"affairs/moving.json": text}

    with pytest.raises(DefinitionErrors) as caught:
        load(documents)

    assert words in str(caught.value)


def test_a_byte_order_mark_is_passed_over(definitions):
    documents = definitions.documents()
    documents["affairs/moving.json"] = (
        b"\xef\xbb\xbf" + documents["affairs/moving.json"]
    )

    assert list(load(documents).affairs) == ["moving"]


def test_a_condition_of_endless_depth_is_refused(definitions):
    condition = {"required": ["situation:retired"]}
    for _ in range(300):
        condition = {"not": condition}
    affair(definitions)["matters"][1]["when"] = condition

    assert broken(definitions) == [
        ("E_SCHEMA", "affairs/moving.json#/matters/1/when"),
    ]


def test_code_lists_may_be_missing_where_none_is_used(definitions):
    del definitions["codelists.json"]
    del elements(definitions)["person.sex"]["codelist"]
    field(definitions, "pension", "/person/sex")["lens"] = {
        "table": [["1", "m"], ["2", "f"]]
    }

    definitions.load()


def test_a_folder_without_affairs_loads_and_can_be_told():
    assert not load({}).affairs
    assert str(NoAffairsError("my/defs")).startswith(
        "my/defs: There are no affairs in this folder."
    )


STRANGE = [None, True, 0, -1, 1e300, "", "x", "/", "a:b", "#", [], {}, [[]], [{}]]
STRANGE += [{"": {}}, {"required": ["x"]}, {"$ref": "#"}, {"allOf": [{"not": 1}]}]


def places(document, above=()):
    yield above
    below = document.items() if isinstance(document, dict) else ()
    if isinstance(document, list):
        below = enumerate(document)
    for name, value in below:
        yield from places(value, (*above, name))


@given(data=st.data())
def test_whatever_stands_anywhere_is_refused_or_taken_without_a_crash(
    moving_documents, data
):
    path = data.draw(st.sampled_from(sorted(moving_documents)))
    where = data.draw(st.sampled_from(list(places(moving_documents[path]))))
    changed = copy.deepcopy(moving_documents)
    holder = changed
    for name in (path, *where)[:-1]:
        holder = holder[name]
    holder[(path, *where)[-1]] = data.draw(st.sampled_from(STRANGE))

    with suppress(DefinitionErrors):
        list(warnings(changed.load()))
        changed.merge()
