"""The portal as applicants meet it, page by page."""

import re

import pytest

from renderer.demo.once import sample
from submissions import drafts
from submissions.errors import StoreUnavailableError

NEWBORN = "newborn_birth"
COMPANY = "enterprise_setup"
MOST_PAGES = 40


def named(forms, label):
    """The HTML name of a question of the newborn form."""
    questions = forms[NEWBORN].questions
    return next(q.name for q in questions if q.label["zh-CN"] == label)


def services(site):
    return site.app.extensions["yibiao"]


def draft_id(page) -> str:
    return re.search(r"/drafts/([^/]+)", page.path).group(1)


def stored(site, page):
    return drafts.get(
        services(site).store, draft_id(page), now="2026-11-22T03:04:05.000Z"
    )


def choose_first(page):
    """Say yes, or the first choice, to everything on a page that has no answer."""
    form = page.form("/situations")
    names = form.names - form.values.keys() - {"_do"}
    first = {}
    for name in names:
        found = re.search(rf'name="{name}" value="([^"]*)"', page.html)
        first[name] = found.group(1)
    return first


def answer_situations(site, page):
    while "/situations" in page.path:
        page = site.send(page, "/situations", _do="next", **choose_first(page))
        assert page.status == 200
    return page


def fill_everything(site, page, form, answers):
    """Go on from any page to the check page, saying what `answers` say."""
    *_, check = site.fill(page, form, answers)
    return check


def checked(site, affair, forms):
    """The check page of a form filled in by its sample person."""
    told = sample(affair)
    site.sign_in(told["person"])
    page = site.begin(affair)
    return fill_everything(site, page, forms[affair], told["answers"])


@pytest.mark.parametrize("tag", ["zh-CN", "en"])
@pytest.mark.parametrize(
    "path", ["/", f"/affairs/{NEWBORN}", f"/affairs/{COMPANY}", "/mine", "/sign-in"]
)
def test_every_page_before_the_form_opens_in_both_languages(site, path, tag):
    page = site.get(f"/language/{tag}?next={path}")

    assert page.status == 200
    assert f'<html lang="{tag}"' in page.html
    assert page.path == path


def test_the_guide_says_what_is_asked_once_and_what_it_saves(site, forms):
    counts = forms[NEWBORN].counts

    page = site.get(f"/affairs/{NEWBORN}")

    assert f"{counts.fields} 项合成 {counts.questions} 项" in page.words
    assert "要准备的材料" in page.words
    assert "张表上都有" in page.words


def test_the_language_switch_never_leads_to_another_site(site):
    for elsewhere in ("//evil.example/", "https://evil.example/", "/\\evil.example"):
        response = site.client.get(f"/language/en?next={elsewhere}")

        assert response.headers["Location"] == "/"


@pytest.mark.parametrize("affair", [NEWBORN, COMPANY])
@pytest.mark.slow
def test_a_form_filled_in_is_checked_submitted_and_followed(site, forms, affair):
    page = checked(site, affair, forms)

    receipt = site.send(page, "/submit", declared="yes")

    assert receipt.status == 200
    assert re.search(r"YB20261122[0-9A-Z]{6}", receipt.words)
    assert "qr" in receipt.html
    progress = site.get(receipt.path + "/progress")
    assert "已办结 0 个，共 7 个" in progress.words


@pytest.mark.slow
def test_submitting_twice_gives_the_same_receipt(site, forms):
    page = checked(site, NEWBORN, forms)

    first = site.send(page, "/submit", declared="yes")
    second = site.send(page, "/submit", declared="yes")

    assert first.path == second.path
    number = r"YB20261122[0-9A-Z]{6}"
    assert re.findall(number, first.words) == re.findall(number, second.words)


@pytest.mark.slow
def test_nothing_is_submitted_without_the_declaration(site, forms):
    page = checked(site, NEWBORN, forms)

    refused = site.send(page, "/submit")

    assert refused.status == 422
    assert "请先确认内容属实" in refused.words
    assert stored(site, page) is not None


def test_an_unfinished_form_cannot_be_submitted(site):
    page = answer_situations(site, site.begin(NEWBORN))
    id_ = draft_id(page)

    shown = site.get(f"/drafts/{id_}/check")

    assert "项没有填" in shown.words
    assert all("/submit" not in form.action for form in shown.forms)


