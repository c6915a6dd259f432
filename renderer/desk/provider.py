"""Signing in at an identity provider, where an operator has set one up."""

import hmac
import logging
import secrets
from dataclasses import asdict
from functools import partial

from flask import (
    Blueprint,
    abort,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask import session as browser
from werkzeug.wrappers import Response

from renderer.desk.access import FORBIDDEN, open_route
from renderer.desk.signing_in import let_in
from renderer.portal.access import local_path, now, services, store
from renderer.wording import say as _
from submissions import oidc, outbound
from submissions import staff as accounts
from submissions.errors import ProviderError
from submissions.oidc import Begun, Provider

_logger = logging.getLogger(__name__)
BAD_GATEWAY = 502
#: Under which name a browser keeps what it must bring back.
BEGUN = "oidc"


def register(desk: Blueprint) -> None:
    """Add these pages to the desk."""
    open_route(desk, "/provider", to_provider)
    open_route(desk, "/provider/back", from_provider)


def to_provider() -> Response:
    """Send somebody to the provider to sign in."""
    provider, begun = _provider(), oidc.begin(secrets.token_urlsafe)
    get = partial(outbound.get, allowed=provider.allowed)
    try:
        where = oidc.address(provider, begun, back=_back(), get=get)
    except ProviderError as error:
        return _failed(error)
    following = local_path(request.args.get("next"), url_for("desk.front"))
    browser[BEGUN] = {**asdict(begun), "next": following}
    return redirect(where)


def from_provider() -> Response:
    """Let somebody in whom the provider names, and who has an account here."""
    provider, kept = _provider(), browser.pop(BEGUN, None)
    state = request.args.get("state", "")
    if kept is None or not hmac.compare_digest(kept["state"].encode(), state.encode()):
        return _failed(
            ProviderError(provider.issuer, "this browser was not sent there")
        )
    following = kept.pop("next")
    if request.args.get("iss", provider.issuer).rstrip("/") != provider.issuer:
        return _failed(ProviderError(provider.issuer, "another provider answered"))
    try:
        subject = _subject(provider, Begun(**kept))
    except ProviderError as error:
        return _failed(error)
    person = accounts.of_subject(store(), subject)
    if person is None:
        lead = _("统一身份认证认得您，但这里没有您的账号。请把这个编号告诉系统管理员：")
        return _told(_("还没有账号"), lead + subject, FORBIDDEN)
    accounts.note(store(), "signed-in", person.id, by=person.who, now=now())
    return let_in(person, following)


def _subject(provider: Provider, begun: Begun) -> str:
    return oidc.subject(
        provider,
        begun,
        request.args.get("code", ""),
        back=_back(),
        now=int(services().clock().timestamp()),
        get=partial(outbound.get, allowed=provider.allowed),
        post=partial(outbound.post, allowed=provider.allowed),
    )


def _provider() -> Provider:
    provider = services().provider
    if provider is None:
        abort(404)
    return provider


def _back() -> str:
    return services().base_url + url_for("desk.from_provider")


def _failed(error: ProviderError) -> Response:
    _logger.warning("%s", error)
    lead = _("统一身份认证现在用不了，或者这次登录过期了。请再试一次，或用密码登录。")
    return _told(_("没有登录成"), lead, BAD_GATEWAY)


def _told(heading: str, lead: str, status: int) -> Response:
    body = render_template("desk/error.html", heading=heading, lead=lead)
    return make_response(body, status)
