"""What the templates write out: the questions of a page as plain values.

Everything a macro needs stands here in the reader's language; macros decide nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from builder import pointer
from builder.model import Choice, FactId, MergedForm, Pointer, Question
from builder.pointer import ABSENT
from builder.validity import Fault, Judge
from builder.view import View, Views
from renderer.blocks import Asking, Block, Box, Option, Other, RowBlock, Wrong
from renderer.choices import OTHER, SEARCH, choice_key, choice_values
from renderer.entries import entries
from renderer.fields import (
    MOST_ROWS,
    Posted,
    Row,
    parse,
    rows,
)
from renderer.limits import imposed, told
from renderer.messages import box_name, for_fault, for_problem
from renderer.origins import Known
from renderer.typed import BOXES, YEAR, Problem
from renderer.wording import say as _
from renderer.wording import words

#: More choices than this become a list to open.
MOST_RADIOS = 7
#: More than this are searched on a page of their own. Names are found by their first
#: letter in a list that opens, so that reaches further than it is pleasant to read.
MOST_OPTIONS = 100
#: The same within a row, where there is less room.
MOST_CELL_RADIOS = 2
#: Longest answers that still get a short or a middle box.
SHORT, MIDDLE, LONG = 6, 20, 60
#: Digits of a citizen's or a company's number.
ID_LENGTH = 18

_INPUT_MODES = {
    "digits": "numeric",
    "phone": "tel",
    "email": "email",
    "number": "decimal",
}
_DATE_TOKENS = {"bday": {"y": "bday-year", "m": "bday-month", "d": "bday-day"}}


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """What the questions of one page are shown against."""

    judge: Judge
    views: Views
    facts: Mapping[str, Any]
    posted: Posted
    #: Errors are shown: the page was sent, or is being put right.
    judged: bool
    #: The row somebody wants to take out, as LIST-ROW; "" where nobody does.
    leaving: str = ""
    #: Rows of lists stand on pages of their own.
    rows_apart: bool = False

    @property
    def form(self) -> MergedForm:
        """The merged form of the page."""
        return self.judge.form

    def view(self, question: Question, rows: Pointer | None = None) -> View:
        """What the forms that apply say of a question, or of a column of its list."""
        matters = (matter.id for matter in self.judge.applicable(self.facts))
        return self.views.of(question, matters, rows=rows)


def block(
    page: Page,
    question: Question,
    *,
    number: str,
    faults: Sequence[Fault],
    view: View | None = None,
    known: Known | None = None,
    opened: bool = False,
) -> Block:
    """Build one question.

    Args:
        faults: those at this question or below it, with pointers into the answers.
        view: what the forms that apply say of it, if it is no question of the form.
        known: where its value came from, if it was not typed.
        opened: somebody came to correct it.
    """
    choices = page.judge.choices(question, page.facts)
    view = view or page.view(question)
    made = _block(page, question, question.name, choices=choices, view=view)
    value = parse(question, question.name, page.posted)
    askers = _askers(page.form, question, view)
    if not number and not any(asker.limits for asker in askers):
        askers = ()  # a cell: its list says who receives the rows
    made = replace(
        made,
        number=number,
        required=page.judge.required(question, page.facts),
        askers=askers,
        known=known,
        opened=opened,
    )
    if question.input == "rows" and page.rows_apart:
        made = _apart(page, made, question, value, (view, faults))
    elif question.input == "rows":
        made = replace(made, rows=_rows(page, question, question.name, faults))
    return _with_error(page, made, question, value, own_faults(question, faults))


def _block(
    page: Page, question: Question, name: str, *, choices: Sequence[Choice], view: View
) -> Block:
    kind = _kind(question, len(choices))
    if kind == "search":
        choices = ()  # of so many, only the chosen one is written
    options = _options(question, name, page.posted, choices)
    texts = page.posted.get(name, ())
    return Block(
        name=name,
        number="",
        label=words(question.label),
        tip=told(view, question),
        unit=words(question.unit),
        kind=kind,
        required=False,
        error="",
        target=_target(name, kind),
        text=texts[0] if texts else "",
        sought=next(iter(page.posted.get(f"{name}-{SEARCH}", ())), ""),
        options=options,
        other=_other(question, name, page.posted, view),
        boxes=_boxes(question, name, page.posted),
        mode=_mode(page.form, question),
        autocomplete=question.autocomplete or "off",
        width=_width(question),
    )


_KINDS: Mapping[str, str] = {
    "date": "date",
    "date8": "date",
    "datetime": "date",
    "month": "date",
    "yes_no": "radios",
    "choices": "checks",
    "paragraph": "area",
    "lines": "area",
    "numbers": "area",
    "rows": "rows",
}


def _kind(question: Question, count: int) -> str:
    if question.input == "choice" and count > MOST_OPTIONS:
        return "search"
    if question.input == "choice":
        return "radios" if count <= MOST_RADIOS else "select"
    return _KINDS.get(question.input, "text")


def _target(name: str, kind: str) -> str:
    first = {
        "search": f"-{SEARCH}",
        "date": f"-{YEAR}",
        "radios": "-0",
        "checks": "-0",
        "rows": "-add",
    }
    return name + first.get(kind, "")


def _mode(form: MergedForm, question: Question) -> str:
    fact = form.facts.get(FactId(question.pointer.removeprefix("/facts/")))
    if fact is None:
        lettered = (question.max_length or 0) >= ID_LENGTH
    else:
        schema = fact.schema if isinstance(fact.schema, Mapping) else {}
        lettered = "A-Z" in str(schema.get("pattern", ""))
    # Identity and company numbers may end in a letter.
    typed = question.input == "digits" and lettered
    return "text" if typed else _INPUT_MODES.get(question.input, "")


def _width(question: Question) -> str:
    if question.max_length is None:
        return "n" if question.input == "number" else ""
    if question.max_length <= SHORT:
        return "n"
    if question.max_length <= MIDDLE:
        return "m"
    return "" if question.max_length <= LONG else "l"


def _options(
    question: Question, name: str, posted: Posted, choices: Sequence[Choice]
) -> tuple[Option, ...]:
    labels = {choice_key(choice.value): words(choice.label) for choice in choices}
    if question.input == "yes_no" and not labels:
        labels = {"true": _("是"), "false": _("否")}
    elif question.input not in ("choice", "choices", "yes_no"):
        return ()
    chosen = posted.get(name, ())
    known = choice_values(question)
    # A value chosen before the situation changed stays visible until it is put right.
    labels |= {
        key: words(_label(question, known[key]))
        for key in chosen
        if key in known and key not in labels
    }
    return tuple(
        Option(id=f"{name}-{at}", key=key, label=label, chosen=key in chosen)
        for at, (key, label) in enumerate(labels.items())
    )


def _other(question: Question, name: str, posted: Posted, view: View) -> Other | None:
    """The box for one's own text, where the forms take more than is listed."""
    text = next(iter(posted.get(box := f"{name}-{OTHER}", ())), "")
    listed = [choice.value for choice in question.choices]
    if question.input != "choice" or not (text or view.beyond(listed)):
        return None
    nothing = not any(posted.get(name, ()))
    chosen = nothing and bool(text or posted.get(name))
    return Other(name=box, tip=words(question.other), text=text, chosen=chosen)


