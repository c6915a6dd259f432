import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from submissions import cases, endpoints, inbox, log
from submissions.delivery import webhook
from submissions.progress import progress


@pytest.fixture
def applied(city):
    city.connect_all("https://example.org")
    city.apply(owner="person:1")
    return city


def seconds(clock):
    return int(clock().timestamp())


def decision(city, matter, outcome="approved", values=None, **more):
    part = city.part(matter)
    data = {"part": part["id"], "digest": part.get("digest", "sha256:" + "0" * 64)}
    data |= {"outcome": outcome} | more
    if values is not None:
        data["values"] = values
    return {"type": "part.decided", "timestamp": city.clock.text, "data": data}


def call(city, matter, event, *, secret=None, message_id=None, to=None):
    part = city.part(matter)
    return city.call(part, event, secret=secret, message_id=message_id, to=to)


def decide(city, matter, *arguments, **more):
    return call(city, matter, decision(city, matter, *arguments, **more))


CODE = {"company:code": "91ZZ"}
TAX_NUMBER = {"company:tax_number": "T1234"}


def test_results_release_the_parts_that_wait_round_by_round(applied):
    assert decide(applied, "licence", values=CODE).status == 200

    assert applied.states() == {
        "licence": "decided",
        "tax": "ready",
        "fund": "waiting",
        "seal": "ready",
    }
    assert json.loads(applied.part("tax")["body"]) == {
        "code": "91ZZ",
        "taxpayer": "青山商贸",
    }

    assert decide(applied, "tax", values=TAX_NUMBER).status == 200

    assert applied.states()["fund"] == "ready"
    assert json.loads(applied.part("fund")["body"]) == {"number": "T1234", "staff": 3}
    assert [d["department"] for d in applied.submission()["deliveries"]] == [
        "market",
        "police",
        "tax",
        "fund",
    ]
    assert applied.submission()["wake_at"] == applied.clock.text


def test_a_released_document_says_which_matter_its_result_came_from(applied):
    decide(applied, "licence", values=CODE)

    told = json.loads(applied.part("tax")["provenance"])
    assert told["/code"] == {
        "source": "result:licence",
        "at": applied.clock.text,
        "certainty": "exact",
        "corrected": False,
    }
    assert told["/taxpayer"]["source"] == "name_service"


MATTERS = ("licence", "tax", "fund", "seal")
ISSUED = {
    "licence": {"company:code": "91ZZ"},
    "tax": {"company:tax_number": "T1234", "company:grade": "A"},
}


@settings(max_examples=12)
@given(
    calls=st.lists(
        st.tuples(st.sampled_from(MATTERS), st.sampled_from(["approved", "rejected"])),
        max_size=8,
    )
)
def test_whatever_departments_say_in_whatever_order_the_case_stays_whole(
    new_city, calls
):
    """Law: bodies never change, ready parts have one delivery, facts decide waiting."""
    city = new_city()
    city.connect_all("https://example.org")
    city.apply()
    bodies = {}
    for number, (matter, outcome) in enumerate(calls):
        before = city.part(matter)
        values = ISSUED.get(matter) if outcome == "approved" else None
        event = decision(city, matter, outcome, values=values)
        answer = call(city, matter, event, message_id=f"call_{number}")
        first = before["state"] == "ready" or before.get("outcome") == outcome
        assert answer.status == (200 if first else 409)

        submission = city.submission()
        results = json.loads(submission["results"])
        assert log.first_broken(submission["log"]) is None
        for part in submission["parts"]:
            listed = inbox.lines(city.store, part["department"], part["state"])
            assert [line.part for line in listed] == [part["id"]]
            assert bodies.setdefault(part["id"], part.get("body")) in {
                None,
                part.get("body"),
            }
            bodies[part["id"]] = part.get("body")
            sent = [d for d in submission["deliveries"] if d["part"] == part["id"]]
            assert len(sent) == (part["state"] in {"ready", "decided"})
            if part["state"] == "waiting":
                assert set(part["awaits"]) - results.keys()
    city.store.close()


def test_a_submission_is_completed_when_every_part_is_decided(applied):
    decide(applied, "licence", values=CODE)
    decide(applied, "tax", values=TAX_NUMBER)
    decide(applied, "fund")
    assert applied.submission()["status"] == "open"
    decide(applied, "seal")

    assert applied.submission()["status"] == "completed"
    assert log.first_broken(applied.submission()["log"]) is None


