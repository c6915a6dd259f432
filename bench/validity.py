"""V1 to V3: the judge beside the bare validator, and what it lets pass."""

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

import jsonschema_rs
import orjson

from bench.measure import Row, Rows, compared, medians
from bench.reference import real_forms
from builder import pointer
from builder.catalogue import load
from builder.documents import decompose, project
from builder.merge import merge
from builder.model import AffairId
from builder.validity import Judge

_TIMES = 300
_MICRO = 1e6


@cache
def _judge() -> Judge:
    return Judge(merge(load(real_forms().documents), AffairId("imported")))


@cache
def _bare() -> dict[str, Any]:
    """Return the bare validators: compiled once, formats asserted, nothing of ours."""
    return {
        matter.id: jsonschema_rs.validator_for(
            dict(matter.schema), validate_formats=True
        )
        for matter in _judge().form.matters
    }


def single() -> Rows:
    """V1: from the bytes of one document to the places of what is wrong in it."""
    forms = real_forms()
    yield _single("V1", {name: found[0] for name, found in forms.right.items()})
    yield _single("V1 wrong", {name: found[0] for name, found in forms.wrong.items()})


def _single(row: str, documents: Mapping[Any, Any]) -> Row:
    judge, bare = _judge(), _bare()
    sent = {name: json.dumps(document).encode() for name, document in documents.items()}

    def ours() -> None:
        for name, data in sent.items():
            judge.document_faults(name, orjson.loads(data))

    def floor() -> None:
        for name, data in sent.items():
            for error in bare[name].iter_errors(orjson.loads(data)):
                _ = error.instance_path

    value, least = medians(ours, floor, times=_TIMES)
    return compared(
        row,
        value / len(sent) * _MICRO,
        least / len(sent) * _MICRO,
        unit="µs",
        floor_name="a document of a real form, mean of six forms, from bytes to the "
        "places of its errors; beside orjson.loads and jsonschema-rs iter_errors",
        must=1.5,
    )


def together() -> Rows:
    """V2: the answers of six matters, as the intake judges them."""
    judge, bare = _judge(), _bare()
    answers = joint_answers()
    documents = {m.id: project(m, answers) for m in judge.form.matters}

    def floor() -> None:
        for name, document in documents.items():
            list(bare[name].iter_errors(document))

    value, least = medians(lambda: judge.faults(answers), floor, times=_TIMES)
    yield compared(
        "V2",
        value * _MICRO,
        least * _MICRO,
        unit="µs",
        floor_name="Judge.faults of right answers to six real forms: prune, layout, "
        "project, judge; beside jsonschema-rs iter_errors of the six ready documents",
        must=2.5,
    )


def joint_answers() -> dict[str, Any]:
    """Return answers that all six real forms accept.

    Made of one document of each; of a fact that several hold, the last one's value. No
    marital status suits all of the forms, so it is left open.

    Raises:
        ValueError: there is more in which they disagree.
    """
    answers: dict[str, Any] = {"facts": {}, "matters": {}}
    for matter in _judge().form.matters:
        part = decompose(matter, real_forms().right[matter.id][0])
        answers = {name: answers[name] | part[name] for name in answers}
    for fault in _judge().faults(answers):
        pointer.remove(answers, pointer.parts(fault.pointer))
    left = _judge().faults(answers)
    if left:
        raise ValueError(left)
    return answers


def refused() -> Rows:
    """V3: wrong documents that are refused."""
    judge = _judge()
    wrong = real_forms().wrong
    cases = [(m.id, each) for m in judge.form.matters for each in wrong[m.id]]
    count = sum(bool(judge.document_faults(name, case)) for name, case in cases)
    yield compared(
        "V3",
        count,
        len(cases),
        unit="documents",
        floor_name="wrong documents of six real forms refused; of all there are",
        must=1.0,
        sense="at least",
    )


ROWS = {"V1": single, "V2": together, "V3": refused}
