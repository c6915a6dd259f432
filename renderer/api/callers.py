"""Who calls, and how often: tokens of API clients and their limit."""

from http import HTTPStatus
from math import ceil

from flask import current_app, request

from renderer.api.problems import ProblemError
from renderer.portal.access import services, store
from submissions import clients
from submissions.clients import Client

#: Calls a client may make at once, as a part of those of one minute.
_BURST = 1 / 6
SECONDS = 60
#: Longest key a client may choose.
_LONGEST_KEY = 255


class Limit:
    """How often each client may call, counted in this process and nowhere else."""

    def __init__(self, per_minute: int) -> None:
        """Allow so many calls a minute, a sixth of them at once."""
        self._step = SECONDS / per_minute
        self._ahead = max(1.0, per_minute * _BURST) * self._step
        #: By client: when all calls so far would be over at an even pace.
        self._over: dict[str, float] = {}

    def wait(self, client: str, now: float) -> float:
        """Count a call and return 0, or return the seconds until one is free.

        Args:
            now: seconds.
        """
        over = max(self._over.get(client, now), now) + self._step
        wait = over - now - self._ahead
        if wait > 0:
            return wait
        self._over[client] = over
        return 0.0


def client() -> Client:
    """Return the client that calls.

    Raises:
        ProblemError: it has shown no valid token, or calls too often.
    """
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    found = None
    if scheme.lower() == "bearer":
        found = clients.of_token(store(), token.strip())
    if found is None:
        raise ProblemError(
            HTTPStatus.UNAUTHORIZED,
            "not-authorized",
            "Send the token that `yibiao client add` showed, and that was not "
            "revoked: Authorization: Bearer TOKEN",
            headers={"WWW-Authenticate": "Bearer"},
        )
    _count(found)
    return found


def require_sender(found: Client, affair: str) -> None:
    """Refuse a client that may not send submissions for an affair."""
    if not found.may_send(affair):
        allowed = ", ".join(found.affairs) if "send" in found.scopes else "nothing"
        raise ProblemError(
            HTTPStatus.FORBIDDEN,
            "not-allowed",
            f"This client may send submissions for {allowed} only.",
        )


def key() -> str:
    """Return what the client calls what it sends.

    Raises:
        ProblemError: it does not say so, or not as it must.
    """
    key = request.headers.get("Idempotency-Key", "")
    if not key or len(key) > _LONGEST_KEY or not key.isascii() or not key.isprintable():
        raise ProblemError(
            HTTPStatus.BAD_REQUEST,
            "key-missing",
            f"Choose a key for what you send, at most {_LONGEST_KEY} printable ASCII "
            f"signs, and send it with every try: Idempotency-Key: KEY",
        )
    return key


def _count(found: Client) -> None:
    limit: Limit = current_app.extensions["yibiao_limit"]
    wait = limit.wait(found.id, services().clock().timestamp())
    if wait > 0:
        raise ProblemError(
            HTTPStatus.TOO_MANY_REQUESTS,
            "too-many-calls",
            "Wait as long as Retry-After says, then send the same again.",
            headers={"Retry-After": str(ceil(wait))},
        )
