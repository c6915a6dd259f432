"""Whole documents behind one contract."""

from pathlib import Path

from submissions.errors import StoreUnavailableError
from submissions.store.contract import Store
from submissions.store.sqlite import SqliteStore

_SQLITE = "sqlite:///"


def open_store(url: str) -> Store:
    """Open the store at an address; what is missing is made.

    Args:
        url: "sqlite:///folder/yibiao.db", or "sqlite:////folder/yibiao.db" for a path
            from the root.

    Raises:
        StoreUnavailableError: no such kind of store, or it cannot be opened now.
    """
    path = url.removeprefix(_SQLITE)
    if path in {url, ""}:
        raise StoreUnavailableError(
            f"{url!r} names no store", f'Write "{_SQLITE}" and the path of a file.'
        )
    return SqliteStore(Path(path))
