"""Signing in and out of the desk, and the first password."""

import secrets
from http import HTTPStatus

from flask import (
    Blueprint,
    abort,
    current_app,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask import session as browser
from itsdangerous import BadSignature, URLSafeSerializer
from werkzeug.wrappers import Response

from renderer.api.callers import Limit
from renderer.desk.access import EVERYBODY, keep, open_route, route, staff
from renderer.identity import SampleStaff
from renderer.portal.access import (
    WORK,
    cookie_name,
    end_work,
    local_path,
    now,
    services,
    store,
)
from renderer.wording import say as _
from submissions import passwords, signing_in, staff_sessions
from submissions import staff as accounts
from submissions.errors import Conflict, StaffError
from submissions.signing_in import UNKNOWN, Try
from submissions.staff import Role, Staff

#: Tries a minute of all browsers together in which the person has not signed in before.
STRANGERS = 120
#: Who signed in with a browser is known there for so many seconds, and so many people.
KNOWN_FOR, MOST_KNOWN = 365 * 24 * 3600, 20
DEVICE = "yibiao-known"


def register(desk: Blueprint) -> None:
    """Add these pages to the desk."""
    open_route(desk, "/sign-in", sign_in, methods=["GET", "POST"])
    open_route(desk, "/first", first, methods=["GET", "POST"])
    open_route(desk, "/sample", sample, methods=["POST"])
    route(desk, "/sign-out", sign_out, roles=EVERYBODY, methods=["POST"])
    limit = Limit(STRANGERS)
    desk.record(lambda state: state.app.extensions.update(yibiao_strangers=limit))


def sign_in() -> Response:
    """Let somebody in who knows the password, and what the second factor shows."""
    following = local_path(request.values.get("next"), url_for("desk.front"))
    if request.method == "GET":
        return redirect(following) if staff() else _asking(following)
    id_ = _typed_id()
    device = device_of(id_)
    if device == UNKNOWN and _too_many():
        return _asking(following, status=HTTPStatus.TOO_MANY_REQUESTS)
    typed = Try(
        id=id_,
        password=request.form.get("password", ""),
        code=request.form.get("code", ""),
        device=device,
        now=now(),
    )
    try:
        person = signing_in.sign_in(store(), typed)
    except Conflict:
        person = None
    if person is None:
        return _asking(following, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    return let_in(person, following)


def first() -> Response:
    """Let somebody choose their password, who was given a code for it."""
    wrong: list[tuple[str, str]] = []
    id_, password = _typed_id(), request.form.get("password", "")
    if request.method == "POST":
        if password != request.form.get("again", ""):
            wrong = [("again", _("两次填的密码不一样"))]
        elif _too_many():
            wrong = [("code", _("试得太多了，请过一分钟再试"))]
        else:
            try:
                code = request.form.get("code", "")
                person = signing_in.accept(
                    store(), id_, code, password, now=now(), random=secrets.token_bytes
                )
            except StaffError as error:
                wrong = [password_fault(error)]
            else:
                return let_in(person, url_for("desk.front"))
    body = render_template(
        "desk/first.html",
        heading=_("设密码"),
        typed=request.form,
        errors=wrong,
        wrong=bool(wrong),
        least=passwords.LEAST,
    )
    return make_response(body, 422 if wrong else 200)


def sample() -> Response:
    """Let in somebody of the demo; their account is opened when they first come."""
    following = local_path(request.form.get("next"), url_for("desk.front"))
    chosen = services().staff.get(request.form.get("person", ""))
    if chosen is None:
        abort(403)
    person = accounts.get(store(), chosen.id) or accounts.add(
        store(),
        id_=chosen.id,
        name=chosen.name["zh-CN"],
        roles=chosen.roles,
        department=chosen.department,
        sample=True,
        by="yibiao demo",
        now=now(),
    )
    # Whoever works here and has the same account by chance is not let in by a press.
    return let_in(person, following) if person.sample else abort(403)


def sign_out() -> Response:
    """End this session, here and in the store."""
    end_work()
    browser.clear()
    response = redirect(url_for("desk.sign_in"), 303)
    response.delete_cookie(cookie_name(WORK))
    response.headers["Clear-Site-Data"] = '"cache"'
    return response


def let_in(person: Staff, following: str) -> Response:
    """Begin a session in this browser, which then knows the person.

    One that lasts here is ended: nobody would have its token any more.
    """
    end_work()
    token = staff_sessions.begin(
        store(),
        person,
        browser=request.user_agent.string,
        now=now(),
        new_token=secrets.token_urlsafe,
    )
    # What the one before had opened is not handed on; an open page can still be sent.
    for name in browser.keys() - {"csrf_token"}:
        browser.pop(name)
    response = redirect(following, 303)
    keep(response, cookie_name(WORK), token, seconds=None)
    known = _known()
    device = known.pop(person.id, secrets.token_urlsafe(8))
    latest = [*known.items(), (person.id, device)][-MOST_KNOWN:]
    written = str(_signer().dumps(dict(latest)))
    keep(response, cookie_name(DEVICE), written, seconds=KNOWN_FOR)
    return response


def device_of(id_: str) -> str:
    """What stands for this browser in an account, if its owner signed in here."""
    return _known().get(id_, UNKNOWN)


def password_fault(error: StaffError) -> tuple[str, str]:
    """Return the place of what is wrong with a new password, and a sentence on it."""
    short = _("密码至少要 %(least)s 个字符", least=passwords.LEAST)
    return {
        "password-short": ("password", short),
        "password-long": ("password", _("密码太长了")),
        "password-plain": (
            "password",
            _("密码太好猜：要有 6 个以上不同的字符，不要写进账号"),
        ),
    }.get(error.rule, ("code", _("账号或代码不对，或者代码已经过期、已经用过")))


def _asking(following: str, *, status: int = HTTPStatus.OK) -> Response:
    wrong = {
        HTTPStatus.UNPROCESSABLE_ENTITY: _(
            "账号、密码或动态码不对。连着错了 5 次，要等 1 至 15 分钟再试"
        ),
        HTTPStatus.TOO_MANY_REQUESTS: _("现在试的人太多，请过一分钟再试"),
    }.get(HTTPStatus(status), "")
    body = render_template(
        "desk/sign_in.html",
        heading=_("登录办理台"),
        following=following,
        samples=_samples(),
        provider=services().provider,
        typed=_typed_id(),
        errors=[("account", wrong)] if wrong else [],
        wrong=bool(wrong),
    )
    response = make_response(body, status)
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        response.headers["Retry-After"] = "60"
    return response


def _samples() -> list[SampleStaff]:
    """Who can be tried out here; at a counter only its clerks."""
    every = services().staff.values()
    counter = services().end == "counter"
    return [each for each in every if not counter or Role.CLERK in each.roles]


def _typed_id() -> str:
    return request.form.get("account", "").strip().lower()


def _too_many() -> bool:
    limit: Limit = current_app.extensions["yibiao_strangers"]
    return limit.wait("strangers", services().clock().timestamp()) > 0


def _known() -> dict[str, str]:
    """Who has signed in with this browser, and what stands for it in their account."""
    try:
        known = _signer().loads(request.cookies.get(cookie_name(DEVICE), ""))
    except BadSignature:
        return {}
    found: dict[str, str] = known
    return found


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(services().key, salt="yibiao-known")
