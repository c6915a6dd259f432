"""What goes wrong is said plainly, and nothing typed is lost."""

import pytest

from submissions.errors import StoreUnavailableError, TooLargeError

NAME, SEX, HOUR = "孩子的姓名", "孩子的性别", "出生时间"


def child_page(begun):
    return begun.page("/pages/child")


def forget(site):
    site.client.delete_cookie("yibiao")


def test_who_signed_out_elsewhere_is_asked_for_the_code_until_it_is_right(
    site, begin, question
):
    site.sign_in("lin")
    begun = begin(site)
    sheet, code = child_page(begun), begun.code
    site.send(site.get("/mine"), "/sign-out")
    name = question(NAME).name

    forgotten = site.send(sheet, "/pages/child", _do="later", **{name: "周安宁"})
    empty = site.send(forgotten, "/pages/child")
    wrong = site.send(empty, "/pages/child", _code="0000-0000-0000")
    right = site.send(wrong, "/pages/child", _code=code)

    assert (forgotten.status, empty.status, wrong.status) == (400, 403, 403)
    for page in (forgotten, empty, wrong):
        assert "周安宁" in page.words
        assert "放得太久" not in page.words
        assert any("/sign-in?next=" in link for link in page.links)
    assert "请填续办码，或登录后再按" in wrong.words
    assert wrong.title.startswith("错误：")
    assert 'value="0000-0000-0000"' in wrong.html
    assert right.status == 200
    assert "周安宁" in str(begun.kept.answers)


def test_who_signs_in_in_another_window_presses_again_and_all_is_kept(
    site, begin, question
):
    site.sign_in("lin")
    begun = begin(site)
    sheet = child_page(begun)
    site.send(site.get("/mine"), "/sign-out")
    name = question(NAME).name

    page = site.send(sheet, "/pages/child", _do="later", **{name: "周安宁"})
    site.sign_in("lin")
    page = site.send(page, "/pages/child")
    site.send(page, "/pages/child")

    assert "周安宁" in str(begun.kept.answers)


def test_who_is_known_is_asked_for_no_code(begun):
    sheet = child_page(begun)
    with begun.site.client.session_transaction() as session:
        del session["csrf_token"]

    again = begun.site.send(sheet, "/pages/child", _do="later")

    assert again.status == 400
    assert "_code" not in again.form("/pages/child").names
    assert begun.site.send(again, "/pages/child").status == 200


def test_what_was_typed_is_told_with_its_question_and_in_words(begun, question):
    sheet, hour = begun.page("/pages/birth"), question(HOUR)
    child, sex = begun.page("/pages/child"), question(SEX)
    forget(begun.site)
    boxes = {f"{hour.name}-{b}": "" for b in "ymdhi"}
    boxes |= {f"{hour.name}-y": "二〇二六"}

    again = begun.site.send(sheet, "/pages/birth", _do="later", **boxes)

    typed = again.words.partition("您填的都在这里")[2]
    assert f"{HOUR} 二〇二六" in typed

    again = begun.site.send(child, "/pages/child", _do="later", **{sex.name: "2"})
    assert f"{SEX} 女" in again.words.partition("您填的都在这里")[2]


def test_a_form_without_texts_is_offered_again_too(site):
    guide = site.get("/affairs/newborn_birth")
    forget(site)

    again = site.send(guide, "/start")
    begun = site.send(again, "/start")

    assert again.status == 400
    assert "/situations" in begun.path


def test_nobody_learns_anything_of_a_case_that_is_not_there(another_browser):
    sent = {"csrf_token": "", "f1": "周安"}
    sent["csrf_token"] = (
        another_browser.get("/mine").form("/resume").values["csrf_token"]
    )

    assert another_browser.post("/drafts/s_none/pages/child", sent).status == 404


@pytest.mark.parametrize(
    ("headers", "offered"),
    [
        ({"Sec-Fetch-Site": "same-origin"}, True),
        ({"Sec-Fetch-Site": "same-site"}, False),
        ({"Sec-Fetch-Site": "none"}, False),
        ({"Origin": "http://localhost"}, True),
        ({"Origin": "https://localhost"}, True),
        ({"Origin": "http://evil.example"}, False),
        ({"Origin": "null"}, False),
        ({}, False),
        ({"Sec-Fetch-Site": "cross-site", "Origin": "http://localhost"}, False),
    ],
)
def test_only_what_a_page_of_ours_sent_is_offered_again(
    begun, question, headers, offered
):
    sent = {question(NAME).name: "周安宁"}

    answered = begun.site.post(begun.path("/pages/child"), sent, headers=headers)

    assert answered.status == 400
    assert ("周安宁" in answered.words) == offered


def test_while_nothing_can_be_read_the_bare_texts_are_shown(
    begun, question, monkeypatch
):
    sheet = child_page(begun)

    def broken(*_arguments, **_more):
        raise StoreUnavailableError("the disk is gone", "Find it.")

    monkeypatch.setattr(begun.store, "get", broken)
    answered = begun.site.send(
        sheet, "/pages/child", _do="later", **{question(NAME).name: "周安宁"}
    )

    assert answered.status == 503
    assert "周安宁" in answered.words


def test_what_no_store_can_keep_is_said_and_not_kept(begun, monkeypatch):
    sheet = child_page(begun)

    def full(collection, document):
        raise TooLargeError(collection, document["_id"], 9, 8)

    monkeypatch.setattr(begun.store, "put", full)
    answered = begun.site.send(sheet, "/pages/child", _do="later")

    assert answered.status == 413
    assert "一次填得太多了" in answered.words
