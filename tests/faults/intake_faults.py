"""15, 16 and 18: the same key at once, calls of strangers, logs that were changed."""

import copy
import itertools
import json
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from random import Random
from typing import Any

from submissions import anchors, cases, log
from submissions.clock import utc_now
from submissions.delivery import webhook
from submissions.store.contract import Document
from tests.faults import affair
from tests.faults.found import Found, Place
from tests.faults.house import House, call, now, submit

#: Case 15. Clients, and how often each sends the same at once.
CLIENTS, AT_ONCE = 200, 5
#: Case 18.
CHANGES, LOGS = 200, 40


def same_key(place: Place) -> Found:
    """Clients that send the same five times at once have sent it once."""
    found = Found()
    with House(place.folder) as house:
        web = house.web()
        tokens = [house.client(f"client {number}") for number in range(CLIENTS)]
        answers = [affair.answers(place.random, text=9) for _ in tokens]

        def send(number: int) -> tuple[int, int, Any]:
            client = number // AT_ONCE
            told = submit(web.port, tokens[client], "one", answers[client])
            return client, told[0], told[1].get("id")

        with ThreadPoolExecutor(4 * AT_ONCE) as threads:
            sent = list(threads.map(send, range(CLIENTS * AT_ONCE)))
        named = {(client, id_) for client, _, id_ in sent}
        other = [submit(web.port, each, "one", answers[0])[0] for each in tokens[1:]]
        stored = len(house.store.find("submissions"))
    found.must("answers", dict(Counter(status for _, status, _ in sent)), {202: 1000})
    found.must("ids", len(named), CLIENTS)
    found.must("submissions", stored, CLIENTS)
    found.must("same key, other body", dict(Counter(other)), {409: CLIENTS - 1})
    return found


def callbacks(place: Place) -> Found:
    """Calls that are forged, old, repeated or somebody else's; and every order."""
    found = Found()
    with House(place.folder) as house:
        for name in affair.DEPARTMENTS:
            house.trust(name, "http://127.0.0.1:9/")
        web = house.web()
        _strangers(found, house, web.port)
        _orders(found, house, place.random)
    return found


def _strangers(found: Found, house: House, port: int) -> None:
    id_ = house.apply("strangers", affair.answers(Random(1), text=9))
    parts = {p["matter"]: p for p in house.store.get("submissions", id_)["parts"]}
    police, tax = parts["police"], parts["tax"]
    event = _event(police, "part.accepted", 1)

    def send(to: Document, secret: str, **more: Any) -> int:
        body = json.dumps(more.get("event", event)).encode()
        at = int(time.time()) - more.get("ago", 0)
        named = {"message_id": more.get("id", "m_1"), "sent_at": at, "secret": secret}
        headers = webhook.headers(body, **named)
        path = f"/api/v1/parts/{to['id']}/events"
        return call(port, "POST", path, more.get("sent", body), headers)[0]

    own = house.secrets["police"]
    before = _standing(house, id_)
    refused = {
        "forged": send(police, own, sent=json.dumps(event | {"x": 1}).encode()),
        "old": send(police, own, ago=301),
        "other secret": send(police, house.secrets["tax"]),
        "other part": send(tax, own),
    }
    found.must("refused", refused, dict.fromkeys(refused, 401))
    found.true("they changed nothing", so=_standing(house, id_) == before)
    found.must("accepted", send(police, own), 200)
    after = _standing(house, id_)
    found.must("replayed", send(police, own), 200)
    found.true("the replay changed nothing", so=_standing(house, id_) == after)
    found.must("audited", _audited(house, id_), 5)


def _standing(house: House, id_: str) -> Any:
    """Return everything of a submission but its history."""
    found = house.store.get("submissions", id_)
    return {name: found[name] for name in found.keys() - {"log", "logged_at", "rev"}}


def _audited(house: House, id_: str) -> int:
    entries = house.store.get("submissions", id_)["log"]
    return sum(e["what"] in {"call.refused", "call.repeated"} for e in entries)


