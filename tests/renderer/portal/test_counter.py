"""At a counter: the applicant confirms, and brings the number of earlier cases."""

import json
import re

import pytest

from submissions import audit, drafts

NUMBER = "420116199603122468"
BILLS = "nhsa.maternity_expense:m1"
#: Of nobody else: every other case of the tests may have the number above in it, at the
#: same time, and only the latest are listed.
OWN, OTHERS_OWN = "420116199603122484", "420116199603122863"


@pytest.fixture
def filled(begin, desk):
    """A form that a clerk has filled in for somebody who is present."""
    page = desk.get("/affairs/newborn_birth/start")
    desk.send(page, "/start", applicant="林晓雯")

    class Present:
        """A browser that begins for whom is named."""

        app = desk.app
        get, send, post = desk.get, desk.send, desk.post

        def begin(self, affair):
            return desk.begin(affair, applicant="林晓雯")

    return begin(Present())


def code_of(page):
    return "".join(re.search(r"核对码 (\d{4}) (\d{4})", page.words).groups())


def test_a_clerk_hands_in_only_what_the_applicant_signed(filled, desk):
    sheet = desk.get(filled.path("/paper"))
    assert sheet.heading == "核对单"
    assert "签名" in sheet.words
    check = desk.get(filled.path("/check"))
    assert "核对码 " not in check.words.partition("申请人怎样确认")[0]

    refused = desk.send(check, "/submit", declared="yes")
    assert refused.status == 422
    assert "请选申请人怎样确认" in refused.words
    done = desk.send(refused, "/submit", how="signed")

    assert done.heading == "回执"
    kept = drafts.helper_of(filled.store.get("submissions", filled.id))
    assert (kept.id, kept.confirmed) == ("staff:fang", "signed")


def test_a_code_confirms_the_answers_that_the_applicant_saw(
    filled, desk, another_browser
):
    phone = another_browser
    phone.send(phone.get("/mine"), "/resume", code=filled.code)
    before = code_of(phone.get(filled.path("/check")))
    answers = filled.kept.answers
    facts = {**answers["facts"], "mother:person.mobile": "13800000000"}
    filled.save(answers={**answers, "facts": facts})
    check = desk.get(filled.path("/check"))

    for wrong in ("", before, "12345678"):
        refused = desk.send(check, "/submit", how="code", confirmation=wrong)
        assert refused.status == 422
    now = code_of(phone.get(filled.path("/check")))
    assert now != before
    done = desk.send(check, "/submit", how="code", confirmation=f"{now[:4]} {now[4:]}")

    assert done.heading == "回执"
    kept = drafts.helper_of(filled.store.get("submissions", filled.id))
    assert kept.confirmed == "code"


def test_earlier_cases_are_found_with_the_number_only(begun, desk, site):
    answers = json.dumps(begun.kept.answers).replace(NUMBER, OWN)
    begun.save(answers=json.loads(answers))
    done = begun.site.send(begun.page("/check"), "/submit", declared="yes")
    assert done.heading == "回执"
    case = f"/submissions/{begun.id}/progress"
    assert desk.get(case).status == 404

    page = desk.get("/earlier")
    assert desk.send(page, "/earlier", number="4201").status == 422
    assert "没有这个号码" in desk.send(page, "/earlier", number=other_number()).words
    assert desk.get(case).status == 404
    found = desk.send(page, "/earlier", number="４２０１１６ 19960312 2484")

    assert case in found.links
    shown = desk.get(case)
    assert shown.status == 200
    desk.get(case)
    entries = begun.store.get("submissions", begun.id)["log"]
    looked = [e["what"] for e in entries if e["who"] == "staff:fang"]
    assert looked == ["progress.viewed"]
    line = audit.lines(begun.store)[-1]
    assert (line["who"], line["what"]) == ("staff:fang", "submissions.found")
    assert begun.id in line["detail"]["submissions"]
    assert OWN not in str(line)
    home = desk.get("/")
    desk.send(home, "/next-person")
    assert desk.get(case).status == 404
    assert site.get("/earlier").status == 404


def test_what_is_in_an_earlier_case_opens_with_its_resume_code(begun, desk):
    code = begun.code
    answers = json.dumps(begun.kept.answers).replace(NUMBER, OTHERS_OWN)
    begun.save(answers=json.loads(answers))
    begun.site.send(begun.page("/check"), "/submit", declared="yes")
    case = f"/submissions/{begun.id}"
    kept = begun.store.get("submissions", begun.id)
    birth = next(p for p in kept["parts"] if p["matter"] == "nhc.birth_cert")
    inside = [
        case,
        f"{case}/paper",
        f"{case}/documents/nhc.birth_cert",
        f"{case}/corrections/{birth['id']}",
        f"{case}/materials/{BILLS}",
    ]
    desk.send(desk.get("/earlier"), "/earlier", number=OTHERS_OWN)

    progress = desk.get(f"{case}/progress")
    assert progress.status == 200
    assert not [link for link in progress.links if link.startswith(case)]
    assert "bills.pdf" not in progress.words
    token = progress.form("/next-person").values["csrf_token"]
    for path in inside:
        assert desk.get(path).status == 404
    for path in inside[-2:]:
        assert desk.client.post(path, data={"csrf_token": token}).status_code == 404
    desk.send(desk.get("/mine"), "/resume", code=code)
    for path in inside:
        assert desk.get(path).status == 200
    assert case in desk.get(f"{case}/progress").links


def other_number():
    return "110101199001011237"
