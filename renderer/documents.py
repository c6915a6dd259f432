"""A department's own document as people read it: its labels, its order, no more."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from builder import pointer
from builder.model import Answers, Matter, Question
from builder.pointer import ABSENT
from renderer.pieces import answer
from renderer.showing import shown
from renderer.wording import say as _
from renderer.wording import words


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One field of a department's own form."""

    #: Where it stands in the document.
    path: str
    label: str
    #: As the department receives it; "" where it is left empty.
    text: str
    #: What a code stands for.
    meaning: str


def cells(
    matter: Matter,
    document: Mapping[str, Any],
    questions: Iterable[Question],
    answers: Answers,
) -> Iterator[Cell]:
    """Yield the fields of a form in its own order, then what else the document holds.

    Args:
        questions: all that were asked; they say what codes stand for.
        answers: what was answered.
    """
    meanings = dict(_meanings(matter, questions, answers))
    for path in dict.fromkeys((*_paths(matter.schema), *_leaves(document))):
        value = pointer.get(document, pointer.parts(path))
        if isinstance(value, Mapping):
            continue
        text = "" if value is ABSENT else _text(value)
        meaning = meanings.get(path, "") if text else ""
        yield Cell(
            path=path,
            label=label_of(matter, path),
            text=text,
            meaning="" if meaning == text else meaning,
        )


def label_of(matter: Matter, path: str) -> str:
    """Return what a department's form calls the field at a path."""
    field = matter.fields.get(path)
    if field is not None:
        return words(field.label)
    schema: Any = matter.schema
    for name in pointer.parts(path):
        schema = schema.get("properties", {}).get(name, {})
    title: str = schema.get("title", pointer.parts(path)[-1])
    return title


def _paths(schema: Any, above: str = "") -> Iterator[str]:
    """The places a form names, in its own order; of an object, its members."""
    members = schema.get("properties", {}) if isinstance(schema, Mapping) else {}
    for name, each in members.items():
        path = above + pointer.join([name])
        below = list(_paths(each, path))
        yield from below or [path]


def _leaves(document: Mapping[str, Any], above: str = "") -> Iterator[str]:
    for name, value in document.items():
        path = above + pointer.join([name])
        if isinstance(value, Mapping):
            yield from _leaves(value, path)
        else:
            yield path


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return _("是") if value else _("否")
    if isinstance(value, list):
        return "\n".join(_text(each) for each in value)
    if isinstance(value, Mapping):
        return _("，").join(_text(each) for each in value.values())
    return str(value)


def _meanings(
    matter: Matter, questions: Iterable[Question], answers: Answers
) -> Iterator[tuple[str, str]]:
    """What the answers behind a form's fields are called, where they are codes."""
    for question in questions:
        if question.choices:
            for asker in question.asked_by:
                if asker.matter == matter.id:
                    yield asker.path, shown(question, answer(answers, question))
