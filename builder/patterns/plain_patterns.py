"""What a slot demands of a text with added characters, said of the text without them.

Lengths and plain patterns only: an anchored pattern of single characters, such as
`^GB[0-9]{5}$`. What is not plain is refused here, never guessed.
"""

import re

from builder.model import Lens, Schema

#: What each place of a date can be written with.
_PLACES = {
    "YYYY": ("0123456789",) * 4,
    "MM": ("01", "0123456789"),
    "DD": ("0123", "0123456789"),
    "HH": ("012", "0123456789"),
    "mm": ("012345", "0123456789"),
}
_TOKEN = re.compile("YYYY|MM|DD|HH|mm|M|D|.", re.DOTALL)
#: One character of a plain pattern, and how often it stands there.
_ATOM = re.compile(
    r"(?P<atom>\[\^?(?:[^]\[\\^&|~-](?:-[^]\[\\^&|~-])?)+\]|\\d|\\[^A-Za-z0-9]"
    r"|[^\\^$.|?*+()\[\]{}])"
    r"(?:(?P<often>\{[0-9]{1,3}\})|(?P<many>[*+?]|\{[0-9]{1,4},[0-9]{0,4}\}))?"
)
_MOST_ATOMS = 200


class UnsaidError(Exception):
    """A keyword with no pull-back; the text says why."""


def length(lens: Lens, keyword: str, limit: int) -> Schema:
    """Return what `minLength` or `maxLength` says of the canonical text.

    Raises:
        UnsaidError: the written text has no fixed length.
    """
    if lens.kind == "affix":
        left = limit - len(lens.prefix) - len(lens.suffix)
        if left < 0:
            return keyword == "minLength"
        return {keyword: left}
    length = len(_places(lens))
    return length >= limit if keyword == "minLength" else length <= limit


def _places(lens: Lens) -> list[str]:
    """Return the characters each place of the written text can hold; "": any.

    Raises:
        UnsaidError: the length is not fixed.
    """
    if lens.kind == "strip":
        runs = [[""] * size for size in lens.groups]
        found = runs[0]
        for run in runs[1:]:
            found = [*found, *lens.separator, *run]
        return found
    found = []
    for token in _TOKEN.findall(lens.template):
        if token in {"M", "D"}:
            raise UnsaidError("the written date has no fixed length")
        found += _PLACES.get(token, (token,))
    return found


def _atoms(demanded: str) -> list[tuple[str, str]]:
    """Return the characters of a plain anchored pattern, each with its quantifier.

    Raises:
        UnsaidError: the pattern is more than characters one after the other.
    """
    inside = re.fullmatch(r"\^(.*)\$", demanded, re.DOTALL)
    text = inside[1] if inside else "("
    found: list[tuple[str, str]] = []
    while text:
        match = _ATOM.match(text)
        if match is None or len(found) > _MOST_ATOMS:
            raise UnsaidError("its pattern is not plain")
        atom = "[0-9]" if match["atom"] == r"\d" else match["atom"]
        times = int(match["often"][1:-1]) if match["often"] else 1
        found += [(atom, match["many"] or "")] * times
        text = text[match.end() :]
    return found


def _admits(atom: str, char: str) -> bool:
    return re.fullmatch(atom, char, re.DOTALL) is not None


def _pattern(atoms: list[tuple[str, str]]) -> Schema:
    return {"pattern": "^" + "".join(atom + many for atom, many in atoms) + "$"}


def _affix_pattern(lens: Lens, atoms: list[tuple[str, str]]) -> Schema:
    for end, chars in ((0, lens.prefix), (-1, lens.suffix[::-1])):
        for char in chars:
            if not atoms:
                return False
            atom, many = atoms[end]
            if many:
                raise UnsaidError("its pattern may end before the affix does")
            if not _admits(atom, char):
                return False
            atoms = atoms[1:] if end == 0 else atoms[:-1]
    return _pattern(atoms)


def _fixed_pattern(lens: Lens, atoms: list[tuple[str, str]]) -> Schema:
    places = _places(lens)
    if any(many for _, many in atoms):
        raise UnsaidError("its pattern has no fixed length")
    if len(places) != len(atoms):
        return False
    left = []
    for chars, (atom, many) in zip(places, atoms, strict=True):
        if not chars:
            left.append((atom, many))
        elif not any(_admits(atom, char) for char in chars):
            return False
        elif not all(_admits(atom, char) for char in chars):
            raise UnsaidError("its pattern judges the date itself")
    return _pattern(left) if lens.kind == "strip" else True


def pattern(lens: Lens, demanded: str) -> Schema:
    """Return what a pattern of the written text says of the canonical one.

    Raises:
        UnsaidError: the pattern is not plain, or judges what a schema cannot say.
    """
    atoms = _atoms(demanded)
    if lens.kind == "affix":
        return _affix_pattern(lens, atoms)
    return _fixed_pattern(lens, atoms)


def escaped(text: str) -> str:
    """Return the pattern of this very text.

    `re.escape` would escape what ECMA-262 does not let escape, such as a space.
    """
    return re.sub(r"[\\^$.|?*+()\[\]{}/]", r"\\\g<0>", text)