def test_one_call_is_one_write(applied):
    before = applied.submission()["rev"]

    decide(applied, "licence", values=CODE)

    assert applied.submission()["rev"] == before + 1


def test_a_repeated_call_changes_nothing(applied):
    event = decision(applied, "licence", values=CODE)
    call(applied, "licence", event)
    after = applied.standing()

    again = call(applied, "licence", event)
    resent = call(applied, "licence", event, message_id="another_id")

    changed = decision(applied, "licence", "rejected")
    same_id = call(applied, "licence", changed)

    assert (again.status, resent.status, same_id.status) == (200, 200, 200)
    assert "nothing was changed" in again.message
    assert applied.standing() == after


@pytest.mark.parametrize(
    ("again", "told"), [(False, "Recorded."), (True, "nothing was changed")]
)
def test_a_worker_that_writes_meanwhile_changes_no_answer(applied, again, told):
    event = decision(applied, "licence", values=CODE)
    if again:
        call(applied, "licence", event)

    class Busy:
        """A store that somebody else writes to between our read and our write."""

        def __getattr__(self, name):
            return getattr(applied.store, name)

        def update(self, collection, id_, edit):
            applied.store.update(collection, id_, lambda found: found | {"note": "x"})
            return applied.store.update(collection, id_, edit)

    busy = replace(applied, store=Busy())

    assert told in call(busy, "licence", event).message


def test_another_decision_about_a_decided_part_is_refused(applied):
    decide(applied, "licence", values=CODE)
    changed = decision(applied, "licence", values={"company:code": "91XX"})

    answer = call(applied, "licence", changed, message_id="another_id")

    assert (answer.status, "decided already" in answer.message) == (409, True)


def test_calls_that_cannot_be_trusted_are_refused(applied):
    event = decision(applied, "licence", values=CODE)
    before = applied.standing()
    stranger = webhook.new_secret(bytes)

    assert call(applied, "licence", event, secret=stranger).status == 401
    others = applied.secrets["tax"]
    assert call(applied, "licence", event, secret=others).status == 401
    unsigned = cases.receive(
        applied.store, applied.part("licence")["id"], {}, b"{}", now=applied.clock.text
    )
    assert (unsigned.status, "webhook-id" in unsigned.message) == (401, True)
    assert applied.standing() == before


def test_what_was_refused_or_repeated_is_written_down_but_fills_no_log(applied):
    event = decision(applied, "licence", values=CODE)
    call(applied, "licence", event)
    count = len(applied.submission()["log"])

    for _ in range(cases.MOST_NOTED + 5):
        call(applied, "licence", event, secret=applied.secrets["tax"])
        call(applied, "licence", event)

    noted = [entry["what"] for entry in applied.submission()["log"][count:]]
    assert noted == ["call.refused", "call.repeated"] * cases.MOST_NOTED
    assert log.first_broken(applied.submission()["log"]) is None


def test_an_old_call_is_refused(applied):
    body = json.dumps(decision(applied, "licence", values=CODE)).encode()
    headers = webhook.headers(
        body,
        message_id="call_1",
        sent_at=seconds(applied.clock),
        secret=applied.secrets["market"],
    )
    part = applied.part("licence")["id"]
    applied.clock.pass_(minutes=6)

    answer = cases.receive(applied.store, part, headers, body, now=applied.clock.text)

    assert (answer.status, "360 s away" in answer.message) == (401, True)


def test_a_part_that_is_not_there_is_not_found(applied):
    event = decision(applied, "licence", values=CODE)

    assert call(applied, "licence", event, to="p_none").status == 404
    assert call(applied, "licence", event, to="p' OR 1").status == 404


