"""WTForms classes of the pages: built once per version of a pack, never changed."""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from threading import Lock
from typing import Any

from wtforms import Form

from builder.model import Question
from renderer.fields import AnswerField, Posted, by_question

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
    """The classes of the pages in use; the oldest goes when there are too many."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[str, str], type[Form]] = OrderedDict()
        self._lock = Lock()

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
        key = (pack, page)
        with self._lock:
            if key not in self._kept:
                self._kept[key] = build(questions())
            self._kept.move_to_end(key)
            while len(self._kept) > MOST_CLASSES:
                self._kept.popitem(last=False)
            return self._kept[key]
