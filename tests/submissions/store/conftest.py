"""The one store of a test, on each engine, and with what is in it encrypted."""

import pytest

from submissions.store import open_store
from submissions.vault import open_sealed


@pytest.fixture
def engine(store_url, tmp_path, engine_name):
    """Return a function that opens the one store of this test, again and again.

    Its `code` does the same in another process.
    """
    opened = []

    def open_again():
        opened.append(
            open_sealed(store_url, key_file=tmp_path / "vault.key")
            if engine_name == "sealed"
            else open_store(store_url)
        )
        return opened[-1]

    key_file = f"Path({str(tmp_path)!r}, 'vault.key')"
    call = (
        f"vault.open_sealed({store_url!r}, key_file={key_file})"
        if engine_name == "sealed"
        else f"store.open_store({store_url!r})"
    )
    imports = "from pathlib import Path\nfrom submissions import store, vault\n"
    open_again.code = f"{imports}store = {call}"
    yield open_again
    for each in opened:
        each.close()


@pytest.fixture
def store(engine):
    return engine()
