"""One long page of questions at a counter, to measure: a real store, a real visit."""

import re
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from html.parser import HTMLParser
from http import HTTPStatus
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from flask import Flask
from flask.testing import FlaskClient

from bench.synthetic import synthetic
from builder import pointer
from builder.catalogue import load
from builder.merge import merge
from builder.model import AffairId, MergedForm
from builder.validity import Judge
from renderer import create_app
from renderer.config import Settings, open_configured
from submissions import drafts, packs
from submissions.clock import utc_now, utc_text

#: Fields of the page.
FIELDS = 100
_AFFAIR = AffairId("imported")
#: One of them answers each question of a made-up form.
_VALUES = ("文字 <1>", "11010519491231002X", "2020-02-29", 50, "9")
_FORM = "application/x-www-form-urlencoded"
_SAME_SITE = {"Sec-Fetch-Site": "same-origin"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """Somebody's page, opened and filled in."""

    app: Flask
    client: FlaskClient
    settings: Settings
    #: Where the page is.
    path: str
    form: MergedForm

    def body(self) -> bytes:
        """Return what a browser would send of the page as it is served."""
        found = _Fields()
        found.feed(self.client.get(self.path).text)
        return urlencode({**found.values, "_do": "later"}, doseq=True).encode()

    def send(self, body: bytes) -> None:
        """Send the page.

        Raises:
            RuntimeError: it was not kept.
        """
        answer = self.client.post(
            self.path, data=body, content_type=_FORM, headers=_SAME_SITE
        )
        if answer.status_code != HTTPStatus.SEE_OTHER:
            raise RuntimeError(answer.status)


@contextmanager
def visit() -> Iterator[Visit]:
    """Open a page of a hundred questions, all answered, as a clerk at a counter."""
    form = merge(load(synthetic(1, fields=FIELDS)), _AFFAIR)
    people = Path(str(files("renderer.demo") / "people.json"))
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data=Path(folder), demo_people=people, end="counter")
        with closing(open_configured(settings)) as store:
            now = utc_text(utc_now())
            packs.publish(store, packs.freeze(form, samples=1), now=now, by="bench")
            app = create_app(settings, store=store)
            client = app.test_client()
            _send(client, "/desk/sign-in", to="/desk/sample", person="fang")
            started = _send(client, f"/affairs/{_AFFAIR}/start", person="lin")
            id_ = started.split("/")[2]
            draft = drafts.get(store, id_, now=now)
            if draft is None:
                raise LookupError(started)
            drafts.save(store, replace(draft, answers=answers(form)), now=now)
            yield Visit(
                app=app,
                client=client,
                settings=settings,
                path=f"/drafts/{id_}/pages/~all",
                form=form,
            )


def answers(form: MergedForm) -> Mapping[str, Any]:
    """Return an answer to every question of a made-up form."""
    judge, given = Judge(form), dict[str, Any]()
    for question in form.questions:
        value = next(v for v in _VALUES if judge.accepts_value(question, v, {}))
        pointer.put(given, pointer.parts(question.pointer), value)
    return given


class _Fields(HTMLParser):
    """What the controls of a page hold, by name."""

    def __init__(self) -> None:
        super().__init__()
        self.values: dict[str, list[str]] = {}
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "select":
            self._select = given["name"]
        chosen = given.get("type") != "radio" or "checked" in given
        if tag == "input" and chosen:
            self.values[given["name"]] = [given.get("value", "")]
        if tag == "option" and "selected" in given:
            self.values[self._select] = [given["value"]]


def _send(client: FlaskClient, path: str, *, to: str = "", **chosen: str) -> str:
    """Send a form as it is served, to its own address or another; return the next."""
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get(path).text)
    data = {"csrf_token": token[1] if token else "", **chosen}
    return str(client.post(to or path, data=data, headers=_SAME_SITE).location)
