"""Values that sources already hold, proposed for questions nobody answered yet.

A proposal is never an answer: the applicant sees it with its source and its date, and
leaves it or corrects it. What no applicable department would accept is not proposed.

Laws: what is answered is never proposed over; the order in which sources answered
means nothing; what is proposed is refused by nobody; the same records on the same day
give the same proposals.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

import jmespath
from jmespath.exceptions import JMESPathError
from jmespath.parser import ParsedResult

from builder import lenses, pointer
from builder.deriving import derive
from builder.lenses import UndefinedError, same
from builder.model import (
    Answers,
    Certainty,
    FactId,
    Lock,
    Pointer,
    PrefillRule,
    Question,
)
from builder.pointer import ABSENT
from builder.validity import Judge

#: Different paths that are kept compiled.
_MOST_PATHS = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What one source says in this case."""

    source: str
    values: Any
    #: When the source said so: UTC text, milliseconds.
    at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A value for one question, and where it came from."""

    value: Any
    source: str
    #: "" where it is made of other answers.
    at: str
    certainty: Certainty = "exact"
    lock: Lock = "open"
    #: It is older than its source is good for.
    stale: bool = False
    #: What further sources say instead, in the order of precedence.
    others: tuple["Proposal", ...] = ()


def propose(
    judge: Judge, answers: Answers, records: Sequence[Record], *, now: str
) -> dict[Pointer, Proposal]:
    """Return a proposal for each asked question that has a source and no answer.

    The first rule of a question that gives an acceptable value wins; what the others
    say instead stands beside it.

    Args:
        judge: of the form.
        answers: what there is so far.
        records: what sources said, in any order.
        now: UTC text; tells what is stale.
    """
    pruned = judge.prune(answers)
    open_ = [
        question
        for question in judge.asked(pruned)
        if question.prefill
        and pointer.get(pruned, pointer.parts(question.pointer)) is ABSENT
    ]
    return _proposed(judge, pruned.get("facts", {}), open_, _latest(records), now)


def sealed(
    judge: Judge, answers: Answers, records: Sequence[Record], *, now: str
) -> dict[Pointer, Proposal]:
    """Return the values that nobody can change here, whatever is answered.

    Law: no answer to a sealed question changes what is returned for it.
    """
    pruned = judge.prune(answers)
    locked = [
        replace(question, prefill=rules)
        for question in judge.asked(pruned)
        if (rules := tuple(r for r in question.prefill if r.lock == "sealed"))
    ]
    without = {
        fact: value
        for fact, value in pruned.get("facts", {}).items()
        if fact not in {pointer.parts(each.pointer)[1] for each in locked}
    }
    return _proposed(judge, without, locked, _latest(records), now)


def is_sealed(
    judge: Judge,
    question: Question,
    facts: Mapping[str, Any],
    origin: Mapping[str, Any],
) -> bool:
    """Tell whether the kept answer to a question is one that nobody can change here.

    Args:
        judge: of the form.
        question: the question.
        facts: those that count in this situation.
        origin: where the answer came from, as it is kept; {} where it was typed.
    """
    return not origin.get("corrected") and any(
        rule.lock == "sealed"
        and rule.source == origin.get("source")
        and judge.holds(rule.when, facts)
        for rule in question.prefill
    )


def _proposed(
    judge: Judge,
    facts: Mapping[str, Any],
    questions: Sequence[Question],
    records: Mapping[str, Record],
    now: str,
) -> dict[Pointer, Proposal]:
    """Propose what sources say, then what follows from it, until nothing is new."""
    found: dict[Pointer, Proposal] = {}
    known = dict(facts)
    waiting = list(questions)
    while waiting:
        left = []
        for question in waiting:
            proposal = _best(judge, question, known, records, now)
            if proposal is None:
                left.append(question)
                continue
            found[question.pointer] = proposal
        for where, proposal in found.items():
            kind, name, *_ = pointer.parts(where)
            if kind == "facts" and proposal.certainty == "exact":
                known[name] = proposal.value
        if len(left) == len(waiting):
            break
        waiting = left
    return found


def _best(
    judge: Judge,
    question: Question,
    facts: Mapping[str, Any],
    records: Mapping[str, Record],
    now: str,
) -> Proposal | None:
    said = [
        each
        for each in _said(judge, question, facts, records, now)
        if judge.accepts_value(question, each.value, facts)
    ]
    if not said:
        return None
    first, *rest = said
    others = tuple(each for each in rest if not same(each.value, first.value))
    return replace(first, others=others)


def _said(
    judge: Judge,
    question: Question,
    facts: Mapping[str, Any],
    records: Mapping[str, Record],
    now: str,
) -> Iterator[Proposal]:
    """Yield what each rule gives, in the order of precedence."""
    for rule in question.prefill:
        if not judge.holds(rule.when, facts):
            continue
        source = judge.form.sources[rule.source]
        record = records.get(rule.source)
        if source.kind not in {"computed", "default"} and record is None:
            continue
        value = value_of(rule, facts, record)
        if value is ABSENT:
            continue
        at = "" if record is None else record.at
        yield Proposal(
            value=value,
            source=rule.source,
            at=at,
            certainty=rule.certainty,
            lock=rule.lock,
            stale=is_stale(at, source.max_age_days, now=now),
        )


def value_of(rule: PrefillRule, facts: Mapping[str, Any], record: Record | None) -> Any:
    """Return the canonical value that a rule gives, or `ABSENT`."""
    if rule.compute is not None:
        return derive(rule.compute, [facts.get(f, ABSENT) for f in rule.of], rule.by)
    if record is None:
        return rule.value
    try:
        said = _compiled(rule.path).search(record.values)
        return ABSENT if said is None else lenses.put(rule.lens, said)
    except (JMESPathError, UndefinedError):
        return ABSENT


def is_stale(at: str, max_age_days: int | None, *, now: str) -> bool:
    """Tell whether something said at a time is older than so many days."""
    if not at or max_age_days is None:
        return False
    age = datetime.fromisoformat(now) - datetime.fromisoformat(at)
    return age > timedelta(days=max_age_days)


def inputs(rule: PrefillRule, key: Mapping[str, str]) -> frozenset[FactId]:
    """Return the facts that must be known before a rule gives anything.

    Args:
        rule: the rule.
        key: what its source is asked with.
    """
    asked_with = (FactId(name) for name in key.values() if not name.startswith("@"))
    return frozenset((*rule.of, *asked_with))


def _latest(records: Sequence[Record]) -> dict[str, Record]:
    """Return the last thing each source said, however the records are ordered."""
    ordered = sorted(records, key=lambda each: (each.at, repr(each.values)))
    return {each.source: each for each in ordered}


@lru_cache(_MOST_PATHS)
def _compiled(path: str) -> ParsedResult:
    return jmespath.compile(path)
