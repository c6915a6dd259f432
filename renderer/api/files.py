"""The files of a part, for the department that was sent their addresses."""

from http import HTTPStatus

from flask import Response, abort, request
from werkzeug.exceptions import Gone, NotFound

from renderer.downloads import download
from renderer.portal.access import now, services, store
from submissions.files import KeptFile


def part_file(part: str, address: str) -> Response:
    """Send one file to whoever has its address as long as that holds.

    403: the address was not made here. 410: it has ended; the part can be sent again.
    """
    expires = request.args.get("expires", "")
    signature = request.args.get("signature", "")
    if not services().links.signed(part, address, expires, signature):
        abort(HTTPStatus.FORBIDDEN, "This address was not made here: use it as sent.")
    if expires <= now():
        raise Gone("This address has ended. Ask for the part to be sent again.")
    # It was signed for a part that was told of this file: no more is to be asked.
    for submission in store().find("submissions", [("tags", "=", f"part:{part}")]):
        for kept in submission["files"]:
            if kept["sha256"] == address:
                return download(store(), submission["_id"], KeptFile.of(kept))
    raise NotFound
