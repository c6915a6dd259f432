"""Demands: what each form asks of a fact, said over the fact's own values.

Forms that ask the same are one demand. Whether a value is refused is always asked of
the forms themselves, by writing through the lens; what is said of the values here only
guides the search and proves.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import Any, TypeAlias

from builder import bindings, json_schema, lenses, pack, pointer
from builder.errors import BuilderError
from builder.json_schema import Validator, Violation, branches, dialects
from builder.json_schema.plain_schemas import written_out
from builder.json_schema.second_opinion import SecondOpinion, second_opinion
from builder.lenses import UndefinedError, byte_limits
from builder.model import (
    IDENTITY,
    ByteLimit,
    Fact,
    FactId,
    Field,
    Lens,
    Matter,
    MatterId,
    Part,
    Schema,
)
from builder.patterns.texts import (
    EVERYTHING,
    OPEN,
    Formula,
    Joined,
    Long,
    both,
    texts_of,
)
from builder.patterns.written import written_texts

#: None: a value is accepted. Otherwise says in a few words why not; few are asked.
Refusal: TypeAlias = Callable[[Any], Callable[[], str] | None]

_Places: TypeAlias = tuple[str, ...]
_Starts: TypeAlias = Sequence[tuple[_Places, bool]]
#: No character takes more bytes in UTF-8, and none less than one.
_MOST_BYTES = 4
_SCALED = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Demand:
    """One distinct constraint on a fact, and who makes it."""

    #: What makes it distinct: demands of one key accept the same.
    key: bytes
    #: Nobody: the shared dictionary does.
    matters: tuple[MatterId, ...]
    #: Where it stands in each matter's document.
    paths: tuple[str, ...]
    #: What it accepts, over the fact's own values; perhaps more, unless `exact`.
    schema: Schema
    exact: bool
    #: Where likely values come from; of a field that stands in branches only, what
    #: any of them says, for one document takes one branch.
    guide: Schema
    #: The texts it accepts, in the same sense; few demands need them told.
    told: Callable[[], Formula]
    #: Whether the form itself refuses a value.
    refuses: Refusal
    #: Another validator surely accepts it too.
    confirms: Callable[[Any], bool]

    @property
    def texts(self) -> Formula:
        """The texts it accepts, as a formula over automata."""
        return self.told()

    @property
    def who(self) -> str:
        """The matters as words."""
        return ", ".join(self.matters) or "the data element"

    def accepts(self, value: Any) -> bool:
        """Tell whether the form itself accepts what it would be sent."""
        return self.refuses(value) is None

    def refusal(self, value: Any) -> str | None:
        """Return in a few words why the form refuses a value; None: it does not."""
        why = self.refuses(value)
        return None if why is None else why()


class Demands:
    """All demands on all facts of some matters; each form is brought up once."""

    def __init__(self, matters: Sequence[Matter], facts: Mapping[FactId, Fact]) -> None:
        """Take the matters and their facts."""
        self._facts = facts
        self._domains: dict[bytes, Demand] = {}
        self._found: dict[FactId, dict[bytes, Demand]] = {}
        for matter in matters:
            form = _Form(matter)
            for path, field in matter.fields.items():
                for part, alone in bindings.slots(path, field):
                    self._add(_Slot(form, path, field, part, alone))

    def facts(self) -> tuple[FactId, ...]:
        """Return the facts that some form holds, in the order of the forms."""
        return tuple(self._found)

    def of(
        self, fact: FactId, matters: Iterable[MatterId] | None = None
    ) -> tuple[Demand, ...]:
        """Return the demands of these matters on a fact, the dictionary's last."""
        chosen = None if matters is None else frozenset(matters)
        found = []
        for demand in self._found.get(fact, {}).values():
            kept = [
                (matter, path)
                for matter, path in zip(demand.matters, demand.paths, strict=True)
                if chosen is None or matter in chosen
            ]
            if len(kept) == len(demand.matters):
                found.append(demand)
            elif kept:
                names, paths = zip(*kept, strict=True)
                found.append(replace(demand, matters=names, paths=paths))
        if fact in self._facts and found:
            schema = self._facts[fact].schema
            key = pack.canonical(schema)
            if key not in self._domains:
                self._domains[key] = domain(schema)
            found.append(self._domains[key])
        return tuple(found)

    def _add(self, slot: "_Slot") -> None:
        known = self._found.setdefault(slot.part.fact, {})
        before = known.get(slot.key)
        known[slot.key] = (
            slot.demand()
            if before is None
            else replace(
                before,
                matters=(*before.matters, slot.form.matter.id),
                paths=(*before.paths, slot.path),
            )
        )


