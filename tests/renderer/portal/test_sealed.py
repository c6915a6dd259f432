"""What an authority answers for cannot be changed by anything a browser sends."""

import json
import re

import pytest

from submissions import drafts

AFFAIR = "newborn_birth"
NUMBER = "/facts/mother:person.id_number"
LIN, FORGED = "420116199603122468", "420116199603122345"


def store_of(site):
    return site.app.extensions["yibiao"].store


def stored(site, page):
    id_ = page.path.split("/")[2]
    return drafts.get(store_of(site), id_, now="2026-11-22T03:04:05.000Z")


@pytest.fixture
def names(forms):
    form = forms[AFFAIR]
    return {q.pointer: q.name for q in (*form.situations, *form.questions)}


def situated(site, **changed):
    page = site.begin(AFFAIR)
    while "/situations" in page.path:
        said = {
            name: re.search(rf'name="{name}" value="([^"]*)"', page.html)[1]
            for name in page.questions
        }
        page = site.send(page, "/situations", _do="next", **{**said, **changed})
    return page


@pytest.fixture
def mother(site, stands_on):
    """The page of the mother, who is signed in; her number is sealed."""
    site.sign_in("lin")
    page = situated(site)
    return site.get(f"{page.path}/pages/{stands_on(AFFAIR, NUMBER)}")


def kept(site, page):
    facts = stored(site, page).answers["facts"]
    return facts.get("mother:person.id_number")


def test_a_sealed_value_has_no_box_and_says_why(mother, names):
    assert names[NUMBER] in mother.proposed
    assert f'name="{names[NUMBER]}"' not in mother.html
    assert "这一项由登记它的部门提供，在这里不能改。" in mother.words


@pytest.mark.parametrize("typed", [FORGED, "", "x", LIN])
@pytest.mark.parametrize("button", ["next", "later"])
def test_a_page_that_sends_a_box_it_was_not_given_changes_nothing(
    site, mother, names, typed, button
):
    site.client.post(
        mother.path,
        data={**csrf(mother), names[NUMBER]: typed, "_do": button},
    )

    assert kept(site, mother) == LIN
    origin = stored(site, mother).provenance[NUMBER]
    assert (origin["source"], origin["corrected"]) == ("id_card", False)


def csrf(page):
    found = re.search(r'name="csrf_token"[^>]*value="([^"]*)"', page.html)
    seen = re.search(r'name="rev"[^>]*value="([^"]*)"', page.html)
    return {"csrf_token": found[1], "rev": seen[1] if seen else ""}


def test_what_was_typed_while_the_question_was_open_yields_to_the_seal(
    site, names, stands_on
):
    """Say somebody else applies, type her number, then say the mother applies."""
    site.sign_in("lin")
    who = names["/facts/situation:applicant_is"]
    page = situated(site, **{who: "father"})
    on = f"{page.path}/pages/{stands_on(AFFAIR, NUMBER)}"
    sheet = site.get(on)
    site.send(sheet, on, _do="later", **{names[NUMBER]: FORGED})
    assert kept(site, page) == FORGED

    first = site.get(f"{page.path}/situations")
    site.send(first, first.path, _do="next", **{who: "mother"})

    again = site.get(on)
    assert FORGED not in again.html
    site.send(again, on, _do="later")
    assert kept(site, page) == LIN
    assert stored(site, page).provenance[NUMBER]["source"] == "id_card"


def test_another_window_and_a_page_sent_again_change_nothing(site, mother, names):
    site.send(mother, mother.path, _do="later")
    for _ in range(2):  # the page as it was served at first, sent twice
        data = {**csrf(mother), names[NUMBER]: FORGED, "_do": "later"}
        site.client.post(mother.path, data=data)

    assert kept(site, mother) == LIN


def test_a_value_put_into_the_draft_by_another_way_is_not_submitted(site, mother):
    """As a replayed draft, or a fault elsewhere, would: the record is the server's."""
    site.send(mother, mother.path, _do="later")
    draft = stored(site, mother)
    document = store_of(site).get("drafts", draft.id)
    answers = json.loads(document["answers"])
    answers["facts"]["mother:person.id_number"] = FORGED
    store_of(site).put("drafts", {**document, "answers": json.dumps(answers)})

    check = site.get(f"/drafts/{draft.id}/check")

    assert "4201************68" in check.words
    assert "4201************45" not in check.words
    assert FORGED not in site.get(mother.path).html
    site.send(site.get(mother.path), mother.path, _do="later")
    assert kept(site, mother) == LIN
