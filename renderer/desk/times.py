"""Clocks in words: how much time there is for a part."""

from datetime import date

from renderer.showing import local_date
from renderer.wording import say as _
from renderer.wording import say_count as ngettext
from submissions.clocks import Clock, Term


def left(clock: Clock) -> str:
    """Say how much time there is until something must be done."""
    match clock.stage:
        case "idle":
            return _("未起算")
        case "paused":
            return _("暂停")
        case "ended":
            return _("已办完")
    if clock.term is None:
        return _("不按工作日算")
    days = _days(clock.term)
    return _("受理%(days)s", days=days) if clock.accepting else days


def terms(clock: Clock) -> list[tuple[str, str]]:
    """Say of each limit that runs what it is called, and how far it is."""
    every = (
        (_("受理或退回"), clock.accepting),
        (_("承诺期限"), clock.promised),
        (_("法定期限"), clock.legal),
    )
    return [(name, _term(term, clock)) for name, term in every if term is not None]


def day(of: date) -> str:
    """Write a day."""
    return local_date(of.isoformat())


def _term(term: Term, clock: Clock) -> str:
    days = ngettext("%(num)s 个工作日", "%(num)s 个工作日", term.workdays)
    if clock.stage == "ended":
        return _("%(days)s，超期办完", days=days) if term.over else days
    if term.due is None:
        return _("%(days)s，等补正，暂停", days=days)
    until = _("%(days)s，到%(day)s", days=days, day=day(term.due.day))
    more = _("（放假安排还没有公布，暂定）") if term.due.provisional else ""
    return f"{until}{more}{_('，')}{_days(term)}"


def _days(term: Term) -> str:
    if term.over:
        return ngettext("超 %(num)s 个工作日", "超 %(num)s 个工作日", -term.left)
    if term.left == 0:
        return _("今天到期")
    return ngettext("还剩 %(num)s 个工作日", "还剩 %(num)s 个工作日", term.left)
