"""Whoever edits, deletes, swaps, inserts or cuts off log entries is found out."""

import copy
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from submissions import anchors, log
from submissions.clock import later
from submissions.delivery.history import Selection, replay
from submissions.errors import StoreUnavailableError
from submissions.standing import logged_since


@pytest.fixture
def applied(city, office):
    city.connect_all("https://example.org")
    for number in range(3):
        city.apply(f"s_{number}")
        city.worker(office).run_once()
    return city


def findings(city, **more):
    return [(f.where, f.place) for f in anchors.findings(city.store, **more)]


def anchor(city):
    city.clock.pass_(minutes=1)
    return anchors.anchor(city.store, now=city.clock.text)


def change(city, id_, edit):
    city.store.update("submissions", id_, lambda found: found | {"log": edit(found)})


def test_logs_that_nobody_touched_are_whole(applied):
    assert findings(applied) == []
    head = anchor(applied)
    applied.apply("s_later")

    assert findings(applied, head=head) == []
    assert anchor(applied) != head
    assert findings(applied, head=head) == []


def test_what_has_not_changed_is_not_anchored_again(applied):
    head = anchor(applied)

    assert anchor(applied) == head
    assert len(applied.store.find("anchors")) == 1


def test_an_hour_costs_what_was_written_in_it_however_much_there_is(
    applied, monkeypatch
):
    for number in range(250):
        old = applied.submission("s_0") | {"_id": f"old_{number}", "tags": []}
        applied.store.insert("submissions", old)
    applied.clock.pass_(hours=2)
    anchor(applied)
    applied.clock.pass_(hours=2)
    applied.apply("s_new")
    read, find = [], applied.store.find

    def counted(collection, *arguments, **more):
        found = find(collection, *arguments, **more)
        read.extend(each["_id"] for each in found if collection == "submissions")
        return found

    with monkeypatch.context() as patched:
        patched.setattr(applied.store, "find", counted)
        anchor(applied)
        since = Selection(since=applied.clock.text)
        replay(applied.store, since, now=applied.clock.text, by="test")

    assert read == ["s_new", "s_new"]
    assert findings(applied) == []


def test_each_of_many_logs_of_one_moment_is_found_once(applied):
    for number in range(250):
        old = applied.submission("s_0") | {"_id": f"old_{number}", "tags": []}
        applied.store.insert("submissions", old)
    applied.clock.pass_(minutes=1)
    applied.apply("s_new")

    found = [each["_id"] for each in logged_since(applied.store, applied.clock.text)]

    assert len(found) == len(set(found)) == 254
    assert found[-1] == "s_new"


def test_who_writes_a_log_writes_down_when(checkout):
    for path in (checkout / "submissions").rglob("*.py"):
        if path.name not in {"log.py", "packs.py"}:
            assert '"log": ' not in path.read_text(), path


def test_many_logs_take_several_anchors(applied, monkeypatch):
    monkeypatch.setattr(anchors, "MOST_HEADS", 2)

    assert anchor(applied) is not None
    assert len(applied.store.find("anchors")) == 2
    assert findings(applied) == []


def anchored(city):
    chain = city.store.find("anchors")
    return {id_ for each in chain for id_ in json.loads(each["heads"])}


def test_one_anchor_of_a_clock_that_is_ahead_hides_no_log(applied):
    anchor(applied)
    ahead = later(applied.clock.text, 3 * 24 * 3600)
    applied.apply("s_before")
    anchors.anchor(applied.store, now=ahead)
    applied.clock.pass_(hours=2)
    applied.apply("s_soon")
    applied.clock.pass_(hours=2)
    anchor(applied)
    assert "s_soon" in anchored(applied)

    applied.apply("s_next")
    applied.clock.pass_(days=4)
    anchor(applied)

    assert "s_next" in anchored(applied)


def test_logs_written_before_the_time_of_an_anchor_that_was_ahead_are_held(applied):
    anchor(applied)
    applied.apply("s_before")
    anchors.anchor(applied.store, now=later(applied.clock.text, 3 * 24 * 3600))
    applied.clock.pass_(hours=2)
    applied.apply("s_next")
    applied.clock.pass_(days=4)

    anchor(applied)

    assert "s_next" in anchored(applied)


