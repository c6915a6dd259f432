"""Rows of docs/accessibility.md that one look at the page decides."""

import re

import pytest

from renderer.ends import leaves

NEWBORN = "newborn_birth"


def in_words(html):
    return re.sub(r"<[^>]*>", "", html).strip()


@pytest.fixture
def unanswered(site):
    """The situations, sent without an answer."""
    return site.send(site.begin(NEWBORN), "/situations", _do="next")


def test_the_start_page_says_what_one_must_know(site, forms):
    form = forms[NEWBORN]
    page = site.get(f"/affairs/{NEWBORN}")

    for text in (form.guide.fee, form.guide.who_may_act):
        assert text["zh-CN"] in page.words
    for matter in form.matters:
        assert matter.label["zh-CN"] in page.words
    for said in (f"约 {form.guide.minutes} 分钟", "要准备的材料", "12345", "开始办理"):
        assert said in page.words


def test_progress_is_told_in_words(begun):
    tasks = begun.page("")

    states = [in_words(each) for each in re.findall(r'class="st.*?</span>', tasks.html)]
    assert len(states) == 9
    assert all(states)
    assert "已完成 9 步，共 9 步" in tasks.words
    assert "第 3 步，共 9 步" in begun.page("/pages/mother").words


def test_every_answer_to_check_has_a_link_with_its_name(begun, forms):
    page = begun.page("/check")
    links = re.findall(r'<a href="[^"]*open=(\w+)[^"]*">(.*?)</a>', page.html)
    labels = {q.name: q.label["zh-CN"] for q in forms[NEWBORN].questions}

    assert len(links) > 40
    for name, text in links:
        assert labels[name] in in_words(text)


def test_an_unfinished_page_says_what_to_do_in_the_same_words_twice(unanswered):
    page = unanswered
    summary = page.html[page.html.index('id="errors"') : page.html.index("</ul>")]
    above = [in_words(each) for each in re.findall(r"<li>(.*?)</li>", summary)]
    beside = [
        in_words(each).removeprefix("错误：")
        for each in re.findall(r'<p class="err".*?</p>', page.html)
    ]

    assert page.status == 422
    assert above == beside
    assert all(each.startswith("请") for each in above)
    assert ("form", "novalidate", "") in page.attributes


def test_an_error_stands_between_label_and_control(unanswered):
    for block in re.findall(r"<fieldset.*?</fieldset>", unanswered.html, re.DOTALL):
        error = re.search(r'<p class="err" id="([^"]+)"', block)
        assert block.index("<legend") < error.start() < block.index("<input")
        assert error[1] in re.search(r'aria-describedby="([^"]*)"', block)[1]


def test_ones_own_data_can_be_filled_in_by_the_browser(begun, forms):
    wanted = {q.autocomplete for q in forms[NEWBORN].questions} - {None}
    offered = set()
    for page in leaves(forms[NEWBORN], "public"):
        attributes = begun.page(f"/pages/{page.id}").attributes
        offered |= {v for _tag, name, v in attributes if name == "autocomplete"}

    assert wanted
    assert wanted <= offered | {"bday"}


def test_no_control_is_of_type_number_and_none_hides_its_label(begun, forms):
    for page in leaves(forms[NEWBORN], "public"):
        attributes = begun.page(f"/pages/{page.id}").attributes
        assert not [a for a in attributes if a[1:] == ("type", "number")]
        assert not [a for a in attributes if a[1] in {"placeholder", "disabled"}]


def test_optional_is_written_out(begun):
    page = begun.page("/pages/benefits")

    assert "（选填）" in page.words
    assert "*" not in page.words
