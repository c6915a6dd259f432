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
    AbsentError,
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

_BODY = Validator(schema("SubmissionCall"))


def submit(affair: str) -> Response:
    """Accept answers for good; the same key and body again get the same answer."""
    client = callers.client()
    current = published(affair)
    callers.require_sender(client, affair)
    call = Call(client=client.id, key=callers.key(), body=_body())
    try:
        receipt = intake.accept_call(store(), current, call=call, now=now())
    except KeyReusedError as error:
        raise ProblemError(HTTPStatus.CONFLICT, "key-reused", str(error)) from error
    except OutdatedError as error:
        problem = ProblemError(HTTPStatus.CONFLICT, "version-outdated", str(error))
        raise problem from error
    except AbsentError as error:
        raise _refusal(list(_absent(error))) from error
    except Refused as error:
        errors = _errors(error.faults, current.form)
        errors += _of_materials(error.materials, current, call.body)
        raise _refusal(errors) from error
    response = jsonify(_receipt(receipt.document))
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
    handed = [each["material"] for each in body.get("materials", [])]
    errors = []
    for key in refused:
        label = words(needs[key].label) if key in needs else key
        place = "/materials"
        if key in handed:
            place += f"/{handed.index(key)}/material"
            detail = _(
                "“%(label)s”不收文件，或者超过 %(most)s 个",
                label=label,
                most=materials.MOST_PER_MATERIAL,
            )
        elif key in promised:
            place = f"/promised/{promised.index(key)}"
            detail = _("“%(label)s”不能先承诺", label=label)
        elif needs[key].promisable:
            place = "/promised"
            detail = _("要交“%(label)s”，也可以先承诺", label=label)
        else:
            detail = _("要交“%(label)s”，先上传，再写进 materials", label=label)
        errors.append(
            {"pointer": place, "detail": detail, "keyword": "material", "limit": key}
        )
    return errors


def _absent(error: AbsentError) -> Iterator[dict[str, Any]]:
    details = {
        "upload": _("没有这个上传的文件，或者已经过期，请重新上传"),
        "provenance": _("answers 里没有这一项"),
    }
    for place, what in error.places:
        yield {"pointer": place, "detail": details[what], "keyword": what}


def _detail(fault: Fault, form: MergedForm) -> str:
    """Say it as to a person at the form, where there is a question for it."""
    for question in (*form.situations, *form.questions):
        if question.pointer == fault.pointer:
            return messages.for_fault(fault, question, form)
    if fault.keyword == "additionalProperties":
        return _("这张表里没有这一项")
    if fault.keyword == "check":
        return words(fault.limit)
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
