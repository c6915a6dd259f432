"""What a department sent back to the applicant, and the part made again from it."""

import json
from collections.abc import Iterable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import Any

from builder import pointer
from builder.model import Answers, Matter, Pointer, Question
from builder.validity import Fault, Judge
from submissions import canonical, drafts, inbox, log, parts, routing
from submissions.calls import correctable, questions_at
from submissions.drafts import Draft
from submissions.errors import Conflict, Refused
from submissions.finding import indexed
from submissions.ids import NewId, new_id
from submissions.packs import Published
from submissions.progress import counting
from submissions.store.contract import Document, Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What one department asks to be corrected, all its open requests together."""

    part: str
    matter: Matter
    #: Of the document they speak of.
    digest: str
    #: What is asked again, in page order, and why.
    questions: tuple[Question, ...]
    reasons: Mapping[Pointer, tuple[str, ...]]
    #: Materials to bring again, and why.
    materials: tuple[tuple[str, str], ...]


def wanted(published: Published, submission: Document, part_id: str) -> Request | None:
    """Return what is asked of the applicant about a part; None: nothing is."""
    part = next((p for p in submission["parts"] if p["id"] == part_id), None)
    if part is None or part["state"] != "correction":
        return None
    matter = next(m for m in published.form.matters if m.id == part["matter"])
    asked = correctable(published, submission)
    reasons: dict[Pointer, tuple[str, ...]] = {}
    materials: list[tuple[str, str]] = []
    for said in counting(part):
        for reason in said["reasons"]:
            for question in questions_at(matter, reason["pointer"], asked):
                before = reasons.get(question.pointer, ())
                reasons[question.pointer] = (*before, reason["text"])
        materials += [(each["id"], each["text"]) for each in said["materials"]]
    return Request(
        part=part_id,
        matter=matter,
        digest=part["digest"],
        questions=tuple(q for q in asked if q.pointer in reasons),
        reasons=reasons,
        materials=tuple(materials),
    )


def begun(submission: Document, request: Request) -> Draft:
    """Return what was submitted, with what was typed since for a request."""
    draft = drafts.from_document(submission)
    typed = submission.get("typed", {}).get(request.part)
    if typed is None or typed["digest"] != request.digest:
        return draft
    there = [q for q in request.questions if q.pointer in typed["questions"]]
    return replace(
        draft,
        answers=_put(draft.answers, there, json.loads(typed["answers"])),
        unread=json.loads(typed["unread"]),
        updated_at=typed["at"],
    )


def keep(
    store: Store, before: Document, request: Request, draft: Draft, *, now: str
) -> None:
    """Keep what was typed for a request until it is sent.

    It stays beside the answers, where no department sees it.

    Args:
        before: the submission as it was when this was typed.

    Raises:
        Conflict: something else was typed meanwhile, or other writers were faster
            every time.
    """
    empty: Answers = {"facts": {}, "matters": {}}
    typed = {
        "digest": request.digest,
        "questions": [question.pointer for question in request.questions],
        "answers": canonical.text(_put(empty, request.questions, draft.answers)),
        "unread": canonical.text(draft.unread),
        "at": now,
    }
    there = before.get("typed", {}).get(request.part)

    def kept(found: Document) -> Document:
        others = found.get("typed", {})
        if others.get(request.part) != there:
            raise Conflict("submissions", found["_id"])
        return {**found, "typed": {**others, request.part: typed}}

    store.update("submissions", before["_id"], kept)


def correct(
    store: Store,
    published: Published,
    submission_id: str,
    request: Request,
    answers: Mapping[str, Any],
    *,
    who: str,
    now: str,
    new_id: NewId = new_id,
) -> Document:
    """Take corrected answers and send the part again; return the submission.

    Everything happens in one write. A fact that others hold is corrected for them too;
    see `parts.correct`.

    Args:
        request: as the applicant saw it.
        answers: only those to the request's questions are looked at.
        who: "applicant", or the member of staff who acts for them.

    Raises:
        Conflict: the part was corrected or decided meanwhile.
        Refused: the corrected answers are not acceptable; nothing was stored.
    """

    def corrected(found: Document) -> Document:
        if wanted(published, found, request.part) != request:
            raise Conflict("submissions", submission_id)
        changed = _with_answers(published, found, request, answers, who=who, now=now)
        rest = {k: v for k, v in found.get("typed", {}).items() if k != request.part}
        changed = {**changed, "typed": rest} if "typed" in found else changed
        again = parts.correct(changed, published.judge, request.part, now=now)
        lookup = routing.lookup_in(store)
        sent = routing.address(again, lookup, now=now, new_id=new_id)
        return inbox.indexed(sent, published.form, now=now)

    stored = store.update("submissions", submission_id, corrected)
    routing.look_again(store, stored, now=now, new_id=new_id)
    return stored


def faults(judge: Judge, answers: Answers) -> tuple[Fault, ...]:
    """Return what is wrong with corrected answers.

    What a department asks for may contradict an answer that it does not ask for and
    that cannot be changed here: the affair's own checks are left to people.
    """
    return tuple(each for each in judge.faults(answers) if each.keyword != "check")


def _put(
    answers: Answers, questions: Iterable[Question], given: Answers
) -> dict[str, Any]:
    """Return the answers with those given to some questions, or without any."""
    changed = deepcopy(dict(answers))
    for question in questions:
        names = pointer.parts(question.pointer)
        value = pointer.get(given, names)
        if value is pointer.ABSENT:
            pointer.remove(changed, names)
        else:
            pointer.put(changed, names, value)
    return changed


def _with_answers(
    published: Published,
    submission: Document,
    request: Request,
    given: Mapping[str, Any],
    *,
    who: str,
    now: str,
) -> Document:
    judge, before = published.judge, json.loads(submission["answers"])
    answers, origins = deepcopy(before), json.loads(submission["provenance"])
    places = []
    for question in request.questions:
        names = pointer.parts(question.pointer)
        value = pointer.get(given, names)
        if value == pointer.get(before, names):
            continue
        places.append(question.pointer)
        if value is pointer.ABSENT:
            pointer.remove(answers, names)
        else:
            pointer.put(answers, names, value)
        if question.pointer in origins:
            origins[question.pointer] |= {"corrected": True}
    _check(judge, before, answers, places)
    pruned = {"facts": {}, "matters": {}, **judge.prune(answers)}
    body = canonical.text(pruned)
    said = {"part": request.part, "places": places, "body": canonical.digest(body)}
    entries = log.append(submission["log"], at=now, who=who, what="corrected", **said)
    corrected = {
        **submission,
        "updated_at": now,
        "answers": body,
        "provenance": canonical.text(origins),
        **log.kept(entries),
    }
    return indexed(corrected)


def _check(
    judge: Judge, before: Answers, answers: Answers, places: Sequence[str]
) -> None:
    found = faults(judge, answers)
    applied, applies = (judge.applicable(each["facts"]) for each in (before, answers))
    if not found and applied != applies:
        # Other matters would apply: that is another application, not a correction.
        found = tuple(
            Fault(pointer=place, keyword="situation", limit=None) for place in places
        )
    if found:
        raise Refused(found)
