"""A receiver of all departments, in a process of its own; writes down what it takes.

Told as JSON: {"port", "folder", "failing": share of 500s, "seed", "slow": seconds
before each answer}. `folder` holds the departments' secrets; what was verified with
them and answered with 2xx is written to `taken.jsonl`, what was not to `refused.jsonl`.
"""

import hashlib
import json
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from random import Random
from threading import Lock
from typing import Any

from standardwebhooks import Webhook, WebhookVerificationError


class Server(ThreadingHTTPServer):
    """Lets many knock at once."""

    request_queue_size = 256
    daemon_threads = True


class Receiver:
    """Verifies with a library we did not write, fails as told, takes the rest."""

    def __init__(self, told: dict[str, Any]) -> None:
        self._folder = Path(told["folder"])
        self._failing = told.get("failing", 0.0)
        self._slow = told.get("slow", 0.0)
        self._random = Random(told.get("seed", 0))
        self._lock = Lock()
        self._files = {
            name: (self._folder / f"{name}.jsonl").open("a", buffering=1)
            for name in ("taken", "refused")
        }

    def answer(self, path: str, headers: Any, body: bytes) -> tuple[int, bytes]:
        """Return the status and the body of an answer."""
        secrets = json.loads((self._folder / "secrets.json").read_text())
        department = path.strip("/")
        try:
            Webhook(secrets[department]).verify(body, dict(headers.items()))
        except (WebhookVerificationError, KeyError) as error:
            self._write("refused", {"department": department, "why": repr(error)})
            return 401, b""
        event = json.loads(body)
        if event["type"] == "ping":
            return 200, json.dumps(event["data"]).encode()
        time.sleep(self._slow)
        with self._lock:
            fails = self._random.random() < self._failing
        if fails:
            return 500, b""
        self._write("taken", _told(department, headers, body, event))
        return 204, b""

    def _write(self, name: str, line: dict[str, Any]) -> None:
        with self._lock:
            self._files[name].write(json.dumps(line) + "\n")


def _told(
    department: str, headers: Any, body: bytes, event: dict[str, Any]
) -> dict[str, Any]:
    names = ("submission", "part", "matter", "seq", "digest")
    return {
        "id": headers["webhook-id"],
        "sent_at": int(headers["webhook-timestamp"]),
        "at": time.time(),
        "department": department,
        "body": hashlib.sha256(body).hexdigest(),
        **{name: event["data"][name] for name in names},
    }


def main(told: dict[str, Any]) -> None:
    """Receive until killed."""
    receiver = Receiver(told)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["content-length"])
            body = self.rfile.read(length)
            if len(body) < length:
                return  # who sent it died in the middle of it
            status, answer = receiver.answer(self.path, self.headers, body)
            self.send_response(status)
            self.send_header("content-length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            pass

    Server(("127.0.0.1", told["port"]), Handler).serve_forever()


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
