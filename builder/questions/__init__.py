"""The questions of an affair: facts asked once, remainders under their matter."""

from collections.abc import Iterable, Sequence

from builder.model import (
    Affair,
    Catalogue,
    FactId,
    Matter,
    Pointer,
    Question,
    Situation,
)
from builder.places import fact_pointer
from builder.questions.listed import list_question
from builder.questions.single import (
    fact_question,
    input_of,
    own_question,
    send_question,
)
from builder.questions.slots import slots
from builder.situations import awaited, bound

__all__ = [
    "form_questions",
    "input_of",
    "situation_questions",
]


def situation_questions(situations: Sequence[Situation]) -> tuple[Question, ...]:
    """Return the questions that come before the form, named s1, s2, ..."""
    return tuple(
        Question(
            pointer=fact_pointer(situation.fact),
            name=f"s{number}",
            label=situation.label,
            hint=situation.hint,
            input=input_of(situation.schema, has_codes=bool(situation.choices)),
            sensitivity="general",
            choices=situation.choices,
            when=situation.when,
        )
        for number, situation in enumerate(situations, start=1)
    )


def form_questions(
    catalogue: Catalogue,
    affair: Affair,
    matters: Sequence[Matter],
    sets: Iterable[Sequence[Matter]],
) -> dict[Pointer, Question]:
    """Return every question that can be asked in some situation.

    They are named f1, f2, ... in the order of the pages.

    Args:
        sets: every set of matters that can apply together; a fact that is awaited
            wherever it is needed is no question.

    Raises:
        UnservedError: a form holds what no page can ask for.
    """
    asked = _ever_asked(sets)
    held_by, names = slots(matters), _names(affair)
    made: dict[Pointer, Question] = {}
    for matter in matters:
        for path, field in matter.fields.items():
            if "/*/" in path:
                continue
            if not field.held:
                question = own_question(catalogue, affair, matter, path, names)
                made[question.pointer] = question
            for fact in field.held:
                if fact not in asked or fact_pointer(fact) in made:
                    continue
                if field.rows is not None:
                    question = list_question(catalogue, affair, matters, fact, names)
                else:
                    held = held_by[fact]
                    question = fact_question(catalogue, affair, held, fact, names)
                made[question.pointer] = question
            if field.send == "choice":
                question = send_question(catalogue, affair, matter, path, names)
                made[question.pointer] = question
    return made


def _names(affair: Affair) -> dict[Pointer, str]:
    ordered = (where for page in affair.pages for where in page.questions)
    return {where: f"f{number}" for number, where in enumerate(ordered, start=1)}


def _ever_asked(sets: Iterable[Sequence[Matter]]) -> set[FactId]:
    asked: set[FactId] = set()
    for matters in sets:
        coming = awaited(matters)
        for matter in matters:
            asked |= bound(matter) - set(coming)
    return asked
