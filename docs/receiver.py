"""A receiver in one file, of a department or an observer: verify, keep once, answer.

    pip install flask standardwebhooks urllib3
    SECRET=whsec_... PRODUCT=https://yibiao.example flask --app receiver run --port 9100

`yibiao endpoint add` shows the secret. What came is kept in received.db.
"""

import json
import os
import sqlite3
from datetime import UTC, datetime

import urllib3
from flask import Flask, jsonify, request
from standardwebhooks import Webhook, WebhookVerificationError

WEBHOOK = Webhook(os.environ["SECRET"])
PRODUCT = os.environ.get("PRODUCT", "http://127.0.0.1:8000")
FILE = os.environ.get("RECEIVED", "received.db")

app = Flask(__name__)
with sqlite3.connect(FILE) as made:
    made.execute(
        "CREATE TABLE IF NOT EXISTS received"
        " (id TEXT PRIMARY KEY, part TEXT, seq INTEGER, body TEXT)"
    )


@app.post("/")
def receive():
    """Take one message; a 2xx says that it is safe here."""
    body = request.get_data()  # the bytes that were signed: verify before parsing
    try:
        event = WEBHOOK.verify(body, dict(request.headers))
    except (WebhookVerificationError, ValueError):
        return "", 401
    data = event["data"]
    if event["type"] == "ping":
        return jsonify({"challenge": data["challenge"]})
    documents = event["type"] in {"part.ready", "part.updated"}
    if documents and "href" in data:  # a thin message: the document is fetched
        data = call("GET", data["href"], data["part"])["data"]
    part = data["part"] if documents else None  # others only tell what happened
    body = json.dumps({"type": event["type"], **data})
    # The same id comes again when our answer was lost: it is kept once.
    row = (request.headers["webhook-id"], part, data.get("seq"), body)
    with sqlite3.connect(FILE) as kept:
        kept.execute("INSERT OR IGNORE INTO received VALUES (?, ?, ?, ?)", row)
    return "", 204


def last(part):
    """Return the last document of a part: messages may come in any order."""
    with sqlite3.connect(FILE) as kept:
        query = "SELECT body FROM received WHERE part = ? ORDER BY seq DESC LIMIT 1"
        (body,) = kept.execute(query, (part,)).fetchone()
    return json.loads(body)


def answer(part, type_, **more):
    """Tell the applicant's side, for example:

    answer(part, "part.accepted")
    answer(part, "part.correction_requested",
           reasons=[{"pointer": "/XM", "text": "Not as in the certificate."}])
    answer(part, "part.decided", outcome="approved", values={"company:code": "91AA"})
    """
    data = {"part": part, "digest": last(part)["digest"], **more}
    now = datetime.now(UTC).isoformat()
    event = {"type": type_, "timestamp": now, "data": data}
    id_ = f"{type_.replace('.', '_')}_{part}_{last(part)['seq']}"
    return call("POST", f"/api/v1/parts/{part}/events", id_, json.dumps(event))


def call(method, path, id_, body=""):
    """Call the product, signed as it signs."""
    now = datetime.now(UTC)
    headers = {
        "content-type": "application/json",
        "webhook-id": id_,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": WEBHOOK.sign(id_, now, body),
    }
    said = urllib3.request(
        method, PRODUCT + path, body=body.encode() or None, headers=headers, timeout=10
    )
    if said.status != 200:
        raise RuntimeError(f"{said.status} {said.data.decode()}")
    return said.json()
