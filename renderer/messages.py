"""Plain sentences for what must be put right: what to do, and for whom.

Never the words of a library, a field's name or a pattern.
"""

from collections.abc import Callable, Mapping
from typing import Any

from builder import citizen_numbers, pointer
from builder.model import MergedForm, Question
from builder.validity import Fault
from renderer.slips import Slip, slip
from renderer.typed import DAY, HOUR, MINUTE, MONTH, YEAR, Problem
from renderer.wording import departments, words
from renderer.wording import say as _

#: What is written in one fixed way, which its hint tells.
_WRITTEN = ("digits", "phone", "email")
#: Several values, one a line.
_LISTED = ("lines", "numbers")


def box_name(box: str) -> str:
    """What stands beside one box of a date."""
    return {
        YEAR: _("年"),
        MONTH: _("月"),
        DAY: _("日"),
        HOUR: _("时"),
        MINUTE: _("分"),
    }[box]


def for_problem(problem: Problem, question: Question) -> str:
    """Say what to do about a text that is no value."""
    say = _PROBLEMS.get(problem.code, _choose_again)
    said = say(words(question.label), problem)
    return said + _hinted(question) if problem.code == "number" else said


def for_fault(
    fault: Fault, question: Question, form: MergedForm, value: Any = None
) -> str:
    """Say what to do about an answer that is missing or not allowed.

    Args:
        value: the answer, where one is needed to say how far off it is.
    """
    label = words(question.label)
    if fault.keyword == "required":
        return _missing(question, label)
    if fault.keyword == "check":
        return words(fault.limit)
    if fault.keyword == "citizen_number":
        return _no_citizen_number(label, fault.limit, value)
    who = _refusing(fault, question, form)
    say = _SENTENCES.get(fault.keyword, _unfit)
    if fault.keyword == "type" and question.input in ("number", "numbers"):
        say = _not_whole
    elif question.input == "choices" and fault.keyword in _COUNTED:
        say = _COUNTED[fault.keyword]
    elif not who and question.input in _WRITTEN:
        say = _ill_written
    if question.input in _LISTED and fault.pointer.startswith(question.pointer + "/"):
        index = int(pointer.parts(fault.pointer.removeprefix(question.pointer))[0])
        inside = value[index] if isinstance(value, list) else None
        said = say(label, who, fault.limit, inside)
        return _("第 %(number)s 行：%(error)s", number=index + 1, error=said)
    said = say(label, who, fault.limit, value)
    return said + _hinted(question) if say in _WITH_HINT else said


def _hinted(question: Question) -> str:
    """The question's own hint in brackets; of a number, with its unit."""
    hint, unit = words(question.other or question.hint), words(question.unit)
    if question.input == "number" and unit and not hint:
        hint = _("单位：%(unit)s", unit=unit)
    elif question.input == "number" and hint[-1:].isdecimal():
        hint = f"{hint} {unit}".rstrip()
    return _("（%(hint)s）", hint=hint) if hint else ""


def _refusing(fault: Fault, question: Question, form: MergedForm) -> str:
    """The refusing departments, or "" where it is everybody who asks."""
    asking = {asker.matter for asker in question.asked_by}
    if not fault.matters or asking <= set(fault.matters):
        return ""
    return departments(form, fault.matters)


def _missing(question: Question, label: str) -> str:
    match question.input:
        case "choice" | "choices" | "yes_no":
            return _("请选择“%(label)s”", label=label)
        case "date" | "date8":
            return _("请填写“%(label)s”的年、月、日", label=label)
        case "rows":
            return _("“%(label)s”至少要填一行", label=label)
        case _:
            return _("请填写“%(label)s”", label=label)


def _too_long(label: str, who: str, limit: Any, value: Any) -> str:
    length = len(value) if isinstance(value, str) else 0
    if who:
        return _(
            "%(who)s的表只收 %(limit)s 个字，“%(label)s”填了 %(length)s 个，请写短些",
            who=who,
            limit=limit,
            label=label,
            length=length,
        )
    return _(
        "“%(label)s”最多 %(limit)s 个字，您填了 %(length)s 个，请写短些",
        label=label,
        limit=limit,
        length=length,
    )


