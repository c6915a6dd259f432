"""Who is signed in to work, and what they may open: nothing, unless a route says so."""

from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from flask import (
    Blueprint,
    Flask,
    abort,
    current_app,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from werkzeug.wrappers import Response

from renderer.portal.access import at_work, here, posted
from renderer.wording import say as _
from submissions.staff import Role, Staff, may
from submissions.staff_sessions import Session

#: Everybody who is signed in.
EVERYBODY = frozenset(Role)
#: What a page that was sent too late does not hold again.
NOT_SHOWN = ("csrf_token", "password", "again", "old", "confirm")
UNAUTHORIZED, FORBIDDEN, NOT_FOUND = 401, 403, 404


@dataclass(frozen=True, slots=True)
class Guarded:
    """A page of the desk, with those who may open it."""

    view: Callable[..., Response]
    #: None: also who is not signed in.
    roles: frozenset[Role] | None

    @property
    def __name__(self) -> str:
        """What the check of tokens in forms calls it."""
        return self.view.__name__

    def __call__(self, **values: str) -> Response:
        """Answer who may open it; ask anybody else to sign in, or refuse."""
        if self.roles is None:
            return self.view(**values)
        person = staff()
        if person is None:
            return _ask_to_sign_in()
        if not may(person, self.roles):
            abort(FORBIDDEN)
        return self.view(**values)


def route(
    desk: Blueprint,
    path: str,
    view: Callable[..., Response],
    *,
    roles: AbstractSet[Role],
    methods: Sequence[str] = ("GET",),
) -> None:
    """Add a page to the desk.

    Args:
        desk: the blueprint.
        path: behind /desk.
        view: answers; its name is the page's.
        roles: one of them is needed, or `EVERYBODY`.
        methods: which requests it answers.

    Raises:
        ValueError: it is for nobody.
    """
    if not roles:
        raise ValueError(f"Say which roles may open {path}: roles=...")
    _add(desk, path, Guarded(view, frozenset(roles)), view.__name__, methods)


def open_route(
    desk: Blueprint,
    path: str,
    view: Callable[..., Response],
    *,
    methods: Sequence[str] = ("GET",),
) -> None:
    """Add a page that is needed before somebody is signed in."""
    _add(desk, path, Guarded(view, None), view.__name__, methods)


def refuse_unguarded(app: Flask) -> None:
    """Do not start with a page of the desk that says nothing of roles.

    Raises:
        ValueError: there is one.
    """
    for rule in app.url_map.iter_rules():
        view = app.view_functions[rule.endpoint]
        if rule.endpoint.startswith("desk.") and not isinstance(view, Guarded):
            raise ValueError(f"Say which roles may open {rule}: use `route`")


def staff() -> Staff | None:
    """Who is signed in at this request, or None."""
    found = at_work()
    return None if found is None else found[1]


def session() -> Session | None:
    """The session of this request, or None."""
    found = at_work()
    return None if found is None else found[0]


def signed_in() -> Staff:
    """Who is signed in; only for pages that are guarded."""
    person = staff()
    if person is None:
        abort(UNAUTHORIZED)
    return person


def require_own(department: str) -> None:
    """Answer 404 unless a case is of the department of who is signed in.

    That it is there is not told either.
    """
    if not may(signed_in(), EVERYBODY, department=department):
        abort(NOT_FOUND)


def may_open(endpoint: str) -> bool:
    """Tell whether who is signed in may open a page of the desk."""
    view, person = current_app.view_functions[endpoint], staff()
    if not isinstance(view, Guarded) or person is None:
        return False
    return view.roles is None or may(person, view.roles)


def keep(response: Response, name: str, value: str, *, seconds: int | None) -> None:
    """Set a cookie that scripts and other sites do not get.

    Args:
        response: the answer.
        name: as `cookie_name` writes it.
        value: what it holds.
        seconds: how long the browser keeps it; None: until it is closed.
    """
    secure = current_app.config["SESSION_COOKIE_SECURE"]
    response.set_cookie(
        name,
        value,
        max_age=seconds,
        secure=secure,
        httponly=True,
        samesite="Lax",
    )


def _ask_to_sign_in() -> Response:
    if request.method == "GET":
        return redirect(url_for("desk.sign_in", next=here()))
    sent = {name: texts for name, texts in posted().items() if name not in NOT_SHOWN}
    body = render_template("desk/signed_out.html", heading=_("您已退出"), posted=sent)
    return make_response(body, UNAUTHORIZED)


def _add(
    desk: Blueprint, path: str, view: Guarded, name: str, methods: Sequence[str]
) -> None:
    desk.add_url_rule(path, endpoint=name, view_func=view, methods=list(methods))
