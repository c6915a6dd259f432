"""A department's receiver to try against: it verifies, judges, shows and answers.

It is an example for integrators and a second opinion on ourselves: the signature is
judged by a library we did not write, the document by another JSON Schema validator
than the one that accepted it.
"""

import json
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace
from datetime import UTC, datetime
from importlib.resources import files
from threading import Event
from typing import Any, Literal, TypeAlias

import urllib3
from flask import Flask, Response, jsonify, render_template, request
from jsonschema import FormatChecker
from jsonschema.validators import Draft202012Validator, validator_for
from standardwebhooks import Webhook, WebhookVerificationError

from builder.model import Matter, MatterId, Schema
from renderer.inbox import Arrival, Inbox
from submissions.clock import utc_now, utc_text
from submissions.numbers import hidden
from submissions.observing import TYPES

#: The secret of a department's endpoint, `whsec_...`, or None for a stranger.
SecretOf = Callable[[str], str | None]
#: Seconds between the tries of one answer; then it is given up and said so.
PATIENCE = (0.0, 0.1, 0.3, 1.0, 3.0)
ACCEPTED = range(200, 300)
#: The events a department gets, and with those of observers all there are.
PARTS = ("part.ready", "part.updated")
EVENTS = (*PARTS, *TYPES, "material.supplied", "ping")


#: How the receiver behaves: as it should; as one that is broken; as one that answers
#: only when the sender has given up.
Behaviour: TypeAlias = Literal["200", "500", "slow"]
#: Longer than any sender waits, seconds.
SLOW = 20.0


class Answers:
    """Sends results back to the product, after the 2xx and never in its way."""

    def __init__(
        self,
        product: str,
        results: Mapping[str, Mapping[str, Any]],
        secret_of: SecretOf,
    ) -> None:
        """Take where to send to and what to send.

        Args:
            product: address of the product, such as "http://127.0.0.1:8000".
            results: the value of each fact a matter issues, by matter and fact.
            secret_of: signs the answer as the department that decided.
        """
        self._product = product.rstrip("/")
        self._results = results
        self._secret_of = secret_of
        self._threads = ThreadPoolExecutor(max_workers=1)
        self._stopped = Event()
        self._http = urllib3.PoolManager(retries=False, timeout=10)

    def send(self, arrival: Arrival, done: Callable[[str], None]) -> None:
        """Answer a part with its matter's result, if the matter has one.

        Args:
            arrival: a part that came.
            done: is told what became of the answer.
        """
        values = self._results.get(arrival.matter)
        if values and not self._stopped.is_set():
            self._threads.submit(lambda: done(self._deliver(arrival, values)))

    def fetch(
        self, arrival: Arrival, done: Callable[[Mapping[str, Any], str], None]
    ) -> None:
        """Get the whole event of a thin one.

        Args:
            done: is told its `data`, and why there is none ("" if there is).
        """
        if not self._stopped.is_set():
            self._threads.submit(lambda: done(*self._fetched(arrival)))

    def close(self) -> None:
        """Give up what was not answered yet."""
        self._stopped.set()
        self._threads.shutdown(cancel_futures=True)

    def _deliver(self, arrival: Arrival, values: Mapping[str, Any]) -> str:
        body = json.dumps(decision(arrival, values, now=datetime.now(UTC)))
        path, said = f"/api/v1/parts/{arrival.part}/events", "not sent"
        for delay in PATIENCE:
            if self._stopped.wait(delay):
                break
            message = f"decided_{arrival.part}_{arrival.seq}"
            said, _ = self._call("POST", path, arrival, message, body)
            if not said:
                return "accepted"
        return said

    def _fetched(self, arrival: Arrival) -> tuple[Mapping[str, Any], str]:
        why, answer = self._call("GET", arrival.href, arrival, arrival.part, "")
        return ({} if why else json.loads(answer)["data"]), why

    def _call(
        self, method: str, path: str, arrival: Arrival, message: str, body: str
    ) -> tuple[str, bytes]:
        """Return why the product did not do it ("" if it did), and its answer."""
        secret, now = self._secret_of(arrival.department) or "", datetime.now(UTC)
        headers = {
            "content-type": "application/json",
            "webhook-id": message,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": Webhook(secret).sign(message, now, body),
        }
        try:
            answer = self._http.request(
                method, f"{self._product}{path}", body=body.encode(), headers=headers
            )
        except urllib3.exceptions.HTTPError as error:
            return f"{type(error).__name__}", b""
        if answer.status in ACCEPTED:
            return "", answer.data
        text = answer.data.decode(errors="replace")[:200]
        return f"{answer.status} {text}", answer.data


def decision(
    arrival: Arrival, values: Mapping[str, Any], *, now: datetime
) -> dict[str, Any]:
    """Return the `part.decided` event that approves a part.

    Args:
        arrival: the part as it came.
        values: what the matter issues, by fact, in canonical form.
        now: the time of the decision, UTC.
    """
    data = {
        "part": arrival.part,
        "digest": arrival.digest,
        "seq": arrival.seq + 1,
        "outcome": "approved",
        "values": dict(values),
    }
    return {"type": "part.decided", "timestamp": utc_text(now), "data": data}


def verify(
    body: bytes,
    headers: Mapping[str, str],
    *,
    secret: str | None,
    matters: Mapping[MatterId, Matter],
) -> tuple[dict[str, Any] | None, str]:
    """Return the event in a message and why it is not good ("" if it is).

    The event is None when the signature is not good: then nothing in it counts.
    """
    if secret is None:
        return None, "no such department here"
    try:
        event = Webhook(secret).verify(body, dict(headers))
    except (WebhookVerificationError, ValueError, RecursionError) as error:
        return None, f"the signature is not good: {error}"
    fault = event_fault(event)
    if fault or event["type"] not in PARTS:
        return event if isinstance(event, dict) else {}, fault
    return event, document_fault(event["data"], matters)


