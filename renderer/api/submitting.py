"""Submissions of programs: sent once however often, and followed."""

from collections.abc import Iterator, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from flask import Response, abort, jsonify, request, url_for

from builder import pointer
from builder.json_schema import Validator
from builder.model import MergedForm
from builder.validity import Fault
from renderer import messages
from renderer.api import bodies, callers
from renderer.api.affairs import published
from renderer.api.description import schema
from renderer.api.problems import ProblemError
from renderer.portal.access import now, store
from renderer.wording import say as _
from renderer.wording import words
from submissions import intake, materials, observing, packs
from submissions.clients import Client
from submissions.errors import (
    KeyReusedError,
    OutdatedError,
    Refused,
    SignatureError,
    VerificationError,
)
from submissions.intake import Call
from submissions.packs import Published
from submissions.progress import Progress, progress
from submissions.store.contract import Document

#: Longest key a client may choose.
_LONGEST_KEY = 255
_BODY = Validator(schema("SubmissionCall"))


def submit(affair: str) -> Response:
    """Accept answers for good; the same key and body again get the same answer."""
    client = callers.client()
    current = published(affair)
    if not client.may_send(affair):
        raise ProblemError(
            HTTPStatus.FORBIDDEN,
            "not-allowed",
            f"This client may send submissions for {', '.join(client.affairs)} only.",
        )
    call = Call(client=client.id, key=_key(), body=_body())
    try:
        receipt = intake.accept_call(store(), current, call=call, now=now())
    except KeyReusedError as error:
        raise ProblemError(HTTPStatus.CONFLICT, "key-reused", str(error)) from error
    except OutdatedError as error:
        problem = ProblemError(HTTPStatus.CONFLICT, "version-outdated", str(error))
        raise problem from error
    except Refused as error:
        errors = _errors(error.faults, current.form)
        errors += _of_materials(error.materials, current, call.body)
        raise _refusal(errors) from error
    response = jsonify(_receipt(_seen(receipt.submission, client)[0]))
    response.status_code = HTTPStatus.ACCEPTED
    response.headers["Location"] = url_for("api.follow", submission=receipt.submission)
    return response


def follow(submission: str) -> Response:
    """Say how far a submission is, to who sent it and to observers who were told."""
    if "webhook-signature" in request.headers:
        document, observed = _observed(submission), True
    else:
        document, observed = _seen(submission, callers.client())
    form = packs.load(store(), document["pack_version"]).form
    told = _progress(document, progress(document, form))
    if observed:
        # What a department writes to the applicant is between the two.
        told["parts"] = [{**part, "reasons": []} for part in told["parts"]]
    return jsonify(told)


def _key() -> str:
    key = request.headers.get("Idempotency-Key", "")
    if not key or len(key) > _LONGEST_KEY or not key.isascii() or not key.isprintable():
        raise ProblemError(
            HTTPStatus.BAD_REQUEST,
            "key-missing",
            f"Choose a key for this submission, at most {_LONGEST_KEY} printable ASCII "
            f"signs, and send it with every try: Idempotency-Key: KEY",
        )
    return key


def _body() -> Mapping[str, Any]:
    body = bodies.read(request)
    errors = [
        {"pointer": pointer.join(v.path), "keyword": v.keyword, "limit": v.limit}
        for v in _BODY.violations(body)
    ]
    if errors:
        raise _refusal(errors)
    read: Mapping[str, Any] = body
    return read


def _refusal(errors: list[dict[str, Any]]) -> ProblemError:
    return ProblemError(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "answers-refused",
        "Nothing was stored. Mend what `errors` names and send it again.",
        tuple(errors),
    )


def _errors(faults: tuple[Fault, ...], form: MergedForm) -> list[dict[str, Any]]:
    return [error for fault in faults for error in _of_fault(fault, form)]


def _of_fault(fault: Fault, form: MergedForm) -> Iterator[dict[str, Any]]:
    places, limit = [fault.pointer], fault.limit
    if fault.keyword == "additionalProperties":
        # One error for each name nobody knows, at its place.
        places = [f"{fault.pointer}{pointer.join([name])}" for name in limit]
        limit = None
    for place in places:
        said = {
            "pointer": f"/answers{place}",
            "detail": _detail(fault, form),
            "keyword": fault.keyword,
            "limit": limit,
            "matters": list(fault.matters),
        }
        yield said


def _of_materials(
    refused: Sequence[str], current: Published, body: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """Name what is not handed in, and what was promised and must not be."""
    needs = {need.key: need for need in materials.needs(current.judge, body["answers"])}
    promised = body.get("promised", [])
    errors = []
    for key in refused:
        label = words(needs[key].label) if key in needs else key
        place = "/promised"
        if key in promised:
            place += f"/{promised.index(key)}"
            detail = _("“%(label)s”不能先承诺", label=label)
        elif needs[key].promisable:
            detail = _("要交“%(label)s”，也可以先承诺", label=label)
        else:
            detail = _(
                "要交“%(label)s”，这里不能交，请申请人在网上或者到窗口办", label=label
            )
        errors.append(
            {"pointer": place, "detail": detail, "keyword": "material", "limit": key}
        )
    return errors


def _detail(fault: Fault, form: MergedForm) -> str:
    """Say it as to a person at the form, where there is a question for it."""
    for question in (*form.situations, *form.questions):
        if question.pointer == fault.pointer:
            return messages.for_fault(fault, question, form)
    if fault.keyword == "additionalProperties":
        return _("这张表里没有这一项")
    return _("这里填的不合要求")


def _observed(id_: str) -> Document:
    """Return a submission for an observer that signed for it; it is written down."""
    headers = {name.lower(): value for name, value in request.headers.items()}
    document = store().get("submissions", id_)
    try:
        if document is None:
            raise SignatureError
        observing.look(store(), document, headers, now=now())
    except VerificationError as error:
        # Nobody learns here which submissions there are.
        abort(401, description=str(error))
    return document


def _seen(id_: str, client: Client) -> tuple[Document, bool]:
    """Return a submission for a client; and whether it is another's, written down."""
    document = store().get("submissions", id_)
    if document is not None and document["sender"] != client.id:
        if not client.may_observe(document["affair"]):
            document = None
        else:
            observing.write_down(store(), id_, who=client.id, now=now())
    if document is None:
        abort(404, description="This client has sent no such submission.")
    return document, document["sender"] != client.id


def _receipt(document: Document) -> dict[str, Any]:
    """What is told of a submission when it is accepted; it never changes."""
    return {
        "id": document["_id"],
        "ref": document["ref"],
        "affair": document["affair"],
        "pack": document["pack_version"],
        "created_at": document["created_at"],
        "parts": [
            {name: part[name] for name in ("id", "matter", "department")}
            for part in document["parts"]
        ],
    }


def _progress(document: Document, view: Progress) -> dict[str, Any]:
    departments = {part["id"]: part["department"] for part in document["parts"]}
    parts = [
        {
            "id": step.part,
            "matter": step.matter,
            "department": departments[step.part],
            "state": step.state,
            "since": step.since,
            "outcome": step.outcome,
            "reasons": list(step.reasons),
            "awaits": [awaited.fact for awaited in step.awaits],
        }
        for step in view.steps
    ]
    told = {**_receipt(document), "parts": parts}
    return {**told, "status": document["status"], "updated_at": document["updated_at"]}
