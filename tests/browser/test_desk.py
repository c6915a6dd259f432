"""A department at its desk, by keys alone; the applicant corrects on a telephone."""

import json
import re
import secrets
from dataclasses import replace

import pytest

from renderer.demo.once import sample
from renderer.demo.papers import paper
from submissions import (
    cases,
    drafts,
    endpoints,
    handing_in,
    routing,
    staff,
    staff_sessions,
)
from submissions.clock import parse, utc_now, utc_text
from submissions.delivery import webhook
from submissions.files.checking import checked
from submissions.staff import Role
from tests.browser.steps import NEXT, Hands, begin, press

NEWBORN = "newborn_birth"
SECRET = webhook.new_secret(lambda length: b"d" * length)

pytestmark = pytest.mark.browser


def applied(page, store):
    """Send the sample family's form; return the id of the submission."""
    begin(page, NEWBORN)
    id_ = re.search(r"/drafts/([^/]+)", page.url).group(1)
    now = utc_text(utc_now())
    bill = checked("票据.pdf", paper("A bill"))
    handing_in.hand_in(store, id_, "nhsa.maternity_expense:m1", [bill], now=now)
    draft = drafts.get(store, id_, now=now)
    drafts.save(store, replace(draft, answers=sample(NEWBORN)["answers"]), now=now)
    page.goto(f"/drafts/{id_}/check")
    page.locator('[name="declared"]').check()
    press(page, 'form[action$="/submit"] button:not([name="_do"]), .go button')
    return id_


def sign_in(page, store, id_, department):
    now = utc_text(utc_now())
    person = staff.add(
        store,
        id_=id_,
        name="郑海宁",
        roles=[Role.CLERK],
        department=department,
        by="tests",
        now=now,
    )
    token = staff_sessions.begin(
        store, person, browser="Chromium", now=now, new_token=secrets.token_urlsafe
    )
    page.goto("/desk/sign-in")
    cookie = {"name": "yibiao-desk", "value": token, "url": page.url}
    page.context.add_cookies([cookie])


def decided_by_webhook(store, part):
    """Decide the registration of birth as its department's program does."""
    now = utc_text(utc_now())
    asked = {"department": part["department"], "area": "", "secret": SECRET}
    endpoint = endpoints.add(store, url="https://example.org", **asked, now=now)
    routing.resume(store, endpoint, now=now, verified=True)
    values = {
        "newborn:person.id_number": "110101202611010018",
        "newborn:person.id_type": "111",
        "newborn:person.hukou_address": "云泽市青塘区东湖路 1 号",
    }
    said = {"part": part["id"], "digest": part["digest"], "outcome": "approved"}
    said["values"] = values
    event = {"type": "part.decided", "timestamp": now, "data": said}
    body = json.dumps(event).encode()
    at = int(parse(now).timestamp())
    headers = webhook.headers(body, message_id="d_1", sent_at=at, secret=SECRET)
    answer = cases.receive(store, part["id"], headers, body, now=now)
    store.delete("endpoints", endpoint)
    assert answer.status == 200, answer


def test_a_department_works_at_its_desk_by_keyboard_alone(new_page, store, look):
    phone = new_page(java_script_enabled=False)
    id_ = applied(phone, store)

    def part(matter):
        found = store.get("submissions", id_)["parts"]
        return next(each for each in found if each["matter"] == matter)

    birth = part("nhc.birth_cert")["id"]
    here = f"/desk/parts/{birth}"
    page = new_page(width=1280)
    sign_in(page, store, "zheng", "health_commission")
    hands = Hands(page)
    page.goto("/desk/inbox")
    look(page)
    hands.fill("q", store.get("submissions", id_)["ref"])
    hands.press('form[action$="/find"] button')
    hands.press(f'a[href="{here}"]')
    look(page)
    hands.press('button[value="zheng"]')
    hands.press('form[action$="/accept"] button')
    hands.press('a[href$="/return"]')
    hands.press(".go button")
    look(page)
    label = page.locator("label", has_text="姓名").first
    hands.fill(label.get_attribute("for"), "名字和户口本上的不一样")
    hands.press(".go button")
    assert part("nhc.birth_cert")["state"] == "correction"

    phone.goto(f"/submissions/{id_}/progress")
    press(phone, f'a[href$="/corrections/{birth}"]')
    assert "名字和户口本上的不一样" in phone.content()
    phone.locator(".qs input.box").first.fill("林一诺")
    press(phone, NEXT)
    assert part("nhc.birth_cert")["state"] == "ready"

    page.goto(here)
    hands.press('a[href$="/decide"]')
    look(page)
    hands.fill("outcome", "approved")
    hands.press(".go button")
    look(page)
    hands.fill("f0", "T310123456")
    hands.press(".go button")
    assert "T310****56" in page.content()
    look(page)
    assert page.locator("progress").count() == 0
    decided_by_webhook(store, part("ps.birth_register"))
    assert part("nhsa.resident_join")["state"] == "ready"
