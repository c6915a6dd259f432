"""The fields of a foreign form: every place where an applicant's value can stand.

Branches count: a property that only one branch of anyOf names is a field too. What no
page can ask for yet is a field that is left whole and says why it is `unserved`; so
nothing of a form is lost, and nothing is asked in a way that could not be right.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from builder import json_schema, pointer
from builder.json_schema import MOST_FIELDS, MOST_STEPS, SchemaError
from builder.json_schema.branches import Place, Told, children, rows, told_at
from builder.model import Input, Schema

#: Names that a document path cannot hold, or not without meaning something else.
_UNSPEAKABLE = frozenset(("", "*"))

#: Subschemas that have a say, over all fields; real forms have a few for each.
_MOST_LOOKS = 10 * MOST_FIELDS

_HOLDS_ITSELF = "it holds itself"
_UNNAMED = "it is a group whose fields have no names"
_ODD_VALUES = "it is a list of values that are neither texts nor numbers"
_NO_COLUMNS = "it is a list whose rows have no fields"
_LIST_IN_LIST = "it is a list inside a list"
_BOTH = "it is a group in one branch and a list in another"
_ODD_NAME = "a field in it has a name that no path can hold"
_WHOLE = "it is a group that is one fact"
_KINDS = "its values are of several kinds"
_NO_KIND = "its values are neither texts, numbers nor yes or no"


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One field of a foreign form."""

    #: Path in the document; "*" stands for a row.
    path: str
    #: Titles, or names where there are none, from the outermost group inwards; those of
    #: a column begin in its row.
    titles: tuple[str, ...]
    hint: str | None
    #: What judges its value in every document; True: nothing that is known.
    schema: Schema
    input: Input
    #: It is named in a branch only.
    in_branch: bool
    #: Why no page can ask for it yet.
    unserved: str | None = None

    def label(self) -> str:
        """Return its words."""
        return ": ".join(self.titles)


def fields(form: Mapping[str, Any], whole: frozenset[str]) -> list[Found]:
    """Return the fields of a form, in its own order.

    Args:
        form: a usable schema whose references lead into itself.
        whole: paths that are one field, whatever is inside.

    Raises:
        SchemaError: there are too many fields, or names in one path.
    """
    root = _Node(names=(), starts=(((), False),), plain=(), titles=(), above=())
    return list(_Walk(form, whole).below(root, told_at(form)))


def kinds(schema: Schema) -> frozenset[str] | None:
    """Return the JSON types a schema lets through by `type` or `enum`; None: any."""
    if not isinstance(schema, Mapping):
        return None
    told = schema.get("type")
    if told is not None:
        return frozenset((told,) if isinstance(told, str) else told)
    if "enum" in schema:
        return frozenset(_KIND_OF[type(value)] for value in schema["enum"])
    return None


def input_for(allowed: frozenset[str] | None) -> tuple[Input, str | None]:
    """Return how values of these kinds are put in, and why they cannot be."""
    told = frozenset(("string",)) if allowed is None else allowed - {"null"}
    if "string" in told:
        return "text", None
    if told == {"boolean"}:
        return "yes_no", None
    if told and told <= {"integer", "number"}:
        return "number", None
    if told == {"array"}:
        return "text", _ODD_VALUES
    if told == {"object"}:
        return "text", _UNNAMED
    return "text", _KINDS if len(told) > 1 else _NO_KIND


@dataclass(frozen=True, slots=True, kw_only=True)
class _Node:
    """One place of the form's documents on the way down."""

    names: tuple[str, ...]
    #: Where its subschemas stand, and whether only a branch leads there.
    starts: tuple[tuple[Place, bool], ...]
    #: Where its subschema stands by the plain way; None: only branches name it.
    plain: Place | None
    titles: tuple[str, ...]
    #: The starts of everything it lies in: what begins like one of them has no end.
    above: tuple[tuple[tuple[Place, bool], ...], ...]


