"""A department's receiver to try against: it verifies, judges, shows and answers.

It is an example for integrators and a second opinion on ourselves: the signature is
judged by a library we did not write, the document by another JSON Schema validator
than the one that accepted it.
"""

import json
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from importlib.resources import files
from threading import Event, Lock
from typing import Any

import urllib3
from flask import Flask, Response, jsonify, render_template, request
from jsonschema import FormatChecker
from jsonschema.validators import Draft202012Validator, validator_for
from standardwebhooks import Webhook, WebhookVerificationError

from builder.model import Matter, MatterId, Schema
from submissions.clock import utc_now, utc_text

#: The secret of a department's endpoint, `whsec_...`, or None for a stranger.
SecretOf = Callable[[str], str | None]
#: Seconds between the tries of one answer; then it is given up and said so.
PATIENCE = (0.0, 0.1, 0.3, 1.0, 3.0)
ACCEPTED = range(200, 300)
#: The events a department gets.
EVENTS = ("part.ready", "ping")


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """One message that came, and what we think of it."""

    #: `webhook-id`: the same for every try of one delivery.
    id: str
    at: str
    department: str
    type: str = ""
    ref: str = ""
    affair: str = ""
    matter: str = ""
    part: str = ""
    #: The signature is good and the document is valid by the matter's own schema.
    verified: bool = False
    #: Why not; empty when verified.
    why: str = ""
    document: Any = None
    #: How often it came.
    times: int = 1
    #: What became of our answer to it; empty while there is none.
    answer: str = ""


class Inbox:
    """What arrived since the receiver was started, oldest first."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._arrivals: dict[str, Arrival] = {}

    def keep(self, arrival: Arrival) -> bool:
        """Remember an arrival; return whether it is the first good one of its id."""
        with self._lock:
            before = self._arrivals.get(arrival.id)
            times = before.times + 1 if before else 1
            if before and before.verified:
                self._arrivals[arrival.id] = replace(before, times=times)
                return False
            self._arrivals[arrival.id] = replace(arrival, times=times)
            return arrival.verified

    def note(self, id_: str, answer: str) -> None:
        """Remember what became of our answer to a message."""
        with self._lock:
            self._arrivals[id_] = replace(self._arrivals[id_], answer=answer)

    def all(self) -> list[Arrival]:
        """Return every arrival, oldest first."""
        with self._lock:
            return list(self._arrivals.values())


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

    def send(self, event: Mapping[str, Any], done: Callable[[str], None]) -> None:
        """Answer a part with its matter's result, if the matter has one.

        Args:
            event: a `part.ready` as it came.
            done: is told what became of the answer.
        """
        values = self._results.get(event["data"]["matter"])
        if values and not self._stopped.is_set():
            self._threads.submit(lambda: done(self._deliver(event["data"], values)))

    def close(self) -> None:
        """Give up what was not answered yet."""
        self._stopped.set()
        self._threads.shutdown(cancel_futures=True)

    def _deliver(self, part: Mapping[str, Any], values: Mapping[str, Any]) -> str:
        body = json.dumps(decision(part, values, now=datetime.now(UTC)))
        url = f"{self._product}/api/v1/parts/{part['part']}/events"
        said = "not sent"
        for delay in PATIENCE:
            if self._stopped.wait(delay):
                break
            said = self._post(url, part, body)
            if said == "accepted":
                break
        return said

    def _post(self, url: str, part: Mapping[str, Any], body: str) -> str:
        secret = self._secret_of(part["department"]) or ""
        message, now = f"decided_{part['part']}", datetime.now(UTC)
        headers = {
            "content-type": "application/json",
            "webhook-id": message,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": Webhook(secret).sign(message, now, body),
        }
        try:
            answer = self._http.request(
                "POST", url, body=body.encode(), headers=headers
            )
        except urllib3.exceptions.HTTPError as error:
            return f"{type(error).__name__}"
        if answer.status in ACCEPTED:
            return "accepted"
        return f"{answer.status} {answer.data.decode(errors='replace')[:200]}"


def decision(
    part: Mapping[str, Any], values: Mapping[str, Any], *, now: datetime
) -> dict[str, Any]:
    """Return the `part.decided` event that approves a part.

    Args:
        part: the `data` of its `part.ready`.
        values: what the matter issues, by fact, in canonical form.
        now: the time of the decision, UTC.
    """
    data = {
        "part": part["part"],
        "digest": part["digest"],
        "seq": part["seq"] + 1,
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
    if fault or event["type"] != "part.ready":
        return event if isinstance(event, dict) else {}, fault
    matter = matters.get(MatterId(event["data"]["matter"]))
    if matter is None:
        return event, f"no such matter here: {event['data']['matter']}"
    return event, first_fault(matter, event["data"]["document"])


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
    names = ("ref", "affair", "matter", "part")
    texts: dict[str, Any] = {
        name: data[name] for name in names if isinstance(data.get(name), str)
    }
    return Arrival(
        id=id_,
        at=at,
        department=department,
        type=str(event.get("type", "")),
        verified=not why,
        why=why,
        **texts,
        document=data.get("document"),
    )


def create_receiver(
    *, secret_of: SecretOf, matters: Mapping[MatterId, Matter], answers: Answers
) -> Flask:
    """Return the receiver as a web application: one address per department."""
    app = Flask(__name__)
    inbox = Inbox()

    @app.post("/<department>")
    def receive(department: str) -> tuple[str, int]:
        event, why = verify(
            request.get_data(),
            dict(request.headers),
            secret=secret_of(department),
            matters=matters,
        )
        id_ = request.headers.get("webhook-id", "")
        at = utc_text(utc_now())
        first = inbox.keep(arrival_of(department, id_, event, why, at=at))
        if event is None:
            return why, 401
        if why:
            return why, 422
        if first and event["type"] == "part.ready":
            answers.send(event, lambda said: inbox.note(id_, said))
        return "", 204

    @app.get("/received.json")
    def received() -> Response:
        return jsonify([asdict(arrival) for arrival in inbox.all()])

    @app.get("/")
    def show() -> str:
        arrivals = [
            (each, json.dumps(each.document, ensure_ascii=False, indent=1))
            for each in reversed(inbox.all())
        ]
        return render_template("receiver.html", arrivals=arrivals, matters=matters)

    return app
