"""A submission after it was accepted: what departments say, and what follows."""

import json
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import orjson

from builder.model import FactId
from builder.places import fact_pointer
from submissions import calls, canonical, inbox, log, observing, packs, parts, routing
from submissions.calls import Answer, Call, Refusal
from submissions.clock import parse
from submissions.delivery import events, webhook
from submissions.errors import VerificationError
from submissions.files.links import Links
from submissions.finding import indexed
from submissions.folding import fold
from submissions.ids import NewId, new_id
from submissions.observing import Observers
from submissions.packs import Published
from submissions.store.contract import Document, Store

#: Calls of a department about one part, and fetches of its document, that are kept.
MOST_CALLS = 200
#: Refused calls about one part that are written down, and repeated ones: a stranger
#: must not fill the log.
MOST_NOTED = 20

_DONE = Answer(200, "Recorded.")
_KNOWN = Answer(200, "Known already; nothing was changed.")
_NO_PART = Answer(404, "There is no such part.")


def receive(
    store: Store,
    part_id: str,
    headers: Mapping[str, str],
    body: bytes,
    *,
    now: str,
    new_id: NewId = new_id,
) -> Answer:
    """Take a department's signed call about one of its parts.

    What it says, the facts it brings, the parts these release and their deliveries are
    recorded in one write. The same message again changes nothing.

    Args:
        body: the exact bytes that came.

    Raises:
        Conflict, StoreUnavailableError: nothing was recorded; send it again.
    """
    submission = _with_part(store, part_id)
    if submission is None:
        return _NO_PART
    try:
        message = _verified(store, submission, part_id, headers, body, now=now)
        call = calls.read(body, part_id, message=message, at=now)
        return _taken(store, submission, call, new_id)
    except (VerificationError, Refusal) as refused:
        answer = _answer_to(refused)
        _note(store, submission, part_id, "call.refused", now=now, status=answer.status)
        return answer


def say(
    store: Store,
    part_id: str,
    type_: str,
    data: Mapping[str, Any],
    *,
    message: str,
    who: str,
    now: str,
    new_id: NewId = new_id,
) -> Answer:
    """Take what a member of a department's staff says of its part, at the desk.

    The same event as in a signed call, with the same checks and to the same effect.

    Args:
        type_: of the event, such as "part.decided".
        data: what it says: the digest of the document that was read, and the rest.
        message: what tells it from another; the same again changes nothing.
        who: the member of staff; the case remembers them.

    Raises:
        Conflict, StoreUnavailableError: nothing was recorded; send it again.
    """
    submission = _with_part(store, part_id)
    if submission is None:
        return _NO_PART
    said = {"type": type_, "timestamp": now, "data": {"part": part_id, **data}}
    body = orjson.dumps(said)
    try:
        call = calls.read(body, part_id, message=message, at=now)
        return _taken(store, submission, replace(call, by=who), new_id)
    except Refusal as refused:
        return refused.answer


def _taken(store: Store, submission: Document, call: Call, new_id: NewId) -> Answer:
    """Record what a call says, if it may be said.

    Raises:
        Refusal: nothing was recorded.
    """
    published = packs.load(store, submission["pack_version"])
    calls.check(published, submission, call)
    take = partial(_with_call, store, published, call, new_id=new_id)
    stored = store.update("submissions", submission["_id"], take)
    routing.look_again(store, stored, now=call.at, new_id=new_id)
    if call.key in stored["messages"] and call.key not in submission["messages"]:
        return _DONE
    said = {"now": call.at, "message": call.message}
    _note(store, submission, call.part, "call.repeated", **said)
    return _KNOWN


def _answer_to(refused: VerificationError | Refusal) -> Answer:
    return refused.answer if isinstance(refused, Refusal) else Answer(401, str(refused))


def fetch(
    store: Store, part_id: str, headers: Mapping[str, str], *, links: Links, now: str
) -> Answer:
    """Give a department the event with the document of its part, and write it down.

    For who gets thin events. The request is signed as a message with the part's id and
    an empty body.

    Raises:
        Conflict: other writers were faster every time; the department tries again.
        StoreUnavailableError: the fetch cannot be written down; nothing is given.
    """
    submission = _with_part(store, part_id)
    if submission is None:
        return _NO_PART
    try:
        message = _verified(store, submission, part_id, headers, b"", now=now)
    except VerificationError as error:
        return Answer(401, str(error))
    if message != part_id:
        return Answer(401, f"webhook-id must be {part_id!r}, as in the address.")
    part = _part(submission, part_id)
    if "body" not in part:
        return Answer(409, "The document is not made yet.")
    fetches = [e for e in submission["log"] if e["what"] == "part.fetched"]
    if sum(e["detail"]["part"] == part_id for e in fetches) >= MOST_CALLS:
        return Answer(429, "This document was fetched too often: keep what you got.")
    said = {"what": "part.fetched", "part": part_id, "made": part["made"]}
    store.update(
        "submissions",
        submission["_id"],
        lambda found: {
            **found,
            **log.kept(
                log.append(found["log"], at=now, who=part["department"], **said)
            ),
        },
    )
    delivery = routing.delivery_of(part, "", now, lambda _: part_id)
    return Answer(200, events.body(submission, delivery, payload="full", links=links))


def _note(
    store: Store,
    submission: Document,
    part_id: str,
    what: str,
    *,
    now: str,
    **detail: Any,
) -> None:
    """Write down a call that changed nothing: when it came, never what it said."""

    def noted(found: Document) -> Document | None:
        known = [(e["what"], e["detail"].get("part")) for e in found["log"]]
        if known.count((what, part_id)) >= MOST_NOTED:
            return None
        said = {"who": "unknown", "what": what, "part": part_id, **detail}
        return {**found, **log.kept(log.append(found["log"], at=now, **said))}

    store.update("submissions", submission["_id"], noted)


