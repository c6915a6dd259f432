"""Sends what is due: claim, sign, post, record. At least once, never dropped.

A worker may be stopped or killed anywhere. What it claimed is due again when its lease
ends, and a receiver knows a repeat by its message id. A delivery that stops its worker
every time is held for a person, so that it cannot stop the others for ever.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import datetime
from random import Random
from secrets import token_hex
from threading import Event, Lock
from typing import Any

from submissions import endpoints, feed, outbound, packs, routing
from submissions.clock import Clock, later, utc_text
from submissions.delivery import challenges, events
from submissions.delivery.gates import Gates
from submissions.delivery.outcomes import Outcome, State, record, unclaimed
from submissions.delivery.schedule import Schedule, retry_after
from submissions.delivery.turns import Turns
from submissions.endpoints import Endpoint
from submissions.errors import Missing, StoreUnavailableError, UnreadableError
from submissions.files.links import Links
from submissions.outbound import Post, Result
from submissions.packs import Published
from submissions.store.contract import Document, Store

#: A lease must outlast the deadline of an attempt with room to record it, seconds.
LEASE = 60.0
#: Submissions that one process works on at the same time.
THREADS = 16
#: Deliveries of one submission that are sent at the same time, and per claim.
AT_ONCE = 8
#: After so many claims of a submission without a result its deliveries are sent one by
#: one and beside nothing else, so that the one at fault shows; after so many more that
#: one is held.
CLAIMS_TOGETHER, CLAIMS_ALONE = 2, 3
#: Shortest and longest pause of a worker that finds nothing due, seconds.
IDLE = (0.05, 0.5)

_SUCCESS = range(200, 300)
_GONE = 410
_logger = logging.getLogger(__name__)


class Worker:
    """Delivers what is due in one store; any number may run at once."""

    def __init__(
        self,
        store: Store,
        *,
        clock: Clock,
        owner: str,
        links: Links,
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
            links: make the addresses of files.
            random: spreads the tries.
            new_token: makes the secret of one claim.
            post: sends one request.
            schedule: when to try again.
            lease: seconds until a claim of a silent worker is free again.
            deadline: seconds for one attempt, well below `lease`.
        """
        if deadline >= lease:
            raise ValueError("a lease must outlast an attempt")
        self._store, self._clock = store, clock
        self._owner, self._links = owner, links
        self._random = random or Random()  # noqa: S311 - spreads load, keeps no secret
        self._new_token, self._post = new_token, post
        self._schedule = schedule or Schedule()
        self._lease, self._deadline = lease, deadline
        self._turns = Turns()
        self._senders = ThreadPoolExecutor(max_workers=THREADS * AT_ONCE)
        self._feeding = Lock()
        self._gates = Gates(schedule=self._schedule, random=self._random, probe=lease)

    def run(self, stop: Event, *, threads: int = THREADS) -> None:
        """Deliver until told to stop; what is on its way is finished and recorded.

        A store that cannot be used is waited for. Whatever else ends one thread ends
        all: a worker that is half dead would not be started again.
        """
        with ThreadPoolExecutor(max_workers=threads) as pool:
            for ended in [pool.submit(self._loop, stop) for _ in range(threads)]:
                ended.result()

    def run_once(self) -> int:
        """Claim one submission and send its due deliveries; return how many.

        Where none is due, an endpoint that waits for its challenge is asked.
        """
        now, token = utc_text(self._clock()), self._new_token()
        with self._turns.together():
            claimed = self._claim("submissions", now, token)
            if claimed is None:
                asked = self._claim("endpoints", now, token)
                return self._safely(self._challenge, asked, token, now) if asked else 0
            if claimed["claims"] <= CLAIMS_TOGETHER:
                return self._safely(self._send_due, claimed, token, now)
            # Whoever dies while this one waits for its turn must not count against it.
            self._safely(self._give_back, claimed, token, now)
        with self._turns.alone() as alone:
            suspect = self._claim("submissions", now, token) if alone else None
            return self._safely(self._send_due, suspect, token, now) if suspect else 0

    def _safely(
        self,
        work: Callable[[Document, str, str], int],
        claimed: Document,
        token: str,
        now: str,
    ) -> int:
        try:
            return work(claimed, token, now)
        except StoreUnavailableError:
            raise
        except Exception as error:  # noqa: BLE001 - one must not stop the others
            # No trace: it could hold what was filled in.
            what = "submission" if "deliveries" in claimed else "endpoint"
            name, kind = claimed["_id"], type(error).__name__
            _logger.warning("%s.failed id=%s type=%s", what, name, kind)
            return 1

    def _loop(self, stop: Event) -> None:
        pause = IDLE[0]
        try:
            while not stop.is_set():
                try:
                    sent = self.run_once()
                except StoreUnavailableError as error:
                    _logger.warning("store.unavailable reason=%s", error.reason)
                    sent = 0
                pause = IDLE[0] if sent else min(pause * 2, IDLE[1])
                if not sent:
                    stop.wait(pause)
        finally:
            stop.set()

    def _claim(self, collection: str, now: str, token: str) -> Document | None:
        try:
            return self._store.claim(
                collection,
                now=now,
                until=later(now, self._lease),
                owner=self._owner,
                token=token,
            )
        except UnreadableError as error:
            # Claimed, and left alone until the lease ends: in sight each time.
            _logger.warning("%s.unreadable id=%s", collection[:-1], error.id_)
            return None

    def _challenge(self, claimed: Document, token: str, _now: str) -> int:
        challenges.ask(
            self._store,
            claimed,
            token=token,
            clock=self._clock,
            post=self._post,
            deadline=self._deadline,
            random=self._random,
        )
        return 1

    def _send_due(self, claimed: Document, token: str, now: str) -> int:
        due = [
            delivery
            for delivery in claimed["deliveries"]
            if delivery["state"] == "pending" and delivery["due_at"] <= now
        ]
        # One at a time: two would try the same number.
        with self._feeding:
            claims, fed = 0, feed.take_in(self._store, claimed, now=now)
        if claimed["claims"] > CLAIMS_TOGETHER and len(due) > 1:
            # The others stay suspect, whatever becomes of this one.
            due, claims = due[:1], CLAIMS_TOGETHER
        if due and claimed["claims"] > CLAIMS_TOGETHER + CLAIMS_ALONE:
            outcomes = [self._held(claimed, due[0], "no result")]
        else:
            outcomes = self._attempt_all(claimed, due[:AT_ONCE])
        brought = {each.delivery: each for each in outcomes}
        self._record(claimed, brought, token=token, fed=fed, claims=claims)
        return max(len(outcomes), 1)

    def _give_back(self, claimed: Document, token: str, _now: str) -> int:
        """Undo a claim."""
        self._store.update(
            "submissions", claimed["_id"], lambda found: unclaimed(found, token=token)
        )
        return 0

    def _held(self, submission: Document, delivery: Document, why: str) -> Outcome:
        """Say of a delivery that a person must look at it."""
        _logger.warning(
            "delivery.held id=%s submission=%s error=%s",
            *(delivery["id"], submission["_id"], why),
        )
        return Outcome(
            delivery=delivery["id"],
            state="held",
            at=utc_text(self._clock()),
            error=why,
            tries=delivery["tries"],
        )

    def _attempt_all(
        self, submission: Document, due: Sequence[Document]
    ) -> list[Outcome]:
        # Read here: the threads below touch the store only when an endpoint's state
        # changes.
        published = packs.load(self._store, submission["pack_version"])
        known = {
            id_: endpoints.get(self._store, id_)
            for id_ in {delivery["endpoint"] for delivery in due}
        }

        def attempt(delivery: Document) -> Outcome:
            to = known[delivery["endpoint"]]
            return self._attempt(published, submission, delivery, to)

        others = [self._senders.submit(attempt, delivery) for delivery in due[1:]]
        try:
            here = [attempt(delivery) for delivery in due[:1]]
            return [*here, *(each.result() for each in others)]
        finally:
            wait(others)

    def _attempt(
        self,
        published: Published,
        submission: Document,
        delivery: Document,
        to: Endpoint | None,
    ) -> Outcome:
        if to is None or to.state != "active":
            error = "endpoint gone" if to is None else f"endpoint {to.state}"
            result = Result(error=error)
            return self._outcome(submission, delivery, result, parked=True)
        body = events.body(submission, delivery, payload=to.payload, links=self._links)
        fault = events.outgoing_fault(published, submission, delivery, body)
        if fault:
            return self._held(submission, delivery, fault)
        wait = self._gates.enter(self._store, to, self._clock())
        if wait is not None:
            return Outcome(
                delivery=delivery["id"],
                state="postponed",
                at=utc_text(self._clock()),
                tries=delivery["tries"],
                due_at=wait,
            )
        result = Result(error="not sent")
        try:
            result = challenges.send(
                to,
                events.message_id(delivery),
                body,
                post=self._post,
                now=self._clock(),
                deadline=self._deadline,
            )
        finally:
            now = self._clock()
            asked = retry_after(result.retry_after, now=now)
            self._gates.leave(self._store, to, result, retry_after=asked, now=now)
        parked = result.status == _GONE
        return self._outcome(submission, delivery, result, parked=parked, body=body)

    def _outcome(
        self,
        submission: Document,
        delivery: Document,
        result: Result,
        *,
        parked: bool,
        body: bytes | None = None,
    ) -> Outcome:
        now = self._clock()
        done = result.status in _SUCCESS
        due_at = None if done or parked else self._next(delivery, result, now)
        state: State = "done" if done else "failed" if due_at else "parked"
        _logger.info(
            "delivery.%s id=%s submission=%s try=%d status=%s error=%s",
            *(state, delivery["id"], submission["_id"], delivery["tries"] + 1),
            *(result.status, result.error),
        )
        return Outcome(
            delivery=delivery["id"],
            state=state,
            at=utc_text(now),
            code=result.status,
            error=result.error,
            tries=delivery["tries"],
            due_at=due_at,
            took=None if body is None else round(result.took * 1000),
            size=None if body is None else len(body),
            body_digest=None if body is None else events.digest(body),
        )

    def _next(self, delivery: Document, result: Result, now: datetime) -> str | None:
        delay = self._schedule.delay(
            delivery["tries"] + 1,
            retry_after=retry_after(result.retry_after, now=now),
            random=self._random,
        )
        return None if delay is None else later(utc_text(now), delay)

    def _record(
        self, claimed: Document, outcomes: Mapping[str, Outcome], **told: Any
    ) -> None:
        def recorded_in(found: Document) -> Document:
            return routing.tagged(record(found, outcomes=outcomes, **told))

        try:
            recorded = self._store.update(
                "submissions", claimed["_id"], recorded_in, known=claimed
            )
        except Missing:
            return  # erased meanwhile: there is nothing left to say
        for delivery in recorded["deliveries"]:
            outcome = outcomes.get(delivery["id"])
            if outcome is not None and outcome.code == _GONE:
                endpoints.pause(self._store, delivery["endpoint"])
        # What was parked goes to another endpoint, if there is one.
        routing.look_again(self._store, recorded, now=utc_text(self._clock()))