@pytest.mark.parametrize("earlier", [0, 1], ids=["the first", "a later one"])
def test_an_anchoring_that_stopped_halfway_goes_on(applied, monkeypatch, earlier):
    monkeypatch.setattr(anchors, "MOST_HEADS", 2)
    for _ in range(earlier):
        anchor(applied)
        applied.clock.pass_(hours=3)
    new = {f"s_new{number}" for number in range(4)}
    for id_ in sorted(new):
        applied.apply(id_)
    applied.clock.pass_(hours=3)
    insert, left = applied.store.insert, [1]

    def full(collection, document):
        if collection == "anchors" and not left:
            raise StoreUnavailableError("the disk is full", "Make room.")
        left.pop()
        insert(collection, document)

    with monkeypatch.context() as patched:
        patched.setattr(applied.store, "insert", full)
        with pytest.raises(StoreUnavailableError):
            anchor(applied)
    applied.clock.pass_(hours=3)
    anchor(applied)
    applied.clock.pass_(hours=3)
    anchor(applied)

    assert new < anchored(applied)
    assert findings(applied) == []


def rechained(entries):
    """The same entries with hashes as if they had always been so."""
    made = []
    for entry in entries:
        said = {name: entry[name] for name in ("at", "who", "what")}
        made = log.append(made, **said, **entry["detail"])
    return made


def tampered(entries, kind, place):
    """The entries as somebody leaves them, and the first place that is wrong."""
    entries = copy.deepcopy(entries)
    place %= len(entries) - 1
    if kind == "edit":
        entries[place]["who"] = "stranger"
    elif kind == "delete":
        del entries[place]
    elif kind == "swap":
        entries[place : place + 2] = reversed(entries[place : place + 2])
    elif kind == "insert":
        entries.insert(place, entries[place] | {"who": "stranger"})
    elif kind == "truncate":
        place += 1
        entries = entries[:place]
    return entries, place


KINDS = st.sampled_from(["edit", "delete", "swap", "insert", "truncate"])


@settings(max_examples=40)
@given(KINDS, st.integers(0, 100), st.integers(0, 2))
@pytest.mark.slow
def test_the_first_bad_entry_is_named_whatever_was_done(new_city, kind, place, number):
    """Law: after an anchor every change to a log is found, at its first place."""
    city = new_city()
    city.connect_all("https://example.org")
    for each in range(3):
        city.apply(f"s_{each}")
    anchor(city)
    id_ = f"s_{number}"
    entries, wrong = tampered(city.submission(id_)["log"], kind, place)

    change(city, id_, lambda _: entries)

    assert findings(city) == [(id_, wrong)]
    city.store.close()


def test_a_log_that_was_written_anew_is_found_by_its_anchor(applied):
    anchor(applied)

    def anew(found):
        first, *rest = found["log"]
        return rechained([first | {"who": "stranger"}, *rest])

    change(applied, "s_1", anew)
    count = len(applied.submission("s_1")["log"])

    assert findings(applied) == [("s_1", count - 1)]


def test_without_an_anchor_a_cut_shows_where_it_took_a_part_along(applied):
    change(applied, "s_0", lambda found: found["log"][:1])
    change(applied, "s_1", lambda found: found["log"][:-1])

    # The second lost only the note of an attempt: nothing but an anchor knows of it.
    assert findings(applied) == [("s_0", 1)]


def test_a_submission_that_is_gone_is_found(applied):
    anchor(applied)
    applied.store.delete("submissions", "s_2")

    assert findings(applied) == [("s_2", 0)]


def test_anchors_are_chained_too(applied):
    first = anchor(applied)
    applied.apply("s_later")
    anchor(applied)
    one, two = applied.store.find("anchors")

    applied.store.put("anchors", one | {"at": "2026-01-01T00:00:00.000Z"})
    assert ("anchors", 0) in findings(applied)
    applied.store.delete("anchors", two["_id"])
    applied.store.delete("anchors", one["_id"])

    assert findings(applied) == []
    assert findings(applied, head=first) == [("anchors", 0)]
