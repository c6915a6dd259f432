"""Merged form to pack and back: one immutable, hashed JSON document.

A pack carries T, so that whoever has it can judge answers with any validator of JSON
Schema 2020-12. What T leaves to the judge is named beside it, with the reason.
"""

import hashlib
from collections.abc import Mapping
from typing import Any

import cattrs
import orjson

from builder.errors import PackError
from builder.model import MergedForm
from builder.transport import Standing, Transported, transport
from builder.values import converter

#: Rises when the shape of a pack changes, so that an old pack is read as it was meant.
FORMAT = 3
#: Its sources were texts, and its rules pointed into flat records.
_PLAIN_SOURCES = 2
#: Its `schema` was the layout alone, and it had no certificate.
_WITHOUT_RULES = 1
#: What T says beyond the layout.
_RULES = ("allOf", "$defs")
_RESIDUAL = (
    "How the form writes these cannot be judged before it is written: the schema "
    "demands what it can."
)


def dump(form: MergedForm, transported: Transported | None = None) -> bytes:
    """Return the pack: the same form gives the same bytes on every machine.

    Keys keep their order: that of a department's form is part of what it says.

    Args:
        form: the merged form.
        transported: its T, if it is not to be made anew.
    """
    made = transported or transport(form)
    left = {
        matter: _left(standing)
        for matter, standing in made.matters.items()
        if standing.mode != "exact"
    }
    document = {"format": FORMAT, **converter.unstructure(form), "schema": made.schema}
    return orjson.dumps({**document, "left_to_judge": left})


def _left(standing: Standing) -> dict[str, Any]:
    """Say how far T goes for a matter, and why no further."""
    if standing.reason is None:
        told = {"reason": _RESIDUAL, "paths": standing.residuals}
        return {"mode": standing.mode, **told}
    told = {"reason": standing.reason.explain(), "code": standing.reason.code}
    return {"mode": standing.mode, **told}


def load(data: bytes) -> MergedForm:
    """Return the merged form of a pack, with a certificate or without.

    Raises:
        PackError: the bytes are no pack, or one of a later format.
    """
    document = _read(data)
    try:
        if document["format"] < FORMAT:
            document = _with_sources(document)
        if document["format"] != _WITHOUT_RULES:
            rules = dict(document["schema"])
            document["schema"] = {k: rules[k] for k in rules if k not in _RULES}
        return converter.structure(document, MergedForm)
    except (cattrs.BaseValidationError, KeyError, TypeError, ValueError) as error:
        raise PackError("pack", str(error)) from error


def _with_sources(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return a pack of an earlier format with its sources and rules as they are now."""
    questions = [
        {
            **question,
            "prefill": [
                {
                    **{name: rule[name] for name in rule if name != "value"},
                    "path": rule["value"].removeprefix("/"),
                }
                for rule in question.get("prefill", ())
            ],
        }
        for question in document["questions"]
    ]
    sources = {
        name: {"label": label, "kind": "registry"}
        for name, label in document["sources"].items()
    }
    return {**document, "questions": questions, "sources": sources}


def certify(data: bytes, figures: Mapping[str, Any]) -> bytes:
    """Return the pack with the certificate of its proof.

    Args:
        data: a pack without a certificate.
        figures: what was tried, and what came of it.
    """
    certificate = {"pack": digest(data), **figures}
    return orjson.dumps({**orjson.loads(data), "certificate": certificate})


def parted(data: bytes) -> tuple[bytes, Mapping[str, Any] | None]:
    """Return a pack without its certificate, and the certificate if it has one.

    Raises:
        PackError: the bytes are no pack, or one of a later format.
    """
    document = _read(data)
    certificate = document.pop("certificate", None)
    return orjson.dumps(document), certificate


def _read(data: bytes) -> dict[str, Any]:
    try:
        document = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise PackError("pack", str(error)) from error
    known = (_WITHOUT_RULES, _PLAIN_SOURCES, FORMAT)
    if not isinstance(document, dict) or document.get("format") not in known:
        raise PackError("pack#/format", f"it is not of format {FORMAT}")
    return document


def digest(data: bytes) -> str:
    """Return the SHA-256 of these bytes in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def canonical(document: Any) -> bytes:
    """Return JSON with sorted keys and no spaces, UTF-8: equal values, equal bytes."""
    return orjson.dumps(document, option=orjson.OPT_SORT_KEYS)
