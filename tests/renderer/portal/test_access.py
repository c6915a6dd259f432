"""Who may open what, and where links lead."""

import re

import pytest

from renderer.portal.access import local_path


@pytest.mark.parametrize(
    "elsewhere",
    [
        None,
        "",
        "mine",
        "//evil.example/",
        "https://evil.example/",
        "/\\evil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        "/\r/x",
        "/\x00",
        "/\u2028",
    ],
)
def test_a_way_on_is_a_page_of_ours(elsewhere):
    assert local_path(elsewhere, "/otherwise") == "/otherwise"


@pytest.mark.parametrize("page", ["/", "/mine", "/drafts/s_1?open=f1", "/affairs/办事"])
def test_a_page_of_ours_is_a_way_on(page):
    assert local_path(page, "/otherwise") == page


@pytest.mark.parametrize("hidden", ["%09", "%0a", "%0d"])
def test_nothing_hidden_in_the_way_on_leads_to_another_site(site, hidden):
    answer = site.client.get(f"/language/en?next=/{hidden}/evil.example")

    assert (answer.status_code, answer.headers["Location"]) == (302, "/")


def send_child(site, begun, code, text="周安"):
    """Send a page again as the page for a forgotten browser does."""
    token = site.get("/mine").form("/resume").values["csrf_token"]
    sent = {"csrf_token": token, "_do": "later", "_code": code, "f1": text}
    return site.post(begun.path("/pages/child"), sent)


def test_a_wrong_code_is_not_remembered_and_does_not_bar_the_right_one(
    begun, another_browser
):
    code = begun.code

    wrong = send_child(another_browser, begun, "0000-0000-0000")
    listed = another_browser.get("/mine")
    with another_browser.client.session_transaction() as session:
        remembered = session.get("codes", {})
    right = send_child(another_browser, begun, code)

    assert wrong.status == 403
    assert remembered == {}
    assert begun.id not in listed.html
    assert right.status == 200
    assert begun.id in another_browser.get("/mine").html


def test_a_code_the_browser_has_wrong_opens_nothing_and_lists_nothing(
    begun, another_browser
):
    with another_browser.client.session_transaction() as session:
        session["codes"] = {begun.id: "000000000000"}

    assert begun.id not in another_browser.get("/mine").html
    assert another_browser.get(begun.path()).status == 404
    assert send_child(another_browser, begun, begun.code).status == 200


@pytest.mark.parametrize("person", [None, "lin"])
def test_a_draft_that_outlived_its_submission_is_listed_as_submitted(
    site, begin, person
):
    if person is not None:
        site.sign_in(person)
    begun = begin(site)
    kept = begun.store.get("drafts", begun.id)
    begun.site.send(begun.page("/check"), "/submit", declared="yes")
    begun.store.insert("drafts", kept)

    listed = begun.site.get("/mine")

    assert begun.path() not in listed.links
    assert f"/submissions/{begun.id}/progress" in listed.links


def test_nobody_inherits_the_codes_of_who_was_signed_in_before(site, begin):
    site.sign_in("lin")
    begun = begin(site)

    site.sign_in("chen")

    assert begun.id not in site.get("/mine").html
    assert site.get(begun.path()).status == 404


def test_who_signs_in_later_keeps_what_this_browser_began(begun):
    begun.site.sign_in("lin")

    assert begun.id in begun.site.get("/mine").html


def test_a_switch_on_a_page_that_is_only_sent_to_comes_back_to_a_page(site):
    refused = site.post("/affairs/newborn_birth/start", {})
    switches = [link for link in refused.links if "next=" in link]

    assert refused.status == 400
    assert switches
    for link in switches:
        assert site.get(link).status == 200


def test_a_code_is_read_in_full_width_signs_too(begun, another_browser):
    table = {each: each + 0xFEE0 for each in range(0x21, 0x7F)}

    opened = another_browser.send(
        another_browser.get("/mine"), "/resume", code=begun.code.translate(table)
    )

    assert re.search(rf"/drafts/{begun.id}$", opened.path)
