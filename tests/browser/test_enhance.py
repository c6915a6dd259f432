"""What the script adds: it focuses, keeps, swaps, warns. Without it all works too."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.steps import NEXT, begin, press, situated

NEWBORN, COMPANY = "newborn_birth", "enterprise_setup"

pytestmark = pytest.mark.browser


def begin_for(page, affair):
    """The same at a counter, for somebody who showed no card."""
    page.goto("/sign-in")
    press(page, 'button[value="fang"]')
    page.goto(f"/affairs/{affair}/start")
    page.locator('[name="applicant"]').fill("王某")
    press(page, ".go button")
    return situated(page)


@pytest.fixture
def listed(forms):
    """A list of the company form, and the address of its first row's page."""
    form = forms[COMPANY]
    rows = next(q for q in form.questions if q.columns)
    return rows.name, rows.columns[0].name, f"/rows/{rows.name}/1"


def test_the_error_summary_has_the_focus_when_a_page_comes_back(new_page):
    page = new_page()
    begin(page, NEWBORN)
    press(page, NEXT)

    expect(page.locator("#errors")).to_be_focused()


def test_the_focus_follows_a_row_that_comes_asks_and_goes(new_page, listed):
    page = new_page("counter")
    name, column, _ = listed
    page.goto(begin_for(page, COMPANY) + "/pages/~all")
    page.evaluate("window.same = true")
    page.locator(f"#{name}-r0-{column}").fill("甲")

    page.locator(f"#{name}-add").click()
    expect(page.locator(f"#{name}-r1")).to_be_focused()
    assert page.locator(f"#{name}-r0-{column}").input_value() == "甲"

    page.locator(f'button[value="remove:{name}:r0"]').click()
    page.get_by_text("删去第 1 行吗？").wait_for()
    expect(page.locator(f"#{name}-r0")).to_be_focused()

    page.locator(f'button[value="keep:{name}:r0"]').click()
    expect(page.get_by_text("删去第 1 行吗？")).to_have_count(0)
    expect(page.locator(f"#{name}-r0")).to_be_focused()
    assert page.evaluate("window.same")


def test_a_refused_code_is_put_in_place_with_the_focus_on_what_to_mend(new_page):
    page = new_page()
    page.goto("/mine")
    page.evaluate("window.same = true")
    page.locator("#code").fill("短")

    page.locator("#open").click()

    expect(page.locator("#errors")).to_be_focused()
    assert page.title().startswith("错误：")
    assert page.evaluate("window.same")
    assert page.locator("#code").input_value() == "短"


def test_every_control_has_an_id_that_outlives_a_swap(new_page, listed):
    page = new_page("counter")
    name, column, _ = listed
    page.goto(begin_for(page, COMPANY) + "/pages/~all")
    controls = "#main :is(input:not([type=hidden]), select, textarea)"
    ids = f"[...document.querySelectorAll('{controls}')].map(e => e.id)"
    page.locator(f"#{name}-r0-{column}").fill("甲")
    before = page.evaluate(ids)

    page.locator(f"#{name}-add").click()
    page.locator(f"#{name}-r1").wait_for()

    after = page.evaluate(ids)
    assert all(before)
    assert set(before) <= set(after)


def test_what_is_typed_is_kept_without_a_button_and_meets_nobody(new_page, listed):
    page = new_page()
    name, column, path = listed
    begin(page, COMPANY)
    page.goto(situated(page) + path)
    box = page.locator(f"#{name}-r0-{column}")
    box.fill("甲")

    with page.expect_response(lambda answer: answer.request.method == "POST") as kept:
        box.press_sequentially("乙")
    assert "_do=autosave" in kept.value.request.post_data
    expect(page.locator("#saved")).to_contain_text("已保存")
    box.fill("丙")
    press(page, '.go button[value="later"]')
    tasks = page.url
    page.goto(tasks + path)
    assert box.input_value() == "丙"
    page.goto(tasks + path.removesuffix("1") + "3")
    assert "/pages/" in page.url  # what was kept three times is one row


def test_leaving_with_something_unsaved_warns(new_page, listed):
    page = new_page()
    name, column, path = listed
    begin(page, COMPANY)
    page.goto(situated(page) + path)
    page.route("**/pages/**", lambda route: route.abort())
    page.locator(f"#{name}-r0-{column}").press_sequentially("甲")
    warned = []
    page.on("dialog", lambda dialog: (warned.append(dialog.type), dialog.accept()))

    page.close(run_before_unload=True)

    page.wait_for_event("close") if not page.is_closed() else None
    assert warned == ["beforeunload"]


def test_a_kiosk_asks_whether_somebody_is_there_then_wipes(new_page):
    page = new_page("kiosk")
    page.clock.install()
    page.goto("/language/zh-CN")
    begin(page, NEWBORN)
    draft = page.url
    page.clock.run_for(122_000)
    page.wait_for_url(re.compile("/idle"))

    page.get_by_role("link", name="我在，接着办").click()
    page.wait_for_url(draft)
    page.clock.run_for(122_000)
    page.wait_for_url(re.compile("/idle"))
    page.clock.run_for(62_000)
    page.wait_for_url(re.compile(r"/(\?ended=1)?$"))

    page.go_back()
    page.goto(draft)
    assert page.locator("h1").inner_text() == "没有找到这一页"


