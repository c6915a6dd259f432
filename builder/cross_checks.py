"""Answers that contradict each other, although each department's form takes its own.

A department sees its own document only: that a mother's age and her identity number
disagree, or that the shares are not the capital, shows where all answers lie together.
An affair states such checks. What a check reads and nobody answered decides nothing.

Law: checks only narrow. What they let through, the forms judge as before.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from builder import citizen_numbers, pointer
from builder.model import Answers, Check, MergedForm, Pointer, Predicate, Term

EACH = "*"
#: Male and female in GB/T 2261.1; its other codes say neither.
_SEXES = ("1", "2")


def pointers(check: Check) -> Iterator[tuple[str, Pointer]]:
    """Yield each place of the answers that a check reads, with its place in it."""
    yield "at", check.at
    for name, term in (("first", check.first), ("second", check.second)):
        if term is not None and term.at is not None:
            yield f"{name}/at", term.at
        if term is not None and term.on is not None:
            yield f"{name}/on", term.on


def failing(
    form: MergedForm,
    answers: Answers,
    holds: Callable[[Predicate | None, Mapping[str, Any]], bool],
) -> Iterator[tuple[Check, str]]:
    """Yield each check that answers do not pass, with where to put it right.

    Args:
        form: whose checks they are.
        answers: pruned, of any shape.
        holds: tells whether a condition holds for facts.
    """
    facts = answers.get("facts", {})
    for check in form.checks:
        if holds(check.when, facts):
            for names in _standing(answers, pointer.parts(check.at)):
                if not _passes(check, answers, names):
                    yield check, pointer.join(names)


def _standing(answers: Any, names: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Yield where something is answered; `*` stands for every row."""
    if EACH not in names:
        if pointer.get(answers, names) is not pointer.ABSENT:
            yield names
        return
    depth = names.index(EACH)
    rows = pointer.get(answers, names[:depth])
    for index in range(len(rows) if isinstance(rows, list) else 0):
        yield from _standing(answers, (*names[:depth], str(index), *names[depth + 1 :]))


def _passes(check: Check, answers: Answers, here: tuple[str, ...]) -> bool:
    if check.first is None:
        return False  # the condition alone says what must not be
    first = _term(check.first, answers, here)
    if check.must_be == "citizen_number":
        return not isinstance(first, str) or citizen_numbers.slip(first) is None
    second = None if check.second is None else _term(check.second, answers, here)
    if first is None or second is None or type(first) is not type(second):
        return True
    match check.must_be:
        case "equal":
            return bool(first == second)
        case "different":
            return bool(first != second)
        case _:
            return _at_most(first, second)


def _at_most(first: Any, second: Any) -> bool:
    """Compare; of a day and a month only the months."""
    if isinstance(first, str):
        length = min(len(first), len(second))
        first, second = first[:length], second[:length]
    return bool(first <= second)


def _term(term: Term, answers: Answers, here: tuple[str, ...]) -> Any:
    """Return what is compared, or None: nobody said it, or it says nothing."""
    if term.at is None:
        return _comparable(term.value)
    given = _read(term.at, answers, here)
    if term.take == "sum":
        return _sum(given, term.times)
    if len(given) != 1:
        return None
    if term.take == "age":
        days = _read(term.on or term.at, answers, here)
        return _age(given[0], days[0]) if len(days) == 1 else None
    return _TAKEN[term.take](given[0])


def _read(where: Pointer, answers: Answers, here: tuple[str, ...]) -> list[Any]:
    """Return what is answered at a place: in the row that is judged, or in all."""
    names = pointer.parts(where)
    if EACH not in names:
        value = pointer.get(answers, names)
        return [] if value is pointer.ABSENT else [value]
    depth = names.index(EACH)
    if here[:depth] == names[:depth] and len(here) > depth:
        names = (*here[: depth + 1], *names[depth + 1 :])
    return [pointer.get(answers, each) for each in _standing(answers, names)]


def _comparable(value: Any) -> Any:
    """Return a value so that 100 equals 100.0, and True does not equal 1."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return Decimal(str(value))
    return value


def _sum(given: list[Any], times: str) -> Decimal | None:
    """Return all rows together; None: not every one of them is a number yet."""
    numbers = [_comparable(each) for each in given]
    if not all(isinstance(each, Decimal) for each in numbers):
        return None
    return sum(numbers, Decimal(0)) * Decimal(times)


def _age(number: Any, when: Any) -> Decimal | None:
    """Return how old, in full years, the holder of an identity number is on a day."""
    born, day = citizen_numbers.born(str(number)), _day(when)
    if born is None or day is None:
        return None
    years = day.year - born.year - ((day.month, day.day) < (born.month, born.day))
    return Decimal(years)


def _day(value: Any) -> date | None:
    """Return the day of a date, with or without dashes, or of a time."""
    try:
        return date.fromisoformat(str(value).partition("T")[0])
    except ValueError:
        return None


def _text(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


_TAKEN: Mapping[str, Callable[[Any], Any]] = {
    "value": _comparable,
    "count": lambda value: Decimal(len(value)) if isinstance(value, list) else None,
    "date": lambda value: _text(_day(value)),
    "born": lambda value: _text(citizen_numbers.born(str(value))),
    "sex": lambda value: value if value in _SEXES else citizen_numbers.sex(str(value)),
}