def as_facts(matter: Matter) -> Matter:
    """Return the matter with its own fields told as facts, named by their paths."""
    fields = {
        path: replace(field, fact=FactId(path))
        for path, field in matter.fields.items()
        if not field.held
    }
    return replace(matter, fields=fields)


def domain(schema: Schema) -> Demand:
    """Return the demand of the dictionary itself."""
    validator = Validator(schema)
    plain = written_out(schema, ())
    return Demand(
        key=pack.canonical(schema),
        matters=(),
        paths=(),
        schema=True if plain is None else plain,
        exact=plain is not None,
        guide=True if plain is None else plain,
        told=lambda: OPEN if plain is None else texts_of(plain),
        refuses=lambda value: _first(validator, value),
        confirms=SecondOpinion(schema).accepts,
    )


class _Form:
    """One form brought to 2020-12; what it says inside each object is read once."""

    def __init__(self, matter: Matter) -> None:
        self.matter = matter
        self.root: Schema | None = None
        self._inside: dict[_Places, tuple[_Starts, Mapping[str, _Starts]]] = {}
        with suppress(BuilderError):
            file = f"matters/{matter.id}/schema.json"
            self.root = dialects.upgrade(matter.schema, file=file, compiled=False)

    def starts(self, names: _Places) -> _Starts:
        """Return the places of the schemas that judge a value, and if in a branch."""
        if not isinstance(self.root, Mapping):
            return ()
        if not names:
            return (((), False),)
        *outer, name = names
        holder = tuple(outer)
        if holder not in self._inside:
            told = branches.told_at(self.root, self.starts(holder))
            self._inside[holder] = branches.rows(told), branches.children(told)
        rows, named = self._inside[holder]
        return (rows if name == "*" else ()) or named.get(name, ())


@dataclass(frozen=True)
class _Slot:
    """One field of one matter, as far as it holds one fact."""

    form: _Form
    path: str
    field: Field
    part: Part
    #: Where the fact's value alone stands; None: in a line with others.
    alone: str | None

    @cached_property
    def _judged(self) -> tuple[tuple[_Places, ...], bool]:
        """Where the form judges the value, and whether everywhere there.

        A field that stands in branches only is judged by one of them.
        """
        if self.alone is None:
            return (), True
        starts = self.form.starts(pointer.parts(self.alone))
        always = tuple(place for place, in_branch in starts if not in_branch)
        return always or tuple(place for place, _ in starts), bool(always)

    @cached_property
    def _plain(self) -> Schema | None:
        """What judges the value, without references; None: not known."""
        places, always = self._judged
        if self.alone is None:
            return _line(self.field)
        return _together(self.form.root, places) if always else None

    @cached_property
    def key(self) -> bytes:
        """What makes the demand distinct: slots of one key ask the same."""
        # What is not known can be told from nothing else.
        own = [self.form.matter.id, self.path] if self._plain is None else None
        # Spelling a lens out takes long, and most are the same.
        lens = "" if self.part.lens == IDENTITY else repr(self.part.lens)
        return pack.canonical([self._plain, own, lens, repr(self.field.bytes)])

    def demand(self) -> Demand:
        """Return the demand; its validators are compiled when first asked."""
        places, always = self._judged
        lens, plain, refuses = self.part.lens, self._plain, self._refuses
        schema, exact = _pulled_back(lens, plain, refuses if always else None)
        if self.field.bytes is not None:
            exact = exact and lens.kind == "table"  # its values were tried one by one
        root = self.form.root
        return Demand(
            key=self.key,
            matters=(self.form.matter.id,),
            paths=(self.path,),
            schema=schema,
            exact=exact,
            guide=schema if schema is not True else _guide(lens, root, places),
            told=lambda: self._texts,
            refuses=refuses,
            confirms=self._confirms,
        )

    @cached_property
    def _texts(self) -> Formula:
        lens, plain = self.part.lens, self._plain
        texts = OPEN if plain is None else written_texts(lens, plain)
        limit = self.field.bytes
        return texts if limit is None else both(texts, _counted(limit))

    @cached_property
    def _judges(self) -> Sequence[Validator]:
        root, (places, always) = self.form.root, self._judged
        made = []
        if self.alone is not None and (always or root is None):
            own = self.form.matter.schema
            made.append(json_schema.slot_validator(own, self.alone))
        # Where only one schema judges the value, that of the form itself does.
        if isinstance(root, Mapping) and (not made or len(places) > 1):
            made += [json_schema.place_validator(root, place) for place in places]
        return made

    @cached_property
    def _opinions(self) -> Sequence[SecondOpinion]:
        root = self.form.root
        places, _ = self._judged
        return [second_opinion(root, place) for place in places if root is not None]

    def _refuses(self, value: Any) -> Callable[[], str] | None:
        if not bindings.can_write(self.field, self.part, value):
            return lambda: "it cannot be written there"
        written = lenses.get(self.part.lens, value)
        too_long = self.field.bytes and byte_limits.refusal(self.field.bytes, written)
        if too_long:
            return partial(_words, too_long)
        said = [_first(validator, written) for validator in self._judges]
        refusals = [each for each in said if each is not None]
        _, always = self._judged
        enough = refusals if always else len(refusals) == len(said) > 0
        return refusals[0] if enough else None

    def _confirms(self, value: Any) -> bool:
        if self.alone is None:
            return True  # nothing but the lens judges it
        try:
            written = lenses.get(self.part.lens, value)
        except UndefinedError:
            return False
        said = [opinion.accepts(written) for opinion in self._opinions]
        _, always = self._judged
        return all(said) and bool(said) if always else any(said)


