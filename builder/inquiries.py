"""Which sources can help in a case, and what each is to be asked with."""

from collections.abc import Mapping, Sequence
from typing import Any

from builder import pointer
from builder.model import Answers
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

    A source whose key is not known yet is left out. Known is what is answered, and
    what sources say exactly.

    Args:
        judge: of the form.
        answers: what there is so far.
        records: what sources said.
        claims: what signing in told of the person.
        now: UTC text.
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
    keys = {}
    for name, source in judge.form.sources.items():
        if name in useful and source.kind not in _NOBODY:
            key = {
                word: claims.get(fact[1:]) if fact.startswith("@") else facts.get(fact)
                for word, fact in source.key.items()
            }
            if None not in key.values():
                keys[name] = key
    return keys
