"""The publish gate: the laws of a merged form, tried on samples and generated answers.

- *Round trip*: a document that is taken apart comes back unchanged.
- *T equals V*: the published schema and the judge say the same of every sample.
- *Completeness*: documents that agree are all projections of one set of answers.
- *Conflicts*: on every fact the forms agree, or it is said who asks what.
- Every set of matters that can apply together has a sample that is valid.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from random import Random
from typing import Any

from builder import conflicts, lists, pointer
from builder.conflicts.conflict_errors import (
    ConflictError,
    DeadElementError,
    UndecidedConflictError,
)
from builder.documents import decompose, project
from builder.errors import (
    BuilderError,
    CardinalityError,
    MismatchError,
    PartlyRefusedError,
    PresenceError,
)
from builder.lenses import same
from builder.lists.joining import joined
from builder.model import Answers, FactId, Field, Matter, MatterId, MergedForm
from builder.presence import presence_errors
from builder.samples import Samples
from builder.situations import applicability_sets
from builder.transport import Transported, transport
from builder.validity import Fault, Judge

#: Samples that a proof draws, and of each verdict those that it needs.
SAMPLES, ENOUGH = 2000, 500
#: Samples enough for definitions that were proven in full when they were released.
FEW = 50
#: Refused samples in which conflicts of presence are looked for.
_MOST_LOOKS = 200
#: Tries for each sample asked for, before too few are found to be too few.
_TRIES = 6


@dataclass(slots=True)
class Tally:
    """How often a law was tried, and how often it failed."""

    checked: int = 0
    failed: int = 0

    def count(self, *, held: bool) -> None:
        """Count one try."""
        self.checked += 1
        self.failed += not held


@dataclass(slots=True, kw_only=True)
class Agreement:
    """How often the published schema and the judge were asked, and disagreed."""

    valid: int = 0
    invalid: int = 0
    mismatched: int = 0
    #: Matters of which only the judge speaks.
    v_only: tuple[MatterId, ...] = ()
    #: Matters of which the schema says all it can, and the judge the rest.
    residual: tuple[MatterId, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What was tried on one affair, and what came of it."""

    affair: str
    round_trip: Tally
    t_equals_v: Agreement
    completeness: Tally
    conflicts: tuple[BuilderError, ...]
    #: The first sample on which the schema and the judge disagree.
    mismatch: MismatchError | None
    #: Situations in which matters apply that have no valid sample together.
    uncertified: tuple[Mapping[str, Any], ...]
    #: The first sample of each kind of failure, for the author.
    examples: Mapping[str, Any] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """Every law held, and nothing is undecided or in conflict."""
        failed = self.round_trip.failed + self.completeness.failed
        return not (
            failed
            or self.t_equals_v.mismatched
            or any(error.code.startswith("E_") for error in self.conflicts)
        )


def prove(
    form: MergedForm,
    *,
    documents: Mapping[MatterId, Sequence[Mapping[str, Any]]],
    samples: int,
    random: Random,
    enough: int = ENOUGH,
    transported: Transported | None = None,
) -> Proof:
    """Try the laws of a merged form.

    Args:
        form: the merged form.
        documents: real documents by matter, perhaps none.
        samples: how many answers to draw at least.
        random: seeded by the caller; the same seed tries the same.
        enough: valid samples, and invalid ones, that a proof needs.
        transported: the published schema, if it is not to be made anew.
    """
    place = f"affairs/{form.affair}.json#/matters"
    domains = {id_: fact.schema for id_, fact in form.facts.items()}
    sets = applicability_sets(form.matters, domains, place=place)
    trial = _Trial(form, transported or transport(form))
    given = ((m, each) for m in form.matters for each in documents.get(m.id, ()))
    for matter, document in given:
        trial.round_trip(matter, document, {})
    drawn = Samples(trial.judge, random, documents)
    trial.values = drawn.values
    for answers in _drawn(drawn, samples, enough, trial):
        trial.answers(answers)
    return Proof(
        affair=form.affair,
        uncertified=tuple(_uncertified(drawn, trial)),
        round_trip=trial.trips,
        t_equals_v=trial.agreement,
        completeness=trial.completeness,
        conflicts=trial.conflicts(sets),
        mismatch=trial.mismatch,
        examples=trial.examples,
    )


