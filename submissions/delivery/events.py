"""The bodies of signed messages: one envelope for every event, in both directions.

A body is a pure function of what is stored, so each retry of a delivery sends the same
bytes; only the time in the header changes.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

import orjson

from builder import bindings, pointer
from builder.json_schema import Validator
from builder.model import Matter
from builder.places import fact_pointer, field_pointer
from submissions import canonical
from submissions.endpoints import Payload
from submissions.files.links import Links
from submissions.packs import Published
from submissions.store.contract import Document

_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_FORMS = "https://yibiao.invalid/forms/"
#: Their limit is what each choice says, not one value.
_CHOICES = ("anyOf", "oneOf", "not")
#: What is told when a material comes that was promised, or asked for again.
SUPPLIED = "material.supplied"
_PROVENANCE = ("source", "at", "certainty", "corrected", "disputed")
_TYPED = {"source": None}


def body(
    submission: Document, delivery: Document, *, payload: Payload, links: Links
) -> bytes:
    """Return the exact bytes of a delivery.

    The document is copied in as it is stored, so that its digest can be recomputed.

    Args:
        submission: the whole.
        delivery: of one of its parts, or of an event to an observer.
        payload: full: with the content. thin: with the place to get it from.
        links: make the addresses of its files.
    """
    if "event" in delivery:
        told = next(e for e in submission["events"] if e["id"] == delivery["event"])
        return orjson.dumps(observed(submission, told))
    part = next(p for p in submission["parts"] if p["id"] == delivery["part"])
    told_of = _supplied if delivery["type"] == SUPPLIED else _document
    version, content = told_of(part, delivery, links)
    event = {
        "type": delivery["type"],
        "timestamp": delivery["made_at"],
        "data": {
            **_which(submission),
            **_which_part(part),
            "area": part["area"],
            "seq": delivery["seq"],
            "digest": version["digest"],
            **(content if payload == "full" else {"href": href(part["id"])}),
        },
    }
    return orjson.dumps(event)


def observed(submission: Document, event: Document) -> Document:
    """Return what observers are told of an event: names, and where to look."""
    parts = submission["parts"]
    about = [_which_part(part) for part in parts if part["id"] == event["part"]]
    return {
        "type": event["type"],
        "timestamp": event["at"],
        "data": {
            **_which(submission),
            **(about[0] if about else {}),
            "area": next((part["area"] for part in parts), ""),
            "seq": event["seq"],
            "href": f"/api/v1/submissions/{submission['_id']}",
        },
    }


def message_id(delivery: Document) -> str:
    """Return the `webhook-id` of a delivery; one event has one for all observers."""
    found: str = delivery["event" if "event" in delivery else "id"]
    return found


def _which(submission: Document) -> Document:
    return {
        "submission": submission["_id"],
        "ref": submission["ref"],
        "affair": submission["affair"],
        "pack": submission["pack_version"],
    }


def _which_part(part: Document) -> Document:
    names = ("matter", "department")
    return {"part": part["id"], **{name: part[name] for name in names}}


def _document(
    part: Document, delivery: Document, links: Links
) -> tuple[Document, dict[str, Any]]:
    """Return one of a part's documents, and what is told of it."""
    version = version_of(part, delivery["seq"])
    return version, {
        "document": orjson.Fragment(version["body"]),
        "provenance": orjson.Fragment(version["provenance"]),
        "materials": _linked(part, _now(part, version, delivery), delivery, links),
        **_changed(part, version),
    }


def _changed(part: Document, version: Document) -> dict[str, Any]:
    """Return what the applicant corrected since the document before, place by place.

    Each place stands with what was there before and what is there now; a place that
    was or is empty has only the one.
    """
    earlier = [old for old in part["earlier"] if old["made"] < version["made"]]
    if not earlier:
        return {}
    old, new = (orjson.loads(each["body"]) for each in (earlier[-1], version))
    before, after = dict(_leaves(old)), dict(_leaves(new))
    changes = []
    for place in dict.fromkeys((*before, *after)):
        sides = {"before": before, "after": after}
        told = {name: side[place] for name, side in sides.items() if place in side}
        if len(told) == 1 or told["before"] != told["after"]:
            changes.append({"pointer": place, **told})
    return {"changes": changes}


def _leaves(document: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, Any]]:
    """Yield the places of a document with their values; a list is one value."""
    for name, value in document.items():
        place = above + pointer.join([name])
        if isinstance(value, dict) and value:
            yield from _leaves(value, place)
        else:
            yield place, value


def _supplied(
    part: Document, delivery: Document, links: Links
) -> tuple[Document, dict[str, Any]]:
    """Return the document to which a material came later, and the material."""
    event = next(each for each in part["supplied"] if each["seq"] == delivery["seq"])
    materials = _linked(part, event["materials"], delivery, links)
    return version_of(part, event["made"]), {"materials": materials}


def version_of(part: Document, seq: int) -> Document:
    """Return the document a part had at a number: the last one, or one before it."""
    if part["made"] == seq:
        return part
    found: Document = next(old for old in part["earlier"] if old["made"] == seq)
    return found


def href(part: str) -> str:
    """Return where a department gets the document of its part, on our own host."""
    return f"/api/v1/parts/{part}"


