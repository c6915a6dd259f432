"""A department sends a part back: the applicant corrects just that."""

import json
from datetime import UTC, datetime
from importlib.resources import files

import pytest

from renderer.demo.papers import paper
from submissions import cases, endpoints, routing
from submissions.delivery import webhook

NEWBORN = "newborn_birth"
BILLS = "nhsa.maternity_expense:m1"
NOW = "2026-11-22T03:04:05.000Z"
MOTHERS_NUMBER = "/facts/mother:person.id_number"
SECRET = webhook.new_secret(lambda length: b"c" * length)


class Case:
    """A submitted form, and the department of one of its parts."""

    def __init__(self, begun, matter):
        self.site, self.store, self.id = begun.site, begun.store, begun.id
        begun.site.send(begun.page("/check"), "/submit", declared="yes")
        self.matter = matter
        self.asked = 0

    @property
    def submission(self):
        return self.store.get("submissions", self.id)

    @property
    def part(self):
        parts = self.submission["parts"]
        return next(p for p in parts if p["matter"] == self.matter)

    @property
    def path(self):
        return f"/submissions/{self.id}/corrections/{self.part['id']}"

    def connect(self):
        id_ = endpoints.add(
            self.store,
            department=self.part["department"],
            area="",
            url="https://example.org",
            secret=SECRET,
            now=NOW,
        )
        routing.resume(self.store, id_, now=NOW, verified=True)
        return id_

    def says(self, type_, **more):
        self.asked += 1
        data = {"part": self.part["id"], "digest": self.part["digest"]} | more
        event = {"type": f"part.{type_}", "timestamp": NOW, "data": data}
        body = json.dumps(event).encode()
        seconds = int(datetime(2026, 11, 22, 3, 4, 5, tzinfo=UTC).timestamp())
        headers = webhook.headers(
            body, message_id=f"m_{self.asked}", sent_at=seconds, secret=SECRET
        )
        answer = cases.receive(self.store, self.part["id"], headers, body, now=NOW)
        assert answer.status == 200, answer

    def asks(self, *pointers, **more):
        reasons = [{"pointer": each, "text": f"见 {each}"} for each in pointers]
        self.says("correction_requested", reasons=reasons, **more)

    def page(self):
        return self.site.get(self.path)

    def document(self):
        return json.loads(self.part["body"])

    @property
    def sent(self):
        """What the departments and the log know of."""
        names = ("answers", "parts", "deliveries", "log", "files")
        return {name: self.submission[name] for name in names}


@pytest.fixture
def case(begun):
    made = Case(begun, "nhc.birth_cert")
    id_ = made.connect()
    yield made
    # The site is shared: another test connects its own.
    made.store.delete("endpoints", id_)


def test_the_progress_page_leads_to_what_must_be_corrected(case):
    case.asks("/XSEXM")

    progress = case.site.get(f"/submissions/{case.id}/progress")
    page = case.page()

    assert "需补正" in progress.words
    assert "见 /XSEXM" in progress.words
    assert case.path in progress.links
    assert "见 /XSEXM" in page.words
    assert len(page.questions) == 1


def named(case, page, path):
    """The HTML name of the question behind a path of the form, on a page."""
    form = case.site.app.extensions["yibiao"].store.get("versions", f"{NEWBORN}@1")
    questions = json.loads(form["pack_text"])["questions"]
    found = next(
        q["name"]
        for q in questions
        if any(a["matter"] == case.matter and a["path"] == path for a in q["asked_by"])
    )
    assert found in page.questions
    return found


def test_a_correction_changes_just_what_was_asked_and_sends_the_part_again(case):
    case.asks("/XSEXM", "/CSSC")
    before, page = case.document(), case.page()
    name, length = (named(case, page, path) for path in ("/XSEXM", "/CSSC"))

    after = case.site.send(page, **{name: "林小满", length: "51"})

    assert after.path.endswith("/progress")
    assert "您补正了" in after.words
    assert "需补正" not in after.words
    assert case.document() == before | {"XSEXM": "林小满", "CSSC": 51}
    assert case.submission["deliveries"][-1]["type"] == "part.updated"


