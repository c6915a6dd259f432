"""A small affair, a store, and receivers to send to.

Founding a company: the market office (licence) issues the company's code; the tax
office (tax) waits for it and issues a tax number; the housing fund (fund) waits for
that one. The police (seal) wait for nobody.
"""

import json
import threading
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from random import Random

import pytest
from small import form_document as form
from small import matter_document as matter
from small import words

from builder.catalogue import load
from builder.merge import merge
from submissions import (
    cases,
    drafts,
    endpoints,
    handing_in,
    intake,
    outbound,
    packs,
    routing,
)
from submissions.clock import utc_text
from submissions.delivery import webhook
from submissions.delivery.schedule import Schedule, wake
from submissions.delivery.worker import Worker
from submissions.files.checking import Checked
from submissions.files.links import Links
from submissions.store import open_store
from submissions.vault import open_sealed

START = datetime(2026, 11, 22, 3, 4, 5, 678000, UTC)


def material(id_, *ways):
    label = words(id_)
    return {"id": id_, "label": label, "necessity": "required", "ways": list(ways)}


def element(schema, example):
    return {
        "label": words("element"),
        "schema": schema,
        "sensitivity": "general",
        "example": example,
    }


ELEMENTS = {
    "name": element({"type": "string", "maxLength": 30}, "青山商贸"),
    "founded": element({"type": "string", "format": "date"}, "2026-11-22"),
    "code": element({"type": "string", "pattern": "^[0-9A-Z]{4}$"}, "91AA"),
    "grade": element({"enum": ["A", "B", "C"]}, "A") | {"codelist": "grade"},
    "tax_number": element({"type": "string", "pattern": "^T[0-9]{4}$"}, "T0001"),
}

CODELISTS = {
    "grade": {
        "label": words("grade"),
        "values": [{"code": c, "label": words(c)} for c in ("A", "B", "C")],
    },
    "fund_grade": {
        "label": words("grade of the fund, which has no C"),
        "values": [{"code": c, "label": words(c)} for c in ("1", "2")],
        "crosswalk": {"to": "grade", "pairs": [["A", "1"], ["B", "2"]]},
    },
}

NAME = {"fact": "company:name"}
TEXT = {"type": "string"}

MATTERS = {
    "licence": (
        matter(
            "licence",
            "market",
            {"/MC": NAME, "/RQ": {"fact": "company:founded"}, "/JYFW": {}},
            issues=[{"fact": "company:code"}],
            materials=[material("lease", "submit"), material("id", "certificate")],
        ),
        form(
            {
                "MC": {"type": "string", "maxLength": 20},
                "RQ": {"type": "string"},
                "JYFW": TEXT,
            },
            ["MC"],
        ),
    ),
    "tax": (
        matter(
            "tax",
            "tax",
            {"/code": {"fact": "company:code"}, "/taxpayer": NAME},
            issues=[{"fact": "company:tax_number"}, {"fact": "company:grade"}],
            materials=[material("ledger", "submit", "promise")],
        ),
        form({"code": TEXT, "taxpayer": TEXT}, ["code", "taxpayer"]),
    ),
    "fund": (
        matter(
            "fund",
            "fund",
            {
                "/number": {"fact": "company:tax_number"},
                "/grade": {
                    "fact": "company:grade",
                    "lens": {"table": "fund_grade"},
                    "codelist": "fund_grade",
                },
                "/staff": {},
            },
        ),
        form(
            {
                "number": {"type": "string", "pattern": "^T[0-8]{4}$"},
                "grade": {"enum": ["1", "2"]},
                "staff": {"type": "integer"},
            },
            [],
        ),
    ),
    "seal": (
        matter("seal", "police", {"/name": NAME}),
        form({"name": {"type": "string", "maxLength": 30}}, ["name"]),
    ),
}

AFFAIR = {
    "id": "founding",
    "label": words("founding a company"),
    "summary": words("one form"),
    "audience": words("founders"),
    "lead_department": "market",
    "area": "420116",
    "retention_days": 365,
    "minutes": 5,
    "fee": words("none"),
    "who_may_act": words("anyone with a mandate"),
    "roles": {"company": words("the company")},
    "situations": [
        {
            "fact": "situation:staff",
            "label": words("Have you staff?"),
            "schema": {"type": "boolean"},
        }
    ],
    "matters": [
        {"matter": "licence"},
        {"matter": "tax"},
        {
            "matter": "fund",
            "when": {
                "required": ["situation:staff"],
                "properties": {"situation:staff": {"const": True}},
            },
        },
        {"matter": "seal"},
    ],
    "pages": [
        {
            "id": "company",
            "label": words("The company"),
            "questions": [
                "/facts/company:name",
                "/facts/company:founded",
                "/matters/licence/JYFW",
                "/matters/fund/staff",
            ],
        }
    ],
}

