"""What a first visit weighs, and what a browser may keep of it."""

import gzip
import re

import pytest

#: Bytes, compressed as proxies do.
MOST_FIRST, MOST_SCRIPT, MOST_STYLE = 40_000, 3_000, 7_000


def weight(text):
    return len(gzip.compress(text))


def fetch(site, path):
    """A file and the headers it comes with."""
    with site.client.get(path) as answer:
        return answer.data, answer.headers


@pytest.mark.parametrize("path", ["/", "/affairs/newborn_birth", "/sign-in"])
def test_a_first_visit_is_light_and_asks_nobody_else(site, path):
    page = site.get(path)
    files = re.findall(r'(?:src|href)="(/static/[^"]+)"', page.html)

    fetched = [fetch(site, each) for each in files]

    total = weight(page.html.encode()) + sum(weight(body) for body, _ in fetched)
    assert len(files) == 3
    assert total <= MOST_FIRST
    assert not re.findall(r'(?:src|href)="(?:https?:)?//', page.html)
    for _, headers in fetched:
        assert headers["Cache-Control"].endswith("immutable")
        assert "Set-Cookie" not in headers


def test_the_one_script_is_small(site):
    script = fetch(site, "/static/enhance.js")[0]

    assert weight(script) <= MOST_SCRIPT
    names = re.findall(r'src="/static/([^"?]+)', site.get("/").html)
    assert names == ["enhance.js"]


def test_the_style_is_small_and_loads_nothing(site):
    style = fetch(site, "/static/yibiao.css")[0]

    assert weight(style) <= MOST_STYLE
    assert b"url(" not in style
    assert b"@import" not in style
    assert b"@font-face" not in style


def test_the_policy_lets_only_our_own_files_in(site):
    policy = site.get("/").headers["Content-Security-Policy"]

    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert "*" not in policy
