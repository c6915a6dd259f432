"""Which question stands on which page, in which order, under which name.

The order is the affair's own list, never that of a schema: stable and chosen. What no
page can serve, or what stands nowhere, stops the merge here and never a request.
"""

from collections.abc import Iterable, Iterator, Mapping

from builder import cross_checks, pointer
from builder.errors import (
    BuilderError,
    CycleError,
    LeftOutRequiredError,
    MisplacedQuestionError,
    UnplacedQuestionError,
    UnservedError,
)
from builder.model import Affair, MatterId, MergedForm, Pointer, Question
from builder.view import Views


def place(
    affair: Affair, questions: Mapping[Pointer, Question]
) -> tuple[Question, ...]:
    """Return the questions in page order.

    Call `placing_errors` first: every question is taken to stand on one page.
    """
    return tuple(questions[where] for page in affair.pages for where in page.questions)


def placing_errors(
    affair: Affair,
    questions: Mapping[Pointer, Question],
    loops: Mapping[Pointer, CycleError],
) -> Iterator[BuilderError]:
    """Yield each question that does not stand on exactly one page.

    Args:
        loops: of the questions that a matter asks although its own result answers them:
            the likelier mistake than a forgotten page.
    """
    file = f"affairs/{affair.id}.json#"
    seen: dict[Pointer, str] = {}
    for number, page in enumerate(affair.pages):
        for index, where in enumerate(page.questions):
            here = f"{file}/pages/{number}/questions/{index}"
            if where not in questions:
                yield MisplacedQuestionError(here, where, _NOT_ASKED)
            elif where in affair.leave_out:
                reason = "stands on a page and is left out. Choose one."
                yield MisplacedQuestionError(here, where, reason)
            elif where in seen:
                reason = f"stands at {seen[where]} already. Ask it once."
                yield MisplacedQuestionError(here, where, reason)
            seen[where] = here
    for where, question in questions.items():
        if where not in seen and where not in affair.leave_out:
            if where in loops:
                yield loops[where]
                continue
            matters = tuple(asker.matter for asker in question.asked_by)
            yield UnplacedQuestionError(f"{file}/pages", where, matters)
    yield from _rule_errors(affair, questions, file)


def unserved(form: MergedForm) -> tuple[UnservedError, ...]:
    """Return what no page can ask for yet: such a form is merged, never published."""
    file = f"affairs/{form.affair}.json#"
    return tuple(
        UnservedError(f"{file}/pages", where, f"{reason}.")
        for where, reason in _reasons(form)
        if reason is not None
    )


def _reasons(form: MergedForm) -> Iterator[tuple[str, str | None]]:
    """Yield why a question or a column cannot be asked, or None, with its place."""
    views, every = Views(form), [matter.id for matter in form.matters]
    for question in form.questions:
        where = question.pointer
        yield where, question.unserved or _unlisted(views, question, every)
        for column in question.columns:
            reason = column.unserved or _unlisted(views, column, every, rows=where)
            yield f"{where}/*{column.pointer}", reason


def _unlisted(
    views: Views,
    question: Question,
    matters: Iterable[MatterId],
    rows: Pointer | None = None,
) -> str | None:
    """Say if several values can be chosen, and not only those that are listed."""
    if question.input != "choices":
        return None
    view = views.of(question, matters, rows=rows)
    if not view.beyond(choice.value for choice in question.choices):
        return None
    return "it takes several values, and others than those listed"


_NOT_ASKED = (
    "is no question of this affair: no matter asks it, or it comes with a result. "
    "Take it out, or mend the name."
)


def _rule_errors(
    affair: Affair, questions: Mapping[Pointer, Question], file: str
) -> Iterator[BuilderError]:
    for rules in ("questions", "prefill", "leave_out"):
        for where in getattr(affair, rules):
            if where not in questions:
                here = f"{file}{pointer.join([rules, where])}"
                yield MisplacedQuestionError(here, where, _NOT_ASKED)
    for name, read in _stated(affair):
        if not _asks(questions, read):
            yield MisplacedQuestionError(f"{file}/{name}", read, _NOT_ASKED)
    for where in affair.leave_out:
        question = questions.get(where)
        demanding = tuple(
            asker.matter
            for asker in (question.asked_by if question else ())
            if asker.required
        )
        if demanding:
            here = f"{file}{pointer.join(['leave_out', where])}"
            yield LeftOutRequiredError(here, where, demanding)


def _stated(affair: Affair) -> Iterator[tuple[str, Pointer]]:
    """Yield each question that a check or a `same` names, with the place."""
    for number, check in enumerate(affair.checks):
        for name, read in cross_checks.pointers(check):
            yield f"checks/{number}/{name}", read
    for number, each in enumerate(affair.same):
        for where, sources in each.fill.items():
            here = f"same/{number}/fill{pointer.join([where])}"
            yield here, where
            yield from ((here, source) for source in sources)


def _asks(questions: Mapping[Pointer, Question], where: Pointer) -> bool:
    """Tell whether a place of the answers is a question, or a column of a list."""
    list_, each, column = where.partition(f"/{cross_checks.EACH}/")
    question = questions.get(Pointer(list_))
    if question is None or not each:
        return question is not None
    return any(each.pointer == f"/{column}" for each in question.columns)
