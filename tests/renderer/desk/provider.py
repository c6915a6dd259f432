"""A small identity provider: real HTTP on this machine, tokens signed with a key."""

import base64
import hashlib
import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

CLIENT, SECRET = "yibiao", "a secret of both / with signs"
KEY = RSAKey.generate_key(2048, parameters={"kid": "one"}, private=True)
STRANGERS_KEY = RSAKey.generate_key(2048, parameters={"kid": "one"}, private=True)


class IdentityProvider(ThreadingHTTPServer):
    """Says who somebody is; what it says can be bent."""

    daemon_threads = True

    def __init__(self, now):
        super().__init__(("127.0.0.1", 0), _Answers)
        self.now = now
        self.subject = "sso-7"
        #: By code: what the browser brought when it was given.
        self.given = {}
        self.claims, self.header, self.key = {}, {"alg": "RS256", "kid": "one"}, KEY
        #: What it says about itself, and how it answers for tokens.
        self.about, self.token_status = {}, 200
        self.refused = []

    @property
    def host(self):
        return f"127.0.0.1:{self.server_address[1]}"

    @property
    def issuer(self):
        return f"http://{self.host}"

    def authorize(self, address):
        """Let somebody sign in there; return where their browser is sent back to."""
        asked = {
            name: each[0] for name, each in parse_qs(urlsplit(address).query).items()
        }
        assert address.startswith(f"{self.issuer}/authorize?")
        assert (asked["response_type"], asked["client_id"]) == ("code", CLIENT)
        assert asked["code_challenge_method"] == "S256"
        code = f"code-{len(self.given)}"
        self.given[code] = asked
        back = urlsplit(asked["redirect_uri"]).path
        return back, {"code": code, "state": asked["state"]}

    def exchange(self, headers, form):
        """Give a token for a code, once, to whom it was given for."""
        both = base64.b64decode(
            headers["Authorization"].removeprefix("Basic ")
        ).decode()
        assert both == "yibiao:a%20secret%20of%20both%20%2F%20with%20signs"
        asked = self.given.pop(form["code"], None)
        digest = hashlib.sha256(form["code_verifier"].encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        if asked is None or asked["code_challenge"] != challenge:
            return None
        assert form["redirect_uri"] == asked["redirect_uri"]
        claims = {
            "iss": self.issuer,
            "sub": self.subject,
            "aud": CLIENT,
            "exp": self.now + 300,
            "iat": self.now,
            "nonce": asked["nonce"],
            **self.claims,
        }
        said = {name: value for name, value in claims.items() if value is not None}
        return {
            "access_token": "x",
            "token_type": "Bearer",
            "id_token": self.sign(said),
        }

    def sign(self, claims):
        if self.header["alg"] == "none":
            parts = (json.dumps(each).encode() for each in (self.header, claims))
            return ".".join(base64.urlsafe_b64encode(p).decode() for p in parts) + "."
        algorithms = [self.header["alg"]]
        return jwt.encode(self.header, claims, self.key, algorithms=algorithms)


class _Answers(BaseHTTPRequestHandler):
    def do_GET(self):
        issuer = self.server.issuer
        if self.path == "/.well-known/openid-configuration":
            about = {
                "issuer": issuer,
                "authorization_endpoint": f"{issuer}/authorize",
                "token_endpoint": f"{issuer}/token",
                "jwks_uri": f"{issuer}/keys",
            }
            self.answer(200, {**about, **self.server.about})
        else:
            self.answer(200, {"keys": [KEY.as_dict(private=False)]})

    def do_POST(self):
        sent = self.rfile.read(int(self.headers["Content-Length"])).decode()
        form = {name: each[0] for name, each in parse_qs(sent).items()}
        token = self.server.exchange(self.headers, form)
        if token is None:
            self.answer(400, {"error": "invalid_grant"})
        else:
            self.answer(self.server.token_status, token)

    def answer(self, status, said):
        body = json.dumps(said).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


#: A key made of what everybody may read: what a library that mixes up keys accepts.
SHARED = OctKey.import_key(SECRET)
