"""Sample answers of a merged form, drawn from what its forms accept and refuse.

For the proof only. The same form, documents and random numbers give the same samples.
Nothing here is claimed to be valid; the judge says what is.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from random import Random
from typing import Any

from builder import conflicts, pointer, row_samples
from builder.conflicts.candidates import candidates
from builder.conflicts.demands import Demand, Demands, as_facts, domain
from builder.conflicts.row_conflicts import of_lists
from builder.documents import OMIT, decompose
from builder.errors import BuilderError
from builder.model import (
    Answers,
    FactId,
    Matter,
    MatterId,
    MergedForm,
    Question,
)
from builder.places import fact_pointer
from builder.situations import MOST_SITUATIONS
from builder.validity import Judge

#: Accepted values kept for one question.
_MOST_VALUES = 12
#: An optional question is answered this often.
_OFTEN = 0.7
_MOST_EDITS = 3
#: Values that most questions refuse, and some accept.
_STRANGE: tuple[Any, ...] = (
    "",
    "x",
    "一" * 400,
    "2026-02-30",
    "00",
    -1,
    0.5,
    10**12,
    True,
    None,
    [],
    {},
    ["x"],
    {"x": 1},
)


class Samples:
    """Draws answers: likely right ones, and ones with something changed."""

    def __init__(
        self,
        judge: Judge,
        random: Random,
        documents: Mapping[MatterId, Sequence[Mapping[str, Any]]],
    ) -> None:
        """Collect the values of each question.

        Args:
            judge: of the form.
            random: seeded by the caller.
            documents: real documents by matter, perhaps none; their values are used.
        """
        self._judge = judge
        self._random = random
        self._accepting = _Accepted(judge.form)
        #: By matter that has real documents, what each of them gives.
        self._given = [
            [self._given_by(matter, document) for document in documents[matter.id]]
            for matter in judge.form.matters
            if documents.get(matter.id)
        ]
        self._pools = {
            question.pointer: self._accepting.values(question)
            for question in (*judge.form.situations, *judge.form.questions)
        }

    def situations(self) -> Iterator[Mapping[str, Any]]:
        """Yield every way to answer the situation questions, up to a bound."""
        yield from islice(self._situations({}), MOST_SITUATIONS)

    def answers(self, situation: Mapping[str, Any] | None = None) -> Answers:
        """Draw answers that are likely right, in this situation or one drawn first."""
        drawn: dict[str, Any] = {"facts": dict(situation or {}), "matters": {}}
        self._take_documents(drawn)
        asked: tuple[Question, ...] = ()
        # Each answer can bring up further questions.
        while True:
            facts = drawn["facts"]
            before = asked
            asked = (*self._judge.situations(facts), *self._judge.asked(drawn))
            if asked == before:
                return drawn
            for question in asked:
                names = pointer.parts(question.pointer)
                if pointer.get(drawn, names) is pointer.ABSENT:
                    self._answer(question, facts, drawn)

    def values(self, fact: FactId) -> Sequence[Any]:
        """Return values that every form accepts for a fact."""
        return self._pools.get(fact_pointer(fact), ())

    def changed(self, answers: Answers) -> Answers:
        """Return the answers with one to three of them changed or taken away."""
        changed: dict[str, Any] = pointer.copied(dict(answers))
        asked = [pointer.parts(where) for where in self._pools]
        places = [*asked, *_places(changed)]
        for _ in range(self._random.randint(1, _MOST_EDITS)):
            names = self._random.choice(places)
            pointer.put(changed, names[:1], changed.get(names[0], {}))
            holder = pointer.get(changed, names[:-1])
            if not isinstance(holder, dict):
                continue
            values = self._random.choice((_STRANGE, self._any_pool()))
            if values and self._random.random() < _OFTEN:
                holder[names[-1]] = pointer.copied(self._random.choice(values))
            else:
                holder.pop(names[-1], None)
        return changed

    def _any_pool(self) -> Sequence[Any]:
        return self._random.choice(list(self._pools.values()))

    def _situations(self, known: dict[str, Any]) -> Iterator[Mapping[str, Any]]:
        for question in self._judge.situations(known):
            fact = pointer.parts(question.pointer)[1]
            if fact not in known:
                for value in self._pools[question.pointer]:
                    yield from self._situations({**known, fact: value})
                return
        yield known

    def _answer(
        self, question: Question, facts: Mapping[str, Any], drawn: dict[str, Any]
    ) -> None:
        values = self._pools[question.pointer]
        needed = self._judge.required(question, facts)
        # Where real documents speak, nothing is added that they do without.
        often = 0.0 if self._given else _OFTEN
        if values and (needed or self._random.random() < often):
            value = pointer.copied(self._random.choice(values))
            pointer.put(drawn, pointer.parts(question.pointer), value)

    def _take_documents(self, drawn: dict[str, Any]) -> None:
        """Let real documents speak first, one per matter, in any order."""
        chosen = [self._random.choice(given) for given in self._given]
        for each in self._random.sample(chosen, len(chosen)):
            found = pointer.copied(each)
            drawn["matters"] |= found["matters"]
            for fact, value in found["facts"].items():
                if self._judge.form.facts[fact].columns:
                    before = drawn["facts"].get(fact)
                    drawn["facts"][fact] = row_samples.beside(before, value)
                else:
                    drawn["facts"].setdefault(fact, value)

    def _given_by(self, matter: Matter, document: Mapping[str, Any]) -> dict[str, Any]:
        """Return the answers of a document: of facts, only what every form accepts."""
        facts: dict[FactId, Any] = {}
        try:
            found = decompose(matter, document)
        except BuilderError:
            return {"facts": facts, "matters": {}}
        for fact, value in found["facts"].items():
            if self._judge.form.facts[fact].columns:
                facts[fact] = self._accepting.rows(fact, value)
            elif self._accepting.accepts(fact, value):
                facts[fact] = value
        return {"facts": facts, "matters": found["matters"]}


class _Accepted:
    """What the forms accept for each question, each form brought up once."""

    def __init__(self, form: MergedForm) -> None:
        self._form = form
        self._shared = Demands(form.matters, form.facts)
        self._own = {m.id: Demands([as_facts(m)], {}) for m in form.matters}
        self._rows = {rows.list: rows for rows in of_lists(form, [form.matters])}
        self._columns = {
            list_: Demands(rows.matters, rows.columns)
            for list_, rows in self._rows.items()
        }

    def rows(self, list_: FactId, found: Sequence[Any]) -> list[Any]:
        """Return rows with only those columns whose values every form accepts."""
        demands = self._columns[list_]
        return [
            {
                **row,
                "facts": {
                    column: value
                    for column, value in row["facts"].items()
                    if all(demand.accepts(value) for demand in demands.of(column))
                },
            }
            for row in found
        ]

    def accepts(self, fact: FactId, value: Any) -> bool:
        """Tell whether every form accepts this value of a fact."""
        return all(demand.accepts(value) for demand in self._shared.of(fact))

    def values(self, question: Question) -> list[Any]:
        """Return values that are accepted as the answer of a question."""
        kind, name, *rest = pointer.parts(question.pointer)
        given = [choice.value for choice in question.choices]
        if OMIT in rest:
            return [True, False]
        if kind != "facts":
            return self._own_values(MatterId(name), pointer.join(rest), question)
        fact = FactId(name)
        if fact in self._rows:
            columns = [(c, self._column(fact, c)) for c in question.columns]
            return row_samples.lists_of(columns)
        if self._form.facts[fact].stand_in is not None:
            given.append(self._form.facts[fact].stand_in)
        own = domain(self._form.facts[fact].schema)
        return _values(fact, self._shared.of(fact) or (own,), given)

    def _column(self, list_: FactId, column: Question) -> list[Any]:
        """Return values of a column; those that only some forms accept come last."""
        kind, name, *rest = pointer.parts(column.pointer)
        given = [choice.value for choice in column.choices]
        if kind == "facts":
            demands = self._columns[list_].of(FactId(name))
            found = _values(FactId(name), demands, given)
            return [*found, *(value for value in given if value not in found)]
        fact = FactId(pointer.join(rest))
        forms = [m for m in self._rows[list_].matters if str(fact) in m.fields]
        asked = [asker.matter + asker.path for asker in column.asked_by]
        for form in forms:
            if form.id + fact in asked:
                return _values(fact, Demands([as_facts(form)], {}).of(fact), given)
        return given

    def _own_values(self, matter: MatterId, path: str, question: Question) -> list[Any]:
        given: list[Any] = [choice.value for choice in question.choices]
        if question.input == "choices":
            given = [[value] for value in given]
        if question.columns:
            row: dict[str, Any] = {}
            for column in question.columns:
                values = self._own_values(matter, f"{path}/*{column.pointer}", column)
                if values:
                    pointer.put(row, pointer.parts(column.pointer), values[0])
            given = [[row]]
        fact = FactId(path)
        return _values(fact, self._own[matter].of(fact), given)


def _values(fact: FactId, demands: Sequence[Demand], given: list[Any]) -> list[Any]:
    tried = candidates([demand.guide for demand in demands], given)
    fitting = (v for v in tried if all(demand.accepts(v) for demand in demands))
    values = list(islice(fitting, _MOST_VALUES))
    if values:
        return values
    verdict = conflicts.judge(fact, demands, given=given)
    return [verdict.witness] if isinstance(verdict, conflicts.Satisfied) else []


def _places(value: Any, names: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    for name, below in value.items():
        here = (*names, name)
        if len(here) > 1:
            yield here
        if isinstance(below, Mapping):
            yield from _places(below, here)
        elif isinstance(below, list):
            for index, row in enumerate(below):
                if isinstance(row, Mapping):
                    yield from _places(row, (*here, str(index)))
