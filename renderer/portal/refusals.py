"""Pages for what went wrong: in plain words, and nothing typed is lost."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus

from flask import Flask, make_response, redirect, render_template, request, url_for
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, NotFound, RequestEntityTooLarge
from werkzeug.wrappers import Response

from builder.model import Question
from renderer import api
from renderer.desk import front
from renderer.fields import Posted, Row, by_question, parse, rows
from renderer.portal.access import (
    AlreadySubmittedError,
    NotOpenedError,
    known_codes,
    now,
    person,
    posted,
    services,
    staff,
    store,
    typed_texts,
)
from renderer.showing import shown
from renderer.typed import Problem
from renderer.wording import say as _
from renderer.wording import words
from submissions import drafts, packs
from submissions.errors import Conflict, StoreUnavailableError, TooLargeError

#: Seconds after which a browser or a program may try again.
RETRY_SECONDS = 30
TOO_LARGE = RequestEntityTooLarge()


def register(app: Flask) -> None:
    """Answer every refusal with a page of ours."""
    app.register_error_handler(HTTPException, plain)
    app.register_error_handler(CSRFError, out_of_date)
    app.register_error_handler(StoreUnavailableError, unavailable)
    app.register_error_handler(Conflict, overtaken)
    app.register_error_handler(AlreadySubmittedError, submitted)
    app.register_error_handler(NotOpenedError, not_opened)
    app.register_error_handler(TooLargeError, lambda _error: plain(TOO_LARGE))


def plain(error: HTTPException) -> Response:
    """Say what is wrong with an address or a request; to a program, as JSON."""
    if request.path.startswith(api.PREFIX):
        return api.refused(error)
    if request.blueprint == "desk":
        return front.refused(error)
    status = error.code or HTTPStatus.INTERNAL_SERVER_ERROR
    heading, lead = {
        403: (_("这一页不给您看"), _("如果该是您的，请登录或用续办码打开。")),
        404: (
            _("没有找到这一页"),
            _("地址可能不对，或者这张表已经过期、已经提交。您的办件请用续办码打开。"),
        ),
        409: (_("别的窗口刚改过"), _("请返回，再看一遍。")),
        413: (
            _("一次填得太多了"),
            _("这一次没有保存。请返回上一页，写短些，文件分几次传。"),
        ),
        422: (_("有地方要改"), _("请返回，按提示改。")),
        500: (
            _("我们这里出了错"),
            _("不是您的错。最后一次保存的内容还在，请过一会儿再试。"),
        ),
    }.get(status, (_("这一步做不了"), _("请返回上一页，再试一次。")))
    body = render_template("error.html", heading=heading, lead=lead)
    return make_response(body, status)


def out_of_date(error: CSRFError) -> Response:
    """Show again what was typed in a browser that has forgotten who it was.

    Unless the browser says that it was sent from a page of ours, nothing is offered
    again: that form was not ours.
    """
    lead = _(
        "浏览器不记得这一页了，可能在别的窗口退出过登录。您填的没有丢，请再按一次。"
    )
    again = Again(
        heading=_("这一页还没有保存"),
        lead=lead,
        status=error.code or HTTPStatus.BAD_REQUEST,
    )
    return again.page(_sent() if _from_our_page() else {})


def not_opened(error: NotOpenedError) -> Response:
    """Ask for the resume code, and keep what was typed until it is there."""
    del error
    if request.method != "POST":
        return plain(NotFound())
    again = Again(
        heading=_("这一页还没有保存"),
        lead=_("现在不能确定这张表是您的。您填的没有丢，都在下面。"),
        status=HTTPStatus.FORBIDDEN,
        code_error=_("请填续办码，或登录后再按"),
    )
    return again.page(_sent())


def unavailable(error: StoreUnavailableError) -> Response:
    """Say that nothing can be kept right now, and keep it on the page."""
    del error
    return _not_kept(_("现在暂时存不了"), HTTPStatus.SERVICE_UNAVAILABLE)


def overtaken(error: Conflict) -> Response:
    """Say that somebody else was faster every time, and keep it on the page."""
    del error
    return _not_kept(_("别的窗口刚改过"), HTTPStatus.CONFLICT)


def _not_kept(heading: str, status: HTTPStatus) -> Response:
    lead = _(
        "不是您的错。刚才填的在这一页上，还没有保存；以前保存的都在。请过一会儿再按按钮。"
    )
    if request.method == "GET":
        lead = _("不是您的错。以前保存的都在，请过一会儿再试。")
    again = Again(heading=heading, lead=lead, status=status)
    response = again.page(_sent())
    response.headers["Retry-After"] = str(RETRY_SECONDS)
    return response


def submitted(error: AlreadySubmittedError) -> Response:
    """Lead to the receipt: what is submitted is not filled in again."""
    return redirect(url_for("portal.receipt", id_=error.submission), 303)


@dataclass(frozen=True, slots=True, kw_only=True)
class Again:
    """A page that could not be kept, to be sent once more."""

    heading: str
    lead: str
    status: int
    #: What is wrong with the resume code; "" where nothing is.
    code_error: str = ""

    def page(self, sent: Mapping[str, tuple[str, ...]]) -> Response:
        """Write it out with everything that was sent; {} offers nothing again."""
        id_ = (request.view_args or {}).get("id_", "")
        body = render_template(
            "again.html",
            heading=self.heading,
            lead=_("选的文件没有存下来，请按按钮后再选一次。")
            if request.mimetype == "multipart/form-data"
            else self.lead,
            wrong=bool(self.code_error),
            errors=[("_code", self.code_error)] if self.code_error else [],
            action=request.full_path.rstrip("?"),
            offered=bool(sent),
            posted={**typed_texts(sent), **_ours(sent)},
            typed=_readable(id_, typed_texts(sent)),
            case=id_,
            ask_code=bool(self.code_error)
            or not (person() or staff() or id_ in known_codes()),
            code=request.form.get("_code", ""),
            sign_in=bool(services().people) and not (person() or staff()),
        )
        return make_response(body, self.status)


def _sent() -> Mapping[str, tuple[str, ...]]:
    return posted() if request.method == "POST" else {}


def _from_our_page() -> bool:
    """Tell whether the browser says that a page of ours sent the form."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        return site == "same-origin"
    # Older browsers, and all where there is no TLS, say only this.
    return request.headers.get("Origin", "").partition("://")[2] == request.host


