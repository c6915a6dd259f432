"""A list that two forms share is typed once; what one is sent is asked plainly."""

import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path

import pytest
from known import connections

from builder import pack
from builder.catalogue import load
from builder.documents import project
from builder.merge import merge
from renderer import create_app
from renderer.config import Settings, open_configured
from submissions import drafts
from submissions import packs as publishing
from submissions.clock import utc_text

NOW = datetime(2026, 11, 22, 3, 4, 5, tzinfo=UTC)
FAMILY, NAME = "home:family", "member:name"
PEOPLE = Path(str(files("renderer.demo") / "people.json"))
OMIT = "/matters/club/$omit/~1phone"


def words(text):
    return {"zh-CN": text, "en": text}


def rows(properties, required):
    row = {"type": "object", "properties": properties, "required": required}
    return {"type": "array", "minItems": 1, "items": row}


def matter(id_, fields):
    limit = {"workdays": 5, "text": words("five days")}
    return {
        "id": id_,
        "label": words(id_),
        "department": id_,
        "type": "20",
        "form": words(id_),
        "legal_basis": words("an act"),
        "result": words("a result"),
        "limits": {"legal": limit, "promised": limit},
        "fields": {p: {"label": words(p)} | told for p, told in fields.items()},
    }


def element(label, schema, **more):
    return {"label": words(label), "schema": schema, "sensitivity": "personal"} | more


TEXT = {"type": "string"}
DOCUMENTS = {
    "elements.json": {
        "elements": {
            "family": element("Family", {"type": "array"}, input="rows"),
            "name": element("Name", TEXT),
            "phone": element("Phone", TEXT),
        }
    },
    "departments.json": {
        "departments": {
            id_: {"label": words(id_), "kind": "authority"} for id_ in ("town", "club")
        }
    },
    "matters/town/schema.json": {
        "type": "object",
        "required": ["people", "phone"],
        "properties": {
            "people": rows({"name": {"maxLength": 4}, "alive": TEXT}, ["name"]),
            "phone": TEXT,
            "pets": {
                "type": "array",
                "items": {"enum": ["猫", "狗", "鸟"]},
                "minItems": 2,
                "uniqueItems": True,
            },
            "cars": {"type": "array", "items": {"maxLength": 4}, "maxItems": 3},
            "trips": {
                "type": "array",
                "maxItems": 2,
                "items": {
                    "type": "object",
                    "properties": {
                        "to": {"enum": [f"第{n}站" for n in range(1, 201)]},
                        "day": {"type": "string", "format": "date"},
                    },
                },
            },
        },
    },
    "matters/town/matter.json": matter(
        "town",
        {
            "/people": {"fact": FAMILY},
            "/people/*/name": {"fact": NAME},
            "/people/*/alive": {},
            "/phone": {"fact": "home:phone"},
            "/pets": {},
            "/cars": {"input": "lines"},
            "/trips": {},
            "/trips/*/to": {},
            "/trips/*/day": {},
        },
    ),
    "matters/club/schema.json": {
        "type": "object",
        "properties": {
            "members": rows({"who": TEXT, "sport": TEXT}, ["sport"]),
            "phone": TEXT,
        },
    },
    "matters/club/matter.json": matter(
        "club",
        {
            "/members": {"fact": FAMILY},
            "/members/*/who": {"fact": NAME},
            "/members/*/sport": {},
            "/phone": {"fact": "home:phone", "send": "choice"},
        },
    ),
    "affairs/family.json": {
        "id": "family",
        "label": words("family"),
        "summary": words("one form"),
        "audience": words("families"),
        "lead_department": "town",
        "area": "420116",
        "minutes": 5,
        "fee": words("none"),
        "who_may_act": words("anyone"),
        "roles": {"home": words("home"), "member": words("member")},
        "situations": [
            {
                "fact": "situation:plays",
                "label": words("Do you play?"),
                "schema": {"type": "boolean"},
            }
        ],
        "matters": [
            {"matter": "town"},
            {
                "matter": "club",
                "when": {
                    "properties": {"situation:plays": {"const": True}},
                    "required": ["situation:plays"],
                },
            },
        ],
        "pages": [
            {
                "id": "all",
                "label": words("All"),
                "questions": [
                    f"/facts/{FAMILY}",
                    "/facts/home:phone",
                    OMIT,
                    "/matters/town/pets",
                    "/matters/town/cars",
                    "/matters/town/trips",
                ],
            }
        ],
    },
}


