"""Patterns as automata, walked lazily: what do several of them accept together?

An automaton is made state by state, only as far as a search needs it, and every step is
counted: beyond the budget a search says so and never goes on. The budget is of steps,
never of time, so the same definitions give the same answer on every machine.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, Protocol, TypeAlias

from builder.patterns.ecma import (
    EVERY,
    Ahead,
    Chars,
    Edge,
    Either,
    Node,
    Ranges,
    Repeat,
    Series,
    UnsupportedPatternError,
    parse,
)

#: Steps of one search: a few seconds at most.
MOST_STEPS = 200_000
#: A pattern is written out with at most this many places.
_MOST_PLACES = 12_000


class BudgetError(Exception):
    """A search would take more steps than it may."""


@dataclass(slots=True)
class Budget:
    """Steps that are left."""

    left: int = MOST_STEPS

    def spend(self, steps: int = 1) -> None:
        """Take steps away.

        Raises:
            BudgetError: none are left.
        """
        self.left -= steps
        if self.left < 0:
            raise BudgetError


class Acceptor(Protocol):
    """A deterministic automaton over the characters of a text."""

    def classes(self) -> Iterable[Ranges]:
        """Yield the sets of characters it tells apart."""

    def start(self, budget: Budget) -> Any:
        """Return the state before the first character."""

    def step(self, state: Any, char: str, budget: Budget) -> Any:
        """Return the state after one more character."""

    def accepts(self, state: Any, budget: Budget) -> bool:
        """Tell whether the text may end here."""

    def fate(self, state: Any) -> bool | None:
        """Tell what every longer text comes to, where that is settled."""


#: Automata that must, or must not, accept what follows: (which of them, its state).
_Duties: TypeAlias = frozenset[tuple[int, "_State"]]
#: A place in the tree, and what must still come true there.
_Spot: TypeAlias = tuple[int, _Duties]


@dataclass(frozen=True, slots=True)
class _State:
    spots: frozenset[_Spot]
    first: bool


@dataclass(slots=True)
class _Place:
    """Where a walk can be; `on` is the way over a character, `free` ways over none."""

    on: tuple[Ranges, int] | None = None
    #: A way may be gated: by an edge of the text, or by the number of a look ahead.
    free: list[tuple[Edge | int | None, int]] = field(default_factory=list)


#: The place where a pattern has matched; whatever follows does not matter.
_END = 0
_MATCHED: _Spot = (_END, frozenset())


class Pattern:
    """What texts hold a match of a pattern; unanchored, as JSON Schema has it.

    Law: it accepts what `jsonschema-rs` accepts.
    """

    def __init__(self, pattern: Node | str) -> None:
        """Lay out the places of a pattern.

        Raises:
            UnsupportedPatternError: it is no automaton, or too large a one.
        """
        self._places = [_Place((EVERY, _END))]
        self._aheads: list[tuple[Ahead, Pattern]] = []
        tree = parse(pattern) if isinstance(pattern, str) else pattern
        self._match = self._add(tree, _END)
        self._entry = self._place()
        self._places[self._entry] = _Place((EVERY, self._entry), [(None, self._match)])
        self._known: dict[tuple[_State, str], _State] = {}

    def classes(self) -> Iterator[Ranges]:
        """Yield the sets of characters it tells apart."""
        seen = set()
        for place in self._places:
            if place.on is not None and place.on[0] not in seen:
                seen.add(place.on[0])
                yield place.on[0]
        for _, body in self._aheads:
            yield from body.classes()

    def start(self, budget: Budget) -> _State:
        """Return the state before the first character."""
        return self._closed([(self._entry, frozenset())], budget, first=True)

    def here(self, budget: Budget, *, first: bool) -> _State:
        """Return the state where a match must begin right here.

        Args:
            budget: what the search may still spend.
            first: here is the start of the text.
        """
        return self._closed([(self._match, frozenset())], budget, first=first)

    def step(self, state: Any, char: str, budget: Budget) -> _State:
        """Return the state after one more character."""
        budget.spend()
        known = self._known.get((state, char))
        if known is None:
            spots = []
            for place, duties in state.spots:
                way = self._places[place].on
                if way is None or not holds(way[0], char):
                    continue
                later = self._later(duties, char, budget)
                if later is not None:
                    spots.append((way[1], later))
            known = self._closed(spots, budget, first=False)
            self._known[state, char] = known
        return known

    def accepts(self, state: Any, budget: Budget) -> bool:
        """Tell whether the text may end here."""
        reached = self._reach(state.spots, budget, first=state.first, last=True)
        return any(
            place == _END and all(self._kept(duty, budget) for duty in duties)
            for place, duties in reached
        )

    def fate(self, state: Any) -> bool | None:
        """Tell what every longer text comes to, where that is settled."""
        if _MATCHED in state.spots:
            return True
        return None if state.spots else False

    def _place(self) -> int:
        if len(self._places) >= _MOST_PLACES:
            raise UnsupportedPatternError("it repeats too much")
        self._places.append(_Place())
        return len(self._places) - 1

    def _add(self, node: Node, after: int) -> int:
        """Lay out a part before a place, and return where it begins."""
        match node:
            case Series(parts):
                for part in reversed(parts):
                    after = self._add(part, after)
                return after
            case Repeat():
                return self._add_repeat(node, after)
        here = self._place()
        match node:
            case Chars(ranges):
                self._places[here].on = (ranges, after)
            case Either(options):
                ways = [(None, self._add(option, after)) for option in options]
                self._places[here].free += ways
            case Edge():
                self._places[here].free.append((node, after))
            case Ahead():
                self._places[here].free.append((len(self._aheads), after))
                self._aheads.append((node, Pattern(node.body)))
        return here

    def _add_repeat(self, node: Repeat, after: int) -> int:
        if node.most is None:
            loop = self._place()
            self._places[loop].free.append((None, self._add(node.part, loop)))
            self._places[loop].free.append((None, after))
            after = loop
        else:
            end = after
            for _ in range(node.most - node.least):
                may = self._place()
                ways = [(None, self._add(node.part, after)), (None, end)]
                self._places[may].free += ways
                after = may
        for _ in range(node.least):
            before, after = after, self._add(node.part, after)
            if before == after:  # nothing, so often it is repeated, is nothing
                break
        return after

    def _closed(self, spots: Iterable[_Spot], budget: Budget, *, first: bool) -> _State:
        reached = self._reach(spots, budget, first=first, last=False)
        if _MATCHED in reached:
            reached = {_MATCHED}
        return _State(frozenset(reached), first)

    def _reach(
        self, spots: Iterable[_Spot], budget: Budget, *, first: bool, last: bool
    ) -> set[_Spot]:
        """Follow every way that takes no character."""
        seen = set(spots)
        waiting = list(seen)
        while waiting:
            budget.spend()
            place, duties = waiting.pop()
            for gate, target in self._places[place].free:
                passed: _Duties | None = duties
                if isinstance(gate, Edge):
                    passed = duties if (first if gate.start else last) else None
                elif gate is not None:
                    passed = self._with_duty(duties, gate, budget, first=first)
                if passed is not None and (target, passed) not in seen:
                    seen.add((target, passed))
                    waiting.append((target, passed))
        return seen

    def _with_duty(
        self, duties: _Duties, number: int, budget: Budget, *, first: bool
    ) -> _Duties | None:
        start = self._aheads[number][1].here(budget, first=first)
        return self._settled([*duties, (number, start)])

    def _later(self, duties: _Duties, char: str, budget: Budget) -> _Duties | None:
        return self._settled(
            (number, self._aheads[number][1].step(state, char, budget))
            for number, state in duties
        )

    def _settled(self, duties: Iterable[tuple[int, _State]]) -> _Duties | None:
        """Drop what has come true; None: something cannot any more."""
        still_open = []
        for number, state in duties:
            ahead, body = self._aheads[number]
            fate = body.fate(state)
            if fate is None:
                still_open.append((number, state))
            elif fate is ahead.negative:
                return None
        return frozenset(still_open)

    def _kept(self, duty: tuple[int, _State], budget: Budget) -> bool:
        ahead, body = self._aheads[duty[0]]
        return body.accepts(duty[1], budget) is not ahead.negative


def holds(ranges: Ranges, char: str) -> bool:
    """Tell whether the character is in the ranges."""
    index = bisect_right(ranges, (ord(char), 0x110000))
    return index > 0 and ord(char) <= ranges[index - 1][1]


def matches(pattern: Pattern, text: str, *, steps: int = MOST_STEPS) -> bool:
    """Tell whether the text holds a match.

    Raises:
        BudgetError: it takes more steps.
    """
    budget = Budget(steps)
    state = pattern.start(budget)
    for char in text:
        state = pattern.step(state, char, budget)
    return pattern.accepts(state, budget)


def letters(classes: Iterable[Ranges]) -> tuple[str, ...]:
    """Return one character for each kind that the classes tell apart, plain ones first.

    The choice is the same on every machine.
    """
    changes: dict[int, int] = {low: 0 for low, _ in EVERY}
    for number, ranges in enumerate(dict.fromkeys((EVERY, *classes))):
        for low, high in ranges:
            changes[low] = changes.get(low, 0) ^ (1 << number)
            changes[high + 1] = changes.get(high + 1, 0) ^ (1 << number)
    kind = 0
    chosen: dict[int, tuple[int, str]] = {}
    points = sorted(changes)
    for low, after in pairwise(points):
        kind ^= changes[low]
        if kind & 1:  # some character at all
            best = _plainest(low, after - 1)
            chosen[kind] = min(chosen.get(kind, best), best)
    return tuple(char for _, char in sorted(chosen.values()))


_PLAIN = "1023456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ一 -./@_,:;+()"
_RANKS = sorted((ord(char), rank) for rank, char in enumerate(_PLAIN))


def _plainest(low: int, high: int) -> tuple[int, str]:
    first = bisect_left(_RANKS, (low, 0))
    last = bisect_left(_RANKS, (high + 1, 0))
    plain = [(rank, chr(point)) for point, rank in _RANKS[first:last]]
    if plain:
        return min(plain)
    visible = ord("!")
    point = max(low, min(high, visible))
    # What cannot be seen comes last.
    return len(_PLAIN) + (point if point >= visible else EVERY[-1][1]), chr(point)
