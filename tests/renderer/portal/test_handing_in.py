"""The pages on which materials are handed in, promised and removed."""

import json
import re
from hashlib import sha256
from io import BytesIO

import pytest
from PIL import Image

from renderer.demo.papers import paper
from renderer.portal.handing_in import MOST_SENT
from submissions.clock import later
from submissions.files.checking import MOST_BYTES
from submissions.files.links import LIFETIME
from submissions.materials import MOST_PER_MATERIAL

LAST = "/facts/spouse:person.id_number"

COMPANY, STAMP = "enterprise_setup", "tax.invoice:m2"
BILLS = "nhsa.maternity_expense:m1"
BILL = paper("A bill")


def photo(**saved):
    written = BytesIO()
    Image.new("RGB", (40, 30), "navy").save(written, "JPEG", **saved)
    return written.getvalue()


@pytest.fixture
def bare(begun):
    """A form that could be submitted but for its one material."""
    begun.save(files=())
    return begun


@pytest.fixture
def company(begin, site):
    """A company's form, filled in but for its material, which may follow."""
    return begin(site, COMPANY)


def upload(begun, *sent, material=BILLS, **more):
    page = begun.page(f"/materials/{material}")
    return begun.site.send(page, material, file=sent or "", _do="upload", **more)


def submit(begun):
    return begun.site.send(begun.page("/check"), "/submit", declared="yes")


def test_what_may_be_sent_is_said_before_choosing(bare):
    page = bare.page(f"/materials/{BILLS}")

    assert "JPG、PNG 或 PDF，每个不超过 10 MB" in page.words
    assert f"还可以交 {MOST_PER_MATERIAL} 个" in page.words
    assert "只送给医疗保障局" in page.words
    assert "这样：整张都在，四角看得见" in page.words
    assert page.html.index('class="paper"') < page.html.index('type="file"')
    assert 'capture="environment"' in page.html
    assert 'accept=".jpg,.jpeg,.png,.pdf,' in page.html


def test_files_are_kept_and_shown_on_every_later_page(bare):
    page = upload(bare, ("小结.pdf", BILL), ("发票.jpg", photo()))

    assert page.status == 200
    assert page.path == bare.path(f"/materials/{BILLS}")
    for path in (f"/materials/{BILLS}", "/check"):
        assert "小结.pdf" in bare.page(path).words
        assert "发票.jpg" in bare.page(path).words
    assert "已交 2 个文件" in bare.page("/materials").words
    assert "材料 要交 1 份 已完成" in bare.page("").words


def test_of_several_files_the_good_ones_are_kept_and_the_bad_ones_named(bare):
    page = upload(bare, ("好.pdf", BILL), ("坏.docx", b"PK\x03\x04"), ("空.pdf", b""))

    assert page.status == 422
    assert "有 2 处要改" in page.words
    assert "“坏.docx”不是 JPG、PNG 或 PDF" in page.words
    assert "“空.pdf”是空的" in page.words
    assert [file.name for file in bare.kept.files] == ["好.pdf"]
    assert "好.pdf" in page.words


def test_a_large_file_is_refused_in_words(bare):
    page = upload(bare, ("大.pdf", BILL + b" " * MOST_BYTES))

    assert page.status == 422
    assert "“大.pdf”超过 10 MB" in page.words


def test_pressing_upload_without_a_file_says_what_to_do(bare):
    page = upload(bare)

    assert page.status == 422
    assert "请先选文件" in page.words


def test_more_files_than_may_be_are_refused_together(bare):
    sent = [(f"{n}.pdf", paper(str(n))) for n in range(MOST_PER_MATERIAL + 1)]

    page = upload(bare, *sent)

    assert page.status == 422
    assert "最多 10 个文件" in page.words


