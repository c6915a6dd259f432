"""A department finds its part, reads it, sends it back and decides it."""

import io
import json
import zipfile
from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest

from renderer.desk.workbook import xlsx
from submissions.clock import utc_text
from submissions.errors import Conflict
from submissions.staff import Role

HEALTH, POLICE = "health_commission", "public_security"


@pytest.fixture
def clerk(app, open_site, work_as):
    """Return a function that signs in a clerk of a department."""

    def signed_in(id_, department):
        site = open_site(app)
        work_as(site, id_, Role.CLERK, department=department)
        return site

    return signed_in


def test_a_department_accepts_sends_back_and_decides_its_own_part(apply, clerk):
    case = apply()
    birth = case.part("nhc.birth_cert")["id"]
    hu = clerk("hu", HEALTH)

    found = hu.send(hu.get("/desk/inbox"), "/find", q=f" {case.ref.lower()} ")
    assert case.ref in found.words
    assert "待受理" in found.words
    page = hu.get(f"/desk/parts/{birth}")
    assert page.heading == "出生医学证明（首次签发）"
    assert "受理或退回 5 个工作日" in page.words
    page = hu.send(page, "/assign", to="hu", seen="")
    assert "职员 hu" in page.words
    page = hu.send(page, "/accept")
    assert case.part("nhc.birth_cert")["state"] == "accepted"

    asking = hu.get(f"/desk/parts/{birth}/return")
    assert hu.send(asking, "/return").status == 422
    name = next(n for n in asking.form("/return").values if n.startswith("r"))
    assert hu.send(asking, "/return", **{name: "长" * 1001}).status == 422
    sent = hu.send(asking, "/return", **{name: "名字和户口本上不一样"})
    assert "等补正" in sent.words
    applicant = case.site.get(f"/submissions/{case.id}/corrections/{birth}")
    assert "名字和户口本上不一样" in applicant.words
    # The same again from another tab changes nothing; another is added to it.
    assert "没有记下" not in hu.send(asking, "/return", **{name: "x"}).words
    assert "名字和户口本上不一样" in hu.get(f"/desk/parts/{birth}/return").words

    deciding = hu.get(f"/desk/parts/{birth}/decide")
    assert hu.send(deciding, "/decide").status == 422
    lacking = hu.send(deciding, "/decide", outcome="approved")
    assert "请" in lacking.words
    wrong = hu.send(deciding, "/decide", outcome="approved", f0="12")
    assert (wrong.status, case.part("ps.birth_register")["state"]) == (422, "waiting")
    assert hu.send(deciding, "/decide", outcome="rejected").status == 422
    done = hu.send(deciding, "/decide", outcome="approved", f0="T310123456")
    assert "已办结" in done.words
    assert "T310123456" not in done.html
    shown = hu.send(done, "/whole", _do="page", why="核对证号")
    assert "T310123456" in shown.words
    assert case.part("ps.birth_register")["state"] == "ready"
    told = case.log(birth)
    assert {e["detail"].get("by") for e in told if e["what"] == "part.decided"} == {
        "staff:hu"
    }
    assert hu.get(f"/desk/parts/{birth}/decide").path == f"/desk/parts/{birth}"
    assert case.ref in hu.get("/desk/inbox?s=decided").words


def test_numbers_are_masked_until_somebody_says_why_and_it_is_written_down(
    apply, clerk
):
    case = apply()
    birth = case.part("nhc.birth_cert")
    document = json.loads(birth["body"])
    numbers = [v for v in document.values() if isinstance(v, str) and len(v) == 18]
    hu = clerk("hu", HEALTH)

    page = hu.get(f"/desk/parts/{birth['id']}")
    assert numbers
    assert not any(number in page.html for number in numbers)
    assert hu.send(page, "/whole", _do="page").status == 422
    shown = hu.send(page, "/whole", _do="page", why="核对身份")
    assert all(number in shown.html for number in numbers)
    path = f"/desk/parts/{birth['id']}/whole"
    sent = page.form("/whole").values | {"why": "上报 110101199001011237"}
    answer = hu.client.post(path, data=sent | {"_do": "json"})
    assert json.loads(answer.data)["document"] == document
    answer = hu.client.post(path, data=sent | {"_do": "xlsx"})
    with zipfile.ZipFile(io.BytesIO(answer.data)) as package:
        written = package.read("xl/worksheets/sheet1.xml").decode()
        for name in package.namelist():
            ET.fromstring(package.read(name))  # noqa: S314 - our own
    assert all(number in written for number in numbers)

    looked = [e for e in case.log(birth["id"]) if e["who"] == "staff:hu"]
    assert [(e["what"], e["detail"].get("how")) for e in looked] == [
        ("part.viewed", None),
        *(("part.unmasked", how) for how in ("page", "json", "xlsx")),
    ]
    assert "110101199001011237" not in json.dumps(looked)
    assert looked[1]["detail"]["why"] == "核对身份"


def test_where_others_are_faster_every_time_that_is_said_and_nothing_typed_is_lost(
    apply, clerk, monkeypatch
):
    case = apply()
    birth = case.part("nhc.birth_cert")["id"]
    hu, gu = clerk("hu", HEALTH), clerk("gu", HEALTH)
    asking = hu.get(f"/desk/parts/{birth}/return")
    name = next(n for n in asking.form("/return").values if n.startswith("r"))
    put = case.store.put

    def overtaken(collection, document):
        raise Conflict(collection, document["_id"])

    monkeypatch.setattr(case.store, "put", overtaken)
    opened = gu.client.get(f"/desk/parts/{birth}")
    sent = hu.send(asking, "/return", **{name: "名字不一样"})
    assert (opened.status_code, sent.status) == (409, 409)
    assert "名字不一样" in sent.html
    monkeypatch.setattr(case.store, "put", put)
    assert "等补正" in hu.send(sent, "/return").words


