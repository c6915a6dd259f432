"""`make faults`: every case in turn; `make faults CASES=1,7` runs only those."""

import os
import shutil
import sys
import tempfile
import time
import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from random import Random

from tests.faults import (
    disk,
    dying,
    intake_faults,
    leaking,
    leaving,
    outages,
    receivers_at_fault,
    signing,
    storm,
)
from tests.faults.found import Case, Found, Place, Skip

#: By number in the table of what must not happen.
CASES: Mapping[int, tuple[str, Case]] = {
    1: ("kill storm", storm.kill_storm),
    2: ("planted bugs", storm.mutants),
    3: ("disk before answer", disk.disk_before_answer),
    4: ("kill before record", dying.kill_before_record),
    5: ("SIGTERM under load", dying.stopped_under_load),
    6: ("two workers, one store", dying.two_workers),
    7: ("poison", dying.poisoned),
    8: ("one dead endpoint of ten", receivers_at_fault.dead_endpoint),
    9: ("drip", receivers_at_fault.drip),
    10: ("huge answer", receivers_at_fault.huge_answer),
    11: ("resets", receivers_at_fault.resets),
    12: ("status codes", receivers_at_fault.statuses),
    13: ("verifiers of others", signing.verifiers),
    14: ("forbidden places", leaving.forbidden_places),
    15: ("same key", intake_faults.same_key),
    16: ("callbacks", intake_faults.callbacks),
    17: ("leak scan", leaking.leak_scan),
    18: ("audit tamper", intake_faults.audit_tamper),
    19: ("full, read-only, locked", outages.outages),
}


@dataclass(frozen=True)
class Ran:
    """What came of a case."""

    verdict: str
    seconds: float
    told: str


def run(number: int, seed: int) -> Ran:
    """Run one case in a folder of its own, which is kept if the case fails."""
    _, case = CASES[number]
    folder = Path(tempfile.mkdtemp(prefix=f"yibiao-case-{number}-"))
    place = Place(folder, Random(f"{seed}/{number}"), seed)
    began = time.monotonic()
    try:
        found = case(place)
    except Skip as skip:
        verdict, told = "skipped", str(skip)
    except Exception:  # noqa: BLE001
        # One case that breaks must not hide what the others find.
        verdict, told = "failed", traceback.format_exc()
    else:
        verdict, told = _judged(found)
    if verdict == "failed":
        told += f"\n     see {folder}"
    else:
        shutil.rmtree(folder)
    return Ran(verdict, time.monotonic() - began, told)


def _judged(found: Found) -> tuple[str, str]:
    figures = ", ".join(f"{name} {value}" for name, value in found.figures.items())
    if not found.faults:
        return "passed", figures
    return "failed", "; ".join(found.faults) + f"\n     of: {figures}"


def main(wanted: str) -> int:
    """Run the cases named, separated by commas; all, if none is."""
    numbers = [int(word) for word in wanted.split(",")] if wanted else list(CASES)
    strangers = [number for number in numbers if number not in CASES]
    if strangers:
        sys.exit(f"there is no case {strangers}; known: {list(CASES)}")
    seed = int(os.environ.get("SEED") or time.time_ns() % 1_000_000)
    print(f"seed {seed} (SEED={seed} runs the same again)", flush=True)
    count = {"passed": 0, "failed": 0, "skipped": 0}
    for number in numbers:
        ran = run(number, seed)
        count[ran.verdict] += 1
        name = CASES[number][0]
        print(f"{number:>3}  {name:<28} {ran.verdict:<8} {ran.seconds:>6.1f} s")
        print(f"     {ran.told}", flush=True)
    said = ", ".join(f"{value} {verdict}" for verdict, value in count.items())
    print(f"faults: {said}")
    return 1 if count["failed"] else 0


if __name__ == "__main__":
    sys.exit(main("".join(sys.argv[1:])))
