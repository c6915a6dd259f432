"""17: numbers of people are found nowhere but in the payloads meant to have them.

Identity and bank card numbers are remembered as they are made up; then everything an
installation writes and says is searched for them: files of the store, keys and copies,
logs of the processes, what commands and the API say, payloads of other departments.
"""

import json
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from renderer.config import Settings, open_configured
from submissions.errors import UnreadableError
from tests.faults import affair, raw
from tests.faults.found import Found, Place
from tests.faults.house import House, call, kill, now, program, submit

COUNT = 500
#: Commands that show something.
COMMANDS = (
    *(("status",), ("deliveries",), ("deliveries", "--json"), ("endpoint", "list")),
    *(("client", "list"), ("audit", "verify")),
)


def leak_scan(place: Place) -> Found:
    """Send marked numbers, look for them everywhere, erase half and look again."""
    found, payloads = Found(), {name: [] for name in affair.DEPARTMENTS}
    with House(place.folder) as house, raw.serving(_keeping(payloads)) as where:
        for name in affair.DEPARTMENTS:
            house.trust(name, f"http://{where}/{name}")
        web = house.web()
        worker = house.hurried(where)
        sent = [affair.answers(place.random, water=True, text=9) for _ in range(COUNT)]
        numbers = [_numbers(each) for each in sent]
        said = [bytes(json.dumps(s), "utf-8") for s in _calls(house, web.port, sent)]
        found.true("drained", so=house.drained(60))
        said += [_command(house, *words) for words in COMMANDS]
        _command(house, "store", "backup", str(place.folder / "copy"))
        kill(worker)
        ids = [each["_id"] for each in house.store.find("submissions")]
        _judge_payloads(found, payloads, numbers)
        marks = [number for pair in numbers for number in pair]
        unsealed = house.store.get("submissions", ids[0])["answers"].encode()
        found.must("in one that is unsealed", _marked(marks, [unsealed]), 2)
        found.must("in what is said", _marked(marks, said), 0)
        files = [path.read_bytes() for path in _files(place.folder)]
        found.note("files", len(files))
        found.must("in files and copies", _marked(marks, files), 0)
        _erase(found, house, place.folder / "copy", ids[: COUNT // 2])
    return found


def _numbers(answers: Mapping[str, Any]) -> tuple[bytes, bytes]:
    facts = answers["facts"]
    return facts["person:id_number"].encode(), facts["person:bank_card"].encode()


def _keeping(payloads: dict[str, list[bytes]]) -> raw.Behaviour:
    def behave(connection: Any) -> None:
        head, body = raw.request(connection)
        payloads[head.split(b" ")[1].decode().strip("/")].append(body)
        connection.sendall(raw.OK)

    return behave


def _calls(house: House, port: int, sent: list[Any]) -> Iterator[Any]:
    """Yield what the API says: to good answers, to bad ones, and when asked again."""
    for number, answers in enumerate(sent):
        _, told, _ = submit(port, house.token, f"key-{number}", answers)
        yield told
    bad = {**sent[0], "facts": {**sent[0]["facts"], "person:name": 5, "x:y": 1}}
    yield submit(port, house.token, "bad", bad)[1]
    yield submit(port, house.token, "key-0", sent[1])[1]
    bearer = {"Authorization": f"Bearer {house.token}"}
    yield call(port, "GET", f"/api/v1/submissions/{told['id']}", headers=bearer)[1]


def _command(house: House, *words: str) -> bytes:
    command = (program("yibiao"), *words)
    done = subprocess.run(
        command,
        env=house.environment,
        cwd=house.folder,
        capture_output=True,
        check=True,
    )
    return done.stdout + done.stderr


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def _judge_payloads(
    found: Found,
    payloads: Mapping[str, list[bytes]],
    numbers: list[tuple[bytes, bytes]],
) -> None:
    ids, cards = ([pair[place] for pair in numbers] for place in (0, 1))
    police, tax = payloads["police"], payloads["tax"]
    found.must("identity numbers at the police", _marked(ids, police), COUNT)
    found.must("cards at the tax office", _marked(cards, tax), COUNT)
    found.must("cards at the police", _marked(cards, police), 0)
    found.must("identity numbers at the tax office", _marked(ids, tax), 0)
    found.must("either at the water works", _marked(ids + cards, payloads["water"]), 0)


def _marked(numbers: list[bytes], texts: list[bytes]) -> int:
    """Return how many of the numbers are in any of the texts."""
    whole = b"\n".join(texts)
    return sum(number in whole for number in numbers)


def _erase(found: Found, house: House, copy: Path, ids: list[str]) -> None:
    """Erase some, and read them from the old copy with the keys of today."""
    for id_ in ids:
        house.store.erase(id_, now=now())
    left = sum(house.store.get("submissions", id_) is not None for id_ in ids)
    found.must("left after erasing", left, 0)
    keys = {"keys": f"sqlite:///{house.file}-keys"}
    key_file = house.file.parent / "vault.key"
    old = open_configured(Settings(data=copy, key_file=key_file, **keys))
    readable = 0
    for id_ in ids:
        try:
            readable += old.get("submissions", id_) is not None
        except UnreadableError:
            continue
    old.close()
    found.must("readable in the old copy", readable, 0)