def test_a_call_about_another_departments_part_is_refused(applied):
    event = decision(applied, "licence", values=CODE)

    to_police = call(applied, "licence", event, to=applied.part("seal")["id"])
    in_body = call(
        applied, "licence", event | {"data": event["data"] | {"part": "p_other"}}
    )

    assert to_police.status == 401
    assert (in_body.status, "/data/part" in in_body.message) == (422, True)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (b"no json", "no JSON"),
        (b"\xff", "no JSON"),
        (b"[]", "/type: the body is no event of a department: part.accepted, "),
        ({"type": "part.lost"}, "/type: the body is no event of a department"),
        ({"type": ["part.decided"]}, "/type: the body is no event of a department"),
        ({"type": "part.accepted"}, "The body is no part.accepted event: /data"),
        ({"timestamp": "today"}, '/timestamp: format "date-time"'),
        ({"timestamp": "2026-11-22T03:04:05"}, '/timestamp: format "date-time"'),
        (b"[" * 100_000 + b"]" * 100_000, "no JSON"),
        (b'{"data": NaN}', "no JSON"),
        (b'{"data": {"values": {"company:code": "\\ud800"}}}', "no JSON"),
        ({"values": {"company:code": "lower"}}, "company:code: pattern"),
        ({"values": {"company:tax_number": "T1234"}}, "licence issues company:code"),
        ({"values": {"company:name": "x"}}, "licence issues company:code"),
        ({"values": CODE, "outcome": "rejected"}, "a rejection brings no values"),
        ({"outcome": "perhaps"}, "/data/outcome: enum"),
    ],
)
def test_what_is_wrong_with_a_call_is_said(applied, change, says):
    event = decision(applied, "licence")
    if isinstance(change, bytes):
        event = change
    elif "type" in change or "timestamp" in change:
        event |= change
    else:
        event["data"] |= change
    before = applied.standing()

    answer = call(applied, "licence", event)

    assert (answer.status, says in answer.message) == (422, True), answer
    assert applied.standing() == before


@pytest.mark.parametrize(
    "moment", ["2026-11-22T03:04:05.678901+00:00", "2026-11-22T11:04:05+08:00"]
)
def test_a_call_may_write_its_time_in_any_way_of_rfc_3339(applied, moment):
    event = decision(applied, "licence", values=CODE) | {"timestamp": moment}

    assert call(applied, "licence", event).status == 200


@pytest.mark.parametrize(
    ("depth", "says"),
    [(200, "company:code: type"), (245, ""), (300, "no JSON"), (1000, "no JSON")],
)
def test_a_value_nested_very_deep_is_refused(applied, depth, says):
    deep = "[" * depth + "]" * depth
    event = json.dumps(decision(applied, "licence", values={"company:code": 1}))
    body = event.replace('"company:code": 1', f'"company:code": {deep}').encode()

    answer = call(applied, "licence", body)

    assert (answer.status, says in answer.message) == (422, True)


def test_a_decision_about_another_document_is_refused(applied):
    wrong = decision(applied, "licence", values=CODE)
    wrong["data"]["digest"] = "sha256:" + "1" * 64

    assert call(applied, "licence", wrong).status == 409
    assert decide(applied, "tax", values=TAX_NUMBER).status == 409
    assert applied.states()["licence"] == "ready"


def test_after_a_rejection_what_waited_is_held_and_both_departments_are_named(applied):
    reasons = [{"pointer": "/MC", "text": "The name is taken."}]

    assert decide(applied, "licence", "rejected", reasons=reasons).status == 200

    assert applied.states() == {
        "licence": "decided",
        "tax": "held",
        "fund": "waiting",
        "seal": "ready",
    }
    entry = applied.submission()["log"][-1]
    assert entry["what"] == "part.held"
    assert entry["detail"]["departments"] == ["tax", "market"]
    assert entry["detail"]["facts"] == ["company:code"]


def test_a_result_that_the_waiting_form_refuses_holds_its_part(applied):
    decide(applied, "licence", values=CODE)

    assert decide(applied, "tax", values={"company:tax_number": "T9999"}).status == 200

    held = applied.part("fund")
    assert held["state"] == "held"
    assert held["faults"] == [{"pointer": "/number", "keyword": "pattern"}]
    entry = applied.submission()["log"][-1]
    assert entry["detail"]["departments"] == ["fund", "tax"]
    assert "T9999" not in json.dumps(entry)


def test_a_result_that_the_waiting_form_cannot_write_holds_its_part(applied):
    decide(applied, "licence", values=CODE)

    assert (
        decide(applied, "tax", values=TAX_NUMBER | {"company:grade": "C"}).status == 200
    )

    assert applied.states()["fund"] == "held"
    assert applied.submission()["log"][-1]["detail"]["departments"] == ["fund", "tax"]


