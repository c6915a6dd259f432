"""A submission after it was accepted: what departments answer, and where it stands."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from builder import pointer
from builder.model import FactId
from builder.places import fact_pointer
from submissions import canonical, log, packs, parts, routing
from submissions.clock import parse
from submissions.delivery import events, webhook
from submissions.errors import VerificationError
from submissions.ids import NewId, new_id
from submissions.packs import Published
from submissions.store.contract import Document, Store

_LATER_TYPES = ("part.accepted", "part.correction_requested")


@dataclass(frozen=True, slots=True)
class Answer:
    """What a department is told about its call."""

    #: As in HTTP.
    status: int
    message: str


_DONE = Answer(200, "Recorded.")
_KNOWN = Answer(200, "Known already; nothing was changed.")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Call:
    """A verified and readable `part.decided`."""

    part: str
    #: `webhook-id`.
    message: str
    data: Mapping[str, Any]
    at: str

    @property
    def key(self) -> Document:
        """What a submission remembers of a call, to know it again."""
        return {"part": self.part, "id": self.message}


class _No(Exception):  # noqa: N818 - an answer on its way out, no fault of ours
    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.message)
        self.answer = answer


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

    A decision, the facts it brings, the parts these release and their deliveries are
    recorded in one write. The same message again changes nothing.

    Args:
        body: the exact bytes that came.

    Raises:
        Conflict: other writers were faster every time; the department tries again.
        StoreUnavailableError: nothing was recorded; the department tries again.
    """
    found = store.find("submissions", [("tags", "=", f"part:{part_id}")], limit=1)
    if not found:
        return Answer(404, "There is no such part.")
    submission = found[0]
    try:
        part = _part(submission, part_id)
        message = _verified(store, submission, part, headers, body, now=now)
        data = _event(body, part_id)["data"]
        call = _Call(part=part_id, message=message, data=data, at=now)
        stored = _recorded(store, submission, call, new_id)
    except VerificationError as error:
        return Answer(401, str(error))
    except _No as no:
        return no.answer
    routing.look_again(store, stored, now=now, new_id=new_id)
    said = call.key in stored["messages"] and call.key not in submission["messages"]
    return _DONE if said else _KNOWN


def _recorded(
    store: Store, submission: Document, call: _Call, new_id: NewId
) -> Document:
    published = packs.load(store, submission["pack_version"])
    _check_values(published, _part(submission, call.part)["matter"], call.data)
    return store.update(
        "submissions",
        submission["_id"],
        lambda found: _fold(store, published, call, found, new_id),
    )


def _verified(
    store: Store,
    submission: Document,
    part: Document,
    headers: Mapping[str, str],
    body: bytes,
    *,
    now: str,
) -> str:
    return webhook.verify(
        body,
        headers,
        secrets=routing.secrets_of(store, submission, part, now),
        now=int(parse(now).timestamp()),
    )


def _fold(
    store: Store, published: Published, call: _Call, submission: Document, new_id: NewId
) -> Document | None:
    """Return the submission with a decision and all it brings; None: known already."""
    part = _part(submission, call.part)
    repeated = part["state"] == "decided" and part["decision"] == _decision(call.data)
    if repeated or call.key in submission["messages"]:
        return None
    decided = _decided(submission, part, call)
    _check_brought(published, submission, part["matter"], call.data)
    released = parts.release(decided, published.judge, now=call.at)
    lookup = routing.lookup_in(store)
    return routing.address(released, lookup, now=call.at, new_id=new_id)


def _event(body: bytes, part_id: str) -> dict[str, Any]:
    try:
        # Unlike `json` it refuses what cannot be stored, half a character or NaN; and
        # it writes no deeper than the judges of schemas can read.
        event = orjson.loads(body)
        orjson.dumps(event)
    except (ValueError, orjson.JSONEncodeError) as error:
        raise _No(Answer(422, f"The body is no JSON: {error}")) from error
    type_ = event.get("type") if isinstance(event, dict) else None
    if type_ in _LATER_TYPES:
        raise _No(Answer(422, f"{type_} is not supported yet; send part.decided."))
    fault = events.fault(event, "part.decided")
    if fault:
        raise _No(Answer(422, f"The body is no part.decided event: {fault}"))
    if event["data"]["part"] != part_id:
        raise _No(Answer(422, f"/data/part must be {part_id!r}, as in the address."))
    checked: dict[str, Any] = event
    return checked


def _check_values(
    published: Published, matter_id: str, data: Mapping[str, Any]
) -> None:
    matter = next(m for m in published.form.matters if m.id == matter_id)
    values = data.get("values", {})
    if values and data["outcome"] == "rejected":
        raise _No(Answer(422, "/data/values: a rejection brings no values."))
    issued = {issue.fact for issue in matter.issues}
    for fact, value in values.items():
        place = pointer.join(["data", "values", fact])
        if fact not in issued:
            known = ", ".join(sorted(issued)) or "no facts"
            raise _No(Answer(422, f"{place}: {matter.id} issues {known}."))
        for violation in published.judge.fact_faults(FactId(fact), value):
            inside = pointer.join(violation.path)
            limit = json.dumps(violation.limit, ensure_ascii=False)
            raise _No(Answer(422, f"{place}{inside}: {violation.keyword} {limit}"))


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
        raise _No(Answer(422, said))


def _decision(data: Mapping[str, Any]) -> str:
    said = {key: data.get(key) for key in ("digest", "outcome", "values")}
    return canonical.digest(canonical.text(said))


def _decided(submission: Document, part: Document, call: _Call) -> Document:
    """Return the submission with one part decided, and its values among the results."""
    data, now = call.data, call.at
    if part["state"] == "decided":
        raise _No(Answer(409, f"This part is decided already: {part['outcome']}."))
    if part["state"] != "ready" or part["digest"] != data["digest"]:
        raise _No(Answer(409, "/data/digest names another document than the last."))
    values = data.get("values", {})
    origin = {
        "source": f"result:{part['matter']}",
        "at": now,
        "certainty": "exact",
        "corrected": False,
    }
    origins = {fact_pointer(FactId(fact)): origin for fact in values}
    decided = _decided_part(part, call)
    all_parts = [decided if p["id"] == part["id"] else p for p in submission["parts"]]
    open_parts = [p for p in all_parts if p["state"] != "decided"]
    results = json.loads(submission["results"]) | values
    provenance = json.loads(submission["provenance"]) | origins
    return {
        **submission,
        "updated_at": now,
        "status": "open" if open_parts else "completed",
        "results": canonical.text(results),
        "provenance": canonical.text(provenance),
        "parts": all_parts,
        "messages": [*submission["messages"], call.key],
        "log": log.append(
            submission["log"],
            at=now,
            who=part["department"],
            what="part.decided",
            part=part["id"],
            outcome=data["outcome"],
            facts=sorted(values),
            message=call.message,
        ),
    }


def _decided_part(part: Document, call: _Call) -> Document:
    return {
        **part,
        "state": "decided",
        "since": call.at,
        "seq": part["seq"] + 1,
        "outcome": call.data["outcome"],
        "reasons": [reason["text"] for reason in call.data.get("reasons", ())],
        "decision": _decision(call.data),
    }


def _part(submission: Document, part_id: str) -> Document:
    found: Document = next(p for p in submission["parts"] if p["id"] == part_id)
    return found