def test_a_counter_page_by_keyboard_has_a_ring_on_every_stop(new_page):
    page = new_page("counter", 1280)
    page.goto("/sign-in")
    page.get_by_role("button", name="方敏").focus()
    enter(page)
    page.goto(f"/affairs/{NEWBORN}/start")
    page.locator("#applicant").focus()
    page.keyboard.type("王某")
    enter(page)
    press_through_situations(page)
    stops = ring_walk(page)

    assert "/pages/" in page.url
    assert len(stops) > 40
    assert [each for each in stops if each["ring"] < 3] == []
    assert [each["at"] for each in stops] == sorted(each["at"] for each in stops)


def press_through_situations(page):
    """Answer with the space bar, send with Enter, and open the first page."""
    while "/situations" in page.url:
        for block in page.locator("fieldset.q").all():
            block.locator("input").first.focus()
            page.keyboard.press("Space")
        page.locator(NEXT).focus()
        enter(page)
    page.locator("a.btn").first.focus()
    enter(page)


def enter(page):
    """Press what has the focus, and be on the page it leads to."""
    with page.expect_navigation():
        page.keyboard.press("Enter")


def ring_walk(page):
    """Tab through a page once; for each stop its ring and its place in the order."""
    page.evaluate("document.activeElement.blur()")
    stops, seen = [], set()
    for _ in range(400):
        page.keyboard.press("Tab")
        stop = page.evaluate(
            """() => {
              const e = document.activeElement, s = getComputedStyle(e);
              if (e === document.body) return null;
              const at = [...document.querySelectorAll('*')].indexOf(e);
              const ring = s.outlineStyle === 'none' ? 0 : parseFloat(s.outlineWidth);
              return {at, ring};
            }"""
        )
        if stop is None or stop["at"] in seen:
            break
        seen.add(stop["at"])
        stops.append(stop)
    return stops


def test_every_script_has_its_letters(new_page):
    page = new_page()
    page.goto("/")
    fonts = {}
    for tag, text in {
        "zh-CN": "新生儿出生一件事",
        "en": "A child is born",
        "bo": "ཕྲུ་གུ་སྐྱེས་པ།",
        "mn-Mong": "ᠬᠡᠦᠬᠡᠳ",
    }.items():
        page.evaluate(
            """([tag, text]) => {
              const p = document.createElement('p');
              p.lang = tag; p.id = 'spoken'; p.textContent = text;
              document.querySelector('#spoken')?.remove();
              document.querySelector('#main').append(p);
            }""",
            [tag, text],
        )
        cdp = page.context.new_cdp_session(page)
        cdp.send("DOM.enable")
        cdp.send("CSS.enable")
        root = cdp.send("DOM.getDocument")["root"]["nodeId"]
        node = cdp.send("DOM.querySelector", {"nodeId": root, "selector": "#spoken"})[
            "nodeId"
        ]
        used = cdp.send("CSS.getPlatformFontsForNode", {"nodeId": node})["fonts"]
        fonts[tag] = {each["familyName"] for each in used}

    assert fonts["bo"] == {"Noto Serif Tibetan"}
    assert fonts["mn-Mong"] == {"Noto Sans Mongolian"}
    assert all("CJK" in each for each in fonts["zh-CN"])
    assert fonts["en"]


#: A device with these voices; it writes down what it is told to say.
VOICES = """tongues => {
  window.said = [];
  window.SpeechSynthesisUtterance = function (text) { this.text = text; };
  Object.defineProperty(window, "speechSynthesis", { value: Object.assign(
    new EventTarget(), {
      getVoices: () => tongues.map((lang) => ({ lang })),
      speak: (each) => window.said.push(each),
      cancel: () => window.said.push("silence"),
    }) });
}"""


def test_a_page_is_read_aloud_where_there_is_a_voice_and_stops_again(new_page):
    page = new_page()
    page.goto(f"/affairs/{NEWBORN}")
    assert not page.locator("[data-read]").is_visible()  # this browser has no voices
    page.add_init_script(f"({VOICES})(['en-GB'])")
    page.reload()
    assert not page.locator("[data-read]").is_visible()  # none for this page
    page.add_init_script(f"({VOICES})(['zh_CN', 'en-GB'])")
    page.reload()
    button = page.get_by_role("button", name="朗读本页")

    button.click()

    said = page.evaluate("said.map(each => [each.text, each.lang])")
    assert page.locator("h1").inner_text() in [text for text, _tongue in said[:4]]
    assert {tongue for _text, tongue in said} == {"zh-CN"}
    assert len(said) > 20
    page.get_by_role("button", name="停止朗读").click()
    assert page.evaluate("said.at(-1)") == "silence"
    button.click()
    page.evaluate("said.at(-1).onend()")
    expect(button).to_be_visible()


def test_each_text_is_read_in_its_own_language(new_page):
    page = new_page()
    page.add_init_script(f"({VOICES})(['zh-CN'])")
    page.goto(f"/affairs/{NEWBORN}")
    foreign = '<p>前<span lang="en">Hello</span>后</p><p hidden>藏</p>'
    page.locator("main").evaluate(
        "(main, html) => main.insertAdjacentHTML('beforeend', html)", foreign
    )

    page.get_by_role("button", name="朗读本页").click()

    said = page.evaluate("said.map(each => [each.text, each.lang])")
    assert said[-3:] == [["前", "zh-CN"], ["Hello", "en"], ["后", "zh-CN"]]
