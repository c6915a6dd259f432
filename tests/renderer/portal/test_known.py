"""A known value can be asked for again and doubted; silence is said at the question."""

import re
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import pytest
from known import Shelf, connections

from builder.prefill import propose
from renderer import create_app
from renderer.config import Settings, open_configured
from renderer.demo.once import sample
from renderer.portal.knowing import records_of
from submissions import drafts
from submissions import packs as publishing
from submissions.errors import Conflict

AFFAIR = "newborn_birth"
NUMBER = "/facts/mother:person.id_number"
NAME = "/facts/deceased:person.name"
NATION = "/facts/mother:person.nationality_name"
MOBILE = "/facts/mother:person.mobile"
NOW = "2026-11-22T03:04:05.000Z"
PEOPLE = Path(str(files("renderer.demo") / "people.json"))


class Moody(Shelf):
    """Sample registers of which a test silences some."""

    def __init__(self):
        self.silent = set()


@pytest.fixture
def shelf():
    return Moody()


@pytest.fixture
def site(tmp_path, packs, shelf, open_site, at_end):
    settings = Settings(data=tmp_path, demo_people=PEOPLE)
    store = open_configured(settings)
    publishing.publish(store, packs[AFFAIR], now=NOW, by="tests")
    clock = at_end("public").extensions["yibiao"].clock
    app = create_app(settings, store=store, clock=clock, connections=connections(shelf))
    yield open_site(app)
    store.close()


def begin(site):
    site.sign_in("lin")
    page = site.begin(AFFAIR)
    while "/situations" in page.path:
        said = {
            name: re.search(rf'name="{name}" value="([^"]*)"', page.html)[1]
            for name in page.questions
        }
        page = site.send(page, "/situations", _do="next", **said)
    return page.path


def kept(site, case):
    store = site.app.extensions["yibiao"].store
    return drafts.get(store, case.split("/")[2], now=NOW)


@pytest.fixture
def names(forms):
    return {q.pointer: q.name for q in forms[AFFAIR].questions}


def test_a_note_that_a_sealed_value_is_wrong_goes_with_it_and_changes_nothing(
    site, names, stands_on
):
    case = begin(site)
    on = f"{case}/pages/{stands_on(AFFAIR, NUMBER)}"
    asked = site.get(on)
    assert f'value="known:{names[NUMBER]}"' in asked.html
    page = site.send(asked, on, _do=f"known:{names[NUMBER]}", **{names[NATION]: "法国"})
    assert page.path == f"{case}/known/{names[NUMBER]}"
    assert "居民身份证" in page.words
    assert site.get(on).form(on).values[names[NATION]] == ["法国"]
    assert site.send(page, "", _do="dispute", note=" ").status == 422

    after = site.send(page, "", _do="dispute", note="最后一位不对")

    assert after.path == on
    draft = kept(site, case)
    assert draft.answers["facts"]["mother:person.id_number"] == "420116199603122468"
    assert draft.provenance[NUMBER]["disputed"] == "最后一位不对"
    assert "您说过不对" in after.words


def test_a_note_is_kept_though_another_window_was_faster_once(site, names, monkeypatch):
    case = begin(site)
    page = site.get(f"{case}/known/{names[NUMBER]}")
    store = site.app.extensions["yibiao"].store
    put, faster = store.put, [Conflict("drafts", "d")]

    def overtaken(collection, document):
        if collection == "drafts" and faster:
            raise faster.pop()
        return put(collection, document)

    monkeypatch.setattr(store, "put", overtaken)
    after = site.send(page, "", _do="dispute", note="最后一位不对")

    assert (after.status, faster) == (200, [])
    assert kept(site, case).provenance[NUMBER]["disputed"] == "最后一位不对"


def test_a_silent_source_is_said_at_its_questions_and_the_rest_works(
    site, shelf, names, stands_on
):
    shelf.silent.add("id_card")
    case = begin(site)

    page = site.get(f"{case}/pages/{stands_on(AFFAIR, NUMBER)}")

    assert "现在查不到居民身份证，请您自己填下面这一项。" in page.words
    assert names[NUMBER] not in page.proposed
    phone = site.get(f"{case}/pages/{stands_on(AFFAIR, MOBILE)}")
    assert names[MOBILE] in phone.proposed


def test_asked_again_in_vain_what_was_said_before_stays_and_so_does_what_was_typed(
    site, shelf, names, stands_on
):
    case = begin(site)
    on = f"{case}/pages/{stands_on(AFFAIR, MOBILE)}"
    sheet = site.get(on)
    site.send(sheet, on, _do="later", **{names[MOBILE]: "13907190318"})
    shelf.silent.add("id_card")

    site.send(site.get(f"{case}/known/{names[NUMBER]}"), "", _do="again")

    again = site.get(f"{case}/pages/{stands_on(AFFAIR, NUMBER)}")
    assert "现在查不到，这是以前查到的" in again.words
    assert names[NUMBER] in again.proposed
    assert kept(site, case).answers["facts"]["mother:person.mobile"] == "13907190318"
    assert "您改过" in site.get(f"{case}/known/{names[MOBILE]}").words


def test_asked_again_about_one_value_a_note_beside_another_is_not_lost(site, names):
    case = begin(site)
    site.send(site.get(f"{case}/known/{names[NUMBER]}"), "", _do="dispute", note="不对")
    other = next(
        where
        for where, proposal in filled(site, case).items()
        if proposal == kept(site, case).provenance[NUMBER]["source"]
    )

    site.send(site.get(f"{case}/known/{names[other]}"), "", _do="again")

    assert kept(site, case).provenance[NUMBER]["disputed"] == "不对"


def filled(site, case):
    """The sources of what is proposed in a case now, by pointer."""
    published = publishing.load(site.app.extensions["yibiao"].store, f"{AFFAIR}@1")
    draft = kept(site, case)
    said = records_of(draft, published.judge, now=NOW)
    found = propose(published.judge, draft.answers, said, now=NOW)
    return {where: each.source for where, each in found.items()}


def test_what_was_said_of_another_person_is_not_proposed_to_whoever_asks_nobody(
    at_end, open_site
):
    """The number was typed anew while nobody was signed in, so nobody is asked."""
    site = open_site(at_end("public"))
    store = site.app.extensions["yibiao"].store
    id_ = site.begin("citizen_death").path.split("/")[2]
    draft = drafts.get(store, id_, now=NOW)
    facts = sample("citizen_death")["answers"]["facts"]
    number = facts["deceased:person.id_number"]
    situations = {k: v for k, v in facts.items() if k.startswith("situation")}
    answers = {"facts": {**situations, "deceased:person.id_number": number}}
    said = {"values": {"person": {"name": "张甲"}}, "at": NOW, "asked_at": NOW}
    form = publishing.load(store, draft.pack).form
    [page] = [p for p in form.pages if NAME in p.questions]

    def proposed(about):
        key = {"id_number": about, "asked_by": "somebody"}
        found = replace(
            drafts.get(store, id_, now=NOW),
            answers=answers,
            records={"deceased_hukou": {**said, "key": key}},
        )
        drafts.save(store, found, now=NOW)
        return "张甲" in site.get(f"/drafts/{id_}/pages/{page.id}").html

    assert proposed(number)
    assert not proposed("110101199001011237")
