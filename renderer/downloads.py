"""Files go out as downloads only: no browser shows one as a page of ours."""

from urllib.parse import quote

from flask import Response, make_response

from submissions import files
from submissions.files import KeptFile
from submissions.store.contract import Store


def download(store: Store, holder: str, file: KeptFile) -> Response:
    """Send a kept file to be saved under its name.

    Raises:
        CorruptFileError: it is gone, or not what was handed in.
    """
    response = make_response(files.read(store, holder, file.sha256))
    response.headers["Content-Type"] = file.type
    # RFC 6266; the plain name for programs that do not know the other.
    response.headers["Content-Disposition"] = (
        f'attachment; filename="{file.sha256[:12]}"; '
        f"filename*=UTF-8''{quote(file.name, safe='')}"
    )
    return response
