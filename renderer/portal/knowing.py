"""What is known of a case: sources are asked when their keys are, and not again."""

import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from builder.inquiries import relevant, wanted
from builder.prefill import Record, is_stale
from builder.validity import Judge
from renderer.identity import Person
from renderer.sources.base import Inquiry, SilentError
from renderer.sources.connections import Connections
from submissions.clock import later
from submissions.drafts import Draft
from submissions.packs import Published

#: Seconds until a source that was silent is asked again.
PAUSE = 60


def records_of(draft: Draft, judge: Judge, *, now: str) -> tuple[Record, ...]:
    """Return what sources said about what is known in this case now."""
    said = tuple(
        Record(source=name, values=kept["values"], at=kept["at"])
        for name, kept in draft.records.items()
        if kept.get("values") is not None
    )
    keys = {name: kept["key"] for name, kept in draft.records.items()}
    return relevant(judge, draft.answers, said, keys, now=now) if said else ()


def silent(draft: Draft) -> dict[str, str]:
    """Return each source that gave no answer, with when it was asked."""
    return {
        name: kept["asked_at"]
        for name, kept in draft.records.items()
        if "error" in kept
    }


def with_records(
    draft: Draft,
    published: Published,
    owner: Person | None,
    connections: Connections,
    *,
    now: str,
) -> Draft:
    """Return the draft with what the sources say that can help now.

    All are asked at once and within one deadline; what each said is kept with the
    draft, so that a page is shown again without asking.

    Args:
        draft: as it is kept.
        published: the version it fills in.
        owner: whoever is signed in; for nobody, nobody is asked.
        connections: whom to ask.
        now: UTC text.
    """
    ends = time.monotonic() + connections.deadline
    while owner is not None:
        inquiries = [
            each
            for each in _inquiries(draft, published, owner, now)
            if connections.find(each.kind, each.register)
        ]
        left = ends - time.monotonic()
        if not inquiries or left <= 0:
            break
        said = connections.ask(inquiries, patience=left)
        kept = {
            each.source: _kept(published, draft, each, said[each.source], now)
            for each in inquiries
        }
        draft = replace(draft, records={**draft.records, **kept})
    return draft


def _inquiries(
    draft: Draft, published: Published, owner: Person, now: str
) -> Iterator[Inquiry]:
    """Yield what is to be asked: what one said can be the key of another."""
    judge = published.judge
    known = records_of(draft, judge, now=now)
    keys = wanted(judge, draft.answers, known, owner.claims, now=now)
    for name, key in keys.items():
        if _to_ask(draft.records.get(name), key, now):
            source = published.form.sources[name]
            yield Inquiry(
                source=name,
                kind=source.kind,
                register=source.register or name,
                key=key,
                owner=owner.owner,
                claims=owner.claims,
                now=now,
            )


def forget(draft: Draft, source: str) -> Draft:
    """Return the draft so that a source is asked again at once."""
    kept = draft.records.get(source)
    if kept is None:
        return draft
    return replace(draft, records={**draft.records, source: {**kept, "again": True}})


def _to_ask(kept: Mapping[str, Any] | None, key: Mapping[str, Any], now: str) -> bool:
    if kept is None or kept["key"] != key or kept.get("again"):
        return True
    return "error" in kept and later(kept["asked_at"], PAUSE) <= now


def _kept(
    published: Published,
    draft: Draft,
    inquiry: Inquiry,
    said: Any,
    now: str,
) -> dict[str, Any]:
    """Return what is kept of an answer; of silence, what is good from before."""
    asked = {"key": dict(inquiry.key), "asked_at": now}
    if not isinstance(said, SilentError):
        return {**asked, "at": said.at, "values": said.values}
    source = published.form.sources[inquiry.source]
    before = draft.records.get(inquiry.source, {})
    usable = (
        source.failure == "cache"
        and before.get("key") == asked["key"]
        and before.get("values") is not None
        and not is_stale(before["at"], source.max_age_days, now=now)
    )
    held = {"at": before["at"], "values": before["values"]} if usable else {}
    return {**asked, **held, "error": said.reason}
