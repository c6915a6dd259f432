"""Whole documents behind one contract."""

from pathlib import Path

from submissions.errors import StoreUnavailableError
from submissions.store.contract import Store
from submissions.store.sqlite import SqliteStore

_SQLITE = "sqlite:///"
_MONGO = ("mongodb://", "mongodb+srv://")


def open_store(url: str, *, create: bool = True) -> Store:
    """Open the store at an address.

    Args:
        url: "sqlite:///folder/yibiao.db", "sqlite:////folder/yibiao.db" for a path
            from the root, or "mongodb://HOST:PORT/DATABASE".
        create: make it if it is not there.

    Raises:
        StoreUnavailableError: no such kind of store, or it cannot be opened now.
    """
    if url.startswith(_MONGO):
        # Here, for the driver takes a tenth of a second that SQLite need not wait for.
        from submissions.store.mongo import MongoStore  # noqa: PLC0415

        return MongoStore(url, create=create)
    path = sqlite_path(url)
    if path is None:
        raise StoreUnavailableError(
            f"{url.partition(':')[0]!r} names no store",
            f'Write "{_SQLITE}" and the path of a file, or a {_MONGO[0]} address.',
        )
    if not create and not path.exists():
        raise StoreUnavailableError(
            f"there is no store at {path}", "Publish to make one, or mend the path."
        )
    return SqliteStore(path)


def sqlite_path(url: str) -> Path | None:
    """Return where the SQLite file of an address is; None: it names no such store."""
    path = url.removeprefix(_SQLITE)
    return None if path in {url, ""} else Path(path)