@dataclass(slots=True)
class _Walk:
    form: Mapping[str, Any]
    whole: frozenset[str]
    seen: int = 0
    looked_at: int = 0

    def below(self, holder: _Node, told: Sequence[Told]) -> Iterator[Found]:
        """Yield the fields of the properties that these subschemas name."""
        required = frozenset(
            name for one in told for name in one.schema.get("required", ())
        )
        for name, starts in children(told).items():
            node = _Node(
                names=(*holder.names, name),
                starts=tuple(starts),
                plain=self._step(holder.plain, name),
                titles=holder.titles,
                above=(*holder.above, holder.starts),
            )
            schema = self._schema(node)
            # An object that may have no fields and need not be there asks for nothing.
            empty = isinstance(schema, Mapping) and schema.get("properties") == {}
            if name in required or not empty:
                yield from self._fields(node, schema)

    def _fields(self, node: _Node, schema: Schema) -> Iterator[Found]:
        told = told_at(self.form, node.starts)
        self._count(node.names, told)
        name = node.names[-1]
        title = next(_texts(told, "title"), name if name.strip() else f'"{name}"')
        node = replace(node, titles=(*node.titles, title))
        named, row = children(told), rows(told)
        leaf = _leaf(node, schema, told)
        reason = _whole_because(node, named, row)
        if named and leaf.path in self.whole:
            reason = reason or _WHOLE
        if reason is not None:
            yield replace(leaf, unserved=reason)
        elif named:
            inside = list(self.below(node, told))
            yield from inside or [replace(leaf, unserved=_UNNAMED)]
        elif row:
            yield from self._list(node, leaf, row)
        else:
            yield leaf

    def _list(
        self, node: _Node, leaf: Found, row: Sequence[tuple[Place, bool]]
    ) -> Iterator[Found]:
        told = told_at(self.form, row)
        if not children(told):
            yield _single_values(leaf, told)
            return
        if "*" in node.names:
            yield replace(leaf, unserved=_LIST_IN_LIST)
            return
        row_node = _Node(
            names=(*node.names, "*"),
            starts=tuple(row),
            plain=self._step(node.plain, "*"),
            titles=(),
            above=(*node.above, node.starts),
        )
        columns = list(self.below(row_node, told))
        reason = None if columns else _NO_COLUMNS
        yield replace(leaf, input="rows" if columns else "text", unserved=reason)
        yield from columns

    def _step(self, plain: Place | None, name: str) -> Place | None:
        return None if plain is None else json_schema.below(self.form, plain, name)

    def _schema(self, node: _Node) -> Schema:
        schema: Schema = True
        if node.plain is not None:
            schema = pointer.get(self.form, node.plain)
        return schema

    def _count(self, names: tuple[str, ...], told: Sequence[Told]) -> None:
        self.seen += 1
        self.looked_at += len(told)
        if self.looked_at > _MOST_LOOKS:
            raise SchemaError("its branches lead into each other beyond measure")
        if self.seen > MOST_FIELDS:
            raise SchemaError(f"it has more than {MOST_FIELDS} fields")
        if len(names) > MOST_STEPS:
            raise SchemaError(f"{pointer.join(names)} has more than {MOST_STEPS} names")


def _whole_because(
    node: _Node, named: Mapping[str, Any], row: Sequence[tuple[Place, bool]]
) -> str | None:
    """Return why a place is left whole without looking further in, or None."""
    if node.starts and node.starts in node.above:
        return _HOLDS_ITSELF
    if node.names[-1] in _UNSPEAKABLE or not _UNSPEAKABLE.isdisjoint(named):
        return _ODD_NAME
    if named and row:
        return _BOTH
    return None


def _leaf(node: _Node, schema: Schema, told: Sequence[Told]) -> Found:
    input_, unserved = _input(schema, told)
    return Found(
        path=pointer.join(node.names),
        titles=node.titles,
        hint=next(_texts(told, "description"), None),
        schema=schema,
        input=input_,
        in_branch=node.plain is None,
        unserved=unserved,
    )


def _input(schema: Schema, told: Sequence[Told]) -> tuple[Input, str | None]:
    if isinstance(schema, Mapping) and "enum" in schema:
        values = frozenset(_KIND_OF[type(value)] for value in schema["enum"])
        single = values <= {"string", "integer", "number"}
        return ("choice", None) if single else input_for(values)
    allowed = kinds(schema)
    if allowed is None:
        allowed = _kinds_told(told)
    date = isinstance(schema, Mapping) and schema.get("format") == "date"
    if date and allowed in (None, {"string"}):
        return "date", None
    return input_for(allowed)


def _single_values(leaf: Found, told: Sequence[Told]) -> Found:
    """Return a list whose values are no groups: to choose from, or one a line.

    Args:
        leaf: the list.
        told: what is said of each of its values.
    """
    sure = (one.schema for one in told if not one.in_branch)
    item = next((schema for schema in sure if "enum" in schema), {})
    single, reason = _input(item, told)
    several = None if reason else _SEVERAL.get(single)
    if several is None:
        return replace(leaf, unserved=_ODD_VALUES)
    schema = leaf.schema
    if item and isinstance(schema, Mapping):
        schema = {**schema, "items": {"enum": item["enum"]}}
    return replace(leaf, schema=schema, input=several, unserved=None)


#: How several values are put in, by how one is.
_SEVERAL: Mapping[Input, Input] = {
    "choice": "choices",
    "text": "lines",
    "number": "numbers",
}


def _kinds_told(told: Sequence[Told]) -> frozenset[str] | None:
    """Return the kinds that all branches together let through; None: any."""
    each = [(kinds(one.schema), one.in_branch) for one in told]
    sure = [found for found, in_branch in each if found is not None and not in_branch]
    known = [found for found, _ in each if found is not None]
    if sure:
        return sure[0]
    if known and len(known) == len(each):
        return frozenset[str]().union(*known)
    return None


#: What JSON calls them.
_KIND_OF: Mapping[type, str] = {
    bool: "boolean",
    type(None): "null",
    str: "string",
    int: "integer",
    float: "number",
    list: "array",
    dict: "object",
}


def _texts(told: Sequence[Told], keyword: str) -> Iterator[str]:
    for one in told:
        text = one.schema.get(keyword)
        if isinstance(text, str) and text.strip() and not one.in_branch:
            yield text.strip()