@pytest.fixture(scope="module")
def form():
    told = {path: json.dumps(each).encode() for path, each in DOCUMENTS.items()}
    return merge(load(told), "family")


class Family:
    """The family's form, begun at an end of its own site."""

    def __init__(self, store, site, form, applicant):
        self.store, self.site, self.form = store, site, form
        begun = site.begin("family", **applicant)
        self.path = begun.path.removesuffix("/situations")
        self.situate(plays="true")

    def situate(self, plays):
        page = self.site.get(f"{self.path}/situations")
        self.site.send(page, page.path, s1=plays)

    def get(self, path):
        return self.site.get(self.path + path)

    def send(self, page, **said):
        return self.site.send(page, page.path, **said)

    @property
    def draft(self):
        id_ = self.path.rpartition("/")[2]
        return drafts.get(self.store, id_, now=utc_text(NOW))

    @property
    def documents(self):
        return [project(matter, self.draft.answers) for matter in self.form.matters]

    @property
    def rows(self):
        """What each of the two forms says of the rows."""
        town, club = self.documents
        return town.get("people"), club.get("members")


def visited(form, tmp_path, open_site, end, applicant):
    settings = Settings(data=tmp_path, end=end, demo_people=PEOPLE)
    store = open_configured(settings)
    packed = pack.certify(pack.dump(form), {"ok": True})
    publishing.publish(store, packed, now=utc_text(NOW), by="tests")
    site = open_site(
        create_app(settings, store=store, clock=lambda: NOW, connections=connections())
    )
    if applicant:
        site.sign_in("fang")
    yield Family(store, site, form, applicant)
    store.close()


@pytest.fixture
def family(form, tmp_path, open_site):
    """Online, where each row has a page of its own."""
    yield from visited(form, tmp_path, open_site, "public", {})


@pytest.fixture
def dense(form, tmp_path, open_site):
    """At a counter, where everything stands on one page."""
    yield from visited(form, tmp_path, open_site, "counter", {"applicant": "王某"})


LIST, ALL = "/pages/all", "/pages/~all"


def added(family, number=1, **cells):
    """Add a row; return the page that follows."""
    page = family.send(family.get(LIST), _do="add:f1")
    assert page.path.endswith(f"/rows/f1/{number}")
    return family.send(page, **typed(number, **cells))


def typed(number, **cells):
    return {f"f1-r{number - 1}-{column}": text for column, text in cells.items()}


def test_a_shared_list_is_asked_row_by_row_with_the_columns_of_all(family):
    added(family, c1="张三", c2="yes", c3="chess")
    page = added(family, 2, c1="李四", c3="go")

    assert page.path.endswith(LIST)
    assert "第 1 行 张三，yes，chess 修改 homeFamily 第 1 行 删去" in page.words
    assert "第 2 行 李四，go 修改" in page.words
    assert family.rows == (
        [{"name": "张三", "alive": "yes"}, {"name": "李四"}],
        [{"who": "张三", "sport": "chess"}, {"who": "李四", "sport": "go"}],
    )


def test_at_a_counter_the_rows_stand_in_the_page(dense):
    page = dense.send(dense.get(ALL), _do="add:f1")
    first, second = typed(1, c1="张三", c3="chess"), typed(2, c1="一二三四五")
    page = dense.send(page, **first, **second)

    assert page.status == 422
    assert 'href="#f1-r1-c1"' in page.html
    assert 'href="#f1-r1-c3"' in page.html  # the club's own column, left empty
    assert 'value="一二三四五"' in page.html
    assert dense.rows[1] == [{"who": "张三", "sport": "chess"}, {"who": "一二三四五"}]


def test_what_is_wrong_in_a_row_leads_to_its_page_and_back(family):
    added(family, c1="张三", c3="chess")
    wrong = added(family, 2, c1="一二三四五")
    assert wrong.status == 422
    assert wrong.heading == "homeFamily：第 2 行"
    assert 'href="#f1-r1-c1"' in wrong.html
    assert 'href="#f1-r1-c3"' in wrong.html  # the club's own column, left empty
    assert 'value="一二三四五"' in wrong.html

    page = family.send(family.get(LIST))
    assert page.status == 422
    assert 'href="#f1-r1"' in page.html
    assert "第 2 行：town的表只收 4 个字" in page.words
    check = family.get("/check")
    there = f"{family.path}/rows/f1/2?then=check"
    assert there in check.links
    assert f"{family.path}/rows/f1/1?then=check" in check.links

    mended = family.send(family.site.get(there), **typed(2, c1="李四", c3="go"))
    assert mended.path.endswith("/check")
    assert "homeFamily 第 2 行 李四，go" in mended.words
    assert "第 2 行：" not in mended.words


