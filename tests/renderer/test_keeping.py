"""Nothing that was typed is lost on a page: ways out, rows, other windows."""

import re

import pytest

from builder.pointer import ABSENT, get, parts
from renderer.demo.once import sample
from submissions import drafts
from submissions.clock import utc_text

NEWBORN = "newborn_birth"
COMPANY = "enterprise_setup"


def question(forms, affair, pointer):
    return next(q for q in forms[affair].questions if q.pointer == pointer)


def begun(site, affair, **answers):
    """The task list of a draft whose situations are answered: yes, or the first."""
    return situated(site, site.begin(affair), **answers)


def situated(site, page, **answers):
    while "/situations" in page.path:
        form = page.form("/situations")
        first = {}
        for name in form.names - form.values.keys() - {"_do"}:
            found = re.search(rf'name="{name}" value="([^"]*)"', page.html)
            first[name] = answers.get(name, found.group(1))
        page = site.send(page, "/situations", _do="next", **first)
        assert page.status == 200
    return page


def draft(site, page):
    id_ = re.search(r"/drafts/([^/]+)", page.path).group(1)
    services = site.app.extensions["yibiao"]
    return drafts.get(services.store, id_, now=utc_text(services.clock()))


def kept(site, page, asked):
    return get(draft(site, page).answers, parts(asked.pointer))


def listing(forms):
    return question(forms, COMPANY, "/matters/amr.establish/INV")


@pytest.fixture
def shareholders(desk, forms):
    """The page with the list of shareholders, its first row filled in, saved.

    At a counter, where the rows stand on the page of everything.
    """
    page = situated(desk, desk.begin(COMPANY, applicant="王某"))
    rows = listing(forms)
    sheet = desk.get(f"{page.path}/pages/~all")
    name = rows.columns[0].name
    return desk.send(
        sheet, sheet.path, _do=f"add:{rows.name}", **{f"{rows.name}-r0-{name}": "甲"}
    )


@pytest.mark.parametrize(
    ("button", "lands"),
    [
        ("view:elder", "/pages/child"),
        ("view:contrast", "/pages/child"),
        ("lang:en", "/pages/child"),
        ("back", "/drafts/"),
        ("mine", "/mine"),
        ("home", "/"),
    ],
)
def test_every_way_out_of_a_page_keeps_what_was_typed(site, forms, button, lands):
    page = begun(site, NEWBORN)
    asked = question(forms, NEWBORN, "/facts/newborn:birth.newborn_name")
    sheet = site.get(f"{page.path}/pages/child")
    assert f'form="page" name="_do" value="{button}"' in sheet.html

    landed = site.send(sheet, sheet.path, _do=button, **{asked.name: "周安"})

    assert landed.status == 200
    assert lands in landed.path
    assert kept(site, page, asked) == "周安"


def test_a_page_that_is_not_filled_in_leads_on_by_links(site):
    page = begun(site, NEWBORN)

    assert 'name="_do" value="view:' not in page.html
    assert any("/view/elder" in link for link in page.links)


def test_pressing_enter_saves_and_goes_on(site):
    page = begun(site, NEWBORN)
    sheet = site.get(f"{page.path}/pages/child")

    first = re.search(r'<button[^>]* name="_do" value="([^"]*)"', sheet.html)

    assert first.group(1) == "next"


def test_a_page_that_could_not_be_saved_as_it_is_may_be_gone_back_to(site):
    page = begun(site, NEWBORN)
    sheet = site.get(f"{page.path}/pages/child")
    form = sheet.form(sheet.path)

    answer = site.client.post(form.action, data={**form.values, "_do": "next"})

    assert answer.status_code == 422
    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert "Cookie" not in answer.headers.get("Vary", "")


def test_a_row_button_leads_to_its_row_on_a_page_that_can_be_reloaded(
    desk, forms, shareholders
):
    name, more = listing(forms).name, shareholders

    answer = desk.client.post(
        more.path, data={**more.form(more.path).values, "_do": f"add:{name}"}
    )

    assert answer.status_code == 303
    assert answer.headers["Location"].endswith(f"#{name}-r2")
    again = desk.get(answer.headers["Location"])
    assert again.form(again.path).values[name] == ["r0", "r1", "r2"]
    assert f'id="{name}-r2"' in again.html


