"""Addresses of files: nobody makes one but us."""

from urllib.parse import parse_qs, urlsplit

from hypothesis import assume, given
from hypothesis import strategies as st

from submissions.clock import later
from submissions.files.links import LIFETIME, Links

NOON = "2026-11-22T12:00:00.000Z"
OURS = Links(key="a secret", base_url="https://one.example.org/")


def read(href):
    found = urlsplit(href)
    query = {name: texts[0] for name, texts in parse_qs(found.query).items()}
    return found.path.split("/"), query["expires"], query["signature"]


def test_an_address_says_part_file_and_end_and_is_signed():
    path, expires, signature = read(OURS.href("p_1", "ab", made_at=NOON))

    assert path == ["", "api", "v1", "parts", "p_1", "files", "ab"]
    assert expires == later(NOON, LIFETIME)
    assert OURS.signed("p_1", "ab", expires, signature)
    assert OURS.href("p_1", "ab", made_at=NOON).startswith("https://one.example.org/a")


def test_without_a_base_the_address_is_relative_to_the_installation():
    assert Links(key="a").href("p_1", "ab", made_at=NOON).startswith("/api/v1/parts/")


def test_each_of_part_file_and_end_is_signed():
    _, expires, signature = read(OURS.href("p_1", "ab", made_at=NOON))

    assert not OURS.signed("p_2", "ab", expires, signature)
    assert not OURS.signed("p_1", "cd", expires, signature)
    assert not OURS.signed("p_1", "ab", later(expires, 1), signature)
    assert not OURS.signed("p_1", f"ab:{expires}", "", signature)


@given(st.text(), st.text(), st.text(), st.text())
def test_no_other_part_file_end_or_key_has_the_same_signature(part, file, ends, key):
    _, expires, signature = read(OURS.href("p_1", "ab", made_at=NOON))
    assume((part, file, ends) != ("p_1", "ab", expires))

    assert not OURS.signed(part, file, ends, signature)
    assert not OURS.signed("p_1", "ab", expires, key)
    assert not Links(key=f"not {key}").signed("p_1", "ab", expires, signature)
