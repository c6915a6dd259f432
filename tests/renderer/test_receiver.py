"""The sample receiver: it believes only what is signed and fits the matter's form."""

import json
from datetime import UTC, datetime, timedelta
from threading import Event, Thread

import pytest
from standardwebhooks import Webhook
from werkzeug.serving import make_server
from werkzeug.wrappers import Request, Response

from builder.model import (
    DepartmentId,
    Limit,
    Matter,
    MatterId,
)
from renderer.inbox import Inbox
from renderer.receiver import SLOW, Answers, arrival_of, create_receiver, decision
from tests.waiting import LONG

SECRET = "whsec_" + "c2l4dGVlbiBieXRlcyBhcmUgbm90IGVub3VnaCE="
OTHER = "whsec_" + "YW5vdGhlciBzZWNyZXQgb2YgYW5vdGhlciBvZmZpY2U="
WORDS = {"zh-CN": "出生登记", "en": "Birth registration"}
LIMIT = Limit(workdays=1, text=WORDS)
BIRTH = Matter(
    id=MatterId("ps.birth"),
    label=WORDS,
    department=DepartmentId("public_security"),
    form=WORDS,
    legal_basis=WORDS,
    result=WORDS,
    legal_limit=LIMIT,
    promised_limit=LIMIT,
    schema={
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "properties": {
            "XM": {"type": "string", "maxLength": 5},
            "CSRQ": {"type": "string", "format": "date"},
        },
        "required": ["XM"],
    },
    fields={},
    issues=(),
)


def event(document):
    return {
        "type": "part.ready",
        "timestamp": "2026-11-22T03:04:05.678Z",
        "data": {
            "submission": "s_1",
            "ref": "YB1",
            "affair": "newborn_birth",
            "pack": "newborn_birth@1",
            "part": "p_1",
            "matter": "ps.birth",
            "department": "public_security",
            "area": "420116",
            "seq": 1,
            "digest": "sha256:" + "0" * 64,
            "document": document,
            "provenance": {},
            "materials": [],
        },
    }


def part():
    return arrival_of("public_security", "m_1", event({}), "", at="")


def signed(body, *, secret=SECRET, id_="m_1", at=None):
    at = at or datetime.now(UTC)
    return {
        "webhook-id": id_,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": Webhook(secret).sign(id_, at, body),
    }


@pytest.fixture
def answers():
    made = Answers("http://127.0.0.1:9", {}, lambda _: SECRET)
    yield made
    made.close()


@pytest.fixture
def client(answers):
    app = create_receiver(
        secret_of={"public_security": SECRET, "tax": OTHER}.get,
        matters={"ps.birth": BIRTH},
        answers=answers,
    )
    return app.test_client()


def test_a_signed_document_that_fits_its_form_is_verified(client):
    body = json.dumps(event({"XM": "王小明", "CSRQ": "2026-11-03"}))

    answer = client.post("/public_security", data=body, headers=signed(body))
    (arrival,) = client.get("/received.json").json

    assert answer.status_code == 204
    assert (arrival["verified"], arrival["why"]) == (True, "")
    assert (arrival["part"], arrival["matter"]) == ("p_1", "ps.birth")


@pytest.mark.parametrize(
    ("document", "why"),
    [
        ({"XM": "王小明王小明"}, "$.XM: maxLength 5"),
        ({}, "$: required ['XM']"),
        ({"XM": "王小明", "CSRQ": "20261103"}, "$.CSRQ: format 'date'"),
    ],
)
def test_a_document_that_breaks_its_form_is_refused_with_the_place(
    client, document, why
):
    body = json.dumps(event(document))

    answer = client.post("/public_security", data=body, headers=signed(body))
    (arrival,) = client.get("/received.json").json

    assert answer.status_code == 422
    assert (arrival["verified"], arrival["why"]) == (False, why)


def _headers(body, **changed):
    return signed(body) | changed


@pytest.mark.parametrize(
    "headers",
    [
        lambda body: signed(body, secret=OTHER),
        lambda body: signed(body + " "),
        lambda body: signed(body, at=datetime.now(UTC) - timedelta(minutes=6)),
        lambda body: _headers(body, **{"webhook-id": "m_2"}),
        lambda body: _headers(body, **{"webhook-signature": "v1"}),
        lambda body: _headers(body, **{"webhook-signature": "v1a,AAAA"}),
        lambda _: {},
    ],
    ids=["secret", "body", "old", "id", "no comma", "only v1a", "unsigned"],
)
def test_a_message_with_another_signature_counts_for_nothing(client, headers):
    body = json.dumps(event({"XM": "王小明"}))

    answer = client.post("/public_security", data=body, headers=headers(body))
    (arrival,) = client.get("/received.json").json

    assert answer.status_code == 401
    assert (arrival["verified"], arrival["document"]) == (False, None)


