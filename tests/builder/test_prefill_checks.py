"""Faults in prefill rules are found before anybody fills in the form."""

import pytest

from builder.errors import DefinitionErrors

NUMBER, SEX, BORN = (
    f"/facts/mover:person.{name}" for name in ("number", "sex", "born")
)
FILE = "affairs/moving.json#"
LABEL = {"zh-CN": "来源", "en": "Source"}
COMPUTED = {"source": "computed", "compute": "copy"}


def rule_of(place):
    return f"{FILE}/prefill/{place.replace('/', '~1')}/0"


def changed(**more):
    return lambda a: a["prefill"][SEX][0].update(more)


def with_source(name, kind, place, *rules, **more):
    def change(affair):
        affair["sources"][name] = {"label": LABEL, "kind": kind, **more}
        affair["prefill"][place] = list(rules)

    return change


def ring(affair):
    affair["sources"]["computed"] = {"label": LABEL, "kind": "computed"}
    affair["prefill"][NUMBER] = [{**COMPUTED, "of": ["mover:person.born"]}]
    affair["prefill"][BORN] = [{**COMPUTED, "of": ["mover:person.number"]}]


FAULTS = {
    "unknown source": (
        changed(source="tax"),
        "E_UNKNOWN_NAME",
        f"{rule_of(SEX)}/source",
    ),
    "no path": (changed(path="a b"), "E_PREFILL_PATH", f"{rule_of(SEX)}/path"),
    "unknown fact": (
        with_source("computed", "computed", SEX, {**COMPUTED, "of": ["mover:moon"]}),
        "E_UNKNOWN_NAME",
        rule_of(SEX),
    ),
    "unknown key": (
        lambda a: a["sources"]["id_card"].update(key={"number": "mover:moon"}),
        "E_UNKNOWN_NAME",
        rule_of(NUMBER),
    ),
    "ring": (ring, "E_CYCLE", f"{FILE}/prefill"),
    "path of a computation": (
        with_source("computed", "computed", SEX, {"source": "computed", "path": "x"}),
        "E_PREFILL_KIND",
        rule_of(SEX),
    ),
    "sealed by nobody": (
        with_source(
            *("link", "link", NUMBER),
            {"source": "link", "path": "x", "lock": "sealed"},
        ),
        "E_SEAL_UNVERIFIED",
        f"{rule_of(NUMBER)}/lock",
    ),
    "sealed candidate": (
        lambda a: a["prefill"][BORN].append(
            {
                "source": "id_card",
                "path": "born",
                "lock": "sealed",
                "certainty": "candidate",
            }
        ),
        "E_SEAL_UNVERIFIED",
        f"{rule_of(BORN)}/lock",
    ),
    "refused by a form": (
        changed(says={"enum": ["1", "9"]}),
        "E_SOURCE_VALUE",
        rule_of(SEX),
    ),
    "refused default": (
        with_source("default", "default", SEX, {"source": "default", "value": "9"}),
        "E_SOURCE_VALUE",
        rule_of(SEX),
    ),
    "consent of nobody": (
        lambda a: a["sources"]["id_card"].update(
            consent={"version": 1, "text": LABEL, "of": "moon"}
        ),
        "E_UNKNOWN_NAME",
        f"{FILE}/sources/id_card/consent/of",
    ),
}


def errors_of(definitions):
    with pytest.raises(DefinitionErrors) as caught:
        definitions.merge()
    return caught.value.errors


@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_is_found_at_its_place(definitions, fault):
    change, code, place = FAULTS[fault]
    affair = definitions["affairs/moving.json"]
    affair["prefill"].setdefault(BORN, [])
    change(affair)
    affair["prefill"] = {where: r for where, r in affair["prefill"].items() if r}

    assert (code, place) in {(e.code, e.place) for e in errors_of(definitions)}


def test_the_witness_of_a_refused_value_is_named_with_who_refuses_it(definitions):
    changed(says={"enum": ["1", "9"]})(definitions["affairs/moving.json"])

    [error] = errors_of(definitions)

    assert error.witness == "9"
    assert {who for who, _ in error.refused} == {"its data element", "pension"}
    assert 'can say "9"' in str(error)


@pytest.mark.parametrize("flag", ["sensitive", "underivable"])
def test_nothing_sensitive_is_guessed_and_nothing_underivable_is_computed(
    definitions, flag
):
    element = definitions["elements.json"]["elements"]["person.sex"]
    affair = definitions["affairs/moving.json"]
    if flag == "sensitive":
        element["sensitivity"] = "sensitive"
        affair["prefill"][SEX][0]["certainty"] = "candidate"
    else:
        element["underivable"] = True
        usual = {"source": "default", "value": "1"}
        with_source("default", "default", SEX, usual)(affair)

    assert [error.code for error in errors_of(definitions)] == ["E_PREFILL_GUESS"]