def _counted(limit: ByteLimit) -> Formula:
    """Return which texts a department can keep; between the bounds it is open."""
    widest = limit.max // _MOST_BYTES if limit.encoding == "utf-8" else 0
    return Joined("any", (Long(0, widest), both(OPEN, Long(0, limit.max))))


def _line(field: Field) -> Schema:
    """Return what a line asks of each of its parts: to be told apart in it."""
    if field.lens.one_way or not field.lens.separator:
        return {"type": "string"}
    between = "".join(f"\\u{{{ord(char):x}}}" for char in field.lens.separator)
    return {"type": "string", "not": {"pattern": between}}


def _together(root: Schema | None, places: Sequence[_Places]) -> Schema | None:
    """Return what all of these places of a form say; None: it has no end."""
    if root is None:
        return None
    said = [written_out(root, place) for place in places]
    plain = [each for each in said if each is not None]
    if not plain or len(plain) < len(said):
        return None
    return plain[0] if len(plain) == 1 else {"allOf": plain}


def _guide(lens: Lens, root: Schema | None, places: Sequence[_Places]) -> Schema:
    if lens.kind != "identity" or root is None or not places:
        return True
    said = [written_out(root, place) for place in places]
    return {"anyOf": [each for each in said if each is not None] or [True]}


def _first(validator: Validator, value: Any) -> Callable[[], str] | None:
    if validator.accepts(value):
        return None
    return lambda: _words(validator.violations(value)[0])


def _words(violation: Violation) -> str:
    return f"{violation.keyword} {violation.limit!r}"


def _pulled_back(
    lens: Lens, plain: Schema | None, refuses: Refusal | None
) -> tuple[Schema, bool]:
    """Return what a slot accepts over the fact's own values, and whether exactly.

    Args:
        lens: how the values are written.
        plain: what judges them; None: not known.
        refuses: why a value is always refused; None: some document may hold it.
    """
    match lens.kind:
        case "table":
            values = [canonical for canonical, _ in lens.pairs]
            if refuses is not None:
                values = [value for value in values if refuses(value) is None]
            return ({"enum": values} if values else False), refuses is not None
        case "identity" if plain is not None:
            return plain, True
        case "upper" if plain is not None:
            return {"allOf": [plain, {"type": "string", "pattern": "^[^a-z]*$"}]}, True
        case "date" | "affix" | "strip" | "upper":
            return {"type": "string"}, False
        case "scale" if isinstance(plain, Mapping):
            return _unscaled(lens, plain), False
        case _:
            return True, False


def _unscaled(lens: Lens, plain: Mapping[str, Any]) -> Schema:
    made: dict[str, Any] = {"type": "number"}
    for keyword in _SCALED:
        if keyword in plain:
            try:
                made[keyword] = lenses.put(replace(lens, one_way=False), plain[keyword])
            except UndefinedError:
                continue
    return made


def texts_accepted(demands: Iterable[Demand]) -> Formula:
    """Return the texts that all of them may accept."""
    return both(EVERYTHING, *(demand.texts for demand in demands))
