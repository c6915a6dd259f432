"""What may be handed in: told by content, never by name; made harmless before kept."""

import unicodedata
from dataclasses import dataclass

from submissions.files import pdf, pictures
from submissions.files.errors import UnusableFileError

#: Bytes of one file.
MOST_BYTES = 10 * 1024 * 1024
#: Signs of a name that are kept.
NAME_LENGTH = 80
_KINDS = {b"\xff\xd8\xff": "JPEG", b"\x89PNG\r\n\x1a\n": "PNG", b"%PDF-": "PDF"}
_NAMELESS = "file"


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """A file as it may be kept."""

    name: str
    #: Media type.
    type: str
    content: bytes


def checked(name: str, content: bytes) -> Checked:
    """Return a file as it may be kept: a picture drawn anew, a PDF as it is.

    Args:
        name: as the browser sent it; only shown to people, never a path.

    Raises:
        UnusableFileError: it is not taken; says why.
    """
    name = plain_name(name)
    if not content:
        raise UnusableFileError(name, "empty")
    if len(content) > MOST_BYTES:
        raise UnusableFileError(name, "large")
    kind = next(
        (each for first, each in _KINDS.items() if content[: len(first)] == first), ""
    )
    if not kind:
        raise UnusableFileError(name, "kind")
    if kind == "PDF":
        reason = pdf.fault(content)
        if reason is not None:
            raise UnusableFileError(name, reason)
        return Checked(
            name=_ending(name, ".pdf"), type="application/pdf", content=content
        )
    try:
        redrawn = pictures.redrawn(content, kind=kind)
    except pictures.UnusablePictureError as error:
        raise UnusableFileError(name, error.reason) from error
    if len(redrawn) > MOST_BYTES:
        raise UnusableFileError(name, "large")
    return Checked(name=_ending(name, ".jpg"), type="image/jpeg", content=redrawn)


def plain_name(name: str) -> str:
    r"""Return a name as people may read it: no path, no control or direction signs.

    >>> plain_name("C:\\scans\\lease\r\n.pdf"), plain_name("../.."), plain_name("房本")
    ('lease.pdf', 'file', '房本')
    """
    last = name.replace("\\", "/").rpartition("/")[2]
    signs = "".join(
        sign
        for sign in last
        if unicodedata.category(sign)[0] not in "CZ" or sign == " "
    )
    kept = unicodedata.normalize("NFC", signs).strip(" .")
    return kept[-NAME_LENGTH:] or _NAMELESS


def _ending(name: str, ending: str) -> str:
    """Let the name end as its content is, so that it opens with the right program."""
    stem, dot, _last = name.rpartition(".")
    return (stem if dot and stem else name) + ending
