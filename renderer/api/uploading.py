"""Materials that programs send ahead of a submission."""

from http import HTTPStatus

from flask import Response, jsonify, request

from renderer.api import callers
from renderer.api.affairs import published
from renderer.api.problems import ProblemError
from renderer.portal.access import now, store
from submissions import uploads
from submissions.errors import KeyReusedError
from submissions.files.errors import UnusableFileError
from submissions.uploads import Sent

#: What may be said of a body; what it is, its first bytes say.
TYPES = ("application/pdf", "image/jpeg", "image/png", "application/octet-stream")


def upload(affair: str) -> Response:
    """Keep a file for a submission; the same key and file again get the same answer."""
    client = callers.client()
    current = published(affair)
    callers.require_sender(client, affair)
    if request.mimetype not in TYPES:
        raise ProblemError(
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
            "not-a-file",
            f"Send the bytes of one file as the body: Content-Type: {TYPES[0]}",
        )
    sent = Sent(
        affair=current.affair,
        client=client.id,
        key=callers.key(),
        name=request.args.get("name", ""),
        content=request.get_data(),
    )
    try:
        kept = uploads.take(store(), sent, now=now())
    except KeyReusedError as error:
        raise ProblemError(HTTPStatus.CONFLICT, "key-reused", str(error)) from error
    except UnusableFileError as error:
        status = HTTPStatus.UNPROCESSABLE_ENTITY
        raise ProblemError(status, "file-refused", str(error)) from error
    file = kept.file.document()
    told = {name: file[name] for name in ("name", "type", "size", "sha256")}
    response = jsonify({"id": kept.id, **told, "expires_at": kept.expires_at})
    response.status_code = HTTPStatus.CREATED
    return response
