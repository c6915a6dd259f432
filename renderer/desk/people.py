"""Who works here, for those who administer: they say who may do what, never of self."""

import secrets
from typing import Any

from flask import (
    Blueprint,
    abort,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from werkzeug.wrappers import Response

from renderer.desk.access import route, signed_in
from renderer.desk.front import departments, role_names
from renderer.portal.access import now, store
from renderer.showing import local_time
from renderer.wording import listed
from renderer.wording import say as _
from submissions import signing_in, staff_sessions
from submissions import staff as accounts
from submissions.errors import StaffError
from submissions.staff import Role, Staff

UNPROCESSABLE = 422
ADMINISTRATORS = frozenset({Role.ADMINISTRATOR})


def register(desk: Blueprint) -> None:
    """Add these pages to the desk."""
    both = ("GET", "POST")
    route(desk, "/people", people, roles=ADMINISTRATORS)
    route(desk, "/people/new", new_person, roles=ADMINISTRATORS, methods=both)
    # A name cannot be "new/...": it has no slash.
    route(desk, "/people/of/<id_>", person, roles=ADMINISTRATORS, methods=both)
    for path, view in (("invite", invite), ("end", end_sessions), ("close", close)):
        route(
            desk,
            f"/people/of/<id_>/{path}",
            view,
            roles=ADMINISTRATORS,
            methods=("POST",),
        )


def people() -> Response:
    """List every account."""
    body = render_template(
        "desk/people.html",
        heading=_("人员"),
        people=accounts.every(store()),
        departments=departments(store()),
        factors=_factors,
    )
    return make_response(body)


def new_person() -> Response:
    """Open an account; show the code with which its owner begins."""
    if request.method == "GET":
        return _page(None, {"roles": ()})
    id_ = request.form.get("account", "").strip().lower()
    try:
        added = accounts.add(
            store(),
            id_=id_,
            name=request.form.get("name", ""),
            roles=_roles(),
            department=_department(),
            subject=_subject() or None,
            by=signed_in().who,
            now=now(),
        )
    except StaffError as error:
        return _page(None, _typed(), _fault(error))
    return _page(added, _held(added), code=_invited(added))


def person(id_: str) -> Response:
    """Show an account, and change what its owner may do."""
    found = _found(id_)
    if request.method == "GET":
        return _page(found, _held(found))
    try:
        accounts.change(
            store(),
            id_,
            roles=_roles(),
            department=_department(),
            subject=_subject(),
            by=signed_in().who,
            now=now(),
        )
    except StaffError as error:
        return _page(found, _typed(), _fault(error))
    return _back_to(id_)


def invite(id_: str) -> Response:
    """Show a code with which somebody gives themselves another password."""
    found = _found(id_)
    _refuse_own(found)
    return _page(found, _held(found), code=_invited(found))


def end_sessions(id_: str) -> Response:
    """End every session of somebody."""
    accounts.end_sessions(store(), _found(id_).id, by=signed_in().who, now=now())
    return _back_to(id_)


def close(id_: str) -> Response:
    """Close somebody's account."""
    found = _found(id_)
    _refuse_own(found)
    accounts.close(store(), id_, by=signed_in().who, now=now())
    return _back_to(id_)


def _back_to(id_: str) -> Response:
    return redirect(url_for("desk.person", id_=id_), 303)


def _refuse_own(found: Staff) -> None:
    if found.id == signed_in().id:
        abort(403)


def _found(id_: str) -> Staff:
    found = accounts.get(store(), id_)
    if found is None:
        abort(404)
    return found


def _invited(found: Staff) -> str:
    return signing_in.invite(
        store(),
        found.id,
        by=signed_in().who,
        now=now(),
        new_code=secrets.token_urlsafe,
    )


def _roles() -> list[Role]:
    sent = request.form.getlist("roles")
    return [role for role in Role if role.value in sent]


def _department() -> str | None:
    """The department that was chosen; one that is not there is none."""
    chosen = request.form.get("department", "")
    return chosen if chosen in departments(store()) else None


def _subject() -> str | None:
    """Who it is to the identity provider; None: that was not on the page."""
    sent = request.form.get("subject")
    return None if sent is None else sent.strip()


def _typed() -> dict[str, Any]:
    return {**request.form.to_dict(), "roles": request.form.getlist("roles")}


def _held(found: Staff) -> dict[str, Any]:
    return {
        "department": found.department,
        "roles": sorted(found.roles),
        "subject": found.subject,
    }


def _fault(error: StaffError) -> tuple[str, str]:
    """Return the place of what breaks a rule, and a sentence on it."""
    return {
        "id": ("account", _("账号要 2 至 32 个小写字母、数字和 . _ -")),
        "taken": ("account", _("这个账号已经有了，停用的也算，请换一个")),
        "name": ("name", _("姓名要 1 至 50 个字")),
        "no-role": ("roles", _("请至少选一个角色")),
        "apart": ("roles", _("系统管理不能兼经办、部门负责人和审计")),
        "owner": ("department", _("部门负责人要有部门")),
        "own": ("roles", _("自己的角色自己改不了")),
    }[error.rule]


def _factors(person: Staff) -> str:
    """What somebody signs in with, in words."""
    there = (
        (person.has_password, _("密码")),
        (person.has_second_factor, _("动态码")),
        (person.subject is not None, _("统一身份认证")),
    )
    return listed(name for has, name in there if has) or _("还没有")


def _page(
    found: Staff | None,
    typed: dict[str, Any],
    *wrong: tuple[str, str],
    code: str = "",
) -> Response:
    lasting = staff_sessions.every(store(), found, now=now()) if found else []
    body = render_template(
        "desk/person.html",
        heading=found.name if found else _("添一个账号"),
        person=found,
        own=found is not None and found.id == signed_in().id,
        typed=typed,
        code=code,
        departments=departments(store()),
        roles=role_names(),
        sessions=lasting,
        at=local_time,
        errors=wrong,
        wrong=bool(wrong),
        back=(url_for("desk.people"), _("人员")),
    )
    return make_response(body, UNPROCESSABLE if wrong else 200)
