"""One affair from the guide to the receipt at every end, and what each end demands."""

import re
from datetime import timedelta

import pytest

from renderer.demo.once import sample
from renderer.portal.idle import PATIENCE
from submissions import log

NEWBORN = "newborn_birth"


class Watch:
    """A clock that is set by hand."""

    def __init__(self, now):
        self.now = now

    def __call__(self):
        return self.now

    def wait(self, seconds):
        self.now += timedelta(seconds=seconds)


@pytest.fixture
def watch(app):
    return Watch(app.extensions["yibiao"].clock())


def enter(site, end):
    """The first page of a form that a person, or staff for her, fills in."""
    person = sample(NEWBORN)["person"]
    if end == "counter":
        site.sign_in("fang")
        start = site.get(f"/affairs/{NEWBORN}/start")
        return site.send(start, "/start", person=person)
    if end == "elder":
        site.get("/view/elder")
    site.sign_in(person)
    return site.begin(NEWBORN)


def device(end):
    return "public" if end == "elder" else end


#: Fewest pages and most questions on one.
SIZES = {"public": (14, 5), "elder": (14, 5), "kiosk": (14, 5), "counter": (1, 100)}


@pytest.mark.slow
@pytest.mark.parametrize("end", SIZES)
def test_every_end_leads_to_the_same_answers(visit, forms, end):
    least, most = SIZES[end]
    site = visit(device(end))
    pages = list(apply(site, end, forms))
    sheets = [page for page in pages if "/pages/" in page.path]

    assert len(sheets) >= least
    assert max(len(page.questions) for page in sheets) <= most
    assert len({page.title for page in sheets}) == len(sheets)
    plain = visit("public")
    *_, check = apply(plain, "public", forms)
    assert submitted(site, pages[-1])["answers"] == submitted(plain, check)["answers"]


def apply(site, end, forms):
    """Every page of a whole form at an end, the check page last."""
    return site.fill(enter(site, end), forms[NEWBORN], sample(NEWBORN)["answers"])


def stored(site):
    return site.app.extensions["yibiao"].store


def send_back(site, submission, matter, pointer):
    """As a department that wants one field corrected."""
    reasons = [{"pointer": pointer, "text": "少一个字"}]
    said = [{"id": "m", "reasons": reasons, "materials": []}]
    back = {"state": "correction", "said": said, "counting": ["m"]}
    parts = [
        each | (back if each["matter"] == matter else {})
        for each in submission["parts"]
    ]
    stored(site).update(
        "submissions", submission["_id"], lambda found: {**found, "parts": parts}
    )


def submitted(site, check):
    """What is kept once a check page is declared and sent."""
    done = site.send(check, "/submit", declared="yes", how="signed")
    assert done.heading == "回执"
    id_ = done.path.rpartition("/")[2]
    return stored(site).get("submissions", id_)


@pytest.mark.slow
def test_a_question_has_the_same_number_at_every_end(visit, forms):
    numbers = []
    for end in ("public", "elder", "counter"):
        *_, check = apply(visit(device(end)), end, forms)
        numbers.append(re.findall(r'<span class="no">([\d.]+)</span>', check.html))

    assert numbers[0] == numbers[1] == numbers[2]
    assert len(numbers[0]) > 40


def test_errors_of_the_whole_page_stand_in_its_order(visit):
    site = visit("counter")
    page = enter(site, "counter")
    while "/situations" in page.path:
        first = {
            name: re.search(rf'name="{name}" value="([^"]*)"', page.html)[1]
            for name in page.questions
        }
        page = site.send(page, "/situations", _do="next", **first)
    page = site.get(next(a for a in page.links if "/pages/" in a).partition("#")[0])

    page = site.send(page, page.path, _do="next")

    assert page.status == 422
    summary = page.html[page.html.index('id="errors"') : page.html.index('id="page"')]
    linked = re.findall(r'href="#([\w-]+)"', summary)
    at = [page.ids.index(each) for each in linked]
    assert len(at) > 5
    assert at == sorted(at)


def test_nobody_but_staff_gets_in_at_a_counter(visit):
    site = visit("counter")

    page = site.get(f"/affairs/{NEWBORN}")

    assert page.path == "/desk/sign-in"
    assert "方敏" in page.words
    assert "林晓雯" not in page.words
    assert "关立言" not in page.words
    typed = page.form("/sign-in").values
    sent = site.post(f"/affairs/{NEWBORN}/start", {**typed, "applicant": "王某"})
    assert sent.path == "/desk/sign-in"


def test_staff_act_for_somebody_under_their_own_name(visit, forms):
    site = visit("counter")
    pages = list(apply(site, "counter", forms))
    kept = submitted(site, pages[-1])

    for page in (*pages, site.get(f"/submissions/{kept['_id']}"), site.get("/mine")):
        assert "代 林晓雯 办理" in page.words
        assert "工作人员 方敏" in page.words
    send_back(site, kept, "nhc.birth_cert", "/XSEXM")
    part = next(p["id"] for p in kept["parts"] if p["matter"] == "nhc.birth_cert")
    page = site.get(f"/submissions/{kept['_id']}/corrections/{part}")
    site.send(page, **{page.questions[0]: "林小满"})
    kept = stored(site).get("submissions", kept["_id"])
    done = {e["what"]: e["who"] for e in kept["log"]}
    assert (done["accepted"], done["corrected"]) == ("staff:fang", "staff:fang")
    assert log.first_broken(kept["log"]) is None
    assert "方敏" not in kept["answers"]
    assert kept["owner"] == "demo:lin"