def test_opening_reloading_and_sending_again_repeat_no_row(family):
    page = family.send(family.get(LIST), _do="add:f1")
    family.site.get(page.path)
    assert family.rows == (None, None)

    cells = typed(1, c1="张三", c3="chess")
    family.send(page, **cells)
    family.send(page, **cells)
    assert len(family.rows[0]) == 1
    # Nobody told the page that the row was kept; it is the same row all the same.
    family.send(page, **typed(1, c1="张三丰", c3="chess"))
    assert family.rows[0] == [{"name": "张三丰"}]
    back = family.site.get(page.path)
    assert back.form(page.path).values["f1-r0-c1"] == ["张三丰"]

    empty = family.send(family.get(LIST), _do="add:f1")
    assert family.send(empty).status == 422
    assert len(family.rows[0]) == 1
    assert family.get("/rows/f1/7").path.endswith(LIST)


def test_rows_that_two_windows_add_are_both_kept(family):
    one = family.send(family.get(LIST), _do="add:f1")
    other = family.site.get(one.path)

    family.send(one, **typed(1, c1="张三", c3="chess"))
    family.send(other, **typed(1, c1="李四", c3="go"))

    assert [row["name"] for row in family.rows[0]] == ["张三", "李四"]


def test_a_row_that_moved_while_its_page_was_open_is_still_that_row(family):
    for number, name in enumerate("甲乙丙", start=1):
        added(family, number, c1=name, c3="go")
    third = family.get("/rows/f1/3")
    second = family.get("/rows/f1/2")
    asking = family.send(family.get(LIST), _do="remove:f1:1")
    assert asking.path.endswith("/rows/f1/1/remove")
    assert "甲，go" in asking.words
    assert len(family.rows[0]) == 3
    left = family.site.send(asking)
    assert left.path.endswith(LIST)

    family.send(third, **typed(3, c1="丁"))
    assert [row["name"] for row in family.rows[0]] == ["乙", "丁"]
    # The same confirmation again takes out no other row.
    assert "乙，go" in family.site.post(asking.path, asking.form().values).words
    assert len(family.rows[0]) == 2
    # Of what is gone everything that was typed comes back, as a row behind the others.
    family.site.send(family.get("/rows/f1/1/remove"))
    family.send(second, **typed(2, c1="戊"))
    assert [row["name"] for row in family.rows[0]] == ["丁", "戊"]


def test_a_new_row_that_moved_before_it_was_done_is_one_row(family):
    for number, name in enumerate("甲乙", start=1):
        added(family, number, c1=name, c3="go")
    new = family.send(family.get(LIST), _do="add:f1")
    family.send(new, _do="autosave", **typed(3, c1="丙"))
    family.site.send(family.get("/rows/f1/1/remove"))

    family.send(new, **typed(3, c1="丙", c3="chess"))

    assert [row["name"] for row in family.rows[0]] == ["乙", "丙"]


def test_two_windows_that_change_one_cell_are_asked_which(family):
    added(family, c1="张三", c3="chess")
    mine = family.get("/rows/f1/1")
    family.send(family.get("/rows/f1/1"), **typed(1, c1="李四"))

    asked = family.send(mine, **typed(1, c1="王五"))
    assert asked.status == 409
    assert "王五" in asked.words
    assert "李四" in asked.words

    family.send(asked, **{"_pick-f1-r0-c1": "stored"})
    assert family.rows[0] == [{"name": "李四"}]


@pytest.mark.parametrize("button", ["later", "autosave"])
def test_leaving_in_the_middle_of_a_row_comes_back_to_it(family, button):
    added(family, c1="张三", c3="chess")
    page = family.send(family.get(LIST), _do="add:f1")
    code = re.search(r"[0-9A-Z]{4}(-[0-9A-Z]{4}){2}", family.get("").words).group()

    family.send(page, _do=button, **typed(2, c3="go"))
    other = type(family.site)(family.site.app)
    again = other.send(other.get("/mine"), "/resume", code=code)

    assert again.path == page.path
    assert again.form(page.path).values["f1-r1-c3"] == ["go"]
    done = other.send(again, again.path, **typed(2, c1="李四"))
    assert done.path.endswith(LIST)
    assert family.rows[1][1] == {"who": "李四", "sport": "go"}