def ping(endpoint: Document) -> bytes:
    """Return the exact bytes that ask an endpoint to echo a challenge."""
    asked = endpoint["ping"]
    data = {"endpoint": endpoint["_id"], "challenge": asked["challenge"]}
    event = {"type": "ping", "timestamp": asked["made_at"], "data": data}
    return orjson.dumps(event)


def outgoing_fault(
    published: Published, submission: Document, delivery: Document, written: bytes
) -> str:
    """Say why a message must not leave the house; "" if it may.

    Its document is judged once more by its department's own form, which lets nothing
    through that is not a field of that form, and must be the one that was accepted.
    Names places and rules, never values.
    """
    wrong = fault(orjson.loads(written), delivery["type"])
    if wrong:
        return f"the event breaks its schema: {wrong}"
    if "event" in delivery or delivery["type"] == SUPPLIED:
        return ""
    part = next(p for p in submission["parts"] if p["id"] == delivery["part"])
    version = version_of(part, delivery["seq"])
    if canonical.digest(version["body"]) != version["digest"]:
        return "the document is not the one that was made"
    document = orjson.loads(version["body"])
    for refused in published.judge.document_faults(part["matter"], document):
        return f"its own form refuses the document: {refused.pointer} {refused.keyword}"
    return ""


def _now(part: Document, version: Document, delivery: Document) -> list[Document]:
    """Return a version's materials as they were when the delivery was made."""
    later = {
        material["id"]: material
        for event in part.get("supplied", ())[: delivery.get("supplied", 0)]
        if event["made"] == version["made"]
        for material in event["materials"]
    }
    return [later.get(each["id"], each) for each in version["materials"]]


def _linked(
    part: Document, materials: Sequence[Document], delivery: Document, links: Links
) -> list[Document]:
    """Return materials, each file with its address."""
    made_at = delivery["made_at"]
    linked = []
    for material in materials:
        files = [
            {**file, "href": links.href(part["id"], file["sha256"], made_at=made_at)}
            for file in material.get("files", ())
        ]
        linked.append({**material, "files": files} if files else material)
    return linked


def provenance_of(
    matter: Matter,
    document: Mapping[str, Any],
    provenance: Mapping[str, Mapping[str, Any]],
) -> dict[str, dict[str, Any]]:
    """Say where the values of one document came from, by pointer into it.

    Args:
        provenance: by pointer into the answers; what other matters use is left out.
    """
    sources: dict[str, list[str]] = {}
    for path, field in matter.fields.items():
        if field.rows is not None:
            sources[path] = [pointer.join(["facts", fact]) for fact in field.held]
        for part, alone in bindings.slots(path, field):
            sources.setdefault(alone or path, []).append(fact_pointer(part.fact))
    above = field_pointer(matter.id, "")
    for place in provenance:
        if place.startswith(f"{above}/"):
            sources[place.removeprefix(above)] = [place]
    return {
        path: {
            name: provenance[places[0]][name]
            for name in _PROVENANCE
            if name in provenance[places[0]]
        }
        for path, places in sources.items()
        # A line of several facts has a source only where all came from one.
        if len({provenance.get(place, _TYPED)["source"] for place in places}) == 1
        and places[0] in provenance
        and pointer.get(document, pointer.parts(path)) is not pointer.ABSENT
    }


def fault(event: Any, name: str) -> str:
    """Return what is wrong with an event, or "" if nothing is.

    Args:
        name: of its schema: its type, after "call." where a department says it.
    """
    for violation in _validator(name).violations(event):
        place = pointer.join(violation.path) or "/"
        if violation.keyword in _CHOICES or violation.limit is None:
            return f"{place}: {violation.keyword}"
        return f"{place}: {violation.keyword} {json.dumps(violation.limit)}"
    return ""


def messages() -> tuple[str, ...]:
    """Return the names of the schemas that are messages; the others are their parts."""
    return tuple(n for n, s in schemas().items() if "type" in s.get("properties", {}))


def digest(written: bytes) -> str:
    """Return "sha256:" and the hash of a message's bytes."""
    return f"sha256:{hashlib.sha256(written).hexdigest()}"


@cache
def schemas() -> Mapping[str, Any]:
    """Return the JSON Schemas of all events and what they refer to, by name."""
    text = files("submissions.delivery").joinpath("schemas/events.json").read_bytes()
    found: Mapping[str, Any] = json.loads(text)["$defs"]
    return found


def schema(name: str, matter: Matter | None = None) -> dict[str, Any]:
    """Return the JSON Schema of one event as one document.

    Args:
        name: as in `fault`.
        matter: of the pack version that made the document: its own form judges it.
    """
    defs = dict(schemas())
    judged: dict[str, Any] = {"$ref": f"#/$defs/{name}"}
    if matter is not None:
        # A resource of its own, so that its references stay inside it.
        own = {**matter.schema, "$id": f"{_FORMS}{matter.id}"}
        defs["form"] = own
        document = {"properties": {"document": {"$ref": own["$id"]}}}
        judged["properties"] = {"data": document}
    return {"$schema": _DIALECT, "$defs": defs, **judged}


@cache
def _validator(name: str) -> Validator:
    return Validator(schema(name))
