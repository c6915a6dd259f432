"""A list too long to open: searched on a page of its own, without scripts."""

import json
import re

import pytest

from builder import pack
from builder.catalogue import load
from builder.merge import merge
from renderer import create_app
from renderer.config import Settings, open_configured
from submissions import drafts, packs
from submissions.clock import utc_text

COUNT = 4000
STREET = ["facts", "person:street"]


def words(text):
    return {"zh-CN": text, "en": text}


LIMIT = {"workdays": 5, "text": words("5 个工作日")}
STREETS = [
    {"code": f"{n:06}", "label": {"zh-CN": f"第{n}街道", "en": f"Street {n}"}}
    for n in range(COUNT)
]
DOCUMENTS = {
    "elements.json": {
        "elements": {
            "street": {
                "label": words("街道"),
                "schema": {"type": "string", "pattern": "^[0-9]{6}$"},
                "sensitivity": "general",
                "example": "000001",
                "codelist": "streets",
            }
        }
    },
    "codelists.json": {
        "codelists": {"streets": {"label": words("街道"), "values": STREETS}}
    },
    "departments.json": {
        "departments": {"civil": {"label": words("民政局"), "kind": "authority"}}
    },
    "matters/moving/schema.json": {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "properties": {"jd": {"type": "string", "pattern": "^[0-9]{6}$"}},
        "required": ["jd"],
    },
    "matters/moving/matter.json": {
        "id": "moving",
        "label": words("搬家登记"),
        "department": "civil",
        "type": "20",
        "form": words("搬家登记表"),
        "legal_basis": words("条例"),
        "result": words("登记"),
        "limits": {"legal": LIMIT, "promised": LIMIT},
        "fields": {"/jd": {"label": words("街道"), "fact": "person:street"}},
    },
    "affairs/moving_home.json": {
        "id": "moving_home",
        "label": words("搬家"),
        "summary": words("一张表"),
        "audience": words("搬家的人"),
        "lead_department": "civil",
        "area": "420116",
        "minutes": 1,
        "fee": words("不收费"),
        "who_may_act": words("本人"),
        "roles": {"person": words("本人")},
        "situations": [],
        "matters": [{"matter": "moving"}],
        "pages": [
            {
                "id": "street",
                "label": words("住址"),
                "questions": ["/facts/person:street"],
            }
        ],
    },
}


def long_pack():
    """An affair of one matter that asks for one of 4,000 streets."""
    encoded = {path: json.dumps(each).encode() for path, each in DOCUMENTS.items()}
    candidate = pack.dump(merge(load(encoded), "moving_home"))
    return pack.certify(candidate, {"ok": True})


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    """A portal of its own: others count what is published in theirs."""
    settings = Settings(data=tmp_path_factory.mktemp("moving"))
    store = open_configured(settings)
    packs.publish(store, long_pack(), now="2026-11-22T00:00:00.000Z", by="tests")
    yield create_app(settings, store=store)
    store.close()


@pytest.fixture
def published(app):
    return packs.current(app.extensions["yibiao"].store, "moving_home")


@pytest.fixture
def page(published, site):
    assert published.form.questions[0].input == "choice"
    begun = site.begin("moving_home")
    return site.get(next(a for a in begun.links if "/pages/" in a))


@pytest.fixture
def name(published):
    (question,) = published.form.questions
    return question.name


def kept(site, page):
    app = site.app.extensions["yibiao"]
    id_ = re.search(r"/drafts/([^/]+)", page.path).group(1)
    return drafts.get(app.store, id_, now=utc_text(app.clock()))


def search(site, page, name, typed):
    said = {f"{name}-q": typed, "_do": f"choose:{name}"}
    return site.send(page, page.path, **said)


def choose(site, found, value):
    return site.send(found, found.path.rpartition("/")[2], value=value)


def test_the_page_does_not_carry_the_list(page, name):
    assert len(page.html) < 20_000
    assert f'value="choose:{name}"' in page.html
    assert "第3999街道" not in page.html


def test_one_of_4000_is_searched_and_chosen(site, page, name):
    found = search(site, page, name, "39 街道")
    assert "找到" in found.words
    assert "第3999街道" not in found.words
    assert "个没有列出来" in found.words

    closer = site.get(f"{found.path}?q=第3999街道")
    after = choose(site, closer, "003999")

    assert after.path == page.path
    assert "第3999街道" in after.words
    assert kept(site, page).answers["facts"] == {"person:street": "003999"}
    onward = site.send(after, after.path, _do="next")
    assert onward.path.endswith("/check")
    assert "第3999街道" in onward.words


def test_a_name_typed_in_full_needs_no_search(site, page, name):
    onward = site.send(page, page.path, _do="next", **{f"{name}-q": "street 17"})

    assert onward.path.endswith("/check")
    assert kept(site, page).answers["facts"] == {"person:street": "000017"}


def test_a_name_that_is_not_there_is_shown_again_and_says_what_to_do(site, page, name):
    wrong = site.send(page, page.path, _do="next", **{f"{name}-q": "长安街"})

    assert wrong.status == 422
    assert "没有叫这个名字的，请按“查找”" in wrong.words
    assert 'value="长安街"' in wrong.html
    assert f'href="#{name}-q"' in wrong.html


def test_what_is_not_found_says_so_and_nothing_is_changed(site, page, name):
    found = search(site, page, name, "长安街")

    assert "没有找到“长安街”" in found.words
    assert kept(site, page).answers["facts"] == {}
    assert kept(site, page).unread == {}


def test_what_was_chosen_can_be_changed(site, page, name):
    once = choose(site, site.get(search(site, page, name, "1").path), "000001")
    other = search(site, once, name, "2")
    assert kept(site, page).answers["facts"] == {"person:street": "000001"}

    choose(site, other, "000002")

    assert kept(site, page).answers["facts"] == {"person:street": "000002"}


def test_a_value_that_is_not_offered_and_a_question_not_asked_are_refused(
    site, page, name
):
    found = search(site, page, name, "1")

    assert choose(site, found, "999999").status == 400
    assert site.get(found.path.replace(name, "f999")).status == 404
    assert kept(site, page).answers["facts"] == {}