ANSWERS = {
    "facts": {
        "situation:staff": True,
        "company:name": "青山商贸",
        "company:founded": "2026-11-20",
    },
    "matters": {"licence": {"JYFW": "茶叶"}, "fund": {"staff": 3}},
}

LINKS = Links(key="a secret", base_url="https://one.example.org")
LEASE = b"%PDF-1.4 a lease"

PROVENANCE = {
    "/facts/company:name": {
        "source": "name_service",
        "at": "2026-11-01T00:00:00.000Z",
        "certainty": "exact",
        "corrected": False,
    },
    "/matters/fund/staff": {
        "source": "earlier",
        "at": None,
        "certainty": "candidate",
        "corrected": True,
    },
}


def licence(lease):
    definition, schema = MATTERS["licence"]
    first, *rest = definition["materials"]
    return definition | {"materials": [first | {"necessity": lease}, *rest]}, schema


def founding_pack(summary="one form", lease="required"):
    """Return the small affair; `lease` is the necessity of the lease."""
    departments = ("market", "tax", "fund", "police")
    documents = {
        "elements.json": {"elements": ELEMENTS},
        "codelists.json": {"codelists": CODELISTS},
        "departments.json": {
            "departments": {
                name: {"label": words(name), "kind": "authority"}
                for name in departments
            }
        },
        "affairs/founding.json": AFFAIR | {"summary": words(summary)},
    }
    for name, (definition, schema) in (MATTERS | {"licence": licence(lease)}).items():
        documents[f"matters/{name}/matter.json"] = definition
        documents[f"matters/{name}/schema.json"] = schema
    encoded = {path: json.dumps(each).encode() for path, each in documents.items()}
    return packs.freeze(merge(load(encoded), "founding"), samples=4)


@pytest.fixture(scope="session")
def packed():
    """The pack of the small affair."""
    return founding_pack()


@pytest.fixture(scope="session")
def repacked():
    """The pack of the small affair with one word changed."""
    return founding_pack("one form only")


@pytest.fixture
def url(tmp_path):
    return f"sqlite:///{tmp_path}/data/yibiao.db"


@pytest.fixture
def key_file(tmp_path):
    return tmp_path / "data" / "vault.key"


@pytest.fixture
def store(url, key_file):
    opened = open_sealed(url, key_file=key_file)
    yield opened
    opened.close()


class Time:
    """A clock that moves when it is told to."""

    def __init__(self):
        self.moment = START

    def __call__(self):
        return self.moment

    @property
    def text(self):
        return utc_text(self.moment)

    def pass_(self, **duration):
        self.moment += timedelta(**duration)


@pytest.fixture
def clock():
    return Time()


@pytest.fixture
def new_id():
    """Ids in the order they are asked for: p_1, p_2, m_3, ..."""
    return counting()


