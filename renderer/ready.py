"""Questions written out ahead: once per version, situation, language and layout.

What a page says of a question is fixed, but for what somebody typed, chose and did
wrong. The macros write a question once, with a mark at each such place; a request fills
the places and escapes what it puts there. Law: what is filled in is, byte for byte,
what the macros would have written.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cached_property
from typing import Any, NamedTuple

from flask import current_app
from markupsafe import Markup, escape

from renderer.blocks import Block, Wrong
from renderer.choices import OTHER
from renderer.fields import Posted
from renderer.origins import Known

#: Pages kept written out; each of their questions takes some 3,000 bytes.
MOST_PAGES = 256
#: No text holds these two: they are noncharacters, for use within a program.
_OPEN, _CLOSE = "\ufdd0", "\ufdd1"
_PLACE = re.compile(f"{_OPEN}([^ {_CLOSE}]*)( [a-z]+)?{_CLOSE}")
#: Names of the places that are no box; "=3" marks a choice.
_ERROR, _KNOWN, _SAID, _NONE = "!error", "!known", "!said", "!none"
_MORE = "!more"


class Written(NamedTuple):
    """A question as it stands on a page."""

    name: str
    #: Written by the macros, or escaped.
    html: str
    #: (control, sentence) of what must be put right in it.
    errors: tuple[tuple[str, str], ...]
    known: bool


class Variant(NamedTuple):
    """What else than its texts tells one writing of a question from another."""

    #: Of what is wrong: its box, or every box; None: nothing is.
    wrong: tuple[str, bool] | None
    #: Something of one's own was typed beside the choices.
    own: bool
    #: Of what is known, whether it is only proposed; None: nothing was known.
    proposed: bool | None
    #: Nobody can change it here.
    sealed: bool
    opened: bool


class Piece(NamedTuple):
    """The HTML of one question, and what goes between its fixed parts."""

    #: At the places stands "".
    parts: list[str]
    #: (place, box) of what is typed.
    typed: tuple[tuple[int, str], ...]
    #: By what is posted for a choice: its place, and how it is marked there.
    marks: Mapping[str, tuple[int, str]]
    #: The places that are no box, by name.
    places: Mapping[str, int]
    #: Where a link in the error summary goes.
    target: str


def mark(chosen: Any, word: str) -> Markup:
    """Write an attribute where a choice is chosen: a filter of the macros.

    Args:
        chosen: whether it is; or the mark of a place for that.
        word: the attribute.
    """
    if isinstance(chosen, str):
        return _safe(f"{chosen[:-1]} {word}{_CLOSE}")
    return _safe(f" {word}" if chosen else "")


def joined(shown: Iterable[Written]) -> Markup:
    """Join questions as they stand on the page: a filter of the templates."""
    return _safe("".join([each.html for each in shown]))


def written(block: Block) -> Written:
    """Write out a question by the macros."""
    return Written(block.name, _html(block), block.errors, block.known is not None)


def _html(block: Block) -> Markup:
    macros = current_app.jinja_env.get_template("questions.html").module
    write = getattr(macros, "asked" if block.known is None else "known")
    return _safe(write(block))


def _safe(html: str) -> Markup:
    """Take for HTML what was written by the macros, or escaped."""
    return Markup(html)  # noqa: S704


class Ready:
    """One question in one situation; its pieces are made when first wanted."""

    def __init__(self, blank: Block) -> None:
        """Take the question as it stands with nothing typed and nothing wrong."""
        self._blank = blank
        self._never = blank.kind in ("rows", "list", "search")
        #: Where something of one's own is typed beside the choices; "" without choices.
        self._own = f"{blank.name}-{OTHER}" if blank.options else ""
        self._pieces: dict[Variant, Piece] = {}

    def write(
        self,
        posted: Posted,
        *,
        wrong: Wrong | None = None,
        known: Known | None = None,
        opened: bool = False,
    ) -> Written | None:
        """Fill the question in.

        Returns:
            None where only the macros can write it: a list, a choice that is searched,
            and something chosen that is no choice here any more.
        """
        blank = self._blank
        own = bool(self._own) and any(posted.get(self._own, ())[:1])
        if self._never or (own and blank.other is None):
            return None
        piece = self._plain
        if wrong is not None or known is not None or own or opened:
            at = None if wrong is None else (wrong.box, wrong.every_box)
            proposed = None if known is None else known.proposed
            sealed = known is not None and known.sealed
            piece = self._piece(Variant(at, own, proposed, sealed, opened))
        parts = piece.parts.copy()
        if self._own and not _marked(blank.name, piece, posted, parts, own=own):
            return None
        for place, box in piece.typed:
            texts = posted.get(box)
            if texts:
                parts[place] = escape(texts[0])
        errors: tuple[tuple[str, str], ...] = ()
        if wrong is not None:
            parts[piece.places[_ERROR]] = escape(wrong.sentence)
            errors = ((piece.target, wrong.sentence),)
        if known is not None:
            parts[piece.places[_KNOWN]] = escape(known.text)
            parts[piece.places[_SAID]] = known.said
            parts[piece.places[_MORE]] = known.more
        return Written(blank.name, "".join(parts), errors, known is not None)

    @cached_property
    def _plain(self) -> Piece:
        return self._piece(
            Variant(None, own=False, proposed=None, sealed=False, opened=False)
        )

    def _piece(self, variant: Variant) -> Piece:
        if variant not in self._pieces:
            self._pieces[variant] = _piece(self._block(variant))
        return self._pieces[variant]

    def _block(self, variant: Variant) -> Block:
        """Return the question as it stands in this variant, but for what is said."""
        block = replace(self._blank, opened=variant.opened)
        if variant.proposed is not None:
            unsaid = Known.unsaid(proposed=variant.proposed, sealed=variant.sealed)
            block = replace(block, known=unsaid)
        if block.other is not None:
            block = replace(block, other=replace(block.other, text="?" * variant.own))
        if variant.wrong is None:
            return block
        box, every_box = variant.wrong
        return block.put_right(Wrong(sentence="?", box=box, every_box=every_box))


def _marked(
    name: str, piece: Piece, posted: Posted, parts: list[str], *, own: bool
) -> bool:
    """Mark what is chosen; False where something is chosen that is no choice here."""
    chosen = posted.get(name, ())
    for key in filter(None, chosen):
        if key not in piece.marks:
            return False
        place, word = piece.marks[key]
        parts[place] = word
    if _NONE in piece.places and not any(chosen) and (own or chosen):
        parts[piece.places[_NONE]] = " checked"
    return True


def _piece(block: Block) -> Piece:
    """Write a question out once, and take it apart at its places."""
    fixed, *places = _PLACE.split(_html(_opened(block)))
    names, words, between = places[::3], places[1::3], places[2::3]
    parts = [fixed, *(text for after in between for text in ("", after))]
    at = {name: 2 * number + 1 for number, name in enumerate(names)}
    keys = {f"={number}": each.key for number, each in enumerate(block.options)}
    marks = zip(names, words, strict=True)
    return Piece(
        parts=parts,
        typed=tuple((at[n], n) for n in names if n[0] not in "=!"),
        marks={keys[n]: (at[n], word) for n, word in marks if n in keys},
        places={n: at[n] for n in names if n[0] == "!"},
        target=block.target,
    )


def _place(name: str) -> str:
    return f"{_OPEN}{name}{_CLOSE}"


def _opened(block: Block) -> Block:
    """Return the block with a mark wherever a request has something to say."""
    known, other = block.known, block.other
    return replace(
        block,
        text=_place(block.name),
        error=block.error and _place(_ERROR),
        boxes=tuple(replace(box, text=_place(box.name)) for box in block.boxes),
        options=tuple(
            replace(option, chosen=_place(f"={number}"))
            for number, option in enumerate(block.options)
        ),
        other=other and replace(other, text=_place(other.name), chosen=_place(_NONE)),
        known=known
        and replace(
            known,
            text=_place(_KNOWN),
            said=_safe(_place(_SAID)),
            more=_safe(_place(_MORE)),
        ),
    )