def document_fault(data: Mapping[str, Any], matters: Mapping[MatterId, Matter]) -> str:
    """Say what is wrong with the document of a part; "" if it is not here yet."""
    matter = matters.get(MatterId(data["matter"]))
    if matter is None:
        return f"no such matter here: {data['matter']}"
    return first_fault(matter, data["document"]) if "document" in data else ""


def event_fault(event: Any) -> str:
    """Say where a body breaks the schema of its event; "" if nowhere.

    An event of a type that was not there when this was written is none of ours.
    """
    type_ = event.get("type") if isinstance(event, dict) else None
    if not isinstance(type_, str):
        return "$: an event is an object with a type"
    text = (files("submissions.delivery") / "schemas/events.json").read_bytes()
    known = json.loads(text)["$defs"]
    schema = {"$defs": known, "$ref": f"#/$defs/{type_}"}
    return _fault(schema, event) if type_ in EVENTS else ""


def first_fault(matter: Matter, document: Any) -> str:
    """Say where a document breaks its matter's own schema; "" if nowhere."""
    return _fault(matter.schema, document)


def _fault(schema: Schema, document: Any) -> str:
    validator = validator_for(schema, default=Draft202012Validator)
    checker = validator(schema, format_checker=FormatChecker())
    for fault in checker.iter_errors(document):
        return f"{fault.json_path}: {fault.validator} {fault.validator_value!r}"
    return ""


def arrival_of(
    department: str, id_: str, event: Mapping[str, Any] | None, why: str, *, at: str
) -> Arrival:
    """Return what is kept of a message."""
    event = event or {}
    data = event.get("data")
    data = data if isinstance(data, dict) else {}
    names = ("ref", "affair", "matter", "part", "digest", "href")
    texts: dict[str, Any] = {
        name: data[name] for name in names if isinstance(data.get(name), str)
    }
    seq = data.get("seq")
    return Arrival(
        id=id_,
        at=at,
        department=department,
        type=str(event.get("type", "")),
        verified=not why,
        why=why,
        **texts,
        seq=seq if isinstance(seq, int) else 0,
        document=data.get("document"),
        materials=data.get("materials"),
    )


class Receiver:
    """What the addresses of the sample receiver do."""

    def __init__(
        self,
        *,
        secret_of: SecretOf,
        matters: Mapping[MatterId, Matter],
        answers: Answers,
        inbox: Inbox,
        behaviour: Behaviour = "200",
    ) -> None:
        """Take what it knows; what an earlier one had not answered is answered now."""
        self._secret_of = secret_of
        self._matters = matters
        self._answers = answers
        self._inbox = inbox
        self._behaviour = behaviour
        for arrival in inbox.all():
            if arrival.verified and not arrival.answer:
                self._work(arrival)

    def receive(self, department: str) -> tuple[str | Response, int]:
        """Take one message: verify, keep, answer."""
        event, why = verify(
            request.get_data(),
            dict(request.headers),
            secret=self._secret_of(department),
            matters=self._matters,
        )
        if self._behaviour == "slow":
            time.sleep(SLOW)
        if self._behaviour == "500":
            return "told to fail", 500
        if event is not None and not why and event["type"] == "ping":
            return jsonify({"challenge": event["data"]["challenge"]}), 200
        id_ = request.headers.get("webhook-id", "")
        arrival = arrival_of(department, id_, event, why, at=utc_text(utc_now()))
        first = self._inbox.keep(arrival)
        if why:
            return why, 401 if event is None else 422
        if first:
            self._work(arrival)
        return "", 204

    def received(self) -> Response:
        """Tell what came, as JSON."""
        return jsonify([asdict(arrival) for arrival in self._inbox.all()])

    def show(self) -> str:
        """Show what came, the last first, without whole identity numbers."""
        arrivals = [
            (each, hidden(json.dumps(each.document, ensure_ascii=False, indent=1)))
            for each in reversed(self._inbox.all())
        ]
        return render_template(
            "receiver.html", arrivals=arrivals, matters=self._matters
        )

    def _work(self, arrival: Arrival) -> None:
        """Do what a department does once a part is safe with it."""
        if arrival.type not in PARTS:
            return
        if arrival.href and arrival.document is None:
            self._answers.fetch(
                arrival, lambda data, why: self._fetched(arrival, data, why)
            )
            return
        self._answers.send(
            arrival, lambda said: self._inbox.note(arrival.id, answer=said)
        )

    def _fetched(self, arrival: Arrival, data: Mapping[str, Any], why: str) -> None:
        why = why or document_fault(data, self._matters)
        document, materials = data.get("document"), data.get("materials")
        said = {"document": document, "materials": materials}
        self._inbox.note(arrival.id, **said, verified=not why, why=why)
        if not why:
            self._work(replace(arrival, document=document, materials=materials))


def create_receiver(
    *,
    secret_of: SecretOf,
    matters: Mapping[MatterId, Matter],
    answers: Answers,
    inbox: Inbox | None = None,
    behaviour: Behaviour = "200",
) -> Flask:
    """Return the receiver as a web application: one address per department."""
    receiver = Receiver(
        secret_of=secret_of,
        matters=matters,
        answers=answers,
        inbox=inbox or Inbox(),
        behaviour=behaviour,
    )
    app = Flask(__name__)
    app.add_url_rule("/<department>", view_func=receiver.receive, methods=["POST"])
    app.add_url_rule("/received.json", view_func=receiver.received)
    app.add_url_rule("/", view_func=receiver.show)
    return app
