"""Encryption at rest: a key per submission, wrapped by the key in one file."""

import secrets
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from submissions.store import open_store, sqlite_path
from submissions.vault.key_file import KeyFile
from submissions.vault.keyring import Keyring
from submissions.vault.store import SealedStore


def open_sealed(
    url: str, *, key_file: Path, keys_url: str = "", create: bool = True
) -> SealedStore:
    """Open the store at an address with what makes it readable.

    Args:
        url: of the store.
        key_file: made with the first store; never made for one that has keys.
        keys_url: of the store of the wrapped keys; "" means beside the store.
        create: make the store if it is not there.

    Raises:
        StoreUnavailableError: one of the three cannot be used.
        UnreadableError: the keys of this store are gone.
    """
    inner = open_store(url, create=create)
    try:
        keyring = open_keys(url, key_file=key_file, keys_url=keys_url)
        return SealedStore(inner, keyring)
    except BaseException:
        inner.close()
        raise


def open_keys(url: str, *, key_file: Path, keys_url: str = "") -> Keyring:
    """Open the keys of the store at an address; see `open_sealed`."""
    store = open_store(keys_url or beside(url))
    keyring = Keyring(store, KeyFile(key_file), secrets.token_bytes)
    try:
        if keyring.empty:
            KeyFile(key_file).make(secrets.token_bytes)
        keyring.index_key  # noqa: B018 - refuses what is no file of keys
    except BaseException:
        store.close()
        raise
    return keyring


def beside(url: str) -> str:
    """Return where the wrapped keys of a store are if nothing else is said.

    >>> beside("sqlite:///data/yibiao.db")
    'sqlite:///data/yibiao.db-keys'
    >>> beside("mongodb://a,b/yibiao?replicaSet=rs")
    'mongodb://a,b/yibiao_keys?replicaSet=rs'
    """
    if sqlite_path(url) is not None:
        return f"{url}-keys"
    # Here, for the driver takes a tenth of a second that SQLite need not wait for.
    from submissions.store.mongo import DATABASE  # noqa: PLC0415

    parted = urlsplit(url)
    name = parted.path.strip("/") or DATABASE
    return urlunsplit(parted._replace(path=f"/{name}_keys"))
