"""Pages for what went wrong: in plain words, and nothing typed is lost."""

from collections.abc import Mapping
from http import HTTPStatus

from flask import Flask, make_response, redirect, render_template, request, url_for
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from renderer.portal.access import AlreadySubmittedError, posted, typed_texts
from renderer.wording import say as _
from submissions.errors import StoreUnavailableError

#: Seconds after which a browser or a program may try again.
RETRY_SECONDS = 30


def register(app: Flask) -> None:
    """Answer every refusal with a page of ours."""
    app.register_error_handler(HTTPException, plain)
    app.register_error_handler(CSRFError, out_of_date)
    app.register_error_handler(StoreUnavailableError, unavailable)
    app.register_error_handler(AlreadySubmittedError, submitted)


def plain(error: HTTPException) -> Response:
    """Say what is wrong with an address or a request."""
    status = error.code or HTTPStatus.INTERNAL_SERVER_ERROR
    heading, lead = {
        403: (_("这一页不给您看"), _("如果该是您的，请登录或用续办码打开。")),
        404: (
            _("没有找到这一页"),
            _("地址可能不对，或者这张表已经过期、已经提交。您的办件请用续办码打开。"),
        ),
        409: (_("别的窗口刚改过"), _("请返回，再看一遍。")),
        422: (_("有地方要改"), _("请返回，按提示改。")),
        500: (
            _("我们这里出了错"),
            _("不是您的错。最后一次保存的内容还在，请过一会儿再试。"),
        ),
    }.get(status, (_("这一步做不了"), _("请返回上一页，再试一次。")))
    body = render_template("error.html", heading=heading, lead=lead)
    return make_response(body, status)


def out_of_date(error: CSRFError) -> Response:
    """Show again what was typed on a page the browser has forgotten.

    Sent from another site, nothing is offered again: that form was not ours.
    """
    foreign = request.headers.get("Sec-Fetch-Site", "same-origin") == "cross-site"
    heading = _("这一页放得太久了，还没有保存")
    lead = _("您填的没有丢。请再按一次下面的按钮。")
    return _again(heading, lead, error.code or 400, offer=not foreign)


def unavailable(error: StoreUnavailableError) -> Response:
    """Say that nothing can be kept right now, and keep it on the page."""
    del error
    heading = _("现在暂时存不了")
    lead = _(
        "不是您的错。刚才填的在这一页上，还没有保存；以前保存的都在。请过一会儿再按按钮。"
    )
    if request.method == "GET":
        lead = _("不是您的错。以前保存的都在，请过一会儿再试。")
    response = _again(heading, lead, HTTPStatus.SERVICE_UNAVAILABLE, offer=True)
    response.headers["Retry-After"] = str(RETRY_SECONDS)
    return response


def submitted(error: AlreadySubmittedError) -> Response:
    """Lead to the receipt: what is submitted is not filled in again."""
    return redirect(url_for("portal.receipt", id_=error.submission), 303)


def _again(heading: str, lead: str, status: int, *, offer: bool) -> Response:
    sent = posted() if request.method == "POST" and offer else {}
    body = render_template(
        "again.html",
        heading=heading,
        lead=lead,
        action=request.full_path.rstrip("?"),
        posted={**typed_texts(sent), **_ours(sent)},
        typed=_readable(sent),
        ask_code="/drafts/" in request.path,
    )
    return make_response(body, status)


def _ours(sent: Mapping[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """The page's own values that must be sent again with what was typed."""
    return {name: sent[name] for name in ("_do", "rev", "then", "next") if name in sent}


def _readable(sent: Mapping[str, tuple[str, ...]]) -> list[str]:
    """The texts a person typed."""
    return [
        text for texts in typed_texts(sent).values() for text in texts if text.strip()
    ]
