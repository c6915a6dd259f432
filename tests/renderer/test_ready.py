"""Questions written ahead: what is filled in is what the macros would have written."""

from collections import defaultdict
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markupsafe import Markup

from builder.validity import Fault, Judge
from builder.view import Views
from renderer import pieces
from renderer.choices import OTHER, choice_values
from renderer.fields import BOXES, parse
from renderer.origins import Known
from renderer.ready import Ready, written

#: What people type, choose and paste, some of it to break the page.
TEXTS = ("", "2", "2020-02-30", '<b title="x">&amp;', "三", "\ufdd0=0\ufdd1", "%s{}")
LANGUAGES = ("zh-CN", "en", "bo")


@pytest.fixture(scope="module")
def asked(app, forms):
    """Every question of every affair with what judges and shows it, by its looks."""
    alike = defaultdict(list)
    for form in forms.values():
        judge, views = Judge(form), Views(form)
        for question in (*form.situations, *form.questions):
            page = pieces.Page(
                judge=judge, views=views, facts={}, posted={}, judged=False
            )
            with app.test_request_context():
                block = pieces.block(page, question, number="1.2", faults=())
            alike[block.kind, block.other is None].append((page, question))
    return list(alike.values())


@st.composite
def pages(draw, asked):
    """Draw a question, where it came from, and the page on which somebody answered."""
    empty, question = draw(st.sampled_from(draw(st.sampled_from(asked))))
    texts = st.sampled_from((*TEXTS, *choice_values(question)))
    boxes = [
        f"{question.name}-{box}" for box in (*BOXES.get(question.input, ()), OTHER)
    ]
    typed = st.lists(texts, max_size=2).map(tuple)
    posted = draw(st.fixed_dictionaries(dict.fromkeys((question.name, *boxes), typed)))
    page = replace(empty, posted=posted, judged=draw(st.booleans()))
    keywords = draw(st.sampled_from([(), ("required",), ("maxLength",)]))
    faults = [Fault(pointer=question.pointer, keyword=k, limit=2) for k in keywords]
    known = Known(
        text=draw(texts),
        source="",
        said=Markup("<i>1</i>"),
        proposed=draw(st.booleans()),
    )
    return question, page, faults, draw(st.sampled_from([None, known]))


@settings(settings.get_profile("many"))
@given(st.data())
def test_what_is_filled_in_is_what_the_macros_write(app, asked, data):
    language, opened = data.draw(st.sampled_from(LANGUAGES)), data.draw(st.booleans())
    question, page, faults, known = data.draw(pages(asked))
    with app.test_request_context(headers={"Cookie": f"lang={language}"}):
        as_it_is = pieces.block(
            page, question, number="1.2", faults=faults, known=known, opened=opened
        )
        empty = replace(page, posted={}, judged=False)
        ready = Ready(pieces.block(empty, question, number="1.2", faults=()))
        value = parse(question, question.name, page.posted)
        own = pieces.own_faults(question, faults)
        wrong = pieces.what_is_wrong(page, question, value, own)
        filled = ready.write(page.posted, wrong=wrong, known=known, opened=opened)
        plain = written(as_it_is)

    if filled is None:
        listed = as_it_is.kind in ("rows", "search")
        assert listed or any(filter(None, page.posted.values()))
    else:
        assert filled == plain


def test_answers_that_are_choices_need_no_macro(app, asked):
    with app.test_request_context():
        for alike in asked:
            for page, question in alike[:5]:
                blank = pieces.block(page, question, number="1", faults=())
                for key in [option.key for option in blank.options] or [""]:
                    filled = Ready(blank).write({question.name: (key,)})
                    assert (filled is None) == (blank.kind in ("rows", "search"))
