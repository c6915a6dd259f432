"""A family's application, as departments find it on their desks."""

import re
from dataclasses import dataclass, replace

import pytest

from renderer.demo.once import sample
from renderer.demo.papers import paper
from submissions import drafts, handing_in
from submissions.clock import utc_text
from submissions.files.checking import checked

NEWBORN = "newborn_birth"
BILLS = "nhsa.maternity_expense:m1"


@dataclass
class Case:
    """A submitted form, and the browser it was filled in with."""

    site: object
    id: str

    @property
    def store(self):
        return self.site.app.extensions["yibiao"].store

    @property
    def submission(self):
        return self.store.get("submissions", self.id)

    @property
    def ref(self):
        return self.submission["ref"]

    def part(self, matter):
        return next(p for p in self.submission["parts"] if p["matter"] == matter)

    def log(self, part):
        entries = self.submission["log"]
        return [e for e in entries if e["detail"].get("part") == part]


@pytest.fixture
def apply(app, open_site):
    """Return a function that fills in and sends the sample family's form."""

    def applied(origins=None):
        site = open_site(app)
        services = app.extensions["yibiao"]
        store, now = services.store, utc_text(services.clock())
        begun = re.search(r"/drafts/([^/]+)", site.begin(NEWBORN).path)
        id_ = begun.group(1)
        handing_in.hand_in(
            store, id_, BILLS, [checked("bill.pdf", paper("A bill"))], now=now
        )
        draft = drafts.get(store, id_, now=now)
        answers = sample(NEWBORN)["answers"]
        filled = replace(draft, answers=answers, provenance=origins or {})
        drafts.save(store, filled, now=now)
        site.send(site.get(f"/drafts/{id_}/check"), "/submit", declared="yes")
        return Case(site, id_)

    return applied
