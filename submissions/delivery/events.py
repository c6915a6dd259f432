"""The bodies of signed messages: one envelope for every event, in both directions.

A body is a pure function of what is stored, so each retry of a delivery sends the same
bytes; only the time in the header changes.
"""

import json
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

import orjson

from builder import bindings, pointer
from builder.json_schema import Validator
from builder.model import Material, Matter
from builder.places import fact_pointer, field_pointer
from submissions.store.contract import Document

_PROVENANCE = ("source", "at", "certainty", "corrected")
_TYPED = {"source": None}


def part_ready(submission: Document, part: Document, delivery: Document) -> bytes:
    """Return the exact bytes that bring a part to its department.

    The document is copied in as it is stored, so that its digest can be recomputed.
    """
    event = {
        "type": "part.ready",
        "timestamp": delivery["made_at"],
        "data": {
            "submission": submission["_id"],
            "ref": submission["ref"],
            "affair": submission["affair"],
            "pack": submission["pack_version"],
            "part": part["id"],
            **{name: part[name] for name in ("matter", "department", "area")},
            "seq": delivery["seq"],
            "digest": part["digest"],
            "document": orjson.Fragment(part["body"]),
            "provenance": orjson.Fragment(part["provenance"]),
            "materials": part["materials"],
        },
    }
    return orjson.dumps(event)


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
        path: {name: provenance[places[0]][name] for name in _PROVENANCE}
        for path, places in sources.items()
        # A line of several facts has a source only where all came from one.
        if len({provenance.get(place, _TYPED)["source"] for place in places}) == 1
        and places[0] in provenance
        and pointer.get(document, pointer.parts(path)) is not pointer.ABSENT
    }


def materials_of(
    matter: Matter, needed: Sequence[tuple[Matter, Material]]
) -> list[dict[str, Any]]:
    """Return the materials of one matter and whether the applicant brings them.

    Args:
        needed: all that are needed in this situation, with their matters.
    """
    return [
        {
            "id": material.id,
            "state": "outstanding" if set(material.ways) == {"submit"} else "exempt",
        }
        for owner, material in needed
        if owner.id == matter.id
    ]


def fault(event: Any, type_: str) -> str:
    """Return what is wrong with an event of a type, or "" if nothing is."""
    for violation in _validator(type_).violations(event):
        limit = "" if violation.limit is None else f" {json.dumps(violation.limit)}"
        return f"{pointer.join(violation.path) or '/'}: {violation.keyword}{limit}"
    return ""


@cache
def _validator(type_: str) -> Validator:
    text = files("submissions.delivery").joinpath("schemas/events.json").read_bytes()
    schema = json.loads(text)
    return Validator({"$defs": schema["$defs"], "$ref": f"#/$defs/{type_}"})
