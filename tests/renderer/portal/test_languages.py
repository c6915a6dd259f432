"""Definitions in more languages than the interface: what falls back says so."""

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from builder import pack
from renderer import create_app
from renderer.config import Settings, open_configured
from submissions import packs as publishing

NEWBORN = "newborn_birth"
TIBETAN = "ཁྱེད་ཀྱི་ཕྲུ་གུ།"


class Tongues(HTMLParser):
    """Every text with the language it is tagged with."""

    def __init__(self, html):
        super().__init__()
        self.open, self.texts = [], []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        if tag not in {"meta", "link", "input", "br", "path", "img", "rect"}:
            self.open.append(dict(attrs).get("lang", ""))

    def handle_startendtag(self, tag, attrs):
        """It holds no text."""

    def handle_endtag(self, _tag):
        self.open.pop()

    def handle_data(self, data):
        tag = next((each for each in reversed(self.open) if each), "")
        self.texts.append((tag, data.strip()))


def tag_of(page, text):
    return {tag for tag, said in Tongues(page.html).texts if said == text}


@pytest.fixture(scope="module")
def rewritten(forms, tmp_path_factory):
    """A portal whose newborn form lacks English, and has one situation in Tibetan."""

    def without_english(question):
        return replace(question, label={"zh-CN": question.label["zh-CN"]})

    form = forms[NEWBORN]
    first, *others = map(without_english, form.situations)
    form = replace(
        form,
        situations=(replace(first, label={**first.label, "bo": TIBETAN}), *others),
        questions=tuple(map(without_english, form.questions)),
    )
    settings = Settings(data=tmp_path_factory.mktemp("tongues"))
    store = open_configured(settings)
    publishing.publish(
        store,
        pack.certify(pack.dump(form), {"ok": True}),
        now="2026-11-22T00:00:00.000Z",
        by="tests",
    )
    yield create_app(settings, store=store)
    store.close()


@pytest.fixture
def reader(rewritten, open_site):
    return open_site(rewritten)


def test_a_text_that_lacks_the_readers_language_is_tagged_with_its_own(reader, forms):
    reader.get("/language/en")
    page = reader.begin(NEWBORN)

    for question in forms[NEWBORN].situations[1:]:
        if question.name in page.questions:
            assert tag_of(page, question.label["zh-CN"]) == {"zh-CN"}
    assert '<html lang="en"' in page.html
    assert "<span" not in re.search(r"<title>.*</title>", page.html)[0]


def test_definitions_are_read_in_a_language_the_interface_lacks(reader):
    reader.get("/language/bo")
    page = reader.begin(NEWBORN)

    assert tag_of(page, TIBETAN) == {"bo"}
    assert '<html lang="zh-CN"' in page.html
    assert tag_of(page, "保存并继续") == {"zh-CN"}
    assert 'value="lang:zh-CN"' in page.html


def test_a_sentence_around_such_a_text_keeps_the_tag(reader, forms):
    reader.get("/language/en")
    page = reader.begin(NEWBORN)

    page = reader.send(page, "/situations", _do="next")

    label = forms[NEWBORN].situations[0].label["zh-CN"]
    errors = [said for tag, said in Tongues(page.html).texts if tag == "zh-CN"]
    assert page.status == 422
    assert errors.count(label) >= 3  # the question, its error, the summary


def test_an_unknown_language_is_no_page(site):
    assert site.get("/language/xx").status == 404
