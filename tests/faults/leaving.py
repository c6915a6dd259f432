"""14: where requests may not go, they do not go."""

import json
import subprocess
import sys
from typing import Any

from tests.faults import raw, walls
from tests.faults.found import Found, Place
from tests.faults.house import CHECKOUT


def forbidden_places(_: Place) -> Found:
    """Try every way into a private network, and count what is dialled."""
    trapped: list[bytes] = []

    def trap(connection: Any) -> None:
        trapped.append(raw.request(connection)[0])

    with raw.serving(trap) as nowhere:
        moved = f"HTTP/1.1 307 x\r\nlocation: http://{nowhere}/\r\n\r\n".encode()

        def redirect(connection: Any) -> None:
            raw.request(connection)
            connection.sendall(moved)

        with raw.serving(redirect) as where:
            told = json.dumps({"allowed": where, "trap": nowhere})
            command = (sys.executable, "-m", "tests.faults.walls", told)
            said = subprocess.run(
                command, cwd=CHECKOUT, capture_output=True, check=True, timeout=120
            )
    return _judged(json.loads(said.stdout), len(trapped))


def _judged(tried: dict[str, Any], trapped: int) -> Found:
    found = Found()
    found.note("hosts", len(walls.HOSTS))
    found.note("forms of URLs", len(walls.FORMS))
    for name, came in tried.items():
        # The name was looked up once: what is dialled is what was checked.
        wanted = [[walls.PUBLIC, 443]] if name == "rebinding" else []
        found.must(f"dialled: {name}", came["dialled"], wanted)
        answered = int(name in {"redirect", "proxy"})
        found.must(f"answered: {name}", came["answered"], answered)
    found.must("requests in the trap", trapped, 0)
    return found
