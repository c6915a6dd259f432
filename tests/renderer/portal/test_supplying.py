"""What was promised is brought after submitting, from the progress page."""

from datetime import timedelta

import pytest

from renderer.demo.once import sample
from renderer.demo.papers import paper

COMPANY = "enterprise_setup"


@pytest.fixture
def sent(begin, site):
    """A company's case; its only material was promised. Return its address."""
    begun = begin(site, COMPANY)
    begun.save(answers=sample(COMPANY)["answers"])
    site.hand_in(begun.page("/materials"))
    receipt = site.send(begun.page("/check"), "/submit", declared="yes")
    assert receipt.heading == "回执"
    return receipt


@pytest.fixture
def bill():
    return paper("A seal")


def test_a_promised_material_is_brought_from_the_progress_page(site, sent, bill):
    progress = site.get(f"{sent.path}/progress")
    there = next(each for each in progress.links if "/materials/" in each)
    assert there in sent.links
    assert "已承诺" in progress.words
    page = site.get(there)

    empty = site.send(page, there)
    after = site.send(empty, there, file=[("印模.pdf", bill)])

    assert empty.status == 422
    assert "请先选文件" in empty.words
    assert "印模.pdf" in after.words
    progress = site.get(f"{sent.path}/progress")
    assert "已补交 1 个文件" in progress.words
    assert "您补交了“发票专用章印模”" in progress.words
    assert "已补交 1 个文件" in site.get(sent.path).words
    store = site.app.extensions["yibiao"].store
    stored = store.get("submissions", sent.path.split("/")[-1])
    assert [file["name"] for file in stored["files"]] == ["印模.pdf"]
    assert stored["log"][-1]["who"] == "applicant"
    site.send(site.get(there), there, file=[("印模.pdf", bill)])
    assert store.get("submissions", stored["_id"]) == stored


def test_a_file_that_is_none_says_so_and_the_good_one_is_kept(site, sent, bill):
    there = next(each for each in sent.links if "/materials/" in each)
    files = [("a.txt", b"plain"), ("b.pdf", bill)]

    page = site.send(site.get(there), there, file=files)

    assert page.status == 422
    assert "“a.txt”不是 JPG、PNG 或 PDF" in page.words
    assert "b.pdf" in page.words


def test_a_promise_that_is_overdue_says_so(visit, sent, site):
    clock = site.app.extensions["yibiao"].clock
    late = visit("public", lambda: clock() + timedelta(days=40))
    late.client._cookies = site.client._cookies

    progress = late.get(f"{sent.path}/progress")

    assert "没有按时补交，请尽快补交" in progress.words


def test_what_nobody_waits_for_leads_to_the_progress_page(site, sent, another_browser):
    page = site.get(f"{sent.path}/materials/amr.establish:m1")

    assert page.path == f"{sent.path}/progress"
    there = next(each for each in sent.links if "/materials/" in each)
    assert another_browser.get(there).status == 404
