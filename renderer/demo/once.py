"""Two affairs once, over HTTP, from the guide to the verified webhook."""

import json
import time
from collections.abc import Callable, Mapping
from hashlib import sha256
from importlib.resources import files
from typing import Any, TypeAlias

from urllib3 import request

from builder import json_schema
from builder.model import AffairId
from renderer.demo.applicant import Applicant, StuckError
from renderer.demo.browser import Browser
from renderer.demo.house import House
from submissions import packs
from submissions.store.contract import Document

#: Seconds until every part must have arrived.
PATIENCE = 120
#: Seconds one answer may take.
ANSWER = 60
PAUSE = 0.05
#: Two real affairs show the whole way in seconds; the portal has all of them.
AFFAIRS = (AffairId("enterprise_setup"), AffairId("newborn_birth"))
COUNTED = ("parts", "delivered", "verified")
FOUND = 200

Tell: TypeAlias = Callable[[str], None]


def apply_everywhere(house: House, *, tell: Tell) -> dict[str, Any]:
    """Apply for the sample affairs and count what came of it.

    Args:
        house: the running product.
        tell: is told what happens, line by line.

    Returns:
        {"ok", "affairs": [{"affair", "matters", "fields", "asked", "prefilled",
        "parts", "delivered", "verified", "files", "fetched", "promised"}]}; ok: every
        applicable matter got its part, every part arrived and was verified, and every
        file could be fetched by the address that came with its part.
    """
    counted = [apply_for(house, affair, tell=tell) for affair in AFFAIRS]
    ok = bool(counted) and all(
        0 < each["matters"] == each[name] and each["files"] == each["fetched"]
        for each in counted
        for name in COUNTED
    )
    return {"ok": ok, "affairs": counted}


def apply_for(house: House, affair: str, *, tell: Tell) -> dict[str, Any]:
    """Apply for one affair and count what came of it."""
    tell(f"{affair}: applying")
    told = sample(affair)
    applicant = Applicant(
        browser=Browser(),
        form=house.forms[affair],
        answers=told["answers"],
        tell=tell,
    )
    try:
        receipt = applicant.apply(f"{house.portal}/", told["person"])
    except StuckError as stuck:
        tell(f"{affair}: {stuck}")
    else:
        tell(f"{affair}: {receipt.url}")
    counted = {
        "affair": affair,
        **size(house, affair),
        "asked": len(applicant.asked),
        "prefilled": len(applicant.prefilled),
        **arrived(house, affair),
        **brought(house, affair),
    }
    tell(f"{affair}: {json.dumps(counted)}")
    return counted


def sample(affair: str) -> dict[str, Any]:
    """Return {"person", "answers"}: who applies for an affair and what they say."""
    file = files("renderer.demo") / "answers" / f"{affair}.json"
    told: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return told


def size(house: House, affair: str) -> dict[str, int]:
    """Count the matters that apply, and the fields of their own forms."""
    counted = {"matters": 0, "fields": 0}
    for submission in submissions(house, affair):
        judge = packs.load(house.store, submission["pack_version"]).judge
        applicable = judge.applicable(json.loads(submission["answers"])["facts"])
        leaves = [list(json_schema.leaves(each.schema)) for each in applicable]
        counted["matters"] += len(applicable)
        counted["fields"] += sum(map(len, leaves))
    return counted


def arrived(house: House, affair: str) -> dict[str, int]:
    """Wait until every part has arrived, or patience ends; count what did."""
    ends = time.monotonic() + PATIENCE
    while True:
        counted = count(house, affair)
        if len(set(counted.values())) == 1 or time.monotonic() > ends:
            return counted
        time.sleep(PAUSE)


def count(house: House, affair: str) -> dict[str, int]:
    """Count parts, those with the receiver's 2xx recorded, and those verified."""
    parts: set[str] = set()
    delivered: set[str] = set()
    for submission in submissions(house, affair):
        parts |= {part["id"] for part in submission["parts"]}
        done = [each for each in submission["deliveries"] if each["state"] == "done"]
        delivered |= {each["part"] for each in done}
    return {
        "parts": len(parts),
        "delivered": len(delivered & parts),
        "verified": len(verified(house) & parts),
    }


def brought(house: House, affair: str) -> dict[str, int]:
    """Fetch every file as a department would; count files, good ones and promises."""
    ids = {p["id"] for each in submissions(house, affair) for p in each["parts"]}
    told = [
        material
        for each in received(house)
        if each["verified"] and each["part"] in ids
        for material in each["materials"]
    ]
    files = [file for material in told for file in material.get("files", ())]
    return {
        "files": len(files),
        "fetched": sum(map(_as_told, files)),
        "promised": sum(material["state"] == "promised" for material in told),
    }


def _as_told(file: Mapping[str, Any]) -> bool:
    answer = request("GET", file["href"], timeout=ANSWER)
    return answer.status == FOUND and sha256(answer.data).hexdigest() == file["sha256"]


def submissions(house: House, affair: str) -> list[Document]:
    """Return what was submitted for an affair."""
    return house.store.find("submissions", [("affair", "=", affair)])


def verified(house: House) -> set[str]:
    """Return the parts whose signature and document the receiver found good."""
    return {each["part"] for each in received(house) if each["verified"]}


def received(house: House) -> list[dict[str, Any]]:
    """Return what came to the receiver."""
    answer = request("GET", f"{house.receiver}/received.json", timeout=ANSWER)
    arrivals: list[dict[str, Any]] = answer.json()
    return arrivals
