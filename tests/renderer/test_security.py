"""What every answer keeps to, whatever is asked."""

import secrets
from itertools import count

import pytest

from renderer import MOST_BYTES, MOST_VALUES
from renderer.security import ALPHABET, new_code, plain_code, show_code


def test_a_static_file_brings_no_cookie(site):
    site.begin("newborn_birth")
    page = site.get("/")
    address = next(a for _, n, a in page.attributes if n == "href" and "yibiao" in a)

    with site.client.get(address) as answer:
        assert "Set-Cookie" not in answer.headers
        assert "public" in answer.headers["Cache-Control"]
    assert "Set-Cookie" in site.client.get("/mine").headers


@pytest.mark.parametrize("path", ["/resume", "/drafts/s_none/pages/child"])
def test_a_form_with_more_values_than_any_page_is_refused_unread(site, path):
    for sent in ("a&" * MOST_VALUES, "r=1&" * (MOST_VALUES + 1)):
        answer = site.client.post(
            path, data=sent, content_type="application/x-www-form-urlencoded"
        )

        assert answer.status_code == 413
        assert "一次填得太多了" in answer.get_data(as_text=True)


def test_a_form_in_parts_has_no_more_values_either(site):
    many = {f"f{n}": "1" for n in range(MOST_VALUES + 1)}

    answer = site.client.post("/resume", data=many, content_type="multipart/form-data")

    assert answer.status_code == 413


def test_a_request_that_is_too_long_is_refused(site):
    sent = {"code": "9" * MOST_BYTES}

    assert site.post("/resume", sent).status == 413


def test_a_new_code_is_plain_and_shown_in_groups():
    code = new_code(secrets.choice)

    assert len(code) == 12
    assert set(code) <= set(ALPHABET)
    assert plain_code(show_code(code)) == code


@pytest.mark.parametrize(
    "typed",
    [
        "7K3M-Q0ZT-9HXA",
        "7k3m q0zt 9hxa",
        " 7K3M–QOZT—9HXA ",
        "７Ｋ３Ｍ－Ｑ０ＺＴ－９ＨＸＡ",
        "7k3mqozt9hxa",
    ],
)
def test_a_code_is_read_as_people_type_it(typed):
    assert plain_code(typed) == "7K3MQ0ZT9HXA"


@pytest.mark.parametrize("typed", ["", "7K3M", "7K3M-Q0ZT-9HX!", "7K3M-Q0ZT-9HXU"])
def test_what_is_no_code_is_none(typed):
    assert plain_code(typed) is None


def test_a_code_takes_its_signs_from_chance():
    numbers = count()

    assert new_code(lambda signs: signs[next(numbers)]) == ALPHABET[:12]
