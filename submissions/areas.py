"""Areas: five levels by the prefixes of a code, and the operator's list of them.

A code of 2 digits is a province, of 4 a city, of 6 a county, of 9 a town, of 12 a
village (GB/T 2260, GB/T 10114). "420116000000" is the county "420116" written long.
"""

import csv
import json
from collections.abc import Iterable, Mapping
from typing import Any

from builder.model import MergedForm
from submissions import canonical
from submissions.errors import AreaListError, Duplicate
from submissions.store.contract import Document, Store

#: Lengths of a code, from village to province.
LENGTHS = (12, 9, 6, 4, 2)


def normal(code: str) -> str:
    """Return a code without the zeros that stand for "all of it"; "" if it is none.

    >>> normal("420116000000"), normal("420100"), normal("4201x6"), normal("42011")
    ('420116', '4201', '', '')
    """
    if not (code.isascii() and code.isdecimal() and len(code) in LENGTHS):
        return ""
    for shorter in LENGTHS:
        if shorter < len(code) and not code[shorter:].strip("0"):
            code = code[:shorter]
    return code


def nearest(area: str) -> list[str]:
    """Return the codes of the areas around a place, the nearest first.

    >>> nearest("420116002")
    ['420116002', '420116', '4201', '42', '']
    """
    codes = [area, *(area[:n] for n in LENGTHS if n < len(area)), ""]
    return list(dict.fromkeys(codes))


def of_answers(form: MergedForm, answers: Mapping[str, Any]) -> str:
    """Return the area a submission belongs to.

    What the affair names in the answers, if it was answered with a code; else the
    affair's own.
    """
    said = answers["facts"].get(form.area_from)
    return (normal(said) if isinstance(said, str) else "") or form.area


def load(store: Store, lines: Iterable[str], *, now: str, by: str) -> int:
    """Take over a list of areas as CSV with the columns `code` and `name`.

    A province in it replaces what was known of that province, all at once.

    Returns:
        How many areas it holds.

    Raises:
        AreaListError: a line is no area, or lies in none; nothing was stored.
    """
    names = _read(lines)
    for code, (line, _) in names.items():
        around = nearest(code)[1]
        if around and around not in names:
            raise AreaListError(line, f"{code} lies in {around}, which is not listed")
    for province in sorted({code[:2] for code in names}):
        inside = {c: name for c, (_, name) in names.items() if c[:2] == province}
        document = {
            "_id": province,
            "names": canonical.text(inside),
            "loaded_at": now,
            "by": by,
        }
        _replace(store, document)
    return len(names)


def known(store: Store, province: str) -> dict[str, str]:
    """Return the names of the areas of a province, by code; {}: none are loaded."""
    document = store.get("areas", province)
    names: dict[str, str] = {} if document is None else json.loads(document["names"])
    return names


def provinces(store: Store) -> dict[str, str]:
    """Return the names of the provinces that are loaded, by code."""
    found = (known(store, each["_id"]) for each in store.find("areas"))
    return {min(names): names[min(names)] for names in found}


def _read(lines: Iterable[str]) -> dict[str, tuple[int, str]]:
    names: dict[str, tuple[int, str]] = {}
    rows = csv.DictReader(lines)
    if not {"code", "name"} <= set(rows.fieldnames or ()):
        raise AreaListError(1, "the first line must name the columns: code,name")
    for row in rows:
        line, code = rows.line_num, normal((row["code"] or "").strip())
        name = (row["name"] or "").strip()
        if not code or not name:
            said = f"{row['code']!r} is no code of 2, 4, 6, 9 or 12 digits with a name"
            raise AreaListError(line, said)
        before = names.setdefault(code, (line, name))
        if before[1] != name:
            raise AreaListError(line, f"{code} has another name in line {before[0]}")
    return names


def _replace(store: Store, document: Document) -> None:
    try:
        store.insert("areas", document)
    except Duplicate:
        store.update("areas", document["_id"], lambda found: {**found, **document})
