"""The engines beside a model: one dict, and what each call makes of it.

A call that was answered is judged by `after`. One caller at a time must be told exactly
what the model says; of several at once, there must be an order of their calls, each
between its begin and its end, in which the model would have said the same.
"""

import threading
import time
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    invariant,
    rule,
    run_state_machine_as_test,
)

from submissions.errors import Conflict, Duplicate

MORNING, NOON, EVENING = (
    f"2026-11-22T{hour}:00:00.000Z" for hour in ("06", "12", "18")
)
IDS = st.sampled_from(["s_1", "s_2", "s_3"])
TIMES = st.sampled_from([MORNING, NOON, EVENING])
TAGS = st.lists(st.sampled_from(["x", "y"]), max_size=2)


def submission(id_, tags=(), wake_at=None):
    due = {} if wake_at is None else {"wake_at": wake_at}
    return {"_id": id_, "affair": "founding", "tags": list(tags), **due}


def ask(store, verb, asked):
    """Return what a store answers, errors too."""
    try:
        if verb == "claim":
            lease = {"until": EVENING, "owner": "w", "token": "t"}
            return store.claim("submissions", now=asked, **lease)
        return getattr(store, verb)("submissions", asked)
    except (Duplicate, Conflict) as error:
        return type(error)


def after(state, verb, asked, told):
    """Return the state after a call that was told this; None: it cannot have been."""
    if verb == "get":
        return state if told == state.get(asked) else None
    if verb == "delete":
        return {id_: d for id_, d in state.items() if id_ != asked}
    if verb == "claim":
        return claimed(state, asked, told)
    id_ = asked["_id"]
    if verb == "insert":
        expected = Duplicate if id_ in state else None
        new = asked | {"rev": 1}
    else:
        fits = id_ in state and state[id_]["rev"] == asked["rev"]
        new = asked | {"rev": asked["rev"] + 1}
        expected = new if fits else Conflict
    if told != expected:
        return None
    return state if isinstance(told, type) else state | {id_: new}


def claimed(state, now, told):
    due = {id_ for id_, d in state.items() if d.get("wake_at", EVENING + "z") <= now}
    if told is None:
        return None if due else state
    if told["_id"] not in due:
        return None
    before = state[told["_id"]]
    taken = before | {
        "rev": before["rev"] + 1,
        "wake_at": EVENING,
        "lease": {"owner": "w", "token": "t"},
        "claims": before.get("claims", 0) + 1,
    }
    return state | {told["_id"]: taken} if told == taken else None


class Walk(RuleBasedStateMachine):
    """One caller, step by step."""

    engine = None
    seen = Bundle("seen")

    def __init__(self):
        super().__init__()
        self.store, self.state = self.engine(), {}
        empty(self.store)

    def step(self, verb, asked):
        told = ask(self.store, verb, asked)
        self.state = after(self.state, verb, asked, told)
        assert self.state is not None, f"{verb} {asked} was told {told}"
        return told

    @rule(id_=IDS, tags=TAGS, wake_at=TIMES | st.none())
    def insert(self, id_, tags, wake_at):
        self.step("insert", submission(id_, tags, wake_at))

    @rule(target=seen, id_=IDS)
    def get(self, id_):
        return self.step("get", id_) or submission(id_) | {"rev": 99}

    @rule(document=consumes(seen), tags=TAGS)
    def put(self, document, tags):
        self.step("put", document | {"tags": tags})

    @rule(now=TIMES)
    def claim(self, now):
        self.step("claim", now)

    @rule(id_=IDS)
    def delete(self, id_):
        self.step("delete", id_)

    @invariant()
    def the_same_is_found(self):
        for tag in ("x", "y"):
            found = self.store.find("submissions", [("tags", "=", tag)])
            tagged = [d for _, d in sorted(self.state.items()) if tag in d["tags"]]
            assert found == tagged

    @invariant()
    def the_same_is_counted(self):
        counted = {"founding": len(self.state)} if self.state else {}
        assert self.store.tally("submissions", "affair") == counted

    def teardown(self):
        self.store.close()


def empty(store):
    for document in store.find("submissions"):
        store.delete("submissions", document["_id"])


def test_the_store_behaves_like_a_dict_with_revisions(engine):
    walk = type("EngineWalk", (Walk,), {"engine": staticmethod(engine)})

    run_state_machine_as_test(
        walk, settings=settings(max_examples=15, stateful_step_count=20)
    )


@dataclass(frozen=True)
class Call:
    verb: str
    asked: object
    told: object
    begin: int
    end: int


def run_together(store, programs):
    """Run each program in a thread of its own; return every call that was made."""
    made = [[] for _ in programs]
    ready = threading.Barrier(len(programs))

    def run(program, calls):
        seen = {}
        ready.wait()
        for verb, id_, now in program:
            plain = submission(id_, wake_at=now)
            asked = {
                "insert": plain,
                "put": seen.get(id_, plain | {"rev": 1}),
                "claim": now,
            }.get(verb, id_)
            begin = time.perf_counter_ns()
            told = ask(store, verb, asked)
            calls.append(Call(verb, asked, told, begin, time.perf_counter_ns()))
            if isinstance(told, dict):
                seen[told["_id"]] = told

    threads = [
        threading.Thread(target=run, args=each)
        for each in zip(programs, made, strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [call for calls in made for call in calls]


def one_at_a_time(calls, state):
    """Tell whether the calls have an order the model agrees with."""
    if not calls:
        return True
    first_end = min(call.end for call in calls)
    for call in calls:
        if call.begin > first_end:
            continue
        then = after(state, call.verb, call.asked, call.told)
        rest = [each for each in calls if each is not call]
        if then is not None and one_at_a_time(rest, then):
            return True
    return False


VERBS = st.sampled_from(["insert", "insert", "get", "put", "put", "claim", "delete"])
PROGRAM = st.lists(st.tuples(VERBS, IDS, TIMES), min_size=1, max_size=5)


def test_what_several_callers_are_told_could_have_happened_one_by_one(engine):
    store = engine()

    @settings(max_examples=25)
    @given(st.lists(PROGRAM, min_size=2, max_size=3))
    def law(programs):
        empty(store)
        calls = run_together(store, programs)
        assert one_at_a_time(calls, {}), calls

    law()


@pytest.mark.parametrize(
    ("begins", "possible"), [((0, 2), False), ((0, 0), True)], ids=["after", "beside"]
)
def test_the_search_knows_what_cannot_have_happened(begins, possible):
    """A read that ends before the write begins cannot have seen it."""
    (read, write), new = begins, submission("s_1")
    calls = [
        Call("get", "s_1", new | {"rev": 1}, read, read + 1),
        Call("insert", new, None, write, write + 1),
    ]

    assert one_at_a_time(calls, {}) is possible
