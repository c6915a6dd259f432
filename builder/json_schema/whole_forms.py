"""Departments' whole forms, each compiled once however often it is asked."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from builder.json_schema import Validator
from builder.json_schema.same import Same


def form_validator(root: Mapping[str, Any]) -> Validator:
    """Compile a department's whole form.

    Raises:
        SchemaError: it cannot be compiled.
    """
    return _compiled(Same(root))


@lru_cache(maxsize=256)
def _compiled(form: Same) -> Validator:
    return Validator(form.root)
