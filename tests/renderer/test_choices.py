"""What a page offers to choose from: never less than the forms take."""

import re
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builder.conflicts.demands import Demands, as_facts, domain
from builder.model import Choice, Question
from builder.pointer import ABSENT
from builder.validity import Judge
from builder.view import View, Views
from renderer import pieces
from renderer.blocks import Block
from renderer.fields import Problem, parse, written

CHOSEN = ("choice", "choices", "yes_no")
COMPANY, KIND = "enterprise_setup", "/facts/org:org.type"


def every_choice(form):
    """Return (question, pointer of its list or None) of whatever is chosen."""
    asked = [(q, None) for q in (*form.situations, *form.questions)]
    asked += [(c, q.pointer) for q in form.questions for c in q.columns]
    return [(q, rows) for q, rows in asked if q.input in CHOSEN]


def demands_on(form):
    """Return what all forms demand of an answer, by question and list."""
    shared = Demands(form.matters, form.facts)
    own = {matter.id: Demands([as_facts(matter)], {}) for matter in form.matters}

    def on(question):
        if question.pointer.startswith("/facts/"):
            fact = form.facts[question.pointer.removeprefix("/facts/")]
            return shared.of(fact.id) or (domain(fact.schema),)
        asker = question.asked_by[0]
        return own[asker.matter].of(asker.path)

    return on


def texts(view):
    """Draw texts of the kind that a view describes."""
    limits = {bound.keyword: bound.limit for bound in view.bounds}
    if "pattern" in limits:
        return st.from_regex(limits["pattern"], fullmatch=True, alphabet=ASCII)
    most = limits.get("maxLength", 12)
    return st.text(st.characters(categories=["L", "N"]), min_size=1, max_size=most)


ASCII = st.characters(codec="ascii", exclude_categories=["Cc"])


@dataclass(frozen=True)
class Asked:
    """One question, what all forms demand of it, and how its page shows it."""

    question: Question
    demands: tuple
    view: View
    shown: Block

    @property
    def values(self):
        """Draw what is listed, and where the forms take more, that too."""
        listed = [choice.value for choice in self.question.choices] or [True, False]
        one = st.sampled_from(listed)
        if self.view.choices is None:
            one = st.one_of(one, texts(self.view))
        many = self.question.input == "choices"
        return st.lists(one, min_size=1, unique=True) if many else one

    @property
    def offered(self):
        """Return what can be chosen; of a long list on a page of its own."""
        if self.shown.kind == "search":
            return {choice.value for choice in self.question.choices}
        return {option.key for option in self.shown.options}

    def accepts(self, value):
        return all(demand.accepts(value) for demand in self.demands)


@pytest.fixture(scope="session")
def asked(app, forms):
    """Return every question of the six affairs that is answered by choosing."""
    found = []
    for form in forms.values():
        judge, views, demands_of = Judge(form), Views(form), demands_on(form)
        every = [matter.id for matter in form.matters]
        for question, rows in every_choice(form):
            view = views.of(question, every, rows=rows)
            with app.test_request_context("/"):
                shown = block(judge, views, question, view)
            found.append(Asked(question, demands_of(question), view, shown))
    return found


def block(judge, views, question, view):
    """Return the question as its page shows it while every matter applies."""
    page = pieces.Page(judge=judge, views=views, facts={}, posted={}, judged=False)
    left = [choice for choice in question.choices if not choice.refused_by]
    return pieces._block(page, question, question.name, choices=left, view=view)


@settings(max_examples=15)
@given(data=st.data())
def test_whatever_all_forms_accept_can_be_given_on_the_page(asked, data):
    for each in asked:
        question, value = each.question, data.draw(each.values)
        if not each.accepts(value):
            continue

        posted = written(question, question.name, value)

        assert parse(question, question.name, posted) == value
        for name, said in posted.items():
            if name == question.name:
                assert set(said) <= each.offered
            else:
                assert each.shown.other is not None
                assert name == each.shown.other.name


