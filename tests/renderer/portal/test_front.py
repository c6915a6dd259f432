"""Before anybody fills in."""

from pathlib import Path

import pytest

from renderer import create_app
from renderer.config import Settings


@pytest.mark.parametrize("secure", [True, False])
def test_cookies_are_sent_over_https_only_where_the_operator_said_so(tmp_path, secure):
    app = create_app(Settings(data=Path(tmp_path), secure_cookies=secure))

    # The proxy in front speaks TLS; what reaches us does not show it.
    answer = app.test_client().get("/language/en")

    assert ("Secure" in answer.headers["Set-Cookie"]) == secure
    app.extensions["yibiao"].store.close()


@pytest.mark.parametrize(
    ("sought", "found"),
    [
        ("生孩子", "newborn_birth"),
        ("开公司", "enterprise_setup"),
        ("二手房过户", "property_transfer"),
        ("孩子 出生", "newborn_birth"),
        ("company", "enterprise_setup"),
        ("落户", "newborn_birth"),
        ("营业执照", "enterprise_setup"),
        ("买房", "property_transfer"),
        ("开饭店", "restaurant_opening"),
        ("抚恤金", "citizen_death"),
        ("入职", "employee_onboarding"),
    ],
)
def test_an_affair_is_found_in_peoples_own_words(site, sought, found):
    page = site.get("/", query_string={"q": sought})

    first = next(link for link in page.links if link.startswith("/affairs/"))
    assert first == f"/affairs/{found}"
    assert page.form("/").values["q"] == [sought]


@pytest.mark.parametrize("sought", ["长辈版", "关怀版", "关怀模式", "大字"])
def test_large_print_is_found_by_search(site, sought):
    page = site.get("/", query_string={"q": sought})
    there = next(a for a in page.links if a.startswith("/view/elder"))

    assert "打开长辈版" in page.words
    assert 'class="elder"' in site.get(there).html


def test_what_is_not_found_says_so_and_shows_everything(site):
    page = site.get("/", query_string={"q": "<b>xyz</b>"})

    assert "没有找到“&lt;b&gt;xyz&lt;/b&gt;”" in page.words
    assert len([link for link in page.links if link.startswith("/affairs/")]) == 6