def test_other_pages_take_no_more_bytes_than_before(bare):
    sheet = bare.page("/pages/child")
    refused = bare.site.post(sheet.path, {"file": [("a", b"x" * 300_000)]})
    too_much = bare.site.post(
        bare.path(f"/materials/{BILLS}"),
        {"file": [("a", b"x" * (MOST_SENT + 1))]},
    )

    assert (refused.status, too_much.status) == (413, 413)
    assert "文件分几次传" in too_much.words


def test_a_missing_material_stops_at_its_place(bare):
    check = bare.page("/check")

    assert "还没有交“出院小结、费用票据”" in check.words
    assert bare.path(f"/materials/{BILLS}?then=check") in check.links
    assert all("/submit" not in form.action for form in check.forms)
    token = bare.page(f"/materials/{BILLS}").form(BILLS).values["csrf_token"]
    forced = {"declared": "yes", "rev": str(bare.kept.rev), "csrf_token": token}
    assert bare.site.post(bare.path("/submit"), forced).status == 422
    assert bare.store.get("submissions", bare.id) is None


def test_from_the_check_page_one_comes_back_to_it(bare):
    page = bare.page(f"/materials/{BILLS}?then=check")
    file = [("a.pdf", BILL)]

    after = bare.site.send(page, BILLS, file=file, _do="upload")

    assert bare.path("/check") in after.links


def test_after_the_last_page_the_materials_are_next(bare, stands_on):
    last = bare.page(f"/pages/{stands_on('newborn_birth', LAST)}")

    after = bare.site.send(last, last.path, _do="next")

    assert after.path == bare.path("/materials")
    assert "去交“出院小结、费用票据”" in after.words


def test_a_file_is_removed_only_after_a_page_that_asks(begun):
    (file,) = begun.kept.files
    page = begun.page(f"/materials/{BILLS}")
    asks = next(link for link in page.links if "/remove/" in link)

    asked = begun.site.get(asks)
    assert "删去这个文件吗" in asked.words
    assert begun.kept.files == (file,)
    after = begun.site.send(asked, "")

    assert after.path == begun.path(f"/materials/{BILLS}")
    assert begun.kept.files == ()
    # Pressed again, or in another window: nothing more happens.
    assert begun.site.get(asks).path == after.path
    assert begun.site.send(asked, "").path == after.path


def test_a_file_comes_back_as_a_download_and_never_as_a_page(begun):
    upload(begun, ("合 同<b>.jpg", photo()))
    (file,) = (each for each in begun.kept.files if each.type == "image/jpeg")

    answer = begun.site.client.get(
        begun.path(f"/materials/{BILLS}/files/{file.sha256}")
    )

    assert answer.status_code == 200
    assert sha256(answer.data).hexdigest() == file.sha256
    disposition = answer.headers["Content-Disposition"]
    assert disposition.startswith("attachment; filename=")
    assert disposition.endswith("filename*=UTF-8''%E5%90%88%20%E5%90%8C%3Cb%3E.jpg")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Type"] == "image/jpeg"
    assert answer.headers["Cache-Control"] == "no-store"


def test_nobody_else_sees_a_file_or_its_page(begun, another_browser):
    (file,) = begun.kept.files
    here = begun.path(f"/materials/{BILLS}")

    for path in ("", f"/files/{file.sha256}", f"/remove/{file.sha256}"):
        assert another_browser.get(here + path).status == 404


def test_what_is_not_asked_for_has_no_page(begun):
    for key in ("nhc.birth_cert:m7", "nhc.birth_cert:m1", "nobody:m1"):
        assert begun.page(f"/materials/{key}").status == 404
    assert begun.page(f"/materials/{BILLS}/files/{'0' * 64}").status == 404
    assert begun.page(f"/materials/{BILLS}/remove/x").path.endswith(BILLS)


