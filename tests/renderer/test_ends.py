"""Every end shows the same questions, laid out for those who fill them in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder.model import Page, Pointer
from renderer import ends
from renderer.config import from_environment
from submissions.errors import SettingError

ENDS = ends.DEVICES


def planned(*sizes):
    """Pages of so many questions each."""
    return [
        Page(
            id=f"p{at}",
            label={"zh-CN": f"第{at}页"},
            lead=None,
            questions=tuple(Pointer(f"/facts/{at}:{n}") for n in range(size)),
        )
        for at, size in enumerate(sizes)
    ]


def places(leaves):
    return [
        each for leaf in leaves for page in leaf.sections for each in page.questions
    ]


@given(
    st.lists(st.integers(1, 40), min_size=1, max_size=8),
    st.sampled_from(ENDS),
    st.data(),
)
def test_every_end_asks_every_question_once_and_in_the_planned_order(sizes, end, data):
    pages = planned(*sizes)
    every = [each for page in pages for each in page.questions]
    lists = data.draw(st.sets(st.sampled_from(every), max_size=3))
    topics = {each: data.draw(st.sampled_from("ab")) for each in every}

    leaves = ends.lay_out(pages, end, lists=lists, topics=topics)

    assert places(leaves) == every
    assert len({leaf.id for leaf in leaves}) == len(leaves)
    assert end == "counter" or all(0 < len(places([leaf])) <= 5 for leaf in leaves)


@pytest.mark.parametrize("end", ["public", "kiosk"])
def test_where_people_fill_in_for_themselves_a_page_asks_little(end):
    pages = planned(12, 3)
    rows = pages[0].questions[5]

    leaves = ends.lay_out(pages, end, lists={rows})

    sizes = [len(places([leaf])) for leaf in leaves]
    assert sizes == [5, 1, 3, 3, 3]
    assert [leaf.id for leaf in leaves] == ["p0", "p0~2", "p0~3", "p0~4", "p1"]


@pytest.mark.parametrize(
    ("about", "sizes"),
    [
        # An agent's phone stays with the agent's name.
        ("ffllaa", [2, 4]),
        ("cccrrggggg", [5, 5]),
        ("mnnneeemmuaass", [4, 5, 5]),
        # One topic that is too long is split evenly.
        ("mmmmmmmmm", [5, 4]),
        ("hhhhhna", [5, 2]),
    ],
)
def test_a_page_is_split_where_the_topic_changes(about, sizes):
    [page] = planned(len(about))
    topics = dict(zip(page.questions, about, strict=True))

    leaves = ends.lay_out([page], "public", topics=topics)

    assert [len(places([leaf])) for leaf in leaves] == sizes


def test_at_a_counter_everything_stands_on_one_page():
    [leaf] = ends.lay_out(planned(12, 3), "counter")

    assert [page.id for page in leaf.sections] == ["p0", "p1"]


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("address", ["p0", "p0~2", "p1", ends.WHOLE])
def test_an_address_of_one_end_is_good_at_every_other(end, address):
    assert ends.find(ends.lay_out(planned(12, 3), end), address) is not None


def test_an_address_of_no_page_is_found_nowhere():
    assert ends.find(ends.lay_out(planned(12, 3), "public"), "p9") is None


def test_an_end_that_is_none_is_refused_with_the_choices():
    with pytest.raises(SettingError, match=r"YIBIAO_END is 'desk'.*counter, kiosk"):
        from_environment({"YIBIAO_END": "desk"})


def test_an_end_that_is_known_is_taken():
    assert from_environment({"YIBIAO_END": "kiosk"}).end == "kiosk"
    assert from_environment({}).end == "public"
