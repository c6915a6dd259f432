"""Signing in at the desk, the first password, and one's own account."""

import re
import secrets

import pytest

from renderer import create_app
from renderer.config import Settings, open_configured
from renderer.desk.signing_in import STRANGERS
from submissions import factors, signing_in, staff, staff_sessions
from submissions.clock import utc_now, utc_text
from submissions.signing_in import FREE
from submissions.staff import Role

RIGHT, NEW = "a sentence of my own", "another sentence of mine"
BEGAN = utc_now()

pytestmark = pytest.mark.usefixtures("cheap_passwords")


class Watch:
    def __init__(self):
        self.moment = BEGAN

    def __call__(self):
        return self.moment


@pytest.fixture
def watch():
    return Watch()


@pytest.fixture
def house(tmp_path, watch):
    """An installation where nobody has signed in yet, and Wang has a password."""
    settings = Settings(data=tmp_path / "data")
    store = open_configured(settings)
    now = utc_text(BEGAN)
    staff.add(
        store, id_="wang", name="王海宁", roles={Role.REVIEWER}, by="tests", now=now
    )
    staff.set_password(
        store, "wang", RIGHT, by="tests", now=now, random=secrets.token_bytes
    )
    yield create_app(settings, store=store, clock=watch)
    store.close()


@pytest.fixture
def at(house, open_site):
    """Open a browser there."""
    return lambda: open_site(house)


def sign_in(site, password=RIGHT, **more):
    asked = site.get("/desk/")
    assert asked.path == "/desk/sign-in"
    return site.send(asked, "/sign-in", account=" Wang ", password=password, **more)


def test_the_right_password_leads_to_where_one_wanted_to_go(at):
    site = at()
    asked = site.get("/desk/account?x=1")

    page = site.send(asked, "/sign-in", account="wang", password=RIGHT)

    assert page.heading == "我的账号"
    assert "王海宁" in page.words
    assert site.get("/desk/sign-in").path == "/desk/account"
    cookie = site.client.get_cookie("yibiao-desk")
    assert cookie.http_only
    assert cookie.same_site == "Lax"
    away = site.send(page, "/sign-out")
    assert away.path == "/desk/sign-in"
    site.client.set_cookie("yibiao-desk", cookie.value)
    assert site.get("/desk/account").path == "/desk/sign-in"


@pytest.mark.parametrize(
    "following", ["//evil.example", "https://evil.example", "/\\e"]
)
def test_nobody_is_led_to_another_site(at, following):
    site = at()
    asked = site.get("/desk/sign-in")
    typed = {"account": "wang", "password": RIGHT, "next": following}

    page = site.send(asked, "/sign-in", **typed)

    assert page.path == "/desk/account"


def test_a_wrong_try_does_not_say_what_was_wrong(at):
    said = set()
    for account, password in (("wang", NEW), ("nobody", RIGHT), ("", "-")):
        site = at()
        page = site.get("/desk/sign-in")
        page = site.send(page, "/sign-in", account=account, password=password)
        assert page.status == 422
        assert f'"{password}"' not in page.html
        said.add(page.words.replace(account, ""))

    assert len(said) == 1


def test_who_is_attacked_still_signs_in_at_their_own_desk(at):
    mine, stranger = at(), at()
    sign_in(mine)
    mine.send(mine.get("/desk/account"), "/sign-out")
    for _ in range(FREE + 1):
        assert sign_in(stranger, "wrong").status == 422
    assert sign_in(stranger).status == 422, "also the right one: the guesser waits"

    assert sign_in(mine).heading == "我的账号"


def test_a_made_up_device_is_a_stranger(at):
    stranger = at()
    for _ in range(FREE + 1):
        sign_in(stranger, "wrong")
    stranger.client.set_cookie("yibiao-known", '{"wang":"desk"}.forged')

    assert sign_in(stranger).status == 422


def test_strangers_wait_where_many_try(house, at):
    limit = house.extensions["yibiao_strangers"]
    known = at()
    sign_in(known)
    known.send(known.get("/desk/account"), "/sign-out")
    while limit.wait("strangers", BEGAN.timestamp()) == 0:
        pass

    refused = sign_in(at())

    assert refused.status == 429
    assert refused.headers["Retry-After"] == "60"
    assert sign_in(known).heading == "我的账号"
    assert STRANGERS > 60


def test_a_first_code_gives_a_password(house, at):
    store = house.extensions["yibiao"].store
    code = signing_in.invite(
        store, "wang", by="boss", now=utc_text(BEGAN), new_code=secrets.token_urlsafe
    )
    site = at()
    first = site.get("/desk/first")

    def send(**typed):
        wanted = {"account": "wang", "code": code, "password": NEW, "again": NEW}
        return site.send(first, "/first", **{**wanted, **typed})

    assert "不一样" in send(again=NEW[:-1]).words
    assert "至少要 12 个字符" in send(password="short", again="short").words
    assert "代码不对" in send(code=code[:-1]).words
    assert send().heading == "我的账号"
    assert sign_in(at(), NEW).heading == "我的账号"
    assert sign_in(at()).status == 422