def test_a_filled_row_is_taken_out_only_after_asking(desk, forms, shareholders):
    rows, page, site = listing(forms), shareholders, desk

    asking = site.send(page, page.path, _do=f"remove:{rows.name}:r0")
    assert "删去第 1 行吗？" in asking.words
    assert kept(site, page, rows) == [{"INVNAME": "甲"}]
    staying = site.send(asking, page.path, _do=f"keep:{rows.name}:r0")
    assert "删去第 1 行吗？" not in staying.words
    assert kept(site, page, rows) == [{"INVNAME": "甲"}]
    asking = site.send(staying, page.path, _do=f"remove:{rows.name}:r0")
    site.send(asking, page.path, _do=f"drop:{rows.name}:r0")

    assert kept(site, page, rows) is ABSENT


def test_an_error_in_a_list_names_its_row(desk, forms, shareholders):
    rows, page = listing(forms), shareholders
    amount = next(c.name for c in rows.columns if c.pointer == "/SUBCONAM")

    wrong = desk.send(
        page, page.path, _do="next", **{f"{rows.name}-r1-{amount}": "很多"}
    )

    assert wrong.status == 422
    assert "第 2 行：“认缴出资额（万元）”请只写数字（单位：万元）" in wrong.words
    assert "已保存，还有" in wrong.words


def test_a_button_of_a_list_that_stands_elsewhere_only_saves(site, forms):
    page = begun(site, COMPANY)
    named = question(forms, COMPANY, "/facts/org:org.name")
    sheet = site.get(f"{page.path}/pages/company")

    button = f"add:{listing(forms).name}"
    landed = site.send(
        sheet, sheet.path, _do=button, **{named.name: "武汉晓风有限公司"}
    )

    assert landed.status == 422
    assert kept(site, page, named) == "武汉晓风有限公司"


def test_windows_on_different_pages_do_not_disturb_each_other(site, forms):
    page = begun(site, NEWBORN)
    child = site.get(f"{page.path}/pages/child")
    mother = site.get(f"{page.path}/pages/mother")
    asked = question(forms, NEWBORN, "/facts/newborn:birth.newborn_name")
    her = question(forms, NEWBORN, "/facts/mother:person.name")

    site.send(mother, mother.path, _do="later", **{her.name: "林晓雯"})
    saved = site.send(child, child.path, _do="later", **{asked.name: "周安"})

    assert saved.status == 200
    assert kept(site, page, asked) == "周安"
    assert kept(site, page, her) == "林晓雯"


def test_two_windows_that_change_different_answers_of_a_page_both_count(site, forms):
    page = begun(site, NEWBORN)
    one = site.get(f"{page.path}/pages/child")
    other = site.get(one.path)
    named = question(forms, NEWBORN, "/facts/newborn:birth.newborn_name")
    sex = question(forms, NEWBORN, "/facts/newborn:person.sex")

    site.send(other, one.path, _do="later", **{named.name: "周安"})
    saved = site.send(one, one.path, _do="later", **{sex.name: "1"})

    assert saved.status == 200
    assert kept(site, page, named) == "周安"
    assert kept(site, page, sex) == "1"


def test_a_second_conflict_takes_the_new_choice(site, forms):
    page = begun(site, NEWBORN)
    asked = question(forms, NEWBORN, "/facts/newborn:birth.newborn_name")
    pick = f"_pick-{asked.name}"
    one = site.get(f"{page.path}/pages/child")
    other = site.get(one.path)
    third = site.get(one.path)
    site.send(other, one.path, _do="later", **{asked.name: "周安"})
    first = site.send(one, one.path, _do="later", **{asked.name: "周宁"})
    site.send(
        site.send(third, one.path, _do="later", **{asked.name: "周平"}),
        one.path,
        _do="later",
        **{pick: "mine"},
    )

    second = site.send(first, one.path, _do="later", **{pick: "mine"})
    assert second.status == 409
    assert second.form(one.path).values[pick] == ["mine"]
    site.send(second, one.path, _do="later", **{pick: "stored"})

    assert kept(site, page, asked) == "周平"


def test_questions_that_appeared_since_the_page_was_served_stay_as_they_are(
    site, forms
):
    page = begun(site, NEWBORN)
    sheet = site.get(f"{page.path}/pages/child")
    named = question(forms, NEWBORN, "/facts/newborn:birth.newborn_name")
    sex = question(forms, NEWBORN, "/facts/newborn:person.sex")
    site.send(site.get(sheet.path), sheet.path, _do="later", **{sex.name: "1"})
    seen = sheet.form(sheet.path).values["rev"][0].split()
    without = " ".join(each for each in seen if not each.startswith(sex.name + ":"))

    site.send(
        sheet,
        sheet.path,
        _do="later",
        rev=without,
        **{named.name: "周安", sex.name: None},
    )

    assert kept(site, page, sex) == "1"


