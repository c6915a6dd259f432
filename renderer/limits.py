"""The limits of an answer in words: what a hint says, and which department says it.

They come from the view of a question, which is never tighter than the forms. A limit
is told, never enforced by the browser: it cuts off what is pasted, and counts other
characters than the forms do.
"""

from collections.abc import Callable, Mapping
from typing import Any

from builder.model import Asker, Question
from builder.view import Bound, View
from renderer.wording import say as _
from renderer.wording import words

#: A limit of a text this short is told beforehand; who writes longer is told then.
SHORT = 20


def told(view: View, question: Question) -> str:
    """Return what stands beside a field before anybody writes, or ""."""
    hint = words(question.hint)
    said = [each for each in (hint, _several(view, question)) if each]
    return _("。").join(said) or _tip(view, question)


def _several(view: View, question: Question) -> str:
    """Say how several values are given, and how many; of one, nothing."""
    limits = {bound.keyword: bound.limit for bound in view.bounds}
    least, most = limits.get("minItems", 0), limits.get("maxItems")
    match question.input:
        case "choices":
            said = [_("可以选几项")]
        case "lines" | "numbers":
            said = [_("一行写一个")]
        case "rows":
            said = []
        case _:
            return ""
    if least == most:
        said.append(_("要 %(limit)s 项", limit=most))
        return _("，").join(said)
    if least > 1:
        said.append(_few(least))
    if most is not None:
        said.append(_many(most))
    return _("，").join(said)


def _tip(view: View, question: Question) -> str:
    limits = {bound.keyword: bound.limit for bound in view.bounds}
    match question.input:
        case "number" if "minimum" in limits and "maximum" in limits:
            least, most = limits["minimum"], limits["maximum"]
            return _("%(least)s 至 %(most)s", least=least, most=most)
        case "text" if limits.get("maxLength", SHORT + 1) <= SHORT:
            return _at_most(limits["maxLength"])
        case "paragraph" if "maxLength" in limits:
            return _at_most(limits["maxLength"])
    return ""


def imposed(view: View, asker: Asker) -> str:
    """Return what an asker's form limits most tightly of all, or "".

    How many bytes its department can keep is no matter of schemas: it is always told.
    """
    said = [_told(bound) for bound in view.bounds if asker.matter in bound.matters]
    if asker.bytes is not None:
        said.append(_kept(asker.bytes.max // BYTES_OF_ONE[asker.bytes.encoding]))
    if asker.matter in view.narrowed_by:
        said.append(_("有的选项它的表里没有"))
    return _("，").join(each for each in said if each)


def _told(bound: Bound) -> str:
    say = _WORDS.get(bound.keyword)
    trivial = bound.limit in (0, 1) and bound.keyword in _TRIVIAL
    return "" if say is None or trivial else say(bound.limit)


def _at_least(limit: Any) -> str:
    return _("至少 %(limit)s 个字", limit=limit)


def _at_most(limit: Any) -> str:
    return _("最多 %(limit)s 个字", limit=limit)


def _not_below(limit: Any) -> str:
    return _("不小于 %(limit)s", limit=limit)


def _not_above(limit: Any) -> str:
    return _("不大于 %(limit)s", limit=limit)


def _above(limit: Any) -> str:
    return _("大于 %(limit)s", limit=limit)


def _below(limit: Any) -> str:
    return _("小于 %(limit)s", limit=limit)


def _few(limit: Any) -> str:
    return _("至少 %(limit)s 项", limit=limit)


def _many(limit: Any) -> str:
    return _("最多 %(limit)s 项", limit=limit)


def _kept(limit: int) -> str:
    return _("系统只存得下约 %(limit)s 个汉字", limit=limit)


#: Bytes of a Chinese character.
BYTES_OF_ONE = {"utf-8": 3, "gbk": 2}
#: Something must be there: that is said by the question itself.
_TRIVIAL = ("minLength", "minItems", "minimum")
_WORDS: Mapping[str, Callable[[Any], str]] = {
    "minLength": _at_least,
    "maxLength": _at_most,
    "minimum": _not_below,
    "maximum": _not_above,
    "exclusiveMinimum": _above,
    "exclusiveMaximum": _below,
    "minItems": _few,
    "maxItems": _many,
}