@dataclass
class City:
    """An affair that is published, with everything to apply for it."""

    store: object
    clock: Time
    new_id: object
    published: packs.Published
    secrets: dict = field(default_factory=dict)
    answers: dict = field(default_factory=lambda: ANSWERS)
    links = LINKS

    def draft(self, id_="s_one", answers=None, **more):
        begun = drafts.start(
            self.store,
            self.published,
            id_=id_,
            resume_hash=f"hash of {id_}",
            owner=more.get("owner"),
            now=self.clock.text,
        )
        filled = replace(
            begun,
            answers=answers or self.answers,
            provenance=PROVENANCE,
            promised=more.get("promised", ("tax:ledger",)),
        )
        drafts.save(self.store, filled, now=self.clock.text)
        return self.hand_in("licence:lease", id_=id_)

    def hand_in(self, material, content=LEASE, name="lease.pdf", id_="s_one"):
        paper = Checked(name=name, type="application/pdf", content=content)
        now = self.clock.text
        return handing_in.hand_in(self.store, id_, material, [paper], now=now)

    def accept(self, draft):
        return intake.accept(
            self.store,
            self.published,
            draft=draft,
            now=self.clock.text,
            new_id=self.new_id,
        )

    def apply(self, id_="s_one", answers=None, **more):
        self.accept(self.draft(id_, answers, **more))
        # As if a worker had taken its event in, which the tests of the feed look at.
        return self.store.update("submissions", id_, _fed)

    def submission(self, id_="s_one"):
        return self.store.get("submissions", id_)

    def standing(self, id_="s_one"):
        """Everything of a submission but its history."""
        found = self.submission(id_)
        return {name: found[name] for name in found.keys() - {"log", "rev"}}

    def part(self, matter, id_="s_one"):
        return next(p for p in self.submission(id_)["parts"] if p["matter"] == matter)

    def states(self, id_="s_one"):
        return {p["matter"]: p["state"] for p in self.submission(id_)["parts"]}

    def connect(self, department, url, area="", **more):
        self.secrets[department] = webhook.new_secret(
            lambda length: department.encode().ljust(length, b".")
        )
        id_ = endpoints.add(
            self.store,
            department=department,
            area=area,
            url=url,
            secret=self.secrets[department],
            now=self.clock.text,
            new_id=self.new_id,
            **more,
        )
        # As if it had answered its challenge, which the tests of that look at.
        self.store.update("endpoints", id_, _unasked)
        routing.resume(
            self.store, id_, now=self.clock.text, verified=True, new_id=self.new_id
        )
        return id_

    def connect_all(self, url):
        for department in ("market", "tax", "fund", "police"):
            self.connect(department, f"{url}/{department}")

    def call(self, part, event, *, secret=None, message_id=None, to=None):
        """Call as the department of a part."""
        body = event if isinstance(event, bytes) else json.dumps(event).encode()
        headers = webhook.headers(
            body,
            message_id=message_id or f"call_{part['id']}",
            sent_at=int(self.clock().timestamp()),
            secret=secret or self.secrets[part["department"]],
        )
        now, to = self.clock.text, to or part["id"]
        return cases.receive(self.store, to, headers, body, now=now, new_id=self.new_id)

    def worker(self, post, owner="w1", **more):
        options = {"schedule": Schedule(steps=(0, 10, 100), days=2)} | more
        return Worker(
            self.store,
            clock=self.clock,
            owner=owner,
            links=LINKS,
            random=Random(7),
            new_token=lambda: self.new_id("token"),
            post=post,
            **options,
        )


def _unasked(endpoint):
    return {key: value for key, value in endpoint.items() if key != "wake_at"}


def _fed(submission):
    events = [event | {"fed": True} for event in submission["events"]]
    return wake(submission | {"events": events})


def settle(store, clock, new_id, packed):
    packs.publish(store, packed, now=clock.text, by="test")
    return City(store, clock, new_id, packs.current(store, "founding"))


def counting():
    counter = iter(range(1, 1_000_000))
    return lambda prefix: f"{prefix}_{next(counter)}"


@pytest.fixture
def city(store, clock, new_id, packed):
    return settle(store, clock, new_id, packed)


@pytest.fixture(scope="session")
def new_city(tmp_path_factory, packed):
    """Return a function that makes a city of its own for each example of a law."""
    packed_by = {"required": packed, "deferrable": founding_pack(lease="deferrable")}

    def make(lease="required"):
        store = open_store(f"sqlite:///{tmp_path_factory.mktemp('city')}/yibiao.db")
        return settle(store, Time(), counting(), packed_by[lease])

    return make


@dataclass
class Office:
    """Departments that answer what they are told and remember what came."""

    #: What to answer, one after the other; then 204.
    answers: list = field(default_factory=list)
    came: list = field(default_factory=list)

    def __call__(self, url, headers, body, **_):
        self.came.append((url, dict(headers), body))
        if not self.answers:
            return outbound.Result(status=204)
        answer = self.answers.pop(0)
        if isinstance(answer, int):
            return outbound.Result(status=answer)
        return answer

    @property
    def ids(self):
        return [headers["webhook-id"] for _, headers, _ in self.came]


@pytest.fixture
def office():
    return Office()


@pytest.fixture
def receiver():
    """Return a function that serves a handler on loopback and says where."""

    @contextmanager
    def serving(handle):
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                length = int(self.headers.get("content-length", 0))
                handle(self, self.rfile.read(length))

            def log_message(self, *_):
                pass

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield f"127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            server.server_close()
            thread.join()

    with ExitStack() as servers:
        yield lambda handle: servers.enter_context(serving(handle))
