"""WTForms classes of the pages: built once per version of a pack, never changed."""

from collections.abc import Callable, Sequence
from typing import Any

from wtforms import Form

from builder.model import Question
from renderer.fields import AnswerField, Posted, by_question
from renderer.kept import Kept

#: Classes kept; one is about a thousand bytes for each question.
MOST_CLASSES = 256


def build(questions: Sequence[Question]) -> type[Form]:
    """Return a form class with one field for each question.

    Attributes are counted, so that no name can hide one of the form's own; the HTML
    name is the question's.
    """
    members: dict[str, Any] = {
        f"q{number}": AnswerField(question, name=question.name)
        for number, question in enumerate(questions)
    }
    return type("PageForm", (Form,), members)


def read(form: type[Form], posted: Posted) -> dict[str, AnswerField]:
    """Fill a form with what was posted; fields by HTML name."""
    filled = form(by_question(posted))
    return {f.name: f for f in filled if isinstance(f, AnswerField)}


class FormClasses:
    """The classes of the pages in use."""

    def __init__(self) -> None:
        self._kept: Kept[tuple[str, str], type[Form]] = Kept(MOST_CLASSES)

    def get(
        self, pack: str, page: str, questions: Callable[[], Sequence[Question]]
    ) -> type[Form]:
        """Return the class of a page.

        Args:
            pack: a published version, which never changes.
            page: the page's id within it.
            questions: finds all that can stand on the page, in any situation; asked
                only once.
        """
        return self._kept.get((pack, page), lambda: build(questions()))