def test_what_cannot_be_read_is_shown_again_and_the_rest_is_saved(site, forms):
    page = answer_situations(site, site.begin(NEWBORN))
    weight, hour = named(forms, "出生体重"), named(forms, "出生时间")
    sheet = site.get(f"/drafts/{draft_id(page)}/pages/birth")
    typed = {weight: "三千二百克", f"{hour}-y": "2026", f"{hour}-m": "11"}

    answered = site.send(sheet, sheet.path, _do="next", **typed, **{f"{hour}-d": "31"})

    assert answered.status == 422
    assert 'value="三千二百克"' in answered.html
    assert 'value="31"' in answered.html
    assert "“出生时间”还缺“时”" in answered.words
    assert "“出生体重”请只写数字" in answered.words


def test_what_cannot_be_read_is_still_there_later_and_is_not_left_out(site, forms):
    page = answer_situations(site, site.begin(NEWBORN))
    weight = named(forms, "出生体重")
    born = site.get(f"/drafts/{draft_id(page)}/pages/birth")

    site.send(born, "/pages/birth", _do="next", **{weight: "三千多"})

    again = site.get(f"/drafts/{draft_id(page)}/pages/birth")
    assert again.form("/pages/birth").values[weight] == ["三千多"]
    assert "需改正 1 处" in site.get(f"/drafts/{draft_id(page)}").words
    assert "填的看不懂" in site.get(f"/drafts/{draft_id(page)}/check").words

    site.send(again, "/pages/birth", _do="next", **{weight: "3200"})

    assert not stored(site, page).unread


def test_a_date_that_is_none_names_the_box_to_change(site, forms):
    page = answer_situations(site, site.begin(NEWBORN))
    born = named(forms, "出生时间")
    sheet = site.get(f"/drafts/{draft_id(page)}/pages/birth")
    boxes = dict(zip("ymdhi", ("2026", "11", "31", "8", "26"), strict=True))

    answered = site.send(
        sheet, sheet.path, _do="next", **{f"{born}-{b}": t for b, t in boxes.items()}
    )

    assert "11 月只有 30 天，请改“日”" in answered.words
    assert f'href="#{born}-d"' in answered.html


def test_two_windows_lose_nothing(site, forms):
    page = answer_situations(site, site.begin(NEWBORN))
    name = named(forms, "孩子的姓名")
    one = site.get(f"/drafts/{draft_id(page)}/pages/child")
    other = site.get(one.path)
    site.send(other, one.path, _do="later", **{name: "周安"})

    conflict = site.send(one, one.path, _do="later", **{name: "周宁"})

    assert conflict.status == 409
    assert "周安" in conflict.words
    assert "周宁" in conflict.words
    site.send(conflict, one.path, _do="later", **{f"_pick-{name}": "stored"})
    kept = str(stored(site, page).answers)
    assert "周安" in kept
    assert "周宁" not in kept


def test_an_accepted_proposal_keeps_its_source_and_a_corrected_one_says_so(
    site, forms, stands_on
):
    told = sample(NEWBORN)
    site.sign_in(told["person"])
    page = answer_situations(site, site.begin(NEWBORN))
    on = stands_on(NEWBORN, "/facts/mother:person.mobile")
    sheet = site.get(f"/drafts/{draft_id(page)}/pages/{on}")
    phone = named(forms, "母亲的手机号码")
    assert phone in sheet.proposed

    site.send(sheet, sheet.path, _do="later", **{phone: "１３９ ０７１９ ０３１８"})

    draft = stored(site, page)
    assert draft.answers["facts"]["mother:person.mobile"] == "13907190318"
    assert draft.provenance["/facts/mother:person.mobile"]["corrected"] is True
    assert draft.provenance["/facts/mother:person.ethnicity"]["corrected"] is False


def test_a_declined_proposal_is_not_offered_again(site, forms, stands_on):
    told = sample(NEWBORN)
    site.sign_in(told["person"])
    page = answer_situations(site, site.begin(NEWBORN))
    on = stands_on(NEWBORN, "/facts/mother:person.mobile")
    sheet = site.get(f"/drafts/{draft_id(page)}/pages/{on}")
    phone = named(forms, "母亲的手机号码")
    assert phone in sheet.proposed

    site.send(sheet, sheet.path, _do="later", **{phone: ""})

    assert phone not in site.get(sheet.path).proposed


@pytest.mark.slow
def test_nobody_opens_another_persons_draft_or_submission(site, another_browser, forms):
    page = checked(site, NEWBORN, forms)
    id_ = draft_id(page)
    for path in ("", "/situations", "/check", "/pages/child"):
        assert another_browser.get(f"/drafts/{id_}{path}").status == 404
    receipt = site.send(page, "/submit", declared="yes")

    assert another_browser.get(receipt.path).status == 404
    assert another_browser.get(receipt.path + "/progress").status == 404