def test_a_choice_is_left_out_only_where_a_form_refuses_it(asked):
    left_out = 0
    for each in asked:
        many = each.question.input == "choices"
        for value in (choice.value for choice in each.question.choices):
            if value not in each.offered:
                assert not each.accepts([value] if many else value)
                left_out += 1
    assert left_out > 50


def test_the_lists_that_are_known_in_part_are_open_and_no_other(asked, catalogue):
    told = {
        tuple(choice.value for choice in codelist.values)
        for codelist in catalogue.codelists.values()
        if codelist.other is not None
    }
    opened = [each for each in asked if each.shown.other is not None]

    assert len(opened) == 9
    assert opened == [each for each in asked if each.question.other is not None]
    for each in opened:
        assert tuple(choice.value for choice in each.question.choices) in told
        assert each.shown.other.tip != ""


KINDS = Question(
    pointer="/facts/x:y",
    name="f1",
    label={"zh-CN": "某项"},
    input="choice",
    sensitivity="general",
    choices=(Choice(value="1", label={"zh-CN": "一"}),),
)


@pytest.mark.parametrize(
    ("posted", "value"),
    [
        ({"f1": ["1"]}, "1"),
        ({"f1": [""], "f1-o": [" KAZ "]}, "KAZ"),
        ({"f1-o": ["KAZ"]}, "KAZ"),
        ({"f1": ["1"], "f1-o": ["  "]}, "1"),
        ({"f1": [""], "f1-o": [""]}, ABSENT),
        ({"f1": ["1"], "f1-o": ["KAZ"]}, Problem("choice_and_other", "o")),
        ({"f1": ["2"]}, Problem("choice")),
    ],
)
def test_a_choice_or_a_text_of_ones_own_is_read(posted, value):
    assert parse(KINDS, "f1", posted) == value


def test_a_kind_that_is_not_listed_is_written_kept_and_shown(site, opened):
    page, question = opened(COMPANY, KIND)
    box = f"{question.name}-o"
    assert "写4位数字的类型代码" in page.words

    site.send(page, page.path, _do="next", **{box: "2100"})

    again = site.get(page.path)
    assert again.form(page.path).values[box] == ["2100"]
    assert question.name not in again.form(page.path).values
    assert "2100" in site.get(page.path.split("/pages/")[0] + "/check").words


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [("有限公司", "写4位数字的类型代码"), ("21", "写4位数字的类型代码")],
)
def test_what_the_forms_refuse_is_put_right_in_its_own_box(
    site, opened, typed, sentence
):
    page, question = opened(COMPANY, KIND)
    box = f"{question.name}-o"

    refused = site.send(page, page.path, _do="next", **{box: typed})

    assert refused.status == 422
    assert f'href="#{box}"' in refused.html
    assert refused.form(page.path).values[box] == [typed]
    assert ("input", "aria-invalid", "true") in refused.attributes
    assert sentence in refused.words.split("已申报通过")[0]


def test_who_chooses_and_writes_is_asked_to_keep_one(site, opened):
    page, question = opened(COMPANY, KIND)
    both = {question.name: "1130", f"{question.name}-o": "2100"}

    refused = site.send(page, page.path, _do="next", **both)

    assert refused.status == 422
    assert "选了一项，又写了别的，请只留一个" in refused.words
    served = refused.form(page.path).values
    assert (served[question.name], served[f"{question.name}-o"]) == (["1130"], ["2100"])


def test_a_list_of_few_choices_has_one_for_none_of_them(site, opened):
    page, question = opened(COMPANY, "/facts/org:tax.registration_type")
    none = re.search(rf'<input type="radio" id="{question.name}-none"[^>]*>', page.html)

    assert 'value=""' in none.group()
    assert "checked" not in none.group()
    site.send(page, page.path, _do="next", **{f"{question.name}-o": "175"})
    again = site.get(page.path)
    none = re.search(
        rf'<input type="radio" id="{question.name}-none"[^>]*>', again.html
    )
    assert "checked" in none.group()
