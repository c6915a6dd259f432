"""Where a value came from that was there before anybody typed it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from builder.model import MergedForm, Question
from renderer.showing import local_date, shown, source_name
from renderer.wording import say as _

NOTHING = Markup()


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """A value that was there before anyone typed it, or what became of it."""

    text: str
    #: What the source is called.
    source: str
    #: Who says so, since when and how surely: what stands below the value.
    said: Markup
    #: Not yet accepted by saving the page.
    proposed: bool
    #: Nobody can change it here.
    sealed: bool = False
    #: A link to where it can be doubted, if anywhere.
    more: Markup = NOTHING

    @classmethod
    def unsaid(cls, *, proposed: bool, sealed: bool) -> "Known":
        """Return what is said of no value yet."""
        unsaid = Markup()
        return cls(text="", source="", said=unsaid, proposed=proposed, sealed=sealed)


def known_value(
    form: MergedForm, question: Question, value: Any, origin: Mapping[str, Any]
) -> Known:
    """Show a value with its source.

    Args:
        origin: source, at, certainty; `corrected` once somebody changed it;
            `proposed` while nobody accepted it; `sealed` where nobody can change it;
            `stale`, `cached`, `others` and `disputed` where one should look twice.
    """
    corrected = bool(origin.get("corrected"))
    source = _("您改过") if corrected else source_name(form, origin["source"])
    said = [source if corrected else _("来自%(source)s", source=source)]
    if origin.get("at") and not corrected:
        said += [_("，"), local_date(origin["at"])]
    if origin.get("certainty") == "candidate" and not corrected:
        said.append(_("，不一定准，请核对"))
    if origin.get("stale") and not corrected:
        said.append(_("，可能已经过时"))
    if origin.get("cached") and not corrected:
        said.append(_("，现在查不到，这是以前查到的"))
    if origin.get("others") and not corrected:
        said.append(_("，别处登记的不一样"))
    if origin.get("disputed"):
        said.append(_("，您说过不对"))
    return Known(
        text=shown(question, value),
        source=source,
        said=Markup().join(said),
        proposed=bool(origin.get("proposed")),
        sealed=bool(origin.get("sealed")),
    )