def test_a_resume_code_opens_the_draft_and_later_the_receipt(site, another_browser):
    page = answer_situations(site, site.begin(NEWBORN))
    code = re.search(r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}", page.words).group()

    opened = another_browser.send(
        another_browser.get("/mine"), "/resume", code=code.lower().replace("0", "o")
    )

    assert draft_id(opened) == draft_id(page)
    assert code not in str(stored(site, page))


def test_a_wrong_resume_code_is_shown_again(site):
    for typed in ("7K3M", "7K3M-Q0ZT-9HXA"):
        page = site.send(site.get("/mine"), "/resume", code=typed)

        assert page.status == 422
        assert f'value="{typed}"' in page.html


def test_a_page_the_browser_forgot_keeps_what_was_typed(site):
    page = answer_situations(site, site.begin(NEWBORN))
    code = re.search(r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}", page.words).group()
    sheet = site.get(f"/drafts/{draft_id(page)}/pages/child")
    name = sheet.questions[0]
    site.client.delete_cookie("yibiao")

    again = site.send(sheet, sheet.path, _do="later", **{name: "周安"})
    saved = site.send(again, sheet.path, _code=code)

    assert again.status == 400
    assert "周安" in again.words
    assert saved.status == 200
    assert "周安" in str(stored(site, page).answers)


def test_a_form_from_another_site_is_not_offered_again(site):
    page = answer_situations(site, site.begin(NEWBORN))

    answered = site.post(
        f"/drafts/{draft_id(page)}/pages/child",
        {"evil": "作恶"},
        headers={"Sec-Fetch-Site": "cross-site"},
    )

    assert answered.status == 400
    assert "作恶" not in answered.words


def test_a_store_that_cannot_be_used_says_so_and_keeps_what_was_typed(
    site, monkeypatch
):
    page = answer_situations(site, site.begin(NEWBORN))
    sheet = site.get(f"/drafts/{draft_id(page)}/pages/child")

    def full(*_args, **_options):
        raise StoreUnavailableError("the disk is full", "Make room.")

    monkeypatch.setattr(services(site).store, "put", full)
    answered = site.send(sheet, sheet.path, _do="later", **{sheet.questions[0]: "周安"})

    assert answered.status == 503
    assert answered.headers["Retry-After"] == "30"
    assert "周安" in answered.words


@pytest.mark.slow
def test_answers_of_a_hidden_branch_are_not_counted(site, forms):
    told = sample(NEWBORN)
    site.sign_in(told["person"])
    page = checked(site, NEWBORN, forms)
    situations = site.get(f"/drafts/{draft_id(page)}/situations")
    insured = next(
        q.name
        for q in forms[NEWBORN].situations
        if q.pointer.endswith("maternity_insurance") or "insur" in q.pointer
    )
    before = site.get(f"/drafts/{draft_id(page)}/check").words

    site.send(situations, "/situations", _do="next", **{insured: "false"})

    after = site.get(f"/drafts/{draft_id(page)}/check").words
    assert "生育津贴申领" in before
    assert "生育津贴申领" not in after


def test_pages_without_their_situations_lead_to_the_situations(site):
    page = site.begin(NEWBORN)

    for path in ("", "/check", "/pages/child"):
        assert site.get(f"/drafts/{draft_id(page)}{path}").path == page.path


def test_large_print_and_contrast_are_remembered(site):
    page = site.get("/view/elder?next=/mine")
    page = site.get("/view/contrast?next=/mine")

    assert 'class="contrast elder"' in page.html
    assert 'class="contrast"' in site.get("/view/standard?next=/mine").html


def test_static_files_are_kept_for_long_under_the_hash_of_their_content(site):
    page = site.get("/")
    address = next(a for _, n, a in page.attributes if n == "href" and "yibiao" in a)

    with site.client.get(address) as answer:
        assert "immutable" in answer.headers["Cache-Control"]


def test_health_says_whether_the_store_answers(site):
    assert site.client.get("/health").json == {"ok": True}


def test_an_unsigned_event_is_refused_without_a_token(site):
    answer = site.client.post("/api/v1/parts/p_none/events", data=b"{}")

    assert answer.status_code == 404
    assert answer.json["detail"] == "There is no such part."