def test_nobody_is_asked_to_correct_what_is_sealed_and_no_box_sent_for_it_counts(case):
    """The mother's number is what her card says; it is asked for before that counts."""
    case.asks("/XSEXM", "/MQZJHM")
    form = case.site.app.extensions["yibiao"].store.get("versions", f"{NEWBORN}@1")
    questions = json.loads(form["pack_text"])["questions"]
    number = next(q["name"] for q in questions if q["pointer"] == MOTHERS_NUMBER)
    assert number in case.page().questions

    card = {"source": "id_card", "at": NOW, "certainty": "exact", "corrected": False}
    origins = json.dumps({MOTHERS_NUMBER: card})
    case.store.put("submissions", {**case.submission, "provenance": origins})

    before, page = case.document(), case.page()
    assert len(page.questions) == 1
    assert number not in page.questions
    name = named(case, page, "/XSEXM")
    kept = {key: values[0] for key, values in page.form().values.items()}
    sent = {**kept, name: "林小满", number: "420116199603122345", "_do": "next"}
    case.site.client.post(case.path, data=sent)
    assert case.document() == before | {"XSEXM": "林小满"}
    with pytest.raises(AssertionError, match="can correct nothing there"):
        case.asks("/MQZJHM")


def test_a_correction_that_is_wrong_is_shown_with_what_was_typed(case):
    case.asks("/XSEXM", "/CSSC")
    before, page = case.sent, case.page()
    name, length = (named(case, page, path) for path in ("/XSEXM", "/CSSC"))

    refused = case.site.send(page, **{name: "林小满", length: "very long"})

    assert refused.status == 422
    assert refused.form().values[name] == ["林小满"]
    assert refused.form().values[length] == ["very long"]
    assert case.sent == before
    mended = case.site.send(refused, **{length: "51"})
    assert mended.path.endswith("/progress")


def test_what_a_department_asks_meanwhile_is_shown_before_anything_is_sent(case):
    case.asks("/XSEXM")
    page = case.page()
    case.asks("/CSSC")
    name = named(case, page, "/XSEXM")
    before = case.sent

    again = case.site.send(page, **{name: "林小满"})

    assert case.sent == before
    assert len(again.questions) == 2
    assert again.form().values[name] == ["林小满"]
    case.site.send(again)
    assert case.document()["XSEXM"] == "林小满"


def test_a_request_that_is_over_leads_to_the_progress_page(case):
    case.asks("/XSEXM", seq=3)
    page = case.page()
    case.says("accepted", seq=4)

    assert case.page().path.endswith("/progress")
    assert case.site.send(page).path.endswith("/progress")
    assert "已受理" in case.site.get(f"/submissions/{case.id}/progress").words


def test_a_stranger_corrects_nothing(case, another_browser):
    case.asks("/XSEXM")

    assert another_browser.get(case.path).status == 404


def test_a_page_of_corrections_speaks_english_too(case):
    case.asks("/XSEXM")

    page = case.site.send(case.page(), _do="lang:en")

    assert (page.path, page.heading) == (case.path, "Correct")
    assert "The department says" in page.words


@pytest.mark.parametrize("button", ["later", "view:elder", "autosave", "back"])
def test_what_is_typed_for_a_correction_is_there_when_one_comes_back(case, button):
    case.asks("/XSEXM", "/CSSC")
    before, page = case.sent, case.page()
    name, length = (named(case, page, path) for path in ("/XSEXM", "/CSSC"))

    case.site.send(page, **{name: "", length: "very long", "_do": button})

    again = case.page()
    assert again.form().values[length] == ["very long"]
    assert again.form().values.get(name, [""]) == [""]
    assert case.sent == before
    after = case.site.send(again, **{name: "林小满", length: "51"})
    assert after.path.endswith("/progress")
    assert (case.document()["XSEXM"], case.document()["CSSC"]) == ("林小满", 51)
    assert case.submission["typed"] == {}


