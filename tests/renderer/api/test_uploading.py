"""Programs hand in papers too: a file first, then the submission that names it."""

from datetime import UTC, datetime, timedelta
from io import BytesIO
from urllib.parse import quote

import pytest
from PIL import Image

from renderer import create_app
from renderer.config import Settings
from renderer.demo.papers import paper
from submissions import files, retention, uploads
from submissions import packs as publishing
from submissions.clock import later, utc_text

BILLS = "nhsa.maternity_expense:m1"
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture
def owing(filled):
    """Answers that demand the bills of the birth, which nobody may promise."""
    facts = {**filled["facts"], "situation:expense_direct_settled": False}
    return {**filled, "facts": facts}


def upload(program, content, key="bills", type_="application/pdf", name="bills.pdf"):
    path = f"/affairs/newborn_birth/materials?name={quote(name)}"
    headers = {"Content-Type": type_}
    return program.call("POST", path, data=content, key=key, headers=headers)


def store_of(program):
    return program.app.extensions["yibiao"].store


def test_an_affair_that_demands_a_paper_is_sent_with_it(program, owing):
    sent = upload(program, paper("bills"))
    again = upload(program, paper("bills"))
    body = {
        "answers": owing,
        "materials": [{"material": BILLS, "upload": sent.json["id"]}],
    }

    accepted = program.submit(body, key="with bills")
    repeated = program.submit(body, key="with bills")

    assert (sent.status_code, again.data) == (201, sent.data)
    assert (accepted.status_code, repeated.data) == (202, accepted.data)
    store, id_ = store_of(program), accepted.json["id"]
    [kept] = store.get("submissions", id_)["files"]
    assert (kept["material"], kept["name"]) == (BILLS, "bills.pdf")
    assert files.read(store, id_, kept["sha256"]) == paper("bills")
    [part] = [
        each
        for each in store.get("submissions", id_)["parts"]
        if each["matter"] == "nhsa.maternity_expense"
    ]
    assert ("materials" in part) == (part["state"] == "ready")


def test_a_picture_is_drawn_anew_as_on_the_pages(program):
    drawn = BytesIO()
    Image.new("RGB", (40, 30), "red").save(drawn, "PNG")

    sent = upload(
        program, drawn.getvalue(), key="red", type_="image/png", name="红.png"
    )

    assert (sent.json["type"], sent.json["name"]) == ("image/jpeg", "红.jpg")
    kept = files.read(store_of(program), sent.json["id"], sent.json["sha256"])
    assert kept[:3] == b"\xff\xd8\xff"
    assert len(kept) == sent.json["size"]


@pytest.mark.parametrize(
    ("content", "type_", "status", "kind"),
    [
        (b"MZ a program", "application/pdf", 422, "file-refused"),
        (b"", "application/pdf", 422, "file-refused"),
        (b"%PDF-1.4 torn", "application/pdf", 422, "file-refused"),
        (b"{}", "application/json", 415, "not-a-file"),
        (b" " * (10 * 1024 * 1024 + 1), "application/pdf", 413, "about:blank"),
    ],
    ids=range(5),
)
def test_what_is_no_paper_is_refused_and_not_kept(
    program, content, type_, status, kind
):
    before = store_of(program).tally("uploads", "expires_at")

    refused = upload(program, content, key=f"no {len(content)}", type_=type_)

    said = refused.json["type"].removeprefix("/api/v1/docs#")
    assert (refused.status_code, said) == (status, kind)
    assert store_of(program).tally("uploads", "expires_at") == before


def test_the_same_key_with_another_file_is_a_conflict(program):
    upload(program, paper("one"), key="twice")

    assert upload(program, paper("other"), key="twice").status_code == 409
    assert upload(program, paper("other"), key="").status_code == 400


