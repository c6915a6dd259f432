"""PDFs looked over, never rewritten: a rewritten file would lose its seals.

A look, not a parser: it takes one pass over the bytes and unfolds little, so no file
can keep it busy. What it cannot see is why departments get files as downloads only.
"""

import re
import zlib
from collections.abc import Iterator
from collections.abc import Set as AbstractSet

from submissions.files.errors import Reason

#: Bytes unfolded of the lists of objects a PDF may fold up.
MOST_UNFOLDED = 20_000_000
_HEAD = re.compile(rb"%PDF-(1\.[0-7]|2\.0)[\r\n ]")
_TAIL = re.compile(rb"startxref\s+(\d{1,10})\s+%%EOF[\s\x00]*\Z")
_TAIL_LENGTH = 2048
_STREAM = re.compile(rb"\bstream\r?\n")
_ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")
_NAME = re.compile(rb"/[^\x00\t\n\f\r ()<>\[\]{}/%]+")
_LOCKED = b"/Encrypt"
_PAGES = {b"/Page", b"/Pages"}
#: What runs, starts, sends or carries something.
_ACTIVE = {
    b"/JavaScript",
    b"/JS",
    b"/Launch",
    b"/EmbeddedFile",
    b"/EmbeddedFiles",
    b"/RichMedia",
    b"/SubmitForm",
    b"/ImportData",
    b"/GoToE",
    b"/XFA",
}


def fault(content: bytes) -> Reason | None:
    """Return why a PDF is not taken, or None."""
    tail = _TAIL.search(content[-_TAIL_LENGTH:])
    if b"%%EOF" not in content:
        return "broken"
    if not _HEAD.match(content) or tail is None:
        return "padded"
    if int(tail.group(1)) >= len(content):
        return "broken"
    try:
        names = {
            _unescaped(name)
            for text in _structure(content)
            for name in _NAME.findall(text)
        }
    except zlib.error:
        return "broken"
    return _fault_of(names)


def _fault_of(names: AbstractSet[bytes]) -> Reason | None:
    if _LOCKED in names:
        return "locked"
    if names & _ACTIVE:
        return "active"
    return None if names & _PAGES else "broken"


def _structure(content: bytes) -> Iterator[bytes]:
    """Return what stands between the streams, and the objects folded up in them.

    Raises:
        zlib.error: they do not unfold, or into too much.
    """
    at, room = 0, MOST_UNFOLDED
    while found := _STREAM.search(content, at):
        between = content[at : found.start()]
        yield between
        end = content.find(b"endstream", found.end())
        at = len(content) if end < 0 else end
        words = between[between.rfind(b" obj") :]
        if b"/ObjStm" in _unescaped(words) and b"/FlateDecode" in _unescaped(words):
            unfolded = _unfolded(content[found.end() : at], room)
            room -= len(unfolded)
            yield unfolded
    yield content[at:]


def _unfolded(folded: bytes, room: int) -> bytes:
    unfolding = zlib.decompressobj()
    unfolded = unfolding.decompress(folded, room + 1)
    if len(unfolded) > room:
        raise zlib.error("more than a list of objects needs")
    return unfolded


def _unescaped(name: bytes) -> bytes:
    return _ESCAPED.sub(lambda found: bytes([int(found.group(1), 16)]), name)
