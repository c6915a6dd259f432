"""Which texts a schema accepts, as a formula over automata, and the shortest of them.

Law: where `search` says that there is none, there is none; what it finds is only a
candidate, for validators to accept. Formats and whatever else is no automaton count as
open: they may accept anything they are not known to refuse.
"""

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any, Literal, TypeAlias

from builder.model import Schema
from builder.patterns import (
    MOST_STEPS,
    Acceptor,
    Budget,
    BudgetError,
    Pattern,
    ecma,
    letters,
)
from builder.patterns.ecma import Either, UnsupportedPatternError

#: Candidates that are refused before a search gives up.
_MOST_REFUSED = 200
_Kind: TypeAlias = Literal["all", "any", "one", "not"]


@dataclass(frozen=True, slots=True)
class Bounds:
    """What is known of an answer: it may be yes only if `may`, and is where `must`."""

    must: bool
    may: bool


_YES = Bounds(must=True, may=True)
_NO = Bounds(must=False, may=False)
_OPEN = Bounds(must=False, may=True)


@dataclass(frozen=True, slots=True)
class Takes:
    """An automaton accepts the text; not `exact`: and perhaps more is asked for."""

    acceptor: Acceptor
    exact: bool = True


@dataclass(frozen=True, slots=True)
class Long:
    """The text has so many characters."""

    least: int
    most: int | None


@dataclass(frozen=True, slots=True)
class Joined:
    """A formula over formulas."""

    kind: _Kind
    parts: tuple["Formula", ...]


Formula: TypeAlias = Bounds | Takes | Long | Joined
#: Makes of the automaton of a document's text one of the canonical text.
Pulling: TypeAlias = Callable[[Acceptor], Acceptor]
EVERYTHING: Formula = _YES
OPEN: Formula = _OPEN


def both(*parts: Formula) -> Formula:
    """Return what all of them accept."""
    return Joined("all", parts)


