"""Choices found by what people type: words of a name, or a code."""

import unicodedata
from collections.abc import Sequence

from builder.model import Choice
from renderer.choices import choice_key


def found(choices: Sequence[Choice], typed: str) -> list[Choice]:
    """Return the choices in which every typed word occurs, the closest first.

    What is called exactly so stands before what begins so, and that before the rest;
    else in the order of the list. Nothing typed finds everything.
    """
    whole, words = plain(typed), plain(typed).split()
    ranked = [
        (_rank(names, whole), at)
        for at, names in enumerate(map(_names, choices))
        if all(any(word in name for name in names) for word in words)
    ]
    return [choices[at] for _rank_, at in sorted(ranked)]


def likely(texts: Sequence[str], typed: str) -> list[int]:
    """Return the places of the texts that share most with what was typed.

    By words of letters, and by pairs of signs where a script has no gaps: who looks for
    a thing says it in words of their own. Nothing typed finds everything.
    """
    asked = [piece for word in plain(typed).split() for piece in _pieces(word)]
    shared = [sum(piece in plain(text) for piece in asked) for text in texts]
    best = max(shared, default=0)
    if asked and not best:
        return []
    places = [at for at, count in enumerate(shared) if count * 2 >= best]
    return sorted(places, key=lambda at: -shared[at])


def _pieces(word: str) -> list[str]:
    if word.isascii() or len(word) == 1:
        return [word]
    return [word[at : at + 2] for at in range(len(word) - 1)]


def called(choices: Sequence[Choice], typed: str) -> list[Choice]:
    """Return the choices with exactly this name or code."""
    return [choice for choice in choices if plain(typed) in _names(choice)]


def plain(text: str) -> str:
    """One form for every way to write a name: width, case and gaps do not count."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def _names(choice: Choice) -> list[str]:
    return [plain(each) for each in (*choice.label.values(), choice_key(choice.value))]


def _rank(names: Sequence[str], whole: str) -> int:
    if whole in names:
        return 0
    return 1 if any(name.startswith(whole) for name in names) else 2
