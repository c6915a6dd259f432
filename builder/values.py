"""Between plain JSON and the values of `model`: one converter for all of them."""

from collections.abc import Mapping
from typing import Any

import cattrs

from builder.model import Fact, Question, Schema


def _keep(value: Any, _: type) -> Any:
    return value


#: Defaults are left out on the way out, so that a pack says only what is said.
converter = cattrs.Converter(omit_if_default=True)
converter.register_structure_hook(Schema, _keep)
converter.register_structure_hook_func(lambda kind: kind == Mapping[str, Any], _keep)


def _named(name: str, kind: type) -> None:
    """Let a class hold values of itself: a name that only the class can resolve."""
    converter.register_structure_hook_func(
        lambda told: told == name, lambda value, _: converter.structure(value, kind)
    )
    converter.register_unstructure_hook_func(
        lambda told: told == name,
        lambda value: converter.unstructure(value, unstructure_as=kind),
    )


_named("Question", Question)
_named("Fact", Fact)