def test_a_material_that_may_follow_is_promised_with_its_day(company):
    page = company.page(f"/materials/{STAMP}")
    # Sunday the 22nd, five working days from Monday.
    assert "从提交的第二天起 5 个工作日内补交" in page.words
    assert "2026 年 11 月 27 日前" in page.words

    after = company.site.send(page, STAMP, _do="promise")
    assert after.path == company.path("/materials")
    assert "已承诺，2026 年 11 月 27 日前补交" in after.words
    receipt = submit(company)

    assert receipt.path == f"/submissions/{company.id}"
    assert "发票专用章印模 已承诺，2026 年 11 月 27 日前补交" in receipt.words


def test_a_promise_is_taken_back(company):
    page = company.page(f"/materials/{STAMP}")
    promised = company.site.send(page, STAMP, _do="promise")
    assert promised.status == 200

    page = company.page(f"/materials/{STAMP}")
    after = company.site.send(page, STAMP, _do="withdraw")

    assert "还没有交" in company.page("/materials").words
    assert 'value="promise"' in after.html


def test_what_must_be_there_cannot_be_promised(bare):
    page = bare.page(f"/materials/{BILLS}")
    assert 'value="promise"' not in page.html

    refused = bare.site.send(page, BILLS, _do="promise")

    assert refused.status == 422
    assert bare.kept.promised == ()


def test_the_receipt_names_what_was_handed_in(begun):
    receipt = submit(begun)

    assert "出院小结、费用票据 已交 1 个文件 bills.pdf，PDF，1 KB" in receipt.words


def test_files_sent_after_submitting_lead_to_the_receipt(begun):
    page = begun.page(f"/materials/{BILLS}")
    submit(begun)
    file = [("late.pdf", BILL)]

    late = begun.site.send(page, BILLS, file=file, _do="upload")

    assert late.path == f"/submissions/{begun.id}"


def test_a_browser_that_forgot_says_that_files_must_be_chosen_again(bare):
    page = bare.page(f"/materials/{BILLS}")
    bare.site.client.delete_cookie("yibiao")
    data = {name: list(values) for name, values in page.form(BILLS).values.items()}
    data["file"] = [("a.pdf", BILL)]

    again = bare.site.post(bare.path(f"/materials/{BILLS}"), data)

    assert "选的文件没有存下来" in again.words
    assert "您填的没有丢" not in again.words


@pytest.fixture
def link(begun):
    """The address a department gets of the one file."""
    submit(begun)
    document = begun.store.get("submissions", begun.id)
    part = next(p for p in document["parts"] if p["matter"] == "nhsa.maternity_expense")
    assert part["state"] == "waiting"
    (file,) = document["files"]
    links = begun.site.app.extensions["yibiao"].links
    return links.href(part["id"], file["sha256"], made_at=begun.now)


def test_a_department_fetches_a_file_by_its_address_alone(link, another_browser):
    answer = another_browser.client.get(link)

    assert (answer.status_code, answer.data) == (200, BILL)
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert answer.headers["Content-Type"] == "application/pdf"
    assert "Set-Cookie" not in answer.headers


def test_another_part_file_or_end_is_not_signed(link, another_browser):
    part = re.search(r"parts/(\w+)/", link).group(1)
    for wrong in (
        link.replace(part, "p_other"),
        re.sub(r"files/\w", "files/0" if "files/0" not in link else "files/1", link),
        link.replace("2027", "2028"),
        link.partition("?")[0],
    ):
        answer = another_browser.client.get(wrong)
        assert answer.status_code == 403
        assert "use it as sent" in json.loads(answer.data)["detail"]


def test_an_address_that_has_ended_says_so(begun, another_browser):
    links = begun.site.app.extensions["yibiao"].links
    old = later(begun.now, -LIFETIME)

    answer = another_browser.client.get(links.href("p_1", "0", made_at=old))

    assert answer.status_code == 410
    assert "Ask for the part to be sent again" in json.loads(answer.data)["detail"]


def test_an_address_to_what_is_gone_is_not_found(begun, another_browser):
    links = begun.site.app.extensions["yibiao"].links

    answer = another_browser.client.get(links.href("p_1", "0", made_at=begun.now))

    assert answer.status_code == 404
