r"""Regular expressions as JSON Schema means them (ECMA-262), read into a tree.

Characters mean what the judge takes them for: `\d` and `\w` are ASCII, `\s` is white
space of all scripts, `.` is all but a line feed. What cannot be an automaton
(references back, properties of Unicode) is refused here, never guessed.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

#: Inclusive code point ranges: sorted, disjoint.
Ranges: TypeAlias = tuple[tuple[int, int], ...]

#: A longer pattern is not looked into.
MOST_CHARACTERS = 4_000
#: Groups in groups beyond this are not looked into.
_MOST_DEPTH = 60

#: Every character that JSON text can hold: all but surrogates.
EVERY: Ranges = ((0, 0xD7FF), (0xE000, 0x10FFFF))


class UnsupportedPatternError(ValueError):
    """A pattern that is no automaton, or a dialect other than ECMA-262."""


@dataclass(frozen=True, slots=True)
class Chars:
    """One character out of these."""

    ranges: Ranges


@dataclass(frozen=True, slots=True)
class Series:
    """One after the other; none: the empty text."""

    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Either:
    """Any one of these."""

    options: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Repeat:
    """The part so many times; `most` None: without end."""

    part: "Node"
    least: int
    most: int | None


@dataclass(frozen=True, slots=True)
class Edge:
    """The start or the end of the whole text."""

    start: bool


@dataclass(frozen=True, slots=True)
class Ahead:
    """What follows must, or must not, begin with this."""

    body: "Node"
    negative: bool


Node: TypeAlias = Chars | Series | Either | Repeat | Edge | Ahead


#: What other languages say, and the judge's library with them; "\\A" is not "A" there.
_FOREIGN = re.compile(r"(?<!\\)(?:\\\\)*(?:\(\?(?![:=!<])|\\[AGZz])")
_CLASS = re.compile(r"(?<!\\)(?:\\\\)*(\\[dDsSwW])")
#: Looking around, and references back.
_BEYOND = re.compile(r"\(\?<?[=!]|(?<!\\)(?:\\\\)*\\[1-9k]")


def is_foreign(pattern: str) -> bool:
    """Tell whether a pattern says what only other languages than ECMA-262 know."""
    return _FOREIGN.search(pattern) is not None


def classes(pattern: str) -> tuple[str, ...]:
    r"""Return the classes such as `\d` that a pattern uses, each once."""
    return tuple(dict.fromkeys(_CLASS.findall(pattern)))


def looks_beyond(pattern: str) -> bool:
    r"""Tell whether a pattern looks around or back.

    The judge's library then takes `\d` and `\w` for those of every script.
    """
    return _BEYOND.search(pattern) is not None


@lru_cache(maxsize=512)  # forms share their patterns, and each is judged many times
def parse(pattern: str) -> Node:
    """Read a pattern.

    Raises:
        UnsupportedPatternError: it is too long, not ECMA-262, or no automaton.
    """
    if len(pattern) > MOST_CHARACTERS:
        raise UnsupportedPatternError(f"longer than {MOST_CHARACTERS} characters")
    return _Reader(pattern).whole()


def literal(text: str) -> Node:
    """Return the tree of exactly this text, as a part."""
    return Series(tuple(Chars(((ord(char), ord(char)),)) for char in text))


def text_of(least: int, most: int | None) -> Node:
    """Return the tree of every whole text of a length."""
    return whole(Repeat(Chars(EVERY), least, most))


def whole(part: Node) -> Node:
    """Return the tree that wants nothing before the part and nothing after."""
    return Series((Edge(start=True), part, Edge(start=False)))


def joined(ranges: Ranges) -> Ranges:
    """Return the same characters, sorted and disjoint."""
    found: list[tuple[int, int]] = []
    for low, high in sorted(ranges):
        if found and low <= found[-1][1] + 1:
            found[-1] = (found[-1][0], max(high, found[-1][1]))
        else:
            found.append((low, high))
    return tuple(found)


def inverted(ranges: Ranges) -> Ranges:
    """Return every other character."""
    gaps: list[tuple[int, int]] = []
    for first, last in EVERY:
        here = first
        for low, high in joined(ranges):
            if high < here or low > last:
                continue
            if low > here:
                gaps.append((here, low - 1))
            here = high + 1
        if here <= last:
            gaps.append((here, last))
    return tuple(gaps)


def _range(first: str, last: str) -> tuple[int, int]:
    return ord(first), ord(last)


_DIGIT: Ranges = (_range("0", "9"),)
_WORD = joined((*_DIGIT, _range("A", "Z"), _range("_", "_"), _range("a", "z")))
_SPACE = joined(
    (
        (9, 13),
        *((point, point) for point in (32, 0xA0, 0x1680, 0x202F, 0x205F)),
        (0x2000, 0x200A),
        (0x2028, 0x2029),
        (0x3000, 0x3000),
        (0xFEFF, 0xFEFF),
    )
)
_SETS = {
    "d": _DIGIT,
    "D": inverted(_DIGIT),
    "w": _WORD,
    "W": inverted(_WORD),
    "s": _SPACE,
    "S": inverted(_SPACE),
}
_CONTROLS = {"t": "\t", "n": "\n", "r": "\r", "v": "\v", "f": "\f"}
#: `\<` and `\>` are edges of words to some engines.
_ITSELF = frozenset("^$\\.*+?()[]{}|/-_ !\"#%&',:;=@`~")
_QUANTIFIERS = frozenset("*+?{")
_HEXADECIMAL = frozenset("0123456789abcdefABCDEF")
_MOST_DIGITS = 6


class _Reader:
    """A recursive descent over one pattern."""

    def __init__(self, pattern: str) -> None:
        self._pattern = pattern
        self._here = 0
        self._depth = 0
        self._looks_ahead = False
        self._names_sets = False

    def whole(self) -> Node:
        found = self._either()
        if self._here < len(self._pattern):
            raise self._refused("a closing bracket too many")
        if self._looks_ahead and self._names_sets:
            # Beside a look ahead the judge takes these sets for all scripts.
            raise UnsupportedPatternError(
                r"\d, \w or \s beside a look ahead is read in two ways; write [0-9]"
            )
        return found

    def _refused(self, what: str) -> UnsupportedPatternError:
        return UnsupportedPatternError(f"{what} at character {self._here}")

    def _peek(self) -> str:
        return self._pattern[self._here : self._here + 1]

    def _take(self) -> str:
        char = self._peek()
        if not char:
            raise self._refused("an unexpected end")
        self._here += 1
        return char

    def _skip(self, text: str) -> bool:
        found = self._pattern.startswith(text, self._here)
        if found:
            self._here += len(text)
        return found

    def _either(self) -> Node:
        self._depth += 1
        if self._depth > _MOST_DEPTH:
            raise self._refused("too many groups in groups")
        options = [self._series()]
        while self._skip("|"):
            options.append(self._series())
        self._depth -= 1
        return options[0] if len(options) == 1 else Either(tuple(options))

    def _series(self) -> Node:
        parts = []
        while self._peek() not in ("", "|", ")"):
            parts.append(self._repeated(self._atom()))
        return Series(tuple(parts))

    def _repeated(self, part: Node) -> Node:
        if self._peek() not in _QUANTIFIERS or not self._peek():
            return part
        if isinstance(part, Edge | Ahead):
            raise self._refused("a repeated edge")
        least, most = self._count()
        self._skip("?")  # lazy or not, it matches the same texts
        if self._peek() and self._peek() in _QUANTIFIERS:
            raise self._refused("a repeated repetition")
        return Repeat(part, least, most)

    def _count(self) -> tuple[int, int | None]:
        match self._take():
            case "*":
                return 0, None
            case "+":
                return 1, None
            case "?":
                return 0, 1
        least = self._number()
        most: int | None = least
        if self._skip(","):
            most = None if self._peek() == "}" else self._number()
        if not self._skip("}") or (most is not None and most < least):
            raise self._refused("not a repetition")
        return least, most

    def _number(self) -> int:
        digits = ""
        while self._peek() and self._peek() in "0123456789":
            digits += self._take()
        if not 0 < len(digits) <= _MOST_DIGITS:
            raise self._refused("not a number")
        return int(digits)

    def _atom(self) -> Node:
        char = self._take()
        if char in _QUANTIFIERS:
            raise self._refused("nothing to repeat")
        match char:
            case "^" | "$":
                return Edge(start=char == "^")
            case "(":
                return self._group()
            case ".":
                return Chars(inverted((_range("\n", "\n"),)))
            case "[":
                return Chars(self._class())
        return Chars(self._escaped() if char == "\\" else self._itself(char))

    def _group(self) -> Node:
        ahead = None
        if self._skip("?="):
            ahead = False
        elif self._skip("?!"):
            ahead = True
        elif self._pattern.startswith(("?<=", "?<!"), self._here):
            raise self._refused("a look behind")
        elif self._skip("?<"):
            while self._take() != ">":
                pass
        elif not self._skip("?:") and self._peek() == "?":
            raise self._refused("an unknown kind of group")
        self._looks_ahead |= ahead is not None
        body = self._either()
        if not self._skip(")"):
            raise self._refused("a group without an end")
        return body if ahead is None else Ahead(body, ahead)

    def _class(self) -> Ranges:
        negative = self._skip("^")
        if self._peek() == "]":
            raise self._refused("an empty class")
        found: list[tuple[int, int]] = []
        while not self._skip("]"):
            first = self._member()
            if self._peek() != "-" or self._pattern.startswith("-]", self._here):
                found += first
                continue
            self._take()
            last = self._member()
            low, high = first[0][0], last[-1][1]
            if not _single(first) or not _single(last) or low > high:
                raise self._refused("not a range")
            found.append((low, high))
        ranges = joined(tuple(found))
        return inverted(ranges) if negative else inverted(inverted(ranges))

    def _member(self) -> Ranges:
        char = self._take()
        return self._escaped() if char == "\\" else self._itself(char)

    def _escaped(self) -> Ranges:
        char = self._take()
        if char in _SETS:
            self._names_sets = True
            return _SETS[char]
        if char in _CONTROLS:
            return self._itself(_CONTROLS[char])
        if char == "c" and self._peek().isascii() and self._peek().isalpha():
            point = ord(self._take()) % 32
        elif char == "x":
            point = self._hexadecimal(2)
        elif char == "u" and self._skip("{"):
            point = self._hexadecimal(self._pattern.find("}", self._here) - self._here)
            self._take()
        elif char == "u":
            point = self._hexadecimal(4)
        elif char in _ITSELF:
            point = ord(char)
        else:
            raise self._refused(f"an escape of {char!r}")
        if point > EVERY[-1][1]:
            raise self._refused("no character")
        return self._itself(chr(point))

    def _hexadecimal(self, digits: int) -> int:
        text = self._pattern[self._here : self._here + max(digits, 0)]
        if not 0 < digits <= _MOST_DIGITS or not _HEXADECIMAL.issuperset(text):
            raise self._refused("not a character number")
        self._here += len(text)
        return int(text, 16)

    def _itself(self, char: str) -> Ranges:
        if EVERY[0][1] < ord(char) < EVERY[1][0]:
            raise self._refused("half a character")
        return (_range(char, char),)


def _single(ranges: Ranges) -> bool:
    return len(ranges) == 1 and ranges[0][0] == ranges[0][1]
