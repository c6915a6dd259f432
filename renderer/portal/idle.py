"""What is left open ends by itself: after a warning, and with everything kept.

The server counts, so that it holds without scripts too; the page only says it in time.
"""

from dataclasses import dataclass
from urllib.parse import urlencode

from flask import Blueprint, make_response, redirect, render_template, request, session
from flask import url_for as address
from werkzeug.wrappers import Response

from renderer.ends import Device
from renderer.portal.access import local_path, person, services, staff
from renderer.portal.people import forget
from renderer.wording import say as _


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a browser may stand still, in seconds."""

    #: Until it is asked whether somebody is still there.
    still: int
    #: From then until it ends.
    warned: int

    @property
    def whole(self) -> int:
        """From the last request to the end."""
        return self.still + self.warned


#: Online only who signed in is signed out; at a kiosk everything ends.
PATIENCE: dict[Device, Patience] = {
    "public": Patience(30 * 60, 2 * 60),
    "counter": Patience(15 * 60, 2 * 60),
    "kiosk": Patience(2 * 60, 60),
}
#: Pages where a kiosk rests: nothing of anybody is on them.
RESTING = ("portal.home", "portal.health")


def register(portal: Blueprint) -> None:
    """Add these pages to the portal, and look at the time with every request."""
    portal.before_request(end_what_stood_still)
    portal.add_url_rule("/idle", view_func=still_there)
    portal.add_url_rule("/idle/over", view_func=over, methods=["GET", "POST"])
    portal.app_context_processor(_clock)


def end_what_stood_still() -> Response | None:
    """Sign out who was away too long; at a kiosk wipe everything."""
    if not _counts() and services().end != "kiosk":
        return None
    now = int(services().clock().timestamp())
    seen = session.get("seen", now)
    if now - seen <= PATIENCE[services().end].whole:
        session["seen"] = now
        return None
    if services().end == "kiosk" and request.endpoint not in RESTING:
        return _ended()
    _leave()
    return None


def still_there() -> Response:
    """Ask whether somebody is still there; one press goes on where they were."""
    patience = PATIENCE[services().end]
    following = local_path(request.args.get("next"), address("portal.home"))
    body = render_template(
        "idle.html",
        heading=_("您还在吗？"),
        following=following,
        idle=patience.warned,
        minutes=patience.warned // 60,
    )
    return make_response(body)


def over() -> Response:
    """End it now; what was saved stays saved."""
    if request.method == "GET" and services().end != "kiosk":
        return redirect(address("portal.home"))
    return _ended()


def _ended() -> Response:
    _leave()
    return redirect(f"{address('portal.home')}?{urlencode({'ended': 1})}", 303)


def _leave() -> None:
    if services().end == "public":
        # The codes this browser has shown stay: what is typed now can still be saved.
        session.pop("person", None)
    else:
        forget()


def _counts() -> bool:
    return person() is not None or staff() is not None


def _clock() -> dict[str, int]:
    """Seconds until a page asks whether somebody is there; 0: never."""
    resting = services().end == "kiosk" and request.endpoint in RESTING
    counts = (_counts() or services().end == "kiosk") and not resting
    return {"idle": PATIENCE[services().end].still if counts else 0}
