"""3: nothing is acknowledged before it is on the disk."""

import re
import shutil
import sqlite3
import time
from pathlib import Path
from typing import Any

from submissions.errors import StoreUnavailableError
from submissions.store.sqlite import SqliteStore
from tests.faults import affair, planted
from tests.faults.found import Found, Place, Skip
from tests.faults.house import WEB, House, submit

#: Submissions that are watched on their way to the disk.
WATCHED = 20
_CALLS = "trace=pwrite64,write,writev,fsync,fdatasync,sendto,sendmsg"
_SYNCED = re.compile(r"f(?:data)?sync\(\d+<(?P<path>[^>]+)>")
_WRITTEN = re.compile(r"(?:pwrite64|write|writev)\(\d+<(?P<path>[^>]+\.db[^>]*)>")


def disk_before_answer(place: Place) -> Found:
    """Watch the system calls: each 202 comes after the sync of what it acknowledges."""
    found = Found()
    found.must("synced", synced(place, "ours"), WATCHED)
    found.must("synced with WAL and NORMAL", synced(place, "not", planted.UNSYNCED), 0)
    refused = 0
    try:
        SqliteStore(place.folder / "off.db", connect=unsafe).close()
    except StoreUnavailableError:
        refused = 1
    found.must("opened below FULL", 1 - refused, 0)
    return found


class _Unsafe(sqlite3.Connection):
    """Does not do as it is told, and says so."""

    def execute(self, sql: str, *values: Any) -> sqlite3.Cursor:
        return super().execute(sql.replace("=FULL", "=NORMAL"), *values)


def unsafe(path: Path) -> sqlite3.Connection:
    """Open a file on a machine where FULL cannot be had."""
    return sqlite3.connect(path, isolation_level=None, factory=_Unsafe)


def synced(place: Place, name: str, app: str = WEB) -> int:
    """Return of how many submissions nothing was unsynced when they were answered."""
    if shutil.which("strace") is None:
        raise Skip("no strace on this machine (Debian: apt-get install strace)")
    folder = place.folder / name
    folder.mkdir()
    with House(folder) as house:
        web = house.web(app, workers=1)
        submit(web.port, house.token, "warm", affair.answers(place.random, text=9))
        trace = folder / "trace"
        command = ("strace", "-f", "-y", "-e", _CALLS, "-o", str(trace))
        [child] = web.children()
        watching = house.start(*command, "-p", str(child), log="strace.log")
        _attached(child)
        for number in range(WATCHED):
            answers = affair.answers(place.random, text=9)
            submit(web.port, house.token, f"key-{number}", answers)
        watching.terminate()
        watching.wait()
        return _judged(trace.read_text(errors="replace").splitlines())


def _attached(process: int) -> None:
    for _ in range(200):
        status = Path(f"/proc/{process}/status").read_text()
        if "TracerPid:\t0" not in status:
            return
        time.sleep(0.05)
    raise Skip("strace may not watch processes here")


def _judged(lines: list[str]) -> int:
    """Count the answers before which every write to the store was synced."""
    unsynced: dict[str, int] = {}
    synced = written = 0
    for line in lines:
        if (sync := _SYNCED.search(line)) is not None:
            unsynced.pop(sync["path"], None)
        elif "HTTP/1.1 202" in line:
            synced += bool(written) and not unsynced
            written, unsynced = 0, {}
        elif (write := _WRITTEN.search(line)) is not None:
            unsynced[write["path"]] = written = written + 1
    return synced