@pytest.mark.parametrize("chosen", ["mine", "stored"])
def test_what_two_windows_correct_differently_is_shown_and_chosen(case, chosen):
    case.asks("/XSEXM", "/CSSC")
    one, two = case.page(), case.page()
    name, length = (named(case, one, path) for path in ("/XSEXM", "/CSSC"))
    case.site.send(one, **{name: "林大满", length: "49", "_do": "autosave"})
    before = case.sent

    both = case.site.send(two, **{name: "林小满", "_do": "next"})

    assert (both.status, case.sent) == (409, before)
    assert "林大满" in both.words
    assert "林小满" in both.words
    again = case.site.send(both, **{f"_pick-{name}": chosen, "_do": "keep"})
    expected = {"mine": "林小满", "stored": "林大满"}[chosen]
    # Nothing goes out unseen: what only the other window changed is there, too.
    assert (case.sent, again.form().values[length]) == (before, ["49"])
    assert again.form().values[name] == [expected]
    assert case.site.send(again).path.endswith("/progress")
    assert (case.document()["XSEXM"], case.document()["CSSC"]) == (expected, 49)


def test_what_only_another_window_corrected_is_seen_before_it_is_sent(case):
    case.asks("/XSEXM", "/CSSC")
    one, two = case.page(), case.page()
    name, length = (named(case, one, path) for path in ("/XSEXM", "/CSSC"))
    case.site.send(one, **{length: "49", "_do": "later"})

    again = case.site.send(two, **{name: "林小满"})

    assert "这一份刚刚有变化" in again.words
    assert again.form().values[length] == ["49"]
    case.site.send(again)
    assert (case.document()["XSEXM"], case.document()["CSSC"]) == ("林小满", 49)


def handed_in_the_day_before(submission):
    at = "2026-11-21T03:04:05.000Z"
    return {**submission, "files": [{**f, "at": at} for f in submission["files"]]}


@pytest.fixture
def expense(case):
    """The same case, in which the certificate that the bills wait for has come."""
    results = json.loads((files("renderer.demo") / "results.json").read_text())
    case.says("decided", outcome="approved", values=results[case.matter])
    case.matter = "nhsa.maternity_expense"
    id_ = case.connect()
    case.store.update("submissions", case.id, handed_in_the_day_before)
    yield case
    case.store.delete("endpoints", id_)


def test_a_material_that_is_asked_for_again_is_uploaded_from_the_correction(
    expense,
):
    expense.says(
        "correction_requested", materials=[{"id": "m1", "text": "第二页看不清"}]
    )
    page = expense.page()
    assert "第二页看不清" in page.words

    asked = expense.site.send(page, expense.path)
    upload = expense.site.send(page, expense.path, _do=f"upload:{BILLS}")
    file = [("clear.pdf", paper("A clear bill"))]
    uploaded = expense.site.send(upload, file=file)
    back = next(link for link in uploaded.links if "/corrections/" in link)
    page = expense.site.get(back)
    sent = expense.site.send(page, expense.path)

    assert asked.status == 422
    assert "还没有重新上传“出院小结、费用票据”" in asked.words
    assert "第二页看不清" in upload.words
    assert "clear.pdf" in page.words
    assert sent.path.endswith("/progress")
    types = [d["type"] for d in expense.submission["deliveries"]]
    assert types[-2:] == ["material.supplied", "part.updated"]
    (told,) = [m for m in expense.part["materials"] if m["id"] == "m1"]
    assert [f["name"] for f in told["files"]] == ["bills.pdf", "clear.pdf"]


def test_who_brought_it_elsewhere_sends_without_uploading(expense):
    expense.says("correction_requested", materials=[{"id": "m1", "text": "请带原件"}])

    asked = expense.site.send(expense.page(), expense.path)
    sent = expense.site.send(asked, expense.path)

    assert asked.status == 422
    assert sent.path.endswith("/progress")
