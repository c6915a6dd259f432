"""Questions compared with what they were: words, choices, conditions, sources."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict

from builder import pack
from builder.diff.changes import Change, both, differs, only, told, was
from builder.explain import in_words
from builder.explain.in_words import label
from builder.model import Question

#: What says how it is asked, and follows from nothing else that is compared.
_MANNERS = (
    "hint",
    "other",
    "input",
    "unit",
    "sensitivity",
    "autocomplete",
    "max_length",
    "unserved",
)


def question_changes(
    old: Sequence[Question], new: Sequence[Question], subject: str, above: str = ""
) -> Iterator[Change]:
    """Yield each change of some questions, in the order of the later ones.

    Args:
        old: as they were.
        new: as they are.
        subject: what they are: situations, questions or columns.
        above: the pointer of their list, and "/*"; of others "".
    """
    before = {above + question.pointer: question for question in old}
    after = {above + question.pointer: question for question in new}
    for place, question in only(before, after).items():
        yield told("removed", subject, place, label(question.label), *_who(question))
    for place, question in only(after, before).items():
        yield told("added", subject, place, label(question.label), *_who(question))
    for place, was_, is_ in both(before, after):
        yield from _question(was_, is_, subject, place)
        yield from _choices(was_, is_, place)
        yield from _prefill(was_, is_, place)
        yield from question_changes(was_.columns, is_.columns, "column", f"{place}/*")


def _who(question: Question) -> tuple[str, ...]:
    return tuple(dict.fromkeys(asker.matter for asker in question.asked_by))


def _question(
    old: Question, new: Question, subject: str, place: str
) -> Iterator[Change]:
    who = _who(new)
    if old.label != new.label:
        yield told("renamed", subject, place, was(old.label, new.label), *who)
    if differs(old.when, new.when):
        before, after = in_words.condition(old.when), in_words.condition(new.when)
        yield told("changed", subject, place, f"asked: {before}; now: {after}", *who)
    if new.required and not old.required:
        yield told("tightened", subject, place, "the affair now requires it", *who)
    elif old.required and not new.required:
        text = "the affair no longer requires it"
        yield told("widened", subject, place, text, *who)
    for name in _MANNERS:
        one, other = getattr(old, name), getattr(new, name)
        if one != other:
            yield told("changed", subject, place, f"{name} {was(one, other)}", *who)


def _choices(old: Question, new: Question, place: str) -> Iterator[Change]:
    before = {pack.canonical(choice.value): choice for choice in old.choices}
    after = {pack.canonical(choice.value): choice for choice in new.choices}
    who = _who(new)
    for choice in only(before, after).values():
        text = f"{in_words.shown(choice.value)} {label(choice.label)}"
        yield told("removed", "choice", place, text, *who)
    for choice in only(after, before).values():
        text = f"{in_words.shown(choice.value)} {label(choice.label)}"
        yield told("added", "choice", place, text, *who)
    for _, was_, is_ in both(before, after):
        value = in_words.shown(is_.value)
        if was_.label != is_.label:
            text = f"{value} {was(was_.label, is_.label)}"
            yield told("renamed", "choice", place, text, *who)
        lost = [m for m in is_.refused_by if m not in was_.refused_by]
        won = [m for m in was_.refused_by if m not in is_.refused_by]
        if lost:
            text = f"{value} is now refused by {', '.join(lost)}"
            yield told("tightened", "choice", place, text, *lost)
        if won:
            text = f"{value} is no longer refused by {', '.join(won)}"
            yield told("widened", "choice", place, text, *won)
    if [k for k in before if k in after] != [k for k in after if k in before]:
        yield told("moved", "choice", place, "the choices stand in another order", *who)


def _prefill(old: Question, new: Question, place: str) -> Iterator[Change]:
    before = {pack.canonical(asdict(rule)): rule for rule in old.prefill}
    after = {pack.canonical(asdict(rule)): rule for rule in new.prefill}
    for rule in only(before, after).values():
        text = f"{in_words.rule(rule)}, {in_words.condition(rule.when)}"
        yield told("removed", "prefill", place, text, *_who(new))
    for rule in only(after, before).values():
        text = f"{in_words.rule(rule)}, {in_words.condition(rule.when)}"
        yield told("added", "prefill", place, text, *_who(new))
    if [k for k in before if k in after] != [k for k in after if k in before]:
        text = "the sources are tried in another order"
        yield told("moved", "prefill", place, text, *_who(new))
