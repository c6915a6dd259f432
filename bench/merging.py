"""M1 to M3: a merge beside reading and writing its bytes, and the conflicts it finds.

Of each merge all is made that a publisher needs: the merged form, T with its validator,
the judge with every form compiled, and the conflict analysis of every fact.
"""

import json
from collections.abc import Callable, Mapping
from time import process_time

from bench.measure import RUNS, MissingError, Row, Rows, Skipped, compared, medians
from bench.reference import real_forms
from bench.synthetic import synthetic
from builder.catalogue import load
from builder.conflicts import Analysis, analyse
from builder.conflicts.conflict_errors import ConflictError, DeadElementError
from builder.merge import merge
from builder.model import AffairId, Catalogue
from builder.situations import applicability_sets
from builder.transport import transport
from builder.validity import Judge

_MILLI = 1e3
_SMALL, _MIDDLE, _LARGE = 6, 50, 200
#: Contradictions planted in the middle size.
_CLASHES = 20


def built(catalogue: Catalogue) -> Analysis:
    """Merge, transport, analyse and compile everything."""
    form = merge(catalogue, AffairId("imported"))
    domains = {id_: fact.schema for id_, fact in form.facts.items()}
    transport(form).validator.accepts({})
    Judge(form)
    return analyse(form, applicability_sets(form.matters, domains, place="matters"))


def _build(documents: Mapping[str, bytes]) -> Callable[[], Analysis]:
    """Return a build of the same forms, for each run read anew.

    What is kept by form would be found again in the next run.
    """
    fresh = iter([load(documents) for _ in range(RUNS)])
    return lambda: built(next(fresh))


def beside_its_bytes() -> Rows:
    """M1: synthetic forms, and the six real ones."""
    for count in (_SMALL, _MIDDLE, _LARGE):
        yield _beside_its_bytes(f"M1 {count} forms", synthetic(count))
    row = "M1 six real forms"
    try:
        yield _beside_its_bytes(row, real_forms().documents)
    except MissingError as missing:
        yield Skipped(row=row, skipped=str(missing))


def _beside_its_bytes(row: str, documents: Mapping[str, bytes]) -> Row:
    def floor() -> None:
        for data in documents.values():
            json.dumps(json.loads(data))

    value, least = medians(_build(documents), floor, clock=process_time)
    size = sum(map(len, documents.values())) / 1024
    return compared(
        row,
        value * _MILLI,
        least * _MILLI,
        unit="ms",
        floor_name="CPU time of merge, T, conflicts, and all compiled; beside "
        f"json.loads and json.dumps of the same {size:.0f} KB of definitions",
        must=20,
    )


def growth() -> Rows:
    """M2: four times the forms."""
    large, middle = (_build(synthetic(count)) for count in (_LARGE, _MIDDLE))
    value, least = medians(large, middle, clock=process_time)
    yield compared(
        "M2",
        value * _MILLI,
        least * _MILLI,
        unit="ms",
        floor_name="CPU time of merge, T, conflicts, and all compiled, of "
        f"{_LARGE} forms; beside the same of {_MIDDLE}",
        must=5,
    )


def conflicts() -> Rows:
    """M3: all conflicts in one run, with a witness for each of its members."""
    yield _conflicts("M3", synthetic(_MIDDLE, clashes=_CLASHES), _CLASHES)
    row = "M3 six real forms"
    try:
        yield _conflicts(row, real_forms().documents, 1)  # the marital status
    except MissingError as missing:
        yield Skipped(row=row, skipped=str(missing))


def _conflicts(row: str, documents: Mapping[str, bytes], count: int) -> Row:
    shown = [
        finding
        for finding in built(load(documents)).findings
        if isinstance(finding, ConflictError | DeadElementError)
        and all(member.witness for member in finding.core)
    ]
    return compared(
        row,
        len(shown),
        count,
        unit="conflicts",
        floor_name="conflicts found in one run, with a smallest core and a witness for "
        "each member of it; of those there are",
        must=1.0,
        sense="at least",
    )


ROWS = {"M1": beside_its_bytes, "M2": growth, "M3": conflicts}