def figures(proof: Proof) -> dict[str, Any]:
    """Return what was tried and what came of it, as plain JSON: for a certificate."""
    return {
        "round_trip": asdict(proof.round_trip),
        "t_equals_v": asdict(proof.t_equals_v),
        "completeness": asdict(proof.completeness),
        "conflicts": [_conflict(error) for error in proof.conflicts],
        "uncertified": list(proof.uncertified),
        "ok": proof.ok,
    }


def _conflict(error: BuilderError) -> dict[str, Any]:
    told: dict[str, Any] = {"fact": "", "code": error.code, "core": []}
    told |= {"witnesses": [], "decided": True}
    match error:
        case (
            ConflictError(fact=fact, core=core) | DeadElementError(fact=fact, core=core)
        ):
            witnesses = [each.witness[0] if each.witness else None for each in core]
            members = [[list(place) for place in each.places()] for each in core]
            told |= {"fact": fact, "core": members, "witnesses": witnesses}
        case UndecidedConflictError(fact=fact, matters=matters):
            told |= {"fact": fact, "core": [list(matters)], "decided": False}
        case PresenceError(matter=matter, path=path, value=value):
            told |= {"fact": error.fact, "core": [[[matter, path]]]}
            told["witnesses"] = [value]
        case CardinalityError(fact=fact):
            told["fact"] = fact
    return told


def _drawn(
    drawn: Samples, samples: int, enough: int, trial: "_Trial"
) -> Iterator[Answers]:
    """Yield samples until there are enough of both verdicts, or too many tries."""
    for number in range(max(samples, 2 * enough) * _TRIES):
        agreement = trial.agreement
        few = min(agreement.valid, agreement.invalid) < enough
        if number >= samples and not few:
            return
        answers = drawn.answers()
        wanted = agreement.valid <= agreement.invalid
        yield answers if wanted else drawn.changed(answers)


def _uncertified(drawn: Samples, trial: "_Trial") -> Iterator[Mapping[str, Any]]:
    """Try each situation that no valid sample stands for yet; yield those that stay."""
    tried = set(trial.certified)
    for situation in drawn.situations():
        matters = tuple(m.id for m in trial.judge.applicable(situation))
        if matters in tried:
            continue
        tried.add(matters)
        for _ in range(_TRIES):
            trial.answers(drawn.answers(situation))
            if matters in trial.certified:
                break
        else:
            yield situation