def test_a_page_sent_after_the_case_was_submitted_says_it_was_not_sent(site):
    told = sample(NEWBORN)
    site.sign_in(told["person"])
    page = begun(site, NEWBORN)
    sheet = site.get(f"{page.path}/pages/child")
    store = site.app.extensions["yibiao"].store
    submitted = {**_submission(site, page)}
    store.insert("submissions", submitted)

    landed = site.send(sheet, sheet.path, _do="next")

    assert landed.path == f"/submissions/{submitted['_id']}"
    assert "已经提交，这一页刚才填的没有送出" in landed.words


def _submission(site, page):
    here = draft(site, page)
    return {
        "_id": here.id,
        "ref": "YB20261122ABCDEF",
        "affair": here.affair,
        "pack_version": here.pack,
        "status": "open",
        "created_at": here.created_at,
        "updated_at": here.created_at,
        "owner": here.owner,
        "answers": '{"facts":{},"matters":{}}',
        "results": "{}",
        "parts": [],
        "deliveries": [],
        "messages": [],
        "tags": [f"secret:owner:{here.owner}"],
        "log": [],
    }


def test_a_corrected_proposal_stays_among_the_known_as_yours(site, forms, stands_on):
    site.sign_in(sample(NEWBORN)["person"])
    page = begun(site, NEWBORN)
    phone = question(forms, NEWBORN, "/facts/mother:person.mobile")
    sheet = site.get(f"{page.path}/pages/{stands_on(NEWBORN, phone.pointer)}")
    assert phone.name in sheet.proposed

    site.send(sheet, sheet.path, _do="later", **{phone.name: "+86 139-0719-0318"})

    again = site.get(sheet.path)
    assert "13907190318 您改过" in again.words


def test_a_father_is_not_asked_whether_he_leaves_out_his_own_details(site, forms):
    who = next(q.name for q in forms[NEWBORN].situations if "applicant_is" in q.pointer)

    page = begun(site, NEWBORN, **{who: "father"})

    assert "您只提供母亲的信息吗" not in site.get(f"{page.path}/situations").words
    assert site.get(f"{page.path}/pages/father").heading == "父亲（1/2）"


def test_the_materials_of_the_case_are_listed_while_it_is_filled_in(site):
    page = begun(site, COMPANY)

    assert "材料 要交 1 份 未交" in site.get(page.path).words
    listed = site.get(f"{page.path}/materials").words
    assert "发票专用章印模 只送给税务局 上传照片或 PDF。可以后补" in listed
    assert "公司章程 只送给市场监督管理局 按您填的生成" in listed
    assert "发票专用章印模 还没有交" in site.get(f"{page.path}/check").words


def test_only_numbers_are_masked_and_shown_where_they_are_changed(site, forms):
    page = begun(site, NEWBORN)
    id_number = question(forms, NEWBORN, "/facts/mother:person.id_number")
    mother = site.get(f"{page.path}/pages/mother")
    site.send(
        mother,
        mother.path,
        _do="later",
        **{id_number.name: "４２０１１６-19960312-246x"},
    )
    child = site.get(f"{page.path}/pages/child")
    named = question(forms, NEWBORN, "/facts/newborn:birth.newborn_name")
    site.send(child, child.path, _do="later", **{named.name: "周安宁"})

    check = site.get(f"{page.path}/check")

    assert "周安宁" in check.words
    assert "4201************6X" in check.words
    assert "42011619960312246X" not in check.html
    assert "42011619960312246X" in site.get(f"{page.path}/pages/mother").html


def test_steps_that_are_done_are_counted_alike_everywhere(site, forms):
    page = begun(site, NEWBORN)
    asked = question(forms, NEWBORN, "/facts/newborn:birth.weight_g")
    birth = site.get(f"{page.path}/pages/birth")
    site.send(birth, birth.path, _do="back", **{asked.name: "三千二百克"})

    tasks, check = site.get(page.path).words, site.get(f"{page.path}/check").words

    done = re.search(r"已完成 \d+ 步，共 \d+ 步", tasks).group()
    assert done == "已完成 0 步，共 9 步"
    assert done in check
    assert "需改正 1 处" in tasks


def test_the_guide_names_the_version_in_words(site):
    words = site.get(f"/affairs/{NEWBORN}").words

    assert "newborn_birth@1" not in words
    assert "第 1 版" in words


@pytest.mark.parametrize(
    ("accepted", "tag"),
    [("en-GB,en;q=0.9", "en"), ("zh-TW,zh;q=0.9,en;q=0.8", "zh-CN"), ("fr", "zh-CN")],
)
def test_the_language_of_the_browser_is_taken_until_another_is_chosen(
    site, accepted, tag
):
    page = site.get("/", headers={"Accept-Language": accepted})

    assert f'<html lang="{tag}"' in page.html