@pytest.mark.parametrize(
    "change",
    [
        lambda _: [],
        lambda _: {},
        lambda _: {"type": ["part.ready"]},
        lambda whole: {"type": "part.ready", "timestamp": whole["timestamp"]},
        lambda whole: whole | {"data": []},
        lambda whole: whole | {"data": whole["data"] | {"matter": {}}},
        lambda whole: whole | {"data": whole["data"] | {"extra": 1}},
    ],
    ids=["list", "empty", "type", "no data", "data", "matter", "extra"],
)
def test_a_signed_body_that_is_no_event_is_refused(client, change):
    body = json.dumps(change(event({"XM": "王小明"})))

    answer = client.post("/public_security", data=body, headers=signed(body))
    (arrival,) = client.get("/received.json").json

    assert (answer.status_code, arrival["verified"]) == (422, False)
    assert arrival["why"].startswith("$")
    assert client.get("/").status_code == 200


def test_an_event_of_a_new_type_is_taken_and_left_aside(client):
    body = json.dumps({"type": "part.recalled", "data": {"part": "p_1"}})

    answer = client.post("/public_security", data=body, headers=signed(body))

    assert answer.status_code == 204


def test_a_body_nested_very_deep_is_refused(client):
    body = "[" * 100_000

    answer = client.post("/public_security", data=body, headers=signed(body))

    assert answer.status_code == 401


def test_the_secret_of_one_department_opens_no_other(client):
    body = json.dumps(event({"XM": "王小明"}))

    assert client.post("/tax", data=body, headers=signed(body)).status_code == 401
    assert client.post("/nobody", data=body, headers=signed(body)).status_code == 401


def test_the_same_message_is_one_arrival_and_says_how_often_it_came(client):
    body = json.dumps(event({"XM": "王小明"}))

    for _ in range(3):
        client.post("/public_security", data=body, headers=signed(body))

    assert [each["times"] for each in client.get("/received.json").json] == [3]


def test_a_forgery_does_not_unmake_what_was_verified(client):
    body = json.dumps(event({"XM": "王小明"}))

    client.post("/public_security", data=body, headers=signed(body))
    client.post("/public_security", data=body, headers=signed(body, secret=OTHER))

    assert [each["verified"] for each in client.get("/received.json").json] == [True]


def test_the_page_shows_what_arrived_and_why_it_was_refused(client):
    good, bad = (json.dumps(event({"XM": name})) for name in ("<王>", "王小明王小明"))

    client.post("/public_security", data=good, headers=signed(good, id_="m_1"))
    client.post("/public_security", data=bad, headers=signed(bad, id_="m_2"))
    page = client.get("/").text

    assert "出生登记" in page
    assert "&lt;王&gt;" in page
    assert "$.XM: maxLength 5" in page


def test_a_result_goes_back_signed_after_the_answer():
    came, arrived = [], Event()

    @Request.application
    def product(request):
        came.append((request.path, dict(request.headers), request.get_data()))
        arrived.set()
        return Response(status=503 if len(came) == 1 else 200)

    server = make_server("127.0.0.1", 0, product)
    thread = Thread(target=server.serve_forever)
    thread.start()
    results = {"ps.birth": {"newborn:person.id_number": "42011620261103001X"}}
    answers = Answers(f"http://127.0.0.1:{server.port}", results, lambda _: SECRET)
    said, done = [], Event()

    answers.send(part(), lambda text: (said.append(text), done.set()))
    done.wait(LONG)
    answers.close()
    server.shutdown()
    thread.join()
    server.server_close()

    path, headers, body = came[-1]
    told = Webhook(SECRET).verify(body, headers)
    assert path == "/api/v1/parts/p_1/events"
    assert told["data"]["values"] == results["ps.birth"]
    assert said == ["accepted"]
    assert {each[1]["Webhook-Id"] for each in came} == {"decided_p_1_1"}


def test_a_matter_without_a_result_is_not_answered(answers):
    said = []

    answers.send(part(), said.append)
    answers.close()

    assert said == []