def _label(question: Question, value: Any) -> Mapping[str, str] | None:
    for choice in question.choices:
        if choice.value == value:
            return choice.label
    return None


def _boxes(question: Question, name: str, posted: Posted) -> tuple[Box, ...]:
    tokens = _DATE_TOKENS.get(question.autocomplete or "", {})
    return tuple(
        Box(
            name=f"{name}-{box}",
            label=box_name(box),
            text=next(iter(posted.get(f"{name}-{box}", ())), ""),
            bad=False,
            autocomplete=tokens.get(box, "off"),
            wide=box == YEAR,
        )
        for box in BOXES.get(question.input, ())
    )


def _askers(form: MergedForm, question: Question, view: View) -> tuple[Asking, ...]:
    matters = {matter.id: matter for matter in form.matters}
    return tuple(
        Asking(
            department=words(form.departments[matters[a.matter].department].label),
            matter=words(matters[a.matter].label),
            label=words(a.label),
            required=a.required,
            limits=imposed(view, a),
        )
        for a in question.asked_by
        if a.matter in matters
    )


def own_faults(question: Question, faults: Sequence[Fault]) -> Sequence[Fault]:
    """Return the faults that are shown at a question, and in no cell of its rows."""
    return [fault for fault in faults if not _in_cell(question, fault)]


