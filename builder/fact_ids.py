"""What a fact id is made of: `role:element`, or `role:element@part_of`.

To all code but the catalogue and the merge a fact id is opaque.
"""

from builder.model import FactId


def element_of(fact: FactId) -> str:
    """Return the data element of a fact id `role:element` or `role:element@part_of`."""
    return fact.partition(":")[2].partition("@")[0]


def role_of(fact: FactId) -> str:
    """Return the role of a fact id."""
    return fact.partition(":")[0]


def part_of(fact: FactId) -> str:
    """Return the element that a fact id is a part of, or ""."""
    return fact.partition("@")[2]