def test_an_unreachable_product_is_told_in_the_inbox(monkeypatch):
    monkeypatch.setattr("renderer.receiver.PATIENCE", (0.0, 0.0))
    inbox, done = Inbox(), Event()
    inbox.keep(part())
    answers = Answers("http://127.0.0.1:9", {"ps.birth": {"a:b": 1}}, lambda _: SECRET)

    answers.send(part(), lambda text: (inbox.note("m_1", answer=text), done.set()))
    done.wait(LONG)
    answers.close()

    assert inbox.all()[0].answer == "NewConnectionError"


def test_a_decision_names_the_document_it_speaks_of():
    now = datetime(2026, 11, 22, 3, 4, 5, 678901, tzinfo=UTC)

    made = decision(part(), {"a:b": "1"}, now=now)

    assert made["timestamp"] == "2026-11-22T03:04:05.678Z"
    assert made["data"]["digest"] == "sha256:" + "0" * 64
    assert made["data"]["seq"] == 2


def test_a_challenge_is_echoed_to_who_signed_it_and_kept_from_the_inbox(client):
    data = {"endpoint": "e_1", "challenge": "c_1"}
    ping = {"type": "ping", "timestamp": "2026-11-22T03:04:05.678Z", "data": data}
    body = json.dumps(ping)

    good = client.post("/public_security", data=body, headers=signed(body))
    forged = client.post("/tax", data=body, headers=signed(body))

    assert (good.status_code, good.json) == (200, {"challenge": "c_1"})
    assert forged.status_code == 401
    assert "c_1" not in client.get("/received.json").text


def served(answers, **more):
    return create_receiver(
        secret_of={"public_security": SECRET}.get,
        matters={"ps.birth": BIRTH},
        answers=answers,
        **more,
    ).test_client()


def test_a_receiver_that_is_told_to_fail_fails_and_keeps_nothing(answers):
    client, body = served(answers, behaviour="500"), json.dumps(event({"XM": "王"}))

    answer = client.post("/public_security", data=body, headers=signed(body))

    assert answer.status_code == 500
    assert client.get("/received.json").json == []


def test_a_receiver_that_is_told_to_be_slow_answers_late(answers, monkeypatch):
    waited = []
    monkeypatch.setattr("renderer.receiver.time.sleep", waited.append)
    client, body = served(answers, behaviour="slow"), json.dumps(event({"XM": "王"}))

    answer = client.post("/public_security", data=body, headers=signed(body))

    assert (answer.status_code, waited) == (204, [SLOW])


def test_a_restart_loses_nothing_and_answers_what_was_not_answered(tmp_path, answers):
    path, body = tmp_path / "inbox" / "in.jsonl", json.dumps(event({"XM": "王"}))
    first = served(answers, inbox=Inbox(path))
    for _ in range(2):
        first.post("/public_security", data=body, headers=signed(body))
    with path.open("ab") as file:
        file.write('{"id": "m_2", "at": "cut in the middle of 王'.encode()[:-1])

    class Told(Answers):
        """Remembers what it was given to answer."""

        def send(self, arrival, done):
            done(f"answered {arrival.part} {arrival.digest[:7]} {arrival.seq}")

    again = served(Told("http://127.0.0.1:9", {}, {}.get), inbox=Inbox(path))
    (arrival,) = again.get("/received.json").json
    assert (arrival["id"], arrival["times"], arrival["verified"]) == ("m_1", 2, True)
    assert arrival["answer"] == "answered p_1 sha256: 1"
    other = json.dumps(event({"XM": "李"}))
    again.post("/public_security", data=other, headers=signed(other, id_="m_3"))
    assert [each.id for each in Inbox(path).all()] == ["m_1", "m_3"]
    assert path.stat().st_mode & 0o077 == 0


def test_a_thin_message_is_fetched_and_then_judged():
    whole, thin = event({"XM": "王小明王小明"}), event({})
    for name in ("document", "provenance", "materials"):
        del thin["data"][name]
    thin["data"]["href"] = "/api/v1/parts/p_1"
    body = json.dumps(thin)

    class Fetched(Answers):
        """Has the whole event at once."""

        def fetch(self, arrival, done):
            assert arrival.href == "/api/v1/parts/p_1"
            done(whole["data"], "")

    client = served(Fetched("http://127.0.0.1:9", {}, {}.get))
    answer = client.post("/public_security", data=body, headers=signed(body))
    (arrival,) = client.get("/received.json").json

    assert answer.status_code == 204
    assert (arrival["verified"], arrival["why"]) == (False, "$.XM: maxLength 5")
    assert arrival["document"] == {"XM": "王小明王小明"}
