"""The file of the keys that all else hangs on: made once, 0600, never in the store.

Holds the keys that wrap the keys of submissions, by id, and the key of the index over
numbers. Whoever has the store, its keys and this file can read everything; without this
file nobody can read anything.
"""

import base64
import fcntl
import json
import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from submissions.errors import StoreUnavailableError
from submissions.vault.sealing import KEY_BYTES, RandomBytes


@dataclass(frozen=True, slots=True, kw_only=True)
class MasterKeys:
    """What is in the file."""

    #: The id of the key that wraps new keys.
    current: str
    #: By id; those before the current one open what they wrapped.
    wrapping: Mapping[str, bytes]
    #: Of the index over numbers.
    index: bytes


class KeyFile:
    """A file of keys, read again when it was changed."""

    def __init__(self, path: Path) -> None:
        """Take the place of the file."""
        self.path = path
        #: Which file was read, and what was in it.
        self._read: tuple[tuple[int, int], MasterKeys] | None = None

    def make(self, random: RandomBytes) -> None:
        """Make the file where there is none; of two who make it both use the same.

        Raises:
            StoreUnavailableError: it cannot be written.
        """
        if self.path.exists():
            return
        id_ = _new_id(random)
        keys = MasterKeys(
            current=id_,
            wrapping={id_: random(KEY_BYTES)},
            index=random(KEY_BYTES),
        )
        try:
            self._write(keys, anew=True)
        except OSError as error:
            raise self._unusable(error.strerror or str(error)) from error

    def keys(self) -> MasterKeys:
        """Return the keys as they are now.

        Raises:
            StoreUnavailableError: the file is not there, or is no such file.
        """
        try:
            found = self.path.stat()
            # Each change is a new file; two may come within one tick of the clock.
            which = found.st_ino, found.st_mtime_ns
            if self._read is None or self._read[0] != which:
                self._read = which, _keys(json.loads(self.path.read_bytes()))
        except OSError as error:
            raise self._unusable(error.strerror or str(error)) from error
        except (ValueError, KeyError, TypeError) as error:
            raise self._unusable("it is no file of keys") from error
        return self._read[1]

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Let nobody else in here meanwhile: what two write at once, one would lose."""
        lock = self.path.with_name(f"{self.path.name}.lock")
        try:
            opened = os.open(lock, os.O_CREAT | os.O_RDWR, 0o600)
        except OSError as error:
            raise StoreUnavailableError(
                f"{lock}: {error.strerror}", "Check path, disk and rights."
            ) from error
        with os.fdopen(opened):
            fcntl.flock(opened, fcntl.LOCK_EX)
            yield

    def add(self, random: RandomBytes) -> str:
        """Have a new key wrap from now on; return its id. The others stay."""
        before, id_ = self.keys(), _new_id(random)
        wrapping = {**before.wrapping, id_: random(KEY_BYTES)}
        self._write(MasterKeys(current=id_, wrapping=wrapping, index=before.index))
        return id_

    def retire(self) -> None:
        """Drop all keys but the current one and the one before it.

        That one stays until the next time: another process may just have used it.
        """
        now = self.keys()
        last = dict(list(now.wrapping.items())[-2:])
        self._write(MasterKeys(current=now.current, wrapping=last, index=now.index))

    def _write(self, keys: MasterKeys, *, anew: bool = False) -> None:
        written = {
            "current": keys.current,
            "wrapping": {id_: _text(key) for id_, key in keys.wrapping.items()},
            "index": _text(keys.index),
        }
        write_whole(self.path, json.dumps(written, indent=1), anew=anew)

    def _unusable(self, reason: str) -> StoreUnavailableError:
        repair = "Put back the file of keys from where you keep its copy."
        return StoreUnavailableError(f"{self.path}: {reason}", repair)


def write_whole(path: Path, text: str, *, anew: bool = False) -> None:
    """Write a file that only its owner may read: all of it at once, or nothing.

    Args:
        path: its folder is made if it is missing.
        text: only ASCII.
        anew: leave a file that is there, or comes at this moment, as it is.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    made, name = tempfile.mkstemp(dir=path.parent)
    try:
        with os.fdopen(made, "w", encoding="ascii") as opened:
            opened.write(text)
            opened.flush()
            os.fsync(opened.fileno())
        if anew:
            with suppress(FileExistsError):
                os.link(name, path)
        else:
            Path(name).replace(path)
    finally:
        Path(name).unlink(missing_ok=True)
    os.sync()


def _new_id(random: RandomBytes) -> str:
    return f"k_{random(8).hex()}"


def _keys(written: Mapping[str, Any]) -> MasterKeys:
    wrapping = {id_: _bytes(key) for id_, key in written["wrapping"].items()}
    if written["current"] not in wrapping:
        raise ValueError("the current key is not there")
    return MasterKeys(
        current=written["current"], wrapping=wrapping, index=_bytes(written["index"])
    )


def _text(key: bytes) -> str:
    return base64.b64encode(key).decode()


def _bytes(text: str) -> bytes:
    key = base64.b64decode(text, validate=True)
    if len(key) != KEY_BYTES:
        raise ValueError("a key of another length")
    return key
