"""What a comparison of two merged forms finds: changes, each in words."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias, TypeVar

from builder import pack
from builder.explain.in_words import label, shown
from builder.model import Text
from builder.values import converter

Kind: TypeAlias = Literal[
    "added",
    "removed",
    "tightened",
    "widened",
    "changed",
    "re-routed",
    "renamed",
    "moved",
]
_Key = TypeVar("_Key")
_Thing = TypeVar("_Thing")


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One thing that is otherwise than before."""

    kind: Kind
    #: What it is: a matter, a field, a question, a choice, a material, a limit, ...
    subject: str
    #: The pointer of the question, or the file and the pointer in it.
    place: str
    #: What was and what is, in words.
    text: str
    #: Whom it concerns; nobody: the affair itself.
    matters: tuple[str, ...] = ()

    def __str__(self) -> str:
        who = f" (for {', '.join(self.matters)})" if self.matters else ""
        return f"{self.subject} {self.kind}: {self.place}: {self.text}{who}"


def told(kind: Kind, subject: str, place: str, text: str, *matters: str) -> Change:
    """Return a change; the matters are those it concerns."""
    return Change(kind=kind, subject=subject, place=place, text=text, matters=matters)


def both(
    old: Mapping[_Key, _Thing], new: Mapping[_Key, _Thing]
) -> Iterator[tuple[_Key, _Thing, _Thing]]:
    """Yield what both have, by its name, in the later order."""
    for name, thing in new.items():
        if name in old:
            yield name, old[name], thing


def only(
    these: Mapping[_Key, _Thing], others: Mapping[_Key, _Thing]
) -> dict[_Key, _Thing]:
    """Return what only the first has."""
    return {name: thing for name, thing in these.items() if name not in others}


def differs(old: object, new: object) -> bool:
    """Tell whether two values are unlike as JSON; the order of keys is nothing."""
    return pack.canonical(converter.unstructure(old)) != pack.canonical(
        converter.unstructure(new)
    )


def texts(
    old: Mapping[str, Text], new: Mapping[str, Text], subject: str, above: str
) -> Iterator[Change]:
    """Yield the named words that were added, removed or changed."""
    for name, text in only(old, new).items():
        yield told("removed", subject, f"{above}/{name}", label(text))
    for name, text in only(new, old).items():
        yield told("added", subject, f"{above}/{name}", label(text))
    for name, before, after in both(old, new):
        if before != after:
            yield told("changed", subject, f"{above}/{name}", was(before, after))


def was(old: object, new: object) -> str:
    """Return what was and what is; words and plain values alike."""
    return f"was {_said(old)}, now {_said(new)}"


def _said(value: object) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, str):
        return value
    if isinstance(value, Mapping) and {"zh-CN", "en"} <= value.keys():
        return label(value)
    return shown(converter.unstructure(value))
