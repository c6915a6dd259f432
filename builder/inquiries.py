"""Which sources can help in a case, and what each is to be asked with."""

from collections.abc import Mapping, Sequence
from typing import Any

from builder import pointer
from builder.model import Answers, Source
from builder.prefill import Record, propose
from builder.validity import Judge

#: They have nobody to ask.
_NOBODY = frozenset({"computed", "default"})


def wanted(
    judge: Judge,
    answers: Answers,
    records: Sequence[Record],
    claims: Mapping[str, Any],
    *,
    now: str,
) -> dict[str, dict[str, Any]]:
    """Return what to ask each source with that has a rule for a question asked now.

    A source whose key is not known yet is left out. Known is what is answered, what
    sources say exactly, and the `claims` that signing in told of the person.
    """
    pruned = judge.prune(answers)
    facts = dict(pruned.get("facts", {}))
    needed = {
        fact for source in judge.form.sources.values() for fact in source.key.values()
    }
    if any(fact in judge.form.facts and fact not in facts for fact in needed):
        said = propose(judge, answers, records, now=now)
        facts |= {
            pointer.parts(where)[1]: proposal.value
            for where, proposal in said.items()
            if where.startswith("/facts/") and proposal.certainty == "exact"
        }
    useful = {
        rule.source
        for question in judge.asked(pruned)
        for rule in question.prefill
        if judge.holds(rule.when, facts)
    }
    return {
        name: key
        for name, source in judge.form.sources.items()
        if name in useful and source.kind not in _NOBODY
        for key in (_key(source, facts, claims),)
        if None not in key.values()
    }


def _key(
    source: Source, facts: Mapping[str, Any], claims: Mapping[str, Any]
) -> dict[str, Any]:
    """Return what a source is asked with; None where that is not known."""
    return {
        word: claims.get(name[1:]) if name.startswith("@") else facts.get(name)
        for word, name in source.key.items()
    }
