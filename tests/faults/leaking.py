"""17: marked numbers go through everything, and are in no file, log, answer or copy."""

import json
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path
from random import Random
from typing import Any

from renderer.config import Settings, open_configured
from submissions import drafts, packs
from submissions.clock import utc_now
from submissions.delivery import webhook
from submissions.errors import ErasedError
from submissions.store.backup import restore
from tests.faults import affair, planted
from tests.faults.found import Found, Place
from tests.faults.house import House, call, now, program, submit

#: Submissions with marks of their own; drafts; those that are erased afterwards.
MARKED, DRAFTS, ERASED = 500, 20, 20
#: What every secret of an endpoint begins with.
SECRET = b"whsec_"


def occurrences(places: Iterable[Path], marks: Iterable[str]) -> dict[str, int]:
    """Count the marks in the bytes of every file below some places, by file."""
    sought = [mark.encode() for mark in marks]
    counted: dict[str, int] = {}
    for place in places:
        for file in [place] if place.is_file() else sorted(place.rglob("*")):
            if file.is_file():
                content = file.read_bytes()
                count = sum(content.count(mark) for mark in sought)
                if count:
                    counted[file.name] = count
    return counted


def leak_scan(place: Place, *, count: int = MARKED) -> Found:
    """Look for what was typed wherever it must not be; then erase, and look again."""
    found = Found()
    with House(place.folder) as house:
        endpoints = house.connect(affair.DEPARTMENTS, house.receiver())
        web = house.web(planted.BREAKS)
        house.hurried(house.where)
        house.verified(endpoints)
        typed = [affair.answers(place.random, text=9) for _ in range(count)]
        sent = [
            submit(web.port, house.token, f"key-{number}", answers)
            for number, answers in enumerate(typed)
        ]
        marks = [number for answers in typed for number in _numbers(answers)]
        found.must("accepted", sum(status == 202 for status, _, _ in sent), count)
        marks += _drafts(house, place.random)
        told = _mistakes(house, web.port, typed[0])
        told += _calls(house, web.port, sent[0][1]["id"], typed[0])
        statuses = [status for status, _, _ in told]
        found.must("refusals", statuses, REFUSALS)
        found.true("drained", so=house.drained())
        told.append(_found_by(house, typed[1]))
        found.true("found by number", so=sent[1][1]["id"] in told[-1][1])
        told += [_yibiao(house, *words) for words in SHOWING]
        _yibiao(house, "store", "backup", "copy")
        found.must("marks in answers and commands", _said(told, marks), 0)
        files = [*place.folder.glob("*.log"), house.file.parent, place.folder / "copy"]
        found.must("marks in files", occurrences(files, marks), {})
        found.must("secrets", occurrences(files, [SECRET.decode()]), {})
        found.must("in documents of others", _strangers(house), 0)
        ids = [answer["id"] for _, answer, _ in sent[: min(ERASED, count // 2)]]
        _erase(found, house, ids, place.folder / "copy")
    return found


#: What the mistakes and then the calls are answered with.
REFUSALS = [422, 422, 422, 422, 409, 400, 500, 200, 422, 422]
#: Commands that show what operators may see.
SHOWING = (
    ("deliveries", "--json"),
    ("status", "--json"),
    ("endpoint", "list"),
    ("audit", "verify"),
    ("audit", "show"),
)


def _numbers(answers: dict[str, Any]) -> tuple[str, str]:
    return answers["facts"]["person:id_number"], answers["facts"]["person:bank_card"]


def _said(told: Iterable[Any], marks: Iterable[str]) -> int:
    everything = json.dumps(list(told), ensure_ascii=False, default=repr)
    return sum(mark in everything for mark in marks)


def _drafts(house: House, random: Random) -> list[str]:
    """Keep drafts with files; return their marks."""
    published = packs.current(house.store, "moving")
    marks: list[str] = []
    for number in range(DRAFTS):
        answers = affair.answers(random, text=9)
        owned = {"resume_hash": f"{number}", "owner": None, "now": now()}
        draft = drafts.start(house.store, published, id_=f"s_draft{number}", **owned)
        unread = {"q": _numbers(answers)}
        kept = {**vars_of(draft), "answers": answers, "unread": unread}
        drafts.save(house.store, drafts.Draft(**kept), now=now())
        house.store.files.keep(draft.id, " ".join(unread["q"]).encode(), now=now())
        marks += _numbers(answers)
    return marks


def vars_of(draft: drafts.Draft) -> dict[str, Any]:
    """Return a draft's fields by name."""
    return {name: getattr(draft, name) for name in drafts.Draft.__slots__}


def _mistakes(house: House, port: int, typed: dict[str, Any]) -> list[Any]:
    """Send what is refused in every way, and what breaks a page; return the answers."""
    number, card = _numbers(typed)
    facts = typed["facts"]
    bad = [
        {"facts": {**facts, "person:id_number": f"{number}99"}, "matters": {}},
        {"facts": {**facts, "person:nobody": card}, "matters": {}},
        {"facts": {**facts, "person:name": number * 9}, "matters": {}},
        {"facts": {"situation:water": number}, "matters": {"tax": card}},
    ]
    told: list[Any] = [
        submit(port, house.token, f"bad-{place}", answers)
        for place, answers in enumerate(bad)
    ]
    told.append(submit(port, house.token, "key-1", bad[0]))
    authorized = {"Authorization": f"Bearer {house.token}", "Idempotency-Key": "torn"}
    authorized["Content-Type"] = "application/json"
    path = "/api/v1/affairs/moving/submissions"
    told.append(
        call(port, "POST", path, f'{{"answers": "{number}'.encode(), authorized)
    )
    told.append(call(port, "GET", "/breaks", b"", {"X-Number": number}))
    return told


def _calls(house: House, port: int, id_: str, typed: dict[str, Any]) -> list[Any]:
    """Have a department send back, with the number in its reason, and speak amiss."""
    number, card = _numbers(typed)
    parts = {p["matter"]: p for p in house.store.get("submissions", id_)["parts"]}
    police = parts["police"]
    reason = {"pointer": "/SFZ", "text": f"{number} is not hers"}
    about = {"part": police["id"], "digest": police["digest"], "seq": 1}
    events = [
        ("part.correction_requested", {"reasons": [reason]}),
        ("part.correction_requested", {"reasons": [{**reason, "pointer": "/x"}]}),
        ("part.decided", {"outcome": "approved", "values": {"person:name": card}}),
    ]
    told = []
    for place, (type_, more) in enumerate(events):
        event = {"type": type_, "timestamp": now(), "data": {**about, **more}}
        body = json.dumps(event).encode()
        named = {"message_id": f"m_{place}", "sent_at": int(utc_now().timestamp())}
        headers = webhook.headers(body, **named, secret=house.secrets["police"])
        path = f"/api/v1/parts/{police['id']}/events"
        told.append(call(port, "POST", path, body, headers))
    return told


def _yibiao(house: House, *words: str, says: str = "") -> tuple[int, str]:
    """Run a command; return its end and all it wrote."""
    done = subprocess.run(
        (program("yibiao"), *words),
        env=house.environment,
        cwd=house.folder,
        input=says,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def _found_by(house: House, typed: dict[str, Any]) -> tuple[int, str]:
    number, _ = _numbers(typed)
    reason = f"{number} was on the phone"
    return _yibiao(house, "find", "--reason", reason, "--by", "li", says=f"{number}\n")


def _strangers(house: House) -> int:
    """Count the documents that hold a number their department does not ask for."""
    count = 0
    for submission in house.store.every("submissions"):
        number, card = _numbers(json.loads(submission["answers"]))
        own = {"police": card, "tax": number, "water": number}
        count += sum(
            own[part["matter"]] in part["body"] for part in submission["parts"]
        )
    return count


def _erase(found: Found, house: House, ids: list[str], copy: Path) -> None:
    """Erase submissions by the command; nothing may bring them back."""
    keys = [house.store.keyring.store.get("keys", id_)["wrapped"] for id_ in ids]
    sealed = [house.store.inner.get("submissions", id_)["sealed"] for id_ in ids]
    data = house.file.parent
    found.must("readable before", len(occurrences([data], keys[:1])), 1)
    for id_ in ids:
        _yibiao(house, "erase", id_, "--reason", "scan", "--by", "li", "--anyway")
    found.must("erased and still in files", occurrences([data], [*keys, *sealed]), {})
    found.must("audit", _yibiao(house, "audit", "verify")[0], 0)
    old = house.folder / "old"
    restore(copy, old / "yibiao.db")
    for name in ("yibiao.db-keys", "vault.key"):
        shutil.copy(data / name, old / name)
    back = open_configured(Settings(data=old))
    unreadable = 0
    for id_ in ids:
        try:
            back.get("submissions", id_)
        except ErasedError:
            unreadable += 1
    found.must("unreadable in the copy", unreadable, len(ids))
    found.must("erased again", back.purge(now=now()), len(ids))
    left = sum(1 for _ in back.every("submissions"))
    found.must("the others", left, sum(1 for _ in house.store.every("submissions")))
    back.close()
