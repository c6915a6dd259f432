"""Six real forms, each as an affair of one matter, with its filled-in documents."""

import json
from collections.abc import Collection
from pathlib import Path
from typing import Any

from builder import lists
from builder.catalogue import load
from builder.importers.json_schema import import_schemas
from builder.merge import merge
from builder.model import MergedForm

FORMS = ("10-10CG", "10-10EZ", "21P-527EZ", "22-1990", "22-1995", "22-5490")
#: What documents say that their form does not name, though it lets it through: nobody
#: can be asked for that.
UNNAMED = {
    "10-10EZ": {
        "/compensableVaServiceConnected",
        "/facilityState",
        "/isEssentialAcaCoverage",
        "/isVaServiceConnected",
        "/receivesVaPension",
        "/sigiIsAmericanIndian",
    },
    "21P-527EZ": {
        "/currentEmployers/*/jobTitle",
        "/previousNames/*/first",
        "/previousNames/*/last",
    },
    "22-1990": {"/bankAccount/bankName", "/toursOfDuty/*/involuntarilyCalledToDuty"},
}


def given(document: Any, unnamed: Collection[str] = (), path: str = "") -> Any:
    """What is said in a document: without members that hold "" or {}, or no name."""
    if isinstance(document, list):
        rows = [given(each, unnamed, f"{path}/*") for each in document]
        return [row for row in rows if row != {}]
    if not isinstance(document, dict):
        return document
    kept = {
        name: given(each, unnamed, f"{path}/{name}")
        for name, each in document.items()
        if f"{path}/{name}" not in unnamed
    }
    return {name: each for name, each in kept.items() if each not in ("", {}, [])}


def real_form(va: Path, name: str) -> tuple[MergedForm, dict[str, Any]]:
    """Return one form, and its documents by name: what is said in them."""
    alignment = json.loads((va / "elements.json").read_bytes())
    schema = (va / "schemas" / f"{name}.json").read_bytes()
    told = json.dumps({name: alignment[name]}).encode()
    form = merge(load(import_schemas({name: schema}, told, name).documents), name)
    unnamed = UNNAMED.get(name, set())
    assert unnamed.isdisjoint(path for path, _ in lists.flat(form.matters[0].fields))
    documents = (va / "instances").glob(f"{name}.*.json")
    return form, {
        file.stem: given(json.loads(file.read_bytes()), unnamed)
        for file in sorted(documents)
    }
