"""The forms as data: what a program needs to fill one in, and to judge it itself."""

from typing import Any

import orjson
from flask import Response, abort, jsonify, request, url_for

from renderer.portal.access import store
from renderer.security import keep_until_changed
from submissions import packs
from submissions.packs import Published

#: What a pack says of a matter that is of use to those who fill in.
_MATTER = ("id", "label", "department", "when", "issues", "materials")


def published(affair: str) -> Published:
    """Return the current version of an affair; 404 if there is none."""
    found = packs.current(store(), affair)
    if found is None:
        abort(
            404, description=f"There is no affair {affair!r}. /api/v1/affairs has all."
        )
    return found


def every_affair() -> Response:
    """List what can be applied for."""
    listed = [
        {
            "id": each.affair,
            "version": each.version,
            "label": dict(each.form.guide.label),
            "summary": dict(each.form.guide.summary),
            "href": url_for("api.affair", affair=each.affair),
        }
        for each in packs.affairs(store())
    ]
    return jsonify({"affairs": listed})


def affair(affair: str) -> Response:
    """Give the form of one affair: schema, view, situations, prefill rules."""
    current = published(affair)
    response = Response(
        orjson.dumps(described(current, packs.document(store(), current.id))),
        content_type="application/json",
    )
    response.set_etag(current.sha256)
    response.make_conditional(request)
    return keep_until_changed(response)


def described(current: Published, pack: dict[str, Any]) -> dict[str, Any]:
    """Return what is told of a version; `pack` is the JSON it is."""
    questions = pack["questions"]
    prefill = {q["pointer"]: q.pop("prefill") for q in questions if "prefill" in q}
    return {
        "id": current.affair,
        "version": current.version,
        "href": url_for("api.version", affair=current.affair, version=current.version),
        "sha256": current.sha256,
        "guide": pack["guide"],
        "area": pack["area"],
        "departments": pack["departments"],
        "matters": [
            {name: matter[name] for name in _MATTER if name in matter}
            for matter in pack["matters"]
        ],
        "situations": pack["situations"],
        "view": {"pages": pack["pages"], "questions": questions},
        "prefill": prefill,
        "sources": pack["sources"],
        "schema": pack["schema"],
        "left_to_judge": pack.get("left_to_judge", {}),
    }