def test_what_the_applicant_says_is_wrong_stands_beside_the_value(apply, clerk):
    note = "末位应为 110101199001011237"
    origin = {"source": "id_card", "at": None, "certainty": "exact"}
    origin |= {"corrected": False, "disputed": note}
    case = apply({"/facts/mother:person.id_number": origin})
    hu = clerk("hu", HEALTH)

    page = hu.get(f"/desk/parts/{case.part('nhc.birth_cert')['id']}")
    assert "申请人说不对：末位应为 1101************37" in page.words
    shown = hu.send(page, "/whole", _do="page", why="核对身份")
    assert f"申请人说不对：{note}" in shown.words


def test_what_was_typed_stands_there_when_it_is_not_recorded(apply, clerk):
    case = apply()
    birth = case.part("nhc.birth_cert")["id"]
    hu = clerk("hu", HEALTH)
    older = {"digest": "sha256:" + "0" * 64}

    asking = hu.get(f"/desk/parts/{birth}/return")
    name = next(n for n in asking.form("/return").values if n.startswith("r"))
    for wrong, said in ((older, "刚刚有变化"), ({"digest": "x"}, "不能这样填")):
        page = hu.send(asking, "/return", **{name: "名字不一样"}, **wrong)
        assert (page.status, "名字不一样" in page.html) == (422, True)
        assert said in page.words
    deciding = hu.get(f"/desk/parts/{birth}/decide")
    page = hu.send(deciding, "/decide", outcome="rejected", reason="不是亲生", **older)
    assert page.status == 422
    assert "不是亲生" in page.html
    assert "刚刚有变化" in page.words
    # Who has read that sends it again, and it counts.
    assert "未通过" in hu.send(page, "/decide").words


def test_whatever_page_shows_a_part_it_is_written_down_who_saw_it(apply, clerk):
    case = apply()
    birth = case.part("nhc.birth_cert")["id"]
    sent = [
        ("whole", {"why": "", "_do": "page"}),
        ("assign", {"to": "c1", "seen": "somebody"}),
        ("accept", {"digest": "sha256:0"}),
        ("return", {}),
    ]
    for number, (path, data) in enumerate(sent):
        who = clerk(f"c{number}", HEALTH)
        started = who.get("/desk/inbox")
        token = started.form("/find").values["csrf_token"]
        answer = who.client.post(
            f"/desk/parts/{birth}/{path}", data={"csrf_token": token, **data}
        )
        assert (path, answer.status_code) == (path, 422)

    told = [(e["what"], e["who"]) for e in case.log(birth) if "staff" in e["who"]]
    assert told == [("part.viewed", f"staff:c{number}") for number in range(len(sent))]


def test_what_another_department_has_is_not_there(apply, clerk):
    case = apply()
    birth = case.part("nhc.birth_cert")["id"]
    zhou = clerk("zhou", POLICE)

    assert zhou.get(f"/desk/parts/{birth}").status == 404
    assert case.ref in zhou.send(zhou.get("/desk/inbox"), "/find", q=case.ref).words
    mine = zhou.get(f"/desk/parts/{case.part('ps.birth_register')['id']}")
    # Of the others it sees that they are there, and how far they are.
    assert "卫生健康" in mine.words
    assert "前一事项办完" in mine.words
    assert "T310" not in mine.words
    assert zhou.get("/desk/parts/p_none").status == 404


def test_a_case_erased_while_the_list_is_made_is_left_out(
    app, apply, clerk, monkeypatch
):
    first = apply()
    apply()
    hu = clerk("hu", HEALTH)
    services = app.extensions["yibiao"]

    class Erasing:
        """The store, where cases go as soon as the list was read."""

        kept = first.id

        def __getattr__(self, name):
            return getattr(services.store, name)

        def tags(self, *asked):
            found = services.store.tags(*asked)
            for id_ in {id_ for _tag, id_ in found} - {self.kept}:
                services.store.erase(id_, now=utc_text(services.clock()))
            return found

    monkeypatch.setitem(app.extensions, "yibiao", replace(services, store=Erasing()))
    page = hu.get("/desk/inbox")
    assert (page.status, first.ref in page.words) == (200, True)
    Erasing.kept = None
    assert hu.send(page, "/inbox/next").path == "/desk/inbox"


@pytest.mark.parametrize("month", ["%F4%8F%BF%BF", "x", "2026-1", "2026-11-22x"])
def test_any_month_is_answered(clerk, month):
    hu = clerk("hu", HEALTH)

    assert hu.get(f"/desk/inbox?s=decided&month={month}").status == 200


def test_no_cell_of_a_workbook_is_a_formula():
    book = xlsx([("=1+1", "@x", "-2", "\tx", "a<b"), ()])

    with zipfile.ZipFile(io.BytesIO(book)) as package:
        sheet = package.read("xl/worksheets/sheet1.xml")
    cells = ET.fromstring(sheet).iter()  # noqa: S314 - our own
    texts = [each.text for each in cells if each.text]
    assert texts == ["'=1+1", "'@x", "'-2", "'\tx", "a<b"]
    assert b"<f>" not in sheet
