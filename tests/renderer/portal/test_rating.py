"""An applicant rates a case that is decided: five steps in words, none chosen."""

import json


def completed(begun):
    begun.site.send(begun.page("/check"), "/submit", declared="yes")
    begun.store.update(
        "submissions", begun.id, lambda found: {**found, "status": "completed"}
    )
    return f"/submissions/{begun.id}"


def test_a_decided_case_is_rated_once_in_words(begun):
    site, base = begun.site, completed(begun)
    there = f"{base}/rating"
    assert there in site.get(base).links
    assert there in site.get(f"{base}/progress").links
    page = site.get(there)
    assert "checked" not in page.html

    empty = site.send(page, there, text="很快")
    after = site.send(empty, there, level="good")

    assert empty.status == 422
    assert 'href="#level-0"' in empty.html
    assert empty.form(there).values["text"] == ["很快"]
    assert after.path == f"{base}/progress"
    assert "您的评价：满意。谢谢。" in after.words
    assert "您评价了这次办理" in after.words
    assert there not in site.get(base).links
    assert site.send(page, there, level="bad").path == after.path
    kept = begun.store.get("submissions", begun.id)["rating"]
    assert (kept["level"], kept["text"]) == ("good", "很快")


def test_the_list_of_cases_says_how_far_each_is_and_the_case_what_it_brought(begun):
    site = begun.site
    site.send(begun.page("/check"), "/submit", declared="yes")
    assert "办理中" in site.get("/mine").words

    def decide(case):
        parts = [{**part, "outcome": "approved"} for part in case["parts"]]
        brought = json.dumps({"newborn:birth.cert_no": "T310123456"})
        return {**case, "parts": parts, "results": brought, "status": "completed"}

    begun.store.update("submissions", begun.id, decide)

    assert "已办结" in site.get("/mine").words
    assert "T310123456" in site.get(f"/submissions/{begun.id}/progress").words


def test_a_rating_that_is_too_long_is_shown_again(begun):
    there = f"{completed(begun)}/rating"

    page = begun.site.send(begun.site.get(there), there, level="bad", text="慢" * 501)

    assert page.status == 422
    assert "最多写 500 个字" in page.words
    assert page.form(there).values["level"] == ["bad"]


def test_what_is_under_way_or_a_strangers_is_not_rated(begun, another_browser):
    begun.site.send(begun.page("/check"), "/submit", declared="yes")
    there = f"/submissions/{begun.id}/rating"

    assert begun.site.get(there).path.endswith("/progress")
    assert another_browser.get(there).status == 404
