"""Whole documents behind one contract."""

from pathlib import Path

from submissions.errors import StoreUnavailableError
from submissions.store.contract import Store
from submissions.store.sqlite import SqliteStore

_SQLITE = "sqlite:///"


def open_store(url: str, *, create: bool = True) -> Store:
    """Open the store at an address.

    Args:
        url: "sqlite:///folder/yibiao.db", or "sqlite:////folder/yibiao.db" for a path
            from the root.
        create: make it if it is not there.

    Raises:
        StoreUnavailableError: no such kind of store, or it cannot be opened now.
    """
    path = url.removeprefix(_SQLITE)
    if path in {url, ""}:
        raise StoreUnavailableError(
            f"{url!r} names no store", f'Write "{_SQLITE}" and the path of a file.'
        )
    if not create and not Path(path).exists():
        raise StoreUnavailableError(
            f"there is no store at {path}", "Publish to make one, or mend the path."
        )
    return SqliteStore(Path(path))