def _too_many_bytes(label: str, who: str, limit: Any, value: Any) -> str:
    del value
    return _(
        "%(who)s的系统只存得下约 %(length)s 个汉字，请把“%(label)s”写短些",
        who=who or _("部门"),
        length=limit // _BYTES_OF_ONE,
        label=label,
    )


def _not_kept(label: str, who: str, limit: Any, value: Any) -> str:
    del limit, value
    return _(
        "%(who)s的系统存不了“%(label)s”里的个别字，请拨打 12345 求助",
        who=who or _("部门"),
        label=label,
    )


def _too_short(label: str, who: str, limit: Any, value: Any) -> str:
    length = len(value) if isinstance(value, str) else 0
    if who:
        return _(
            "%(who)s的表要 %(limit)s 个字，“%(label)s”只填了 %(length)s 个，请补全",
            who=who,
            limit=limit,
            label=label,
            length=length,
        )
    return _(
        "“%(label)s”要填满 %(limit)s 个字，您填了 %(length)s 个，请补全",
        label=label,
        limit=limit,
        length=length,
    )


def _not_listed(label: str, who: str, limit: Any, value: Any) -> str:
    del limit, value
    if who:
        return _("%(who)s的表没有这一项，“%(label)s”请另选", who=who, label=label)
    return _("“%(label)s”请从列出的选项里选", label=label)


def _too_small(label: str, who: str, limit: Any, value: Any) -> str:
    del value
    if who:
        return _(
            "%(who)s只收不小于 %(limit)s 的数，请改“%(label)s”",
            who=who,
            limit=limit,
            label=label,
        )
    return _("“%(label)s”不能小于 %(limit)s，请核对", label=label, limit=limit)


def _too_large(label: str, who: str, limit: Any, value: Any) -> str:
    del value
    if who:
        return _(
            "%(who)s只收不大于 %(limit)s 的数，请改“%(label)s”",
            who=who,
            limit=limit,
            label=label,
        )
    return _("“%(label)s”不能大于 %(limit)s，请核对", label=label, limit=limit)


def _too_few(label: str, who: str, limit: Any, value: Any) -> str:
    del who, value
    return _("“%(label)s”至少要 %(limit)s 个，请补上", label=label, limit=limit)


def _too_many(label: str, who: str, limit: Any, value: Any) -> str:
    del who, value
    return _("“%(label)s”最多 %(limit)s 个，请删去多的", label=label, limit=limit)


def _choose_more(label: str, who: str, limit: Any, value: Any) -> str:
    del who, value
    return _("“%(label)s”至少要选 %(limit)s 项", label=label, limit=limit)


def _choose_fewer(label: str, who: str, limit: Any, value: Any) -> str:
    del who, value
    return _("“%(label)s”最多选 %(limit)s 项", label=label, limit=limit)


_COUNTED = {"minItems": _choose_more, "maxItems": _choose_fewer}


def _not_once(label: str, who: str, limit: Any, value: Any) -> str:
    del who, limit, value
    return _("“%(label)s”里有重复的，请只留一个", label=label)


def _wrong_kind(label: str, who: str, limit: Any, value: Any) -> str:
    del who, limit, value
    return _("“%(label)s”请按提示的样子填写", label=label)


def _not_whole(label: str, who: str, limit: Any, value: Any) -> str:
    del who, limit, value
    return _("“%(label)s”请写整数", label=label)


def _unfit(label: str, who: str, limit: Any, value: Any) -> str:
    del limit, value
    if who:
        return _("%(who)s的表不收这样写的“%(label)s”，请核对", who=who, label=label)
    return _("“%(label)s”写得不完整或有错，请核对", label=label)


def _no_citizen_number(label: str, limit: Any, value: Any) -> str:
    number = str(value)
    match value is not None and citizen_numbers.slip(number):
        case False:
            return words(limit)
        case "length":
            return _(
                "身份证号码是 18 位，“%(label)s”填了 %(length)s 位，请对照证件改正",
                label=label,
                length=len(number),
            )
        case "letters":
            return _(
                "身份证号码只有数字，最后一位可以是 X，请改“%(label)s”", label=label
            )
        case "date":
            return _(
                "“%(label)s”第 7 到 14 位是出生日期，没有这一天，请对照证件改正",
                label=label,
            )
        case _:
            return _(
                "“%(label)s”有一位填错了，最后一位和前面的对不上，请逐位核对",
                label=label,
            )