def _ours(sent: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """The page's own values that must be sent again with what was typed."""
    return {name: sent[name] for name in ("_do", "rev", "then", "next") if name in sent}


def _readable(id_: str, typed: Posted) -> list[tuple[str, str]]:
    """What a person typed or chose: what was asked, and the answer in words."""
    questions = _questions(id_)
    given = by_question(typed)
    lines = [
        (words(each.label), _told(each, each.name, dict(given.getlist(each.name))))
        for each in questions
    ]
    if id_ and not questions:
        # Nothing can be looked up now: the bare texts are better than none.
        lines = [("", text) for texts in typed.values() for text in texts]
    return [(label, text) for label, text in lines if text.strip()]


def _told(question: Question, name: str, given: Posted) -> str:
    if question.input == "rows":
        return "\n".join(
            _told_row(question, name, row) for row in rows(question, name, given)
        )
    value = parse(question, name, given)
    if isinstance(value, Problem):
        return " ".join(text for texts in given.values() for text in texts)
    return shown(question, value)


def _told_row(question: Question, name: str, row: Row) -> str:
    cells = by_question(row.posted)
    told = (
        _told(column, place, dict(cells.getlist(place)))
        for column in question.columns
        for place in (f"{name}-{row.id}-{column.name}",)
    )
    return _("，").join(text for text in told if text)


def _questions(id_: str) -> Sequence[Question]:
    """The questions of a case, whoever asks: they stand in its public guide, too."""
    try:
        draft = drafts.get(store(), id_, now=now())
        if draft is None:
            return ()
        form = packs.load(store(), draft.pack).form
    except StoreUnavailableError:
        return ()
    return (*form.situations, *form.questions)
