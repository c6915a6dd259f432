"""Who may be sent to now: a few requests at a time, and none to who does not answer.

A dead endpoint must not take the time of the others. After ten straight failures, or
failures for five minutes, nothing is sent to it but one probe per step of the schedule;
what is due meanwhile waits and uses up no try.
"""

import threading
from dataclasses import dataclass, field
from datetime import datetime
from random import Random

from submissions import endpoints
from submissions.clock import later, utc_text
from submissions.delivery.schedule import LONGEST, LONGEST_RETRY_AFTER, Schedule
from submissions.endpoints import Endpoint
from submissions.outbound import DEADLINE, Result
from submissions.store.contract import Store

#: Straight failures, and seconds of them, after which an endpoint counts as dead.
FAILURES, FAILING = 10, 300.0
#: What finds no free place comes back after so long, or after as long as no place has
#: been given back, if that is longer; seconds.
BUSY = (1.0, 2.0)
#: Where places are given back all the time one is waited for, seconds: that costs less
#: than to come back.
PATIENCE = 0.25
#: What waits for a dead endpoint comes back spread over so many seconds more.
SPREAD = 5.0

#: A receiver says that it is too busy, or its gateway that it is not there.
_PATIENCE = frozenset({429, 502, 503, 504})
_REDIRECTS, _SERVER_ERRORS = range(300, 400), range(500, 600)
_SLOW_DOWN = frozenset({408, 429})


@dataclass(slots=True)
class _Gate:
    """One endpoint, as this process knows it."""

    in_flight: int = 0
    #: When a place was last given back, or the first was taken.
    moved: datetime | None = None
    failures: int = 0
    failing_since: datetime | None = None
    #: Held by whoever counts; told when a place is given back.
    lock: threading.Condition = field(default_factory=threading.Condition)

    def take(self, most: int, now: datetime) -> float | None:
        """Take a place, of so many; or return how long none has been given back."""
        with self.lock:
            still = (now - (self.moved or now)).total_seconds()
            patience = PATIENCE if still < PATIENCE else 0.0
            if not self.lock.wait_for(lambda: self.in_flight < most, patience):
                return still
            if not self.in_flight:
                self.moved = now
            self.in_flight += 1
            return None

    def give_back(self, now: datetime) -> None:
        with self.lock:
            self.in_flight -= 1
            self.moved = now
            self.lock.notify()


class Gates:
    """What one process knows of the endpoints it sends to; for many threads."""

    def __init__(self, *, schedule: Schedule, random: Random, probe: float) -> None:
        """Take what decides about waiting.

        Args:
            schedule: how long a dead endpoint is left alone, step by step.
            random: spreads what comes back.
            probe: seconds until a probe nobody reported on counts as lost.
        """
        self._schedule = schedule
        self._random = random
        self._probe = probe
        self._gates: dict[str, _Gate] = {}
        self._lock = threading.Lock()

    def enter(self, store: Store, endpoint: Endpoint, now: datetime) -> str | None:
        """Take a place at an endpoint; `leave` gives it back.

        Returns:
            None: go on. UTC text: not now, but then.
        """
        until = endpoint.open_until
        said = utc_text(now)
        # Beyond that it was written by a clock that was ahead.
        if until is not None and said < until <= later(said, LONGEST):
            return later(until, self._random.uniform(0, SPREAD))
        gate = self._gate(endpoint.id)
        still = gate.take(endpoint.cap, now)
        if still is not None:
            # None keeps its place for longer than the deadline.
            still = min(still, DEADLINE)
            return later(said, max(self._random.uniform(*BUSY), still))
        may = False
        try:
            may = not endpoint.step or endpoints.take_probe(
                store, endpoint, until=later(said, self._probe)
            )
        finally:
            if not may:
                gate.give_back(now)
        return None if may else later(said, self._random.uniform(*BUSY))

    def leave(
        self,
        store: Store,
        endpoint: Endpoint,
        result: Result,
        *,
        retry_after: float | None,
        now: datetime,
    ) -> None:
        """Give a place back, and say what became of the attempt.

        Args:
            retry_after: the patience the receiver asked for, seconds.
        """
        gate = self._gate(endpoint.id)
        gate.give_back(now)
        if not failed(result):
            with gate.lock:
                gate.failures, gate.failing_since = 0, None
            if endpoint.open_until is not None:
                endpoints.close_breaker(store, endpoint.id)
            return
        step = self._failed(gate, endpoint, now)
        wait = self._wait(step, retry_after, result)
        if wait is not None:
            until = later(utc_text(now), wait)
            endpoints.open_breaker(store, endpoint.id, until=until, step=step)

    def _failed(self, gate: _Gate, endpoint: Endpoint, now: datetime) -> int:
        """Count a failure; return at which step the breaker stands now."""
        with gate.lock:
            gate.failures += 1
            gate.failing_since = gate.failing_since or now
            lasted = (now - gate.failing_since).total_seconds()
            dead = gate.failures >= FAILURES or lasted >= FAILING
        return endpoint.step + 1 if endpoint.step or dead else 0

    def _wait(
        self, step: int, retry_after: float | None, result: Result
    ) -> float | None:
        """Return how long nothing is sent; None: this changes nothing."""
        asked = retry_after if result.status in _PATIENCE else None
        if not step:
            return min(asked, LONGEST_RETRY_AFTER) if asked else None
        last = len(self._schedule.steps) - 1
        return self._schedule.delay(
            min(step, last), retry_after=asked, random=self._random
        )

    def _gate(self, id_: str) -> _Gate:
        with self._lock:
            return self._gates.setdefault(id_, _Gate())


def failed(result: Result) -> bool:
    """Tell whether an endpoint did not work, whatever it thinks of one message."""
    status = result.status
    if status is None or status in _SLOW_DOWN:
        return True
    return status in _REDIRECTS or status in _SERVER_ERRORS
