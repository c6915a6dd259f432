"""The words of definitions in the reader's language."""

from collections.abc import Iterable

from flask_babel import get_locale, gettext, ngettext
from markupsafe import Markup, escape

from builder.model import MatterId, MergedForm, Text

#: Interface languages: HTML tag to what the switch to it says.
LANGUAGES = {"zh-CN": "中文", "en": "English"}
DEFAULT_LANGUAGE = "zh-CN"


def language() -> str:
    """The HTML tag of the language this page is read in."""
    return "en" if str(get_locale()).startswith("en") else DEFAULT_LANGUAGE


def preferred(tags: Iterable[str]) -> str:
    """The interface language for a browser's languages, the best one first."""
    ours = {tag.split("-")[0]: tag for tag in LANGUAGES}
    mains = (tag.lower().split("-")[0] for tag in tags)
    return next((ours[main] for main in mains if main in ours), DEFAULT_LANGUAGE)


def words(text: Text | None) -> str:
    """The text in the reader's language, or else in Chinese."""
    if text is None:
        return ""
    return text.get(language()) or text.get(DEFAULT_LANGUAGE, "")


def marked(text: Text | None) -> str | Markup:
    """Like `words`; a text that is not in the reader's language says so to readers."""
    if text is None or language() in text:
        return words(text)
    return Markup('<span lang="{}">{}</span>').format(
        DEFAULT_LANGUAGE, escape(words(text))
    )


def say(sentence: str, **values: object) -> str:
    """An interface sentence in the reader's language; imported as `_`."""
    return str(gettext(sentence, **values))


def say_count(one: str, many: str, number: int, **values: object) -> str:
    """Like `say`, for a counted thing; imported as `ngettext`."""
    return str(ngettext(one, many, number, **values))


def listed(names: Iterable[str]) -> str:
    """Names side by side, each once."""
    return say("、").join(dict.fromkeys(names))


def departments(form: MergedForm, matters: Iterable[MatterId]) -> str:
    """The departments of these matters, each once."""
    wanted = set(matters)
    return listed(
        words(form.departments[matter.department].label)
        for matter in form.matters
        if matter.id in wanted
    )
