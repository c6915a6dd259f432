"""The limits of an answer: told beforehand where it helps, and whose they are."""

import re

import pytest

from builder.model import Asker, ByteLimit
from builder.view import Bound, View
from renderer import limits

COMPANY = "enterprise_setup"


def view(*bounds, narrowed_by=()):
    made = tuple(
        Bound(keyword=keyword, limit=limit, matters=matters)
        for keyword, limit, matters in bounds
    )
    return View(schema=True, bounds=made, choices=None, narrowed_by=narrowed_by)


class Asked:
    hint = None

    def __init__(self, kind):
        self.input = kind


@pytest.mark.parametrize(
    ("kind", "bounds", "told"),
    [
        ("number", [("minimum", 1), ("maximum", 31)], "1 至 31"),
        ("number", [("minimum", 0)], ""),
        ("text", [("maxLength", 20)], "最多 20 个字"),
        ("text", [("maxLength", 21)], ""),
        ("text", [], ""),
        ("paragraph", [("maxLength", 2000)], "最多 2000 个字"),
        ("paragraph", [], ""),
        ("choice", [("maxLength", 3)], ""),
    ],
)
def test_a_tip_tells_the_limits_that_people_reach(app, kind, bounds, told):
    seen = view(*((*bound, ("A",)) for bound in bounds))

    with app.test_request_context("/"):
        assert limits.told(seen, Asked(kind)) == told


def test_each_form_is_told_with_the_limits_that_are_its_own(app):
    seen = view(
        ("minLength", 1, ("A", "B")),
        ("maxLength", 30, ("B",)),
        ("minimum", 0, ("A",)),
        ("exclusiveMinimum", 5, ("C",)),
        ("exclusiveMaximum", 9, ("C",)),
        ("maximum", 8, ("C",)),
        ("minItems", 2, ("C",)),
        ("maxItems", 3, ("C",)),
        ("pattern", "^[0-9]$", ("A",)),
        narrowed_by=("D",),
    )

    with app.test_request_context("/"):
        said = {
            matter: limits.imposed(
                seen,
                Asker(
                    matter=matter,
                    path="/x",
                    label={},
                    required=False,
                    bytes=ByteLimit(max=4000, encoding="utf-8")
                    if matter == "D"
                    else None,
                ),
            )
            for matter in "ABCD"
        }

    assert said == {
        "A": "",
        "B": "最多 30 个字",
        "C": "大于 5，小于 9，不大于 8，至少 2 项，最多 3 项",
        "D": "系统只存得下约 1333 个汉字，有的选项它的表里没有",
    }


def test_who_imposes_a_limit_stands_where_the_page_says_who_asks(opened, forms):
    """Of two departments that ask for a name, one takes 30 characters, one 50."""
    page, question = opened(COMPANY, "/facts/legal_rep:person.name")

    shown = page.html.split(f'id="q-{question.name}"')[1].split('class="q')[0]
    askers = re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", shown, re.DOTALL)
    limited = {asker for asker, said in askers if "最多 30 个字" in said}
    tightest = {"si.employee_enroll", "fund.org_register"}
    form = forms[COMPANY]
    assert limited == {
        form.departments[matter.department].label["zh-CN"]
        for matter in form.matters
        if matter.id in tightest & {asker.matter for asker in question.asked_by}
    }
    assert 0 < len(limited) < len(askers)


def test_no_limit_is_left_to_the_browser(opened):
    """It would cut off what is pasted, and count other characters than the forms."""
    page, _ = opened(COMPANY, "/facts/org:org.short_name")

    assert not any(name == "maxlength" for _, name, _ in page.attributes)