def _in_cell(question: Question, fault: Fault) -> bool:
    """Tell whether a fault of a list, or below it, is shown in a cell of a row."""
    if not question.columns:
        return False
    _, *names = pointer.parts(fault.pointer.removeprefix(question.pointer)) or [""]
    at = f"{pointer.join(names)}/"
    return any(at.startswith(f"{column.pointer}/") for column in question.columns)


def _apart(
    page: Page,
    made: Block,
    question: Question,
    value: Any,
    told: tuple[View, Sequence[Fault]],
) -> Block:
    """A list whose rows have pages of their own: here they stand in words."""
    view, faults = told
    limits = {bound.keyword: bound.limit for bound in view.bounds}
    listed = tuple(
        entries(
            page.form,
            question,
            value.rest if isinstance(value, Problem) else value,
            faults=faults if page.judged else (),
            typed=page.posted if page.judged else {},
        )
    )
    may_add = len(listed) < min(MOST_ROWS, limits.get("maxItems", MOST_ROWS))
    target = f"{made.name}-add" if may_add else f"q-{made.name}"
    return replace(made, kind="list", entries=listed, may_add=may_add, target=target)


def _rows(
    page: Page, question: Question, name: str, faults: Sequence[Fault]
) -> tuple[RowBlock, ...]:
    return tuple(
        RowBlock(
            id=row.id,
            number=number,
            cells=tuple(
                _in_row(number, _cell(page, (question, column), name, row, faults))
                for column in question.columns
            ),
            leaving=page.leaving == f"{name}-{row.id}",
        )
        for number, row in enumerate(rows(question, name, page.posted), start=1)
    )


def _in_row(number: int, cell: Block) -> Block:
    """The cell, its error saying which row it is in."""
    if not cell.error:
        return cell
    error = _("第 %(number)s 行：%(error)s", number=number, error=cell.error)
    return replace(cell, error=error)


def _cell(
    page: Page,
    path: tuple[Question, Question],
    name: str,
    row: Row,
    faults: Sequence[Fault],
) -> Block:
    question, column = path
    cell = f"{name}-{row.id}-{column.name}"
    view = page.view(column, rows=question.pointer)
    made = _block(page, column, cell, choices=column.choices, view=view)
    if made.kind == "radios" and len(made.options) > MOST_CELL_RADIOS:
        made = replace(made, kind="select", target=cell)
    required = any(asker.required for asker in column.asked_by)
    at = f"{question.pointer}/{row.index}{column.pointer}"
    own = [each for each in faults if f"{each.pointer}/".startswith(f"{at}/")]
    value = parse(column, cell, row.posted)
    return _with_error(page, replace(made, required=required), column, value, own)


def _with_error(
    page: Page, made: Block, question: Question, value: Any, faults: Sequence[Fault]
) -> Block:
    if question.input == "rows" and not page.rows_apart:
        made = replace(made, may_add=len(made.rows) < MOST_ROWS)
    wrong = what_is_wrong(page, question, value, faults)
    return made if wrong is None else made.put_right(wrong)


def what_is_wrong(
    page: Page, question: Question, value: Any, faults: Sequence[Fault]
) -> Wrong | None:
    """Say what must be put right; None where nothing must, or nobody asked.

    Args:
        value: as it was parsed.
        faults: those at this question that no row of it shows.
    """
    if not page.judged:
        return None
    if isinstance(value, Problem):
        if value.code == "row":
            return None
        return Wrong(sentence=for_problem(value, question), box=value.box)
    if not faults:
        return None
    given = None if value is ABSENT else value
    sentence = for_fault(faults[0], question, page.form, given)
    return Wrong(sentence=sentence, every_box=True)


def answer(answers: Mapping[str, Any], question: Question) -> Any:
    """Return what stands at a question's place in the answers, or `ABSENT`."""
    return pointer.get(answers, pointer.parts(question.pointer))
