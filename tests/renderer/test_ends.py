"""Every end shows the same questions, laid out for those who fill them in."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builder.model import Page, Pointer
from renderer import create_app, ends
from renderer.config import Settings, UnknownEndError, from_environment

ENDS = ("public", "elder", "counter", "kiosk")


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

    leaves = ends.lay_out(pages, end, lists=lists)

    assert places(leaves) == every
    assert len({leaf.id for leaf in leaves}) == len(leaves)


@pytest.mark.parametrize("end", ["elder", "kiosk"])
def test_in_large_print_and_at_a_kiosk_a_page_asks_little(end):
    pages = planned(12, 3)
    rows = pages[0].questions[5]

    leaves = ends.lay_out(pages, end, lists={rows})

    sizes = [len(places([leaf])) for leaf in leaves]
    assert sizes == [5, 1, 3, 3, 3]
    assert [leaf.id for leaf in leaves] == ["p0", "p0~2", "p0~3", "p0~4", "p1"]


def test_at_a_counter_everything_stands_on_one_page():
    [leaf] = ends.lay_out(planned(12, 3), "counter")

    assert [page.id for page in leaf.sections] == ["p0", "p1"]


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("address", ["p0", "p0~2", "p1", ends.WHOLE])
def test_an_address_of_one_end_is_good_at_every_other(end, address):
    assert ends.find(ends.lay_out(planned(12, 3), end), address) is not None


def test_an_address_of_no_page_is_found_nowhere():
    assert ends.find(ends.lay_out(planned(12, 3), "elder"), "p9") is None


def test_an_end_that_is_none_is_refused_with_the_choices():
    with pytest.raises(UnknownEndError, match=r"YIBIAO_END=desk.*counter, kiosk"):
        from_environment({"YIBIAO_END": "desk"})


@pytest.mark.parametrize(
    ("end", "css"), [("public", ""), ("counter", "dense"), ("kiosk", "kiosk")]
)
def test_the_operator_says_what_the_devices_are(tmp_path, end, css):
    settings = from_environment({"YIBIAO_DATA": str(tmp_path), "YIBIAO_END": end})
    app = create_app(settings)

    page = app.test_client().get("/health")

    assert page.status_code == 200
    with app.test_request_context():
        shown = app.jinja_env.get_template("error.html").render(heading="甲", lead="乙")
        app.update_template_context(context := {})
    assert context["view_class"] == css
    assert shown
    app.extensions["yibiao"].store.close()


def test_settings_default_to_what_people_use_at_home():
    assert Settings(data=Path("data")).end == "public"
