"""The one store of a test, on each engine."""

import pytest

from submissions.store import open_store


@pytest.fixture
def engine(store_url):
    """Return a function that opens the one store of this test, again and again."""
    opened = []

    def open_again():
        opened.append(open_store(store_url))
        return opened[-1]

    open_again.url = store_url
    yield open_again
    for each in opened:
        each.close()


@pytest.fixture
def store(engine):
    return engine()