class _Trial:
    """One form under trial, and what has been found so far."""

    def __init__(self, form: MergedForm, transported: Transported) -> None:
        # An affair's own checks only narrow: the laws are those of the forms.
        self.judge = Judge(replace(form, checks=()))
        self.trips, self.completeness = Tally(), Tally()
        by_mode: dict[str, list[MatterId]] = {"v-only": [], "residual": []}
        for matter, standing in transported.matters.items():
            by_mode.setdefault(standing.mode, []).append(matter)
        self.agreement = Agreement(
            v_only=tuple(by_mode["v-only"]), residual=tuple(by_mode["residual"])
        )
        self._doubtful = {*by_mode["v-only"], *by_mode["residual"]}
        self.certified: set[tuple[MatterId, ...]] = set()
        self.examples: dict[str, Any] = {}
        self.mismatch: MismatchError | None = None
        #: What else a fact can be.
        self.values: Callable[[FactId], Sequence[Any]] = lambda _: ()
        self._met: dict[tuple[str, str], PresenceError] = {}
        #: By matter, the fields it was sent and took.
        self._taken: set[tuple[str, str]] = set()
        self._looks = _MOST_LOOKS
        self._schema = transported.validator

    def answers(self, answers: Answers) -> None:
        """Try every law on one set of answers."""
        kept = self.judge.prune(answers)
        faults = self.judge.faults(kept)
        valid = not faults
        self.agreement.valid += valid
        self.agreement.invalid += not valid
        if self._schema.accepts(kept) != valid and not self._left_to_judge(faults):
            self.agreement.mismatched += 1
            self.examples.setdefault("t_equals_v", kept)
            if self.mismatch is None:
                place = f"affairs/{self.judge.form.affair}.json#/matters"
                refused = tuple((fault.pointer, fault.keyword) for fault in faults)
                self.mismatch = MismatchError(place, kept, refused)
        if valid:
            self._documents(kept)
        else:
            self._presences(kept)

    def round_trip(
        self, matter: Matter, document: Mapping[str, Any], known: Mapping[str, Any]
    ) -> None:
        """Take one document apart and put it together again.

        Args:
            matter: whose document it is.
            document: the document.
            known: facts that other matters' documents supply.
        """
        try:
            found = decompose(matter, document)
        except BuilderError:
            held = False
        else:
            before = {"facts": known, "matters": {}}
            whole = joined(self.judge.form.facts, matter, before, found)
            back = project(matter, whole)
            held = same(back, dict(document))
        self.trips.count(held=held)
        if not held:
            self.examples.setdefault("round_trip", {matter.id: document})

    def conflicts(self, sets: Iterable[Sequence[Matter]]) -> tuple[BuilderError, ...]:
        """Return each conflict on a fact or column, and of presence that was met.

        Where a form was also sent the fact and took it, some documents are lost, not
        all: that is a warning.
        """
        found = conflicts.analyse(self.judge.form, sets).findings
        met = (
            PartlyRefusedError(**vars(error))
            if (error.matter, error.path) in self._taken
            else error
            for error in self._met.values()
        )
        return (*found, *met)

    def _presences(self, kept: Answers) -> None:
        if self._looks > 0:
            self._looks -= 1
            whole = {**kept, "facts": self._whole(kept)}
            for error in presence_errors(self.judge, whole, self.values):
                self._met.setdefault((error.fact, error.place), error)

    def _whole(self, kept: Answers) -> dict[str, Any]:
        """Return the facts, with the stand-ins of those that are awaited."""
        facts = kept.get("facts", {})
        awaited = self.judge.awaited(facts)
        return {**{f: self.judge.form.facts[f].stand_in for f in awaited}, **facts}

    def _left_to_judge(self, faults: Sequence[Fault]) -> bool:
        """Tell whether only matters refuse that the schema leaves to the judge."""
        return bool(faults) and all(
            fault.matters and self._doubtful.issuperset(fault.matters)
            for fault in faults
        )

    def _documents(self, kept: Answers) -> None:
        """Take the documents of valid answers apart: the answers must come back."""
        facts = kept.get("facts", {})
        matters = self.judge.applicable(facts)
        self.certified.add(tuple(matter.id for matter in matters))
        whole = self._whole(kept)
        together: dict[str, Any] = {"facts": {}, "matters": {}}
        for matter in matters:
            document = project(matter, {**kept, "facts": whole})
            self._taken.update(
                (matter.id, path)
                for path, held in matter.fields.items()
                if held.held
                and pointer.get(document, pointer.parts(path)) is not pointer.ABSENT
            )
            one_way = _written_one_way(matter)
            supplied = {f: v for f, v in whole.items() if f in one_way}
            self.round_trip(matter, document, supplied)
            found = decompose(matter, document)
            known = {**together, "facts": {**supplied, **together["facts"]}}
            together = joined(self.judge.form.facts, matter, known, found)
        # What no document gives back: situations, and what is written one way.
        together["facts"] = {**whole, **together["facts"]}
        held = not self.judge.faults(together) and all(
            same(project(matter, together), project(matter, {**kept, "facts": whole}))
            for matter in matters
        )
        self.completeness.count(held=held)
        if not held:
            self.examples.setdefault("completeness", kept)


def _written_one_way(matter: Matter) -> frozenset[str]:
    return frozenset(
        fact
        for held in matter.fields.values()
        if any(_one_way(each) for _, each in lists.flat({"": held}))
        for fact in held.held
    )


def _one_way(held: Field) -> bool:
    return held.lens.one_way or any(part.lens.one_way for part in held.parts)
