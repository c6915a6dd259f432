"""Formats and remarks, judged in every dialect as 2020-12 judges them."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import jsonschema_rs

from builder.json_schema.same import Same
from builder.model import Schema

_NEWEST = "https://json-schema.org/draft/2020-12/schema"
#: The formats that are asserted: those of 2020-12, in its sense, in every dialect.
#: Any other is a remark.
FORMATS = (
    "date",
    "date-time",
    "time",
    "duration",
    "email",
    "idn-email",
    "hostname",
    "idn-hostname",
    "ipv4",
    "ipv6",
    "uri",
    "uri-reference",
    "iri",
    "iri-reference",
    "uri-template",
    "json-pointer",
    "relative-json-pointer",
    "regex",
    "uuid",
)
#: Those that the older dialects assert by themselves, and in the same sense: a check of
#: our own would cost more than it checks.
_EVERYWHERE = ("date", "date-time", "time", "email", "ipv4", "ipv6", "uri")


class _Remark:
    """What a keyword says that only describes; 2020-12 never judges by it."""

    def __init__(self, *_: Any) -> None: ...

    def validate(self, _: Any) -> None: ...


_FORMAT_CHECKS = {
    name: jsonschema_rs.Draft202012Validator(
        {"format": name}, validate_formats=True
    ).is_valid
    for name in FORMATS
    if name not in _EVERYWHERE
}
_REMARKS = {"contentEncoding": _Remark, "contentMediaType": _Remark}


def older(schema: Schema, root: Schema) -> dict[str, Any]:
    """Return what makes an older dialect judge as 2020-12 does.

    No more than the schema needs: with anything of our own in it the library takes
    another, slower way through the whole document.
    """
    told = schema.get("$schema", _NEWEST) if isinstance(schema, Mapping) else _NEWEST
    if isinstance(told, str) and told.rstrip("#") == _NEWEST:
        return {}
    formats, keywords = _own(Same(root))
    return {
        **({"formats": formats} if formats else {}),
        **({"keywords": keywords} if keywords else {}),
    }


@lru_cache(maxsize=1024)
def _own(form: Same) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the formats and keywords of ours that a schema mentions anywhere."""
    mentioned: set[Any] = set()
    waiting: list[Any] = [form.root]
    while waiting:
        here = waiting.pop()
        if isinstance(here, Mapping):
            mentioned |= here.keys()
            waiting += here.values()
        elif isinstance(here, list):
            waiting += here
        elif isinstance(here, str):
            mentioned.add(here)
    formats = {n: check for n, check in _FORMAT_CHECKS.items() if n in mentioned}
    return formats, {n: mark for n, mark in _REMARKS.items() if n in mentioned}
