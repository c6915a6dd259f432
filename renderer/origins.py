"""Where a value came from that was there before anybody typed it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from builder.model import MergedForm, Question
from renderer.showing import local_date, shown, source_name
from renderer.wording import say as _


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A value that was there before anyone typed it, or what became of it."""

    text: str
    #: Who says so, in a line of its own.
    source: str
    date: str
    sure: bool
    #: Not yet accepted by saving the page.
    proposed: bool
    #: Somebody put it right: it is theirs.
    corrected: bool


def known_value(
    form: MergedForm, question: Question, value: Any, origin: Mapping[str, Any]
) -> Known:
    """Show a value with its source.

    Args:
        origin: source, at, certainty; `corrected` once somebody changed it; and
            `proposed` while nobody accepted it.
    """
    corrected = bool(origin.get("corrected"))
    at = "" if corrected else origin.get("at")
    source = source_name(form, origin["source"])
    return Known(
        text=shown(question, value),
        source=_("您改过") if corrected else source,
        date=local_date(at) if at else "",
        sure=corrected or origin.get("certainty") != "candidate",
        proposed=bool(origin.get("proposed")),
        corrected=corrected,
    )
