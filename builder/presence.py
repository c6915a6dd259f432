"""Conflicts of presence: a form that refuses to be sent what another cannot do without.

A form may be valid only as long as a field is absent (a branch of `oneOf`, `not
required`), and the fact of the field be required elsewhere: sending it to both breaks
the one, to neither the other (merge algebra, §2.4). It is told on answers that were
refused, and only where no value of the fact would have helped.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from builder import bindings, json_schema, pointer
from builder.documents import project
from builder.errors import PresenceError
from builder.lenses import UndefinedError
from builder.model import Answers, FactId, Matter
from builder.validity import Judge


def presence_errors(
    judge: Judge, answers: Answers, values: Callable[[FactId], Sequence[Any]]
) -> Iterator[PresenceError]:
    """Yield each fact that a form accepts these answers only without.

    Args:
        judge: of the merged form.
        answers: pruned, with the stand-ins of what is awaited.
        values: what else a fact could be.
    """
    documents = dict(_documents(judge, answers))
    matters = {matter.id: matter for matter in judge.applicable(answers["facts"])}
    for id_, document in documents.items():
        if not judge.document_faults(id_, document):
            continue
        for path, field in matters[id_].fields.items():
            if not _breaks(judge, matters[id_], path, document, values):
                continue
            for fact in field.held:
                needed = tuple(
                    other
                    for other in documents
                    if other != id_
                    and _needs(judge, matters[other], fact, documents[other])
                )
                if needed:
                    yield PresenceError(
                        place=f"matters/{id_}/matter.json"
                        f"#{pointer.join(['fields', path])}",
                        fact=fact,
                        matter=id_,
                        path=path,
                        needed_by=needed,
                        document=_without(document, path),
                        value=pointer.get(document, pointer.parts(path)),
                        refusal=judge.document_faults(id_, document)[0].keyword,
                    )


def _documents(judge: Judge, answers: Answers) -> Iterator[tuple[Any, dict[str, Any]]]:
    for matter in judge.applicable(answers["facts"]):
        try:
            yield matter.id, project(matter, answers)
        except UndefinedError:
            continue


def _breaks(
    judge: Judge,
    matter: Matter,
    path: str,
    document: Mapping[str, Any],
    values: Callable[[FactId], Sequence[Any]],
) -> bool:
    """Tell whether a document is right without a field, and wrong whatever it holds."""
    field, names = matter.fields[path], pointer.parts(path)
    if (
        field.fact is None
        or field.rows is not None
        or field.send != "always"
        or json_schema.is_required(matter.schema, path)
        or pointer.get(document, names) is pointer.ABSENT
        or judge.document_faults(matter.id, _without(document, path))
    ):
        return False
    for value in values(field.fact):
        changed = pointer.copied(dict(document))
        if bindings.can_write(field, bindings.parts_of(field)[0], value):
            pointer.put(changed, names, bindings.write(field, {field.fact: value}))
            if not judge.document_faults(matter.id, changed):
                return False
    return True


def _needs(
    judge: Judge, matter: Matter, fact: FactId, document: Mapping[str, Any]
) -> bool:
    """Tell whether taking a fact out of a document brings a fault."""
    before = _told(judge, matter, document)
    for path, field in matter.fields.items():
        there = pointer.get(document, pointer.parts(path)) is not pointer.ABSENT
        if fact in field.held and there:
            return bool(_told(judge, matter, _without(document, path)) - before)
    return False


def _told(
    judge: Judge, matter: Matter, document: Mapping[str, Any]
) -> frozenset[tuple[str, str]]:
    faults = judge.document_faults(matter.id, document)
    return frozenset((fault.pointer, fault.keyword) for fault in faults)


def _without(document: Mapping[str, Any], path: str) -> dict[str, Any]:
    made: dict[str, Any] = pointer.copied(dict(document))
    pointer.remove(made, pointer.parts(path))
    return made
