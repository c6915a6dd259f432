"""What the desk has for whom: the ways that stand at the head of every page."""

from collections.abc import Mapping

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from renderer.desk.access import EVERYBODY, may_open, route, staff
from renderer.wording import listed, words
from renderer.wording import say as _
from submissions import packs
from submissions.staff import Role, Staff
from submissions.store.contract import Store

PREFIX = "/desk/"


def register(desk: Blueprint) -> None:
    """Add this page to the desk, and what all its pages say."""
    route(desk, "/", front, roles=EVERYBODY)
    desk.app_context_processor(_ways)


def front() -> Response:
    """Lead to the first page that somebody may open."""
    return redirect(next(iter(ways())))


def ways() -> dict[str, str]:
    """The addresses of what somebody may open, with what they are called."""
    called = {
        "desk.inbox": _("待办"),
        "desk.people": _("人员"),
        "desk.account": _("我的账号"),
    }
    return {url_for(page): name for page, name in called.items() if may_open(page)}


def refused(error: HTTPException) -> Response:
    """Say why a page of the desk is not shown."""
    heading, lead = {
        403: (_("这一页不归您看"), _("您的角色打不开它。要改角色，请找系统管理员。")),
        404: (_("没有找到这一页"), _("地址不对，或者不是您部门的。")),
        429: (_("试得太多了"), _("请过一分钟再试。")),
    }.get(error.code or 500, (_("这一步做不了"), _("请返回上一页，再试一次。")))
    body = render_template("desk/error.html", heading=heading, lead=lead)
    return make_response(body, error.code or 500)


def role_names() -> Mapping[Role, str]:
    """What the roles are called."""
    return {
        Role.CLERK: _("经办"),
        Role.OWNER: _("部门负责人"),
        Role.DESIGNER: _("表单设计"),
        Role.REVIEWER: _("复核"),
        Role.PUBLISHER: _("发布"),
        Role.AUDITOR: _("审计"),
        Role.ADMINISTRATOR: _("系统管理"),
    }


def departments(store: Store) -> dict[str, str]:
    """The departments of what is published, with what they are called."""
    forms = [found.form for found in packs.affairs(store)]
    named = {
        id_: words(d.label) for form in forms for id_, d in form.departments.items()
    }
    return dict(sorted(named.items()))


def _ways() -> dict[str, object]:
    if not request.path.startswith(PREFIX):
        return {}
    return {"ways": ways(), "at_desk": staff(), "role_words": _role_words}


def _role_words(person: Staff) -> str:
    names = role_names()
    return listed(names[role] for role in Role if role in person.roles)
