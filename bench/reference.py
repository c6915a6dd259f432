"""The real forms that some rows are measured on."""

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from bench.measure import MissingError
from builder import pointer
from builder.importers.json_schema import import_schemas

CHECKOUT = Path(__file__).parent.parent


def reference() -> Path:
    """Return the folder of the reference data, found as the tests find it.

    Raises:
        MissingError: it is not there.
    """
    folder = Path(os.environ.get("YIBIAO_REFERENCE", CHECKOUT.parent / "shared"))
    if not folder.is_dir():
        raise MissingError(f"no reference data: set YIBIAO_REFERENCE ({folder})")
    return folder


@dataclass(frozen=True, slots=True)
class RealForms:
    """Six forms which nobody here wrote, with their documents."""

    #: The definition folder that their import makes.
    documents: Mapping[str, bytes]
    #: Valid documents by form.
    right: Mapping[str, Sequence[dict[str, Any]]]
    wrong: Mapping[str, Sequence[dict[str, Any]]]


@cache
def real_forms() -> RealForms:
    """Return the real forms, imported as they are with their alignment.

    Raises:
        MissingError: the reference data is not there.
    """
    folder = reference() / "real-forms" / "va"
    alignment = (folder / "elements.json").read_bytes()
    names = list(json.loads(alignment))
    schemas = {n: (folder / "schemas" / f"{n}.json").read_bytes() for n in names}
    return RealForms(
        documents=import_schemas(schemas, alignment).documents,
        right={name: _right(folder, name) for name in names},
        wrong={name: _wrong(folder, name) for name in names},
    )


def _right(folder: Path, name: str) -> list[dict[str, Any]]:
    files = sorted((folder / "instances").glob(f"{name}.*.json"))
    return [json.loads(file.read_bytes()) for file in files]


def _wrong(folder: Path, name: str) -> list[dict[str, Any]]:
    made = []
    for case in json.loads((folder / "invalid" / f"{name}.json").read_bytes()):
        base = folder / "instances" / f"{name}.{case['base']}.json"
        document = json.loads(base.read_bytes())
        *outer, last = names = pointer.parts(case["pointer"])
        holder = pointer.get(document, outer)
        if isinstance(holder, list):
            holder[int(last)] = case["value"]
        else:
            pointer.put(document, names, case["value"])
        made.append(document)
    return made