def test_a_result_is_written_as_the_waiting_form_wants_it(applied):
    decide(applied, "licence", values=CODE)
    decide(applied, "tax", values=TAX_NUMBER | {"company:grade": "B"})

    assert json.loads(applied.part("fund")["body"])["grade"] == "2"


def test_after_a_rejection_a_form_that_could_do_without_is_held_too(applied):
    decide(applied, "licence", values=CODE)

    assert decide(applied, "tax", "rejected").status == 200

    assert applied.part("fund")["state"] == "held"
    assert applied.part("fund")["faults"] == []


def test_an_approval_without_a_value_that_nobody_needs_releases_the_parts(applied):
    decide(applied, "licence", values=CODE)

    assert decide(applied, "tax").status == 200

    assert json.loads(applied.part("fund")["body"]) == {"staff": 3}


def test_an_approval_without_the_value_others_need_is_refused_and_can_be_mended(
    applied,
):
    before = applied.standing()

    answer = decide(applied, "licence")

    assert answer.status == 422
    assert answer.message == "/data/values: licence must bring company:code."
    assert applied.standing() == before
    assert decide(applied, "licence", values=CODE).status == 200
    assert applied.part("tax")["state"] == "ready"


def test_a_department_may_sign_with_the_secret_of_where_its_part_was_sent(applied):
    (first,) = [e for e in endpoints.every(applied.store) if e.department == "market"]
    endpoints.pause(applied.store, first.id)
    old = applied.secrets["market"]
    applied.connect("market", "https://new.example.org")
    event = decision(applied, "licence", values=CODE)

    assert call(applied, "licence", event, secret=old).status == 200


def test_a_released_part_without_an_endpoint_is_said_and_picked_up_later(city):
    city.connect("market", "https://market.example.org")
    city.apply()
    decide(city, "licence", values=CODE)
    assert "undelivered:tax" in city.submission()["tags"]

    city.connect("tax", "https://tax.example.org")

    assert "undelivered:tax" not in city.submission()["tags"]
    assert [d["department"] for d in city.submission()["deliveries"]] == [
        "market",
        "tax",
    ]


def test_a_call_while_a_worker_sends_is_delivered_by_it_afterwards(applied, office):
    answers = []

    def sends(url, *message, **more):
        if url.endswith("market"):
            answers.append(decide(applied, "licence", values=CODE))
        return office(url, *message, **more)

    worker = applied.worker(sends)
    worker.run_once()
    assert answers[0].status == 200
    worker.run_once()

    departments = [url.rpartition("/")[2] for url, _, _ in office.came]
    assert sorted(departments) == ["market", "police", "tax"]


def states(city):
    view = progress(city.submission(), city.published.form)
    return {step.matter: step.state for step in view.steps}


def test_progress_says_where_each_matter_stands(city, office):
    city.connect("market", "https://market.example.org")
    city.connect("tax", "https://tax.example.org")
    city.apply(owner="person:1")
    assert states(city) == {
        "licence": "sending",
        "tax": "waiting",
        "fund": "waiting",
        "seal": "no_endpoint",
    }
    city.clock.pass_(minutes=1)
    city.worker(office).run_once()
    assert states(city)["licence"] == "delivered"
    city.clock.pass_(minutes=1)
    decide(city, "licence", values=CODE)
    assert states(city)["tax"] == "sending"
    decide(city, "tax", "rejected", reasons=[{"text": "Not yet."}])

    view = progress(city.submission(), city.published.form)
    licence, tax, fund, _ = view.steps
    assert (licence.state, licence.outcome) == ("decided", "approved")
    assert (tax.state, tax.reasons) == ("decided", ("Not yet.",))
    assert (fund.state, fund.awaits) == ("held", ())
    assert licence.label["zh-CN"] == "licence"
    assert licence.department["en"] == "market"
    assert licence.since == city.clock.text
    assert not view.completed
    assert view.ref == city.submission()["ref"]


def test_progress_says_whose_result_is_waited_for(applied):
    decide(applied, "licence", values=CODE)

    fund = progress(applied.submission(), applied.published.form).steps[2]

    assert [(a.fact, a.issuers[0]["en"]) for a in fund.awaits] == [
        ("company:grade", "tax"),
        ("company:tax_number", "tax"),
    ]
