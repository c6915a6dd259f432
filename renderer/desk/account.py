"""One's own account: password, second factor, and where one is signed in."""

import secrets

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from renderer.desk.access import EVERYBODY, route, session, signed_in
from renderer.desk.front import departments
from renderer.desk.signing_in import device_of, let_in, password_fault
from renderer.portal.access import now, store
from renderer.portal.submitted import qr_code
from renderer.showing import local_time
from renderer.wording import say as _
from submissions import factors, passwords, signing_in, staff_sessions
from submissions import staff as accounts
from submissions.errors import StaffError
from submissions.signing_in import Try

UNPROCESSABLE = 422
#: What an app calls this service, in every language.
SERVICE = "Yibiao"


def register(desk: Blueprint) -> None:
    """Add these pages to the desk."""
    route(desk, "/account", account, roles=EVERYBODY)
    route(
        desk, "/account/code", second_factor, roles=EVERYBODY, methods=("GET", "POST")
    )
    for path, view in (
        ("/account/password", change_password),
        ("/account/code/drop", drop_factor),
        ("/account/sessions/end", end_others),
        ("/account/sessions/<id_>/end", end_session),
    ):
        route(desk, path, view, roles=EVERYBODY, methods=("POST",))


def account() -> Response:
    """Show somebody what is known of them here, and where they are signed in."""
    return _page()


def change_password() -> Response:
    """Take another password; every other session ends."""
    person, password = signed_in(), request.form.get("password", "")
    if password != request.form.get("again", ""):
        return _page(("again", _("两次填的密码不一样")))
    if not _knows_password("old"):
        return _page(("old", _wrong_password()))
    try:
        changed = accounts.set_password(
            store(),
            person.id,
            password,
            by=person.who,
            now=now(),
            random=secrets.token_bytes,
        )
    except StaffError as error:
        return _page(password_fault(error))
    return let_in(changed, url_for("desk.account"))


def second_factor() -> Response:
    """Show what the app must scan, and ask for what it then shows."""
    if request.method == "GET":
        return _scanning(factors.new_secret(secrets.token_bytes))
    secret = request.form.get("secret", "")
    if not _knows_password("password"):
        return _scanning(secret, ("password", _wrong_password()))
    try:
        codes = signing_in.set_second_factor(
            store(),
            signed_in().id,
            secret,
            request.form.get("code", ""),
            now=now(),
            random=secrets.token_bytes,
        )
    except StaffError:
        return _scanning(secret, ("code", _("动态码不对，请填应用现在显示的")))
    body = render_template("desk/second_factor.html", heading=_heading(), codes=codes)
    return make_response(body)


def drop_factor() -> Response:
    """Ask for no code any more."""
    person = signed_in()
    if not _knows_password("confirm"):
        return _page(("confirm", _wrong_password()))
    signing_in.drop_second_factor(store(), person.id, by=person.who, now=now())
    return redirect(url_for("desk.account"), 303)


def end_session(id_: str) -> Response:
    """End one session of one's own."""
    staff_sessions.end(store(), signed_in(), id_)
    return redirect(url_for("desk.account"), 303)


def end_others() -> Response:
    """End every session but this one, which goes on under another token."""
    person = signed_in()
    changed = accounts.end_sessions(store(), person.id, by=person.who, now=now())
    return let_in(changed, url_for("desk.account"))


def _knows_password(name: str) -> bool:
    """Tell whether who sits here typed the password; wrong tries count."""
    person = signed_in()
    typed = request.form.get(name, "")
    device = device_of(person.id)
    attempt = Try(id=person.id, password=typed, code=None, device=device, now=now())
    return signing_in.proven(store(), attempt) is not None


def _wrong_password() -> str:
    return _("现在的密码不对。连着错了 5 次，要等 1 至 15 分钟再试")


def _page(*wrong: tuple[str, str]) -> Response:
    person, here = signed_in(), session()
    body = render_template(
        "desk/account.html",
        heading=_("我的账号"),
        department=departments(store()).get(person.department or "", _("无")),
        sessions=staff_sessions.every(store(), person, now=now()),
        current=here and here.id,
        at=local_time,
        least=passwords.LEAST,
        errors=wrong,
        wrong=bool(wrong),
    )
    return make_response(body, UNPROCESSABLE if wrong else 200)


def _scanning(secret: str, *wrong: tuple[str, str]) -> Response:
    body = render_template(
        "desk/second_factor.html",
        heading=_heading(),
        secret=secret,
        qr=qr_code(factors.address(secret, of=signed_in().id, at=SERVICE)),
        errors=wrong,
        wrong=bool(wrong),
        back=(url_for("desk.account"), _("我的账号")),
    )
    return make_response(body, UNPROCESSABLE if wrong else 200)


def _heading() -> str:
    return _("设动态码")
