"""The page on which an applicant rates how the case was handled (好差评)."""

from http import HTTPStatus

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from renderer.portal.access import now, open_submission, staff, store
from renderer.wording import say as _
from renderer.wording import words
from submissions import packs, rating
from submissions.rating import LEVELS, MOST_TEXT, Level
from submissions.store.contract import Document


def register(portal: Blueprint) -> None:
    """Add this page to the portal."""
    portal.add_url_rule(
        "/submissions/<id_>/rating",
        endpoint="rating",
        view_func=rate,
        methods=["GET", "POST"],
    )


def rate(id_: str) -> Response:
    """Ask for a rating, or keep the one that was sent; there is one of each case.

    Only the applicant is asked: whoever worked on the case cannot praise it.
    """
    document = open_submission(id_)
    progress = url_for("portal.progress", id_=id_)
    if staff() is not None or not rating.ratable(document):
        return redirect(progress, 303)
    if request.method == "GET":
        return _show(document)
    chosen = next((each for each in LEVELS if each == request.form.get("level")), None)
    text = request.form.get("text", "").strip()
    wrong = {}
    if chosen is None:
        wrong["level-0"] = _("请选一个评价")
    if len(text) > MOST_TEXT:
        wrong["text"] = _("最多写 %(most)s 个字，请写短些", most=MOST_TEXT)
    if chosen is None or wrong:
        return _show(document, wrong)
    rating.rate(store(), id_, chosen, text, now=now())
    return redirect(progress, 303)


def in_words(level: Level) -> str:
    """Say what a level is called."""
    called: dict[Level, str] = {
        "very_good": _("非常满意"),
        "good": _("满意"),
        "fair": _("基本满意"),
        "bad": _("不满意"),
        "very_bad": _("非常不满意"),
    }
    return called[level]


def told(document: Document) -> str:
    """Say how a case was rated; "" where it was not."""
    kept = document.get("rating")
    return in_words(kept["level"]) if kept else ""


def _show(document: Document, wrong: dict[str, str] | None = None) -> Response:
    form = packs.load(store(), document["pack_version"]).form
    progress = url_for("portal.progress", id_=document["_id"])
    body = render_template(
        "rating.html",
        heading=_("请您评价"),
        service=words(form.guide.label),
        ref=document["ref"],
        action=url_for("portal.rating", id_=document["_id"]),
        levels=[(level, in_words(level)) for level in LEVELS],
        chosen=request.form.get("level", ""),
        text=request.form.get("text", ""),
        most=MOST_TEXT,
        wrong=wrong or {},
        errors=list((wrong or {}).items()),
        back=(progress, _("办到哪一步了")),
    )
    return make_response(body, HTTPStatus.UNPROCESSABLE_ENTITY if wrong else 200)