def test_what_is_named_and_not_there_is_said_with_its_place(
    program, new_program, owing
):
    theirs = upload(new_program(), paper("theirs")).json["id"]
    mine = upload(program, paper("mine"), key="mine").json["id"]

    def errors(*materials, **more):
        listed = [{"material": m, "upload": u} for m, u in materials]
        refused = program.submit({"answers": owing, "materials": listed, **more})
        assert refused.status_code == 422
        return {(e["pointer"], e["keyword"]) for e in refused.json["errors"]}

    assert errors() == {("/materials", "material")}
    assert errors((BILLS, theirs), (BILLS, "u_no")) == {
        ("/materials/0/upload", "upload"),
        ("/materials/1/upload", "upload"),
    }
    assert errors((BILLS, mine), ("no:such", mine)) == {
        ("/materials/1/material", "material")
    }
    place = "/facts/newborn:nmae"
    told = {place: {"source": "registry"}}
    wrong = {("/provenance/~1facts~1newborn:nmae", "provenance")}
    assert errors((BILLS, mine), provenance=told) == wrong


def test_where_a_value_came_from_reaches_the_departments_and_who_says_so(
    program, filled
):
    place = "/facts/newborn:birth.newborn_name"
    said = {"source": "birth_registry", "at": "2026-11-21T08:00:00+08:00"}

    accepted = program.submit(
        {"answers": filled, "provenance": {place: said}}, key="sourced"
    )

    submission = store_of(program).get("submissions", accepted.json["id"])
    provenances = [p["provenance"] for p in submission["parts"] if "provenance" in p]
    assert any(f'"{program.id}/birth_registry"' in each for each in provenances)


def test_an_upload_that_nobody_names_is_erased_and_its_key_not_used_again(
    tmp_path, packs, new_program
):
    moment = [NOON]
    app = create_app(Settings(data=tmp_path), clock=lambda: moment[0])
    store = app.extensions["yibiao"].store
    publish(store, packs)
    program = new_program(on=app)
    sent = upload(program, paper("bills")).json
    moment[0] += timedelta(hours=24, seconds=1)
    now = utc_text(moment[0])

    named = [{"material": BILLS, "upload": sent["id"]}]
    late = program.submit({"answers": {"facts": {}}, "materials": named})
    assert [each["keyword"] for each in late.json["errors"]] == ["upload"]
    assert upload(program, paper("bills")).status_code == 409
    assert uploads.sweep(store, now=now) == 0
    assert uploads.sweep(store, now=later(now, 3600.0)) == 1

    assert store.get("uploads", sent["id"]) is None
    assert store.files.read(sent["id"], sent["sha256"]) is None
    assert upload(program, paper("bills")).status_code == 409
    assert upload(program, paper("bills"), key="anew").status_code == 201


def test_what_was_erased_is_not_taken_again_with_its_uploads(program, owing):
    named = [{"material": BILLS, "upload": upload(program, paper("bills")).json["id"]}]
    body = {"answers": owing, "materials": named}
    accepted = program.submit(body, key="erased")
    assert accepted.status_code == 202
    store_of(program).erase(accepted.json["id"], now=utc_text(NOON))

    again = program.submit(body, key="erased")

    assert (again.status_code, again.json["type"][-10:]) == (409, "key-reused")


def test_who_is_erased_leaves_no_upload_behind(program, owing):
    sent = [upload(program, paper("bills"), key=key).json for key in ("one", "two")]
    other = upload(program, paper("other"), key="other").json
    named = [{"material": BILLS, "upload": each["id"]} for each in sent]
    id_ = program.submit({"answers": owing, "materials": named}).json["id"]
    store, now = store_of(program), utc_text(NOON)

    retention.erase(store, id_, who="fang", why="asked", now=now, anyway=True)

    for each in sent:
        assert store.get("uploads", each["id"]) is None
        assert store.files.read(each["id"], each["sha256"]) is None
    assert store.get("uploads", other["id"])


def publish(store, packed):
    publishing.publish(store, packed["newborn_birth"], now="2026", by="tests")
