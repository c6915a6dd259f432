"""Automata of what lenses write: a canonical text goes in, the written is judged."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from builder.model import Lens, Schema
from builder.patterns import Acceptor, Budget
from builder.patterns.ecma import Ranges
from builder.patterns.texts import OPEN, Formula, both, texts_of

_LONGEST = len("YYYY-MM-DDTHH:mm") + 1
#: First and last place of each part in a canonical date.
_PLACES = {
    "YYYY": (0, 4),
    "MM": (5, 7),
    "M": (5, 7),
    "DD": (8, 10),
    "D": (8, 10),
    "HH": (11, 13),
    "mm": (14, 16),
}
_TOKEN = re.compile("|".join(sorted(_PLACES, key=len, reverse=True)))
_DATE = r"^[0-9]{4}-[0-9]{2}(-[0-9]{2}(T[0-9]{2}:[0-9]{2})?)?$"


@dataclass(frozen=True, slots=True)
class Affixed:
    """An automaton of the text between what a document puts before and after it."""

    inner: Acceptor
    prefix: str
    suffix: str

    def classes(self) -> Iterable[Ranges]:
        """Yield the sets of characters it tells apart."""
        return self.inner.classes()

    def start(self, budget: Budget) -> Any:
        """Return the state before the first character."""
        return self._fed(self.inner.start(budget), self.prefix, budget)

    def step(self, state: Any, char: str, budget: Budget) -> Any:
        """Return the state after one more character."""
        return self.inner.step(state, char, budget)

    def accepts(self, state: Any, budget: Budget) -> bool:
        """Tell whether the text may end here."""
        return self.inner.accepts(self._fed(state, self.suffix, budget), budget)

    def fate(self, state: Any) -> bool | None:
        """Tell what every longer text comes to, where that is settled."""
        return self.inner.fate(state)

    def _fed(self, state: Any, text: str, budget: Budget) -> Any:
        for char in text:
            state = self.inner.step(state, char, budget)
        return state


@dataclass(frozen=True, slots=True)
class Dated:
    """An automaton of the canonical date whose written form another one judges.

    For dates only: another formula must ask for YYYY-MM-DD.
    """

    inner: Acceptor
    #: What is written: texts, and (first, last, zero left out) of canonical places.
    pieces: tuple[str | tuple[int, int, bool], ...]

    def classes(self) -> Iterable[Ranges]:
        """Yield the sets of characters it tells apart."""
        yield ((ord("0"), ord("0")),)
        yield from self.inner.classes()

    def start(self, budget: Budget) -> Any:
        """Return the state before the first character."""
        return self._after(0, 0, self.inner.start(budget), budget)

    def step(self, state: Any, char: str, budget: Budget) -> Any:
        """Return the state after one more character."""
        place, number, inner = state
        if number < len(self.pieces):
            piece = self.pieces[number]
            if not isinstance(piece, str) and piece[0] <= place < piece[1]:
                left_out = piece[2] and place == piece[0] and char == "0"
                if not left_out:
                    inner = self.inner.step(inner, char, budget)
                number += place + 1 == piece[1]
        return self._after(min(place + 1, _LONGEST), number, inner, budget)

    def accepts(self, state: Any, budget: Budget) -> bool:
        """Tell whether the text may end here."""
        done: bool = state[1] == len(self.pieces)
        return done and self.inner.accepts(state[2], budget)

    def fate(self, state: Any) -> bool | None:
        """Tell what every longer text comes to, where that is settled."""
        return False if self.inner.fate(state[2]) is False else None

    def _after(self, place: int, number: int, inner: Any, budget: Budget) -> Any:
        """Write the texts that come before the next part of the date."""
        while number < len(self.pieces):
            piece = self.pieces[number]
            if not isinstance(piece, str):
                break
            for char in piece:
                inner = self.inner.step(inner, char, budget)
            number += 1
        return place, number, inner


def written_texts(lens: Lens, schema: Schema) -> Formula:
    """Return which canonical texts a lens writes so that the schema accepts them."""
    match lens.kind:
        case "identity":
            return texts_of(schema)
        case "upper":
            return both(texts_of(schema), texts_of({"pattern": "^[^a-z]*$"}))
        case "affix":
            return texts_of(schema, lambda a: Affixed(a, lens.prefix, lens.suffix))
        case "date":
            canonical = texts_of({"pattern": _DATE})
            pieces = _pieces(lens.template)
            if pieces is None:
                return canonical
            return both(canonical, texts_of(schema, lambda a: Dated(a, pieces)))
        case _:
            return OPEN


def _pieces(template: str) -> tuple[str | tuple[int, int, bool], ...] | None:
    """Return what a template writes; None: not in the order of a canonical date."""
    pieces: list[str | tuple[int, int, bool]] = []
    end = done = 0
    for token in _TOKEN.finditer(template):
        if token.start() > end:
            pieces.append(template[end : token.start()])
        first, last = _PLACES[token[0]]
        if first < done:
            return None
        pieces.append((first, last, len(token[0]) == 1))
        end, done = token.end(), last
    if end < len(template):
        pieces.append(template[end:])
    return tuple(pieces)
