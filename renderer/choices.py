"""What a page offers to choose from, and the box for what it does not list.

A list of choices may be only a part of what the forms take. Then a text of one's own
can be written instead: nothing that every form accepts is impossible to say.
"""

import json
from collections.abc import Mapping
from typing import Any

from builder.model import Question

#: The box for a value that is not listed, behind the question's name.
OTHER = "o"
#: The box in which a long list is searched, behind the question's name.
SEARCH = "q"


def choice_key(value: Any) -> str:
    """The HTML value of a choice: its code, or the JSON of what is no text."""
    return value if isinstance(value, str) else json.dumps(value)


def choice_values(question: Question) -> dict[str, Any]:
    """HTML value to JSON value, for every choice of a question."""
    if question.input == "yes_no" and not question.choices:
        return {"true": True, "false": False}
    return {choice_key(choice.value): choice.value for choice in question.choices}


def written_choice(
    question: Question, name: str, value: Any
) -> Mapping[str, tuple[str, ...]]:
    """Return what a browser would post for one value: a choice, or one's own text."""
    key = choice_key(value)
    listed = key in choice_values(question) or question.input == "yes_no"
    return {name if listed else f"{name}-{OTHER}": (key,)}
