"""Departments ask for corrections; the applicant corrects just that."""

import json
from copy import deepcopy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builder.validity import Judge
from renderer.demo.once import sample
from submissions import corrections, log
from submissions.delivery import events
from submissions.errors import Conflict, Refused
from submissions.folding import RANKS, Standing, fold
from submissions.progress import progress

NAME = {"pointer": "/MC", "text": "The name is taken."}


@pytest.fixture
def applied(city, office):
    city.connect_all("https://example.org")
    city.apply(owner="person:1")
    city.worker(office).run_once()
    return city


def says(city, matter, type_, **more):
    """Return an event of a department about its part."""
    part = city.part(matter)
    data = {"part": part["id"], "digest": part["digest"]} | more
    return {"type": f"part.{type_}", "timestamp": city.clock.text, "data": data}


CODE = {"company:code": "91ZZ"}


def call(city, matter, event, message_id):
    return city.call(city.part(matter), event, message_id=message_id)


def decide(city, matter, **more):
    event = says(city, matter, "decided", outcome="approved", **more)
    return call(city, matter, event, f"decided_{matter}")


def say(city, matter, type_, *, message_id, **more):
    event = says(city, matter, type_, **more)
    return call(city, matter, event, message_id=message_id)


def request(city, matter, *reasons, **more):
    more |= {"reasons": list(reasons)} if reasons else {}
    answer = say(city, matter, "correction_requested", message_id="ask", **more)
    assert answer.status == 200, answer
    return corrections.wanted(
        city.published, city.submission(), city.part(matter)["id"]
    )


def correct(city, wanted, **facts):
    answers = json.loads(city.submission()["answers"])
    answers["facts"] |= {f"company:{name}": value for name, value in facts.items()}
    city.clock.pass_(minutes=1)
    return corrections.correct(
        city.store,
        city.published,
        "s_one",
        wanted,
        answers,
        who="applicant",
        now=city.clock.text,
        new_id=city.new_id,
    )


def steps(city):
    view = progress(city.submission(), city.published.form)
    return {step.matter: (step.state, step.reasons) for step in view.steps}


def test_an_accepted_part_is_shown_as_accepted(applied):
    assert say(applied, "seal", "accepted", message_id="c_1").status == 200

    assert steps(applied)["seal"] == ("accepted", ())
    assert decide(applied, "seal").status == 200
    assert steps(applied)["seal"][0] == "decided"


def test_a_request_names_the_questions_to_ask_again_and_why(applied):
    date = {"pointer": "/RQ", "text": "Not a working day."}
    wanted = request(applied, "licence", NAME, date, NAME | {"text": "And too short."})

    assert [q.pointer for q in wanted.questions] == [
        "/facts/company:name",
        "/facts/company:founded",
    ]
    assert wanted.reasons["/facts/company:name"] == (
        "The name is taken.",
        "And too short.",
    )
    assert steps(applied)["licence"][0] == "correction"
    assert "The name is taken." in steps(applied)["licence"][1]


def test_what_another_window_kept_meanwhile_is_not_written_over(applied):
    wanted = request(applied, "licence", NAME)
    before, now = applied.submission(), applied.clock.text
    draft = corrections.begun(before, wanted)
    corrections.keep(applied.store, before, wanted, draft, now=now)

    with pytest.raises(Conflict):
        corrections.keep(applied.store, before, wanted, draft, now=now)

    again = applied.submission()
    corrections.keep(applied.store, again, wanted, draft, now=now)


def test_a_corrected_part_is_sent_again_whole_and_numbered(applied, office):
    before = applied.part("licence")
    wanted = request(applied, "licence", {"pointer": "/JYFW", "text": "Say more."})
    office.came.clear()
    answers = json.loads(applied.submission()["answers"])
    answers["matters"]["licence"]["JYFW"] = "茶叶批发"
    answers["facts"]["company:name"] = "not asked for"

    corrections.correct(
        applied.store,
        applied.published,
        "s_one",
        wanted,
        answers,
        who="applicant",
        now=applied.clock.text,
        new_id=applied.new_id,
    )
    applied.worker(office).run_once()

    ((url, _, body),) = office.came
    event = json.loads(body)
    assert url.endswith("/market")
    assert event["type"] == "part.updated"
    assert events.fault(event, "part.updated") == ""
    assert event["data"]["seq"] > before["made"]
    document = {"MC": "青山商贸", "RQ": "2026-11-20", "JYFW": "茶叶批发"}
    assert event["data"]["document"] == document
    assert event["data"]["changes"] == [
        {"pointer": "/JYFW", "before": "茶叶", "after": "茶叶批发"}
    ]
    assert applied.states()["licence"] == "ready"
    assert applied.part("licence")["earlier"][0]["body"] == before["body"]
    assert log.first_broken(applied.submission()["log"]) is None


