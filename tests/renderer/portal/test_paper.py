"""The paper twin: the form empty and filled in, and each department's own document."""

import json
import re

import pytest

from renderer.demo.once import sample

NEWBORN = "newborn_birth"


@pytest.fixture
def done(begun):
    """The id of the form once it is submitted."""
    receipt = begun.site.send(begun.page("/check"), "/submit", declared="yes")
    assert receipt.heading == "回执"
    return begun.id


def labels(page):
    asked = page.html.partition('id="materials"')[0]
    return [
        re.sub(r"<[^>]*>", "", each).strip()
        for each in re.findall(r"<dt>(.*?)</dt>", asked, re.DOTALL)
    ]


@pytest.mark.parametrize("affair", ["newborn_birth", "enterprise_setup"])
def test_the_empty_form_asks_everything_in_its_order(site, forms, affair):
    form = forms[affair]

    page = site.get(f"/affairs/{affair}/paper")

    at = [page.words.index(q.label["zh-CN"]) for q in form.situations]
    assert at == sorted(at)
    assert len(labels(page)) == len(form.situations) + len(form.questions)
    assert all(q.label["zh-CN"] in page.words for q in form.questions)
    assert not page.controls


def test_the_filled_form_says_what_was_answered_under_the_same_numbers(begun):
    paper, check = begun.page("/paper"), begun.page("/check")

    assert "林晓雯" in paper.words
    numbers = re.findall(r'class="no">(\d+\.\d+)<', check.html)
    assert re.findall(r'class="no">([1-9]\d*\.\d+)<', paper.html) == numbers


def test_the_materials_stand_on_every_paper(site, done):
    empty = site.get("/affairs/newborn_birth/paper")
    sent = site.get(f"/submissions/{done}/paper")

    assert "出院小结、费用票据" in empty.words
    assert "已交 1 个文件 bills.pdf" in sent.words


def test_a_form_without_situations_answered_is_asked_for_them_first(begin, site):
    begun = begin(site)
    begun.save(answers={"facts": {}, "matters": {}})

    assert begun.page("/paper").path.endswith("/situations")


def test_a_department_sees_its_own_labels_in_its_own_order(begun, done, forms):
    for matter in forms[NEWBORN].matters:
        page = begun.site.get(f"/submissions/{done}/documents/{matter.id}")
        if page.status == 404:
            continue
        own = [each["title"] for each in matter.schema["properties"].values()]
        assert labels(page) == own
    assert begun.site.get(f"/submissions/{done}/documents/nhc.birth_cert").status == 200


def test_the_printed_document_is_the_one_that_is_delivered(begun, done):
    case = begun.store.get("submissions", done)
    part = next(p for p in case["parts"] if p["matter"] == "nhc.birth_cert")

    page = begun.site.get(f"/submissions/{done}/documents/nhc.birth_cert")

    said = re.findall(r'class="val">(.*?)</span>', page.html)
    assert sorted(said) == sorted(map(str, json.loads(part["body"]).values()))


def test_what_a_department_will_receive_is_shown_before_it_is_sent(begun, done):
    other = begun.site.begin(NEWBORN)
    id_ = re.search(r"/drafts/([^/]+)", other.path)[1]
    begun.id = id_
    begun.save(answers=sample(NEWBORN)["answers"])

    page = begun.page("/documents/nhc.birth_cert")

    sent = begun.site.get(f"/submissions/{done}/documents/nhc.birth_cert")
    assert labels(page) == labels(sent)
    assert page.heading == sent.heading


def test_a_document_that_still_waits_is_not_there_yet(begun, done):
    case = begun.store.get("submissions", done)
    waiting = [p["matter"] for p in case["parts"] if p["state"] == "waiting"]
    receipt = begun.site.get(f"/submissions/{done}")

    assert waiting
    for matter in waiting:
        path = f"/submissions/{done}/documents/{matter}"
        assert begun.site.get(path).status == 404
        assert path not in receipt.links


@pytest.mark.parametrize(
    "ending", ["/paper", "/documents/nhc.birth_cert", "/documents/no.such"]
)
def test_nobody_else_sees_the_paper(another_browser, begun, done, ending):
    assert another_browser.get(f"/submissions/{done}{ending}").status == 404
    assert another_browser.get(begun.path(ending)).status == 404


def test_no_paper_of_what_is_not_there(site, begun):
    assert site.get("/affairs/none/paper").status == 404
    assert begun.page("/documents/no.such").status == 404
