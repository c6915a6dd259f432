"""What keeps the logs honest: their heads, written down where no submission is.

A log is chained, so an edit, a swap or a gap in it shows. That its end was cut off, or
that all of it was written anew, shows only to who knows how it was: an anchor holds the
length and the last hash of every log that has changed. Anchors are chained too, and the
operator keeps the last hash outside; without that a person who may write everything in
the store can still write everything anew. What came after the last anchor is not held.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from submissions import audit, canonical, log
from submissions.errors import Duplicate
from submissions.folding import fold
from submissions.standing import every, logged_since
from submissions.store.contract import Document, Store

#: Logs in one anchor: some 100 bytes each, well within a document.
MOST_HEADS = 20_000
#: Anchors that are looked at for what is anchored already.
RECENT = 20

#: By submission: how many entries its log has, and the hash of the last.
Heads = Mapping[str, tuple[int, str]]


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is not as it was written."""

    #: A submission, or "anchors".
    where: str
    #: The first entry that is wrong or missing; the first is 0.
    place: int
    what: str

    def __str__(self) -> str:
        return f"{self.where}: entry {self.place}: {self.what}"


def anchor(store: Store, *, now: str) -> str | None:
    """Write down the heads of the logs that have changed; return the chain's hash.

    None: nothing has changed since the last anchor and there is none, or another
    process has just written one.
    """
    recent = store.find("anchors", order="-_id", limit=RECENT)
    last = recent[0] if recent else None
    before = _heads(recent[::-1])
    changed: dict[str, tuple[int, str]] = {}
    since = _since(recent, now)
    for id_, entries in _logs(store, since=since):
        head = (len(entries), entries[-1]["hash"])
        if before.get(id_) != head:
            changed[id_] = head
    ids = sorted(changed)
    for start in range(0, len(ids), MOST_HEADS):
        heads = {id_: changed[id_] for id_ in ids[start : start + MOST_HEADS]}
        # If this stops before the last of them, the next time begins where this did.
        ends = start + MOST_HEADS >= len(ids)
        made = _made(last, heads, at=now if ends else since)
        try:
            store.insert("anchors", made)
        except Duplicate:
            return None
        last = made
    return None if last is None else str(last["hash"])


def findings(store: Store, *, head: str | None = None) -> Iterator[Finding]:
    """Yield what is not as it was written, the first bad entry of each log.

    Args:
        head: a hash of the anchors' chain that the operator kept elsewhere.
    """
    chain = store.find("anchors")
    yield from _broken_anchors(chain, head)
    heads = dict(_heads(chain))
    lines = audit.lines(store)
    broken = _broken_log(audit.NAME, lines, heads.pop(audit.NAME, None))
    if broken is not None:
        yield broken
    for submission in every(store):
        anchored = heads.pop(submission["_id"], None)
        broken = _broken_submission(submission, anchored)
        if broken is not None:
            yield broken
    for missing in heads.keys() - audit.erased(lines):
        yield Finding(missing, 0, "the submission is gone, its log with it")


def _since(recent: list[Document], now: str) -> str:
    """Return until when every log is anchored; "": nobody knows.

    Args:
        recent: the last anchors, the newest first.
        now: UTC text. An anchor of a later time was written by a clock that was ahead.
            Such a time may have come since, so the anchor before counts too.
    """
    return min([each["at"] for each in recent if each["at"] <= now][:2], default="")


def _logs(store: Store, *, since: str) -> Iterator[tuple[str, list[Document]]]:
    """Yield every log that was written since a time, by name; none is empty."""
    lines = audit.lines(store)
    if lines:
        yield audit.NAME, lines
    for submission in logged_since(store, since) if since else every(store):
        yield submission["_id"], submission["log"]


def _broken_anchors(chain: list[Document], head: str | None) -> Iterator[Finding]:
    previous = log.START
    for place, document in enumerate(chain):
        whole = document["_id"] == _id(place) and document["prev_hash"] == previous
        if not whole or document["hash"] != _seal(document):
            yield Finding("anchors", place, "it is not as it was written")
            return
        previous = document["hash"]
    if head is not None and head not in {each["hash"] for each in chain}:
        yield Finding("anchors", len(chain), "the hash kept elsewhere is not there")


def _broken_log(
    name: str, entries: list[Document], anchored: tuple[int, str] | None
) -> Finding | None:
    place = log.first_broken(entries)
    if place is not None:
        return Finding(name, place, "it is not as it was written")
    if anchored is not None and len(entries) < anchored[0]:
        said = f"it and what followed are gone, {anchored[0]} were anchored"
        return Finding(name, len(entries), said)
    if anchored is not None and entries[anchored[0] - 1]["hash"] != anchored[1]:
        said = "it or one before it was written anew after it was anchored"
        return Finding(name, anchored[0] - 1, said)
    return None


def _broken_submission(
    submission: Document, anchored: tuple[int, str] | None
) -> Finding | None:
    id_, entries = submission["_id"], submission["log"]
    broken = _broken_log(id_, entries, anchored)
    if broken is None and _states(submission) != {
        part: standing.state for part, standing in fold(entries).items()
    }:
        said = "the log ends before it leads to where the parts stand"
        return Finding(id_, len(entries), said)
    return broken


def _states(submission: Document) -> dict[str, str]:
    parts = submission["parts"]
    return {p["id"]: p["state"] for p in parts if p["state"] != "waiting"}


def _heads(chain: list[Document]) -> dict[str, tuple[int, str]]:
    """Return the last head of each log that was anchored."""
    return {
        id_: (count, hash_)
        for document in chain
        for id_, (count, hash_) in json.loads(document["heads"]).items()
    }


def _made(last: Document | None, heads: Heads, *, at: str) -> Document:
    """Return the next anchor.

    Args:
        at: until when all that was written is anchored with it.
    """
    made = {
        "_id": _id(0 if last is None else int(last["_id"]) + 1),
        "at": at,
        "heads": canonical.text(heads),
        "prev_hash": log.START if last is None else last["hash"],
    }
    return {**made, "hash": _seal(made)}


def _seal(document: Document) -> str:
    sealed = [document[name] for name in ("prev_hash", "_id", "at", "heads")]
    return hashlib.sha256("\n".join(sealed).encode()).hexdigest()


def _id(place: int) -> str:
    """Return an id that sorts by its number."""
    return f"{place:012}"