def test_a_shared_fact_is_corrected_for_those_who_work_on_it_still(applied, office):
    wanted = request(applied, "licence", NAME)

    correct(applied, wanted, name="白山商贸")
    office.came.clear()
    applied.worker(office).run_once()

    told = {url.rpartition("/")[2]: json.loads(body) for url, _, body in office.came}
    assert {k: v["type"] for k, v in told.items()} == {
        "market": "part.updated",
        "police": "part.updated",
    }
    assert told["police"]["data"]["document"] == {"name": "白山商贸"}
    decide(applied, "licence", values=CODE)
    assert json.loads(applied.part("tax")["body"])["taxpayer"] == "白山商贸"


@pytest.mark.parametrize("by", ["accepted", "decided"])
def test_what_a_department_has_accepted_is_not_changed_under_its_hands(applied, by):
    if by == "accepted":
        say(applied, "seal", "accepted", message_id="c_1")
    else:
        decide(applied, "seal")
    before = applied.part("seal")

    correct(applied, request(applied, "licence", NAME), name="白山商贸")

    assert applied.part("seal") == before


def test_a_correction_is_written_down_without_its_values(applied):
    correct(applied, request(applied, "licence", NAME), name="白山商贸")

    told = json.dumps(applied.submission()["log"], ensure_ascii=False)
    assert "白山商贸" not in told
    assert "taken" not in told
    (entry,) = [e for e in applied.submission()["log"] if e["what"] == "corrected"]
    assert entry["detail"]["places"] == ["/facts/company:name"]
    origins = json.loads(applied.submission()["provenance"])
    assert origins["/facts/company:name"]["corrected"] is True


def test_a_correction_no_department_would_accept_is_refused_and_can_be_mended(applied):
    wanted, before = request(applied, "licence", NAME), applied.standing()

    with pytest.raises(Refused) as refused:
        correct(applied, wanted, name="长" * 25)

    assert {f.pointer for f in refused.value.faults} == {"/facts/company:name"}
    assert applied.standing() == before
    correct(applied, wanted, name="白山商贸")
    assert applied.states()["licence"] == "ready"


def test_a_part_is_corrected_once(applied):
    wanted = request(applied, "licence", NAME)
    correct(applied, wanted, name="白山商贸")

    with pytest.raises(Conflict):
        correct(applied, wanted, name="黑山商贸")

    assert json.loads(applied.part("licence")["body"])["MC"] == "白山商贸"


def test_a_part_that_was_decided_meanwhile_is_not_corrected(applied):
    wanted = request(applied, "licence", NAME)
    decide(applied, "licence", values=CODE)

    with pytest.raises(Conflict):
        correct(applied, wanted, name="白山商贸")


def test_a_material_is_asked_for_again(applied):
    wanted = request(applied, "licence", materials=[{"id": "lease", "text": "Blurred"}])

    assert (wanted.questions, wanted.materials) == ((), (("lease", "Blurred"),))
    assert steps(applied)["licence"] == ("correction", ("Blurred",))
    correct(applied, wanted)
    assert applied.submission()["deliveries"][-1]["type"] == "part.updated"


@pytest.mark.parametrize(
    ("matter", "more", "says_"),
    [
        ("licence", {}, "The body is no part.correction_requested event"),
        ("licence", {"reasons": []}, "The body is no part.correction_requested"),
        ("licence", {"reasons": [{"text": "no"}]}, "/data/reasons/0/pointer: required"),
        ("licence", {"reasons": [NAME, {"pointer": "/NO", "text": "x"}]}, "reasons/1/"),
        ("seal", {"reasons": [NAME]}, "/data/reasons/0/pointer: '/MC': the applicant"),
        (
            "licence",
            {"materials": [{"id": "ledger", "text": "x"}]},
            "/data/materials/0/id: the materials of this part are lease, id.",
        ),
    ],
)
def test_a_department_asks_only_for_what_is_its_own(applied, matter, more, says_):
    before = applied.standing()

    answer = say(applied, matter, "correction_requested", message_id="c_1", **more)

    assert (answer.status, says_ in answer.message) == (422, True), answer
    assert applied.standing() == before


def test_what_another_matter_issues_is_not_asked_of_the_applicant(applied):
    decide(applied, "licence", values=CODE)
    issued = [{"pointer": "/code", "text": "Wrong."}]

    answer = say(
        applied, "tax", "correction_requested", message_id="c_1", reasons=issued
    )

    assert answer.status == 422


def test_a_department_can_withdraw_what_it_asked(applied):
    wanted = request(applied, "licence", NAME, seq=3)
    say(applied, "licence", "accepted", message_id="c_2", seq=4)

    assert steps(applied)["licence"] == ("accepted", ())
    with pytest.raises(Conflict):
        correct(applied, wanted, name="白山商贸")


def test_a_call_about_the_document_before_is_refused(applied):
    late = says(applied, "licence", "accepted")
    correct(applied, request(applied, "licence", NAME), name="白山商贸")

    assert call(applied, "licence", late, message_id="late").status == 409


def test_the_earlier_document_is_still_sent_as_it_was(applied, office):
    first = next(b for url, _, b in office.came if url.endswith("market"))
    correct(applied, request(applied, "licence", NAME), name="白山商贸")

    submission = applied.submission()
    old = next(d for d in submission["deliveries"] if d["department"] == "market")
    assert events.body(submission, old, payload="full", links=applied.links) == first
    assert events.outgoing_fault(applied.published, submission, old, first) == ""


