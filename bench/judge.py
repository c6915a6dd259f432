"""How long the judge takes beside its floor: the same documents, judged one by one.

Prints one JSON line per shipped affair: medians of five runs, floor in the same run.
"""

import json
from collections.abc import Callable
from importlib.resources import files
from statistics import median
from time import perf_counter
from typing import Any

from builder.catalogue import load, read_folder
from builder.documents import project
from builder.json_schema import Validator
from builder.merge import merge
from builder.model import AffairId
from builder.validity import Judge

RUNS = 5
TIMES = 200


def microseconds(work: Callable[[], Any]) -> float:
    """Return the median time of one call."""
    taken = []
    for _ in range(RUNS):
        begun = perf_counter()
        for _ in range(TIMES):
            work()
        taken.append((perf_counter() - begun) / TIMES * 1e6)
    return median(taken)


def measure(judge: Judge) -> dict[str, object]:
    """Judge the sample answers of one affair, and its documents one by one."""
    name = judge.form.affair
    file = files("renderer") / "demo" / "answers" / f"{name}.json"
    sample = json.loads(file.read_bytes())
    answers = sample["answers"]
    answers["facts"] = sample["situations"] | answers["facts"]
    stand_ins = {
        f: judge.form.facts[f].stand_in for f in judge.awaited(answers["facts"])
    }
    whole = answers | {"facts": stand_ins | answers["facts"]}
    documents = [
        (Validator(matter.schema), project(matter, whole))
        for matter in judge.form.matters
    ]

    def one_by_one() -> None:
        for validator, document in documents:
            validator.violations(document)

    value, floor = microseconds(lambda: judge.faults(answers)), microseconds(one_by_one)
    return {
        "row": f"judge the answers of {name}",
        "value": round(value, 1),
        "unit": "µs",
        "floor": round(floor, 1),
        "floor_name": "its seven documents, judged one by one",
        "ratio": round(value / floor, 2),
        "must": None,
        "met": None,
        "runs": RUNS,
    }


def main() -> None:
    """Measure the shipped affairs."""
    catalogue = load(read_folder(files("form_defs")))
    for affair in catalogue.affairs:
        print(
            json.dumps(
                measure(Judge(merge(catalogue, AffairId(affair)))), ensure_ascii=False
            )
        )


if __name__ == "__main__":
    main()