def _event(part: Document, type_: str, seq: int) -> dict[str, Any]:
    said = {"part": part["id"], "digest": part["digest"], "seq": seq}
    more = {
        "part.accepted": {},
        "part.correction_requested": {"reasons": [{"pointer": "", "text": "again"}]},
        "part.decided": {"outcome": "approved", "values": {}},
    }
    return {"type": type_, "timestamp": now(), "data": {**said, **more[type_]}}


#: What a department says one after the other.
_SAID = (
    *("part.accepted", "part.correction_requested", "part.accepted"),
    *("part.correction_requested", "part.decided"),
)


def _orders(found: Found, house: House, random: Random) -> None:
    """Say five things in every order, each perhaps again; all must end the same."""
    ends: Counter[str] = Counter()
    for number, order in enumerate(itertools.permutations(range(len(_SAID)))):
        id_ = house.apply(f"order-{number}", affair.answers(random, text=9))
        part = house.store.get("submissions", id_)["parts"][0]
        again = [place for place in order if random.random() < 0.3]
        for place in (*order, *random.sample(again, len(again))):
            body = json.dumps(_event(part, _SAID[place], place + 1)).encode()
            at = int(utc_now().timestamp())
            named = {"message_id": f"m_{place}", "sent_at": at}
            headers = webhook.headers(body, **named, secret=house.secrets["police"])
            cases.receive(house.store, part["id"], headers, body, now=now())
        part = house.store.get("submissions", id_)["parts"][0]
        ends[json.dumps([part["state"], part["outcome"], part["counting"]])] += 1
    found.must("orders", ends.total(), 120)
    found.must("ends", list(ends), ['["decided", "approved", ["m_4"]]'])


def audit_tamper(place: Place) -> Found:
    """Change a log in some place, two hundred times: each first bad line is named."""
    found = Found()
    kinds: Counter[str] = Counter()
    with House(place.folder) as house:
        for name in affair.DEPARTMENTS:
            house.trust(name, "http://127.0.0.1:9/")
        ids = [
            house.apply(f"key-{number}", affair.answers(place.random, text=9))
            for number in range(LOGS)
        ]
        anchors.anchor(house.store, now=now())
        named = 0
        for _ in range(CHANGES):
            id_, kind = place.random.choice(ids), place.random.choice(list(_KINDS))
            kinds[kind] += 1
            named += _named(house, id_, kind, place.random)
        clean = len(list(anchors.findings(house.store)))
    found.note("changes", dict(kinds))
    found.must("found and named", named, CHANGES)
    found.must("found where nothing was changed", clean, 0)
    return found


def _named(house: House, id_: str, kind: str, random: Random) -> bool:
    """Change a log, and tell whether exactly the first bad entry is named."""
    before = house.store.get("submissions", id_)["log"]
    place = random.randrange(len(before) - 1)
    changed = _KINDS[kind](copy.deepcopy(before), place)
    _set_log(house, id_, changed)
    said = [(each.where, each.place) for each in anchors.findings(house.store)]
    _set_log(house, id_, before)
    # What is put in with a seal of its own fits; the one behind it does not any more.
    return said == [(id_, place + (kind == "insert"))]


def _set_log(house: House, id_: str, entries: list[Document]) -> None:
    house.store.update("submissions", id_, lambda found: {**found, "log": entries})


def _edit(entries: list[Document], place: int) -> list[Document]:
    entries[place]["who"] = "stranger"
    return entries


def _delete(entries: list[Document], place: int) -> list[Document]:
    return [*entries[:place], *entries[place + 1 :]]


def _swap(entries: list[Document], place: int) -> list[Document]:
    return [
        *entries[:place],
        entries[place + 1],
        entries[place],
        *entries[place + 2 :],
    ]


def _insert(entries: list[Document], place: int) -> list[Document]:
    forged = log.append(entries[:place], at=now(), who="stranger", what="accepted")
    return [*forged, *entries[place:]]


def _truncate(entries: list[Document], place: int) -> list[Document]:
    return entries[:place]


_KINDS = {
    "edit": _edit,
    "delete": _delete,
    "swap": _swap,
    "insert": _insert,
    "truncate": _truncate,
}
