"""The words of definitions in the reader's language, and of the interface.

Definitions may hold more languages than the interface is complete in. Every text that
is not in the language of its page says which one it is in, to readers and to fonts.
"""

from collections.abc import Iterable
from typing import Self

from babel.support import NullTranslations
from flask import has_request_context, request
from flask_babel import get_locale, get_translations
from markupsafe import Markup, escape

from builder.model import MatterId, MergedForm, Text

#: Interface languages: HTML tag to what the switch to it says.
LANGUAGES = {"zh-CN": "中文", "en": "English"}
DEFAULT_LANGUAGE = "zh-CN"
#: Where a request keeps what it speaks.
_SPOKEN = "yibiao.spoken"
#: Languages of definitions only: around them the interface speaks the default.
READ_ONLY = {"bo": "བོད་ཡིག", "mn-Mong": "ᠮᠣᠩᠭᠣᠯ"}


class Spoken(str):
    """A text that is, in whole or in part, in another language than its page.

    In a template it marks that part; everywhere else it is the text itself.
    """

    __slots__ = ("html", "tag")
    html: Markup
    tag: str

    def __new__(cls, text: str, html: Markup, tag: str = "") -> Self:
        """Keep the text with its HTML.

        Args:
            text: as it is read.
            html: the same, each part in another language tagged.
            tag: of the whole, or "" where only a part is in another language.
        """
        made = super().__new__(cls, text)
        made.html, made.tag = html, tag
        return made

    def __html__(self) -> Markup:
        return self.html


def language() -> str:
    """The HTML tag of the language this page is written in."""
    return _spoken()[0]


def translations() -> NullTranslations:
    """What translates the interface into the language of this page."""
    return _spoken()[1]


def _spoken() -> tuple[str, NullTranslations]:
    """Return language and translations, looked up once for each request."""
    kept = request.environ if has_request_context() else {}
    spoken: tuple[str, NullTranslations] | None = kept.get(_SPOKEN)
    if spoken is None:
        english = str(get_locale()).startswith("en")
        spoken = "en" if english else DEFAULT_LANGUAGE, get_translations()
        kept[_SPOKEN] = spoken
    return spoken


def reader() -> str:
    """The HTML tag of the language the reader wishes definitions in."""
    chosen = request.cookies.get("lang", "") if has_request_context() else ""
    return chosen if chosen in READ_ONLY else language()


def preferred(tags: Iterable[str]) -> str:
    """The interface language for a browser's languages, the best one first."""
    ours = {tag.split("-")[0]: tag for tag in LANGUAGES}
    mains = (tag.lower().split("-")[0] for tag in tags)
    return next((ours[main] for main in mains if main in ours), DEFAULT_LANGUAGE)


def words(text: Text | None) -> str:
    """The text in the reader's language; else in the page's, else in Chinese."""
    if text is None:
        return ""
    here = language()
    tag = next((t for t in (reader(), here) if text.get(t)), DEFAULT_LANGUAGE)
    said = text.get(tag, "")
    if tag == here or not said:
        return said
    html = Markup('<span lang="{}">{}</span>').format(tag, said)
    return Spoken(said, html, tag)


def tongue(text: str) -> str:
    """The attribute that tags a text where no element can stand, or ""."""
    tag = text.tag if isinstance(text, Spoken) else ""
    return Markup(' lang="{}"').format(tag) if tag else ""


def say(sentence: str, **values: object) -> str:
    """An interface sentence in the reader's language; imported as `_`."""
    said = str(translations().ugettext(sentence))
    if not any(isinstance(value, Spoken) for value in values.values()):
        return said % values if values else said
    return Spoken(said % values, escape(said) % values)


def say_in_template(sentence: str, **values: object) -> Markup:
    """An interface sentence as templates say it: what is put into it is escaped."""
    said = Markup(translations().ugettext(sentence))  # noqa: S704 - our own words
    return said % values if "%" in said else said


def say_count(one: str, many: str, number: int, **values: object) -> str:
    """Like `say`, for a counted thing; imported as `ngettext`."""
    said = str(translations().ungettext(one, many, number))
    return said % {"num": number, **values}


def listed(names: Iterable[str]) -> str:
    """Names side by side, each once."""
    each = tuple(dict.fromkeys(names))
    comma = say("、")
    if not any(isinstance(name, Spoken) for name in each):
        return comma.join(each)
    return Spoken(comma.join(each), escape(comma).join(each))


def departments(form: MergedForm, matters: Iterable[MatterId]) -> str:
    """The departments of these matters, each once."""
    wanted = set(matters)
    return listed(
        words(form.departments[matter.department].label)
        for matter in form.matters
        if matter.id in wanted
    )