def _with_part(store: Store, part_id: str) -> Document | None:
    found = store.find("submissions", [("tags", "=", f"part:{part_id}")], limit=1)
    return found[0] if found else None


def _verified(
    store: Store,
    submission: Document,
    part_id: str,
    headers: Mapping[str, str],
    body: bytes,
    *,
    now: str,
) -> str:
    part = _part(submission, part_id)
    return webhook.verify(
        body,
        headers,
        secrets=routing.secrets_of(store, submission, part, now),
        now=int(parse(now).timestamp()),
    )


def _with_call(
    store: Store, published: Published, call: Call, submission: Document, new_id: NewId
) -> Document | None:
    """Return the submission with a call and all it brings; None: known already."""
    part = _part(submission, call.part)
    decides = call.type == "part.decided"
    if call.key in submission["messages"]:
        return None
    if decides and part.get("decision") == call.decision:
        return None
    if decides and part["state"] == "decided":
        raise Refusal(409, f"This part is decided already: {part['outcome']}.")
    if part["state"] in {"waiting", "held"} or part["digest"] != call.data["digest"]:
        raise Refusal(409, "/data/digest names another document than the last.")
    if len(part["said"]) >= MOST_CALLS:
        raise Refusal(429, "Too much was said about this part: call the operator.")
    changed = _recorded(submission, part, call)
    if decides:
        _check_brought(published, submission, part["matter"], call.data)
        brought = _brought(changed, part, call)
        released = parts.release(brought, published.judge, now=call.at)
        lookup = routing.lookup_in(store)
        changed = routing.address(released, lookup, now=call.at, new_id=new_id)
    observers = observing.observers_in(store)
    told = _told(submission, changed, call, observers, new_id)
    return inbox.indexed(told, published.form, now=call.at)


def _told(
    before: Document, after: Document, call: Call, observers: Observers, new_id: NewId
) -> Document:
    """Return the submission with what observers are told of a call that counts."""
    part = _part(after, call.part)
    about: list[tuple[str, str | None]] = []
    if call.type in observing.TYPES and call.message in part["counting"]:
        about.append((call.type, part["id"]))
    if after["status"] != before["status"]:
        about.append(("submission.completed", None))
    for type_, of in about:
        after = observing.tell(
            after, type_, observers, part=of, now=call.at, new_id=new_id
        )
    return after


def _recorded(submission: Document, part: Document, call: Call) -> Document:
    """Return the submission with a call in its log, and its part where that leads."""
    data, made = call.data, part["made"]
    outcome = {"outcome": data["outcome"]} if "outcome" in data else {}
    by = {"by": call.by} if call.by else {}
    entries = log.append(
        submission["log"],
        at=call.at,
        who=part["department"],
        what=call.type,
        part=part["id"],
        made=made,
        order=_order(submission, part, call),
        **outcome,
        **by,
        facts=sorted(data.get("values", ())),
        message=call.message,
    )
    stands = fold(entries)[part["id"]]
    lists = {name: list(data.get(name, ())) for name in ("reasons", "materials")}
    changed = {
        **part,
        **outcome,
        **({"decision": call.decision} if outcome else {}),
        "state": stands.state,
        "since": part["since"] if stands.state == part["state"] else call.at,
        "seq": part["seq"] + 1,
        "said": [*part["said"], {"id": call.message, **lists}],
        "counting": list(stands.messages),
    }
    every = [changed if p["id"] == part["id"] else p for p in submission["parts"]]
    open_ = [p for p in every if p["state"] != "decided"]
    return {
        **submission,
        "updated_at": call.at,
        "status": "open" if open_ else "completed",
        "parts": every,
        "messages": [*submission["messages"], call.key],
        **log.kept(entries),
    }


def _order(submission: Document, part: Document, call: Call) -> int:
    """Return the number by which what a call says is sorted.

    A program's own, if it gave one. Who is at the desk speaks after all that was said
    of this document before; a program without numbers after what the desk said.
    """
    if not call.by and "seq" in call.data:
        return int(call.data["seq"])
    about = (part["id"], part["made"])
    orders: list[int] = [
        said["order"]
        for entry in submission["log"]
        for said in [entry["detail"]]
        if "order" in said and (said["part"], said["made"]) == about
        if call.by or "by" in said
    ]
    return max(orders, default=part["made"]) + 1


def _brought(submission: Document, part: Document, call: Call) -> Document:
    """Return the submission with the values of a decision among its results."""
    values = call.data.get("values", {})
    origin = {
        "source": f"result:{part['matter']}",
        "at": call.at,
        "certainty": "exact",
        "corrected": False,
    }
    origins = {fact_pointer(FactId(fact)): origin for fact in values}
    results = json.loads(submission["results"]) | values
    provenance = json.loads(submission["provenance"]) | origins
    brought = {
        **submission,
        "results": canonical.text(results),
        "provenance": canonical.text(provenance),
    }
    return indexed(brought)


def _check_brought(
    published: Published, submission: Document, matter: str, data: Mapping[str, Any]
) -> None:
    """Refuse an approval that would leave other parts without what they need."""
    if data["outcome"] != "approved":
        return
    brought = data.get("values", {})
    facts = parts.needed(submission, published.judge, matter, brought)
    if facts:
        said = f"/data/values: {matter} must bring {', '.join(facts)}."
        raise Refusal(422, said)


def _part(submission: Document, part_id: str) -> Document:
    found: Document = next(p for p in submission["parts"] if p["id"] == part_id)
    return found