EVENTS = [
    ("licence", "accepted", {"seq": 2}),
    ("licence", "correction_requested", {"seq": 3, "reasons": [NAME]}),
    ("licence", "accepted", {"seq": 4}),
    ("licence", "decided", {"seq": 5, "outcome": "approved", "values": CODE}),
    ("seal", "correction_requested", {"reasons": [{"pointer": "/name", "text": "x"}]}),
    ("seal", "accepted", {}),
    (
        "seal",
        "correction_requested",
        {"materials": [], "reasons": [{"pointer": "", "text": "y"}]},
    ),
]
del EVENTS[-1][2]["materials"]


@settings(max_examples=12)
@given(
    order=st.permutations(range(len(EVENTS))),
    chosen=st.sets(st.integers(0, len(EVENTS) - 1)),
    again=st.lists(st.integers(0, len(EVENTS) - 1), max_size=5),
)
def test_the_same_events_in_any_order_and_number_bring_the_same_state(
    new_city, order, chosen, again
):
    """Law: a case is a fold over what was said, not over when it came."""

    def state(numbers):
        city = new_city()
        city.connect_all("https://example.org")
        city.apply()
        made = [says(city, m, type_, **more) for m, type_, more in EVENTS]
        for number in numbers:
            matter = EVENTS[number][0]
            answer = call(city, matter, made[number], message_id=f"c_{number}")
            assert answer.status == 200, answer
            city.clock.pass_(seconds=1)
        submission = city.submission()
        view = progress(submission, city.published.form)
        stands = {p["id"]: p["state"] for p in submission["parts"]}
        folded = fold(submission["log"])
        assert {k: v for k, v in stands.items() if v != "waiting"} == {
            part: each.state for part, each in folded.items()
        }
        city.store.close()
        told = [(s.matter, s.state, s.outcome, s.reasons) for s in view.steps]
        return told, submission["results"], submission["status"], folded

    once = sorted(chosen)
    shuffled = [number for number in order if number in chosen]
    repeats = [number for number in again if number in chosen]

    assert state(shuffled + repeats) == state(once)


ENTRIES = st.lists(
    st.fixed_dictionaries(
        {
            "what": st.sampled_from(sorted(RANKS)),
            "detail": st.fixed_dictionaries(
                {
                    "part": st.sampled_from(["p_1", "p_2"]),
                    "made": st.integers(1, 2),
                    "order": st.integers(2, 4),
                    "message": st.sampled_from("abcdef"),
                }
            ),
        }
    ),
    max_size=8,
)
OWN = [
    {"what": "part.ready", "detail": {"part": "p_1", "made": 1}},
    {"what": "part.ready", "detail": {"part": "p_2", "made": 1}},
    {"what": "part.updated", "detail": {"part": "p_1", "made": 2}},
]


@given(ENTRIES, st.randoms(use_true_random=False))
def test_the_fold_does_not_look_at_the_order_or_the_number(entries, random):
    before = deepcopy(entries)
    mixed = [*OWN, *entries, *random.sample(entries, len(entries))]
    own = iter(OWN)
    random.shuffle(mixed)
    # What we do ourselves stands in its order; the rest may stand anywhere.
    mixed = [next(own) if each in OWN else each for each in mixed]

    assert fold(mixed) == fold([*OWN, *entries])
    assert entries == before


def test_a_decision_is_final_and_of_the_rest_the_last_number_counts():
    def stands(*calls):
        said = [
            {
                "what": f"part.{what}",
                "detail": {"part": "p_1", "made": 1, "order": order, "message": id_},
            }
            for what, order, id_ in calls
        ]
        return fold([OWN[0], *said])["p_1"]

    ask, yes = "correction_requested", "accepted"
    assert stands() == Standing(state="ready")
    assert stands((ask, 2, "a"), (yes, 2, "b")).state == "correction"
    assert stands((ask, 2, "a"), (yes, 3, "b")).state == "accepted"
    assert stands((ask, 4, "b"), (yes, 3, "x"), (ask, 2, "a")).messages == ("b",)
    assert stands((ask, 4, "b"), (ask, 3, "a")).messages == ("a", "b")
    assert stands(("decided", 2, "d"), (ask, 9, "a")) == Standing(
        state="decided", messages=("d",)
    )


def test_what_contradicts_an_answer_that_is_not_asked_again_is_left_to_people(forms):
    judge, answers = Judge(forms["newborn_birth"]), sample("newborn_birth")["answers"]
    facts = {**answers["facts"], "mother:person.age": 29}
    older = {**answers, "facts": facts}

    assert [fault.keyword for fault in judge.faults(older)] == ["check"]
    assert corrections.faults(judge, older) == ()
    facts["mother:person.id_number"] = "42011619960312246"
    wrong = {fault.keyword for fault in corrections.faults(judge, older)}
    assert wrong == {"citizen_number"}
