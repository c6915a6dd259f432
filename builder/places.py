"""Where an answer stands in the answers: a fact once, an own field under its matter."""

from builder import pointer
from builder.model import FactId, MatterId, Pointer


def fact_pointer(fact: FactId) -> Pointer:
    """Return where the answer of a fact stands."""
    return Pointer(pointer.join(["facts", fact]))


def field_pointer(matter: MatterId, path: str) -> Pointer:
    """Return where the answer of a matter's own field stands."""
    return Pointer(pointer.join(["matters", matter]) + path)
