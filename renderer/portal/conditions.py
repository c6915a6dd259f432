"""Conditions in words: which answer to which question makes something apply."""

from collections.abc import Mapping
from typing import Any

from builder.model import FactId, MergedForm, Predicate, Question
from builder.places import fact_pointer
from renderer.showing import shown
from renderer.wording import say as _
from renderer.wording import words


def sentence(form: MergedForm, condition: Predicate | None) -> str:
    """Say when something applies; "" where always, or where words are not enough."""
    if condition is None:
        return ""
    questions = {q.pointer: q for q in (*form.situations, *form.questions)}
    said = _said(questions, condition)
    return _("%(condition)s时才要", condition=said) if said else ""


def _said(questions: Mapping[Any, Question], condition: Predicate) -> str:
    """Return the condition in words, or "" where it is more than words can say."""
    parts: list[str] = []
    for fact, wanted in condition.get("properties", {}).items():
        question = questions.get(fact_pointer(FactId(fact)))
        values = _values(wanted)
        if question is None or not values:
            return ""
        answers = _("或").join(
            _("“%(answer)s”", answer=shown(question, value)) for value in values
        )
        label = words(question.label)
        parts.append(_("“%(label)s”答%(answers)s", label=label, answers=answers))
    for key, joint in (("allOf", _("，并且")), ("anyOf", _("，或者"))):
        inner = [_said(questions, each) for each in condition.get(key, ())]
        if not all(inner):
            return ""
        if inner:
            parts.append(joint.join(inner))
    known = {"properties", "required", "allOf", "anyOf", "type"}
    return _("，并且").join(parts) if set(condition) <= known else ""


def _values(wanted: Any) -> tuple[Any, ...]:
    if not isinstance(wanted, Mapping):
        return ()
    if "const" in wanted:
        return (wanted["const"],)
    return tuple(wanted.get("enum", ()))
