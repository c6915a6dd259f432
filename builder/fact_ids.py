"""What a fact id is made of: `role:element`, or `role:element@part_of`.

An id that is not written so comes from a foreign alignment: it is a data element of its
own, about nobody. To all code but the catalogue and the merge a fact id is opaque.
"""

import re

from builder.model import FactId

_OURS = re.compile(r"([^:/@\s]+):([^:/@\s]+)(?:@([^:/@\s]+))?")


def element_of(fact: FactId) -> str:
    """Return the data element of a fact id `role:element` or `role:element@part_of`."""
    found = _OURS.fullmatch(fact)
    return found[2] if found else fact


def role_of(fact: FactId) -> str:
    """Return the role of a fact id, or "": it is about nobody."""
    found = _OURS.fullmatch(fact)
    return found[1] if found else ""


def part_of(fact: FactId) -> str:
    """Return the element that a fact id is a part of, or ""."""
    found = _OURS.fullmatch(fact)
    return (found[3] or "") if found else ""