def opposite(part: Formula) -> Formula:
    """Return what it refuses."""
    return Joined("not", (part,))


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a search came to."""

    #: The first accepted text, or None.
    text: str | None = None
    #: Every text was gone through and none may be accepted: a proof.
    none: bool = False


def search(
    formula: Formula, accepted: Callable[[str], bool], *, steps: int = MOST_STEPS
) -> Outcome:
    """Look for the shortest text that a formula and the validators accept.

    The same formula gives the same text. Beyond the steps nothing is claimed.
    """
    try:
        return _Search(formula, Budget(steps)).run(accepted)
    except BudgetError:
        return Outcome()


def texts_of(schema: Schema, pulling: Pulling | None = None) -> Formula:
    """Return which texts a schema accepts.

    Args:
        schema: its references are followed already; one that is left is open.
        pulling: how a lens writes what the schema judges; None: as it is.
    """
    if not isinstance(schema, Mapping):
        return _YES if schema else _NO
    return both(*_demands(schema, pulling))


_FORMATS = {
    "date": "^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$",
    "date-time": "^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])[^0-9]",
    "email": "@",
    "idn-email": "@",
    "uuid": "^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$",
    "ipv4": "^[0-9]{1,3}(\\.[0-9]{1,3}){3}$",
}
_KINDS: Mapping[str, _Kind] = {"allOf": "all", "anyOf": "any", "oneOf": "one"}
_REFERENCES = ("$ref", "$dynamicRef", "$recursiveRef")


def _demands(schema: Mapping[str, Any], pulling: Pulling | None) -> Iterator[Formula]:
    if any(keyword in schema for keyword in _REFERENCES):
        yield _OPEN
    kinds = schema.get("type", "string")
    yield _YES if "string" in ([kinds] if isinstance(kinds, str) else kinds) else _NO
    if "enum" in schema or "const" in schema:
        values = schema.get("enum", [schema.get("const")])
        words = tuple(ecma.literal(v) for v in values if isinstance(v, str))
        yield _taken(ecma.whole(Either(words)), pulling) if words else _NO
    if "pattern" in schema:
        yield _taken(schema["pattern"], pulling)
    least, most = int(schema.get("minLength", 0)), schema.get("maxLength")
    if least or most is not None:
        yield _long(least, None if most is None else int(most), pulling)
    if "format" in schema:
        known = _FORMATS.get(schema["format"])
        yield _taken(known, pulling, exact=False) if known else _OPEN
    for keyword, kind in _KINDS.items():
        if keyword in schema:
            parts = [texts_of(each, pulling) for each in schema[keyword]]
            yield Joined(kind, tuple(parts))
    if "not" in schema:
        yield opposite(texts_of(schema["not"], pulling))
    if "if" in schema:
        holds = texts_of(schema["if"], pulling)
        then = texts_of(schema.get("then", True), pulling)
        otherwise = texts_of(schema.get("else", True), pulling)
        yield Joined("any", (opposite(holds), then))
        yield Joined("any", (holds, otherwise))


def _taken(
    pattern: ecma.Node | str, pulling: Pulling | None, *, exact: bool = True
) -> Formula:
    try:
        acceptor: Acceptor = Pattern(pattern)
    except UnsupportedPatternError:
        return _OPEN
    return Takes(pulling(acceptor) if pulling else acceptor, exact)


def _long(least: int, most: int | None, pulling: Pulling | None) -> Formula:
    if pulling is None:
        return Long(least, most)
    return _taken(ecma.text_of(least, most), pulling)


@dataclass(slots=True)
class _Node:
    """A place of the search: the states of all automata, and how it was reached."""

    states: tuple[Any, ...]
    length: int
    before: "_Node | None" = None
    char: str = ""

    def text(self) -> str:
        chars = []
        here: _Node | None = self
        while here is not None:
            chars.append(here.char)
            here = here.before
        return "".join(reversed(chars))


class _Search:
    """One breadth-first walk over the product of all automata of a formula."""

    def __init__(self, formula: Formula, budget: Budget) -> None:
        self._formula = formula
        self._budget = budget
        leaves = list(_leaves(formula))
        self._size = len(leaves)
        takes = [leaf.acceptor for leaf in leaves if isinstance(leaf, Takes)]
        self._automata = tuple(dict.fromkeys(takes))
        lengths = [leaf for leaf in leaves if isinstance(leaf, Long)]
        #: Beyond this no length makes a difference any more.
        self._cap = 1 + max((max(x.least, x.most or 0) for x in lengths), default=-1)
        classes = chain.from_iterable(each.classes() for each in self._automata)
        self._letters = letters(classes)

    def run(self, accepted: Callable[[str], bool]) -> Outcome:
        """Go through all texts, shortest first."""
        budget = self._budget
        first = _Node(tuple(each.start(budget) for each in self._automata), 0)
        seen = {(first.states, first.length)}
        waiting = deque([first])
        refused = 0
        while waiting:
            node = waiting.popleft()
            if self._now(node).may:
                text = node.text()
                if accepted(text):
                    return Outcome(text)
                refused += 1
                if refused > _MOST_REFUSED:
                    return Outcome()
            for following in self._following(node):
                key = (following.states, following.length)
                if key not in seen and self._later(following).may:
                    seen.add(key)
                    waiting.append(following)
        return Outcome(none=not refused)

    def _following(self, node: _Node) -> Iterator[_Node]:
        for char in self._letters:
            self._budget.spend(self._size)
            states = tuple(
                each.step(state, char, self._budget)
                for each, state in zip(self._automata, node.states, strict=True)
            )
            yield _Node(states, min(node.length + 1, self._cap), node, char)

    def _now(self, node: _Node) -> Bounds:
        """Tell whether the text that ends here is accepted."""
        ends = {
            each: _settled(each.accepts(state, self._budget))
            for each, state in zip(self._automata, node.states, strict=True)
        }
        return _value(self._formula, ends, lambda x: _settled(_fits(x, node.length)))

    def _later(self, node: _Node) -> Bounds:
        """Tell whether this text or a longer one may be accepted."""
        ends = {
            each: _settled(each.fate(state))
            for each, state in zip(self._automata, node.states, strict=True)
        }
        return _value(self._formula, ends, lambda x: _growing(x, node.length))


def _leaves(formula: Formula) -> Iterator[Formula]:
    if isinstance(formula, Joined):
        for part in formula.parts:
            yield from _leaves(part)
    else:
        yield formula


def _settled(answer: bool | None) -> Bounds:  # noqa: FBT001 - it is the value itself
    if answer is None:
        return _OPEN
    return _YES if answer else _NO


def _fits(limits: Long, length: int) -> bool:
    return limits.least <= length and (limits.most is None or length <= limits.most)


def _growing(limits: Long, length: int) -> Bounds:
    if limits.most is not None:
        return _NO if length > limits.most else _OPEN
    return _YES if length >= limits.least else _OPEN


def _value(
    formula: Formula,
    ends: Mapping[Acceptor, Bounds],
    long: Callable[[Long], Bounds],
) -> Bounds:
    match formula:
        case Bounds():
            return formula
        case Long():
            return long(formula)
        case Takes(acceptor, exact):
            found = ends[acceptor]
            return found if exact else Bounds(must=False, may=found.may)
        case Joined(kind, parts):
            return _joined(kind, [_value(part, ends, long) for part in parts])


def _joined(kind: _Kind, found: Sequence[Bounds]) -> Bounds:
    sure = sum(each.must for each in found)
    possible = sum(each.may for each in found)
    match kind:
        case "all":
            return Bounds(must=sure == len(found), may=possible == len(found))
        case "any":
            return Bounds(must=sure > 0, may=possible > 0)
        case "one":
            return Bounds(must=sure == possible == 1, may=sure <= 1 and possible > 0)
        case _:
            return Bounds(must=not found[0].may, may=not found[0].must)
