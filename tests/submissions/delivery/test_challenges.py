"""Nothing is sent to an endpoint before it has echoed a signed challenge."""

import json
import logging
from datetime import UTC, timedelta
from email.utils import format_datetime
from functools import partial

import pytest

from submissions import endpoints, outbound, routing
from submissions.delivery import events, webhook
from submissions.errors import SignatureError
from submissions.outbound import Result

SECRET = webhook.new_secret(lambda length: b"s" * length)


@pytest.fixture
def added(city):
    """The id of an endpoint that nobody verified yet, with a part that waits for it."""
    id_ = endpoints.add(
        city.store,
        department="police",
        area="",
        url="https://police.example.org",
        secret=SECRET,
        now=city.clock.text,
        new_id=city.new_id,
    )
    city.apply()
    return id_


def state(city, id_):
    return endpoints.get(city.store, id_).state


def sent(city):
    return [d["endpoint"] for d in city.submission()["deliveries"]]


class Post:
    """Answers as it is told; remembers what came."""

    def __init__(self, answer):
        self.answer = answer
        self.came = []

    def __call__(self, _url, headers, body, **_):
        event = json.loads(body)
        self.came.append((headers, body, event))
        if event["type"] != "ping":
            return Result(status=204)
        return self.answer(event["data"]["challenge"])


def json_echo(challenge):
    body = json.dumps({"challenge": challenge, "more": 1}).encode()
    return Result(status=200, answer=body)


def test_an_endpoint_gets_its_parts_once_it_has_echoed_the_challenge(city, added):
    post = Post(json_echo)
    worker = city.worker(post)
    assert (state(city, added), sent(city)) == ("unverified", [])

    assert worker.run_once() == 1
    assert (state(city, added), sent(city)) == ("active", [added])
    worker.run_once()

    assert [event["type"] for _, _, event in post.came] == ["ping", "part.ready"]
    assert worker.run_once() == 0


def test_the_challenge_is_signed_and_as_its_schema_says(city, added):
    post = Post(json_echo)
    city.worker(post).run_once()
    headers, body, event = post.came[0]

    assert (
        webhook.verify(
            body, headers, secrets=[SECRET], now=int(city.clock().timestamp())
        )
        == headers["webhook-id"]
    )
    assert events.fault(event, "ping") == ""
    assert event["data"]["endpoint"] == added


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (lambda _: Result(status=204), "did not echo the challenge"),
        (lambda _: Result(status=200, answer=b"ok"), "did not echo the challenge"),
        (lambda _: Result(status=200, answer=b'["c"]'), "did not echo the challenge"),
        (lambda c: Result(status=401, answer=c.encode()), "answered 401"),
        (lambda c: Result(status=302, answer=c.encode()), "answered 302"),
        (lambda _: Result(error="deadline"), "deadline"),
    ],
    ids=["nothing", "ok", "a list", "refused", "elsewhere", "late"],
)
def test_what_does_not_echo_gets_nothing_and_is_asked_again(city, added, answer, error):
    post = Post(answer)
    worker = city.worker(post)
    worker.run_once()

    assert (state(city, added), sent(city)) == ("unverified", [])
    assert endpoints.get(city.store, added).pinged["error"] == error
    assert worker.run_once() == 0
    city.clock.pass_(seconds=13)
    post.answer = json_echo
    assert worker.run_once() == 1
    assert state(city, added) == "active"
    assert len({headers["webhook-id"] for headers, _, _ in post.came}) == 1
    assert len({body for _, body, _ in post.came}) == 1


def test_plain_text_is_an_echo_too(city, added):
    post = Post(lambda challenge: Result(status=200, answer=f"{challenge}\n".encode()))
    city.worker(post).run_once()

    assert state(city, added) == "active"


def test_who_never_echoes_is_asked_by_a_person_again(city, added):
    post = Post(lambda _: Result(status=404))
    worker = city.worker(post)
    for _ in range(20):
        worker.run_once()
        city.clock.pass_(days=2)
    assert (len(post.came), worker.run_once()) == (17, 0)

    endpoints.ping(city.store, added, now=city.clock.text)
    post.answer = json_echo
    worker.run_once()

    assert state(city, added) == "active"


def test_a_person_cannot_skip_the_challenge(city, added):
    endpoints.pause(city.store, added)
    routing.resume(city.store, added, now=city.clock.text)

    assert (state(city, added), sent(city)) == ("unverified", [])
    city.worker(Post(json_echo)).run_once()
    assert state(city, added) == "active"


def test_an_endpoint_that_was_paused_is_not_started_by_a_ping(city, added):
    post = Post(json_echo)
    worker = city.worker(post)
    while worker.run_once():
        pass
    endpoints.pause(city.store, added)
    endpoints.ping(city.store, added, now=city.clock.text)
    worker.run_once()

    assert state(city, added) == "paused"
    assert endpoints.get(city.store, added).pinged["error"] is None


def test_a_worker_that_dies_while_it_asks_is_followed_by_another(city, added):
    class Killed(BaseException):
        """As a signal would end it."""

    def die(*_, **__):
        raise Killed

    with pytest.raises(Killed):
        city.worker(die).run_once()
    follower = city.worker(Post(json_echo), owner="w2")
    assert follower.run_once() == 0
    city.clock.pass_(seconds=61)
    assert follower.run_once() == 1
    assert state(city, added) == "active"


def test_a_new_secret_signs_beside_the_old_one_until_that_ends(city, added):
    new = webhook.new_secret(lambda length: b"n" * length)
    newest = webhook.new_secret(lambda length: b"o" * length)
    endpoints.rotate(city.store, added, new, now=city.clock.text, days=2)
    endpoints.rotate(city.store, added, newest, now=city.clock.text, days=7)
    third = webhook.new_secret(lambda length: b"x" * length)

    def opens(secret):
        post = Post(json_echo)
        endpoints.ping(city.store, added, now=city.clock.text)
        city.worker(post).run_once()
        headers, body, _ = post.came[0]
        now = int(city.clock().timestamp())
        try:
            return webhook.verify(body, headers, secrets=[secret], now=now) != ""
        except SignatureError:
            return False

    everyone = (SECRET, new, newest, third)
    assert [opens(each) for each in everyone] == [True, True, True, False]
    city.clock.pass_(days=3)
    assert [opens(each) for each in everyone] == [False, True, True, False]
    city.clock.pass_(days=5)
    assert [opens(each) for each in everyone] == [False, False, True, False]


@pytest.mark.parametrize(("seconds", "warned"), [(30, False), (90, True), (-90, True)])
def test_a_receiver_whose_clock_is_off_is_warned_of(
    city, added, caplog, seconds, warned
):
    date = format_datetime(city.clock().astimezone(UTC) + timedelta(seconds=seconds))
    caplog.set_level(logging.INFO)

    city.worker(Post(lambda _: Result(status=200, date=date))).run_once()

    assert (f"receiver.clock endpoint={added}" in caplog.text) is warned


def test_over_real_http_a_receiver_echoes_and_is_verified(city, receiver):
    def handle(request, body):
        event = json.loads(body)
        answer = json.dumps(event["data"]).encode()
        request.send_response(200)
        request.send_header("content-length", str(len(answer)))
        request.end_headers()
        request.wfile.write(answer)

    where = receiver(handle)
    id_ = endpoints.add(
        city.store,
        department="police",
        area="",
        url=f"http://{where}",
        secret=SECRET,
        now=city.clock.text,
    )
    city.worker(partial(outbound.post, allowed={where})).run_once()

    assert state(city, id_) == "active"
