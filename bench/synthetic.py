"""Made-up forms, any number of them, that share facts as real departments' forms do."""

import json
from collections.abc import Mapping
from typing import Any

from builder.importers.json_schema import import_schemas

FIELDS = 30
#: Of the fields of each form so many hold facts of the pool: 40 %.
SHARED = 12
#: Every fact is held by a fifth of the forms, each with bounds of its own kind.
_POOL = 60
_STEP = 7

#: Demands no value meets: of two forms, and of three, of which any two agree.
_CLASHING: tuple[tuple[dict[str, Any], ...], ...] = (
    ({"enum": ["married", "single"]}, {"enum": ["MARRIED", "SINGLE"]}),
    ({"type": "integer", "maximum": 5}, {"type": "integer", "minimum": 6}),
    ({"type": "string", "pattern": "^[0-9]{18}$"}, {"type": "string", "maxLength": 17}),
    ({"enum": [1, 2]}, {"enum": [2, 3]}, {"enum": [1, 3]}),
    ({"type": "string", "pattern": "^A"}, {"type": "string", "pattern": "^[^A]"}),
)


def synthetic(
    count: int, *, fields: int = FIELDS, clashes: int = 0
) -> Mapping[str, bytes]:
    """Return the definition folder of so many forms, all of which apply.

    Args:
        count: of forms.
        fields: of each form.
        clashes: facts on which forms ask what no value meets.
    """
    forms = [_form(number, fields) for number in range(count)]
    told = [
        {f"/shared{n}": f"person.f{_fact(number, n)}" for n in range(SHARED)}
        for number in range(count)
    ]
    for clash in range(clashes):
        for number, demand in enumerate(_CLASHING[clash % len(_CLASHING)]):
            holder = (clash * _STEP + number) % count
            forms[holder]["properties"][f"clash{clash}"] = demand
            told[holder][f"/clash{clash}"] = f"clash.{clash}"
    names = [f"form{number:03}" for number in range(count)]
    schemas = {n: json.dumps(f).encode() for n, f in zip(names, forms, strict=True)}
    alignment = json.dumps(dict(zip(names, told, strict=True))).encode()
    return import_schemas(schemas, alignment).documents


def _fact(form: int, field: int) -> int:
    return (form * _STEP + field) % _POOL


def _form(number: int, fields: int) -> dict[str, Any]:
    kinds = {f"shared{n}": _fact(number, n) for n in range(SHARED)}
    kinds |= {f"own{n}": n for n in range(fields - SHARED)}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"Form {number}",
        "type": "object",
        "required": [name for n, name in enumerate(kinds) if n % 3 == 0],
        "properties": {name: _slot(kind, number % 4) for name, kind in kinds.items()},
        "additionalProperties": False,
    }


def _slot(kind: int, drift: int) -> dict[str, Any]:
    """Return a kind of field, as one of four departments bounds it."""
    told: tuple[dict[str, Any], ...] = (
        {"type": "string", "minLength": 1, "maxLength": 20 + 5 * drift},
        {"type": "string", "pattern": "^[0-9]{17}[0-9X]$", "maxLength": 18 + drift},
        {"type": "string", "format": "date"},
        {"type": "integer", "minimum": drift, "maximum": 100 + drift},
        {"type": "string", "enum": ["1", "2", "3", "9"][drift // 2 :]},
    )
    return told[kind % len(told)]
