"""Verify what comes with libraries that others wrote; needs nothing else of ours.

POST /PACKAGE with the secret in `x-secret`: 204 if the package takes the message.
"""

import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import openai
import standardwebhooks
import svix.webhooks

_openai = openai.OpenAI(api_key="none")
PACKAGES = {
    "standardwebhooks": lambda body, headers, secret: standardwebhooks.Webhook(
        secret
    ).verify(body, headers),
    "svix": lambda body, headers, secret: svix.webhooks.Webhook(secret).verify(
        body, headers
    ),
    "openai": lambda body, headers, secret: _openai.webhooks.verify_signature(
        body, headers, secret=secret
    ),
}


class Handler(BaseHTTPRequestHandler):
    """Lets a package decide."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        secret = headers.pop("x-secret")
        try:
            PACKAGES[self.path.strip("/")](body, headers, secret)
            status = 204
        except Exception:  # noqa: BLE001 - each package has errors of its own
            status = 401
        self.send_response(status)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
