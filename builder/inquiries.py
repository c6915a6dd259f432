"""Which sources can help in a case, and what each is to be asked with."""

from collections.abc import Iterable, Mapping, Sequence
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
    facts = _known(judge, answers, judge.form.sources, records, now)
    useful = {
        rule.source
        for question in judge.asked(judge.prune(answers))
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


def relevant(
    judge: Judge,
    answers: Answers,
    records: Sequence[Record],
    keys: Mapping[str, Mapping[str, Any]],
    *,
    now: str,
) -> tuple[Record, ...]:
    """Return the records whose sources were asked about what is known now.

    What a source said of one person says nothing of another whose number was typed
    since. Claims are not compared: they are of whoever was signed in when it was asked.

    Args:
        judge: of the form.
        answers: what there is so far.
        records: what sources said, one for each.
        keys: what each of them was asked with.
        now: UTC text.
    """
    sources = judge.form.sources
    asked = [each.source for each in records if each.source in sources]
    found: tuple[Record, ...] = ()
    for _round in range(len(asked) + 1):  # what one says can be the key of another
        facts = _known(judge, answers, asked, found, now)
        fits = tuple(
            each
            for each in records
            if each.source in sources
            and all(
                name.startswith("@") or keys[each.source].get(word) == facts.get(name)
                for word, name in sources[each.source].key.items()
            )
        )
        if fits == found:
            break
        found = fits
    return found


def _known(
    judge: Judge,
    answers: Answers,
    sources: Iterable[str],
    records: Sequence[Record],
    now: str,
) -> dict[str, Any]:
    """Return the facts there are; where a key lacks one, with what is said exactly."""
    facts = dict(judge.prune(answers).get("facts", {}))
    needed = {
        fact for each in sources for fact in judge.form.sources[each].key.values()
    }
    if all(fact not in judge.form.facts or fact in facts for fact in needed):
        return facts
    said = propose(judge, answers, records, now=now)
    return facts | {
        pointer.parts(where)[1]: proposal.value
        for where, proposal in said.items()
        if where.startswith("/facts/") and proposal.certainty == "exact"
    }


def _key(
    source: Source, facts: Mapping[str, Any], claims: Mapping[str, Any]
) -> dict[str, Any]:
    """Return what a source is asked with; None where that is not known."""
    return {
        word: claims.get(name[1:]) if name.startswith("@") else facts.get(name)
        for word, name in source.key.items()
    }
