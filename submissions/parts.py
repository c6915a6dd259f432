"""The matters' own documents of one submission: made once, never computed again.

A part waits for the facts other matters issue. It is made as soon as they have come,
and held for a person when they cannot come any more or when its department's own
schema refuses what came.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from builder.documents import project
from builder.lenses import UndefinedError
from builder.model import FactId, Matter, MatterId
from builder.situations import bound
from builder.validity import Judge
from submissions import areas, canonical, log, materials
from submissions.delivery.events import provenance_of
from submissions.errors import Refused
from submissions.files import KeptFile
from submissions.ids import NewId
from submissions.materials import Need, Promise
from submissions.store.contract import Document


def make(
    judge: Judge, answers: Mapping[str, Any], *, now: str, new_id: NewId
) -> list[Document]:
    """Return one empty, waiting part per applicable matter; `release` fills them."""
    awaited = judge.awaited(answers["facts"])
    return [
        {
            "id": new_id("p"),
            "matter": matter.id,
            "department": matter.department,
            "area": areas.of_answers(judge.form, answers),
            "state": "waiting",
            "since": now,
            "seq": 0,
            "earlier": [],
            "said": [],
            "awaits": sorted(bound(matter) & awaited.keys()),
        }
        for matter in judge.applicable(answers["facts"])
    ]


def release(submission: Document, judge: Judge, *, now: str) -> Document:
    """Make every waiting part whose facts have come.

    Pure: returns the submission with its new parts and log; addressing them is
    `routing.address`.
    """
    case = _Case.of(submission, judge)
    parts, entries = [], submission["log"]
    for part in submission["parts"]:
        settled = part if part["state"] != "waiting" else case.settle(part, now)
        parts.append(settled)
        if settled is not part:
            entries = log.append(entries, at=now, who="yibiao", **case.report(settled))
    return {**submission, "parts": parts, **log.kept(entries)}


def correct(submission: Document, judge: Judge, part_id: str, *, now: str) -> Document:
    """Make a part again from corrected answers, and those that hold the same facts.

    What its department has accepted, decided or sent back stays as it is; a part that
    waits is made from the corrected answers when its time comes. Pure, as `release`.

    Raises:
        Refused: a department's own form does not take the corrected document.
    """
    case = _Case.of(submission, judge)
    parts, entries = [], submission["log"]
    for part in submission["parts"]:
        again = part
        if part["id"] == part_id or part["state"] == "ready":
            again = case.again(part, now)
        if part["id"] != part_id and again.get("digest") == part.get("digest"):
            again = part  # nothing in it was corrected
        parts.append(again)
        if again is not part:
            entries = log.append(entries, at=now, who="yibiao", **case.report(again))
    return {**submission, "parts": parts, **log.kept(entries)}


def needed(
    submission: Document, judge: Judge, matter: str, brought: Collection[str]
) -> list[FactId]:
    """Return the facts an approval of a matter must still bring.

    Those the matter issues, no result has brought, and without which the form of a
    waiting part refuses its document. Once this matter is approved without them they
    would never come. What is still awaited from others is stood in for.

    Args:
        brought: the facts the approval brings.
    """
    case = _Case.of(submission, judge)
    here = {fact for fact, issuers in case.issuers.items() if matter in issuers}
    open_ = here - set(brought) - case.results.keys()
    found: set[FactId] = set()
    for part in submission["parts"]:
        missing = open_ & set(part["awaits"])
        if part["state"] == "waiting" and case.refused(part, missing):
            found |= {f for f in missing if case.refused(part, {f})} or missing
    return sorted(found)


#: What is kept of a part's document when there is a newer one.
_VERSION = ("made", "body", "digest", "provenance", "materials")


@dataclass(frozen=True, slots=True)
class _Case:
    """What a submission knows when its waiting parts are looked at."""

    matters: Mapping[str, Matter]
    judge: Judge
    #: With the results so far among the facts.
    answers: Mapping[str, Any]
    needs: Sequence[Need]
    files: Sequence[KeptFile]
    promises: Sequence[Promise]
    provenance: Mapping[str, Any]
    results: Mapping[str, Any]
    issuers: Mapping[FactId, Sequence[MatterId]]
    #: By matter; None while it is not decided.
    outcomes: Mapping[str, str | None]

    @classmethod
    def of(cls, submission: Document, judge: Judge) -> "_Case":
        answers = json.loads(submission["answers"])
        results = json.loads(submission["results"])
        return cls(
            matters={matter.id: matter for matter in judge.form.matters},
            judge=judge,
            answers={**answers, "facts": {**answers["facts"], **results}},
            needs=materials.needs(judge, answers),
            files=[KeptFile.of(each) for each in submission.get("files", ())],
            promises=[Promise.of(each) for each in submission.get("promises", ())],
            provenance=json.loads(submission["provenance"]),
            results=results,
            issuers=judge.awaited(answers["facts"]),
            outcomes={p["matter"]: p.get("outcome") for p in submission["parts"]},
        )

    def settle(self, part: Document, now: str) -> Document:
        """Return the part itself if it still waits, else as ready or held."""
        missing = [fact for fact in part["awaits"] if fact not in self.results]
        lost = [fact for fact in missing if self._outcomes(fact) == {"rejected"}]
        if lost:
            return _held(part, lost, [], now)
        if any(None in self._outcomes(fact) for fact in missing):
            return part
        matter = self.matters[part["matter"]]
        try:
            document = project(matter, self.answers)
        except UndefinedError:
            return _held(part, part["awaits"], [], now)
        faults = self.judge.document_faults(matter.id, document)
        if faults:
            places = [{"pointer": f.pointer, "keyword": f.keyword} for f in faults]
            return _held(part, part["awaits"], places, now)
        return self._ready(part, matter, document, now)

    def again(self, part: Document, now: str) -> Document:
        """Return a part that had a document with a new one."""
        matter = self.matters[part["matter"]]
        document = project(matter, self.answers)
        faults = self.judge.document_faults(matter.id, document)
        if faults:
            raise Refused(faults)
        return self._ready(part, matter, document, now)

    def refused(self, part: Document, missing: Collection[FactId]) -> bool:
        """Tell whether a waiting part's form does not do without these facts."""
        facts = self.judge.form.facts
        coming = {f: facts[f].stand_in for f in self.issuers if f not in missing}
        own = {k: v for k, v in self.answers["facts"].items() if k not in self.results}
        answers = {**self.answers, "facts": {**coming, **own}}
        matter = self.matters[part["matter"]]
        document = project(matter, answers)
        return bool(missing and self.judge.document_faults(matter.id, document))

    def report(self, part: Document) -> dict[str, Any]:
        """Return what the log says of a settled part: names and places, no values."""
        said = {"what": f"part.{part['state']}", "part": part["id"]}
        if part["state"] == "ready":
            said |= {"made": part["made"], "digest": part["digest"]}
            if part["earlier"]:
                said["what"] = "part.updated"
        if part["state"] == "held":
            issuers = [m for fact in part["facts"] for m in self.issuers[fact]]
            departments = [self.matters[m].department for m in issuers]
            said |= {
                "facts": part["facts"],
                "faults": part["faults"],
                "departments": list(dict.fromkeys([part["department"], *departments])),
            }
        return {**said, "matter": part["matter"]}

    def _outcomes(self, fact: FactId) -> set[str | None]:
        return {self.outcomes.get(matter) for matter in self.issuers[fact]}

    def _ready(
        self, part: Document, matter: Matter, document: Mapping[str, Any], now: str
    ) -> Document:
        body = canonical.text(document)
        origins = provenance_of(matter, document, self.provenance)
        before = [{name: part[name] for name in _VERSION}] if "body" in part else []
        told = materials.told(matter, self.needs, self.files, self.promises)
        return {
            **part,
            "earlier": [*part["earlier"], *before],
            "state": "ready",
            "since": now,
            "seq": part["seq"] + 1,
            "made": part["seq"] + 1,
            "body": body,
            "digest": canonical.digest(body),
            "provenance": canonical.text(origins),
            "materials": told,
        }


def _held(
    part: Document,
    facts: Sequence[str],
    faults: Sequence[Mapping[str, str]],
    now: str,
) -> Document:
    return {
        **part,
        "state": "held",
        "since": now,
        "facts": list(facts),
        "faults": list(faults),
    }
