"""Staff who sign in at an identity provider: OpenID Connect, by code, with PKCE.

The provider says who somebody is, and nothing else: what they may do, our store says.
Only tokens signed with a key pair count; `none` and secrets shared with us do not.
"""

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import quote, urlencode

from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from submissions.errors import ProviderError
from submissions.outbound import Post, Result

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "EdDSA")
#: Seconds: of each of three requests; two clocks may differ so much.
DEADLINE, LEEWAY = 5.0, 60
OK = 200


class Get(Protocol):
    """Sends one request; see `outbound.get`."""

    def __call__(self, url: str, *, deadline: float) -> Result:
        """Ask for `url`, taking at most `deadline` seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """Who says who staff are, as the operator wrote it down."""

    #: Its address; what is asked for stands below it.
    issuer: str
    #: What we are called there, and what shows that it is us.
    client: str
    secret: str
    #: "host:port" of a provider that may be private and without TLS.
    allowed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """What one browser must bring back; each is unguessable."""

    state: str
    nonce: str
    verifier: str


def begin(new_token: Callable[[int], str]) -> Begun:
    """Return what one browser is sent away with.

    Args:
        new_token: writes so many random bytes, such as `secrets.token_urlsafe`.
    """
    return Begun(state=new_token(24), nonce=new_token(24), verifier=new_token(48))


def address(provider: Provider, begun: Begun, *, back: str, get: Get) -> str:
    """Return where a browser goes to sign in.

    Args:
        back: where it then comes back to.

    Raises:
        ProviderError: the provider does not say where.
    """
    known = _discovered(provider, get)
    written: str = prepare_grant_uri(
        _text(provider, known, "authorization_endpoint"),
        provider.client,
        "code",
        redirect_uri=back,
        scope="openid",
        state=begun.state,
        nonce=begun.nonce,
        code_challenge=create_s256_code_challenge(begun.verifier),
        code_challenge_method="S256",
    )
    return written


def subject(
    provider: Provider,
    begun: Begun,
    code: str,
    *,
    back: str,
    now: int,
    get: Get,
    post: Post,
) -> str:
    """Return who signed in, as the provider names them.

    Args:
        code: what the browser brought back.
        back: where it came back to.
        now: Unix seconds.

    Raises:
        ProviderError: the provider does not say, or not so that it can be trusted.
    """
    known = _discovered(provider, get)
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": back,
        "code_verifier": begun.verifier,
    }
    at, body = _text(provider, known, "token_endpoint"), urlencode(form).encode()
    said = post(at, _credentials(provider), body, deadline=DEADLINE)
    token = _asked(provider, said)
    keys = get(_text(provider, known, "jwks_uri"), deadline=DEADLINE)
    try:
        claims = _claims(provider, begun, token, _asked(provider, keys))
        claims.validate(now=now, leeway=LEEWAY)
        return _name(claims, issuer=known["issuer"])
    except (JoseError, ValueError, KeyError, TypeError) as error:
        reason = f"its token does not count: {error}"
        raise ProviderError(provider.issuer, reason) from error


def _claims(
    provider: Provider, begun: Begun, token: Mapping[str, Any], keys: Any
) -> CodeIDToken:
    """Return what a token claims, not validated; raises what the libraries raise."""
    decoded = jwt.decode(
        token["id_token"], KeySet.import_key_set(keys), algorithms=ALGORITHMS
    )
    return CodeIDToken(
        decoded.claims,
        decoded.header,
        options={"aud": {"essential": True, "value": provider.client}},
        params={
            "nonce": begun.nonce,
            "client_id": provider.client,
            "access_token": token.get("access_token"),
        },
    )


def _name(claims: Mapping[str, Any], *, issuer: str) -> str:
    if claims["iss"] != issuer:
        raise ValueError("another provider made it")
    named = claims["sub"]
    if not isinstance(named, str) or not named:
        raise ValueError("it names nobody")
    return named


def _discovered(provider: Provider, get: Get) -> Mapping[str, Any]:
    url = f"{provider.issuer}/.well-known/openid-configuration"
    known = _asked(provider, get(url, deadline=DEADLINE))
    if str(known.get("issuer", "")).rstrip("/") != provider.issuer:
        raise ProviderError(provider.issuer, "it calls itself by another name")
    return known


def _asked(provider: Provider, result: Result) -> dict[str, Any]:
    """Return what the provider answered."""
    if result.status != OK:
        said = result.error or f"it answered {result.status}"
        raise ProviderError(provider.issuer, said)
    try:
        answer = json.loads(result.answer)
    except ValueError as error:
        raise ProviderError(provider.issuer, "its answer is no JSON") from error
    if not isinstance(answer, dict):
        raise ProviderError(provider.issuer, "its answer is no object")
    return answer


def _text(provider: Provider, known: Mapping[str, Any], name: str) -> str:
    text = known.get(name)
    if not isinstance(text, str):
        raise ProviderError(provider.issuer, f"it does not tell its {name}")
    return text


def _credentials(provider: Provider) -> dict[str, str]:
    both = f"{quote(provider.client, safe='')}:{quote(provider.secret, safe='')}"
    basic = base64.b64encode(both.encode()).decode()
    return {
        "Authorization": f"Basic {basic}",
        "Content-Type": "application/x-www-form-urlencoded",
        "Accept": "application/json",
    }
