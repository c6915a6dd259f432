"""The browser without a screen sends what a browser would send."""

from threading import Thread

import pytest
from flask import Flask, request
from werkzeug.serving import make_server

from renderer.demo.browser import Browser

PAGE = """<!doctype html><title>t</title>
<form action="/send" method="post">
<input type="hidden" name="token" value="a&amp;b">
<div data-question="q1"><input name="q1" value="王"></div>
<details data-question="q2" data-proposed><input name="q2" value="known"></details>
<input type="radio" name="q3" value="1"><input type="radio" name="q3" value="2" checked>
<input type="checkbox" name="q4" value="yes">
<select name="q5"><option value="">-<option value="x" selected>x</select>
<textarea name="q6">
two
lines</textarea>
<button name="_do" value="next">Go</button>
<button name="_do" value="later">Later</button>
</form><a class="btn big" href="there?x=1">On</a>"""


@pytest.fixture
def site():
    app = Flask(__name__)
    app.add_url_rule("/", view_func=lambda: (PAGE, 200, {"set-cookie": "seen=yes"}))

    @app.post("/send")
    def send():
        return {"form": request.form.to_dict(flat=False), "seen": request.cookies}, 422

    server = make_server("127.0.0.1", 0, app)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.port}/"
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_page_is_read_as_a_form_filler_needs_it(site):
    page = Browser().open(site)
    (sheet,) = page.forms

    assert page.questions == ["q1", "q2"]
    assert page.proposed == {"q2"}
    assert [(each.href, each.classes) for each in page.links] == [
        (f"{site}there?x=1", ("btn", "big"))
    ]
    assert sheet.buttons() == [("_do", "next"), ("_do", "later")]
    assert dict(sheet.values()) == {
        "token": "a&b",
        "q1": "王",
        "q2": "known",
        "q3": "2",
        "q5": "x",
        "q6": "two\nlines",
    }


def test_what_is_typed_replaces_what_was_served_and_cookies_come_along(site):
    browser = Browser()
    (sheet,) = browser.open(site).forms

    after = browser.send(
        sheet, {"q1": ["李"], "q3": ["1"], "q4": ["yes"]}, ("_do", "next")
    )

    assert after.status == 422
    assert '"q1":["\\u674e"]' in after.words
    assert '"q3":["1"]' in after.words
    assert '"_do":["next"]' in after.words
    assert '"seen":"yes"' in after.words
