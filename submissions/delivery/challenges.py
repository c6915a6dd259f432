"""An endpoint proves that it is there, and its own, before anything is sent to it.

It gets a signed `ping` with a challenge and echoes it, as JSON or as plain text. Until
then it is `unverified`. A ping to an endpoint that is verified only tries the way.
"""

import logging
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from random import Random

import orjson

from submissions import endpoints, routing
from submissions.clock import Clock, later, utc_text
from submissions.delivery import events, webhook
from submissions.delivery.schedule import Schedule, retry_after
from submissions.endpoints import Endpoint
from submissions.errors import Missing
from submissions.outbound import Post, Result
from submissions.store.contract import Document, Store

#: Who sets up a receiver wants to see it verified soon; later it is only looked after.
PINGS = Schedule(steps=(0, 1, 2, 5, 10, 30, 60, 300, 1800, 7200), days=7)
#: A receiver whose clock is so far off is warned of, seconds: at 300 it refuses us.
SKEW = 60.0
_SUCCESS = range(200, 300)
_logger = logging.getLogger(__name__)


def ask(
    store: Store,
    claimed: Document,
    *,
    token: str,
    clock: Clock,
    post: Post,
    deadline: float,
    random: Random,
) -> None:
    """Send the challenge of a claimed endpoint, and record what came back.

    Args:
        claimed: the endpoint's document as it was claimed.
        token: of the claim.
    """
    to, ping = endpoints.read(claimed), claimed["ping"]
    body = events.ping(claimed)
    result = send(to, ping["id"], body, post=post, now=clock(), deadline=deadline)
    now = clock()
    error = fault(result, ping["challenge"])
    delay = PINGS.delay(
        ping["tries"] + 1,
        retry_after=retry_after(result.retry_after, now=now),
        random=random,
    )
    again = None
    if error and to.state == "unverified" and delay is not None:
        again = later(utc_text(now), delay)
    said = {"at": utc_text(now), "code": result.status, "error": error or None}
    _logger.info("endpoint.pinged id=%s error=%s", to.id, error or None)
    if _recorded(store, to.id, token, said, again) and not error:
        _verified(store, to, utc_text(now))


def fault(result: Result, challenge: str) -> str:
    """Say why an answer does not prove anything; "" if it does."""
    if result.status is None:
        return result.error or "no answer"
    if result.status not in _SUCCESS:
        return f"answered {result.status}"
    if result.answer.strip() == challenge.encode():
        return ""
    try:
        told = orjson.loads(result.answer)
    except ValueError:
        told = None
    if isinstance(told, dict) and told.get("challenge") == challenge:
        return ""
    return "did not echo the challenge"


def send(
    to: Endpoint,
    message_id: str,
    body: bytes,
    *,
    post: Post,
    now: datetime,
    deadline: float,
) -> Result:
    """Sign a message with every secret that is good now, and send it."""
    newest, *older = to.secrets_at(utc_text(now))
    headers = webhook.headers(
        body,
        message_id=message_id,
        sent_at=int(now.timestamp()),
        secret=newest,
        older=older,
    )
    result = post(to.url, headers, body, deadline=deadline)
    _compare_clocks(to, result, now=now)
    return result


def _compare_clocks(to: Endpoint, result: Result, *, now: datetime) -> None:
    """Warn of a receiver whose clock is not ours: it will refuse our signatures."""
    try:
        theirs = parsedate_to_datetime(result.date or "")
    except ValueError:
        return
    if theirs.tzinfo is None:
        theirs = theirs.replace(tzinfo=UTC)
    skew = (theirs - now).total_seconds()
    if abs(skew) >= SKEW:
        _logger.warning("receiver.clock endpoint=%s seconds=%d", to.id, skew)


def _recorded(
    store: Store, id_: str, token: str, said: Document, again: str | None
) -> bool:
    """Write down what came of a ping; False: somebody else has asked since."""
    mine = False

    def written(found: Document) -> Document | None:
        nonlocal mine
        mine = found.get("lease", {}).get("token") == token
        if not mine:
            return None
        rest = {k: v for k, v in found.items() if k not in {"lease", "wake_at"}}
        ping = {**found["ping"], "tries": found["ping"]["tries"] + 1}
        due = {} if again is None else {"wake_at": again}
        return {**rest, **due, "ping": ping, "pinged": said, "claims": 0}

    try:
        store.update("endpoints", id_, written)
    except Missing:
        return False
    return mine


def _verified(store: Store, to: Endpoint, now: str) -> None:
    if to.state == "unverified":
        try:
            routing.resume(store, to.id, now=now, verified=True)
        except Missing:
            return
