"""Sends what is due: claim, sign, post, record. At least once, never dropped.

A worker may be stopped or killed anywhere. What it claimed is due again when its lease
ends, and a receiver knows a repeat by its message id. A delivery that stops its worker
every time is held for a person, so that it cannot stop the others for ever.
"""

import logging
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from random import Random
from secrets import token_hex
from threading import Event

from submissions import log, outbound, routing
from submissions.clock import Clock, later, utc_text
from submissions.delivery import events, webhook
from submissions.delivery.schedule import Schedule, retry_after, wake
from submissions.errors import Missing, StoreUnavailableError
from submissions.outbound import Post, Result
from submissions.routing import Endpoint
from submissions.store.contract import Document, Store

#: A lease must outlast the deadline of an attempt with room to record it, seconds.
LEASE = 60.0
#: Deliveries of one submission that are sent at the same time, and per claim.
AT_ONCE = 8
#: After so many claims of a submission without a result its deliveries are sent one by
#: one, so that the one at fault shows; after so many more that one is held.
CLAIMS_TOGETHER, CLAIMS_ALONE = 2, 3
#: Shortest and longest pause of a worker that finds nothing due, seconds.
IDLE = (0.05, 0.5)

_SUCCESS = range(200, 300)
_GONE = 410
_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What one attempt at one delivery brought."""

    delivery: str
    #: done: the receiver has it; failed: try again; parked: a person must look; held:
    #: it stopped every worker that tried it, a person must look.
    state: str
    at: str
    code: int | None
    error: str | None
    #: The tries before it: a failure counts only if there were no others since.
    tries: int
    #: When to try again, UTC text; None: not any more.
    due_at: str | None


class Worker:
    """Delivers what is due in one store; any number may run at once."""

    def __init__(
        self,
        store: Store,
        *,
        clock: Clock,
        owner: str,
        random: Random | None = None,
        new_token: Callable[[], str] = token_hex,
        post: Post = outbound.post,
        schedule: Schedule | None = None,
        lease: float = LEASE,
        deadline: float = outbound.DEADLINE,
    ) -> None:
        """Take everything a worker needs from outside.

        Args:
            store: where the submissions are.
            clock: the time now.
            owner: names this process in the leases.
            random: spreads the tries.
            new_token: makes the secret of one claim.
            post: sends one request.
            schedule: when to try again.
            lease: seconds until a claim of a silent worker is free again.
            deadline: seconds for one attempt, well below `lease`.
        """
        if deadline >= lease:
            raise ValueError("a lease must outlast an attempt")
        self._store = store
        self._clock = clock
        self._owner = owner
        self._random = random or Random()  # noqa: S311 - spreads load, keeps no secret
        self._new_token = new_token
        self._post = post
        self._schedule = schedule or Schedule()
        self._lease = lease
        self._deadline = deadline

    def run(self, stop: Event) -> None:
        """Deliver until told to stop; what is on its way is finished and recorded.

        A store that cannot be used is waited for.
        """
        pause = IDLE[0]
        while not stop.is_set():
            try:
                sent = self.run_once()
            except StoreUnavailableError as error:
                _logger.warning("store.unavailable reason=%s", error.reason)
                sent = 0
            pause = IDLE[0] if sent else min(pause * 2, IDLE[1])
            if not sent:
                stop.wait(pause)

    def run_once(self) -> int:
        """Claim one submission and send its due deliveries; return how many."""
        now, token = utc_text(self._clock()), self._new_token()
        claimed = self._store.claim(
            "submissions",
            now=now,
            until=later(now, self._lease),
            owner=self._owner,
            token=token,
        )
        if claimed is None:
            return 0
        try:
            return self._send_due(claimed, token, now)
        except StoreUnavailableError:
            raise
        except Exception as error:  # noqa: BLE001 - one must not stop the others
            # No trace: it could hold what was filled in.
            kind = type(error).__name__
            _logger.warning("submission.failed id=%s type=%s", claimed["_id"], kind)
            return 1

    def _send_due(self, claimed: Document, token: str, now: str) -> int:
        due = [
            delivery
            for delivery in claimed["deliveries"]
            if delivery["state"] == "pending" and delivery["due_at"] <= now
        ]
        if claimed["claims"] > CLAIMS_TOGETHER:
            due = due[:1]
        if due and claimed["claims"] > CLAIMS_TOGETHER + CLAIMS_ALONE:
            outcomes = {due[0]["id"]: self._suspected(claimed, due[0])}
        else:
            outcomes = self._attempt_all(claimed, due[:AT_ONCE])
        self._record(claimed["_id"], token, outcomes)
        return max(len(outcomes), 1)

    def _suspected(self, submission: Document, delivery: Document) -> Outcome:
        """Say of a delivery that it is held: its tries never came to an end."""
        _logger.warning(
            "delivery.held id=%s submission=%s", delivery["id"], submission["_id"]
        )
        return Outcome(
            delivery=delivery["id"],
            state="held",
            at=utc_text(self._clock()),
            code=None,
            error="no result",
            tries=delivery["tries"],
            due_at=None,
        )

    def _attempt_all(
        self, submission: Document, due: list[Document]
    ) -> dict[str, Outcome]:
        # Endpoints are read here: the threads below never touch the store.
        endpoints = {
            id_: routing.endpoint(self._store, id_)
            for id_ in {delivery["endpoint"] for delivery in due}
        }
        with ThreadPoolExecutor(max_workers=AT_ONCE) as threads:
            outcomes = threads.map(
                lambda delivery: self._attempt(
                    submission, delivery, endpoints[delivery["endpoint"]]
                ),
                due,
            )
        return {outcome.delivery: outcome for outcome in outcomes}

    def _attempt(
        self, submission: Document, delivery: Document, endpoint: Endpoint | None
    ) -> Outcome:
        if endpoint is None or endpoint.state == "paused":
            error = "endpoint gone" if endpoint is None else "endpoint paused"
            result = Result(error=error)
            return self._outcome(submission, delivery, result, parked=True)
        part = next(p for p in submission["parts"] if p["id"] == delivery["part"])
        body = events.part_ready(submission, part, delivery)
        headers = webhook.headers(
            body,
            message_id=delivery["id"],
            sent_at=int(self._clock().timestamp()),
            secret=endpoint.secret,
        )
        result = self._post(endpoint.url, headers, body, deadline=self._deadline)
        return self._outcome(
            submission, delivery, result, parked=result.status == _GONE
        )

    def _outcome(
        self, submission: Document, delivery: Document, result: Result, *, parked: bool
    ) -> Outcome:
        now = self._clock()
        done = result.status in _SUCCESS
        due_at = None if done or parked else self._next(delivery, result, now)
        state = "done" if done else "failed" if due_at else "parked"
        _logger.info(
            "delivery.%s id=%s submission=%s try=%d status=%s error=%s",
            state,
            delivery["id"],
            submission["_id"],
            delivery["tries"] + 1,
            result.status,
            result.error,
        )
        return Outcome(
            delivery=delivery["id"],
            state=state,
            at=utc_text(now),
            code=result.status,
            error=result.error,
            tries=delivery["tries"],
            due_at=due_at,
        )

    def _next(self, delivery: Document, result: Result, now: datetime) -> str | None:
        delay = self._schedule.delay(
            delivery["tries"] + 1,
            retry_after=retry_after(result.retry_after, now=now),
            random=self._random,
        )
        return None if delay is None else later(utc_text(now), delay)

    def _record(
        self, submission: str, token: str, outcomes: Mapping[str, Outcome]
    ) -> None:
        try:
            recorded = self._store.update(
                "submissions",
                submission,
                lambda found: routing.tagged(
                    record(found, token=token, outcomes=outcomes)
                ),
            )
        except Missing:
            return  # erased meanwhile: there is nothing left to say
        for delivery in recorded["deliveries"]:
            outcome = outcomes.get(delivery["id"])
            if outcome is not None and outcome.code == _GONE:
                routing.pause(self._store, delivery["endpoint"])
        # What was parked goes to another endpoint, if there is one.
        routing.look_again(self._store, recorded, now=utc_text(self._clock()))


def record(
    submission: Document, *, token: str, outcomes: Mapping[str, Outcome]
) -> Document:
    """Return the submission with what the attempts of one claim brought.

    A success counts whoever reports it and however late. A failure counts only while
    its claim holds and nobody else has tried since. Nothing goes back from done.

    Args:
        submission: as it is now, perhaps changed since the claim.
        token: of the claim.
        outcomes: by delivery id.
    """
    mine = submission.get("lease", {}).get("token") == token
    deliveries, entries = [], submission["log"]
    for delivery in submission["deliveries"]:
        outcome = outcomes.get(delivery["id"])
        changed = (
            delivery if outcome is None else _changed(delivery, outcome, mine=mine)
        )
        deliveries.append(changed)
        if changed["state"] != delivery["state"]:
            said = {"what": f"delivery.{changed['state']}", "delivery": delivery["id"]}
            at = changed["last"]["at"]
            entries = log.append(
                entries, at=at, who="yibiao", part=delivery["part"], **said
            )
    changed_submission = {**submission, "deliveries": deliveries, "log": entries}
    if not mine:
        return changed_submission
    del changed_submission["lease"]
    return wake({**changed_submission, "claims": 0})


def _changed(delivery: Document, outcome: Outcome, *, mine: bool) -> Document:
    if delivery["state"] == "done":
        return delivery
    last = {"at": outcome.at, "code": outcome.code, "error": outcome.error}
    tries = delivery["tries"] + 1
    if outcome.state == "done":
        rest = {key: value for key, value in delivery.items() if key != "due_at"}
        return {**rest, "state": "done", "tries": tries, "last": last}
    if not mine or delivery["state"] != "pending" or delivery["tries"] != outcome.tries:
        return delivery
    if outcome.due_at is None:
        rest = {key: value for key, value in delivery.items() if key != "due_at"}
        return {**rest, "state": outcome.state, "tries": tries, "last": last}
    return {**delivery, "due_at": outcome.due_at, "tries": tries, "last": last}
