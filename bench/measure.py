"""Rows: what was measured, its floor in the same run, and whether the goal is met.

A ratio inside one run says more than a time: machines and their load differ.
"""

import gc
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from statistics import median
from time import perf_counter
from typing import Any, Literal, TypeAlias

#: Values are medians of so many runs.
RUNS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of `make bench`."""

    row: str
    value: float
    unit: str
    floor: float
    floor_name: str
    #: The value in floors.
    ratio: float
    #: What the ratio must keep to.
    must: float
    met: bool
    runs: int = RUNS


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped:
    """A row that cannot be measured here, and why."""

    row: str
    skipped: str


Rows: TypeAlias = Iterable[Row | Skipped]


class MissingError(Exception):
    """A peer or reference data is not there; the text says how to get it."""


def compared(
    row: str,
    value: float,
    floor: float,
    *,
    unit: str,
    floor_name: str,
    must: float,
    sense: Literal["at most", "at least"] = "at most",
) -> Row:
    """Return the row of a value beside its floor.

    Args:
        row: its name in the table of goals.
        value: what was measured.
        floor: what it is compared with, in the same unit.
        unit: of both.
        floor_name: what exactly was measured, and beside what.
        must: the goal of the ratio.
        sense: whether the ratio may be larger or smaller than that.
    """
    ratio = value / floor
    return Row(
        row=row,
        value=round(value, 2),
        unit=unit,
        floor=round(floor, 2),
        floor_name=floor_name,
        ratio=round(ratio, 2),
        must=must,
        met=ratio <= must if sense == "at most" else ratio >= must,
    )


def medians(
    *works: Callable[[], Any],
    times: int = 1,
    clock: Callable[[], float] = perf_counter,
) -> tuple[float, ...]:
    """Return the median seconds of each work, in the order of the works.

    In every run all of them take turns, so that a busy moment strikes all alike.

    Args:
        works: what to do.
        times: how often in one run, whose time is the median of them.
        clock: of what is too long to escape its neighbours, `process_time`.
    """
    runs = [_run(works, times, clock) for _ in range(RUNS)]
    return tuple(median(seconds) for seconds in zip(*runs, strict=True))


def _run(
    works: Sequence[Callable[[], Any]], times: int, clock: Callable[[], float]
) -> list[float]:
    taken: list[list[float]] = [[] for _ in works]
    gc.collect()
    for _ in range(times):
        for work, seconds in zip(works, taken, strict=True):
            begun = clock()
            work()
            seconds.append(clock() - begun)
    return [median(seconds) for seconds in taken]
