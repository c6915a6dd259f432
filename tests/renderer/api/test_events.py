"""Programs pull what happened, and see no more than they may."""

from functools import partial

import pytest

from submissions import feed


@pytest.fixture
def submit(filled):
    """Return a function that submits and takes the event into the feed."""

    def send(program, key):
        store = program.app.extensions["yibiao"].store
        id_ = program.submit({"answers": filled}, key=key).json["id"]
        now = "2026-11-22T03:04:05.000Z"
        feed.take_in(store, store.get("submissions", id_), now=now)
        return id_

    return send


def pull(program, after="", **more):
    query = "&".join(f"{name}={value}" for name, value in more.items())
    answer = program.call("GET", f"/events?after={after}&{query}")
    assert answer.status_code == 200
    return answer.json


def told(page):
    return [each["event"]["data"]["submission"] for each in page["events"]]


def test_a_program_sees_what_it_sent_and_one_that_observes_sees_all(
    new_program, submit
):
    one, other = new_program(), new_program()
    observer = new_program(scopes=("observe",))
    elsewhere = new_program("enterprise_setup", scopes=("observe",))
    begin = {each.id: pull(each, limit=500)["next"] for each in (one, observer)}

    first, second = submit(one, "first"), submit(other, "second")

    own, seen = (pull(each, begin[each.id]) for each in (one, observer))
    assert (told(own), told(seen)) == ([first], [first, second])
    assert own["events"][0] == seen["events"][0]
    assert pull(one, own["next"]) == {"events": [], "next": own["next"], "more": False}
    page = pull(observer, begin[observer.id], limit=1)
    assert (told(page), page["more"]) == ([first], True)
    assert told(pull(elsewhere)) == []
    assert observer.submit({"answers": {"facts": {}}}).status_code == 403


def test_who_observes_follows_the_address_of_an_event_and_it_is_written_down(
    new_program, submit
):
    program, observer = new_program(), new_program(scopes=("observe",))
    id_ = submit(program, "observed")
    event = pull(observer, limit=500)["events"][-1]["event"]

    follow = partial(observer.call, "GET")
    path = event["data"]["href"].removeprefix("/api/v1")
    assert [follow(path).json["id"] for _ in range(2)] == [id_, id_]

    store = program.app.extensions["yibiao"].store
    log = store.get("submissions", id_)["log"]
    looked = [entry["who"] for entry in log if entry["what"] == "submission.fetched"]
    assert looked == [observer.id]


@pytest.mark.parametrize(
    ("query", "status", "kind"),
    [
        ("limit=0", 422, "parameter-refused"),
        ("limit=501", 422, "parameter-refused"),
        ("limit=x", 422, "parameter-refused"),
        ("after=x", 422, "parameter-refused"),
        ("after=f99999999", 410, "cursor-gone"),
    ],
)
def test_what_cannot_be_read_is_refused_with_the_repair(program, query, status, kind):
    refused = program.call("GET", f"/events?{query}")

    assert (refused.status_code, refused.json["type"].partition("#")[2]) == (
        status,
        kind,
    )
    assert refused.json["detail"]
