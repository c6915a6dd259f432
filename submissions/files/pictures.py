"""Pictures drawn anew: what is kept has the points of a picture and nothing else.

No place, time or camera (EXIF), no comments, no colour profile, nothing behind the end.
"""

import struct
from collections.abc import Mapping
from io import BytesIO
from typing import Any

from PIL import ExifTags, Image

from submissions.files.errors import Reason

#: The longer side of what is kept: more than A4 at 300 points an inch.
LONGEST_SIDE = 4000
#: Points a picture may have: a JPEG is read at a fraction of its size, a PNG is not.
MOST_POINTS = {"JPEG": 80_000_000, "PNG": 40_000_000}
#: Passes over one JPEG; a camera writes one, a browser about ten, a bomb thousands.
MOST_SCANS = 100
QUALITY = 90
_SCAN = b"\xff\xda"
#: Whatever a reader of hostile bytes stumbles over means the same.
_STUMBLES = (
    OSError,
    ValueError,
    SyntaxError,
    TypeError,
    EOFError,
    LookupError,
    ArithmeticError,
    struct.error,
)
#: How a picture is turned upright, by what its camera noted.
_TURNS: Mapping[Any, Image.Transpose] = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


class UnusablePictureError(Exception):
    """A picture cannot be drawn anew."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason = reason


def redrawn(content: bytes, *, kind: str) -> bytes:
    """Return the picture as a new JPEG, upright, on white, at most `LONGEST_SIDE`.

    Args:
        kind: "JPEG" or "PNG": what its first bytes say; no other reader touches it.

    Raises:
        UnusablePictureError: it is broken, or unfolds into too much.
    """
    if content.count(_SCAN) > MOST_SCANS and kind == "JPEG":
        raise UnusablePictureError("huge")
    try:
        with Image.open(BytesIO(content), formats=[kind]) as picture:
            width, height = picture.size
            if width * height > MOST_POINTS[kind]:
                raise UnusablePictureError("huge")
            picture.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
            return _written(_upright(picture))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise UnusablePictureError("huge") from error
    except _STUMBLES as error:
        raise UnusablePictureError("broken") from error


def _upright(picture: Image.Image) -> Image.Image:
    turn = _TURNS.get(picture.getexif().get(ExifTags.Base.Orientation))
    return picture if turn is None else picture.transpose(turn)


def _written(picture: Image.Image) -> bytes:
    if picture.mode.startswith("I"):
        # 16 bits a point, of which converting would keep the low ones.
        picture = picture.convert("I").point(lambda value: value / 256).convert("L")
    seen = picture.convert("RGBA")
    paper = Image.new("RGB", seen.size, "white")
    paper.paste(seen, mask=seen)
    written = BytesIO()
    paper.save(written, "JPEG", quality=QUALITY, subsampling=0, optimize=True)
    return written.getvalue()
