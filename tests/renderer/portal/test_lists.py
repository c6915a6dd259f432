"""A list that two forms share is typed once; what one is sent is asked plainly."""

import json
from datetime import UTC, datetime

import pytest

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
                ],
            }
        ],
    },
}


@pytest.fixture(scope="module")
def form():
    told = {path: json.dumps(each).encode() for path, each in DOCUMENTS.items()}
    return merge(load(told), "family")


@pytest.fixture
def visited(site, form, tmp_path):
    """Open the family's form in a browser at its own site."""
    settings = Settings(data=tmp_path)
    store = open_configured(settings)
    packed = pack.certify(pack.dump(form), {"ok": True})
    publishing.publish(store, packed, now=utc_text(NOW), by="tests")
    here = type(site)(create_app(settings, store=store, clock=lambda: NOW))
    begun = here.begin("family")
    draft = begun.path.split("/")[2]
    here.send(begun, begun.path, s1="true")
    yield here, store, draft
    store.close()


def test_a_shared_list_is_one_group_of_rows_with_the_columns_of_all(visited, form):
    here, store, draft = visited
    page = here.get(f"/drafts/{draft}/pages/all")
    page = here.send(page, "/pages/all", _do="add:f1")
    page = here.send(
        page,
        "/pages/all",
        _do="next",
        **{
            "f1-r0-c1": "张三",
            "f1-r0-c2": "yes",
            "f1-r0-c3": "chess",
            "f1-r1-c1": "李四",
            "f1-r1-c3": "go",
        },
    )
    here.send(page, "/pages/all~2", _do="next", f2="110", f3="true")

    answers = drafts.get(store, draft, now=utc_text(NOW)).answers
    town, club = form.matters
    assert project(town, answers) == {
        "people": [{"name": "张三", "alive": "yes"}, {"name": "李四"}],
        "phone": "110",
    }
    assert project(club, answers) == {
        "members": [{"who": "张三", "sport": "chess"}, {"who": "李四", "sport": "go"}]
    }


def test_what_is_wrong_in_a_row_is_said_in_its_cell(visited):
    here, _, draft = visited
    page = here.get(f"/drafts/{draft}/pages/all")
    page = here.send(
        page,
        "/pages/all",
        _do="next",
        **{"f1-r0-c1": "一二三四五"},
    )

    assert page.status == 422
    assert 'href="#f1-r0-c1"' in page.html
    assert 'href="#f1-r0-c3"' in page.html  # the club's own column, left empty
    assert 'value="一二三四五"' in page.html


def test_what_is_sent_is_asked_as_a_yes_or_no_that_may_stay_open(visited, form):
    here, _, draft = visited
    page = here.get(f"/drafts/{draft}/pages/all~2")

    assert "不向club提供“/phone”" in page.words
    (question,) = [q for q in form.questions if q.pointer == OMIT]
    assert question.name == "f3"
    assert 'name="f3" value="true"' in page.html


def test_several_values_are_chosen_or_written_one_a_line(visited):
    here, store, draft = visited
    path = f"/drafts/{draft}/pages/all~2"
    page = here.get(path)
    assert 'type="checkbox" id="f4-0" name="f4" value="猫"' in page.html
    assert "可以选几项，至少 2 项" in page.words
    assert "一行写一个，最多 3 项" in page.words

    page = here.send(page, path, f4=["猫"], f5="京A\r\n\r\n京ABCDE")
    assert page.status == 422
    assert "“/pets”至少要选 2 项" in page.words
    assert "第 2 行：“/cars”最多 4 个字，您填了 6 个" in page.words
    check = here.get(f"/drafts/{draft}/check")
    assert "第 2 行：“/cars”最多 4 个字" in check.words

    here.send(page, path, f4=["狗", "鸟"], f5="京A\n京B")
    kept = drafts.get(store, draft, now=utc_text(NOW)).answers["matters"]["town"]
    assert kept == {"pets": ["狗", "鸟"], "cars": ["京A", "京B"]}
    assert "狗、鸟" in here.get(f"/drafts/{draft}/check").words


def test_what_a_row_holds_for_a_matter_that_does_not_apply_now_stays(visited, form):
    here, store, draft = visited
    path = f"/drafts/{draft}/pages/all"
    situations = f"/drafts/{draft}/situations"
    page = here.send(here.get(path), path, _do="add:f1", **{"f1-r0-c1": "甲"})
    rows = {"f1-r0-c1": "甲", "f1-r0-c3": "go", "f1-r1-c1": "乙", "f1-r1-c3": "chess"}
    here.send(page, path, _do="later", **rows)
    here.send(here.get(situations), situations, s1="false")

    page = here.get(path)
    assert "f1-r0-c3" not in page.html
    # The first row is emptied, so the second comes in its place and is served there.
    emptied = {"f1-r0-c1": "", "f1-r1-c1": "丙丙丙丙丙", "f2": "110"}
    page = here.send(page, path, **emptied)
    assert page.status == 422
    here.send(page, path, **{"f1-r0-c1": "丙", "f1-r0-c2": "no"})
    here.send(here.get(situations), situations, s1="true")

    answers = drafts.get(store, draft, now=utc_text(NOW)).answers
    assert project(form.matters[1], answers)["members"] == [
        {"who": "丙", "sport": "chess"}
    ]
