"""Reading a JSON body so that nobody can read it otherwise.

What two programs could understand differently is refused: a name that stands twice in
one object, a number that is none or loses digits, half a character (RFC 7493, I-JSON).
"""

import json
import math
from collections.abc import Sequence
from http import HTTPStatus
from typing import Any, NoReturn

import orjson
from flask import Request

from renderer.api.problems import ProblemError

_JSON = "application/json"
#: What stores and judges can still count with.
_INTEGERS = range(-(2**63), 2**63)


def read(request: Request) -> Any:
    """Return the JSON value in the body of a request.

    Raises:
        ProblemError: the body is not sent as JSON, or is no JSON of the strict kind.
    """
    charset = request.mimetype_params.get("charset", "utf-8").lower()
    if request.mimetype != _JSON or charset != "utf-8":
        raise ProblemError(
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
            "not-json",
            f"Send JSON in UTF-8 and say so: Content-Type: {_JSON}",
        )
    return parse(request.get_data())


def parse(body: bytes) -> Any:
    """Return the JSON value a body holds.

    Raises:
        ProblemError: it holds none, or none of the strict kind.
    """
    try:
        value = json.loads(
            body.decode(),
            object_pairs_hook=_object,
            parse_int=_integer,
            parse_float=_float,
            parse_constant=_no_number,
        )
        # It refuses half a character, and more depth than can be judged.
        orjson.dumps(value)
    except UnicodeDecodeError as error:
        _refuse(f"It is not UTF-8 at byte {error.start}.")
    except json.JSONDecodeError as error:
        _refuse(f"{error.msg} in line {error.lineno}, column {error.colno}.")
    except RecursionError:
        _refuse("It is nested too deeply.")
    except (ValueError, orjson.JSONEncodeError) as error:
        _refuse(f"{error}.")
    return value


def _object(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"An object has the name {json.dumps(twice)} twice")
    return made


def _integer(written: str) -> int:
    value = int(written)
    if value not in _INTEGERS:
        raise ValueError(f"{written:.40} is larger than a number may be")
    return value


def _float(written: str) -> float:
    value = float(written)
    if not math.isfinite(value):
        raise ValueError(f"{written:.40} is larger than a number may be")
    return value


def _no_number(written: str) -> NoReturn:
    raise ValueError(f"{written} is no number in JSON")


def _refuse(detail: str) -> NoReturn:
    raise ProblemError(HTTPStatus.BAD_REQUEST, "body-unreadable", detail) from None