def test_who_signs_in_ends_the_session_that_another_left_in_the_browser(house, at):
    store, now = house.extensions["yibiao"].store, utc_text(BEGAN)
    staff.add(store, id_="li", name="李明", roles={Role.REVIEWER}, by="tests", now=now)
    staff.set_password(
        store, "li", NEW, by="tests", now=now, random=secrets.token_bytes
    )
    site = at()
    asked = site.get("/desk/sign-in")
    site.send(asked, "/sign-in", account="wang", password=RIGHT)
    wang = staff.get(store, "wang")
    assert len(staff_sessions.every(store, wang, now=now)) == 1

    page = site.send(asked, "/sign-in", account="li", password=NEW)

    assert "李明" in page.words
    assert staff_sessions.every(store, wang, now=now) == []


def test_a_new_password_ends_what_began_with_the_old_one(at):
    here, elsewhere = at(), at()
    page = sign_in(here)
    sign_in(elsewhere)
    wrong = here.send(page, "/account/password", old="wrong", password=NEW, again=NEW)
    assert wrong.status == 422

    page = here.send(page, "/account/password", old=RIGHT, password=NEW, again=NEW)

    assert page.heading == "我的账号"
    assert page.words.count("就是这里") == 1
    assert elsewhere.get("/desk/account").path == "/desk/sign-in"


def test_ones_sessions_are_listed_and_ended(at):
    here, elsewhere, third = at(), at(), at()
    for site in (here, elsewhere, third):
        sign_in(site)
    page = here.get("/desk/account")
    assert page.words.count("退出这一处") == 2
    token = here.client.get_cookie("yibiao-desk").value

    one = next(f.action for f in page.forms if re.search("sessions/.+/end", f.action))
    page = here.send(page, one)
    assert page.words.count("退出这一处") == 1
    page = here.send(page, "/account/sessions/end")

    assert "退出这一处" not in page.words
    for site in (elsewhere, third):
        assert site.get("/desk/account").path == "/desk/sign-in"
    assert here.client.get_cookie("yibiao-desk").value != token


def test_who_sat_still_is_asked_again_and_keeps_what_was_typed(at, watch):
    site = at()
    page = sign_in(site)
    watch.moment += timedelta_of(staff_sessions.IDLE)

    late = site.send(page, "/account/password", old=RIGHT, password=NEW, again=NEW)

    assert late.status == 401
    assert late.heading == "您已退出"
    assert NEW not in late.html
    assert late.form("/account/password").action == "/desk/account/password"


def timedelta_of(seconds):
    return type(BEGAN - BEGAN)(seconds=seconds)


def test_a_second_factor_is_set_up_asked_for_and_dropped(house, at):
    site = at()
    sign_in(site)
    page = site.get("/desk/account/code")
    secret = page.form("/code").values["secret"][0]
    assert secret in page.words
    code = factors.code_at(secret, int(BEGAN.timestamp()) // 30)
    wrong = site.send(page, "/code", code=code, password="wrong")
    assert wrong.status == 422
    assert site.send(page, "/code", code="000000x", password=RIGHT).status == 422
    assert site.send(page, "/code", secret="short", password=RIGHT).status == 422

    done = site.send(page, "/code", code=code, password=RIGHT)

    paper = re.findall(r"(?:[A-Z2-7]{4}-){3}[A-Z2-7]{4}", done.words)
    assert len(paper) == 8
    other = at()
    assert sign_in(other).status == 422
    assert sign_in(other, code=code).status == 422, "it has opened once"
    assert sign_in(other, code=paper[0]).heading == "我的账号"
    page = other.send(other.get("/desk/account"), "/code/drop", confirm="wrong")
    assert page.status == 422
    other.send(page, "/code/drop", confirm=RIGHT)
    assert not staff.get(house.extensions["yibiao"].store, "wang").has_second_factor


def test_nobody_signs_in_to_work_at_a_kiosk(visit):
    assert visit("kiosk").client.get("/desk/sign-in").status_code == 404


def test_a_sample_person_is_let_in_by_a_press_and_a_real_one_never(site):
    page = site.send(site.get("/desk/sign-in"), "/sample", person="he")

    assert page.heading == "待办"
    assert "公安局" in page.words
    store = site.app.extensions["yibiao"].store
    store.update("staff", "he", lambda person: {**person, "sample": False})
    token = page.form("/sign-out").values["csrf_token"]
    for name in ("he", "nobody"):
        sent = {"csrf_token": token, "person": name}
        assert site.client.post("/desk/sample", data=sent).status_code == 403


def test_only_clerks_work_at_a_counter(visit, work_as):
    site = visit("counter")
    work_as(site, "pen", Role.DESIGNER)

    assert site.get("/").status == 403
    work_as(site, "win", Role.CLERK)
    assert site.get("/").status == 200
    left = site.send(site.get("/"), "/sign-out")
    assert left.path == "/desk/sign-in"
