"""What is known of a case: sources are asked when their keys are, and not again."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from builder.inquiries import wanted
from builder.prefill import Record, is_stale
from renderer.identity import Person
from renderer.sources.base import Inquiry, SilentError
from renderer.sources.connections import Connections
from submissions.clock import later
from submissions.drafts import Draft
from submissions.packs import Published

#: Seconds until a source that was silent is asked again.
PAUSE = 60
#: Answers of one source can be the key of another.
MOST_ROUNDS = 3


def records_of(draft: Draft) -> tuple[Record, ...]:
    """Return what sources said in this case."""
    return tuple(
        Record(source=name, values=kept["values"], at=kept["at"])
        for name, kept in draft.records.items()
        if kept.get("values") is not None
    )


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
    if owner is None:
        return draft
    form, claims = published.form, owner.claims
    for _ in range(MOST_ROUNDS):
        keys = wanted(
            published.judge, draft.answers, records_of(draft), claims, now=now
        )
        possible = (
            Inquiry(
                source=name,
                kind=form.sources[name].kind,
                register=form.sources[name].register or name,
                key=key,
                owner=owner.owner,
                claims=claims,
                now=now,
            )
            for name, key in keys.items()
            if _to_ask(draft.records.get(name), key, now)
        )
        inquiries = [
            each for each in possible if connections.find(each.kind, each.register)
        ]
        if not inquiries:
            return draft
        said = connections.ask(inquiries)
        kept = {
            each.source: _kept(published, draft, each, said[each.source], now)
            for each in inquiries
        }
        draft = replace(draft, records={**draft.records, **kept})
    return draft


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