def test_a_name_is_asked_where_nobody_showed_a_card(visit):
    site = visit("counter")
    site.sign_in("fang")
    start = site.get(f"/affairs/{NEWBORN}/start")

    refused = site.send(start, "/start")
    taken = site.send(refused, "/start", applicant="王 某")

    assert refused.status == 422
    assert "代 王 某 办理" in taken.words
    assert taken.path.endswith("/situations")


def test_one_member_of_staff_does_not_open_what_another_began(visit):
    one, other = visit("counter"), visit("counter")
    begun = enter(one, "counter").path
    other.sign_in("luo")

    assert other.get(begun).status == 404
    other.send(other.get("/"), "/sign-out")
    other.sign_in("fang")
    assert other.get(begun).status == 200


def test_the_next_person_sees_nothing_of_the_last(visit):
    site = visit("counter")
    begun = enter(site, "counter").path

    home = site.post("/next-person", dict(site.get("/").forms[0].values))

    assert "林晓雯" not in home.words
    assert begun not in site.get("/mine").html


def test_leaving_an_open_page_keeps_what_was_typed(site, forms):
    page = first_sheet(site, forms)
    box = next(q for q in forms[NEWBORN].questions if q.pointer.endswith("weight_g"))
    page = site.get(re.sub(r"/pages/.*", "/pages/birth", page.path))

    typed = {**page.form(page.path).values, box.name: "三千二百克", "_do": "out"}
    answer = site.client.post(page.path, data=typed)

    assert answer.location == "/"
    assert answer.headers["Clear-Site-Data"] == '"cache"'
    assert "林晓雯" not in site.get("/mine").words
    site.sign_in("lin")
    assert "三千二百克" in site.get(page.path).html


def first_sheet(site, forms):
    """The first page of questions, behind the situations."""
    return next(p for p in apply(site, "public", forms) if "/pages/" in p.path)


def test_what_is_left_open_online_signs_out_and_keeps_the_draft(visit, watch):
    site = visit("public", watch)
    begun = enter(site, "public").path
    watch.wait(PATIENCE["public"].whole + 1)

    page = site.get("/mine")

    assert "林晓雯" not in page.words
    site.sign_in("lin")
    assert site.get(begun).status == 200


def test_who_does_something_in_time_stays_signed_in(visit, watch):
    site = visit("public", watch)
    enter(site, "public")
    for _ in range(3):
        watch.wait(PATIENCE["public"].whole - 1)
        page = site.get("/mine")

    assert "林晓雯" in page.words


def test_a_page_sent_too_late_online_is_saved_all_the_same(visit, watch, forms):
    site = visit("public", watch)
    page = first_sheet(site, forms)
    watch.wait(PATIENCE["public"].whole + 1)

    page = site.send(page, page.path, _do="later")

    assert page.status in (200, 422)
    assert "林晓雯" not in page.words


def test_a_kiosk_forgets_everything_that_stood_still(visit, watch):
    site = visit("kiosk", watch)
    site.get("/view/contrast")
    begun = enter(site, "kiosk").path
    watch.wait(PATIENCE["kiosk"].whole + 1)

    answer = site.client.get(begun)

    assert answer.location == "/?ended=1"
    assert answer.headers["Clear-Site-Data"] == '"cache", "cookies", "storage"'
    assert not site.client.get_cookie("contrast")
    assert site.get(begun).status == 404
    assert "林晓雯" not in site.get("/mine").words


def test_a_kiosk_asks_in_time_and_goes_on_at_one_press(visit, watch):
    site = visit("kiosk", watch)
    begun = enter(site, "kiosk").path
    watch.wait(PATIENCE["kiosk"].still)

    asking = site.get(f"/idle?next={begun}")
    watch.wait(PATIENCE["kiosk"].warned)

    assert begun in asking.links
    assert site.get(begun).status == 200


def test_a_kiosk_is_wiped_at_once_by_the_button(visit):
    site = visit("kiosk")
    begun = enter(site, "kiosk").path

    home = site.send(site.get(f"/idle?next={begun}"), "/idle/over")

    assert home.path == "/"
    assert site.get(begun).status == 404


def test_a_kiosk_asks_and_wipes_without_scripts_too(visit):
    site = visit("kiosk")
    begun = enter(site, "kiosk")

    assert f'content="{PATIENCE["kiosk"].still};url=/idle?next=' in begun.html
    asking = site.get("/idle")
    assert f'content="{PATIENCE["kiosk"].warned};url=/idle/over' in asking.html
    assert site.get("/idle/over").path == "/"
    assert "http-equiv" not in site.get("/").html


@pytest.mark.slow
def test_a_kiosk_offers_no_autofill(visit, forms):
    site = visit("kiosk")
    for page in apply(site, "kiosk", forms):
        tokens = [v for _tag, name, v in page.attributes if name == "autocomplete"]
        assert set(tokens) <= {"off"}


def test_a_page_left_open_elsewhere_is_not_ended_by_a_link(site):
    enter(site, "public")

    assert "林晓雯" in site.get("/idle/over").words
