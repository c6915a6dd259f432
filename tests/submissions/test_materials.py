"""Who must hand in what, what a promise means, what departments are told."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder import pack
from builder.model import Limit, Material
from submissions import materials
from submissions.errors import Refused
from submissions.files import KeptFile

NOW = "2026-11-23T03:00:00.000Z"
WAYS = ["submit", "share", "certificate", "prior_result", "generated", "promise"]


def words(text):
    return {"zh-CN": text, "en": text}


made = st.builds(
    Material,
    id=st.just("m"),
    label=st.sampled_from(["lease", "plan", "permit"]).map(words),
    necessity=st.sampled_from(["required", "deferrable", "optional"]),
    ways=st.lists(st.sampled_from(WAYS), min_size=1, unique=True).map(tuple),
    when=st.none() | st.just({"required": ["x"]}),
)


def file(key):
    return KeptFile(
        material=key, name="a.pdf", type="application/pdf", size=3, sha256="0", at=NOW
    )


@pytest.fixture(scope="module")
def form(packed):
    return pack.load(packed)


def with_materials(form, *per_matter):
    """The founding form, each matter with one material."""
    chosen = [
        replace(matter, materials=(each,))
        for matter, each in zip(form.matters, per_matter, strict=False)
    ]
    return replace(form, matters=tuple(chosen))


def grouped(form):
    every = ((m, each) for m in form.matters for each in m.materials)
    return materials.grouped(form, every)


def needed(form, *each):
    return grouped(with_materials(form, *each))


def material(label="lease", necessity="required", ways=("submit",), when=None):
    return Material(
        id="m", label=words(label), necessity=necessity, ways=ways, when=when
    )


def test_a_material_several_matters_need_is_one(form):
    (need,) = needed(form, material(), material(ways=("submit", "promise")))

    assert need.key == "licence:m"
    assert [matter.id for matter, _ in need.askers] == ["licence", "tax"]


def test_a_key_does_not_depend_on_the_situation(form):
    both = with_materials(form, material(), material())
    tax = both.matters[1]

    (need,) = materials.grouped(both, [(tax, tax.materials[0])])

    assert need.key == "licence:m"


@pytest.mark.parametrize(
    ("necessity", "ways", "when", "asked"),
    [
        ("required", ("submit",), None, (True, False)),
        ("required", ("submit", "promise"), None, (True, True)),
        ("deferrable", ("submit",), None, (True, True)),
        ("optional", ("submit",), None, (False, False)),
        ("optional", ("submit",), {"required": ["x"]}, (True, False)),
        ("required", ("submit", "certificate"), None, (False, False)),
        ("required", ("submit", "share", "promise"), None, (False, False)),
        ("required", ("submit", "generated"), None, (False, False)),
        ("required", ("generated",), None, (False, False)),
        ("deferrable", ("submit", "share"), None, (False, False)),
    ],
)
def test_only_what_nothing_else_covers_is_demanded(form, necessity, ways, when, asked):
    (need,) = needed(form, material("a", necessity, ways, when))

    assert (bool(need.demanding), need.promisable) == asked
    assert need.accepts == ("submit" in ways)


def test_one_who_takes_no_promise_is_enough_to_demand_the_material(form):
    (need,) = needed(form, material(necessity="deferrable"), material())

    assert not need.promisable
    assert materials.missing([need], [], [need.key]) == (need.key,)


@pytest.mark.parametrize(
    ("promised", "legal", "days"),
    [(3, 20, 3), (0, 5, 5), (None, None, 5), (0.5, 5, 1)],
)
def test_a_promise_lasts_as_long_as_the_matter_takes(form, promised, legal, days):
    (need,) = needed(form, material(necessity="deferrable"))
    matter = replace(
        need.askers[0][0],
        promised_limit=Limit(workdays=promised, text=words("")),
        legal_limit=Limit(workdays=legal, text=words("")),
    )
    need = replace(need, askers=((matter, need.askers[0][1]),))

    assert need.workdays == days


def test_the_day_of_a_promise_is_counted_in_china(form):
    (need,) = needed(form, material(necessity="deferrable"))

    # 23:30 on Monday in China, and half an hour later.
    before = materials.promise_of(need, now="2026-11-23T15:30:00.000Z")
    after = materials.promise_of(need, now="2026-11-23T16:00:00.000Z")

    assert (before.due, after.due) == ("2026-11-30", "2026-12-01")


def test_a_day_past_the_published_holidays_is_said_to_be_provisional(form):
    (need,) = needed(form, material(necessity="deferrable"))
    promise = materials.promise_of(need, now="2026-12-30T03:00:00.000Z")
    (matter,) = (m for m, _ in need.askers)

    (told,) = materials.told(matter, [need], [], [promise])

    assert told == {
        "id": "m",
        "state": "promised",
        "due": "2027-01-07",
        "provisional": True,
    }


def test_a_promise_that_it_is_so_has_no_day(form):
    (need,) = needed(form, material(ways=("submit", "promise")))
    promise = materials.promise_of(need, now=NOW)
    (matter,) = (m for m, _ in need.askers)

    assert materials.told(matter, [need], [], [promise]) == [
        {"id": "m", "state": "promised", "due": None}
    ]


@given(st.lists(made, min_size=1, max_size=4), st.data())
def test_departments_are_told_what_applicants_were_asked(form, made, data):
    """Law: nothing is missing exactly when no department is told of a lack.

    And a file is told only to those who take files, a promise only without files.
    """
    needs = needed(form, *made)
    keys = [need.key for need in needs]
    files = [file(key) for key in data.draw(st.lists(st.sampled_from(keys)))]
    given_ = data.draw(st.lists(st.sampled_from(keys), unique=True))
    promised = materials.promises(needs, files, given_, now=NOW)

    told = {
        matter.id: materials.told(matter, needs, files, promised)
        for matter in form.matters
    }

    states = {each["state"] for every in told.values() for each in every}
    assert bool(materials.missing(needs, files, given_)) == ("outstanding" in states)
    for need in needs:
        for matter, asked in need.askers:
            (state,) = told[matter.id]
            handed_in = any(each.material == need.key for each in files)
            supplied = handed_in and "submit" in asked.ways
            assert (state["state"] == "supplied") == supplied
            assert ("files" in state) == supplied
            assert not (handed_in and any(p.material == need.key for p in promised))


def test_a_missing_material_refuses_the_case_and_keeps_the_draft(city):
    draft = city.draft(promised=())
    bare = replace(draft, files=())

    with pytest.raises(Refused, match="licence:lease") as refused:
        city.accept(bare)

    assert refused.value.materials == ("licence:lease", "tax:ledger")
    assert city.submission() is None


def test_the_case_keeps_what_was_handed_in_and_promised(city):
    submission = city.apply()

    assert [each["material"] for each in submission["files"]] == ["licence:lease"]
    assert submission["promises"] == [
        {"material": "tax:ledger", "due": None, "provisional": False}
    ]
    states = {m["id"]: m["state"] for m in city.part("licence")["materials"]}
    assert states == {"lease": "supplied", "id": "exempt"}


def test_a_part_that_waited_is_told_the_same(city):
    city.apply()
    part = city.part("tax")

    assert part["state"] == "waiting"
    assert "materials" not in part
