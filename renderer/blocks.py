"""A question as it stands on a page: plain values in the reader's language.

Everything a macro needs stands here; macros decide nothing.
"""

from dataclasses import dataclass, replace

from renderer.origins import Known


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One choice of a question."""

    id: str
    key: str
    label: str
    #: A text marks the place where that is written once it is known.
    chosen: bool | str


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """One text box of a date."""

    name: str
    label: str
    text: str
    bad: bool
    autocomplete: str
    wide: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Other:
    """The box for a value that is not among the choices."""

    name: str
    tip: str
    text: str
    #: None of the choices is chosen, and something is written instead.
    chosen: bool | str
    bad: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """One department's field that a question serves."""

    department: str
    matter: str
    label: str
    required: bool
    #: The limits that this form draws more tightly than any other.
    limits: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrong:
    """What must be put right in the answer of a question."""

    sentence: str
    #: The box to put right; "": the whole answer.
    box: str = ""
    #: Every box of a date is wrong, as far as anybody can tell.
    every_box: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class RowBlock:
    """One row of a list."""

    id: str
    number: int
    cells: tuple["Block", ...]
    #: Whether to take it out is being asked.
    leaving: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One row of a list, in words; it is changed on a page of its own."""

    id: str
    number: int
    text: str
    error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One question as it stands on the page."""

    name: str
    number: str
    label: str
    tip: str
    unit: str
    kind: str
    required: bool
    error: str
    #: Where a link in the error summary goes.
    target: str
    text: str = ""
    #: What was typed to search a long list.
    sought: str = ""
    options: tuple[Option, ...] = ()
    other: Other | None = None
    boxes: tuple[Box, ...] = ()
    rows: tuple[RowBlock, ...] = ()
    entries: tuple[Entry, ...] = ()
    may_add: bool = False
    askers: tuple[Asking, ...] = ()
    known: Known | None = None
    opened: bool = False
    mode: str = ""
    autocomplete: str = "off"
    width: str = ""

    def put_right(self, wrong: Wrong) -> "Block":
        """Return the block with its error and where it is put right."""
        box = f"{self.name}-{wrong.box}"
        boxes = tuple(
            replace(each, bad=wrong.every_box or each.name == box)
            for each in self.boxes
        )
        target = box if wrong.box else self.target
        made = replace(self, error=wrong.sentence, target=target, boxes=boxes)
        if self.other is None or not self.other.text:
            return made
        # What is wrong with one's own text is put right in its box.
        other = replace(self.other, bad=True)
        return replace(made, target=other.name, other=other)

    @property
    def errors(self) -> tuple[tuple[str, str], ...]:
        """(control, sentence) of this question and its rows, in page order."""
        own = ((self.target, self.error),) if self.error else ()
        apart = ((each.id, each.error) for each in self.entries if each.error)
        below = (e for row in self.rows for cell in row.cells for e in cell.errors)
        return (*own, *apart, *below)
