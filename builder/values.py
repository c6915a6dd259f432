"""Between plain JSON and the values of `model`: one converter for all of them."""

from collections.abc import Mapping
from typing import Any

import cattrs

from builder.model import Question, Schema


def _keep(value: Any, _: type) -> Any:
    return value


def _question(value: Any, _: type) -> Question:
    return converter.structure(value, Question)


def _plain(question: Question) -> Any:
    return converter.unstructure(question, unstructure_as=Question)


#: Defaults are left out on the way out, so that a pack says only what is said.
converter = cattrs.Converter(omit_if_default=True)
converter.register_structure_hook(Schema, _keep)
converter.register_structure_hook_func(lambda kind: kind == Mapping[str, Any], _keep)
# The columns of a question are questions: a name that only its class can resolve.
converter.register_structure_hook_func(lambda kind: kind == "Question", _question)
converter.register_unstructure_hook_func(lambda kind: kind == "Question", _plain)
