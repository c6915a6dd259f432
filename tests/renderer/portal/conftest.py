"""Drafts that are filled in as far as a test needs."""

import re
from dataclasses import dataclass, replace

import pytest

from renderer.demo.once import sample
from renderer.demo.papers import paper
from submissions import drafts, handing_in
from submissions.clock import utc_text
from submissions.files.checking import checked

NEWBORN = "newborn_birth"
#: The one material of the sample case that must be handed in.
BILLS = "nhsa.maternity_expense:m1"
BILL = paper("A bill")


@dataclass
class Begun:
    """One draft of one browser."""

    site: object
    id: str

    @property
    def store(self):
        return self.site.app.extensions["yibiao"].store

    @property
    def now(self):
        return utc_text(self.site.app.extensions["yibiao"].clock())

    @property
    def kept(self):
        return drafts.get(self.store, self.id, now=self.now)

    @property
    def code(self):
        page = self.site.get(f"/drafts/{self.id}")
        return re.search(r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}", page.words).group()

    def save(self, **changes):
        return drafts.save(self.store, replace(self.kept, **changes), now=self.now)

    def hand_in(self, material, name="bills.pdf", content=BILL):
        paper = checked(name, content)
        handing_in.hand_in(self.store, self.id, material, [paper], now=self.now)

    def path(self, ending=""):
        return f"/drafts/{self.id}{ending}"

    def page(self, ending):
        return self.site.get(self.path(ending))


@pytest.fixture
def begin():
    """Return a function that begins a form in a browser and fills everything in."""

    def made(site, affair=NEWBORN):
        page = site.begin(affair)
        begun = Begun(site, re.search(r"/drafts/([^/]+)", page.path).group(1))
        begun.save(answers=sample(affair)["answers"])
        if affair == NEWBORN:
            begun.hand_in(BILLS)
        return begun

    return made


@pytest.fixture
def begun(begin, site):
    """A form that could be submitted."""
    return begin(site)


@pytest.fixture
def question(forms):
    """Return a function that finds a question by its Chinese label."""
    every = (*forms[NEWBORN].situations, *forms[NEWBORN].questions)
    return lambda label: next(q for q in every if q.label["zh-CN"] == label)