def _ill_written(label: str, who: str, limit: Any, value: Any) -> str:
    """Say what is wrong with a number: its length, or a sign in it."""
    if not who and isinstance(limit, str) and isinstance(value, str):
        match slip(limit, value):
            case Slip(least=least, most=most, place=0):
                wanted = f"{least}" if least == most else f"{least}–{most}"
                return _(
                    "“%(label)s”要 %(wanted)s 位，您填了 %(length)s 位，请改正",
                    label=label,
                    wanted=wanted,
                    length=len(value),
                )
            case Slip(place=place):
                return _(
                    "“%(label)s”第 %(place)s 位的“%(sign)s”不对，请改正",
                    label=label,
                    place=place,
                    sign=value[place - 1],
                )
    return _unfit(label, who, limit, value)


#: What is explained by the question's own hint.
_WITH_HINT = (_unfit, _ill_written, _not_whole)
#: A Chinese character in UTF-8, the widest of the encodings departments use.
_BYTES_OF_ONE = 3

_SENTENCES: Mapping[str, Callable[[str, str, Any, Any], str]] = {
    "maxLength": _too_long,
    "maxBytes": _too_many_bytes,
    "encoding": _not_kept,
    "minLength": _too_short,
    "enum": _not_listed,
    "const": _not_listed,
    "lens": _not_listed,
    "minimum": _too_small,
    "exclusiveMinimum": _too_small,
    "maximum": _too_large,
    "exclusiveMaximum": _too_large,
    "minItems": _too_few,
    "maxItems": _too_many,
    "uniqueItems": _not_once,
    "type": _wrong_kind,
    "pattern": _ill_written,
}


def _part_missing(label: str, problem: Problem) -> str:
    return _("“%(label)s”还缺“%(box)s”", label=label, box=box_name(problem.box))


def _part_number(label: str, problem: Problem) -> str:
    box = box_name(problem.box)
    return _("“%(label)s”的“%(box)s”请只写数字", label=label, box=box)


def _bad_year(label: str, problem: Problem) -> str:
    del problem
    return _("“%(label)s”的年份请写 4 位，例如 2026", label=label)


def _bad_month(label: str, problem: Problem) -> str:
    del problem
    return _("“%(label)s”的月份只能是 1 到 12，请改“月”", label=label)


def _bad_day(label: str, problem: Problem) -> str:
    del label
    month, days = problem.limit
    return _("%(month)s 月只有 %(days)s 天，请改“日”", month=month, days=days)


def _bad_hour(label: str, problem: Problem) -> str:
    del problem
    return _("“%(label)s”的小时只能是 0 到 23，请改“时”", label=label)


def _bad_minute(label: str, problem: Problem) -> str:
    del problem
    return _("“%(label)s”的分钟只能是 0 到 59，请改“分”", label=label)


def _bad_number(label: str, problem: Problem) -> str:
    del problem
    return _("“%(label)s”请只写数字", label=label)


def _bad_line(label: str, problem: Problem) -> str:
    number = problem.limit
    return _("“%(label)s”第 %(number)s 行请只写数字", label=label, number=number)


def _rows_over(label: str, problem: Problem) -> str:
    most = problem.limit
    return _("“%(label)s”最多填 %(most)s 行，请删去多的", label=label, most=most)


def _row_problem(label: str, problem: Problem) -> str:
    del problem
    return _("“%(label)s”里有一行要改", label=label)


def _one_or_other(label: str, problem: Problem) -> str:
    del problem
    return _("“%(label)s”选了一项，又写了别的，请只留一个", label=label)


def _choose_again(label: str, problem: Problem) -> str:
    del problem
    return _("“%(label)s”请从列出的选项里选", label=label)


def _not_found(label: str, problem: Problem) -> str:
    del problem
    return _("“%(label)s”里没有叫这个名字的，请按“查找”，再选一个", label=label)


_PROBLEMS: Mapping[str, Callable[[str, Problem], str]] = {
    "date_part_missing": _part_missing,
    "date_part_number": _part_number,
    "date_year": _bad_year,
    "date_month": _bad_month,
    "date_day": _bad_day,
    "time_hour": _bad_hour,
    "time_minute": _bad_minute,
    "number": _bad_number,
    "line": _bad_line,
    "too_many_rows": _rows_over,
    "row": _row_problem,
    "choice_and_other": _one_or_other,
    "search": _not_found,
}
