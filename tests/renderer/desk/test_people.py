"""Administrators say who works here."""

import re

import pytest

from submissions import audit, staff
from submissions.staff import Role


@pytest.fixture
def office(site, work_as):
    """A browser of an administrator."""
    work_as(site, "boss", Role.ADMINISTRATOR)
    return site


def store(site):
    return site.app.extensions["yibiao"].store


def test_an_administrator_opens_an_account(office, visit):
    page = office.get("/desk/people/new")
    for wrong, said in (
        ({"account": "L!", "name": "李", "roles": ["clerk"]}, "小写字母"),
        ({"account": "boss", "name": "李", "roles": ["clerk"]}, "已经有了"),
        ({"account": "li", "name": "", "roles": ["clerk"]}, "1 至 50"),
        ({"account": "li", "name": "李", "roles": []}, "至少选一个"),
        ({"account": "li", "name": "李", "roles": ["owner"]}, "要有部门"),
        (
            {"account": "li", "name": "李", "roles": ["administrator", "clerk"]},
            "不能兼",
        ),
    ):
        refused = office.send(page, "/people/new", **wrong)
        assert refused.status == 422
        assert said in refused.words
    assert staff.get(store(office), "li") is None

    added = office.send(
        page,
        "/people/new",
        account="li",
        name="李 娜",
        roles=["clerk", "reviewer"],
        department="public_security",
    )

    code = re.search(r'<b class="num">(.{20})</b>', added.html)[1]
    person = staff.get(store(office), "li")
    assert person.roles == {Role.CLERK, Role.REVIEWER}
    assert person.department == "public_security"
    # Of its own: tests that try to sign in count together where time stands still.
    hers = visit("public")
    first = hers.get("/desk/first")
    words = {"account": "li", "code": code, "password": "a long one of hers"}
    done = hers.send(first, "/first", **words, again=words["password"])
    assert done.heading == "待办"
    assert "李 娜" in office.get("/desk/people").words
    assert code not in office.get("/desk/people/of/li").html


def test_roles_are_changed_and_accounts_closed(office, another_browser, work_as):
    work_as(another_browser, "sun", Role.REVIEWER)
    page = office.get("/desk/people/of/sun")
    assert "Firefox" in page.words

    page = office.send(page, "/of/sun", roles=["auditor"])
    assert page.status == 200
    assert staff.get(store(office), "sun").roles == {Role.AUDITOR}
    assert another_browser.get("/desk/account").path == "/desk/sign-in"
    work_as(another_browser, "sun")
    office.send(office.get("/desk/people/of/sun"), "/of/sun/end")
    assert another_browser.get("/desk/account").path == "/desk/sign-in"
    invited = office.send(page, "/of/sun/invite")
    assert "只显示这一次" in invited.words
    closed = office.send(page, "/of/sun/close")
    assert not staff.get(store(office), "sun").active
    office.send(closed, "/of/sun", roles=["auditor"])
    assert staff.get(store(office), "sun").active
    did = [e["what"] for e in audit.lines(store(office)) if e["who"] == "staff:boss"]
    assert did[-5:] == [
        "staff.changed",
        "staff.sessions-ended",
        "staff.invited",
        "staff.closed",
        "staff.changed",
    ]


def test_an_account_is_given_to_whom_the_provider_names(
    office, another_browser, work_as
):
    work_as(another_browser, "qian", Role.REVIEWER)
    page = office.get("/desk/people/of/qian")

    page = office.send(page, "/of/qian", subject=" sso-9 ")

    assert staff.of_subject(store(office), "sso-9").id == "qian"
    line = audit.lines(store(office))[-1]
    assert (line["what"], line["detail"]["subject"]) == ("staff.changed", "changed")
    assert "sso-9" not in str(line)
    page = office.send(page, "/of/qian", roles=["auditor"], subject=None)
    assert staff.get(store(office), "qian").subject == "sso-9"
    office.send(page, "/of/qian", subject="")
    assert staff.get(store(office), "qian").subject is None


def test_nobody_changes_their_own_roles(office):
    page = office.get("/desk/people/of/boss")
    token = page.form("/sign-out").values["csrf_token"]

    assert "自己改不了" in page.words
    assert not [each for each in page.forms if each.action.endswith("boss")]
    for path, status in (("", 422), ("/invite", 403), ("/close", 403)):
        sent = {"csrf_token": token, "roles": ["administrator", "designer"]}
        answer = office.post(f"/desk/people/of/boss{path}", sent)
        assert answer.status == status
    assert staff.get(store(office), "boss").roles == {Role.ADMINISTRATOR}


def test_a_person_who_is_not_there_is_not_found(office):
    assert office.get("/desk/people/of/moon").status == 404