@pytest.mark.parametrize("end", ["family", "dense"])
def test_what_a_row_holds_for_a_matter_that_does_not_apply_now_stays(end, request):
    family = request.getfixturevalue(end)
    rows = {**typed(1, c1="甲", c3="go"), **typed(2, c1="乙", c3="chess")}
    if end == "dense":
        page = family.send(family.get(ALL), _do="add:f1")
        family.send(page, _do="later", **rows)
    else:
        added(family, c1="甲", c3="go")
        added(family, 2, c1="乙", c3="chess")
    family.situate(plays="false")

    if end == "dense":
        # The first row is emptied, so the second comes in its place and stands there.
        emptied = {"f1-r0-c1": "", "f1-r1-c1": "丙丙丙丙丙", "f2": "110"}
        page = family.send(family.get(ALL), **emptied)
        assert page.status == 422
        assert "f1-r0-c3" not in page.html
        family.send(page, **typed(1, c1="丙", c2="no"))
    else:
        page = family.get("/rows/f1/2")
        assert "f1-r1-c3" not in page.html
        family.send(page, **typed(2, c1="丙", c2="no"))
        family.site.send(family.get("/rows/f1/1/remove"))
    family.situate(plays="true")

    assert family.rows[1] == [{"who": "丙", "sport": "chess"}]


def test_what_is_sent_is_asked_as_a_yes_or_no_that_may_stay_open(family):
    (question,) = [q for q in family.form.questions if q.pointer == OMIT]
    page = family.get(f"{LIST}~2")

    assert "不向club提供“/phone”" in page.words
    assert question.name == "f3"
    assert 'name="f3" value="true"' in page.html


def test_several_values_are_chosen_or_written_one_a_line(family):
    page = family.get(f"{LIST}~2")
    assert 'type="checkbox" id="f4-0" name="f4" value="猫"' in page.html
    assert "可以选几项，至少 2 项" in page.words
    assert "一行写一个，最多 3 项" in page.words

    page = family.send(page, f2="110", f4=["猫"], f5="京A\r\n\r\n京ABCDE")
    assert page.status == 422
    assert "“/pets”至少要选 2 项" in page.words
    assert "第 2 行：“/cars”最多 4 个字，您填了 6 个" in page.words
    assert "第 2 行：“/cars”最多 4 个字" in family.get("/check").words

    family.send(page, f4=["狗", "鸟"], f5="京A\n京B")
    kept = family.draft.answers["matters"]["town"]
    assert kept == {"pets": ["狗", "鸟"], "cars": ["京A", "京B"]}
    assert "狗、鸟" in family.get("/check").words


def test_of_many_choices_one_is_looked_for_within_a_row(family):
    page = family.send(family.get(f"{LIST}~3"), _do="add:f6")
    sought = {"f6-r0-c1-q": "站", "f6-r0-c2-y": "2026"}
    found = family.send(page, _do="choose:f6-r0-c1", **sought)
    assert "找到 200 个" in found.words

    back = family.send(found, value="第150站")
    assert back.path == page.path
    assert back.form(page.path).values["f6-r0-c1"] == ["第150站"]
    # The part of a date is kept as it was typed, and said to be no date yet.
    assert back.form(page.path).values["f6-r0-c2-y"] == ["2026"]
    listed = family.send(family.get(f"{LIST}~3"))
    assert listed.status == 422
    assert "第 1 行：“/trips/*/day”还缺“月”" in listed.words


def test_no_more_rows_are_offered_than_the_forms_take(family):
    for number in (1, 2):
        page = family.send(family.get(f"{LIST}~3"), _do="add:f6")
        day = zip("ymd", ("2026", "1", str(number)), strict=True)
        cells = {f"f6-r{number - 1}-c2-{box}": text for box, text in day}
        page = family.send(page, **cells)
        assert page.path.endswith(f"{LIST}~3")

    assert "最多 2 项" in page.words
    assert "f6-add" not in page.ids


def test_of_more_rows_than_there_may_be_none_is_lost_and_no_further_is_taken(family):
    rows = [{"facts": {NAME: "甲"}, "matters": {"club": {"sport": "go"}}}] * 51
    answers = {"facts": {"situation:plays": True, FAMILY: rows}, "matters": {}}
    kept = replace(family.draft, answers=answers)
    drafts.save(family.store, kept, now=utc_text(NOW))

    page = family.get("/rows/f1/52")
    assert page.path.endswith(LIST)
    assert "f1-add" not in page.ids
    page = family.send(page)
    assert "最多填 50 行" in page.words
    assert len(family.rows[0]) == 51
