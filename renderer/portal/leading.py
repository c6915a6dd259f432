"""Where a page leads once it is saved: on, back, or to the same page once more."""

from typing import Any

from flask import request, url_for

from builder.model import Question
from renderer.choices import SEARCH
from renderer.fields import Posted, rows
from renderer.pieces import answer
from renderer.portal.saving import with_blank_rows
from renderer.portal.sheet import Sheet

#: What buttons of rows do; "drop" follows "remove" once it was asked.
ROW_BUTTONS = ("add", "change", "remove", "drop", "keep")
#: Longest count of empty rows in an address.
COUNT_DIGITS = 2


def pressed() -> tuple[str, str]:
    """The button that sent the page, and what it is about."""
    button, _colon, rest = request.form.get("_do", "next").partition(":")
    return button, rest


def away(sheet: Sheet) -> str | None:
    """Where a link of the page's head or foot leads; None: no such was pressed."""
    button, rest = pressed()
    here = sheet.address(**_then())
    found: str | None = None
    match button:
        case "same":
            found = here
        case "later":
            found = url_for("portal.tasks", id_=sheet.filling.draft.id)
        case "view":
            found = url_for("portal.choose_view", view=rest, next=here)
        case "lang":
            found = url_for("portal.choose_language", tag=rest, next=here)
        case "back":
            found = sheet.back()[0]
        case "mine" | "home":
            found = url_for(f"portal.{button}")
        case "choose" if rest in sheet.names:
            found = _to_choose(sheet, rest)
        case "known" if rest in sheet.names:
            draft = sheet.filling.draft
            found = url_for("portal.known", id_=draft.id, name=rest)
    return found


def _to_choose(sheet: Sheet, name: str) -> str:
    """The page on which a choice is looked for, with what was typed already."""
    typed = request.form.get(f"{name}-{SEARCH}", "")
    asked: dict[str, Any] = {"name": name, "q": typed, **_then()}
    return url_for("portal.choose", id_=sheet.filling.draft.id, **asked)


def onward(sheet: Sheet, *, more: bool) -> str:
    """Where saving and going on leads.

    Args:
        more: the answers brought new questions onto this page.
    """
    filling = sheet.filling
    id_ = filling.draft.id
    if more:
        return sheet.address(more="1", **_then())
    if request.form.get("then") == "check":
        return url_for("portal.check", id_=id_)
    there = sheet.onward()
    if there is not None:
        return there
    pages = [step.leaf.id for step in filling.steps]
    rest = pages[pages.index(sheet.page) + 1 :]
    if rest:
        return url_for("portal.page", id_=id_, page=rest[0])
    if filling.lacking:
        return url_for("portal.materials", id_=id_)
    return url_for("portal.check", id_=id_)


def after_row_button(sheet: Sheet, sent: Posted) -> str:
    """The same page, at the row a button was about; or that row's own page."""
    button, rest = pressed()
    name, _colon, id_ = rest.partition(":")
    if sheet.rows_apart:
        return _row_page(sheet, button, name, id_)
    empty = _empty_rows(sheet, sent)
    more = _then()
    anchor = f"q-{name}"
    if button == "add":
        empty[name] = empty.get(name, 0) + 1
        ids = with_blank(sheet, empty)[name]
        anchor = f"{name}-{ids[-1]}"
    elif button != "drop":
        row = _row_now(sheet, sent, name, id_)
        if not row:
            empty[name] = max(0, empty.get(name, 0) - 1)
        else:
            anchor = f"{name}-{row}"
        if row and button == "remove":
            more["leaving"] = anchor
    already = _empty_rows(sheet, sheet.served())
    blank = [f"{each}:{n}" for each, n in empty.items() if n > already.get(each, 0)]
    return sheet.address(**more, blank=blank, _anchor=anchor)


def _row_page(sheet: Sheet, button: str, name: str, number: str) -> str:
    """The page of a row, or the one that asks whether to take it out."""
    for question in _lists(sheet):
        if question.name == name:
            listed = answer(sheet.filling.draft.answers, question)
            new = len(listed) + 1 if isinstance(listed, list) else 1
            wanted = int(number) if number.isascii() and number.isdecimal() else new
            asked: dict[str, Any] = {"name": name, "number": wanted, **_then()}
            page = "portal.remove_row" if button == "remove" else "portal.row"
            return url_for(page, id_=sheet.filling.draft.id, **asked)
    return sheet.address(**_then())


def with_blank(sheet: Sheet, counts: dict[str, int]) -> Posted:
    """What the page holds, with so many empty rows in its lists."""
    held = sheet.served()
    for question in _lists(sheet):
        held = with_blank_rows(question, held, counts.get(question.name, 0))
    return held


def wanted_blank() -> dict[str, int]:
    """How many empty rows the address asks for, by list."""
    pairs = (each.partition(":") for each in request.args.getlist("blank"))
    return {
        name: int(count)
        for name, _colon, count in pairs
        if count.isascii() and count.isdecimal() and len(count) <= COUNT_DIGITS
    }


def _then() -> dict[str, str]:
    return {"then": "check"} if request.values.get("then") == "check" else {}


def _lists(sheet: Sheet) -> list[Question]:
    return [question for question in sheet.questions if question.input == "rows"]


def _empty_rows(sheet: Sheet, sent: Posted) -> dict[str, int]:
    return {
        question.name: sum(
            row.index is None for row in rows(question, question.name, sent)
        )
        for question in _lists(sheet)
    }


def _row_now(sheet: Sheet, sent: Posted, name: str, id_: str) -> str:
    """The id under which a row that was sent is shown again; "" if it is empty."""
    for question in _lists(sheet):
        for row in rows(question, question.name, sent):
            if question.name == name and row.id == id_ and row.index is not None:
                return f"r{row.index}"
    return ""
