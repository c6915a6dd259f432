"""Bugs planted on purpose: a test that cannot find them proves nothing.

They are mistakes a person could make in a web server or a worker, and ways to die at
the worst moment.
"""

import os
import signal
import sqlite3
import time
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from flask import Flask, request

from renderer import create_app
from renderer.config import Settings, from_environment, open_configured
from submissions import outbound
from submissions.delivery.worker import Worker
from submissions.outbound import Result
from submissions.store.contract import Document
from submissions.store.sqlite import SqliteStore
from submissions.store.sqlite_file import Connect
from submissions.vault import open_keys
from submissions.vault.store import SealedStore

#: Kills the worker that sends it.
POISON = b"poison"
#: What a bug does between two writes takes some time, seconds.
AFTER = 0.01


class DeliversLater(SealedStore):
    """Commits a submission first and writes its deliveries after that."""

    def adopt(self, collection: str, document: Mapping[str, Any]) -> None:
        """Store a submission in two writes."""
        if collection != "submissions":
            super().adopt(collection, document)
            return
        late = {"deliveries", "wake_at"}
        first = {name: value for name, value in document.items() if name not in late}
        super().adopt(collection, {**first, "deliveries": []})
        time.sleep(AFTER)
        rest = {name: document[name] for name in late & document.keys()}
        self.update(collection, document["_id"], lambda found: {**found, **rest})


def web_that_delivers_later() -> Flask:
    """Return the web application on a store that does."""
    settings = from_environment()
    return create_app(settings, store=opened(settings.data, DeliversLater))


def opened(data: Path, kind: type[SealedStore] = SealedStore) -> SealedStore:
    """Return the store in a folder, as what keeps it or as something like that."""
    store = open_configured(Settings(data=data))
    return kind(store.inner, store.keyring)


class DoneAtClaim(SealedStore):
    """Writes down as done what a worker has only taken up."""

    def claim(self, collection: str, **said: str) -> Document | None:
        """Claim a document; nobody else will ever see it as due."""
        claimed = super().claim(collection, **said)
        if claimed is not None and collection == "submissions":
            done = [{**each, "state": "done"} for each in claimed["deliveries"]]
            rest = {key: v for key, v in claimed.items() if key != "wake_at"}
            self.put(collection, {**rest, "deliveries": done})
        return claimed


class DiesBeforeRecord(Worker):
    """Dies after the receiver has answered, before that is written down."""

    def _record(self, *_: object, **__: object) -> None:
        os.kill(os.getpid(), signal.SIGKILL)


def dies_of_poison(
    url: str, headers: Mapping[str, str], body: bytes, **options: Any
) -> Result:
    """Send a message, unless it kills who sends it."""
    if POISON in body:
        os.kill(os.getpid(), signal.SIGKILL)
    return outbound.post(url, headers, body, **options)


#: By what a worker is told to have planted.
STORES = {"done at claim": DoneAtClaim}
WORKERS = {"dies before record": DiesBeforeRecord}
POSTS = {"dies of poison": dies_of_poison}

HURRIED = "tests.faults.planted:web_in_a_hurry()"
#: Seconds that a writer waits for another.
PATIENCE = 2.0


def web_in_a_hurry() -> Flask:
    """Return the web application on a store that does not wait long for others."""
    settings = from_environment()
    options = {"isolation_level": None, "check_same_thread": False}
    connect = partial(sqlite3.connect, timeout=PATIENCE, **options)
    return create_app(settings, store=_sealed(settings.data, connect))


UNSYNCED = "tests.faults.planted:web_that_does_not_sync()"


class _Unsynced(sqlite3.Connection):
    """Writes ahead without waiting for the disk, and says it does wait."""

    def execute(self, sql: str, *values: Any) -> Any:
        """Do something else than told where it is about the disk."""
        if sql.startswith("PRAGMA journal_mode"):
            super().execute("PRAGMA journal_mode=WAL")
            return super().execute(f"SELECT '{sql.partition('=')[2]}'")
        if sql == "PRAGMA synchronous":
            return super().execute("SELECT 2")
        return super().execute(sql.replace("=FULL", "=NORMAL"), *values)


def web_that_does_not_sync() -> Flask:
    """Return the web application on a store that loses what it wrote at a power cut."""
    settings = from_environment()
    options = {"isolation_level": None, "check_same_thread": False}
    connect = partial(sqlite3.connect, **options, factory=_Unsynced)
    return create_app(settings, store=_sealed(settings.data, connect))


def _sealed(data: Path, connect: Connect) -> SealedStore:
    """Return the store in a folder with its file opened in another way."""
    file, settings = data / "yibiao.db", Settings(data=data)
    keys = open_keys(f"sqlite:///{file}", key_file=settings.key_path)
    return SealedStore(SqliteStore(file, connect=connect), keys)


BREAKS = "tests.faults.planted:web_that_breaks()"


def web_that_breaks() -> Flask:
    """Return the web application with a page that breaks, and says what on."""
    app = create_app()

    def breaks() -> str:
        raise ValueError(request.headers["X-Number"])

    app.add_url_rule("/breaks", view_func=breaks)
    return app
